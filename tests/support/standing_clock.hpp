// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_SUPPORT_STANDING_CLOCK_HPP
#define COFIRE_TESTS_SUPPORT_STANDING_CLOCK_HPP

#include <cofire/time/clock.hpp>

#include <cstdint>
#include <functional>

namespace cofire_tests {

/// A clock that stands where it is put, and wakes nobody.
struct standing_clock {
    cofire::time_point now{};

    [[nodiscard]] cofire::time_point wall_now() const { return now; }
    [[nodiscard]] cofire::steady_point steady_now() const {
        return cofire::steady_point{now.time_since_epoch()};
    }
    std::uint64_t subscribe(std::function<void()> const&) { return 0; }
    void unsubscribe(std::uint64_t) {}
};

} // namespace cofire_tests

#endif
