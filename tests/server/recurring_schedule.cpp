// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/server/detail/recurring_schedule.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(recurring_schedule)

namespace {

using namespace std::chrono_literals;
using schedule = cofire::detail::recurring_schedule;
using cofire::misfire_policy;
using cofire::time_point;

constexpr time_point midnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

cofire::recurring_record
record(std::string id, std::string cron, time_point next, misfire_policy misfire = {}) {
    cofire::recurring_record r;
    r.id = std::move(id);
    r.definition.cron = std::move(cron);
    r.definition.misfire = misfire;
    r.next = next;
    return r;
}

schedule with(std::vector<cofire::recurring_record> records, cofire::duration misfire = 10s) {
    schedule s(misfire);
    s.load(std::move(records));
    return s;
}

BOOST_AUTO_TEST_CASE(is_empty_at_first) {
    schedule s(10s);
    BOOST_TEST(!s.next_at().has_value());
    BOOST_TEST(s.due(midnight, 10).empty());
    s.served("unknown", midnight);
    s.put_off("unknown");
    BOOST_TEST(!s.next_at().has_value());
}

BOOST_AUTO_TEST_CASE(gives_what_is_due_in_the_order_of_time) {
    auto s = with(
        {record("a", "* * * * *", midnight + 2min),
         record("b", "* * * * *", midnight + 1min),
         record("c", "* * * * *", midnight + 1h)}
    );
    BOOST_TEST((*s.next_at() == midnight + 1min));
    BOOST_TEST(s.due(midnight, 10).empty());
    auto const due = s.due(midnight + 2min, 10);
    BOOST_REQUIRE(due.size() == 2);
    BOOST_TEST(due[0].record->id == "b");
    BOOST_TEST(due[1].record->id == "a");
    BOOST_TEST(s.due(midnight + 2min, 1).size() == 1U);
    s.served("b", midnight + 3min);
    BOOST_TEST((*s.next_at() == midnight + 2min));
    s.served("a", std::nullopt);
    BOOST_TEST((*s.next_at() == midnight + 3min));
}

BOOST_AUTO_TEST_CASE(leaves_out_paused_ones_and_those_without_a_time) {
    auto paused = record("p", "* * * * *", midnight);
    paused.paused = true;
    auto never = record("n", "* * * * *", midnight);
    never.next.reset();
    auto s = with({paused, never});
    BOOST_TEST(!s.next_at().has_value());
}

BOOST_AUTO_TEST_CASE(fires_once_in_time) {
    auto s = with({record("a", "* * * * *", midnight)});
    auto const due = s.due(midnight + 10s, 10);
    BOOST_REQUIRE(due.size() == 1);
    BOOST_TEST((due[0].times == std::vector{midnight}));
    BOOST_TEST(due[0].skipped == 0U);
    BOOST_TEST((due[0].next == midnight + 1min));
    BOOST_TEST(due[0].error.empty());
}

BOOST_AUTO_TEST_CASE(serves_misfires_by_their_policy) {
    // 00:00 to 00:05 were missed but for the last, which is 5 s late.
    time_point const now = midnight + 5min + 5s;
    auto s = with(
        {record("all", "* * * * *", midnight, misfire_policy::all),
         record("once", "* * * * *", midnight, misfire_policy::once),
         record("skip", "* * * * *", midnight, misfire_policy::skip)}
    );
    auto const due = s.due(now, 10);
    BOOST_REQUIRE(due.size() == 3);
    BOOST_REQUIRE(due[0].times.size() == 6);
    for (int i = 0; i != 6; ++i) {
        BOOST_TEST((due[0].times[static_cast<std::size_t>(i)] == midnight + i * 1min));
    }
    BOOST_TEST(due[0].skipped == 0U);
    BOOST_TEST((due[0].next == midnight + 6min));
    BOOST_TEST((due[1].times == std::vector{midnight + 5min})); // the latest
    BOOST_TEST(due[1].skipped == 5U);
    BOOST_TEST((due[1].next == midnight + 6min));
    BOOST_TEST(due[2].times.size() == 0U);
    BOOST_TEST(due[2].skipped == 5U);
    BOOST_TEST((due[2].next == midnight + 5min)); // not too late: fires next
}

BOOST_AUTO_TEST_CASE(serves_a_long_absence_in_bounded_steps) {
    time_point const now = midnight + 30 * 24h + 500ms;
    auto s = with(
        {record("all", "* * * * * *", midnight, misfire_policy::all),
         record("once", "* * * * * *", midnight, misfire_policy::once),
         record("skip", "* * * * * *", midnight, misfire_policy::skip)}
    );
    auto const due = s.due(now, 10);
    BOOST_REQUIRE(due.size() == 3);
    BOOST_REQUIRE(due[0].times.size() == 100);
    BOOST_TEST((due[0].times.back() == midnight + 99s));
    BOOST_TEST((due[0].next == midnight + 100s));
    BOOST_TEST((due[1].times == std::vector{midnight + 30 * 24h}));
    BOOST_TEST((due[1].next == midnight + 30 * 24h + 1s));
    BOOST_TEST(due[2].times.size() == 0U);
    BOOST_TEST((due[2].next > now - 11s));
    BOOST_TEST((due[2].next <= now - 9s));
}

BOOST_AUTO_TEST_CASE(finds_the_latest_of_many_occurrences_missed) {
    auto const latest = [](std::string cron, cofire::duration absence) {
        auto s = with({record("a", std::move(cron), midnight, misfire_policy::once)});
        auto const due = s.due(midnight + absence, 1);
        BOOST_REQUIRE(due.size() == 1);
        BOOST_REQUIRE(due[0].times.size() == 1);
        return due[0].times[0];
    };
    // Every way in which the end of the absence can lie to the occurrences, which stand in bursts.
    for (int s = 0; s != 200; ++s) {
        cofire::duration const absence = 24h + s * 1s + 7us;
        time_point expected = midnight + 24h;
        for (int i = 0; i <= s; ++i) {
            expected = i % 60 < 10 && i % 60 % 3 == 0 ? midnight + 24h + i * 1s : expected;
        }
        BOOST_TEST((latest("0,3,6,9 * * * * *", absence) == expected), s);
    }
    // An hour each year, years ago: 2 March is a Monday in 2026.
    cofire::duration const years = 10 * 365 * 24h;
    time_point const last{std::chrono::sys_days{std::chrono::year{2036} / 1 / 1}};
    BOOST_TEST((latest("* 0 1 1 *", years) == last + 59min));
}

BOOST_AUTO_TEST_CASE(puts_what_cannot_be_computed_in_error_and_blocks_no_other) {
    auto lost = record("lost", "* * * * *", midnight);
    lost.definition.zone = "Mars/Olympus";
    auto s = with({lost, record("well", "* * * * *", midnight), record("x", "bad", midnight)});
    auto const due = s.due(midnight, 10);
    BOOST_REQUIRE(due.size() == 3);
    BOOST_TEST(due[0].error.find("Mars/Olympus") != std::string::npos);
    BOOST_TEST(due[0].times.size() == 0U);
    BOOST_TEST(!due[0].next.has_value());
    BOOST_TEST(due[1].error.empty());
    BOOST_TEST(due[1].times.size() == 1U);
    BOOST_TEST(!due[2].error.empty());
}

BOOST_AUTO_TEST_CASE(puts_off_until_the_next_load) {
    auto s = with({record("a", "* * * * *", midnight), record("b", "* * * * *", midnight + 1s)});
    s.put_off("a");
    BOOST_TEST((*s.next_at() == midnight + 1s));
    BOOST_TEST(s.due(midnight + 1s, 10).size() == 1U);
    s.load({record("a", "* * * * *", midnight)});
    BOOST_TEST((*s.next_at() == midnight));
}

BOOST_AUTO_TEST_CASE(follows_the_zone) {
    // In Berlin clocks go from 02:00 to 03:00 on 29 March 2026, at 01:00 UTC.
    time_point const before{std::chrono::sys_days{std::chrono::year{2026} / 3 / 28} + 1h + 30min};
    auto night = record("night", "30 2 * * *", before);
    night.definition.zone = "Europe/Berlin";
    auto s = with({night});
    auto const due = s.due(before, 1);
    BOOST_REQUIRE(due.size() == 1);
    // 02:30 is in the gap: the first valid minute after it, 03:00 summer time.
    BOOST_TEST(
        (due[0].next == time_point{std::chrono::sys_days{std::chrono::year{2026} / 3 / 29} + 1h})
    );
}

BOOST_AUTO_TEST_CASE(goes_on_after_the_clock_was_set_back) {
    auto s = with({record("a", "* * * * *", midnight + 1h)});
    BOOST_TEST(s.due(midnight, 10).empty()); // not before its time, however late it seemed once
    BOOST_TEST((*s.next_at() == midnight + 1h));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
