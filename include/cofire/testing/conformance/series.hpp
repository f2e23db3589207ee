// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_SERIES_HPP
#define COFIRE_TESTING_CONFORMANCE_SERIES_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What happened, minute by minute and hour by hour.
namespace cofire::testing::conformance::on_series {

inline std::vector<series_point> series(bench& t, read_series const& r) {
    return t.read(r).series;
}

/// Each minute tells what happened in it; minutes in which nothing did are left out.
inline void a_series_tells_what_happened(bench& t) {
    auto const from = t.now();
    auto const s = t.server();
    t.put_and_finish(s);
    t.put_and_finish(s, outcome_kind::failed);
    t.advance(3min);
    t.put_and_finish(s, outcome_kind::retry);
    t.put_and_finish(s, outcome_kind::deleted);
    auto const points = series(t, {.from = from});
    expect_equal(points.size(), 2U, "the minutes in which something happened");
    auto const& a = points[0];
    expect_equal(a.from, std::chrono::floor<std::chrono::minutes>(from), "the first minute");
    expect_equal(a.inserted, 2U, "inserted");
    expect_equal(a.succeeded, 1U, "succeeded");
    expect_equal(a.attempts_failed, 1U, "attempts failed");
    expect_equal(a.failed, 1U, "failed");
    expect_equal(a.deleted, 0U, "deleted");
    expect_equal(a.runs, 2U, "runs");
    auto const& b = points[1];
    expect_equal(b.from, a.from + 3min, "the second minute");
    expect_equal(b.inserted, 2U, "inserted");
    expect_equal(b.succeeded, 0U, "succeeded");
    expect_equal(b.attempts_failed, 1U, "attempts failed");
    expect_equal(b.failed, 0U, "failed");
    expect_equal(b.deleted, 1U, "deleted");
}

/// Run times are added up.
inline void a_series_adds_run_times_up(bench& t) {
    auto const from = t.now();
    auto const s = t.server();
    t.put_many(2);
    auto const runs = t.take(s);
    std::vector outcomes{
        t.outcome(runs[0], outcome_kind::succeeded), t.outcome(runs[1], outcome_kind::succeeded)};
    t.advance(2s);
    outcomes[0].run_time = 2s;
    outcomes[1].run_time = 2s;
    t.settle({.server = s, .outcomes = outcomes});
    auto const points = series(t, {.from = from});
    expect_equal(points.size(), 1U, "the minutes");
    expect_equal(points[0].runs, 2U, "runs");
    expect_equal(points[0].run_time, duration(4s), "run time");
    expect_equal(points[0].lateness, duration(0s), "lateness");
}

/// So is how late they started.
inline void a_series_adds_lateness_up(bench& t) {
    auto const from = t.now();
    auto const s = t.server();
    t.put(t.job());
    t.advance(5s);
    t.finish(s, t.take_one(s));
    auto const points = series(t, {.from = from});
    expect_equal(points.size(), 1U, "the minutes");
    expect_equal(points[0].lateness, duration(5s), "lateness");
}

/// From the step that holds the first time, to before the last.
inline void a_series_has_a_beginning_and_an_end(bench& t) {
    auto const from = t.now();
    for (int i = 0; i != 4; ++i) {
        t.put(t.job());
        t.clock.advance(1min);
    }
    auto const points = series(t, {.from = from + 90s, .to = from + 3min});
    expect_equal(points.size(), 2U, "the minutes");
    expect_equal(points[0].from, from + 1min, "the first minute");
    expect_equal(points[1].from, from + 2min, "the last minute");
}

/// Steps may be several minutes, or hours.
inline void a_series_has_steps_of_minutes_and_hours(bench& t) {
    auto const from = t.now();
    for (int i = 0; i != 12; ++i) {
        t.put(t.job());
        t.clock.advance(10min);
    }
    auto const halves = series(t, {.from = from, .step = 30min});
    expect_equal(halves.size(), 4U, "the half hours");
    expect_equal(halves[0].inserted, 3U, "inserted in half an hour");
    auto const hours = series(t, {.from = from, .step = 1h});
    expect_equal(hours.size(), 2U, "the hours");
    expect_equal(hours[1].inserted, 6U, "inserted in an hour");
}

/// One queue alone.
inline void a_series_can_be_of_one_queue(bench& t) {
    auto const from = t.now();
    t.put(t.job("work", {.queue = "a"}));
    t.put(t.job("work", {.queue = "b"}));
    t.put(t.job("work", {.queue = "b"}));
    auto const points = series(t, {.from = from, .queue = "b"});
    expect_equal(points.size(), 1U, "the minutes");
    expect_equal(points[0].inserted, 2U, "inserted");
    expect(series(t, {.from = from, .queue = "c"}).empty(), "nothing of another queue");
}

/// Hours are kept longer than minutes.
inline void a_series_keeps_hours_for_a_month(bench& t) {
    auto const from = t.now();
    t.put(t.job());
    t.clock.advance(24h * 20);
    t.put(t.job());
    auto const points = series(t, {.from = from, .step = 1h});
    expect_equal(points.size(), 2U, "the hours");
    expect_equal(points[0].from, from, "the first hour");
    expect_equal(points[0].inserted, 1U, "inserted");
}

/// A step is made of whole minutes.
inline void a_series_refuses_a_bad_step(bench& t) {
    t.put(t.job());
    for (duration const step : {0s, 30s, 90s, -60s}) {
        t.expect_refused(errc::bad_option, [&] { series(t, {.from = t.now(), .step = step}); });
    }
}

/// A run that was lost with its server is a run all the same.
inline void a_series_counts_lost_runs(bench& t) {
    auto const from = t.now();
    auto const dead = t.server();
    t.put(t.job());
    t.take_one(dead);
    t.kill(dead);
    std::uint64_t runs = 0;
    for (auto const& p : series(t, {.from = from})) {
        runs += p.runs;
    }
    expect_equal(runs, 1U, "runs");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"read.a_series_refuses_a_bad_step", a_series_refuses_a_bad_step},
    {"read.a_series_tells_what_happened", a_series_tells_what_happened, conformance_need::clock},
    {"read.a_series_adds_run_times_up", a_series_adds_run_times_up, conformance_need::clock},
    {"read.a_series_adds_lateness_up", a_series_adds_lateness_up, conformance_need::clock},
    {"read.a_series_has_a_beginning_and_an_end",
     a_series_has_a_beginning_and_an_end,
     conformance_need::clock},
    {"read.a_series_has_steps_of_minutes_and_hours",
     a_series_has_steps_of_minutes_and_hours,
     conformance_need::clock},
    {"read.a_series_can_be_of_one_queue", a_series_can_be_of_one_queue},
    {"read.a_series_keeps_hours_for_a_month",
     a_series_keeps_hours_for_a_month,
     conformance_need::clock},
    {"read.a_series_counts_lost_runs", a_series_counts_lost_runs, conformance_need::clock},
};

} // namespace cofire::testing::conformance::on_series

#endif
