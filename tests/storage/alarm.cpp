// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/storage/detail/alarm.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>

BOOST_AUTO_TEST_SUITE(alarm_clock) // ::alarm is a function of the system

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cofire::detail::parking;

struct fixture {
    asio::io_context io;
    std::shared_ptr<parking> place = std::make_shared<parking>();
    cofire::clock system;
    cofire::detail::alarm alarm{io.get_executor(), system, place};

    /// Runs until the alarm rings or nothing is left to wait for.
    bool rings() {
        io.restart();
        io.run_one();
        return place->consume();
    }
};

BOOST_AUTO_TEST_CASE(by_the_wall_clock) {
    fixture f;
    auto const due = f.system.wall_now() + 5ms;
    f.alarm.set(due, std::nullopt);
    while (!f.rings()) {
    }
    BOOST_TEST((f.system.wall_now() >= due - 1ms)); // give or take what the clocks drift
}

BOOST_AUTO_TEST_CASE(by_the_steady_clock) {
    fixture f;
    auto const due = f.system.steady_now() + 5ms;
    f.alarm.set(std::nullopt, due);
    while (!f.rings()) {
    }
    BOOST_TEST((f.system.steady_now() >= due));
}

BOOST_AUTO_TEST_CASE(at_the_earlier_one_of_both) {
    fixture f;
    f.alarm.set(cofire::time_point::max(), f.system.steady_now() + 2ms);
    while (!f.rings()) {
    }
    f.alarm.set(f.system.wall_now() + 2ms, cofire::steady_point::max());
    while (!f.rings()) {
    }
}

BOOST_AUTO_TEST_CASE(at_once_if_it_is_late) {
    fixture f;
    for (auto late : {f.system.wall_now() - 1h, cofire::time_point::min()}) {
        f.alarm.set(late, std::nullopt);
        while (!f.rings()) {
        }
    }
}

BOOST_AUTO_TEST_CASE(nearer_and_none) {
    fixture f;
    f.alarm.set(f.system.wall_now() + 1h, std::nullopt);
    f.alarm.set(f.system.wall_now() + 1ms, std::nullopt);
    while (!f.rings()) {
    }
    f.alarm.set(f.system.wall_now() + 1h, std::nullopt);
    f.alarm.set(std::nullopt, std::nullopt); // takes it back, so that nothing keeps the context
    f.io.restart();
    f.io.run();
    BOOST_TEST(!f.place->consume());
}

BOOST_AUTO_TEST_CASE(another_clock_tells_when_it_was_moved) {
    asio::io_context io;
    auto const place = std::make_shared<parking>();
    cofire::testing::manual_clock manual;
    {
        cofire::detail::alarm alarm(io.get_executor(), manual, place);
        alarm.set(manual.wall_now() + 1h, std::nullopt);
        BOOST_TEST(io.poll() == 0U); // no timer
        manual.advance(1s);
        BOOST_TEST(place->consume());
        manual.jump(-1s);
        BOOST_TEST(place->consume());
    }
    manual.advance(1s);
    BOOST_TEST(!place->consume());
}

BOOST_AUTO_TEST_CASE(it_may_die_while_it_is_set) {
    asio::io_context io;
    auto const place = std::make_shared<parking>();
    {
        cofire::detail::alarm alarm(io.get_executor(), {}, place);
        alarm.set(std::nullopt, cofire::clock().steady_now() + 1h);
    }
    io.run();
    BOOST_TEST(!place->consume());
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
