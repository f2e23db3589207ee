// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_TIMER_WHEEL_HPP
#define COFIRE_TIME_TIMER_WHEEL_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>

#include <array>
#include <bit>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace cofire {

/// The wheel's tick at which something due at `t` may happen: milliseconds since 1970, rounded up,
/// so that nothing happens early. Distinct objects: safe. Shared objects: safe.
[[nodiscard]] constexpr std::int64_t to_tick(time_point t) {
    return std::chrono::ceil<std::chrono::milliseconds>(t).time_since_epoch().count();
}
/// The same for the steady clock.
[[nodiscard]] constexpr std::int64_t to_tick(steady_point t) {
    return std::chrono::ceil<std::chrono::milliseconds>(t).time_since_epoch().count();
}

/// The tick that the clock has reached at `now`, rounded down: what timer_wheel::advance is given.
/// Distinct objects: safe. Shared objects: safe.
[[nodiscard]] constexpr std::int64_t to_now_tick(time_point now) {
    return std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
}
/// The same for the steady clock.
[[nodiscard]] constexpr std::int64_t to_now_tick(steady_point now) {
    return std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
}

/// The moment at which `tick` begins; `Point` is time_point or steady_point.
/// Precondition: `tick` came from a `Point`. Distinct objects: safe. Shared objects: safe.
template <class Point>
[[nodiscard]] constexpr Point from_tick(std::int64_t tick) {
    return Point{std::chrono::milliseconds{tick}};
}

/// What is put into a timer_wheel: a base class or a member of the thing that waits.
///
/// Neither destructor looks at the other side: a node must be out of the wheel before it dies,
/// unless the wheel is not used any more. Nodes stay where they are: no copy, no move.
///
/// Distinct objects: unsafe while they are in the same wheel. Shared objects: unsafe.
class timer_wheel_node {
public:
    /// A node outside any wheel.
    timer_wheel_node() = default;
    timer_wheel_node(timer_wheel_node const&) = delete;
    timer_wheel_node& operator=(timer_wheel_node const&) = delete;

    /// True from timer_wheel::insert until it has expired or was erased.
    [[nodiscard]] bool is_linked() const noexcept { return next_ != nullptr; }

    /// The tick given to the last timer_wheel::insert.
    [[nodiscard]] std::int64_t tick() const noexcept { return tick_; }

private:
    friend class timer_wheel;

    timer_wheel_node* previous_ = nullptr;
    timer_wheel_node* next_ = nullptr;
    std::int64_t tick_ = 0;
    std::uint16_t slot_ = 0;
};

/// Timers by tick, any number of them: a hierarchical wheel.
///
/// A tick is a 64-bit number of any meaning, here milliseconds. It is read as eleven digits of six
/// bits. A timer hangs at the level of the highest digit in which its tick differs from the wheel's
/// own, in the slot which that digit names; one bitmap a level tells the slots in use. So inserting
/// and erasing are O(1), and advancing touches no empty slot however far it goes; each timer is
/// moved to a lower level at most ten times.
///
/// The clock may go backwards (see advance). No clock, no thread, no allocation.
///
/// Distinct objects: safe. Shared objects: unsafe.
class timer_wheel {
public:
    /// An empty wheel at `now_tick`.
    explicit timer_wheel(std::int64_t now_tick = 0) noexcept
        : state_{.cursor = to_key(now_tick), .now = to_key(now_tick)} {}

    /// Takes over all timers; `other` is left empty, at its tick.
    timer_wheel(timer_wheel&& other) noexcept
        : state_(std::exchange(
              other.state_, state{.cursor = other.state_.now, .now = other.state_.now}
          )) {}

    /// Takes over all timers; `other` is left empty, at its tick. Precondition: empty().
    timer_wheel& operator=(timer_wheel&& other) noexcept {
        assert(empty() || this == &other);
        state const taken =
            std::exchange(other.state_, state{.cursor = other.state_.now, .now = other.state_.now});
        state_ = taken;
        return *this;
    }

    /// Has `node` expire at `tick`. A tick that is not after now() is late: the node expires at the
    /// next advance (not within one that is under way) that reaches its tick.
    /// Precondition: `node` is in no wheel. O(1).
    void insert(timer_wheel_node& node, std::int64_t tick) noexcept {
        assert(!node.is_linked());
        node.tick_ = tick;
        place(node);
        ++state_.size;
    }

    /// Takes `node` out; does nothing if it is in no wheel.
    /// Precondition: it is in no other wheel. O(1).
    void erase(timer_wheel_node& node) noexcept {
        if (node.is_linked()) {
            unlink(node);
            --state_.size;
        }
    }

    /// True if there is no timer.
    [[nodiscard]] bool empty() const noexcept { return state_.size == 0; }

    /// How many timers there are.
    [[nodiscard]] std::size_t size() const noexcept { return state_.size; }

    /// The tick given to the last advance; within an advance, to that one.
    [[nodiscard]] std::int64_t now() const noexcept { return from_key(state_.now); }

    /// The tick at which advance should be called next: exact if the earliest timer is less than
    /// about 64 ticks away, else possibly earlier, never later; now() if a timer is late. Nothing
    /// if there is no timer. Who sleeps until then wakes at most once a level for nothing. O(1).
    [[nodiscard]] std::optional<std::int64_t> next_tick() const noexcept {
        if (state_.heads[late_slot] != nullptr) {
            return now();
        }
        if (state_.levels == 0) {
            return std::nullopt;
        }
        return from_key(slot_begin(first_slot()));
    }

    /// Moves to `now_tick` and calls `expired(node)` for each timer whose tick is not after it: in
    /// the order of their ticks, those of one tick in the order they were inserted.
    ///
    /// The node is already out of the wheel, so `expired` may destroy it, insert it again, and
    /// insert or erase any others, which then do not expire. It must not call advance. If it
    /// throws, all others stay in the wheel and expire at the next advance.
    ///
    /// A tick before now() is taken as a clock that was set back: timers that were not called yet
    /// wait until their ticks come. That costs O(timers nearer than the jump), else O(1) a timer.
    template <class F>
    void advance(std::int64_t now_tick, F&& expired) {
        auto const target = to_key(now_tick);
        if (target < state_.now) {
            rewind(target);
        }
        state_.now = target;
        take_late();
        while (state_.levels != 0) {
            auto const slot = first_slot();
            auto const begin = slot_begin(slot);
            if (begin > target) {
                break;
            }
            state_.cursor = begin;
            if (slot < slots_per_level) {
                while (timer_wheel_node* node = state_.heads[slot]) {
                    erase(*node);
                    expired(*node);
                }
            } else {
                move_down(slot);
            }
        }
        state_.cursor = target;
    }

private:
    using key = std::uint64_t; // a tick with its sign bit turned, so that it orders unsigned

    static constexpr unsigned bits = 6;
    static constexpr unsigned slots_per_level = 1U << bits;
    static constexpr unsigned level_count = (64 + bits - 1) / bits;
    static constexpr unsigned late_slot = level_count * slots_per_level;

    static constexpr key to_key(std::int64_t tick) noexcept {
        return static_cast<key>(tick) ^ (key{1} << 63);
    }
    static constexpr std::int64_t from_key(key k) noexcept {
        return static_cast<std::int64_t>(k ^ (key{1} << 63));
    }
    /// The level whose digit is the highest in which the two differ.
    static constexpr unsigned level_of(key a, key b) noexcept {
        return static_cast<unsigned>(std::bit_width((a ^ b) | 1U) - 1) / bits;
    }

    /// The first slot in use of the lowest level in use: no timer is earlier.
    [[nodiscard]] unsigned first_slot() const noexcept {
        auto const level = static_cast<unsigned>(std::countr_zero(state_.levels));
        return level * slots_per_level +
               static_cast<unsigned>(std::countr_zero(state_.occupied[level]));
    }

    /// The first tick that belongs into `slot`: the cursor's digits above it, its own, then zeros.
    [[nodiscard]] key slot_begin(unsigned slot) const noexcept {
        auto const shift = slot / slots_per_level * bits;
        return ((state_.cursor >> shift & ~key{slots_per_level - 1}) | slot % slots_per_level)
               << shift;
    }

    /// Hangs `node` where it belongs: with the late ones or into a slot.
    void place(timer_wheel_node& node) noexcept {
        if (to_key(node.tick_) <= state_.now) {
            link(node, late_slot);
        } else {
            place_in_slot(node);
        }
    }

    void place_in_slot(timer_wheel_node& node) noexcept {
        auto const k = to_key(node.tick_);
        auto const level = level_of(k, state_.cursor);
        auto const digit = static_cast<unsigned>(k >> level * bits) & (slots_per_level - 1);
        link(node, level * slots_per_level + digit);
    }

    void link(timer_wheel_node& node, unsigned slot) noexcept {
        node.slot_ = static_cast<std::uint16_t>(slot);
        timer_wheel_node*& head = state_.heads[slot];
        if (head == nullptr) {
            head = node.previous_ = node.next_ = &node;
            if (slot != late_slot) {
                auto const level = slot / slots_per_level;
                state_.occupied[level] |= std::uint64_t{1} << slot % slots_per_level;
                state_.levels |= 1U << level;
            }
            return;
        }
        node.previous_ = head->previous_;
        node.next_ = head;
        head->previous_->next_ = &node;
        head->previous_ = &node;
    }

    void unlink(timer_wheel_node& node) noexcept {
        auto const slot = node.slot_;
        timer_wheel_node*& head = state_.heads[slot];
        if (node.next_ == &node) {
            head = nullptr;
            mark_empty(slot);
        } else {
            node.previous_->next_ = node.next_;
            node.next_->previous_ = node.previous_;
            if (head == &node) {
                head = node.next_;
            }
        }
        node.previous_ = node.next_ = nullptr;
    }

    void mark_empty(unsigned slot) noexcept {
        if (slot != late_slot) {
            auto const level = slot / slots_per_level;
            state_.occupied[level] &= ~(std::uint64_t{1} << slot % slots_per_level);
            if (state_.occupied[level] == 0) {
                state_.levels &= ~(1U << level);
            }
        }
    }

    /// Takes all nodes out of `slot`, as a chain that ends with nullptr.
    timer_wheel_node* take_all(unsigned slot) noexcept;
    /// Spreads the timers of `slot`, which begins at the cursor, over the levels below.
    void move_down(unsigned slot) noexcept;
    /// Moves back to `target`, which is before now.
    void rewind(key target) noexcept;
    /// Puts the late timers, sorted, into the slot of the cursor, which is served first.
    void take_late() noexcept;
    /// Cuts the first `count` nodes off the chain `rest` and sorts them, keeping the order of equals.
    static timer_wheel_node* take_sorted(timer_wheel_node*& rest, std::size_t count) noexcept;

    struct state {
        key cursor = 0; // the tick that the timers' places are relative to
        key now = 0;    // the tick of the last advance: within it the cursor is behind
        std::size_t size = 0;
        std::uint32_t levels = 0;                             // a bit for each level in use
        std::array<std::uint64_t, level_count> occupied{};    // a bit for each slot in use
        std::array<timer_wheel_node*, late_slot + 1> heads{}; // first nodes of circular lists
    };
    state state_;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/time/impl/timer_wheel.ipp>
#endif

#endif
