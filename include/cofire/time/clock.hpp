// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_CLOCK_HPP
#define COFIRE_TIME_CLOCK_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <utility>

namespace cofire {

/// What a clock of one's own must have; cofire::testing::manual_clock's is one.
///
/// All four may be called from any thread. `subscribe` keeps a function that the source calls, from
/// any thread, each time it was moved other than by the passing of time; it gives a number for
/// `unsubscribe`, which when it returns has seen the function's last call end (a call from which
/// it is itself called excepted).
template <class T>
concept clock_source =
    requires(T& source, T const& shared, std::function<void()> on_change, std::uint64_t number) {
    { shared.wall_now() } -> std::convertible_to<time_point>;
    { shared.steady_now() } -> std::convertible_to<steady_point>;
    { source.subscribe(std::move(on_change)) } -> std::convertible_to<std::uint64_t>;
    source.unsubscribe(number);
};

/// Where the time comes from: the system's clocks by default, or a source of one's own, as in tests.
///
/// A handle, cheap to copy; the copies share the source and keep it alive. A clock tells the time;
/// waiting is the matter of whoever waits: by timers of the executor if is_system(), otherwise by
/// looking again whenever the source says that it was moved (subscribe).
///
/// Distinct objects: safe, also copies of one clock. Shared objects: safe, except to assign.
class clock {
public:
    /// Keeps a function subscribed for as long as it lives. Movable.
    ///
    /// Distinct objects: safe. Shared objects: unsafe.
    class subscription;

    /// The system's clocks.
    clock() = default;

    /// The system's clocks.
    [[nodiscard]] static clock system() { return {}; }

    /// A clock that asks `source`. Precondition: `source` is not null.
    template <clock_source Source>
    explicit clock(std::shared_ptr<Source> source)
        : table_(&table_for<Source>), source_(std::move(source)) {}

    /// The moment by the wall clock: what due times are compared with. It may be set back.
    [[nodiscard]] time_point wall_now() const {
        return table_ == nullptr ? std::chrono::floor<duration>(std::chrono::system_clock::now())
                                 : table_->wall_now(source_.get());
    }

    /// wall_now(), or some milliseconds earlier: cheaper where the platform has such a clock.
    [[nodiscard]] time_point rough_wall_now() const {
#ifdef CLOCK_REALTIME_COARSE
        if (timespec at{}; table_ == nullptr && clock_gettime(CLOCK_REALTIME_COARSE, &at) == 0) {
            return time_point{std::chrono::seconds{at.tv_sec}} +
                   std::chrono::floor<duration>(std::chrono::nanoseconds{at.tv_nsec});
        }
#endif
        return wall_now();
    }

    /// The moment by the steady clock, which never goes back: what timeouts are measured with.
    [[nodiscard]] steady_point steady_now() const {
        return table_ == nullptr ? steady_point{std::chrono::steady_clock::now()}
                                 : table_->steady_now(source_.get());
    }

    /// True for the system's clocks: time passes by itself, and timers of the executor follow it.
    [[nodiscard]] bool is_system() const {
        return table_ == nullptr;
    }

    /// Has `on_change` called, from any thread, after each time the source was moved; never for the
    /// system's clocks. `on_change` must not throw.
    [[nodiscard]] subscription subscribe(std::function<void()> on_change) const;

    /// True if both ask the same source.
    friend bool operator==(clock const& a, clock const& b) {
        return a.source_ == b.source_;
    }

private:
    struct operations {
        time_point (*wall_now)(void const*);
        steady_point (*steady_now)(void const*);
        std::uint64_t (*subscribe)(void*, std::function<void()>&&);
        void (*unsubscribe)(void*, std::uint64_t);
    };

    template <class Source>
    static constexpr operations table_for{
        [](void const* s) -> time_point { return static_cast<Source const*>(s)->wall_now(); },
        [](void const* s) -> steady_point { return static_cast<Source const*>(s)->steady_now(); },
        [](void* s, std::function<void()>&& on_change) -> std::uint64_t {
            return static_cast<Source*>(s)->subscribe(std::move(on_change));
        },
        [](void* s, std::uint64_t number) { static_cast<Source*>(s)->unsubscribe(number); },
    };

    operations const* table_ = nullptr; // none: the system's clocks
    std::shared_ptr<void> source_;
};

class clock::subscription {
public:
    /// Nothing subscribed.
    subscription() = default;
    /// Takes over; `other` is left empty.
    subscription(subscription&& other) noexcept
        : clock_(std::exchange(other.clock_, clock{})), number_(other.number_) {}
    /// Unsubscribes, then takes over; `other` is left empty.
    subscription& operator=(subscription&& other) noexcept {
        if (this != &other) {
            unsubscribe();
            clock_ = std::exchange(other.clock_, clock{});
            number_ = other.number_;
        }
        return *this;
    }
    /// Unsubscribes.
    ~subscription() { unsubscribe(); }

    /// Ends it; does nothing if there is nothing to end. When it returns the function is not running
    /// and is never called again, unless it is itself the caller. So do not hold a lock that the
    /// function takes.
    void unsubscribe() noexcept {
        if (auto const from = std::exchange(clock_, clock{}); !from.is_system()) {
            from.table_->unsubscribe(from.source_.get(), number_);
        }
    }

private:
    friend class clock;
    subscription(clock from, std::uint64_t number) : clock_(std::move(from)), number_(number) {}

    clock clock_; // the system's: nothing to end
    std::uint64_t number_ = 0;
};

inline clock::subscription clock::subscribe(std::function<void()> on_change) const {
    if (table_ == nullptr) {
        return {};
    }
    return {*this, table_->subscribe(source_.get(), std::move(on_change))};
}

} // namespace cofire

#endif
