// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The timer wheel against asio::steady_timer, each with 100,000 other timers pending, and a million
// timers over an hour.

#include "support/micro.hpp"

#include <cofire/time/random.hpp>
#include <cofire/time/timer_wheel.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace {

namespace asio = boost::asio;

constexpr std::int64_t hour = 3'600'000; // ms
constexpr std::size_t others = 100'000;

/// Due times within an hour, the same ones for each benchmark.
std::vector<std::int64_t> due_times(std::size_t count) {
    cofire::random_source random(1);
    std::vector<std::int64_t> times;
    for (std::size_t i = 0; i != count; ++i) {
        times.push_back(1 + static_cast<std::int64_t>(random.below(hour)));
    }
    return times;
}

void wheel_insert_erase(benchmark::State& state) {
    auto const times = due_times(others);
    cofire::timer_wheel wheel;
    std::deque<cofire::timer_wheel_node> pending(others);
    for (std::size_t i = 0; i != others; ++i) {
        wheel.insert(pending[i], times[i]);
    }
    cofire::timer_wheel_node node;
    std::size_t i = 0;
    for (auto _ : state) {
        wheel.insert(node, times[i]);
        benchmark::DoNotOptimize(node);
        wheel.erase(node);
        i = i + 1 == others ? 0 : i + 1;
    }
}

void timer_wait_cancel(benchmark::State& state) {
    auto const times = due_times(others);
    asio::io_context io{1};
    auto const start = std::chrono::steady_clock::now();
    std::deque<asio::steady_timer> pending;
    for (std::size_t i = 0; i != others; ++i) {
        pending.emplace_back(io, start + std::chrono::milliseconds(hour + times[i]));
        pending.back().async_wait([](boost::system::error_code) {});
    }
    asio::steady_timer timer(io);
    std::size_t i = 0;
    for (auto _ : state) {
        timer.expires_at(start + std::chrono::milliseconds(hour + times[i]));
        timer.async_wait([](boost::system::error_code) {});
        timer.cancel();
        i = i + 1 == others ? 0 : i + 1;
        if (i % 64 == 0) {
            io.poll(); // the handlers of the cancelled ones, 64 to one look at the reactor
        }
    }
}

/// Timers in the wheel and out at their times, going from one next tick to the next.
void wheel_million(benchmark::State& state) {
    auto const times = due_times(1'000'000);
    auto const nodes = std::make_unique<cofire::timer_wheel_node[]>(times.size());
    std::size_t steps = 0;
    for (auto _ : state) {
        cofire::timer_wheel wheel;
        std::size_t expired = 0;
        for (std::size_t i = 0; i != times.size(); ++i) {
            wheel.insert(nodes[i], times[i]);
        }
        while (auto const next = wheel.next_tick()) {
            wheel.advance(*next, [&](cofire::timer_wheel_node&) { ++expired; });
            ++steps;
        }
        if (expired != times.size()) {
            state.SkipWithError("timers were lost");
            break;
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(times.size()));
}

/// A clock for Asio's timers that is moved by hand.
struct hand_clock {
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<hand_clock>;
    static constexpr bool is_steady = true;
    static inline time_point current{};
    static time_point now() { return current; }
};

void timer_million(benchmark::State& state) {
    auto const times = due_times(1'000'000);
    for (auto _ : state) {
        asio::io_context io{1};
        hand_clock::current = {};
        std::size_t expired = 0;
        std::deque<asio::basic_waitable_timer<hand_clock>> timers;
        for (std::int64_t t : times) {
            timers.emplace_back(io, hand_clock::time_point(std::chrono::milliseconds(t)));
            timers.back().async_wait([&expired](boost::system::error_code) { ++expired; });
        }
        hand_clock::current += std::chrono::milliseconds(hour);
        io.run();
        if (expired != times.size()) {
            state.SkipWithError("timers were lost");
            break;
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(times.size()));
}

/// One timer, an hour away: what the 3.6 million empty milliseconds before it cost.
void wheel_empty_hour(benchmark::State& state) {
    cofire::timer_wheel wheel;
    cofire::timer_wheel_node node;
    bool expired = false;
    for (auto _ : state) {
        expired = false;
        wheel.insert(node, wheel.now() + hour);
        while (auto const next = wheel.next_tick()) {
            wheel.advance(*next, [&](cofire::timer_wheel_node&) { expired = true; });
        }
        if (!expired) {
            state.SkipWithError("the timer did not expire");
            break;
        }
    }
}

BENCHMARK(wheel_insert_erase)->Name("timer_wheel.insert_erase");
BENCHMARK(timer_wait_cancel)->Name("timer_wheel.insert_erase/than:steady_timer wait, cancel");
BENCHMARK(wheel_million)->Name("timer_wheel.million_in_an_hour");
BENCHMARK(timer_million)->Name("timer_wheel.million_in_an_hour/than:Asio timers, all in one go");
BENCHMARK(wheel_empty_hour)->Name("timer_wheel.empty_hour");

} // namespace

int main(int argc, char** argv) {
    return bench::run_micro(argc, argv);
}
