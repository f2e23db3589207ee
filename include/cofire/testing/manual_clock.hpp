// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_MANUAL_CLOCK_HPP
#define COFIRE_TESTING_MANUAL_CLOCK_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/time/clock.hpp>

#include <memory>

namespace cofire::testing {

/// A clock that stands still until it is moved: give it to storages and servers as their clock, and
/// a test needs no sleeping.
///
/// A handle: copies, and the cofire::clock made from it, share one time. Its steady clock starts at
/// its epoch. Each move calls what was subscribed before it returns, in the order of subscription,
/// on the caller's thread; moves from several threads take turns.
///
/// Distinct objects: safe, also copies of one clock. Shared objects: safe, except to assign.
class manual_clock {
public:
    /// A clock whose wall clock stands at `start`.
    explicit manual_clock(time_point start = {});

    /// The moment by the wall clock.
    [[nodiscard]] time_point wall_now() const;
    /// The moment by the steady clock.
    [[nodiscard]] steady_point steady_now() const;

    /// Time passes: both clocks move on by `by`.
    /// Throws std::invalid_argument, and moves nothing, if `by` is negative.
    void advance(duration by);

    /// Somebody sets the wall clock to `now`, forwards or backwards. The steady clock stays.
    void set(time_point now);

    /// Somebody sets the wall clock on by `by`, or back if negative. The steady clock stays.
    void jump(duration by);

    /// The clock to give to a storage, a server or a host.
    [[nodiscard]] operator clock() const;

private:
    class source;
    std::shared_ptr<source> source_;
};

} // namespace cofire::testing

#ifdef COFIRE_HEADER_ONLY
#include <cofire/testing/impl/manual_clock.ipp>
#endif

#endif
