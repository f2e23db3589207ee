// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_SERVER_CORE_IPP
#define COFIRE_SERVER_IMPL_SERVER_CORE_IPP

#include <cofire/core/error.hpp>
#include <cofire/handler/outcome.hpp>
#include <cofire/server/detail/server_core.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace cofire::detail {

COFIRE_DECL server_core::server_core(
    asio::any_io_executor ex, strand_maker strands, storage_ref s, registry& r, client c,
    server_options const& o, server_environment e
)
    : executor(std::move(ex)), make_strand(std::move(strands)), storage(std::move(s)), handlers(r),
      options(o), name(o.name.empty() ? std::string("server") : std::string(o.name)),
      environment(std::move(e)), queues(o.queues),
      runs{
          .clock = environment.clock(),
          .client = std::move(c),
          .executor = executor,
          .self = this,
          .report = [](void* self, run_state& run
                    ) noexcept {
              static_cast<server_core*>(self)->report(*static_cast<slot_run&>(run).owner);
          }},
      random_(o.seed ? *o.seed : random_seed()) {
    auto const check = [](bool ok, std::string const& what) {
        if (!ok) {
            throw error(errc::bad_server_option, what);
        }
    };
    check(o.concurrency >= 1, "concurrency 0");
    check(
        o.acquire_batch >= 1 && o.acquire_batch <= 10'000,
        "acquire_batch " + std::to_string(o.acquire_batch) + ", not 1 to 10,000"
    );
    check(
        o.cancel_after >= duration{0} && o.hand_back_after >= o.cancel_after,
        "hand_back_after is before cancel_after, or one of them is negative"
    );
    check(o.misfire_after >= duration{0}, "misfire_after is negative");
    options.queues = {}; // kept by `queues`
    options.name = {};   // kept by `name`
}

COFIRE_DECL time_point server_core::storage_now() const {
    return environment.clock().wall_now() + duration{skew_.load(std::memory_order_relaxed)};
}

COFIRE_DECL void server_core::settled_time(time_point storage_now) {
    skew_.store((storage_now - environment.clock().wall_now()).count(), std::memory_order_relaxed);
}

COFIRE_DECL void server_core::add(slot& s) {
    std::lock_guard const lock(mutex_);
    --spawning_;
    slots_.push_back(&s);
    s.registered = true;
    s.woken = true;
}

COFIRE_DECL void server_core::remove(slot& s) noexcept {
    std::lock_guard const lock(mutex_);
    if (!s.registered) {
        return;
    }
    s.registered = false;
    std::erase(slots_, &s);
    std::erase(idle_, &s);
    timeouts_.erase(s);
    if (s.holds) { // destroyed with its context, in the middle of a run
        --counters_.running;
    }
}

COFIRE_DECL void server_core::report(slot& s) noexcept {
    {
        std::lock_guard const lock(reporting_mutex_);
        reporting_.push_back(s.weak_from_this());
    }
    dispatcher_wake->notify();
}

COFIRE_DECL bool server_core::has_reports() const {
    std::lock_guard const lock(reporting_mutex_);
    return !reporting_.empty();
}

COFIRE_DECL std::vector<run_report> server_core::collect_reports() {
    std::vector<std::weak_ptr<slot>> reporting;
    {
        std::lock_guard const lock(reporting_mutex_);
        reporting.swap(reporting_);
    }
    std::vector<run_report> reports;
    for (auto const& w : reporting) {
        if (auto const s = w.lock()) {
            if (auto report = s->run.take_report()) {
                reports.push_back(std::move(*report));
            }
        }
    }
    return reports;
}

/// Takes over what a slot's last run has left.
COFIRE_DECL void server_core::take_ended(slot& s) {
    if (!s.holds) {
        return;
    }
    s.holds = false;
    timeouts_.erase(s);
    --counters_.running;
    if (s.report) {
        reports_.push_back(std::move(*s.report));
        s.report.reset();
    }
    if (s.outcome && !std::exchange(s.handed_back, false)) {
        ended_.push_back({.outcome = std::move(*s.outcome), .handler = s.handler});
        if (ended_.size() == 1) {
            dispatcher_wake->notify();
        }
    }
    s.outcome.reset();
    if (s.handler->options.concurrency != 0) {
        load& l = loads_[s.handler];
        --l.running;
        if (!l.waiting.empty()) {
            ready_job job = std::move(l.waiting.front());
            l.waiting.pop_front();
            --waiting_;
            make_ready(std::move(job));
        }
    }
}

COFIRE_DECL void server_core::make_ready(ready_job job) {
    std::size_t const most = job.handler->options.concurrency;
    if (most != 0) {
        load& l = loads_[job.handler];
        if (l.running >= most) {
            l.waiting.push_back(std::move(job));
            ++waiting_;
            return;
        }
        ++l.running;
    }
    ready_.push_back(std::move(job));
}

COFIRE_DECL slot_step server_core::next(slot& s) {
    constexpr std::uint32_t most_in_a_row = 64;
    constexpr std::chrono::microseconds longest_turn{200};
    steady_point const now = environment.clock().steady_now();
    time_point const wall = storage_now();
    std::lock_guard const lock(mutex_);
    take_ended(s);
    if (std::exchange(s.woken, false)) {
        waking_ = false;
        s.turn_began = now;
    }
    if (ready_.empty()) {
        s.in_a_row = 0;
        if (closing_) {
            s.registered = false;
            std::erase(slots_, &s);
            dispatcher_wake->notify();
            return slot_step::end;
        }
        idle_.push_back(&s);
        dispatcher_wake->notify();
        return slot_step::wait;
    }
    if (s.in_a_row >= most_in_a_row || (s.in_a_row != 0 && now - s.turn_began > longest_turn)) {
        s.in_a_row = 0;
        s.turn_began = now;
        return slot_step::yield;
    }
    ++s.in_a_row;
    ready_job& job = ready_.front();
    s.handler = job.handler;
    s.run.start(std::move(job.job));
    ready_.pop_front();
    s.started = now;
    s.started_wall = wall;
    s.busy = true;
    s.holds = true;
    s.held_id = s.run.job.id;
    s.held_epoch = s.run.job.epoch;
    ++counters_.running;
    ++counters_.started;
    if (duration const timeout = s.run.job.settings->timeout; timeout > duration{0}) {
        steady_point const at = now + timeout;
        timeouts_.insert(s, to_tick(at));
        if (!alarm_at_ || at < *alarm_at_) {
            dispatcher_wake->notify();
        }
    }
    wake_one();
    return slot_step::run;
}

/// Has one more slot take a job. Each slot that takes one does the same, so that a slot whose handler
/// suspends, or a second thread, holds nothing up, and no-op jobs wake hardly anybody.
COFIRE_DECL void server_core::wake_one() {
    if (waking_ || ready_.empty()) {
        return;
    }
    if (!idle_.empty()) {
        slot& s = *idle_.back();
        idle_.pop_back();
        s.woken = true;
        waking_ = true;
        s.wake.notify();
    } else if (slots_.size() + spawning_ < options.concurrency) {
        ++spawning_;
        waking_ = true;
        asio::post(executor, [self = shared_from_this()] { self->spawn_slot(); });
    }
}

/// The completion handler of a slot's coroutine: keeps its signal alive as long as it runs.
struct slot_ended {
    std::shared_ptr<slot> s;
    void operator()(std::exception_ptr const&) const {}
};

COFIRE_DECL void server_core::spawn_slot() {
    auto s = std::make_shared<slot>(shared_from_this(), make_strand());
    add(*s);
    asio::co_spawn(
        s->executor, run_slot(s), asio::bind_cancellation_slot(s->signal.slot(), slot_ended{s})
    );
}

COFIRE_DECL void
server_core::complete(slot& s, job_context const& context, std::exception_ptr error) {
    s.busy = false;
    steady_point const now = environment.clock().steady_now();
    outcome_input input{.job = s.run.job};
    input.exception = std::move(error);
    input.result = std::move(s.run.result);
    input.snooze = s.run.snooze;
    input.reason = s.run.reason.load();
    input.started = s.started_wall;
    input.run_time = std::chrono::floor<duration>(now - s.started);
    input.handler = s.handler;
    bool const plain = !input.exception && !input.snooze;
    input.now = plain ? s.started_wall + input.run_time : storage_now();
    if (input.exception) {
        std::lock_guard const lock(mutex_);
        input.random = random_.next();
    }
    time_point const settled_at = input.now;
    s.outcome = decide_outcome(std::move(input));
    if (s.outcome) {
        s.handler->filter_outcome(context, *s.outcome, settled_at, environment.log());
    }
    if (s.run.report_pending.load()) {
        s.report = s.run.take_report();
    }
}

COFIRE_DECL dispatcher_input server_core::take_input() {
    dispatcher_input input;
    std::lock_guard const lock(mutex_);
    input.ended = std::exchange(ended_, {});
    input.reports = std::exchange(reports_, {});
    input.running = static_cast<std::uint32_t>(counters_.running);
    input.slots = slots_.size() + spawning_;
    auto const held = counters_.running + ready_.size() + waiting_;
    input.room = held < options.concurrency
                     ? static_cast<std::uint32_t>(options.concurrency - held)
                     : 0;
    for (auto const& [handler, l] : loads_) {
        if (l.running >= handler->options.concurrency) {
            input.except.emplace_back(handler->name);
            input.except.insert(
                input.except.end(), handler->aliases.begin(), handler->aliases.end()
            );
        }
    }
    return input;
}

COFIRE_DECL void server_core::put_back(std::vector<ended_run> ended) {
    std::lock_guard const lock(mutex_);
    ended_.insert(
        ended_.begin(), std::make_move_iterator(ended.begin()), std::make_move_iterator(ended.end())
    );
}

COFIRE_DECL void server_core::deliver(std::vector<acquired_job> jobs) {
    std::lock_guard const lock(mutex_);
    for (acquired_job& job : jobs) {
        handler_entry const* const handler = handlers.find(job.type);
        if (handler == nullptr || job.argument_version > handler->argument_version) {
            run_outcome parked{.id = job.id, .epoch = job.epoch, .kind = outcome_kind::parked};
            parked.reason = "this server has no handler for " + job.type + ", version " +
                            std::to_string(job.argument_version);
            ended_.push_back({.outcome = std::move(parked), .handler = handler});
            continue;
        }
        make_ready({.job = std::move(job), .handler = handler});
    }
    wake_one();
}

COFIRE_DECL std::optional<steady_point> server_core::expire_timeouts(steady_point now) {
    std::vector<std::pair<std::shared_ptr<slot>, stop_run_call>> calls;
    std::optional<steady_point> next;
    {
        std::lock_guard const lock(mutex_);
        timeouts_.advance(to_now_tick(now), [&](timer_wheel_node& node) {
            auto& s = static_cast<slot&>(node);
            if (auto owned = s.weak_from_this().lock()) {
                stop_run_call call{
                    std::move(owned), s.held_id, s.held_epoch, cancellation_reason::timeout
                };
                calls.emplace_back(call.s, call);
            }
        });
        if (auto const tick = timeouts_.next_tick()) {
            next = from_tick<steady_point>(*tick);
        }
        alarm_at_ = next;
    }
    for (auto& [s, call] : calls) {
        asio::post(s->executor, std::move(call));
    }
    return next;
}

COFIRE_DECL void
server_core::stop_run_of(job_id id, epoch_type epoch, cancellation_reason why) {
    std::shared_ptr<slot> found;
    {
        std::lock_guard const lock(mutex_);
        auto const same = [&](ready_job const& r) {
            return r.job.id == id && r.job.epoch == epoch;
        };
        auto const drop = [&](std::deque<ready_job>& jobs, auto&& dropped) {
            auto const at = std::find_if(jobs.begin(), jobs.end(), same);
            if (at == jobs.end()) {
                return;
            }
            if (why != cancellation_reason::lease_lost) {
                run_outcome o{.id = id, .epoch = epoch, .kind = outcome_kind::deleted};
                o.reason = std::string(to_string(why));
                ended_.push_back({.outcome = std::move(o), .handler = at->handler});
                dispatcher_wake->notify();
            }
            dropped(*at);
            jobs.erase(at);
        };
        drop(ready_, [&](ready_job const& r) {
            if (r.handler->options.concurrency != 0) {
                --loads_[r.handler].running;
            }
        });
        for (auto& [handler, l] : loads_) {
            drop(l.waiting, [&](ready_job const&) { --waiting_; });
        }
        for (slot* s : slots_) {
            if (s->holds && s->held_id == id && s->held_epoch == epoch) {
                found = s->weak_from_this().lock();
            }
        }
    }
    if (found) {
        auto const ex = found->executor;
        asio::post(ex, stop_run_call{std::move(found), id, epoch, why});
    }
}

COFIRE_DECL void server_core::stop_all_runs(cancellation_reason why) {
    std::vector<stop_run_call> calls;
    {
        std::lock_guard const lock(mutex_);
        for (slot* s : slots_) {
            if (auto owned = s->holds ? s->weak_from_this().lock() : nullptr) {
                calls.push_back({std::move(owned), s->held_id, s->held_epoch, why});
            }
        }
    }
    for (stop_run_call& call : calls) {
        auto const ex = call.s->executor;
        asio::post(ex, std::move(call));
    }
}

/// Names the handlers that still run; hands their jobs back if that may be done while they run.
COFIRE_DECL void server_core::hand_back(bool while_running) {
    std::vector<std::string> names;
    {
        std::lock_guard const lock(mutex_);
        for (slot* s : slots_) {
            if (!s->holds || s->handed_back) {
                continue;
            }
            names.push_back(s->handler->name + " " + s->held_id.to_string());
            if (while_running) {
                s->handed_back = true;
                run_outcome o{
                    .id = s->held_id, .epoch = s->held_epoch, .kind = outcome_kind::released
                };
                o.reason = "shutdown";
                ended_.push_back({.outcome = std::move(o), .handler = s->handler});
            }
        }
    }
    for (std::string const& n : names) {
        write_log(
            environment.log(), log_level::warning,
            "the handler of " + n + " does not stop; " +
                (while_running ? "its job is handed back" : "waiting for it")
        );
    }
}

/// Hands back what was acquired and not started.
COFIRE_DECL void server_core::release_ready() {
    std::lock_guard const lock(mutex_);
    auto const release = [&](std::deque<ready_job>& jobs) {
        for (ready_job const& r : jobs) {
            run_outcome o{.id = r.job.id, .epoch = r.job.epoch, .kind = outcome_kind::released};
            o.reason = "shutdown";
            ended_.push_back({.outcome = std::move(o), .handler = r.handler});
        }
        jobs.clear();
    };
    for (ready_job const& r : ready_) {
        if (r.handler->options.concurrency != 0) {
            --loads_[r.handler].running;
        }
    }
    release(ready_);
    for (auto& [handler, l] : loads_) {
        release(l.waiting);
    }
    waiting_ = 0;
}

COFIRE_DECL void server_core::end_slots() {
    std::lock_guard const lock(mutex_);
    closing_ = true;
    for (slot* s : std::exchange(idle_, {})) {
        s->wake.notify();
    }
}

COFIRE_DECL void
server_core::count_settled(run_outcome const& outcome, settle_status status) {
    std::lock_guard const lock(mutex_);
    if (status == settle_status::stale) {
        ++counters_.stale;
        return;
    }
    switch (outcome.kind) {
    case outcome_kind::succeeded: ++counters_.succeeded; break;
    case outcome_kind::failed:
    case outcome_kind::retry: ++counters_.attempts_failed; break;
    case outcome_kind::released: ++counters_.released; break;
    default: break;
    }
}

COFIRE_DECL void server_core::count_storage_error() {
    std::lock_guard const lock(mutex_);
    ++counters_.storage_errors;
}

COFIRE_DECL void server_core::stop(bool now) {
    {
        std::lock_guard const lock(mutex_);
        if (state_ == server_state::idle) {
            state_ = server_state::stopped;
            return;
        }
        stop_asked_ = true;
        stop_now_ = stop_now_ || now;
    }
    dispatcher_wake->notify();
}

COFIRE_DECL bool server_core::stop_asked(bool& now) {
    std::lock_guard const lock(mutex_);
    now = std::exchange(stop_now_, false);
    return stop_asked_;
}

COFIRE_DECL server_state server_core::state() const {
    std::lock_guard const lock(mutex_);
    return state_;
}

COFIRE_DECL void server_core::set_state(server_state s) {
    std::lock_guard const lock(mutex_);
    state_ = s;
}

COFIRE_DECL void server_core::begin_run() {
    std::lock_guard const lock(mutex_);
    if (state_ == server_state::stopped) {
        throw error(errc::stopped, "server " + quoted(name));
    }
    if (state_ != server_state::idle) {
        throw error(errc::already_started, "server " + quoted(name));
    }
    state_ = server_state::running;
    handlers.freeze();
}

COFIRE_DECL void server_core::end_run(std::exception_ptr e) noexcept {
    {
        std::lock_guard const lock(mutex_);
        state_ = server_state::stopped;
        run_ended_ = true;
        run_error_ = std::move(e);
    }
    run_wake.notify();
}

COFIRE_DECL bool server_core::ended(std::exception_ptr& e) const {
    std::lock_guard const lock(mutex_);
    e = run_error_;
    return run_ended_;
}

COFIRE_DECL server_health server_core::health() const {
    std::lock_guard const lock(mutex_);
    server_health h{.state = state_, .counters = counters_};
    h.ok = state_ == server_state::running || state_ == server_state::draining;
    if (!h.ok) {
        h.message = state_ == server_state::idle ? "not started" : "stopped or stopping";
    }
    return h;
}

} // namespace cofire::detail

#endif
