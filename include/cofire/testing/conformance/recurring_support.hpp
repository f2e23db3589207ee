// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_RECURRING_SUPPORT_HPP
#define COFIRE_TESTING_CONFORMANCE_RECURRING_SUPPORT_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace cofire::testing::conformance {

/// The definition of a daily job.
[[nodiscard]] inline recurring_definition daily(bench&) {
    recurring_definition d;
    d.cron = "0 3 * * *";
    d.type = "work";
    d.arguments = "[1]";
    return d;
}

/// Puts a recurring job.
inline recurring_answer
put(bench& t,
    std::string_view id,
    recurring_definition const& d,
    std::optional<time_point> next,
    definition_origin origin = definition_origin::code) {
    return t.recurring(recurring_put{.id = id, .definition = &d, .origin = origin, .next = next});
}

/// Puts a daily job whose occurrence is due now, and says when that is.
inline time_point
put_due(bench& t, std::string_view id, overlap_policy overlap = overlap_policy::skip) {
    auto d = daily(t);
    d.overlap = overlap;
    auto const due = t.now();
    put(t, id, d, due);
    return due;
}

/// The one recurring job of this id.
[[nodiscard]] inline recurring_record
record(bench& t, std::string_view id, place const& where = place::current()) {
    auto const records = t.recurring(recurring_list{.id = id}).records;
    expect_equal(records.size(), 1U, "the number of recurring jobs of one id", where);
    return records[0];
}

/// Fires one occurrence and gives its answer.
inline fire_result fire_one(bench& t, recurring_firing const& f) {
    auto const fired = t.recurring(recurring_fire{.firings = {&f, 1}}).fired;
    expect_equal(fired.size(), 1U, "the number of answers to a firing");
    return fired[0];
}

/// Fires the occurrence expected at `due`, knowing the latest revision; the next is a day later.
inline fire_result
fire(bench& t, std::string_view id, time_point due, std::span<new_job const> jobs) {
    return fire_one(
        t,
        {.id = id,
         .revision = record(t, id).revision,
         .expected = due,
         .next = due + 24h,
         .jobs = jobs}
    );
}

} // namespace cofire::testing::conformance

#endif
