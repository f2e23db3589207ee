// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/error.hpp>
#include <cofire/time/cron.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string_view>

BOOST_AUTO_TEST_SUITE(cron)

namespace {

namespace cron = cofire::cron;

BOOST_AUTO_TEST_CASE(each_helper_is_its_expression_at_compile_time_too) {
    static_assert(cron::minutely() == "* * * * *");
    static_assert(cron::hourly() == "0 * * * *");
    static_assert(cron::hourly(59) == "59 * * * *");
    static_assert(cron::daily() == "0 0 * * *");
    static_assert(cron::daily(3) == "0 3 * * *");
    static_assert(cron::daily(23, 30) == "30 23 * * *");
    static_assert(cron::weekly() == "0 0 * * MON");
    static_assert(cron::weekly(std::chrono::Sunday, 18, 5) == "5 18 * * 7");
    static_assert(cron::monthly() == "0 0 1 * *");
    static_assert(cron::monthly(31, 4, 2) == "2 4 31 * *");
    static_assert(cron::yearly() == "0 0 1 1 *");
    static_assert(cron::yearly(2, 29, 12, 1) == "1 12 29 FEB *");
    static_assert(cron::never() == "@never");
    static_assert(cron::never() == cofire::cron_expression{});
    static_assert(cron::minute_interval(5) == "*/5 * * * *");
    static_assert(cron::minute_interval(1) == cron::minutely());
    static_assert(cron::hour_interval(6) == "0 */6 * * *");
    static_assert(cron::day_interval(10) == "0 0 */10 * *");
    static_assert(cron::month_interval(3) == "0 0 1 */3 *");
    static_assert(!(cron::daily(1) == cron::daily(2)));
    // A step that leaves one number is an interval still; fixed times are none.
    static_assert(cron::minute_interval(59).is_interval());
    static_assert(cron::hour_interval(23) == "0 */23 * * *");
    static_assert(!cron::daily().is_interval() && !cron::day_interval(2).is_interval());
    BOOST_TEST(cron::weekly(std::chrono::Friday).to_string() == "0 0 * * 5");
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_named) {
    struct row {
        std::function<cofire::cron_expression()> make;
        std::string_view message;
    };
    row const rows[] = {
        {[] { return cron::hourly(60); }, "minute 60: must be 0 to 59"},
        {[] { return cron::hourly(-1); }, "minute -1: must be 0 to 59"},
        {[] { return cron::daily(24); }, "hour 24: must be 0 to 23"},
        {[] { return cron::daily(0, 60); }, "minute 60: must be 0 to 59"},
        {[] { return cron::weekly(std::chrono::weekday{8}); }, "day of week 8: must be 0 to 6"},
        {[] { return cron::monthly(0); }, "day of month 0: must be 1 to 31"},
        {[] { return cron::monthly(32); }, "day of month 32: must be 1 to 31"},
        {[] { return cron::yearly(13); }, "month 13: must be 1 to 12"},
        {[] { return cron::yearly(2, 30); }, "day of that month 30: must be 1 to 29"},
        {[] { return cron::yearly(4, 31); }, "day of that month 31: must be 1 to 30"},
        {[] { return cron::minute_interval(0); }, "minute interval 0: must be 1 to 59"},
        {[] { return cron::minute_interval(60); }, "minute interval 60: must be 1 to 59"},
        {[] { return cron::hour_interval(24); }, "hour interval 24: must be 1 to 23"},
        {[] { return cron::day_interval(32); }, "day interval 32: must be 1 to 31"},
        {[] { return cron::month_interval(13); }, "month interval 13: must be 1 to 12"},
    };
    for (auto const& [make, message] : rows) {
        auto const says_so = [&](cofire::error const& e) {
            return e.value() == cofire::errc::bad_cron &&
                   std::string_view{e.what()}.starts_with(message);
        };
        BOOST_CHECK_EXCEPTION((void)make(), cofire::error, says_so);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
