// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_SLICES_HPP
#define COFIRE_TESTING_CONFORMANCE_SLICES_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What an operator does to jobs by a filter, slice by slice.
namespace cofire::testing::conformance::on_slices {

/// Changes by filter, slice by slice, and counts. `between` is called after each slice but the last.
template <class Between>
std::uint64_t change_in_slices(bench& t, change_request r, Between between) {
    std::uint64_t changed = 0;
    std::string cursor;
    for (int slices = 0; slices != 1'000; ++slices) {
        r.cursor = cursor;
        auto const answer = t.change(r);
        changed += answer.changed;
        cursor = answer.cursor;
        if (cursor.empty()) {
            return changed;
        }
        between();
    }
    throw conformance_failure(
        place::current(), "the slices to come to an end", "a thousand slices"
    );
}

/// A filter changes what it finds, and nothing else.
inline void a_filter_changes_what_it_finds(bench& t) {
    auto const wanted = t.put(t.job("work", {.queue = "a"}));
    auto const other = t.put(t.job("work", {.queue = "b"}));
    change_request r;
    r.kind = change_kind::delete_job;
    r.filter = job_filter{.queue = "a"};
    expect_equal(change_in_slices(t, r, [] {}), 1U, "the jobs changed");
    t.expect_state(wanted, job_state::deleted);
    t.expect_state(other, job_state::enqueued);
}

/// Without a state, states that the change does not concern are not looked at.
inline void a_filter_looks_only_at_states_it_concerns(bench& t) {
    auto const s = t.server();
    t.put_and_finish(s);
    t.put(t.job());
    change_request r;
    r.kind = change_kind::delete_job;
    r.filter = job_filter{};
    auto const answer = t.change(r);
    expect_equal(answer.changed, 1U, "the jobs changed");
    expect_equal(answer.skipped_count, 0U, "the jobs skipped");
}

/// Slice by slice every job is reached, once.
inline void slices_reach_every_job_once(bench& t) {
    t.put_many(23);
    change_request r;
    r.kind = change_kind::move;
    r.queue = "other";
    r.filter = job_filter{.queue = "default"};
    r.budget = 5;
    int slices = 1;
    expect_equal(change_in_slices(t, r, [&] { ++slices; }), 23U, "the jobs changed");
    expect(slices >= 5, "no slice to look at more than its budget");
    expect_equal(t.find({.queue = "other"}).size(), 23U, "the jobs moved");
}

/// Jobs inserted after the first slice are not touched.
inline void jobs_inserted_after_the_first_slice_are_left_alone(bench& t) {
    t.put_many(6);
    change_request r;
    r.kind = change_kind::delete_job;
    r.filter = job_filter{.state = job_state::enqueued};
    r.budget = 2;
    std::vector<job_id> late;
    auto const changed = change_in_slices(t, r, [&] { late.push_back(t.put(t.job())); });
    expect_equal(changed, 6U, "the jobs changed");
    for (auto const id : late) {
        t.expect_state(id, job_state::enqueued);
    }
}

/// A job that has run again since the first slice does not begin again twice.
inline void no_job_begins_again_twice(bench& t) {
    auto const s = t.server();
    for (int i = 0; i != 4; ++i) {
        t.put_and_finish(s, outcome_kind::failed);
    }
    change_request r;
    r.kind = change_kind::requeue;
    r.filter = job_filter{.state = job_state::failed};
    r.budget = 1;
    auto const changed = change_in_slices(t, r, [&] {
        for (auto const& run : t.take(s)) {
            t.finish(s, run, outcome_kind::failed); // at once again
        }
    });
    expect_equal(changed, 4U, "the jobs changed");
}

/// Nothing found: nothing changed, and the end is reached.
inline void a_filter_that_finds_nothing_changes_nothing(bench& t) {
    t.put_many(3);
    auto const before = t.picture();
    change_request r;
    r.kind = change_kind::delete_job;
    r.filter = job_filter{.type = "other"};
    expect_equal(change_in_slices(t, r, [] {}), 0U, "the jobs changed");
    expect(t.picture() == before, "nothing to be changed");
}

/// A cursor that no slice gave is refused, and does not mean the first slice.
inline void a_filter_with_a_cursor_that_no_slice_gave_is_refused(bench& t) {
    t.put_many(3);
    change_request r;
    r.kind = change_kind::delete_job;
    r.filter = job_filter{};
    for (std::string const bad : {"nonsense", "-", "1:x"}) {
        r.cursor = bad;
        t.expect_refused(errc::bad_option, [&] { t.change(r); });
    }
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"change.a_filter_changes_what_it_finds", a_filter_changes_what_it_finds},
    {"change.a_filter_looks_only_at_states_it_concerns", a_filter_looks_only_at_states_it_concerns},
    {"change.slices_reach_every_job_once", slices_reach_every_job_once},
    {"change.jobs_inserted_after_the_first_slice_are_left_alone",
     jobs_inserted_after_the_first_slice_are_left_alone},
    {"change.no_job_begins_again_twice", no_job_begins_again_twice},
    {"change.a_filter_that_finds_nothing_changes_nothing",
     a_filter_that_finds_nothing_changes_nothing},
    {"change.a_filter_with_a_cursor_that_no_slice_gave_is_refused",
     a_filter_with_a_cursor_that_no_slice_gave_is_refused},
};

} // namespace cofire::testing::conformance::on_slices

#endif
