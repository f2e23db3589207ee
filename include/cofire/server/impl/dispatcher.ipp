// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_DISPATCHER_IPP
#define COFIRE_SERVER_IMPL_DISPATCHER_IPP

#include <cofire/server/detail/dispatcher.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

// What the dispatcher does when. The calls to the storage: dispatcher_calls.ipp, dispatcher_settle.ipp.

namespace cofire::detail {

inline constexpr std::size_t most_fired_at_once = 100;

/// The coroutine that waits for the storage while the dispatcher does other things. Both run on the
/// dispatcher's strand.
struct dispatcher::watch {
    explicit watch(std::shared_ptr<server_core> c) : core(std::move(c)) {}

    std::shared_ptr<server_core> core;
    asio::cancellation_signal signal;
    parking gate;
    bool started = false;
    bool armed = false;   // it waits, or will
    bool changed = false; // it has seen a change
    bool closing = false;
    bool ended = false;
    server_instance server = 0;
    seen_token seen{};
    std::exception_ptr error;
};

COFIRE_DECL
dispatcher::dispatcher(std::shared_ptr<server_core> core, asio::any_io_executor strand)
    : core_(std::move(core)),
      strand_(std::move(strand)),
      alarm_(strand_, core_->environment.clock(), core_->dispatcher_wake),
      plan_(core_->options.cancel_after, core_->options.hand_back_after),
      schedule_(core_->options.misfire_after),
      random_(core_->options.seed ? *core_->options.seed + 1 : random_seed()),
      watch_(std::make_shared<watch>(core_)),
      settling_(std::make_shared<settling>(core_)),
      fire_at_once_(most_fired_at_once) {}

COFIRE_DECL bool dispatcher::taking() const {
    return !stopping() && !drained_ && instance_ != 0 && fatal_ == nullptr;
}

COFIRE_DECL asio::awaitable<void> dispatcher::watch_storage(std::shared_ptr<watch> w) {
    while (!w->closing) {
        if (!w->armed) {
            co_await w->gate.wait();
            continue;
        }
        wait_request r;
        r.interest.server = w->server;
        r.interest.queues = w->core->queues.names();
        r.seen = w->seen;
        try {
            auto op = w->core->storage.wait(r);
            co_await std::move(op);
        } catch (...) {
            w->error = std::current_exception();
        }
        w->armed = false;
        w->changed = true;
        if (w->error) {
            break; // cancelled, or the storage failed: the dispatcher begins anew
        }
        w->core->dispatcher_wake->notify(resumption::in_place);
    }
    w->ended = true;
    w->core->dispatcher_wake->notify(resumption::in_place);
}

COFIRE_DECL void dispatcher::arm_watch() {
    if (watch_->armed || instance_ == 0 || backoff_ != duration{0} || fatal_ != nullptr) {
        return;
    }
    if (watch_->ended) { // it failed; the storage has answered since
        watch_ = std::make_shared<watch>(core_);
    }
    watch_->server = instance_;
    watch_->seen = seen_.value_or(seen_token{});
    watch_->armed = true;
    seen_.reset();
    if (watch_->started) {
        watch_->gate.notify(resumption::in_place);
        return;
    }
    watch_->started = true;
    ignore_end end(watch_);
    asio::co_spawn(
        strand_,
        watch_storage(watch_),
        asio::bind_cancellation_slot(watch_->signal.slot(), std::move(end))
    );
}

/// Ends the watch as it is, with whatever it would have said.
COFIRE_DECL void dispatcher::drop_watch() {
    auto const old = std::exchange(watch_, std::make_shared<watch>(core_));
    old->closing = true;
    if (old->started && !old->ended) {
        old->gate.notify();
        old->signal.emit(asio::cancellation_type::terminal);
    }
}

COFIRE_DECL void dispatcher::look_at_watch() {
    if (!std::exchange(watch_->changed, false)) {
        return;
    }
    changed_ = true;
    jobs_first_ = true;
    seen_.reset(); // what is asked from now on is newer
    if (auto const failure = std::exchange(watch_->error, nullptr)) {
        take_failure(failure, "wait");
    }
}

/// The next steps of a stop, if they are due.
COFIRE_DECL void dispatcher::advance_stop(steady_point now) {
    std::uint32_t hurries = 0;
    bool const asked = core_->stop_asked(hurries);
    if ((asked || fatal_ != nullptr) && !plan_.begun()) {
        plan_.begin(now);
        core_->set_state(server_state::stopping);
        core_->release_ready();
        core_->end_slots();
    }
    plan_.hurry(fatal_ != nullptr ? 2 : hurries);
    for (;;) {
        switch (plan_.due(now)) {
        case shutdown_plan::action::none: return;
        case shutdown_plan::action::cancel:
            core_->stop_all_runs(cancellation_reason::shutdown);
            break;
        case shutdown_plan::action::hand_back: core_->hand_back(tick_every_.has_value()); break;
        }
    }
}

/// From here on nothing is asked of the storage but, at the end, to retire the server; handlers are asked
/// to stop, and waited for.
COFIRE_DECL void dispatcher::give_up(std::exception_ptr why) {
    if (fatal_ == nullptr) {
        fatal_ = std::move(why);
        busy_ = true; // what follows from it is for the next turn
        advance_stop(core_->environment.clock().steady_now());
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::turn() {
    busy_ = false;
    failed_ = false;
    steady_point const now = core_->environment.clock().steady_now();
    advance_stop(now);
    next_timeout_ = core_->expire_timeouts(now);
    look_at_settled();
    if (fatal_ == nullptr && backing_off(now)) {
        if (!plan_.over() || core_->slot_count() != 0) {
            co_return;
        }
        if (std::exchange(last_try_, true)) {
            give_up(last_failure_); // a stop does not wait for a storage that fails
        }
    }
    if (fatal_ != nullptr) { // nobody takes the outcomes any more
        dispatcher_input const input = core_->take_input(false);
        unsettled_ += input.ended.size();
        busy_ = input.pending;
        done_ = input.slots == 0 && !busy_ && !is_settling();
        co_return;
    }
    if (instance_ == 0) {
        if (!is_settling()) { // as the server that is no more
            busy_ = true;
            co_await announce();
        }
    } else {
        look_at_watch();
        if (!failed_) {
            co_await work();
        }
    }
    if (busy_ && !failed_ && backoff_ != duration{0}) {
        backoff_ = duration{0};
        last_try_ = false;
        core_->set_trouble({});
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::work() {
    constexpr duration between_reports = std::chrono::milliseconds{250};
    steady_point const now = core_->environment.clock().steady_now();
    bool const report = now >= next_report_ && core_->has_reports();
    if (report) {
        next_report_ = now + between_reports;
    }
    std::size_t const in_flight = is_settling() ? settling_->runs.size() : 0;
    std::size_t const most = in_flight != 0 ? 0 : isolate_ != 0 ? 1 : server_core::most_unsettled;
    dispatcher_input input = core_->take_input(report, most, in_flight, std::exchange(spare_, {}));
    bool const any_ended = !input.ended.empty();
    bool const nothing_runs = input.slots == 0;
    anything_runs_ = input.anything_runs;
    caps_ = std::move(input.caps);
    more_ = more_ || input.freed;
    busy_ = input.pending;
    if (slot_at_ && now >= *slot_at_) {
        slot_at_.reset();
        core_->wake_slot();
    }
    if (input.no_slot) {
        slot_at_ = now + std::chrono::milliseconds{100};
    }
    if (next_due_ && *next_due_ <= core_->storage_now()) {
        changed_ = true; // the storage promotes what is due, and says what is next
    }
    bool const periodic = (tick_every_ || any_ended) && now >= next_tick_;
    // Mostly it is a job that came while all was idle: it starts, then the next turn asks for the rest.
    bool const jobs_first = std::exchange(jobs_first_, false) && !any_ended && !periodic &&
                            input.reports.empty() && input.room != 0 && taking();
    bool const tells = !input.reports.empty() || lag_.is_news();
    if (!jobs_first && (changed_ || periodic || tells)) {
        busy_ = true;
        co_await tick(std::move(input.reports), input.ended.outcomes);
        if (failed_) {
            core_->put_back(std::move(input.ended));
            co_return;
        }
    }
    // Whatever ends may make room for jobs that were passed over: so settling takes the next along.
    std::uint32_t const limit = taking() && isolate_ == 0 && (more_ || any_ended || jobs_first)
                                    ? std::min(input.room, core_->options.acquire_batch)
                                    : 0;
    if (any_ended) {
        busy_ = true;
        co_await settle(std::move(input.ended), limit);
    } else {
        spare_ = std::move(input.ended);
        if (limit != 0) {
            busy_ = true;
            co_await acquire(limit);
        }
    }
    if (taking() && !failed_ && (reload_is_due() || firing_is_due())) {
        co_await serve_recurring();
    }
    done_ = stopping() && nothing_runs && !busy_ && !failed_ && !is_settling();
}

template <class Time>
void earlier(std::optional<Time>& to, std::optional<Time> const& from) {
    if (from && (!to || *from < *to)) {
        to = from;
    }
}

/// Waits until there may be something to do.
COFIRE_DECL asio::awaitable<void> dispatcher::pause() {
    std::optional<time_point> wall;
    std::optional<steady_point> steady;
    earlier(steady, next_timeout_);
    earlier(steady, plan_.next_at());
    if (backing_off(core_->environment.clock().steady_now())) {
        earlier(steady, std::optional(retry_at_));
    } else if (fatal_ == nullptr) { // whatever time is named here, a turn at that time serves it
        wall = next_due_;
        if (taking()) {
            earlier(wall, schedule_.next_at());
            earlier(steady, reload_at_);
        }
        earlier(steady, slot_at_);
        if (core_->has_reports()) {
            earlier(steady, std::optional(next_report_));
        }
        if (tick_every_) {
            earlier(steady, std::optional(next_tick_));
        }
        arm_watch();
    }
    if (wall) {
        wall = core_->to_local(*wall);
    }
    clock const& time = core_->environment.clock();
    if (anything_runs_ && time.is_system()) { // another clock's time does not pass by itself
        earlier(steady, std::optional(lag_.next_ring(time.steady_now())));
    } else {
        lag_.rest();
    }
    alarm_.set(wall, steady);
    auto op = core_->dispatcher_wake->wait();
    co_await std::move(op);
    if (anything_runs_) {
        steady_point const now = time.steady_now();
        lag_.woke(now);
        log_lag(now);
    }
}

COFIRE_DECL void dispatcher::log_lag(steady_point now) noexcept {
    auto const lag = lag_.to_log(now);
    if (!lag) {
        return;
    }
    auto const late = std::chrono::floor<std::chrono::milliseconds>(*lag).count();
    try {
        std::string text = core_->name + ": its executor was late by " + std::to_string(late);
        text += " ms: a handler that blocks holds up all that runs there; see cofire::on";
        write_log(core_->environment.log(), log_level::warning, text);
    } catch (std::exception const&) { // NOLINT(bugprone-empty-catch): no memory for that line
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::retire() {
    settling_->closing = true;
    settling_->gate.notify();
    while (settling_->started && !settling_->ended) {
        co_await core_->dispatcher_wake->wait();
    }
    watch_->closing = true;
    if (watch_->started && !watch_->ended) {
        watch_->gate.notify();
        watch_->signal.emit(asio::cancellation_type::terminal);
        while (!watch_->ended) {
            co_await core_->dispatcher_wake->wait();
        }
    }
    constexpr int tries = 2;
    for (int i = 0; i != tries && instance_ != 0 && !closed_; ++i) {
        auto op = try_retire();
        bool const done = co_await std::move(op);
        if (done) {
            break;
        }
    }
    if (unsettled_ != 0) {
        std::string text = core_->name + " ends; the storage did not take the outcomes of ";
        text += std::to_string(unsettled_) + " jobs, which may run again";
        write_log(core_->environment.log(), log_level::error, text);
    }
}

COFIRE_DECL asio::awaitable<bool> dispatcher::try_retire() {
    servers_request const request = server_retire{.server = instance_};
    std::exception_ptr failure;
    try {
        auto op = core_->storage.servers(request);
        co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "retire");
    }
    co_return failure == nullptr;
}

COFIRE_DECL asio::awaitable<void> dispatcher::run() {
    // Without letting others have the thread:
    constexpr int most_turns = 16;
    constexpr std::chrono::microseconds longest{200};
    int turns = 0;
    clock const& time = core_->environment.clock();
    steady_point began = time.steady_now();
    while (!done_) {
        std::exception_ptr broken;
        try {
            co_await turn();
        } catch (std::exception const& e) { // no memory: handlers must be waited for all the same
            broken = std::current_exception();
            std::string const text = core_->name + " gives up: " + e.what();
            write_log(core_->environment.log(), log_level::error, text);
        }
        if (broken) {
            give_up(std::move(broken));
        }
        if (done_) {
            break;
        }
        steady_point const now = time.steady_now();
        if (!busy_) {
            co_await pause();
            began = time.steady_now();
        } else if (!std::exchange(woke_, false) && ++turns < most_turns && now - began < longest) {
            continue;
        } else { // if a slot was woken, after it, which may end what it runs
            co_await asio::post(asio::use_awaitable);
            began = time.steady_now();
            lag_.ran_late(began - now);
            log_lag(began);
        }
        turns = 0;
    }
    co_await retire();
    if (fatal_ != nullptr) {
        std::rethrow_exception(fatal_);
    }
}

COFIRE_DECL asio::awaitable<void> dispatch(std::shared_ptr<server_core> core) {
    auto const strand = co_await asio::this_coro::executor;
    dispatcher d(core, strand);
    co_await d.run();
}

} // namespace cofire::detail

#endif
