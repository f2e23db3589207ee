// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_SHUTDOWN_PLAN_HPP
#define COFIRE_SERVER_DETAIL_SHUTDOWN_PLAN_HPP

#include <cofire/core/time_point.hpp>

#include <algorithm>
#include <optional>

namespace cofire::detail {

/// The three steps of a stop: take no more jobs at once, ask running handlers to stop after a while,
/// name and hand back those that still run later. Decides only; see the dispatcher for the doing.
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

    /// The next step is due at once.
    void hurry() { hurried_ = true; }

    [[nodiscard]] bool begun() const { return began_.has_value(); }

    /// What is to be done now. Each action is given once.
    [[nodiscard]] action due(steady_point now) {
        if (!next_at() || (!hurried_ && now < *next_at())) {
            return action::none;
        }
        hurried_ = false;
        return ++done_ == 1 ? action::cancel : action::hand_back;
    }

    /// When due() is to be asked again; empty: never.
    [[nodiscard]] std::optional<steady_point> next_at() const {
        if (!began_ || done_ == 2) {
            return std::nullopt;
        }
        return *began_ + (done_ == 0 ? cancel_after_ : hand_back_after_);
    }

private:
    duration cancel_after_;
    duration hand_back_after_;
    std::optional<steady_point> began_;
    int done_ = 0;
    bool hurried_ = false;
};

} // namespace cofire::detail

#endif
