// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_EXECUTOR_LAG_HPP
#define COFIRE_SERVER_DETAIL_EXECUTOR_LAG_HPP

#include <cofire/core/time_point.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace cofire::detail {

/// How late a server's executor runs what is the server's: a handler that blocks shows so. Two things are
/// measured: how long what was posted took to run and, while handlers run, how late a timer was.
/// Shared objects: unsafe.
class executor_lag {
public:
    /// From this on it is worth a call to the storage, and from that on a line for people.
    static constexpr duration noticeable = std::chrono::milliseconds{100};
    static constexpr duration bad = std::chrono::seconds{1};

    /// When the timer is to ring next, for a wait that begins now.
    [[nodiscard]] steady_point next_ring(steady_point now) {
        constexpr duration every = std::chrono::seconds{1};
        if (!rings_at_ || *rings_at_ <= now) { // it rang meanwhile, and nobody was there to hear it
            rings_at_ = now + every;
        }
        return *rings_at_;
    }
    /// No timer: nothing runs.
    void rest() { rings_at_.reset(); }

    /// A wait ended, by the timer or by something else.
    void woke(steady_point now) {
        if (rings_at_ && *rings_at_ <= now) {
            ran_late(now - *rings_at_);
            rings_at_.reset();
        }
    }
    /// Something posted ran this late.
    void ran_late(steady_point::duration by) {
        worst_ = std::max(worst_.value_or(duration{0}), std::chrono::floor<duration>(by));
    }

    /// The worst since it was last told; empty: nothing was measured.
    [[nodiscard]] std::optional<duration> worst() const { return worst_; }
    /// True if the storage should hear of it without waiting for another reason to be called.
    [[nodiscard]] bool is_news() const { return worst_ && *worst_ >= noticeable; }
    /// The storage has heard of `d`.
    void told(std::optional<duration> d) {
        if (d && worst_ && *worst_ <= *d) {
            worst_.reset();
        }
    }
    /// What people should read of it, at most once every 10 seconds.
    [[nodiscard]] std::optional<duration> to_log(steady_point now) {
        constexpr duration between = std::chrono::seconds{10};
        if (!worst_ || *worst_ < bad || (logged_at_ && now - *logged_at_ < between)) {
            return std::nullopt;
        }
        logged_at_ = now;
        return worst_;
    }

private:
    std::optional<steady_point> rings_at_;
    std::optional<duration> worst_;
    std::optional<steady_point> logged_at_;
};

} // namespace cofire::detail

#endif
