// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_IMPL_ALARM_IPP
#define COFIRE_STORAGE_DETAIL_IMPL_ALARM_IPP

#include <cofire/storage/detail/alarm.hpp>

#include <algorithm>

namespace cofire::detail {

COFIRE_DECL
alarm::alarm(asio::any_io_executor const& ex, clock const& c, std::shared_ptr<parking> target)
    : clock_(c),
      target_(std::move(target)),
      timer_(ex),
      subscription_(c.subscribe([p = target_] { p->notify(); })) {}

COFIRE_DECL void alarm::set(std::optional<time_point> wall, std::optional<steady_point> steady) {
    if (!clock_.is_system()) {
        return; // it tells by itself when it was moved
    }
    // Steady timers do not follow a wall clock that is set; so look at it now and then.
    constexpr duration longest = std::chrono::seconds{30};
    if (wall) {
        time_point const now = clock_.wall_now();
        duration const wait = *wall <= now             ? duration{0}
                              : *wall - longest >= now ? longest
                                                       : *wall - now;
        steady_point const at = clock_.steady_now() + wait;
        steady = steady ? std::min(*steady, at) : at;
    }
    if (set_ && *set_ <= clock_.steady_now()) {
        set_.reset(); // it has rung
    }
    // Nothing to do if it rings in time already: ringing early is allowed, and timers cost.
    if (!steady || (set_ && *set_ <= *steady)) {
        if (!steady && set_) {
            timer_.cancel();
            set_.reset();
        }
        return;
    }
    set_ = steady;
    timer_.expires_at(std::chrono::time_point_cast<asio::steady_timer::duration>(*steady));
    timer_.async_wait([target = target_](boost::system::error_code ec) {
        if (!ec) {
            target->notify();
        }
    });
}

} // namespace cofire::detail

#endif
