// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_DISPATCHER_IPP
#define COFIRE_SERVER_IMPL_DISPATCHER_IPP

#include <cofire/client/recurring_job.hpp>
#include <cofire/core/error.hpp>
#include <cofire/core/version.hpp>
#include <cofire/server/detail/dispatcher.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace cofire::detail {

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
    std::optional<time_point> due_before;
    std::exception_ptr error;
};

COFIRE_DECL
dispatcher::dispatcher(std::shared_ptr<server_core> core, asio::any_io_executor strand)
    : core_(std::move(core)), strand_(std::move(strand)),
      alarm_(strand_, core_->environment.clock(), core_->dispatcher_wake),
      plan_(core_->options.cancel_after, core_->options.hand_back_after),
      schedule_(core_->options.misfire_after),
      random_(core_->options.seed ? *core_->options.seed + 1 : random_seed()),
      watch_(std::make_shared<watch>(core_)) {}

COFIRE_DECL bool dispatcher::failing() const {
    return backoff_ != duration{0} && core_->environment.clock().steady_now() < retry_at_;
}

COFIRE_DECL asio::awaitable<void> dispatcher::watch_storage(std::shared_ptr<watch> w) {
    for (;;) {
        if (!w->closing && !w->armed) {
            co_await w->gate.wait();
        }
        if (w->closing) {
            break;
        }
        if (!w->armed) {
            continue;
        }
        wait_request r;
        r.interest.server = w->server;
        r.interest.queues = w->core->queues.names();
        r.interest.due_before = w->due_before;
        r.seen = w->seen;
        try {
            co_await w->core->storage.wait(r);
        } catch (...) {
            w->error = std::current_exception();
        }
        w->armed = false;
        w->changed = true;
        w->core->dispatcher_wake->notify();
        if (w->error) {
            break; // cancelled, or the storage failed: the dispatcher begins anew
        }
    }
    w->ended = true;
    w->core->dispatcher_wake->notify();
}

/// Does nothing: the coroutine has said all there is to say.
struct ignore_end {
    template <class T>
    explicit ignore_end(std::shared_ptr<T> kept) : kept_(std::move(kept)) {}
    void operator()(std::exception_ptr const&) const {}
    std::shared_ptr<void> kept_;
};

/// An operation of the storage failed: again later, or not at all.
COFIRE_DECL void dispatcher::take_failure(std::exception_ptr const& e, char const* operation) {
    constexpr duration first = std::chrono::milliseconds{100};
    constexpr duration longest = std::chrono::seconds{5};
    core_->count_storage_error();
    log_sink const& log = core_->environment.log();
    try {
        std::rethrow_exception(e);
    } catch (error const& x) {
        core_->environment.observer().refused(operation, x, log);
        if (x.value() == errc::unknown_server) { // taken for dead: what it held is not its own
            write_log(log, log_level::warning, "lease lost by " + core_->name + ": " + x.what());
            core_->stop_all_runs(cancellation_reason::lease_lost);
            instance_ = 0;
            return;
        }
        if (x.value() == errc::closed) {
            fatal_ = e;
            write_log(log, log_level::error, core_->name + ": " + x.what());
            return;
        }
        write_log(log, log_level::error, std::string(operation) + " failed: " + x.what());
    } catch (std::exception const& x) {
        core_->environment.observer().refused(operation, x, log);
        write_log(log, log_level::error, std::string(operation) + " failed: " + x.what());
    }
    backoff_ = std::clamp(backoff_ * 2, first, longest);
    retry_at_ = core_->environment.clock().steady_now() + backoff_;
    changed_ = true;
}

COFIRE_DECL asio::awaitable<void> dispatcher::announce() {
    server_announce announcement{.name = core_->name};
    announcement.types = core_->handlers.announced();
    announcement.queues.assign(core_->queues.names().begin(), core_->queues.names().end());
    announcement.slots = core_->options.concurrency;
    announcement.version = COFIRE_VERSION_STRING;
    announcement.alive = alive_;
    servers_request const request = std::move(announcement);
    std::exception_ptr failure;
    try {
        servers_answer const answer = co_await core_->storage.servers(request);
        instance_ = answer.instance;
        tick_every_ = answer.tick_every;
        backoff_ = duration{0};
        core_->settled_time(answer.now);
        more_ = true;
        reload_ = true;
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "announce");
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::load_recurring() {
    recurring_request const request = recurring_list{.server = instance_};
    std::exception_ptr failure;
    try {
        recurring_answer answer = co_await core_->storage.recurring(request);
        reload_ = false;
        schedule_.load(std::move(answer.records));
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "recurring");
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::fire_recurring() {
    constexpr std::size_t most = 100;
    auto const due = schedule_.due(core_->environment.clock().wall_now(), most);
    std::vector<std::vector<new_job>> jobs(due.size());
    std::vector<recurring_firing> firings;
    for (std::size_t i = 0; i != due.size(); ++i) {
        due_occurrence const& d = due[i];
        for (std::uint64_t n = 0; n != d.jobs; ++n) {
            job_id const id = job_id::make(
                core_->environment.clock().wall_now(), random_.next(), random_.next()
            );
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
    std::exception_ptr failure;
    try {
        recurring_answer const answer = co_await core_->storage.recurring(request);
        more_ = true;
        for (std::size_t i = 0; i != answer.fired.size(); ++i) {
            std::string const id(firings[i].id);
            if (!firings[i].error.empty()) {
                write_log(
                    core_->environment.log(), log_level::error,
                    "recurring job " + quoted(id) + ": " + due[i].error
                );
            }
            reload_ = reload_ || answer.fired[i].status == fire_status::lost ||
                      !firings[i].error.empty();
        }
        for (std::size_t i = 0; i != answer.fired.size(); ++i) {
            std::string const id(firings[i].id); // the record goes away
            schedule_.served(id, firings[i].next);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "recurring");
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::tick(std::vector<run_report> reports) {
    tick_request request{.server = instance_, .reports = reports};
    request.executor_stamp = core_->environment.clock().steady_now();
    std::exception_ptr failure;
    try {
        tick_answer const answer = co_await core_->storage.tick(request);
        log_sink const& log = core_->environment.log();
        backoff_ = duration{0};
        core_->settled_time(answer.now);
        next_due_ = answer.next_due;
        seen_ = seen_ ? seen_ : std::optional(answer.seen);
        changed_ = answer.more;
        more_ = true;
        reload_ = reload_ || answer.recurring_changed;
        next_tick_ = request.executor_stamp + tick_every_.value_or(std::chrono::milliseconds{100});
        for (run_signal const& s : answer.signals) {
            cancellation_reason const why = s.kind == signal_kind::deleted
                                                ? cancellation_reason::deleted
                                            : s.kind == signal_kind::cancelled
                                                ? cancellation_reason::cancelled
                                                : cancellation_reason::lease_lost;
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
            core_->set_state(server_state::draining);
        } else if (answer.command == server_command::stop) {
            core_->stop(false);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "tick");
    }
}

COFIRE_DECL acquire_request dispatcher::make_acquire(std::uint32_t limit) {
    return {
        .server = instance_,
        .takes = core_->queues.takes(limit, random_),
        .except = except_,
        .limit = limit
    };
}

COFIRE_DECL void dispatcher::take_answer(acquire_answer&& answer, std::uint32_t limit) {
    next_due_ = answer.next_due;
    seen_ = seen_ ? seen_ : std::optional(answer.seen);
    more_ = answer.jobs.size() >= limit;
    core_->deliver(std::move(answer.jobs));
}

COFIRE_DECL void
dispatcher::take_settled(std::vector<ended_run> const& ended, settle_answer const& answer) {
    log_sink const& log = core_->environment.log();
    observer_ref const& observer = core_->environment.observer();
    for (std::size_t i = 0; i != ended.size(); ++i) {
        run_outcome const& o = ended[i].outcome;
        std::string_view const type = ended[i].handler != nullptr
                                          ? std::string_view(ended[i].handler->name)
                                          : std::string_view();
        settle_status const status = answer.results[i];
        core_->count_settled(o, status);
        if (status == settle_status::stale) {
            observer.stale(o, type, log);
        } else if (o.kind == outcome_kind::parked) {
            observer.parked(o, type, log);
        } else {
            observer.settled(o, type, log);
        }
        if (o.kind == outcome_kind::succeeded && status != settle_status::stale) {
            continue;
        }
        auto const line = [&](log_level level, std::string const& what) {
            std::string text = "job " + o.id.to_string();
            text += type.empty() ? std::string() : " (" + std::string(type) + ")";
            write_log(log, level, text + " " + what);
        };
        std::string const message = o.error ? ": " + o.error->message : std::string();
        if (status == settle_status::stale) {
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
    std::exception_ptr failure;
    try {
        settle_answer answer = co_await core_->storage.settle(request);
        for (std::size_t i = 0; i != ended.size(); ++i) {
            ended[i].outcome = std::move(outcomes[i]);
        }
        backoff_ = duration{0};
        core_->settled_time(answer.now);
        take_settled(ended, answer);
        if (answer.acquired) {
            take_answer(std::move(*answer.acquired), limit);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        for (std::size_t i = 0; i != ended.size(); ++i) {
            ended[i].outcome = std::move(outcomes[i]);
        }
        core_->put_back(std::move(ended)); // settling is idempotent
        take_failure(failure, "settle");
    }
}

/// The next step of a stop, if it is due.
COFIRE_DECL void dispatcher::advance_stop() {
    bool at_once = false;
    bool const asked = core_->stop_asked(at_once) || fatal_ != nullptr;
    steady_point const now = core_->environment.clock().steady_now();
    if (asked && !plan_.begun()) {
        plan_.begin(now);
        core_->set_state(server_state::stopping);
        core_->release_ready();
        core_->end_slots();
    }
    if (asked && (at_once || fatal_ != nullptr)) {
        plan_.hurry();
    }
    switch (plan_.due(now)) {
    case shutdown_plan::action::none: break;
    case shutdown_plan::action::cancel:
        core_->stop_all_runs(cancellation_reason::shutdown);
        break;
    case shutdown_plan::action::hand_back: core_->hand_back(tick_every_.has_value()); break;
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::turn() {
    constexpr duration between_reports = std::chrono::milliseconds{250};
    busy_ = false;
    advance_stop();
    clock const& time = core_->environment.clock();
    steady_point const now = time.steady_now();
    next_timeout_ = core_->expire_timeouts(now);
    if (failing() && fatal_ == nullptr) {
        co_return;
    }
    if (instance_ == 0 && fatal_ == nullptr) {
        busy_ = true;
        co_await announce();
        co_return;
    }
    if (watch_->changed) {
        watch_->changed = false;
        changed_ = true;
        if (watch_->error) {
            take_failure(std::exchange(watch_->error, nullptr), "wait");
        }
    }
    dispatcher_input input = core_->take_input();
    if (fatal_ != nullptr) { // nobody takes the outcomes any more
        done_ = input.slots == 0;
        co_return;
    }
    except_ = std::move(input.except);
    bool const report = core_->has_reports() && now >= next_report_;
    if (report) {
        next_report_ = now + between_reports;
        auto more = core_->collect_reports();
        input.reports.insert(
            input.reports.end(), std::make_move_iterator(more.begin()),
            std::make_move_iterator(more.end())
        );
    }
    bool const periodic = (tick_every_ || !input.ended.empty()) && now >= next_tick_;
    if (changed_ || !input.reports.empty() || periodic) {
        busy_ = true;
        co_await tick(std::move(input.reports));
    }
    time_point const wall = time.wall_now();
    if (next_due_ && *next_due_ <= wall) {
        more_ = true;
    }
    bool const takes = !stopping() && !drained_ && instance_ != 0;
    std::uint32_t const limit =
        takes && more_ ? std::min(input.room, core_->options.acquire_batch) : 0;
    if (!input.ended.empty() || limit != 0) {
        busy_ = true;
        co_await settle(std::move(input.ended), limit);
    }
    if (takes && reload_ && fatal_ == nullptr) {
        busy_ = true;
        co_await load_recurring();
    }
    if (takes && schedule_.next_at() && *schedule_.next_at() <= wall && fatal_ == nullptr) {
        busy_ = true;
        co_await fire_recurring();
    }
    done_ = stopping() && input.slots == 0 && !busy_;
}

/// Waits until there may be something to do.
COFIRE_DECL asio::awaitable<void> dispatcher::pause() {
    std::optional<time_point> wall = next_due_;
    std::optional<steady_point> steady = next_timeout_;
    auto const earlier = [](auto& to, auto const& from) {
        if (from && (!to || *from < *to)) {
            to = from;
        }
    };
    bool const takes = !stopping() && !drained_;
    if (takes) {
        earlier(wall, schedule_.next_at());
    } else {
        wall.reset();
    }
    earlier(steady, plan_.next_at());
    if (core_->has_reports()) {
        earlier(steady, std::optional(next_report_));
    }
    if (tick_every_) {
        earlier(steady, std::optional(next_tick_));
    }
    if (backoff_ != duration{0}) {
        earlier(steady, std::optional(retry_at_));
    }
    alarm_.set(wall, steady);
    if (!watch_->armed && instance_ != 0 && backoff_ == duration{0} && fatal_ == nullptr) {
        if (watch_->ended) { // it failed; the storage has answered since
            watch_ = std::make_shared<watch>(core_);
        }
        watch_->server = instance_;
        watch_->due_before = next_due_;
        watch_->seen = seen_.value_or(seen_token{});
        watch_->armed = true;
        seen_.reset();
        if (!watch_->started) {
            watch_->started = true;
            asio::co_spawn(
                strand_, watch_storage(watch_),
                asio::bind_cancellation_slot(watch_->signal.slot(), ignore_end(watch_))
            );
        } else {
            watch_->gate.notify();
        }
    }
    co_await core_->dispatcher_wake->wait();
}

COFIRE_DECL asio::awaitable<void> dispatcher::retire() {
    watch_->closing = true;
    if (watch_->started && !watch_->ended) {
        watch_->gate.notify();
        watch_->signal.emit(asio::cancellation_type::terminal);
        while (!watch_->ended) {
            co_await core_->dispatcher_wake->wait();
        }
    }
    if (instance_ != 0 && fatal_ == nullptr) {
        servers_request const request = server_retire{.server = instance_};
        std::exception_ptr failure;
        try {
            co_await core_->storage.servers(request);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            take_failure(failure, "retire");
        }
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::run() {
    constexpr int most_turns = 64; // without letting others have the thread
    int turns = 0;
    while (!done_) {
        co_await turn();
        if (done_) {
            break;
        }
        if (!busy_) {
            turns = 0;
            co_await pause();
        } else if (++turns == most_turns) {
            turns = 0;
            co_await asio::post(asio::use_awaitable);
        }
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

/// The completion handler of dispatch(): tells run().
struct dispatch_ended {
    std::shared_ptr<server_core> core;
    void operator()(std::exception_ptr e) const { core->end_run(std::move(e)); }
};

COFIRE_DECL asio::awaitable<void> run_server(std::shared_ptr<server_core> core) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    core->begin_run();
    asio::co_spawn(core->make_strand(), dispatch(core), dispatch_ended{core});
    std::exception_ptr failure;
    while (!core->ended(failure)) {
        bool cancelled = false;
        try {
            co_await core->run_wake.wait();
        } catch (boost::system::system_error const&) {
            cancelled = true;
        }
        if (cancelled) {
            auto const state = co_await asio::this_coro::cancellation_state;
            auto const terminal = asio::cancellation_type::terminal;
            core->stop((state.cancelled() & terminal) != asio::cancellation_type::none);
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace cofire::detail

#endif
