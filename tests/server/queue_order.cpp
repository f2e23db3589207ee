// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/error.hpp>
#include <cofire/server/detail/queue_order.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(queue_order)

namespace {

using cofire::queue_choice;
using order = cofire::detail::queue_order;
using queues = cofire::few<queue_choice, 16>;

std::optional<cofire::errc> refusal(queues const& q) {
    try {
        order const o(q);
    } catch (cofire::error const& e) {
        return e.value();
    }
    return std::nullopt;
}

BOOST_AUTO_TEST_CASE(is_the_default_queue_if_none_is_named) {
    order o{queues{}};
    cofire::random_source random(1);
    auto const takes = o.takes(10, random);
    BOOST_REQUIRE(takes.size() == 1);
    BOOST_TEST(takes[0].queue == "default");
    BOOST_TEST(takes[0].cap >= 10U);
}

BOOST_AUTO_TEST_CASE(keeps_a_strict_order) {
    std::string critical = "critical";
    order o{queues{queue_choice{critical}, "default", "low"}};
    critical = "gone"; // it was copied
    cofire::random_source random(1);
    for (int i = 0; i != 3; ++i) {
        auto const takes = o.takes(2, random);
        BOOST_REQUIRE(takes.size() == 3);
        BOOST_TEST(takes[0].queue == "critical");
        BOOST_TEST(takes[1].queue == "default");
        BOOST_TEST(takes[2].queue == "low");
    }
    BOOST_TEST(o.names().size() == 3U);
}

BOOST_AUTO_TEST_CASE(shares_by_weight) {
    order o{queues{queue_choice{"a", 3}, queue_choice{"b", 1}}};
    cofire::random_source random(1);
    std::map<std::string, int> first;
    for (int i = 0; i != 4000; ++i) {
        auto const takes = o.takes(1, random);
        BOOST_REQUIRE(takes.size() == 4);
        ++first[std::string(takes[0].queue)];
        BOOST_TEST(takes[0].queue != takes[1].queue);
        BOOST_TEST(takes[2].queue == takes[0].queue); // what is left, without a share
        BOOST_TEST(takes[2].cap > 1000U);
        BOOST_TEST(takes[0].cap == 1U);
    }
    BOOST_TEST(first["a"] > 2800);
    BOOST_TEST(first["a"] < 3200);
    auto const takes = o.takes(100, random);
    std::map<std::string, std::uint32_t> caps;
    caps[std::string(takes[0].queue)] = takes[0].cap;
    caps[std::string(takes[1].queue)] = takes[1].cap;
    BOOST_TEST(caps["a"] == 75U);
    BOOST_TEST(caps["b"] == 25U);
}

BOOST_AUTO_TEST_CASE(takes_the_greatest_weights) {
    order o{queues{queue_choice{"a", 0xFFFFFFFF}, queue_choice{"b", 0xFFFFFFFF}}};
    cofire::random_source random(1);
    auto const takes = o.takes(10'000, random);
    BOOST_TEST(takes[0].cap == 5000U);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_order) {
    BOOST_TEST((refusal(queues{"a", "a"}) == cofire::errc::bad_queue));
    BOOST_TEST((refusal(queues{"a b"}) == cofire::errc::bad_queue));
    BOOST_TEST((refusal(queues{""}) == cofire::errc::bad_queue));
    BOOST_TEST((refusal(queues{queue_choice{"a", 1}, "b"}) == cofire::errc::bad_server_option));
    BOOST_TEST((refusal(queues{"a", "b"}) == std::nullopt));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
