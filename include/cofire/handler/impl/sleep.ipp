// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_SLEEP_IPP
#define COFIRE_HANDLER_IMPL_SLEEP_IPP

#include <cofire/handler/detail/sleep.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace cofire::detail {

/// Wakes a sleeper on its own executor when the clock was moved.
class clock_watch {
public:
    clock_watch(clock const& by, asio::any_io_executor const& executor)
        : timer_(std::make_shared<asio::steady_timer>(executor)) {
        // The last: the source may call from another thread from here on.
        subscription_ = by.subscribe([weak = std::weak_ptr(timer_), executor] {
            asio::post(executor, [weak] {
                if (auto const timer = weak.lock()) {
                    timer->cancel();
                }
            });
        });
    }

    asio::steady_timer& timer() { return *timer_; }

private:
    std::shared_ptr<asio::steady_timer> timer_; // never expires: only a thing to wait on
    clock::subscription subscription_;
};

COFIRE_DECL asio::awaitable<void> sleep_on_system_clock(duration d) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(d);
    auto expired = timer.async_wait(asio::use_awaitable);
    co_await std::move(expired);
}

COFIRE_DECL asio::awaitable<void> sleep_on_clock(clock by, duration d) {
    auto const executor = co_await asio::this_coro::executor;
    steady_point const end = by.steady_now() + d;
    clock_watch watch(by, executor);
    while (by.steady_now() < end) {
        // A move from here on is seen: it posts, so its cancel comes after this wait has begun.
        watch.timer().expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        auto moved = watch.timer().async_wait(asio::redirect_error(asio::use_awaitable, woken));
        co_await std::move(moved);
        auto const cancelled = co_await asio::this_coro::cancellation_state;
        if (cancelled.cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted, "sleep_for");
        }
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
