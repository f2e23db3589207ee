// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_OVERLAPS_HPP
#define COFIRE_TESTING_CONFORMANCE_OVERLAPS_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <string>
#include <vector>

/// What becomes of an occurrence while the last one runs.
namespace cofire::testing::conformance::on_overlaps {

/// overlap_policy::skip: while the last job is unfinished the next is skipped, and counted.
inline void an_overlap_is_skipped(bench& t) {
    auto const s = t.server();
    auto const due = put_due(t, "nightly", overlap_policy::skip);
    new_job const first = t.job();
    fire(t, "nightly", due, {&first, 1});
    new_job const second = t.job();
    auto const answer = fire(t, "nightly", due + 24h, {&second, 1});
    expect_equal(answer.status, fire_status::skipped, "the status");
    expect_equal(answer.jobs.size(), 1U, "the answers for its jobs");
    expect_equal(answer.jobs[0].status, insert_status::held, "the answer for its job");
    expect_equal(answer.jobs[0].id, first.id, "the job that is not over");
    expect(!t.knows(second.id), "no job to be inserted");
    auto const r = record(t, "nightly");
    expect_equal(r.skipped, 1U, "the occurrences skipped");
    expect_equal(r.next, std::optional(due + 48h), "the next occurrence");
    t.finish(s, t.take_one(s));
    new_job const third = t.job();
    expect_equal(
        fire(t, "nightly", due + 48h, {&third, 1}).status, fire_status::fired, "the status then"
    );
}

/// A retry to come is a run that has not ended.
inline void a_retry_overlaps(bench& t) {
    auto const s = t.server();
    auto const due = put_due(t, "nightly", overlap_policy::skip);
    new_job const first = t.job();
    fire(t, "nightly", due, {&first, 1});
    t.finish(s, t.take_one(s), outcome_kind::retry);
    new_job const second = t.job();
    expect_equal(
        fire(t, "nightly", due + 24h, {&second, 1}).status, fire_status::skipped, "the status"
    );
}

/// overlap_policy::allow: both run.
inline void an_overlap_is_allowed(bench& t) {
    auto const due = put_due(t, "nightly", overlap_policy::allow);
    for (int i = 0; i != 3; ++i) {
        new_job const j = t.job();
        expect_equal(
            fire(t, "nightly", due + 24h * i, {&j, 1}).status, fire_status::fired, "the status"
        );
    }
    expect_equal(t.counts()[job_state::enqueued], 3U, "the jobs inserted");
}

/// overlap_policy::queue_one: one waits for the last to end, further ones are skipped.
inline void one_overlap_waits(bench& t) {
    auto const s = t.server();
    auto const due = put_due(t, "nightly", overlap_policy::queue_one);
    std::vector<new_job> const jobs{t.job(), t.job(), t.job()};
    fire(t, "nightly", due, {&jobs[0], 1});
    auto const run = t.take_one(s);
    expect_equal(
        fire(t, "nightly", due + 24h, {&jobs[1], 1}).status, fire_status::fired, "the second"
    );
    expect(t.take(s).empty(), "the second to wait while the first runs");
    expect_equal(
        fire(t, "nightly", due + 48h, {&jobs[2], 1}).status, fire_status::skipped, "the third"
    );
    t.finish(s, run, outcome_kind::failed);
    expect_equal(t.take_one(s).id, jobs[1].id, "the job taken when the first has ended");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"recurring.an_overlap_is_skipped", an_overlap_is_skipped},
    {"recurring.a_retry_overlaps", a_retry_overlaps},
    {"recurring.an_overlap_is_allowed", an_overlap_is_allowed},
    {"recurring.one_overlap_waits", one_overlap_waits},
};

} // namespace cofire::testing::conformance::on_overlaps

#endif
