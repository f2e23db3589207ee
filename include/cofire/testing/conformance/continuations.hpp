// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_CONTINUATIONS_HPP
#define COFIRE_TESTING_CONFORMANCE_CONTINUATIONS_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// Jobs that wait for others: when they are let go, when they are given up, and that this is
/// decided exactly once.
namespace cofire::testing::conformance::on_continuations {

/// A job waits for its parent and enters the line when that has succeeded.
inline void wait_for_success(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job());
    auto const child = t.put(t.after(parent));
    auto const r = t.get(child);
    expect_equal(r.state, job_state::awaiting, "the state");
    expect_equal(r.sub_state, job_sub_state::parents, "the sub-state");
    auto const run = t.take_one(s);
    expect_equal(run.id, parent, "the job taken");
    expect(t.take(s).empty(), "the child to wait while the parent runs");
    t.finish(s, run);
    t.expect_state(child, job_state::enqueued);
    expect_equal(t.take_one(s).id, child, "the job taken then");
}

/// Both tell of each other.
inline void parent_and_child_tell_of_each_other(bench& t) {
    auto const parent = t.put(t.job());
    auto const child = t.put(t.after(parent, parent_condition::on_any_end));
    expect(t.get(parent).continuations == std::vector{child}, "the parent to tell of its child");
    auto const parents = t.get(child).parents;
    expect_equal(parents.size(), 1U, "the number of parents");
    expect(
        parents[0] == parent_ref{.id = parent, .on = parent_condition::on_any_end},
        "the child to tell of its parent"
    );
}

/// The parents may stand behind the child in the same call.
inline void parents_stand_anywhere_in_the_call(bench& t) {
    new_job const parent = t.job();
    std::vector<new_job> const jobs{t.after(parent.id), parent};
    t.insert({.jobs = jobs});
    t.expect_state(jobs[0].id, job_state::awaiting);
    t.expect_state(parent.id, job_state::enqueued);
}

/// A parent that is neither stored nor in the call: the whole call is refused.
inline void a_missing_parent_is_refused(bench& t) {
    std::vector<new_job> const jobs{t.job(), t.after(t.new_id())};
    t.expect_refused(errc::missing_parent, [&] { t.insert({.jobs = jobs}); });
}

/// Jobs that wait for each other in a circle are refused, with the whole call.
inline void a_circle_is_refused(bench& t) {
    std::vector<new_job> jobs{t.job(), t.job(), t.job(), t.job()};
    jobs[1].parents.push_back({.id = jobs[2].id});
    jobs[2].parents.push_back({.id = jobs[3].id});
    jobs[3].parents.push_back({.id = jobs[1].id});
    t.expect_refused(errc::parent_cycle, [&] { t.insert({.jobs = jobs}); });
}

/// The smallest circle is a job that waits for itself.
inline void a_job_that_waits_for_itself_is_refused(bench& t) {
    std::vector<new_job> jobs{t.job(), t.job()};
    jobs[1].parents.push_back({.id = jobs[1].id});
    t.expect_refused(errc::parent_cycle, [&] { t.insert({.jobs = jobs}); });
}

struct end_and_fate {
    outcome_kind end;
    parent_condition on;
    job_state fate;
};

inline constexpr end_and_fate fates[] = {
    {outcome_kind::succeeded, parent_condition::on_success, job_state::enqueued},
    {outcome_kind::succeeded, parent_condition::on_failure, job_state::deleted},
    {outcome_kind::succeeded, parent_condition::on_any_end, job_state::enqueued},
    {outcome_kind::failed, parent_condition::on_success, job_state::deleted},
    {outcome_kind::failed, parent_condition::on_failure, job_state::enqueued},
    {outcome_kind::failed, parent_condition::on_any_end, job_state::enqueued},
    {outcome_kind::deleted, parent_condition::on_success, job_state::deleted},
    {outcome_kind::deleted, parent_condition::on_failure, job_state::deleted},
    {outcome_kind::deleted, parent_condition::on_any_end, job_state::enqueued},
};

/// The settle of the parent lets go or deletes, with a reason, by the child's condition.
inline void the_parents_end_decides(bench& t) {
    auto const s = t.server();
    for (auto const& f : fates) {
        auto const parent = t.put(t.job());
        auto const child = t.put(t.after(parent, f.on));
        t.finish(s, t.take_one(s), f.end);
        auto const r = t.get(child);
        expect_equal(r.state, f.fate, "the child's state");
        expect(f.fate != job_state::deleted || !r.reason.empty(), "a deletion to have a reason");
        t.change_ids(change_kind::delete_job, {child});
    }
}

/// Attached to a parent that has ended, the child is decided at once, with the same result.
inline void a_parent_that_has_ended_counts_at_once(bench& t) {
    auto const s = t.server();
    for (auto const& f : fates) {
        auto const parent = t.put_and_finish(s, f.end);
        auto const child = t.put(t.after(parent, f.on));
        auto const r = t.get(child);
        expect_equal(r.state, f.fate, "the child's state");
        expect(f.fate != job_state::deleted || !r.reason.empty(), "a deletion to have a reason");
        t.change_ids(change_kind::delete_job, {child});
    }
}

/// An end of the attempt only is no end of the job.
inline void a_retry_decides_nothing(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job());
    auto const child = t.put(t.after(parent, parent_condition::on_any_end));
    t.finish(s, t.take_one(s), outcome_kind::retry);
    t.expect_state(child, job_state::awaiting);
    t.change_ids(change_kind::requeue, {parent});
    t.finish(s, t.take_one(s), outcome_kind::released);
    t.expect_state(child, job_state::awaiting);
}

/// A circle is one also if it is closed by the job that stands for one not stored.
inline void a_circle_through_a_holder_is_refused(bench& t) {
    std::vector<new_job> jobs{t.keyed("k"), t.keyed("k"), t.job()};
    jobs[0].parents.push_back({.id = jobs[2].id});
    jobs[2].parents.push_back({.id = jobs[1].id}); // not stored: jobs[0] has the key
    t.expect_refused(errc::parent_cycle, [&] { t.insert({.jobs = jobs}); });
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"continuations.wait_for_success", wait_for_success},
    {"continuations.parent_and_child_tell_of_each_other", parent_and_child_tell_of_each_other},
    {"continuations.parents_stand_anywhere_in_the_call", parents_stand_anywhere_in_the_call},
    {"continuations.a_missing_parent_is_refused", a_missing_parent_is_refused},
    {"continuations.a_circle_is_refused", a_circle_is_refused},
    {"continuations.a_job_that_waits_for_itself_is_refused",
     a_job_that_waits_for_itself_is_refused},
    {"continuations.the_parents_end_decides", the_parents_end_decides},
    {"continuations.a_parent_that_has_ended_counts_at_once",
     a_parent_that_has_ended_counts_at_once},
    {"continuations.a_retry_decides_nothing", a_retry_decides_nothing},
    {"insert.a_circle_through_a_holder_is_refused", a_circle_through_a_holder_is_refused},
};

} // namespace cofire::testing::conformance::on_continuations

#endif
