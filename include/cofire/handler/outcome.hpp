// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_OUTCOME_HPP
#define COFIRE_HANDLER_OUTCOME_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/handler/cancellation_reason.hpp>
#include <cofire/handler/handler_entry.hpp>
#include <cofire/storage/contract/acquire.hpp>
#include <cofire/storage/contract/settle.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

namespace cofire {

/// All that decides how a run has ended.
struct outcome_input {
    /// The job that was run.
    acquired_job const& job;
    /// What handler_entry::run threw; null: it returned.
    std::exception_ptr exception{};
    /// What the handler returned, as JSON text; empty: nothing.
    std::string result{};
    /// What the handler said by job_context::snooze.
    std::optional<duration> snooze{};
    /// Why the run was asked to stop.
    cancellation_reason reason = cancellation_reason::none;
    /// When the handler started; empty if it did not.
    std::optional<time_point> started{};
    /// How long it ran.
    duration run_time{0};
    /// The storage's time.
    time_point now{};
    /// The handler, for its retry policy; null: the default one.
    handler_entry const* handler = nullptr;
    /// Any number: where the delay of a retry takes its chance from.
    std::uint64_t random = 0;
};

/// How a run has ended, before the outcome filters. Nothing if there is nothing to settle: the
/// lease was lost, and the job belongs to another server. Otherwise, the first line that applies:
///
/// | the handler | asked to stop | outcome |
/// |---|---|---|
/// | returned | deleted | deleted, result dropped |
/// | returned after snooze(d) | cancelled | deleted, since it is not done |
/// | returned after snooze(d) | | snoozed until now + d, no attempt counted |
/// | returned | | succeeded |
/// | threw | deleted, cancelled | deleted |
/// | arguments undecodable | | parked, no attempt counted |
/// | threw | shutdown | released, no attempt counted |
/// | threw permanent_failure | | failed |
/// | threw | timeout | failed attempt by job_timeout |
/// | threw | | failed attempt |
///
/// A failed attempt is a retry as long as attempts are left and the retry policy does not give up;
/// then failed, or deleted if attempts are used up and the job says exhausted_policy::delete_job.
/// The policy's exception types do not apply to a timeout.
///
/// Pure: no clock, no randomness, no I/O. Does not throw, but for want of memory.
[[nodiscard]] std::optional<run_outcome> decide_outcome(outcome_input input);

namespace detail {

/// The same into `to`, a new one. False: there is nothing to settle.
[[nodiscard]] bool decide_outcome(outcome_input& input, run_outcome& to);

} // namespace detail

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/outcome.ipp>
#endif

#endif
