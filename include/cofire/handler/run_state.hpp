// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_RUN_STATE_HPP
#define COFIRE_HANDLER_RUN_STATE_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/handler/cancellation_reason.hpp>
#include <cofire/storage/contract/acquire.hpp>
#include <cofire/storage/contract/tick.hpp>
#include <cofire/time/clock.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::detail {

struct run_state;

/// The most lines that one run may log.
inline constexpr std::size_t max_log_lines = 200;
/// The most bytes that one logged line may have.
inline constexpr std::size_t max_log_line = 4096;

/// What all runs of a server have in common. It outlives them all.
///
/// Distinct objects: safe. Shared objects: safe to read.
struct run_environment {
    /// The time that handlers see and sleep by.
    cofire::clock clock;
    /// What handlers enqueue with.
    cofire::client client;
    /// The server's executor.
    boost::asio::any_io_executor executor;
    /// The first argument of `report`.
    void* self = nullptr;
    /// Called, on the handler's thread, when a run has something to report and nothing was pending:
    /// the owner then calls take_report(). Null: nobody listens.
    void (*report)(void* self, run_state& run) noexcept = nullptr;
};

/// One run of a job, seen from the server: what the handler is given, what it leaves, what it says
/// in between, and why it should stop. A slot has one and uses it for run after run; a run that
/// uses nothing of it costs no allocation and no lock.
///
/// Distinct objects: safe. Shared objects: request_stop, stop_token, set_progress, log, take_report
/// and `reason` may be used from any thread, the rest belongs to whoever runs the handler.
struct run_state {
    /// A state without a job. `e` must outlive it.
    explicit run_state(run_environment const& e) : environment(&e) {}
    run_state(run_state const&) = delete;
    run_state& operator=(run_state const&) = delete;
    ~run_state() { delete extras_.load(); }

    /// The server's.
    run_environment const* environment;
    /// The job that is run.
    acquired_job job{};
    /// Why it should stop.
    std::atomic<cancellation_reason> reason{cancellation_reason::none};
    /// What the handler returned, as JSON text; empty: nothing. Set when it has returned.
    std::string result{};
    /// Set by the handler: run it again after this time.
    std::optional<duration> snooze{};
    /// True from the call of environment->report until take_report().
    std::atomic<bool> report_pending{false};

    /// Resets everything for the next run, of `next`. Precondition: no handler runs on this state,
    /// and the last report was taken: what was not is dropped.
    void start(acquired_job&& next);

    /// Asks the run to stop, if `why` weighs more than the reason it has: lease_lost more than
    /// deleted, that more than cancelled, that more than timeout and shutdown, of which the first
    /// stays. Then the stop token is triggered (its callbacks run here). Returns true if `reason`
    /// was set. Asio's cancellation is the caller's matter.
    bool request_stop(cancellation_reason why);

    /// A token that request_stop triggers. Made on first use.
    [[nodiscard]] std::stop_token stop_token();

    /// Says how far the run has come. Throws error(errc::bad_option), changing nothing, unless both
    /// are finite and not negative.
    void set_progress(double done, double total);

    /// Keeps a line of the run's log: the first max_log_line bytes of it, as valid UTF-8, and
    /// max_log_lines a run. finish() says how much was not kept.
    void log(std::string_view line);

    /// The handler has ended: adds the line that says how much of its log was not kept.
    void finish();

    /// What was said since the last call; nothing if nothing was.
    [[nodiscard]] std::optional<run_report> take_report();

private:
    /// What few runs use: made by the first one that does, kept for the next ones.
    struct extras {
        std::mutex mutex{};
        std::stop_source stop{std::nostopstate};
        run_report buffer{};
        bool buffered = false;
        std::size_t lines = 0;
        std::size_t dropped = 0;
        std::size_t cut = 0;
    };

    extras& use_extras();
    void begin_report(extras& e) const;
    void append(extras& e, std::string text) const;
    void announce();

    std::atomic<extras*> extras_{nullptr};
    std::atomic<bool> used_{false}; // something in *extras_ is of this run
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/run_state.ipp>
#endif

#endif
