// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_SLEEP_IPP
#define COFIRE_HANDLER_IMPL_SLEEP_IPP

#include <cofire/handler/detail/sleep.hpp>
#include <cofire/storage/detail/parking.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cofire::detail {

COFIRE_DECL asio::awaitable<void> sleep_on_system_clock(duration d) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(d);
    auto expired = timer.async_wait(asio::use_awaitable);
    co_await std::move(expired);
}

COFIRE_DECL asio::awaitable<void> sleep_on_clock(clock by, duration d) {
    steady_point const end = by.steady_now() + d;
    parking moved;
    auto const watching = by.subscribe([&moved] { moved.notify(); });
    while (by.steady_now() < end) { // a move between this look and the wait is kept
        auto op = moved.wait();
        co_await std::move(op);
    }
}

COFIRE_DECL asio::awaitable<void> sleep_not() {
    co_return;
}

COFIRE_DECL asio::awaitable<void> sleep_for(clock by, duration d) {
    if (d <= duration::zero()) {
        return sleep_not();
    }
    // Longer ones do not fit the steady clock, which counts nanoseconds.
    duration const bounded = std::min<duration>(d, std::chrono::hours(24 * 36'500));
    return by.is_system() ? sleep_on_system_clock(bounded) : sleep_on_clock(std::move(by), bounded);
}

} // namespace cofire::detail

#endif
