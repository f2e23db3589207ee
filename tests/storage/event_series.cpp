// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

#include <cofire/storage/table/event_series.hpp>

BOOST_AUTO_TEST_SUITE(event_series)

namespace {

using namespace storage_tests;
using cofire::read_series;

/// Counts of inserts by the minute since start: "0:2 5:1".
std::string
text_of(cofire::detail::event_series const& series, read_series const& q, time_point now) {
    cofire::detail::series_points points;
    series.add_to(points, q, now);
    std::string text;
    for (auto const& [from, point] : points) {
        BOOST_TEST((point.from == from));
        auto const at = std::chrono::floor<std::chrono::minutes>(from - start).count();
        text +=
            (text.empty() ? "" : " ") + std::to_string(at) + ":" + std::to_string(point.inserted);
    }
    return text;
}

BOOST_AUTO_TEST_CASE(minutes_and_what_is_left_out) {
    cofire::detail::event_series series;
    BOOST_TEST(text_of(series, {}, start) == "");
    for (auto at : {0s, 59s, 60s, 300s}) {
        ++series.at(start + at).inserted;
    }
    (void)series.at(start + 360s); // looked at, nothing happened
    auto const now = start + 400s;
    BOOST_TEST(text_of(series, {}, now) == "0:2 1:1 5:1");
    BOOST_TEST(text_of(series, {.from = start + 119s}, now) == "1:1 5:1");
    BOOST_TEST(text_of(series, {.to = start + 300s}, now) == "0:2 1:1");
    BOOST_TEST(text_of(series, {.to = start + 301s}, now) == "0:2 1:1 5:1");
}

BOOST_AUTO_TEST_CASE(all_members_are_added_up) {
    cofire::detail::event_series series;
    for (auto at : {0min, 1min}) {
        auto& p = series.at(start + at);
        p = {
            .from = p.from,
            .inserted = 1,
            .succeeded = 2,
            .attempts_failed = 3,
            .failed = 4,
            .deleted = 5,
            .runs = 6,
            .run_time = 7s,
            .lateness = 8s};
    }
    cofire::detail::series_points points;
    series.add_to(points, {.step = 1h}, start + 1min);
    BOOST_REQUIRE(points.size() == 1U);
    auto const& p = points.begin()->second;
    BOOST_TEST((p.from == start));
    BOOST_TEST(p.inserted == 2U);
    BOOST_TEST(p.succeeded == 4U);
    BOOST_TEST(p.attempts_failed == 6U);
    BOOST_TEST(p.failed == 8U);
    BOOST_TEST(p.deleted == 10U);
    BOOST_TEST(p.runs == 12U);
    BOOST_TEST((p.run_time == 14s && p.lateness == 16s));
}

BOOST_AUTO_TEST_CASE(longer_steps) {
    cofire::detail::event_series series;
    for (auto at : {0min, 4min, 5min, 59min, 60min, 119min, 120min, 300min}) {
        ++series.at(start + at).inserted;
    }
    auto const now = start + 300min;
    BOOST_TEST(text_of(series, {.step = 5min}, now) == "0:2 5:1 55:1 60:1 115:1 120:1 300:1");
    BOOST_TEST(text_of(series, {.step = 90min}, now) == "0:5 90:2 270:1");
    BOOST_TEST(text_of(series, {.step = 1h}, now) == "0:4 60:2 120:1 300:1");
    BOOST_TEST(text_of(series, {.step = 2h}, now) == "0:6 120:1 240:1");
    // A step is whole, whatever part of it is asked for.
    BOOST_TEST(
        text_of(series, {.from = start + 119min, .to = start + 121min, .step = 1h}, now) ==
        "60:2 120:1"
    );
}

BOOST_AUTO_TEST_CASE(how_long_it_is_known) {
    cofire::detail::event_series series;
    for (auto at : {0min, 1min, 59min, 60min}) {
        ++series.at(start + at).inserted;
    }
    auto const minutes = [&](duration after) { return text_of(series, {}, start + after); };
    auto const hours = [&](duration after) { return text_of(series, {.step = 1h}, start + after); };
    BOOST_TEST(minutes(24h - 1us) == "0:1 1:1 59:1 60:1");
    BOOST_TEST(minutes(24h) == "1:1 59:1 60:1");
    BOOST_TEST(hours(24h * 31 - 1us) == "0:3 60:1");
    BOOST_TEST(hours(24h * 31) == "60:1");
    ++series.at(start + 24h).inserted; // what is too old goes away
    ++series.at(start + 24h + 1min).inserted;
    BOOST_TEST(minutes(24h + 1min) == "59:1 60:1 1440:1 1441:1");
    ++series.at(start + 24h * 31).inserted;
    ++series.at(start + 24h * 32).inserted;
    BOOST_TEST(minutes(24h * 32) == "46080:1");
    BOOST_TEST(hours(24h * 32 - 1us) == "1440:2 44640:1 46080:1");
    BOOST_TEST(hours(24h * 32) == "44640:1 46080:1");
}

BOOST_AUTO_TEST_CASE(a_clock_set_back) {
    cofire::detail::event_series series;
    for (auto at : {10min, 5min, 10min, 5min, 0min, 200min, 5min, 200min}) {
        ++series.at(start + at).inserted;
    }
    BOOST_TEST(text_of(series, {}, start + 200min) == "0:1 5:3 10:2 200:2");
    BOOST_TEST(text_of(series, {.step = 1h}, start + 200min) == "0:6 180:2");
}

BOOST_AUTO_TEST_CASE(steps_that_are_none) {
    cofire::detail::event_series const series;
    for (duration step : {duration(0s), duration(-1min), duration(90s), duration(60s + 1us)}) {
        BOOST_CHECK_EXCEPTION(
            text_of(series, {.step = step}, start),
            cofire::error,
            [&](auto const& e) {
                return e.value() == errc::bad_option &&
                       std::string_view(e.what()).find(std::to_string(step.count())) !=
                           std::string_view::npos;
            }
        );
    }
    BOOST_TEST(
        text_of(
            series, {.from = time_point::min(), .step = duration::max() / 1min * 1min}, start
        ) == ""
    );
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
