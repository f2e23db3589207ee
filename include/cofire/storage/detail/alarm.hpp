// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_ALARM_HPP
#define COFIRE_STORAGE_DETAIL_ALARM_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/detail/parking.hpp>
#include <cofire/time/clock.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace cofire::detail {

/// Notifies a parking when a time has come, or earlier: whoever wakes looks at the clock again.
///
/// With the system's clock it is one timer of the executor; a wall clock that is set meanwhile is
/// noticed within half a minute. With another clock it notifies whenever that was moved.
///
/// It belongs into the frame of the coroutine that waits, so that it dies with its context.
/// Distinct objects: safe. Shared objects: unsafe.
class alarm {
public:
    /// Notifies `target`; never null.
    alarm(asio::any_io_executor const& ex, clock const& c, std::shared_ptr<parking> target);

    /// Rings at the earlier of the two; with neither, not at all. Replaces what was set before.
    void set(std::optional<time_point> wall, std::optional<steady_point> steady);

private:
    clock clock_;
    std::shared_ptr<parking> target_;
    asio::steady_timer timer_;
    std::optional<steady_point> set_;
    clock::subscription subscription_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/detail/impl/alarm.ipp>
#endif

#endif
