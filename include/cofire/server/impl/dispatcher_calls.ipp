// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_DISPATCHER_CALLS_IPP
#define COFIRE_SERVER_IMPL_DISPATCHER_CALLS_IPP

#include <cofire/core/error.hpp>
#include <cofire/core/version.hpp>
#include <cofire/handler/detail/failure.hpp>
#include <cofire/server/detail/dispatcher.hpp>

#include <algorithm>
#include <utility>

// The dispatcher's calls to the storage, and what it makes of the answers. Recurring jobs:
// dispatcher_recurring.ipp.

namespace cofire::detail {

/// An operation of the storage failed: again later, or not at all.
COFIRE_DECL dispatcher::failure_kind
dispatcher::take_failure(std::exception_ptr const& e, char const* operation) {
    constexpr duration first = std::chrono::milliseconds{100};
    constexpr duration longest = std::chrono::seconds{5};
    log_sink const& log = core_->environment.log();
    failed_ = true;
    changed_ = true;
    last_failure_ = e;
    auto kind = failure_kind::failed;
    std::string text = std::string(operation) + " failed: ";
    try {
        std::rethrow_exception(e);
    } catch (error const& x) {
        core_->environment.observer().refused(operation, x, log);
        text += x.what();
        switch (x.value()) {
        case errc::closed: kind = failure_kind::closed; break;
        case errc::unknown_server: kind = failure_kind::lost; break;
        case errc::storage_failed:
        case errc::outcome_unknown: break;
        default: kind = failure_kind::refused; break;
        }
    } catch (std::exception const& x) {
        core_->environment.observer().refused(operation, x, log);
        text += x.what();
    } catch (...) {
        text += "an unknown error";
    }
    core_->set_trouble(text);
    if (kind == failure_kind::lost) { // what it held is not its own any more
        write_log(log, log_level::warning, "lease lost by " + core_->name + ": " + text);
        instance_ = 0;
        core_->lose_lease();
        core_->set_trouble({});
        backoff_ = duration{0}; // that was an answer: the storage works again
        last_try_ = false;
        busy_ = true; // announce again at once
        return kind;
    }
    write_log(log, log_level::error, core_->name + ": " + text);
    if (kind == failure_kind::closed) {
        closed_ = true;
        give_up(e);
        return kind;
    }
    backoff_ = std::clamp(backoff_ * 2, first, longest);
    retry_at_ = core_->environment.clock().steady_now() + backoff_;
    return kind;
}

/// What failed was refused and is dealt with: no reason to wait.
COFIRE_DECL void dispatcher::forget_failure() {
    failed_ = false;
    backoff_ = duration{0};
    core_->set_trouble({});
}

COFIRE_DECL asio::awaitable<void> dispatcher::announce() {
    server_announce announcement{.name = core_->name};
    announcement.types = core_->handlers->announced();
    announcement.queues.assign(core_->queues.names().begin(), core_->queues.names().end());
    announcement.slots = core_->options.concurrency;
    announcement.version = COFIRE_VERSION_STRING;
    servers_request const request = std::move(announcement);
    steady_point const asked_at = core_->environment.clock().steady_now();
    servers_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.servers(request);
        answer = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "announce");
        co_return;
    }
    if (watch_->started) { // as the server that is no more
        drop_watch();
    }
    instance_ = answer.instance;
    core_->set_presence(answer.presence);
    presence_ = std::move(answer.presence);
    list_held_.reset();
    tick_every_ = answer.tick_every;
    core_->set_storage_time(answer.now, asked_at);
    more_ = true;
    reload_ = true;
    seen_.reset();
}

COFIRE_DECL asio::awaitable<void>
dispatcher::tick(std::vector<run_report> reports, std::span<run_outcome const> in_hand) {
    tick_request request{.server = instance_, .reports = reports};
    request.executor_stamp = core_->environment.clock().steady_now();
    if (!is_settling()) { // what it has not answered yet would look as if it were lost
        request.list_held = list_held_;
    }
    tick_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.tick(request);
        answer = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        core_->put_back(std::move(reports));
        if (take_failure(failure, "tick") == failure_kind::failed) {
            list_held_ = job_id{}; // signals may be lost with the answer
        }
        co_return;
    }
    next_tick_ = request.executor_stamp + tick_every_.value_or(std::chrono::milliseconds{100});
    core_->set_storage_time(answer.now, request.executor_stamp);
    take_tick(answer);
    if (request.list_held) {
        take_held(answer.held, in_hand);
    }
}

COFIRE_DECL void dispatcher::take_tick(tick_answer const& answer) {
    log_sink const& log = core_->environment.log();
    next_due_ = answer.next_due;
    seen_ = seen_ ? seen_ : std::optional(answer.seen);
    changed_ = answer.more;
    more_ = true;
    reload_ = reload_ || answer.recurring_changed;
    for (run_signal const& s : answer.signals) {
        auto why = cancellation_reason::lease_lost;
        if (s.kind == signal_kind::deleted) {
            why = cancellation_reason::deleted;
        } else if (s.kind == signal_kind::cancelled) {
            why = cancellation_reason::cancelled;
        }
        core_->stop_run_of(s.id, s.epoch, why);
    }
    for (storage_notice const& n : answer.notices) {
        core_->environment.observer().notice(n, log);
        if (n.reason == "lost") {
            std::string line = "job " + n.id.to_string() + " (" + n.type + ") lost its server";
            line += n.to == job_state::failed ? " too often and has failed" : "";
            write_log(log, log_level::warning, line);
        } else if (n.reason.starts_with("unhandled")) {
            std::string const line = "jobs of type " + quoted(n.type) + " wait, " + n.reason +
                                     ": no server that is up has a handler for them";
            write_log(log, log_level::warning, line);
        }
    }
    if (answer.command == server_command::drain && !drained_) {
        drained_ = true;
        if (!stopping()) {
            core_->set_state(server_state::draining);
        }
    } else if (answer.command == server_command::stop && !stopping()) {
        core_->stop(false);
    }
}

/// What the storage counts as held by this server: some of it may have come with an answer that was
/// lost, and would be held for ever.
COFIRE_DECL void
dispatcher::take_held(std::span<held_job const> held, std::span<run_outcome const> in_hand) {
    constexpr std::size_t page = 10'000;
    list_held_.reset();
    if (held.size() >= page) {
        list_held_ = held.back().id;
        changed_ = true; // ask for the next page
    }
    if (std::size_t const n = core_->release_unknown(held, in_hand)) {
        busy_ = true;
        std::string const text = core_->name + " hands back " + std::to_string(n) +
                                 " jobs: the answer that gave them was lost";
        write_log(core_->environment.log(), log_level::warning, text);
    }
}

COFIRE_DECL acquire_request dispatcher::make_acquire(std::uint32_t limit) {
    return {
        .server = instance_,
        .takes = core_->queues.takes(limit, random_),
        .caps = caps_,
        .limit = limit};
}

COFIRE_DECL void dispatcher::take_answer(acquire_answer&& answer, std::uint32_t limit) {
    next_due_ = answer.next_due;
    seen_ = seen_ ? seen_ : std::optional(answer.seen);
    more_ = answer.jobs.size() >= limit;
    if (!answer.jobs.empty()) {
        woke_ = core_->deliver(std::move(answer.jobs));
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::acquire(std::uint32_t limit) {
    acquire_request const request = make_acquire(limit);
    steady_point const asked_at = core_->environment.clock().steady_now();
    acquire_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.acquire(request);
        answer = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        if (take_failure(failure, "acquire") == failure_kind::failed) {
            list_held_ = job_id{};
        }
        co_return;
    }
    // How a run ended is told before the next one of the same job begins.
    while (is_settling_one_of(answer.jobs)) {
        co_await core_->dispatcher_wake->wait();
    }
    look_at_settled();
    if (instance_ == 0 || fatal_ != nullptr) {
        co_return; // none of them is this server's any more
    }
    core_->set_storage_time(answer.now, asked_at);
    take_answer(std::move(answer), limit);
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
    more_ = true;            // there is room for jobs that were passed over
    if (s.answer.acquired) { // first, so that handlers start
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
