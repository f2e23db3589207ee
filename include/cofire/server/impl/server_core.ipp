// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_SERVER_CORE_IPP
#define COFIRE_SERVER_IMPL_SERVER_CORE_IPP

#include <cofire/core/error.hpp>
#include <cofire/server/detail/server_core.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

// The life of a server: made, run, stopped, and how handlers are stopped. What it does with jobs:
// server_core_runs.ipp.

namespace cofire::detail {

COFIRE_DECL server_core::server_core(
    asio::any_io_executor ex,
    strand_maker strands,
    storage_ref s,
    std::shared_ptr<registry> r,
    client c,
    server_options const& o,
    server_environment e
)
    : executor(std::move(ex)),
      make_strand(std::move(strands)),
      storage(std::move(s)),
      handlers(std::move(r)),
      options(o),
      name(o.name.empty() ? std::string("server") : std::string(o.name)),
      environment(std::move(e)),
      queues(o.queues),
      runs{
          .clock = environment.clock(),
          .client = std::move(c),
          .executor = executor,
          .self = this,
          .report =
              [](void* self, run_state& run) noexcept {
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
        "cancel_after " + std::to_string(o.cancel_after.count()) + " us, hand_back_after " +
            std::to_string(o.hand_back_after.count()) + " us, not 0 or more and in this order"
    );
    check(
        o.misfire_after >= duration{0},
        "misfire_after " + std::to_string(o.misfire_after.count()) + " us, negative"
    );
    options.queues = {}; // kept by `queues`
    options.name = {};   // kept by `name`
}

COFIRE_DECL time_point server_core::storage_now() const {
    return environment.clock().wall_now() + duration{skew_.load(std::memory_order_relaxed)};
}

/// When our clock shows what the storage's shows as `storage_time`.
COFIRE_DECL time_point server_core::to_local(time_point storage_time) const {
    constexpr duration far = std::chrono::hours(24 * 36'500);
    duration const skew{skew_.load(std::memory_order_relaxed)};
    time_point const now = environment.clock().wall_now();
    return storage_time > now && storage_time - now > far ? now + far : storage_time - skew;
}

/// The storage's clock showed `now` at some time since we asked. What we took for its time is right if it
/// lies between; an answer that came late must not make it older.
COFIRE_DECL void server_core::set_storage_time(time_point now, steady_point asked_at) {
    duration const least = now - environment.clock().wall_now();
    duration const waited =
        std::chrono::ceil<duration>(environment.clock().steady_now() - asked_at);
    duration const skew{skew_.load(std::memory_order_relaxed)};
    duration const likely = std::clamp(skew, least, least + waited);
    skew_.store(likely.count(), std::memory_order_relaxed);
}

COFIRE_DECL void server_core::begin_run() {
    std::lock_guard const lock(mutex_);
    if (state_ == server_state::stopped) {
        throw error(errc::stopped, "server " + quoted(name));
    }
    if (state_ != server_state::idle) {
        throw error(errc::already_started, "server " + quoted(name));
    }
    handlers->freeze();
    for (auto const& entry : handlers->entries()) {
        if (entry->options.concurrency != 0) {
            type_load& load = loads_.emplace_back();
            load.handler = entry.get();
            load.names.assign(entry->aliases.begin(), entry->aliases.end());
            load.names.emplace_back(entry->name);
        }
    }
    state_ = server_state::running;
}

COFIRE_DECL void server_core::end_run(std::exception_ptr e) noexcept {
    {
        std::lock_guard const lock(mutex_);
        state_ = server_state::stopped;
        run_ended_ = true;
        run_error_ = std::move(e);
    }
    run_wake.notify();
    call_at_end();
}

COFIRE_DECL bool server_core::ended(std::exception_ptr& e) const {
    std::lock_guard const lock(mutex_);
    e = run_error_;
    return run_ended_;
}

COFIRE_DECL void server_core::at_end(std::function<void()> call) {
    {
        std::lock_guard const lock(mutex_);
        if (state_ != server_state::stopped) {
            at_end_.push_back(std::move(call));
            return;
        }
    }
    call();
}

COFIRE_DECL void server_core::call_at_end() noexcept {
    std::vector<std::function<void()>> calls;
    {
        std::lock_guard const lock(mutex_);
        calls.swap(at_end_);
    }
    for (auto const& call : calls) {
        call();
    }
}

COFIRE_DECL void server_core::stop(bool now) {
    bool never_ran = false;
    {
        std::lock_guard const lock(mutex_);
        if (state_ == server_state::idle) {
            state_ = server_state::stopped;
            never_ran = true;
        }
        stop_asked_ = true;
        hurries_ += now ? 1 : 0;
    }
    if (never_ran) {
        call_at_end();
    } else {
        dispatcher_wake->notify();
    }
}

/// How often stop_now() was called since the last time.
COFIRE_DECL bool server_core::stop_asked(std::uint32_t& hurries) {
    std::lock_guard const lock(mutex_);
    hurries = std::exchange(hurries_, 0U);
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

COFIRE_DECL void server_core::set_trouble(std::string what) {
    std::lock_guard const lock(mutex_);
    counters_.storage_errors += what.empty() ? 0 : 1;
    trouble_ = std::move(what);
}

COFIRE_DECL void server_core::count_settled(
    std::span<run_outcome const> ended, std::span<settle_status const> results
) {
    std::lock_guard const lock(mutex_);
    for (std::size_t i = 0; i != ended.size(); ++i) {
        if (results[i] == settle_status::stale) {
            ++counters_.stale;
        }
        if (results[i] == settle_status::stale || results[i] == settle_status::refused) {
            continue;
        }
        switch (ended[i].kind) {
        case outcome_kind::succeeded: ++counters_.succeeded; break;
        case outcome_kind::failed:
        case outcome_kind::retry: ++counters_.attempts_failed; break;
        case outcome_kind::released: ++counters_.released; break;
        default: break;
        }
    }
}

/// The storage takes no outcome of this run: it stays held until the server retires.
COFIRE_DECL void server_core::give_up_run(job_id id, epoch_type epoch) {
    std::lock_guard const lock(mutex_);
    ++counters_.refused;
    given_up_.push_back({.id = id, .epoch = epoch});
}

/// Slots hold a copy each: so the storage does not take the server for dead, and give its jobs to
/// another, before the last frame of a handler is destroyed.
COFIRE_DECL void server_core::set_presence(std::shared_ptr<void const> const& p) {
    std::lock_guard const lock(mutex_);
    presence_ = p;
    ++presence_number_;
}

COFIRE_DECL server_health server_core::health() const {
    std::lock_guard const lock(mutex_);
    server_health h{.state = state_, .counters = counters_};
    switch (state_) {
    case server_state::idle: h.message = "not started"; break;
    case server_state::running:
    case server_state::draining: h.message = trouble_; break;
    case server_state::stopping: h.message = "stopping"; break;
    case server_state::stopped: h.message = "stopped"; break;
    }
    h.ok = h.message.empty();
    return h;
}

// Asking handlers to stop.

COFIRE_DECL std::optional<steady_point> server_core::expire_timeouts(steady_point now) {
    std::vector<stop_run_call> calls;
    std::optional<steady_point> next;
    {
        std::lock_guard const lock(mutex_);
        timeouts_.advance(to_now_tick(now), [&](timer_wheel_node& node) {
            auto& s = static_cast<slot&>(node);
            if (auto owned = s.weak_from_this().lock()) {
                calls.push_back(
                    {std::move(owned), s.run.job.id, s.run.job.epoch, cancellation_reason::timeout}
                );
            }
        });
        if (auto const tick = timeouts_.next_tick()) {
            next = from_tick<steady_point>(*tick);
        }
        alarm_at_ = next;
    }
    for (stop_run_call& call : calls) {
        auto const ex = call.s->executor;
        asio::post(ex, std::move(call));
    }
    return next;
}

COFIRE_DECL void server_core::stop_run_of(job_id id, epoch_type epoch, cancellation_reason why) {
    std::shared_ptr<slot> found;
    {
        std::lock_guard const lock(mutex_);
        auto const ready = ready_.all();
        auto const at = std::find_if(ready.begin(), ready.end(), [&](ready_job const& r) {
            return r.job.id == id && r.job.epoch == epoch;
        });
        if (at != ready.end()) {
            if (why == cancellation_reason::lease_lost) {
                free_load(at->handler);
                freed_ = true;
            } else {
                end_ready(*at, outcome_kind::deleted, to_string(why));
            }
            ready_.erase(static_cast<std::size_t>(at - ready.begin()));
            dispatcher_wake->notify();
            return;
        }
        for (slot* s : slots_) {
            if (s->holds && s->run.job.id == id && s->run.job.epoch == epoch) {
                found = s->weak_from_this().lock();
                break;
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
                calls.push_back({std::move(owned), s->run.job.id, s->run.job.epoch, why});
            }
        }
    }
    for (stop_run_call& call : calls) {
        auto const ex = call.s->executor;
        asio::post(ex, std::move(call));
    }
}

/// Nothing that the server holds is its own any more.
COFIRE_DECL void server_core::lose_lease() {
    {
        std::lock_guard const lock(mutex_);
        for (ready_job const& r : ready_.all()) {
            free_load(r.handler);
        }
        ready_.clear();
        given_up_.clear();
    }
    stop_all_runs(cancellation_reason::lease_lost);
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
            names.push_back(s->handler->name + " " + s->run.job.id.to_string());
            if (while_running) {
                s->handed_back = true;
                acquired_job const& job = s->run.job;
                run_outcome o{.id = job.id, .epoch = job.epoch, .kind = outcome_kind::released};
                o.started = s->started_wall;
                o.reason = "shutdown";
                ended_.add(std::move(o), {.handler = s->handler});
            }
        }
    }
    for (std::string const& n : names) {
        std::string const then = while_running ? "its job is handed back" : "waiting for it";
        std::string line = "the handler of " + n;
        line += " does not stop; " + then;
        write_log(environment.log(), log_level::warning, line);
    }
}

// run().

/// The completion handler of dispatch(): tells run().
struct dispatch_ended {
    std::shared_ptr<server_core> core;
    void operator()(std::exception_ptr e) const { core->end_run(std::move(e)); }
};

COFIRE_DECL asio::awaitable<void> run_begun_server(std::shared_ptr<server_core> core) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(true);
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
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (failure) {
        std::rethrow_exception(failure);
    }
}

COFIRE_DECL asio::awaitable<void> run_server(std::shared_ptr<server_core> core) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    core->begin_run(); // from here on run_begun_server must begin, whatever is cancelled
    auto op = run_begun_server(std::move(core));
    co_await std::move(op);
}

} // namespace cofire::detail

#endif
