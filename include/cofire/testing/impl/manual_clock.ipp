// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_MANUAL_CLOCK_IPP
#define COFIRE_TESTING_IMPL_MANUAL_CLOCK_IPP

#include <cofire/testing/manual_clock.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace cofire::testing {

class manual_clock::source {
public:
    explicit source(time_point start) : wall_(start) {}

    time_point wall_now() const {
        std::lock_guard const lock{time_mutex_};
        return wall_;
    }

    steady_point steady_now() const {
        std::lock_guard const lock{time_mutex_};
        return steady_;
    }

    std::uint64_t subscribe(std::function<void()> on_change) {
        std::lock_guard const lock{calls_mutex_};
        functions_.emplace(++last_number_, std::move(on_change));
        return last_number_;
    }

    void unsubscribe(std::uint64_t number) {
        std::lock_guard const lock{calls_mutex_}; // waits for calls of other threads
        functions_.erase(number);
    }

    /// Applies `change` to both times, then calls everyone.
    template <class Change>
    void move(Change change) {
        std::lock_guard const lock{calls_mutex_};
        {
            std::lock_guard const time_lock{time_mutex_};
            change(wall_, steady_);
        }
        // By number, since a call may subscribe and unsubscribe; new ones wait for the next move.
        auto const last = last_number_;
        for (auto at = functions_.begin(); at != functions_.end() && at->first <= last;) {
            auto const number = at->first;
            auto const on_change = at->second; // it may unsubscribe itself
            on_change();
            at = functions_.upper_bound(number);
        }
    }

private:
    mutable std::mutex time_mutex_;
    time_point wall_;
    steady_point steady_{};
    std::recursive_mutex calls_mutex_; // held during calls, so that unsubscribe can wait for them
    std::map<std::uint64_t, std::function<void()>> functions_;
    std::uint64_t last_number_ = 0;
};

COFIRE_DECL manual_clock::manual_clock(time_point start)
    : source_(std::make_shared<source>(start)) {}

COFIRE_DECL time_point manual_clock::wall_now() const {
    return source_->wall_now();
}

COFIRE_DECL steady_point manual_clock::steady_now() const {
    return source_->steady_now();
}

COFIRE_DECL void manual_clock::advance(duration by) {
    if (by < duration::zero()) {
        throw std::invalid_argument(
            "manual_clock::advance: time does not pass backwards: " + std::to_string(by.count()) +
            " us (jump sets the wall clock back)"
        );
    }
    source_->move([by](time_point& wall, steady_point& steady) {
        wall += by;
        steady += by;
    });
}

COFIRE_DECL void manual_clock::set(time_point now) {
    source_->move([now](time_point& wall, steady_point&) { wall = now; });
}

COFIRE_DECL void manual_clock::jump(duration by) {
    source_->move([by](time_point& wall, steady_point&) { wall += by; });
}

COFIRE_DECL manual_clock::operator clock() const {
    return clock{source_};
}

} // namespace cofire::testing

#endif
