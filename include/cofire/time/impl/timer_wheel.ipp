// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_IMPL_TIMER_WHEEL_IPP
#define COFIRE_TIME_IMPL_TIMER_WHEEL_IPP

#include <cofire/time/timer_wheel.hpp>

#include <algorithm>

namespace cofire {

COFIRE_DECL timer_wheel_node* timer_wheel::take_all(unsigned slot) noexcept {
    timer_wheel_node* const first = state_.heads[slot];
    if (first != nullptr) {
        first->previous_->next_ = nullptr;
        state_.heads[slot] = nullptr;
        mark_empty(slot);
    }
    return first;
}

COFIRE_DECL void timer_wheel::move_down(unsigned slot) noexcept {
    for (timer_wheel_node* rest = take_all(slot); rest != nullptr;) {
        timer_wheel_node& node = *std::exchange(rest, rest->next_);
        place_in_slot(node);
    }
}

COFIRE_DECL void timer_wheel::rewind(key target) noexcept {
    // In the digits above `top` the cursor does not change, so timers that differ from it there
    // hang right; so do those that differ at `top`. All below move up to it.
    auto const top = target < state_.cursor ? level_of(target, state_.cursor) : 0;
    state_.now = target;
    state_.cursor = std::min(state_.cursor, target);
    // The lowest level may hold late timers that an exception kept from expiring: always look.
    for (unsigned level = 0; level < std::max(top, 1U); ++level) {
        for (auto left = state_.occupied[level]; left != 0; left &= left - 1) {
            auto const slot =
                level * slots_per_level + static_cast<unsigned>(std::countr_zero(left));
            for (timer_wheel_node* rest = take_all(slot); rest != nullptr;) {
                place(*std::exchange(rest, rest->next_));
            }
        }
    }
    for (timer_wheel_node* rest = take_all(late_slot); rest != nullptr;) {
        place(*std::exchange(rest, rest->next_));
    }
}

COFIRE_DECL void timer_wheel::take_late() noexcept {
    timer_wheel_node* rest = take_all(late_slot);
    std::size_t count = 0;
    for (timer_wheel_node const* node = rest; node != nullptr; node = node->next_) {
        ++count;
    }
    if (count == 0) {
        return;
    }
    auto const slot = static_cast<unsigned>(state_.cursor) & (slots_per_level - 1);
    for (rest = take_sorted(rest, count); rest != nullptr;) {
        link(*std::exchange(rest, rest->next_), slot);
    }
}

COFIRE_DECL timer_wheel_node*
timer_wheel::take_sorted(timer_wheel_node*& rest, std::size_t count) noexcept {
    if (count == 1) {
        timer_wheel_node* const one = std::exchange(rest, rest->next_);
        one->next_ = nullptr;
        return one;
    }
    timer_wheel_node* a = take_sorted(rest, count / 2);
    timer_wheel_node* b = take_sorted(rest, count - count / 2);
    timer_wheel_node* first = nullptr;
    timer_wheel_node** end = &first;
    while (a != nullptr && b != nullptr) {
        timer_wheel_node*& least = b->tick_ < a->tick_ ? b : a;
        timer_wheel_node* const node = std::exchange(least, least->next_);
        *end = node;
        end = &node->next_;
    }
    *end = a != nullptr ? a : b;
    return first;
}

} // namespace cofire

#endif
