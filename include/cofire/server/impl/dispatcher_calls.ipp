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

// The dispatcher's calls to the storage, and what it makes of the answers. The ends of runs:
// dispatcher_settle.ipp; recurring jobs: dispatcher_recurring.ipp.

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
        case errc::no_space: kind = failure_kind::full; break;
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
    request.executor_lag = lag_.worst();
    steady_point const asked_at = core_->environment.clock().steady_now();
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
    lag_.told(request.executor_lag);
    next_tick_ = asked_at + tick_every_.value_or(std::chrono::milliseconds{100});
    core_->set_storage_time(answer.now, asked_at);
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
    more_ = false;
    look_at_settled();
    bool const settled =
        more_; // perhaps after the storage looked for jobs: they stood in the way of others
    if (instance_ == 0 || fatal_ != nullptr) {
        co_return; // none of them is this server's any more
    }
    core_->set_storage_time(answer.now, asked_at);
    take_answer(std::move(answer), limit);
    more_ = more_ || settled;
}

} // namespace cofire::detail

#endif
