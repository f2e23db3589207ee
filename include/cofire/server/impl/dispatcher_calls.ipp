// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_DISPATCHER_CALLS_IPP
#define COFIRE_SERVER_IMPL_DISPATCHER_CALLS_IPP

#include <cofire/client/recurring_job.hpp>
#include <cofire/core/error.hpp>
#include <cofire/core/version.hpp>
#include <cofire/server/detail/dispatcher.hpp>

#include <algorithm>
#include <utility>

// The dispatcher's calls to the storage, and what it makes of the answers.

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
        busy_ = true; // announce again at once
        return kind;
    }
    write_log(log, log_level::error, core_->name + ": " + text);
    if (kind == failure_kind::closed) {
        give_up(e);
        return kind;
    }
    backoff_ = std::clamp(backoff_ * 2, first, longest);
    retry_at_ = core_->environment.clock().steady_now() + backoff_;
    return kind;
}

COFIRE_DECL asio::awaitable<void> dispatcher::announce() {
    server_announce announcement{.name = core_->name};
    announcement.types = core_->handlers->announced();
    announcement.queues.assign(core_->queues.names().begin(), core_->queues.names().end());
    announcement.slots = core_->options.concurrency;
    announcement.version = COFIRE_VERSION_STRING;
    servers_request const request = std::move(announcement);
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
    instance_ = answer.instance;
    presence_ = std::move(answer.presence);
    tick_every_ = answer.tick_every;
    core_->set_storage_time(answer.now);
    more_ = true;
    reload_ = true;
    seen_.reset();
}

COFIRE_DECL asio::awaitable<void> dispatcher::tick(std::vector<run_report> reports) {
    tick_request request{.server = instance_, .reports = reports};
    request.executor_stamp = core_->environment.clock().steady_now();
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
        take_failure(failure, "tick");
        co_return;
    }
    next_tick_ = request.executor_stamp + tick_every_.value_or(std::chrono::milliseconds{100});
    take_tick(answer);
}

COFIRE_DECL void dispatcher::take_tick(tick_answer const& answer) {
    log_sink const& log = core_->environment.log();
    core_->set_storage_time(answer.now);
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
        core_->deliver(std::move(answer.jobs));
    }
}

COFIRE_DECL asio::awaitable<void>
dispatcher::settle(std::vector<ended_run> ended, std::uint32_t limit) {
    std::vector<run_outcome> outcomes;
    outcomes.reserve(ended.size());
    for (ended_run& e : ended) {
        outcomes.push_back(std::move(e.outcome));
    }
    settle_request request{.server = instance_, .outcomes = outcomes};
    if (limit != 0) {
        request.then = make_acquire(limit);
    }
    settle_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.settle(request);
        answer = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    for (std::size_t i = 0; i != ended.size(); ++i) {
        ended[i].outcome = std::move(outcomes[i]);
    }
    if (failure) {
        core_->put_back(std::move(ended)); // settling is idempotent
        take_failure(failure, "settle");
        co_return;
    }
    core_->set_storage_time(answer.now);
    if (answer.acquired) { // first, so that handlers start
        take_answer(std::move(*answer.acquired), limit);
    }
    core_->count_settled(ended, answer.results);
    tell_settled(ended, answer.results);
}

COFIRE_DECL void
dispatcher::tell_settled(std::span<ended_run const> ended, std::span<settle_status const> results) {
    log_sink const& log = core_->environment.log();
    observer_ref const& observer = core_->environment.observer();
    for (std::size_t i = 0; i != ended.size(); ++i) {
        run_outcome const& o = ended[i].outcome;
        std::string_view const type = ended[i].type_name();
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

COFIRE_DECL asio::awaitable<void> dispatcher::load_recurring() {
    recurring_request const request = recurring_list{.server = instance_};
    recurring_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.recurring(request);
        answer = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "recurring");
        co_return;
    }
    reload_ = false;
    reload_at_.reset();
    schedule_.load(std::move(answer.records));
}

COFIRE_DECL asio::awaitable<void> dispatcher::fire_recurring() {
    constexpr std::chrono::seconds wait_after_refusal{5};
    time_point const now = core_->storage_now();
    auto const due = schedule_.due(now, fire_at_once_);
    std::vector<std::vector<new_job>> jobs(due.size());
    std::vector<recurring_firing> firings;
    for (std::size_t i = 0; i != due.size(); ++i) {
        due_occurrence const& d = due[i];
        for (std::uint64_t n = 0; n != d.jobs; ++n) {
            job_id const id = job_id::make(now, random_.next(), random_.next());
            jobs[i].push_back(make_recurring_job(*d.record, id));
        }
        firings.push_back(
            {.id = d.record->id,
             .revision = d.record->revision,
             .expected = d.record->next,
             .next = d.next,
             .jobs = jobs[i],
             .skipped = d.skipped,
             .error = d.error}
        );
    }
    recurring_request const request = recurring_fire{.firings = firings};
    recurring_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.recurring(request);
        answer = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure) {
        take_fired(due, firings, answer.fired);
        fire_at_once_ = most_fired_at_once;
    } else if (take_failure(failure, "recurring") == failure_kind::refused) {
        // A full storage, or a job that it does not take: the one meant waits, and no other.
        failed_ = false;
        backoff_ = duration{0};
        core_->set_trouble({});
        if (fire_at_once_ == 1) {
            schedule_.put_off(firings.front().id);
            auto const now_steady = core_->environment.clock().steady_now();
            reload_at_ = reload_at_.value_or(now_steady + wait_after_refusal);
        }
        fire_at_once_ = 1;
    }
}

COFIRE_DECL void dispatcher::take_fired(
    std::vector<due_occurrence> const& due,
    std::vector<recurring_firing> const& firings,
    std::vector<fire_result> const& results
) {
    more_ = true;
    for (std::size_t i = 0; i != results.size(); ++i) {
        if (!due[i].error.empty()) {
            std::string const id(firings[i].id);
            std::string const text = "recurring job " + quoted(id) + ": " + due[i].error;
            write_log(core_->environment.log(), log_level::error, text);
        }
        reload_ = reload_ || results[i].status == fire_status::lost || !due[i].error.empty();
    }
    for (recurring_firing const& f : firings) {
        std::string const id(f.id); // the record goes away
        schedule_.served(id, f.next);
    }
}

} // namespace cofire::detail

#endif
