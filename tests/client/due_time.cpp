// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/client/due_time.hpp>
#include <cofire/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

BOOST_AUTO_TEST_SUITE(due_time)
namespace {

using namespace std::chrono_literals;
namespace chrono = std::chrono;

constexpr cofire::time_point now{1'000'000s};

bool is_bad_option(cofire::error const& e) {
    return e.value() == cofire::errc::bad_option;
}

cofire::time_point at(cofire::due_time when) {
    return when.from(now);
}

BOOST_AUTO_TEST_CASE(a_duration_counts_from_now) {
    BOOST_CHECK(at(0s) == now);
    BOOST_CHECK(at(1min) == now + 60s);
    BOOST_CHECK(at(chrono::duration<double>(1.5)) == now + 1500ms);
}

BOOST_AUTO_TEST_CASE(a_moment_is_that_moment) {
    BOOST_CHECK(at(chrono::sys_seconds{5s}) == cofire::time_point{5s});
    BOOST_CHECK(at(now + 3us) == now + 3us);
    BOOST_CHECK(at(chrono::system_clock::time_point{7s}) == cofire::time_point{7s});
    BOOST_CHECK(at(chrono::sys_days{chrono::days{1}}) == cofire::time_point{24h});
}

BOOST_AUTO_TEST_CASE(rounds_up) {
    BOOST_CHECK(at(1ns) == now + 1us);
    BOOST_CHECK(at(chrono::sys_time<chrono::nanoseconds>{1001ns}) == cofire::time_point{2us});
}

BOOST_AUTO_TEST_CASE(a_moment_may_have_passed) {
    BOOST_CHECK(at(cofire::time_point{-5s}) == cofire::time_point{-5s});
}

BOOST_AUTO_TEST_CASE(refuses_negative_durations) {
    BOOST_CHECK_EXCEPTION(at(-1us), cofire::error, is_bad_option);
    BOOST_CHECK_EXCEPTION(at(-1ns - 1us), cofire::error, is_bad_option);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_out_of_range) {
    BOOST_CHECK(at(chrono::days{36'500}) == now + chrono::days{36'500});
    BOOST_CHECK_EXCEPTION(at(chrono::days{36'600}), cofire::error, is_bad_option);
    BOOST_CHECK_EXCEPTION(at(chrono::hours::max()), cofire::error, is_bad_option);
    BOOST_CHECK_EXCEPTION(at(cofire::duration::max()), cofire::error, is_bad_option);
    BOOST_CHECK_EXCEPTION(at(chrono::hours::min()), cofire::error, is_bad_option);
    BOOST_CHECK_EXCEPTION(
        at(chrono::duration<double>(std::numeric_limits<double>::infinity())),
        cofire::error,
        is_bad_option
    );
    BOOST_CHECK_EXCEPTION(
        at(chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())),
        cofire::error,
        is_bad_option
    );
    BOOST_CHECK_EXCEPTION(at(cofire::time_point::max()), cofire::error, is_bad_option);
    BOOST_CHECK_EXCEPTION(at(chrono::sys_time<chrono::hours>::max()), cofire::error, is_bad_option);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
