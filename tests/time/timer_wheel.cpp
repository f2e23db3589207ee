// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/time/timer_wheel.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(timer_wheel)

namespace {

using ticks = std::vector<std::int64_t>;

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

struct named_node : cofire::timer_wheel_node {
    explicit named_node(int the_id) : id(the_id) {}
    int id;
};

ticks advance(cofire::timer_wheel& wheel, std::int64_t now) {
    ticks got;
    wheel.advance(now, [&](cofire::timer_wheel_node& node) {
        BOOST_TEST(!node.is_linked());
        got.push_back(node.tick());
    });
    return got;
}

// A small generator of its own: the tests of one type do not lean on another.
struct dice {
    std::uint64_t state;
    std::uint64_t next() {
        state += 0x9E3779B97F4A7C15U;
        auto z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n));
    }
};

// The same promises, kept the slow way: a multimap from tick to timer, insertion order in a tick.
class naive_wheel {
public:
    void insert(int id, std::int64_t tick) { timers_.emplace(tick, id); }
    void erase(int id) {
        std::erase_if(timers_, [&](auto const& entry) { return entry.second == id; });
    }
    std::size_t size() const { return timers_.size(); }
    std::int64_t earliest() const { return timers_.begin()->first; }
    std::vector<int> due(std::int64_t now) const {
        std::vector<int> ids;
        for (auto const& [tick, id] : timers_) {
            if (tick <= now) {
                ids.push_back(id);
            }
        }
        return ids;
    }

private:
    std::multimap<std::int64_t, int> timers_;
};

BOOST_AUTO_TEST_CASE(a_new_wheel_is_empty) {
    cofire::timer_wheel wheel{17};
    BOOST_TEST(wheel.empty());
    BOOST_TEST(wheel.size() == 0u);
    BOOST_TEST(wheel.now() == 17);
    BOOST_TEST(!wheel.next_tick().has_value());
    BOOST_TEST(advance(wheel, highest).empty());
    BOOST_TEST(wheel.now() == highest);
}

BOOST_AUTO_TEST_CASE(timers_expire_at_their_tick_and_not_before) {
    for (std::int64_t const start :
         {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1'700'000'000'123}}) {
        for (std::int64_t const delay :
             {1, 2, 63, 64, 65, 4095, 4096, 4097, 262'143, 262'144, 86'400'000}) {
            cofire::timer_wheel wheel{start};
            cofire::timer_wheel_node node;
            wheel.insert(node, start + delay);
            BOOST_TEST(node.is_linked());
            BOOST_TEST(*wheel.next_tick() <= start + delay);
            BOOST_TEST(advance(wheel, start + delay - 1).empty());
            BOOST_TEST(*wheel.next_tick() == start + delay);
            BOOST_TEST(advance(wheel, start + delay) == ticks{start + delay});
            BOOST_TEST(wheel.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(order_is_by_tick_then_by_insertion) {
    cofire::timer_wheel wheel{0};
    std::list<named_node> nodes;
    auto const put = [&](int id, std::int64_t tick) { wheel.insert(nodes.emplace_back(id), tick); };
    put(5, 900'000);
    put(1, 70);
    put(4, 5000);
    put(0, 3);
    put(2, 70);
    BOOST_TEST(advance(wheel, 60) == ticks{3});
    put(3, 70); // hangs where the first two were moved to
    std::vector<int> order;
    wheel.advance(1'000'000, [&](cofire::timer_wheel_node& node) {
        order.push_back(static_cast<named_node&>(node).id);
    });
    BOOST_TEST(order == (std::vector<int>{1, 2, 3, 4, 5}));
}

BOOST_AUTO_TEST_CASE(next_tick_leads_to_each_timer_in_few_steps) {
    cofire::timer_wheel wheel{0};
    cofire::timer_wheel_node node;
    wheel.insert(node, 31'536'000'007); // about a year
    int steps = 0;
    ticks got;
    while (auto const next = wheel.next_tick()) {
        BOOST_TEST_REQUIRE(*next <= 31'536'000'007);
        BOOST_TEST_REQUIRE(++steps <= 11);
        got = advance(wheel, *next);
    }
    BOOST_TEST(got == ticks{31'536'000'007});
}

BOOST_AUTO_TEST_CASE(the_whole_range_of_ticks) {
    cofire::timer_wheel wheel{lowest};
    std::list<cofire::timer_wheel_node> nodes(4);
    auto node = nodes.begin();
    wheel.insert(*node++, highest);
    wheel.insert(*node++, 0);
    wheel.insert(*node++, lowest);
    wheel.insert(*node++, -1);
    BOOST_TEST(*wheel.next_tick() == lowest);
    BOOST_TEST(advance(wheel, highest) == (ticks{lowest, -1, 0, highest}));
}

BOOST_AUTO_TEST_CASE(late_timers_expire_at_the_next_advance_in_order) {
    cofire::timer_wheel wheel{100};
    std::list<cofire::timer_wheel_node> nodes(5);
    auto node = nodes.begin();
    wheel.insert(*node++, 101);
    wheel.insert(*node++, 100);
    wheel.insert(*node++, 7);
    wheel.insert(*node++, -3);
    wheel.insert(*node++, 50);
    BOOST_TEST(*wheel.next_tick() == 100);
    BOOST_TEST(advance(wheel, 100) == (ticks{-3, 7, 50, 100}));
    BOOST_TEST(advance(wheel, 101) == ticks{101});
}

BOOST_AUTO_TEST_CASE(what_expired_inserts_waits_for_the_next_advance) {
    cofire::timer_wheel wheel{0};
    cofire::timer_wheel_node again;
    wheel.insert(again, 10);
    int calls = 0;
    auto const repeat = [&](cofire::timer_wheel_node& node) {
        BOOST_TEST(wheel.now() == 100);
        ++calls;
        wheel.insert(node, node.tick() + 5); // past already
    };
    wheel.advance(100, repeat);
    BOOST_TEST(calls == 1);
    BOOST_TEST(*wheel.next_tick() == 100);
    wheel.advance(100, repeat);
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(expired_may_erase_others_and_destroy_its_own) {
    cofire::timer_wheel wheel{0};
    auto first = std::make_unique<cofire::timer_wheel_node>();
    cofire::timer_wheel_node same_tick;
    cofire::timer_wheel_node later;
    wheel.insert(*first, 5);
    wheel.insert(same_tick, 5);
    wheel.insert(later, 700);
    int calls = 0;
    wheel.advance(1000, [&](cofire::timer_wheel_node&) {
        ++calls;
        first.reset();
        wheel.erase(same_tick);
        wheel.erase(later);
    });
    BOOST_TEST(calls == 1);
    BOOST_TEST(wheel.empty());
    wheel.erase(later); // out already: nothing happens
    BOOST_TEST(wheel.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_throw_keeps_the_others) {
    cofire::timer_wheel wheel{0};
    std::list<cofire::timer_wheel_node> nodes(4);
    auto node = nodes.begin();
    for (std::int64_t const tick : {5, 5, 6, 500}) {
        wheel.insert(*node++, tick);
    }
    auto const thrower = [](cofire::timer_wheel_node&) { throw std::runtime_error("no"); };
    BOOST_CHECK_THROW(wheel.advance(600, thrower), std::runtime_error);
    BOOST_TEST(wheel.size() == 3u);
    BOOST_TEST(*wheel.next_tick() <= 600);
    // also when the clock is set back between
    BOOST_TEST(advance(wheel, 4).empty());
    BOOST_TEST(advance(wheel, 5) == ticks{5});
    BOOST_CHECK_THROW(wheel.advance(600, thrower), std::runtime_error);
    BOOST_TEST(advance(wheel, 600) == ticks{500});

    cofire::timer_wheel late{100};
    late.insert(nodes.front(), 97);
    late.insert(nodes.back(), 99);
    BOOST_CHECK_THROW(late.advance(100, thrower), std::runtime_error);
    BOOST_TEST(advance(late, 98).empty());
    BOOST_TEST(advance(late, 99) == ticks{99});
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_makes_nothing_early_and_nothing_late) {
    cofire::timer_wheel wheel{3'600'000};
    cofire::timer_wheel_node far;
    cofire::timer_wheel_node near;
    cofire::timer_wheel_node late;
    wheel.insert(far, 7'200'000);
    wheel.insert(near, 3'600'001);
    wheel.insert(late, 3'599'999);
    BOOST_TEST(advance(wheel, 0).empty());
    BOOST_TEST(wheel.now() == 0);
    BOOST_TEST(wheel.size() == 3u);
    cofire::timer_wheel_node added;
    wheel.insert(added, 1000);
    BOOST_TEST(*wheel.next_tick() <= 1000);
    BOOST_TEST(advance(wheel, 999).empty());
    BOOST_TEST(advance(wheel, 1000) == ticks{1000});
    BOOST_TEST(advance(wheel, 3'599'999) == ticks{3'599'999});
    BOOST_TEST(advance(wheel, 3'600'001) == ticks{3'600'001});
    BOOST_TEST(advance(wheel, 7'199'999).empty());
    BOOST_TEST(advance(wheel, 7'200'000) == ticks{7'200'000});
}

BOOST_AUTO_TEST_CASE(moving_takes_the_timers_along) {
    cofire::timer_wheel_node a;
    cofire::timer_wheel_node b;
    cofire::timer_wheel first{10};
    first.insert(a, 20);
    first.insert(b, 5);
    cofire::timer_wheel second{std::move(first)};
    BOOST_TEST(first.empty());
    BOOST_TEST(first.now() == 10);
    BOOST_TEST(advance(first, 1000).empty());
    cofire::timer_wheel third;
    third = std::move(second);
    BOOST_TEST(third.size() == 2u);
    BOOST_TEST(advance(third, 20) == (ticks{5, 20}));
}

BOOST_AUTO_TEST_CASE(ticks_of_time_points_round_so_that_nothing_is_early) {
    using namespace std::chrono_literals;
    auto const at = [](auto since) { return cofire::time_point{since}; };
    BOOST_TEST(cofire::to_tick(at(5000us)) == 5);
    BOOST_TEST(cofire::to_tick(at(5001us)) == 6);
    BOOST_TEST(cofire::to_now_tick(at(5999us)) == 5);
    BOOST_TEST(cofire::to_tick(at(-5999us)) == -5);
    BOOST_TEST(cofire::to_now_tick(at(-5001us)) == -6);
    BOOST_TEST(cofire::to_tick(cofire::steady_point{1'000'001ns}) == 2);
    BOOST_TEST(cofire::to_now_tick(cofire::steady_point{1'999'999ns}) == 1);
    BOOST_TEST((cofire::from_tick<cofire::time_point>(7) == at(7ms)));
    auto const last = cofire::time_point::max();
    BOOST_TEST(cofire::to_tick(last) == last.time_since_epoch().count() / 1000 + 1);
}

// Random commands against the naive wheel: insert, erase, advance with callbacks that do either,
// and a clock that creeps, leaps and falls back.
void compare_with_naive(std::uint64_t seed, std::int64_t spread) {
    dice random{seed};
    std::int64_t now = random.below(spread) - spread / 2;
    cofire::timer_wheel wheel{now};
    naive_wheel naive;
    std::vector<std::unique_ptr<named_node>> nodes;
    for (int id = 0; id < 60; ++id) {
        nodes.push_back(std::make_unique<named_node>(id));
    }
    auto const any_node = [&]() -> named_node& {
        return *nodes[static_cast<std::size_t>(random.below(60))];
    };
    auto const toggle = [&](named_node& node) {
        if (node.is_linked()) {
            wheel.erase(node);
            naive.erase(node.id);
        } else {
            std::int64_t const reach = std::int64_t{1} << random.below(40);
            std::int64_t const tick =
                now + random.below(reach * 2) - (random.below(3) == 0 ? reach : 0);
            wheel.insert(node, tick);
            naive.insert(node.id, tick);
        }
    };
    for (int step = 0; step < 3000; ++step) {
        if (random.below(3) != 0) {
            toggle(any_node());
        } else {
            std::int64_t const reach = std::int64_t{1} << random.below(38);
            auto const chance = random.below(10);
            if (chance < 6) {
                now += random.below(reach);
            } else if (chance < 8 && naive.size() != 0) {
                BOOST_TEST_REQUIRE(wheel.next_tick().has_value());
                now = std::max(now, *wheel.next_tick());
            } else if (chance == 8) {
                now -= random.below(reach);
            }
            auto const expected = naive.due(now);
            std::vector<int> erased;
            std::vector<int> got;
            wheel.advance(now, [&](cofire::timer_wheel_node& raw) {
                auto& node = static_cast<named_node&>(raw);
                got.push_back(node.id);
                naive.erase(node.id);
                if (random.below(4) == 0) {
                    named_node& other = any_node();
                    if (other.is_linked()) {
                        erased.push_back(other.id);
                    }
                    toggle(other);
                }
            });
            std::vector<int> without_erased;
            for (int const id : expected) {
                // erased before its turn: it is in `erased` and was not called
                if (std::find(erased.begin(), erased.end(), id) == erased.end() ||
                    std::find(got.begin(), got.end(), id) != got.end()) {
                    without_erased.push_back(id);
                }
            }
            BOOST_TEST_REQUIRE(got == without_erased);
            BOOST_TEST_REQUIRE(wheel.now() == now);
        }
        BOOST_TEST_REQUIRE(wheel.size() == naive.size());
        BOOST_TEST_REQUIRE(wheel.next_tick().has_value() == (naive.size() != 0));
        if (naive.size() != 0) {
            BOOST_TEST_REQUIRE(*wheel.next_tick() <= std::max(now, naive.earliest()));
            if (naive.earliest() > now) {
                BOOST_TEST_REQUIRE(*wheel.next_tick() > now);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(random_commands_agree_with_a_multimap) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            compare_with_naive(seed, seed % 2 == 0 ? 1000 : std::int64_t{1} << 61);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
