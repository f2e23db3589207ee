// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_RETRY_POLICY_HPP
#define COFIRE_HANDLER_RETRY_POLICY_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/handler/detail/failure.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace cofire {

/// The longest a retry is put off, about 100 years: what overflows becomes this.
inline constexpr duration max_retry_delay = std::chrono::hours(24 * 36'500);

/// The wait before retry `retry` (1 is the first) where nobody says otherwise:
/// (retry - 1)^4 + 15 + r * retry seconds, r a whole number from 0 to 29 taken from `random`. At
/// most max_retry_delay, for any `retry`.
[[nodiscard]] duration default_retry_delay(int retry, std::uint64_t random) noexcept;

/// When a job of one type runs again after a failure, and after which failures it does not. Given
/// at registration: registry.add<F>(cofire::retry(policy)). How many attempts there are is not its
/// matter but the job's: job_options::max_attempts.
///
///     cofire::retry_policy{}.delays({1s, 10s, 1min}).jitter(0.1).never_on<std::invalid_argument>()
///
/// Which delay counts: the job's own (job_options::delays), else the function's, else delays(),
/// else default_retry_delay.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
class retry_policy {
public:
    /// Says how long to wait before retry `retry` (1 is the first), or nothing to give up. Called
    /// by the server, from any of its threads. If it throws, default_retry_delay counts.
    using function_type = std::function<std::optional<duration>(int retry, std::exception_ptr)>;

    /// The waits before the second, third, ... run; the last one repeats. Empty: none of its own.
    /// Throws error(errc::bad_option), changing nothing, if one is negative.
    retry_policy& delays(std::vector<duration> waits);

    /// Asks `f` instead.
    retry_policy& function(function_type f) {
        function_ = std::move(f);
        return *this;
    }

    /// Multiplies each delay by a random number from 1 - `fraction` to 1 + `fraction`, so that jobs
    /// that failed together do not come back together. Not applied to default_retry_delay, which
    /// has its own. Throws error(errc::bad_option), changing nothing, if it is not from 0 to 1.
    retry_policy& jitter(double fraction);

    /// Only failures by these exceptions, or what is derived from them, are retried. Called again,
    /// it adds to them.
    template <class... E>
    retry_policy& retry_on() {
        (retry_on_.push_back(&detail::holds_exception<E>), ...);
        return *this;
    }

    /// Failures by these exceptions, or what is derived from them, are not retried, whatever
    /// retry_on says. Called again, it adds to them.
    template <class... E>
    retry_policy& never_on() {
        (never_on_.push_back(&detail::holds_exception<E>), ...);
        return *this;
    }

    /// True if a failure by `e` may be retried, as far as its type matters.
    [[nodiscard]] bool allows(std::exception_ptr const& e) const;

    /// The wait before retry `retry` (1 is the first) after a failure by `e`; nothing to give up.
    /// `job_delays` are the job's own; `random` is any number. From 0 to max_retry_delay. Does not
    /// ask allows().
    [[nodiscard]] std::optional<duration> delay(
        int retry,
        std::exception_ptr const& e,
        std::span<duration const> job_delays,
        std::uint64_t random
    ) const;

private:
    using matcher = bool (*)(std::exception_ptr const&);

    [[nodiscard]] duration spread(duration d, std::uint64_t random) const noexcept;

    std::vector<duration> delays_;
    function_type function_;
    double jitter_ = 0;
    std::vector<matcher> retry_on_;
    std::vector<matcher> never_on_;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/retry_policy.ipp>
#endif

#endif
