// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/testing/manual_clock.hpp>
#include <cofire/time/clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(clock_) // ::clock is the C library's

namespace {

using namespace std::chrono_literals;
using cofire::testing::manual_clock;

constexpr cofire::time_point start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 29}};

BOOST_AUTO_TEST_CASE(the_default_is_the_system) {
    cofire::clock const clock;
    BOOST_TEST(clock.is_system());
    BOOST_TEST((clock == cofire::clock::system()));
    auto const before = std::chrono::floor<cofire::duration>(std::chrono::system_clock::now());
    auto const wall = clock.wall_now();
    auto const after = std::chrono::system_clock::now();
    BOOST_TEST((before <= wall && wall <= after));
    auto const rough = clock.rough_wall_now();
    BOOST_TEST((before - 1s <= rough && rough <= after));
    auto const first = clock.steady_now();
    BOOST_TEST((first <= clock.steady_now()));
}

BOOST_AUTO_TEST_CASE(a_subscription_to_the_system_is_never_called) {
    auto subscription = cofire::clock::system().subscribe([] { BOOST_ERROR("called"); });
    subscription.unsubscribe();
    subscription.unsubscribe();
}

BOOST_AUTO_TEST_CASE(a_manual_clock_stands_still) {
    manual_clock const manual{start};
    cofire::clock const clock = manual;
    BOOST_TEST(!clock.is_system());
    BOOST_TEST((clock.wall_now() == start));
    BOOST_TEST((clock.wall_now() == start));
    BOOST_TEST((clock.rough_wall_now() == start));
    BOOST_TEST((clock.steady_now() == cofire::steady_point{}));
}

BOOST_AUTO_TEST_CASE(advance_moves_both_clocks) {
    manual_clock manual{start};
    cofire::clock const clock = manual;
    manual.advance(1500us);
    BOOST_TEST((clock.wall_now() == start + 1500us));
    BOOST_TEST((clock.steady_now() == cofire::steady_point{1500us}));
    BOOST_TEST((manual.wall_now() == clock.wall_now()));
    BOOST_TEST((manual.steady_now() == clock.steady_now()));
}

BOOST_AUTO_TEST_CASE(set_and_jump_move_the_wall_clock_only) {
    manual_clock manual{start};
    cofire::clock const clock = manual;
    manual.jump(-1h);
    BOOST_TEST((clock.wall_now() == start - 1h));
    manual.set(start + 24h);
    BOOST_TEST((clock.wall_now() == start + 24h));
    BOOST_TEST((clock.steady_now() == cofire::steady_point{}));
}

BOOST_AUTO_TEST_CASE(time_does_not_pass_backwards) {
    manual_clock manual{start};
    BOOST_CHECK_THROW(manual.advance(-1us), std::invalid_argument);
    BOOST_TEST((manual.wall_now() == start));
    BOOST_TEST((manual.steady_now() == cofire::steady_point{}));
}

BOOST_AUTO_TEST_CASE(each_move_calls_the_subscribers_in_order) {
    manual_clock manual{start};
    cofire::clock const clock = manual;
    std::vector<int> calls;
    auto first = clock.subscribe([&] {
        BOOST_TEST((clock.wall_now() > start)); // moved already
        calls.push_back(1);
    });
    auto const second = clock.subscribe([&] { calls.push_back(2); });
    manual.advance(1s);
    manual.jump(1s);
    manual.set(start + 1h);
    BOOST_TEST(calls == (std::vector<int>{1, 2, 1, 2, 1, 2}));
    calls.clear();
    first.unsubscribe();
    manual.advance(1s);
    BOOST_TEST(calls == std::vector<int>{2});
}

BOOST_AUTO_TEST_CASE(a_subscription_ends_with_its_object) {
    manual_clock manual{start};
    cofire::clock const clock = manual;
    int calls = 0;
    {
        auto const first = clock.subscribe([&] { ++calls; });
        manual.advance(1s);
    }
    manual.advance(1s);
    BOOST_TEST(calls == 1);
    auto second = clock.subscribe([&] { ++calls; });
    auto third = std::move(second);
    second.unsubscribe(); // empty: nothing ends
    manual.advance(1s);
    BOOST_TEST(calls == 2);
    third = {};
    manual.advance(1s);
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_call_may_subscribe_and_unsubscribe) {
    manual_clock manual{start};
    cofire::clock const clock = manual;
    int calls = 0;
    int new_calls = 0;
    cofire::clock::subscription added;
    cofire::clock::subscription once;
    once = clock.subscribe([&] {
        ++calls;
        added = clock.subscribe([&] { ++new_calls; });
        once.unsubscribe();
    });
    manual.advance(1s);
    BOOST_TEST(calls == 1);
    BOOST_TEST(new_calls == 0);
    manual.advance(1s);
    BOOST_TEST(calls == 1);
    BOOST_TEST(new_calls == 1);
}

BOOST_AUTO_TEST_CASE(handles_keep_the_source_alive) {
    auto manual = std::make_unique<manual_clock>(start);
    cofire::clock clock = *manual;
    BOOST_TEST((clock == static_cast<cofire::clock>(*manual)));
    BOOST_TEST(!(clock == static_cast<cofire::clock>(manual_clock{start})));
    auto subscription = clock.subscribe([] {});
    manual.reset();
    BOOST_TEST((clock.wall_now() == start));
    clock = {};
    subscription.unsubscribe();
}

BOOST_AUTO_TEST_CASE(no_call_after_unsubscribe_returned) {
    manual_clock manual{start};
    cofire::clock const clock = manual;
    std::atomic<bool> stop{false};
    std::thread mover{[&] {
        while (!stop) {
            manual.advance(1us);
        }
    }};
    for (int i = 0; i != 500; ++i) {
        auto alive = std::make_unique<int>(i);
        auto subscription = clock.subscribe([raw = alive.get()] { *raw += 1; });
        (void)clock.wall_now();
        subscription.unsubscribe();
        alive.reset(); // a later call would write to freed memory
    }
    stop = true;
    mover.join();
    BOOST_TEST((clock.wall_now() - start == clock.steady_now().time_since_epoch()));
}

// A source of one's own.
struct fixed_source {
    cofire::time_point wall_now() const { return start; }
    cofire::steady_point steady_now() const { return cofire::steady_point{7ns}; }
    std::uint64_t subscribe(std::function<void()>) { return 1; }
    void unsubscribe(std::uint64_t number) { ended = number; }
    std::uint64_t ended = 0;
};

BOOST_AUTO_TEST_CASE(any_source_will_do) {
    static_assert(cofire::clock_source<fixed_source>);
    static_assert(!cofire::clock_source<int>);
    auto const source = std::make_shared<fixed_source>();
    cofire::clock const clock{source};
    BOOST_TEST((clock.wall_now() == start));
    BOOST_TEST((clock.steady_now() == cofire::steady_point{7ns}));
    clock.subscribe([] {}).unsubscribe();
    BOOST_TEST(source->ended == 1u);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
