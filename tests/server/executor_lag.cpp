// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <cofire/server/detail/executor_lag.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(executor_lag)

namespace {

using namespace server_tests;
using lag_type = cofire::detail::executor_lag;

constexpr cofire::steady_point begin{std::chrono::hours{1}};

BOOST_AUTO_TEST_CASE(nothing_is_told_before_something_was_measured) {
    lag_type lag;
    BOOST_TEST(!lag.worst());
    BOOST_TEST(!lag.is_news());
    lag.woke(begin); // no timer was set
    BOOST_TEST(!lag.worst());
}

BOOST_AUTO_TEST_CASE(a_timer_that_rings_late_is_measured) {
    lag_type lag;
    BOOST_TEST((lag.next_ring(begin) == begin + 1s));
    BOOST_TEST((lag.next_ring(begin + 400ms) == begin + 1s)); // by something else it was not moved
    lag.woke(begin + 500ms);
    BOOST_TEST(!lag.worst());
    lag.woke(begin + 1s + 30ms);
    BOOST_TEST((lag.worst() == 30ms));
    BOOST_TEST(!lag.is_news());
    (void)lag.next_ring(begin + 2s);
    lag.woke(begin + 6s);
    BOOST_TEST((lag.worst() == 3s));
    BOOST_TEST(lag.is_news());
}

BOOST_AUTO_TEST_CASE(time_in_which_nobody_waited_is_no_delay) {
    lag_type lag;
    (void)lag.next_ring(begin);
    BOOST_TEST((lag.next_ring(begin + 10s) == begin + 11s)); // the server waited for its storage
    lag.rest();                                              // and then nothing ran
    lag.woke(begin + 60s);
    BOOST_TEST(!lag.worst());
}

BOOST_AUTO_TEST_CASE(what_was_told_is_not_told_again_and_what_came_meanwhile_is) {
    lag_type lag;
    lag.ran_late(200ms);
    lag.ran_late(100ms);
    auto const told = lag.worst();
    BOOST_TEST((told == 200ms));
    lag.ran_late(150ms);
    lag.told(told);
    BOOST_TEST(!lag.worst());
    lag.ran_late(120ms);
    auto const again = lag.worst();
    lag.ran_late(7s);
    lag.told(again);
    BOOST_TEST((lag.worst() == 7s));
}

BOOST_AUTO_TEST_CASE(people_read_of_it_every_ten_seconds) {
    lag_type lag;
    lag.ran_late(999ms);
    BOOST_TEST(!lag.to_log(begin));
    lag.ran_late(2s);
    BOOST_TEST((lag.to_log(begin) == 2s));
    BOOST_TEST(!lag.to_log(begin + 9s));
    BOOST_TEST(lag.to_log(begin + 10s).has_value());
}

/// What the storage knows of the only server.
cofire::server_info only_server(world& w) {
    cofire::servers_request const list = cofire::server_list{};
    auto const answer = w.get(w.storage.servers(list));
    BOOST_TEST_REQUIRE(answer.servers.size() == 1U);
    return answer.servers[0];
}

BOOST_AUTO_TEST_CASE(a_handler_that_blocks_is_told_of) {
    world w;
    w.handlers.add<task>([&w](task t) -> asio::awaitable<void> {
        w.clock.advance(std::chrono::seconds{t.n}); // so long it does not suspend
        co_return;
    });
    auto server = w.make_server();
    auto const end = w.start(server);
    w.add(0);
    w.run();
    BOOST_TEST(w.log.count("its executor was late") == 0U);
    w.add(3);
    w.run();
    auto const info = only_server(w);
    BOOST_TEST((info.executor_lag == 3s));
    BOOST_TEST(info.executor_lag_at.has_value());
    BOOST_TEST(w.log.count("its executor was late by 3000 ms: a handler that blocks") == 1U);
    server.stop();
    w.run();
    end->check();
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_moved_is_no_delay) {
    world w;
    w.handlers.add<task>([](cofire::job_context& ctx, task) -> asio::awaitable<void> {
        co_await ctx.sleep_for(1h);
    });
    auto server = w.make_server();
    auto const end = w.start(server);
    w.add(1);
    w.run();
    w.advance(2h);
    BOOST_TEST(server.health().counters.succeeded == 1U);
    BOOST_TEST((only_server(w).executor_lag < 100ms));
    server.stop();
    w.run();
    end->check();
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
