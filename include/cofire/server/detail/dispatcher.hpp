// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_DISPATCHER_HPP
#define COFIRE_SERVER_DETAIL_DISPATCHER_HPP

#include <cofire/core/config.hpp>
#include <cofire/server/detail/executor_lag.hpp>
#include <cofire/server/detail/recurring_schedule.hpp>
#include <cofire/server/detail/server_core.hpp>
#include <cofire/server/detail/settling.hpp>
#include <cofire/server/detail/shutdown_plan.hpp>
#include <cofire/storage/detail/alarm.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace cofire::detail {

/// Does nothing: the coroutine has said all there is to say.
struct ignore_end {
    template <class T>
    explicit ignore_end(std::shared_ptr<T> w) : kept(std::move(w)) {}
    void operator()(std::exception_ptr const&) const {}
    std::shared_ptr<void> kept;
};

/// Stands between a server's slots and its storage, in the frame of dispatch(), on a strand of its
/// own: collects outcomes and settles them in batches, acquires the next jobs along, passes reports
/// and signals, fires recurring jobs, and stops the server step by step.
///
/// It works in turns. A turn does what there is to do; when it found nothing, pause() waits until
/// there may be something: an outcome, a report, a stop (all notify server_core::dispatcher_wake),
/// a time (the alarm) or a change in the storage (the watch).
class dispatcher {
public:
    dispatcher(std::shared_ptr<server_core> core, asio::any_io_executor strand);

    /// Runs until the server has stopped. Throws errc::closed if the storage was closed, and what
    /// the storage threw last if it still fails at the end of a stop.
    asio::awaitable<void> run();

private:
    struct watch;

    enum class failure_kind {
        closed,  ///< the storage is closed: the end
        lost,    ///< the storage took this server for dead
        refused, ///< this call was refused, and would be again
        full,    ///< nothing took place, for want of room: again later
        failed,  ///< the storage failed: again later
    };

    // dispatcher.ipp: what is done when
    asio::awaitable<void> turn();
    asio::awaitable<void> work();
    asio::awaitable<void> pause();
    asio::awaitable<void> retire();
    asio::awaitable<bool> try_retire();
    static asio::awaitable<void> watch_storage(std::shared_ptr<watch> w);
    void arm_watch();
    void drop_watch();
    void look_at_watch();
    void advance_stop(steady_point now);
    void log_lag(steady_point now) noexcept;
    void give_up(std::exception_ptr why);
    [[nodiscard]] bool stopping() const { return plan_.begun(); }
    [[nodiscard]] bool taking() const;
    [[nodiscard]] bool backing_off(steady_point now) const {
        return backoff_ != duration{0} && now < retry_at_;
    }

    // dispatcher_calls.ipp: the calls to the storage
    asio::awaitable<void> announce();
    asio::awaitable<void>
    tick(std::vector<run_report> reports, std::span<run_outcome const> in_hand);
    asio::awaitable<void> acquire(std::uint32_t limit);
    void take_tick(tick_answer const& answer);
    void take_held(std::span<held_job const> held, std::span<run_outcome const> in_hand);
    void take_answer(acquire_answer&& answer, std::uint32_t limit);
    failure_kind take_failure(std::exception_ptr const& e, char const* operation);
    void forget_failure();
    [[nodiscard]] acquire_request make_acquire(std::uint32_t limit);

    // dispatcher_settle.ipp: the ends of runs
    static asio::awaitable<void> settle_storage(std::shared_ptr<settling> s);
    asio::awaitable<void> settle(ended_runs ended, std::uint32_t limit);
    void prepare_settle(ended_runs&& ended, std::uint32_t limit);
    void begin_settle(ended_runs ended, std::uint32_t limit);
    [[nodiscard]] bool is_settling() const;
    [[nodiscard]] bool is_settling_one_of(std::span<acquired_job const> jobs) const;
    [[nodiscard]] bool may_settle_apart() const;
    void look_at_settled();
    void take_settle_failure(std::exception_ptr const& failure);
    void take_refusals(ended_runs& ended, settle_answer const& answer);
    void refuse(run_outcome&& o, ended_about&& about, std::string const& why);
    void tell_settled(ended_runs const& ended, std::span<settle_status const> results);

    // dispatcher_recurring.ipp: recurring jobs
    [[nodiscard]] bool reload_is_due() const;
    [[nodiscard]] bool firing_is_due() const;
    asio::awaitable<void> serve_recurring();
    asio::awaitable<void> load_recurring();
    asio::awaitable<void> fire_recurring();
    void take_fired(
        std::vector<due_occurrence> const& due,
        std::vector<recurring_firing> const& firings,
        std::vector<fire_result> const& results
    );

    std::shared_ptr<server_core> core_;
    asio::any_io_executor strand_;
    std::shared_ptr<void const> presence_; // see servers_answer::presence
    alarm alarm_;
    shutdown_plan plan_;
    executor_lag lag_;
    recurring_schedule schedule_;
    random_source random_;
    std::shared_ptr<watch> watch_;
    std::shared_ptr<settling> settling_;
    server_instance instance_ = 0; // 0: to be announced
    std::optional<duration> tick_every_;
    std::vector<type_cap> caps_;
    ended_runs spare_;                   // settled: only its memory matters
    std::optional<time_point> next_due_; // on the storage's clock
    std::optional<steady_point> next_timeout_;
    steady_point next_report_{}; // reports are not told more often
    steady_point next_tick_{};
    steady_point retry_at_{}; // after a failure of the storage
    duration backoff_{0};
    std::optional<steady_point> slot_at_;   // to make a slot that could not be made
    std::optional<steady_point> reload_at_; // after a firing was refused
    std::size_t fire_at_once_;
    std::optional<job_id> list_held_; // an acquire was not answered: ask for what is held above it
    std::size_t isolate_ = 0; // so many outcomes are settled one by one: one of them is refused
    std::optional<seen_token> seen_; // by the earliest call since the last wait
    bool settles_slowly_ = false;    // the last settle was not answered at once
    bool more_ = true;               // there may be jobs to take
    bool changed_ = false;           // the storage said that something changed
    bool jobs_first_ = false;        // it may well be a job: take it before all else
    bool woke_ = false;              // in this turn a slot was woken
    bool drained_ = false;           // told to take no more jobs
    bool anything_runs_ = false;     // in the last turn
    bool reload_ = true;             // the recurring jobs are to be read
    bool busy_ = false;              // this turn did something
    bool failed_ = false;            // in this turn, the storage did
    bool last_try_ = false;          // the one before the end was made
    bool closed_ = false;            // the storage is
    bool done_ = false;
    std::uint64_t unsettled_ = 0; // outcomes that nobody took
    std::exception_ptr last_failure_;
    std::exception_ptr fatal_;
};

} // namespace cofire::detail

#endif
