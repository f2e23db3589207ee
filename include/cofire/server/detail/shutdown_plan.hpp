// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_SHUTDOWN_PLAN_HPP
#define COFIRE_SERVER_DETAIL_SHUTDOWN_PLAN_HPP

#include <cofire/core/time_point.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace cofire::detail {

/// The three steps of a stop: take no more jobs at once, ask running handlers to stop after a while,
/// name and hand back those that still run later. Decides only; see the dispatcher for the doing.
/// Shared objects: unsafe.
class shutdown_plan {
public:
    enum class action { none, cancel, hand_back };

    shutdown_plan(duration cancel_after, duration hand_back_after)
        : cancel_after_(cancel_after), hand_back_after_(std::max(cancel_after, hand_back_after)) {}

    /// Begins; later calls change nothing.
    void begin(steady_point now) {
        if (!began_) {
            began_ = now;
        }
    }

    /// The next `steps` steps are due at once.
    void hurry(std::uint32_t steps) { hurries_ += std::min(steps, 2U); }

    [[nodiscard]] bool begun() const { return began_.has_value(); }

    /// True when there are no more steps.
    [[nodiscard]] bool over() const { return done_ == 2; }

    /// What is to be done now; to be asked until there is nothing. Each action is given once.
    [[nodiscard]] action due(steady_point now) {
        auto const at = next_at();
        if (!at || (hurries_ == 0 && now < *at)) {
            return action::none;
        }
        hurries_ -= hurries_ != 0 ? 1 : 0;
        return ++done_ == 1 ? action::cancel : action::hand_back;
    }

    /// When due() is to be asked again; empty: never.
    [[nodiscard]] std::optional<steady_point> next_at() const {
        constexpr duration far = std::chrono::hours(24 * 36'500); // what the steady clock can add
        if (!began_ || over()) {
            return std::nullopt;
        }
        return *began_ + std::min(done_ == 0 ? cancel_after_ : hand_back_after_, far);
    }

private:
    duration cancel_after_;
    duration hand_back_after_;
    std::optional<steady_point> began_;
    int done_ = 0;
    std::uint32_t hurries_ = 0;
};

} // namespace cofire::detail

#endif
