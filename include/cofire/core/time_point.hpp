// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_TIME_POINT_HPP
#define COFIRE_CORE_TIME_POINT_HPP

#include <chrono>

namespace cofire {

/// A length of time, in microseconds: what delays, timeouts and leases are given in.
using duration = std::chrono::microseconds;

/// A moment on the wall clock (UTC), in microseconds since 1970: what storages hold.
using time_point = std::chrono::sys_time<duration>;

/// A moment on the steady clock, in nanoseconds: what timeouts are measured with.
using steady_point = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// The first time_point that is not before `t`. Rounds up, so that nothing starts before its time.
/// Distinct objects: safe. Shared objects: safe.
template <class Duration>
[[nodiscard]] constexpr time_point to_time_point(std::chrono::sys_time<Duration> t) {
    return std::chrono::ceil<duration>(t);
}

/// `t` + `d`, at most `last`: no sum overflows. Distinct objects: safe. Shared objects: safe.
[[nodiscard]] constexpr time_point
later(time_point t, duration d, time_point last = time_point::max()) {
    return d > duration{0} && t > last - d ? last : t + d;
}

} // namespace cofire

#endif
