// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_DUE_TIME_HPP
#define COFIRE_CLIENT_DUE_TIME_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>

#include <chrono>

namespace cofire {

/// When a job becomes due: a length of time from now, or a moment of the system clock. Made
/// implicitly from any duration and any time_point of std::chrono::system_clock, rounded up to
/// microseconds, so that nothing starts before its time.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
class due_time {
public:
    /// `d` from the moment of the call. Negative, or longer than 100 years: the call that it is
    /// given to fails with errc::bad_option.
    template <class Rep, class Period>
    constexpr due_time(std::chrono::duration<Rep, Period> d) // NOLINT(*-explicit-*)
        : relative_(true),
          in_range_(fits(d)),
          value_(in_range_ ? std::chrono::ceil<duration>(d) : duration{0}) {}

    /// The moment `t`. One that has passed means at once; one outside of the years 1600 to 9999:
    /// the call that it is given to fails with errc::bad_option.
    template <class Duration>
    constexpr due_time(std::chrono::sys_time<Duration> t) // NOLINT(*-explicit-*)
        : in_range_(fits(t.time_since_epoch())),
          value_(in_range_ ? std::chrono::ceil<duration>(t.time_since_epoch()) : duration{0}) {}

    /// The moment, counted from `now`. Throws error(errc::bad_option) if the value given is out of
    /// range.
    [[nodiscard]] time_point from(time_point now) const;

private:
    // Compared as floating point, where no unit overflows; true for no NaN.
    template <class Rep, class Period>
    static constexpr bool fits(std::chrono::duration<Rep, Period> d) {
        using years = std::chrono::duration<long double, std::chrono::years::period>;
        constexpr years least{-370};
        constexpr years most{8029};
        years const given(d);
        return given >= least && given <= most;
    }

    bool relative_ = false;
    bool in_range_;
    duration value_;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/due_time.ipp>
#endif

#endif
