// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_DISPATCHER_SETTLE_IPP
#define COFIRE_SERVER_IMPL_DISPATCHER_SETTLE_IPP

#include <cofire/core/error.hpp>
#include <cofire/handler/detail/failure.hpp>
#include <cofire/server/detail/dispatcher.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <new>
#include <utility>

// How the dispatcher has runs settled, and what it makes of the answer.

namespace cofire::detail {

/// The coroutine's end, however it comes: where there is no memory to wait in it is destroyed. Then the
/// next settle begins anew.
struct settling_end {
    explicit settling_end(std::shared_ptr<settling> of) : s(std::move(of)) {}
    settling_end(settling_end const&) = delete;
    settling_end& operator=(settling_end const&) = delete;
    ~settling_end() {
        s->ended = true;
        if (std::exchange(s->armed, false)) {
            s->error = std::make_exception_ptr(std::bad_alloc());
            s->answered = true;
        }
        try {
            s->core->dispatcher_wake->notify();
        } catch (std::exception const&) { // NOLINT(bugprone-empty-catch): no memory for that either
        }
    }
    std::shared_ptr<settling> s;
};

COFIRE_DECL asio::awaitable<void> dispatcher::settle_storage(std::shared_ptr<settling> s) {
    settling_end const end(s);
    while (!s->closing) {
        if (!s->armed) {
            co_await s->gate.wait();
            continue;
        }
        try {
            auto op = s->core->storage.settle(s->request);
            s->answer = co_await std::move(op);
            if (s->answer.results.size() != s->runs.size()) {
                std::string text = "settle of " + std::to_string(s->runs.size()) + " outcomes: ";
                text += std::to_string(s->answer.results.size()) + " answers";
                throw error(errc::storage_failed, text);
            }
        } catch (...) {
            s->error = std::current_exception();
        }
        s->armed = false;
        s->answered = true;
        if (s->launched) {
            s->core->dispatcher_wake->notify(resumption::in_place);
        }
    }
}

COFIRE_DECL bool dispatcher::is_settling() const {
    return settling_->armed || settling_->answered;
}

/// True if a settle may be under way while other calls are made. Jobs that came with it would be unknown
/// here meanwhile, so it takes none along: elsewhere that would be one more way over the network.
COFIRE_DECL bool dispatcher::may_settle_apart() const {
    return settles_slowly_ && !tick_every_ && isolate_ == 0 && backoff_ == duration{0} && taking();
}

/// True if one of the jobs has run before, and how that ended is being settled.
COFIRE_DECL bool dispatcher::is_settling_one_of(std::span<acquired_job const> jobs) const {
    std::vector<job_id> const& ids = settling_->unfinished;
    return settling_->armed && !ids.empty() &&
           std::any_of(jobs.begin(), jobs.end(), [&](acquired_job const& job) {
               return std::binary_search(ids.begin(), ids.end(), job.id);
           });
}

/// Fills in the call. If it throws, `ended` is as it was.
COFIRE_DECL void dispatcher::prepare_settle(ended_runs&& ended, std::uint32_t limit) {
    if (settling_->ended) {
        settling_ = std::make_shared<settling>(core_);
    }
    settling& s = *settling_;
    s.unfinished.clear();
    s.unfinished.reserve(ended.size());
    s.request = {.server = instance_};
    s.limit = limit;
    if (limit != 0) {
        s.request.then = make_acquire(limit);
    }
    s.runs = std::move(ended);
    s.request.outcomes = s.runs.outcomes;
    for (run_outcome const& o : s.runs.outcomes) {
        if (o.kind != outcome_kind::succeeded) {
            s.unfinished.push_back(o.id);
        }
    }
    std::sort(s.unfinished.begin(), s.unfinished.end());
    s.asked_at = core_->environment.clock().steady_now();
    s.launched = false;
    s.armed = true;
}

/// Has the runs settled, and up to `limit` jobs taken along. It may be over when this returns.
COFIRE_DECL void dispatcher::begin_settle(ended_runs ended, std::uint32_t limit) {
    try {
        prepare_settle(std::move(ended), limit);
        if (!settling_->started) {
            ignore_end end(settling_);
            asio::co_spawn(strand_, settle_storage(settling_), std::move(end));
            settling_->started = true;
        } else {
            settling_->gate.notify(resumption::in_place);
        }
    } catch (...) { // no memory
        bool const prepared = std::exchange(settling_->armed, false);
        core_->put_back(prepared ? std::move(settling_->runs) : std::move(ended));
        throw;
    }
    settling_->launched = true;
    settles_slowly_ = !settling_->answered;
}

/// Settles, and takes jobs: in one call, unless that would hold up the slots until it is answered.
COFIRE_DECL asio::awaitable<void> dispatcher::settle(ended_runs ended, std::uint32_t limit) {
    bool const apart = may_settle_apart();
    begin_settle(std::move(ended), apart ? 0 : limit);
    while (!apart && !settling_->answered) {
        co_await core_->dispatcher_wake->wait();
    }
    look_at_settled();
    if (apart && limit != 0 && !failed_) {
        co_await acquire(limit);
    }
}

/// Takes the answer of the last settle, if it has come.
COFIRE_DECL void dispatcher::look_at_settled() {
    settling& s = *settling_;
    if (!std::exchange(s.answered, false)) {
        return;
    }
    if (auto const failure = std::exchange(s.error, nullptr)) {
        take_settle_failure(failure);
        return;
    }
    isolate_ -= std::min(isolate_, s.runs.size());
    core_->set_storage_time(s.answer.now, s.asked_at);
    more_ = true; // there is room for jobs that were passed over
    bool const goes_on = fatal_ == nullptr && instance_ != 0;
    if (s.answer.acquired && goes_on) { // first, so that handlers start
        take_answer(std::move(*s.answer.acquired), s.limit);
    }
    core_->count_settled(s.runs.outcomes, s.answer.results);
    tell_settled(s.runs, s.answer.results);
    take_refusals(s.runs, s.answer);
    spare_ = std::move(s.runs);
    s.runs.clear();
    changed_ = changed_ || list_held_; // that had to wait
}

COFIRE_DECL void dispatcher::take_settle_failure(std::exception_ptr const& failure) {
    settling& s = *settling_;
    auto const kind = take_failure(failure, "settle");
    if (kind == failure_kind::failed && s.limit != 0) {
        list_held_ = job_id{};
    }
    if (kind == failure_kind::refused) {
        forget_failure();
        if (isolate_ != 0) { // this is the one
            isolate_ = 0;
            std::string const why = describe_failure({}, failure).message;
            refuse(std::move(s.runs.outcomes.front()), std::move(s.runs.about.front()), why);
            s.runs.clear();
        } else {
            isolate_ = s.runs.size();
        }
    }
    changed_ = changed_ || list_held_;  // that had to wait
    core_->put_back(std::move(s.runs)); // settling is idempotent
    s.runs.clear();
}

COFIRE_DECL void dispatcher::take_refusals(ended_runs& ended, settle_answer const& answer) {
    for (settle_refusal const& r : answer.refusals) {
        if (r.index < ended.size() && answer.results[r.index] == settle_status::refused) {
            refuse(std::move(ended.outcomes[r.index]), std::move(ended.about[r.index]), r.message);
        }
    }
}

/// The storage will never take this outcome: the job fails. If that is refused too, it is run again, not
/// at once, since that may go on for ever; and if even that is refused, the run is given up.
COFIRE_DECL void dispatcher::refuse(run_outcome&& o, ended_about&& about, std::string const& why) {
    constexpr duration pause = std::chrono::minutes{1};
    bool const gives_up = about.refusals >= 2 || o.kind == outcome_kind::released;
    std::string text = "the storage refuses the outcome of job " + o.id.to_string() + " (";
    text += std::string(about.type_name()) + "): " + why;
    text += gives_up              ? "; it is given up"
            : about.refusals == 0 ? "; it fails"
                                  : "; it is repeated later";
    write_log(core_->environment.log(), log_level::error, text);
    if (gives_up) {
        core_->give_up_run(o.id, o.epoch);
        return;
    }
    o.result.clear();
    o.reason = "the storage refused its outcome";
    if (about.refusals++ == 0) {
        o.kind = outcome_kind::failed;
        o.error = make_error_info(about.type_name(), "cofire::error", why);
    } else {
        o.kind = outcome_kind::snoozed;
        o.at = core_->storage_now() + pause;
        o.error.reset();
    }
    ended_runs again;
    again.add(std::move(o), std::move(about));
    core_->put_back(std::move(again));
}

COFIRE_DECL void
dispatcher::tell_settled(ended_runs const& ended, std::span<settle_status const> results) {
    log_sink const& log = core_->environment.log();
    observer_ref const& observer = core_->environment.observer();
    for (std::size_t i = 0; i != ended.size(); ++i) {
        if (results[i] == settle_status::refused) {
            continue;
        }
        run_outcome const& o = ended.outcomes[i];
        std::string_view const type = ended.about[i].type_name();
        bool const stale = results[i] == settle_status::stale;
        if (stale) {
            observer.stale(o, type, log);
        } else if (o.kind == outcome_kind::parked) {
            observer.parked(o, type, log);
        } else {
            observer.settled(o, type, log);
        }
        if (o.kind == outcome_kind::succeeded && !stale) {
            continue;
        }
        auto const line = [&](log_level level, std::string const& what) {
            std::string const job = "job " + o.id.to_string() + " (" + std::string(type) + ") ";
            write_log(log, level, job + what);
        };
        std::string const message = o.error ? ": " + o.error->message : std::string();
        if (stale) {
            line(log_level::warning, "was refused: it is not this server's any more");
        } else if (o.kind == outcome_kind::failed) {
            line(log_level::error, "failed" + message);
        } else if (o.kind == outcome_kind::retry) {
            line(log_level::warning, "failed an attempt and is tried again" + message);
        } else if (o.kind == outcome_kind::parked) {
            line(log_level::warning, "is parked: " + o.reason);
        } else if (o.kind == outcome_kind::deleted && o.error) {
            line(log_level::warning, "is deleted" + message);
        }
    }
}

} // namespace cofire::detail

#endif
