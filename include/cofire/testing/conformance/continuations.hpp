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

/// Every parent has to meet its condition; the last one lets go.
inline void several_parents_are_all_waited_for(bench& t) {
    auto const s = t.server();
    auto const parents = t.put_many(3);
    new_job child = t.job();
    for (auto const p : parents) {
        child.parents.push_back({.id = p});
    }
    t.put(child);
    auto const runs = t.take(s);
    expect_equal(runs.size(), 3U, "the parents taken");
    t.finish(s, runs[2]);
    t.finish(s, runs[0]);
    t.expect_state(child.id, job_state::awaiting);
    t.finish(s, runs[1]);
    t.expect_state(child.id, job_state::enqueued);
}

/// One parent that cannot meet its condition is enough to give up.
inline void one_unmet_condition_gives_up(bench& t) {
    auto const s = t.server();
    auto const parents = t.put_many(2);
    new_job child = t.after(parents[0]);
    child.parents.push_back({.id = parents[1]});
    t.put(child);
    auto const runs = t.take(s);
    t.finish(s, runs[0], outcome_kind::failed);
    t.expect_state(child.id, job_state::deleted);
    t.finish(s, runs[1]);
    t.expect_state(child.id, job_state::deleted);
}

/// Conditions that contradict each other for one and the same parent can not be met.
inline void each_parent_has_its_own_condition(bench& t) {
    auto const s = t.server();
    auto const good = t.put(t.job());
    auto const bad = t.put(t.job());
    new_job child = t.after(good);
    child.parents.push_back({.id = bad, .on = parent_condition::on_failure});
    t.put(child);
    auto const runs = t.take(s);
    t.finish(s, runs[0]);
    t.expect_state(child.id, job_state::awaiting);
    t.finish(s, runs[1], outcome_kind::failed);
    t.expect_state(child.id, job_state::enqueued);
}

/// The continuations of one that was given up are decided likewise, in the same step.
inline void what_is_given_up_decides_its_own_continuations(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job());
    auto const given_up = t.put(t.after(parent));
    auto const also = t.put(t.after(given_up));
    auto const let_go = t.put(t.after(given_up, parent_condition::on_any_end));
    auto const waits_on = t.put(t.after(let_go));
    t.finish(s, t.take_one(s), outcome_kind::failed);
    t.expect_state(given_up, job_state::deleted);
    t.expect_state(also, job_state::deleted);
    t.expect_state(let_go, job_state::enqueued);
    t.expect_state(waits_on, job_state::awaiting);
}

/// A long chain is given up as a whole.
inline void a_long_chain_is_given_up_as_a_whole(bench& t) {
    auto const s = t.server();
    std::vector<new_job> jobs{t.job()};
    while (jobs.size() != 5'000) {
        jobs.push_back(t.after(jobs.back().id));
    }
    t.insert({.jobs = jobs});
    t.finish(s, t.take_one(s), outcome_kind::failed);
    auto const c = t.counts();
    expect_equal(c[job_state::failed], 1U, "the jobs failed");
    expect_equal(c[job_state::deleted], 4'999U, "the jobs deleted");
    expect_equal(c[job_state::awaiting], 0U, "the jobs awaiting");
}

/// A parent deleted while it waits decides, too.
inline void a_deleted_parent_decides(bench& t) {
    auto const parent = t.put(t.job());
    auto const on_success = t.put(t.after(parent));
    auto const on_any_end = t.put(t.after(parent, parent_condition::on_any_end));
    t.change_ids(change_kind::delete_job, {parent});
    t.expect_state(on_success, job_state::deleted);
    t.expect_state(on_any_end, job_state::enqueued);
}

/// So does one that expires.
inline void an_expired_parent_decides(bench& t) {
    auto const parent = t.put(t.job("work", {.expires = 1min}));
    auto const on_success = t.put(t.after(parent));
    auto const on_any_end = t.put(t.after(parent, parent_condition::on_any_end));
    t.advance(1min + 1s);
    t.expect_state(parent, job_state::deleted);
    t.expect_state(on_success, job_state::deleted);
    t.expect_state(on_any_end, job_state::enqueued);
}

/// A child with a due time of its own is scheduled when it is let go before that.
inline void a_due_time_is_kept(bench& t) {
    auto const s = t.server();
    new_job child = t.after(t.put(t.job()));
    child.due = t.now() + 1h;
    t.put(child);
    t.expect_state(child.id, job_state::awaiting);
    t.finish(s, t.take_one(s));
    auto const r = t.get(child.id);
    expect_equal(r.state, job_state::scheduled, "the state");
    expect_equal(r.due, *child.due, "the due time");
}

/// A due time alone does not let a child go.
inline void a_due_time_does_not_let_go(bench& t) {
    new_job child = t.after(t.put(t.job()));
    child.due = t.now() + 1min;
    t.put(child);
    t.advance(2min);
    t.expect_state(child.id, job_state::awaiting);
}

/// Requeueing the parent does not bring a child back that was given up.
inline void a_requeued_parent_brings_nothing_back(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job());
    auto const child = t.put(t.after(parent));
    t.finish(s, t.take_one(s), outcome_kind::failed);
    t.change_ids(change_kind::requeue, {parent});
    t.finish(s, t.take_one(s));
    t.expect_state(parent, job_state::succeeded);
    t.expect_state(child, job_state::deleted);
}

/// Nor does it let a child go a second time.
inline void a_requeued_parent_lets_nothing_go_twice(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job());
    auto const child = t.put(t.after(parent));
    t.finish(s, t.take_one(s));
    t.finish(s, t.take_one(s));
    t.expect_state(child, job_state::succeeded);
    t.change_ids(change_kind::requeue, {parent});
    t.finish(s, t.take_one(s));
    t.expect_state(child, job_state::succeeded);
    expect(t.take(s).empty(), "nothing more to run");
}

/// A child attached to a parent that was requeued waits for its new end.
inline void a_requeued_parent_is_waited_for_by_new_children(bench& t) {
    auto const s = t.server();
    auto const parent = t.put_and_finish(s, outcome_kind::failed);
    t.change_ids(change_kind::requeue, {parent});
    auto const child = t.put(t.after(parent));
    t.expect_state(child, job_state::awaiting);
    t.finish(s, t.take_one(s));
    t.expect_state(child, job_state::enqueued);
}

/// The child gets its parents' ends and results, in the order of the insert.
inline void get_their_parents_results(bench& t) {
    auto const s = t.server();
    auto const parents = t.put_many(3);
    new_job child = t.job("child");
    for (auto const i : {2, 0, 1}) {
        child.parents.push_back({.id = parents[i], .on = parent_condition::on_any_end});
    }
    t.put(child);
    auto const runs = t.take(s);
    auto first = t.outcome(runs.at(0), outcome_kind::succeeded);
    first.result = "{\"rows\":3}";
    t.settle_one(s, first);
    t.finish(s, runs.at(1), outcome_kind::failed);
    t.finish(s, runs.at(2), outcome_kind::deleted);
    auto const got = t.take_one(t.server({"child"})).parents;
    expect_equal(got.size(), 3U, "the number of parents told of");
    expect(
        got[0].id == parents[2] && got[1].id == parents[0] && got[2].id == parents[1],
        "the parents in the order of the insert"
    );
    expect_equal(got[0].state, job_state::deleted, "the end of the first");
    expect_equal(got[1].state, job_state::succeeded, "the end of the second");
    expect_equal(got[1].result, "{\"rows\":3}", "the result of the second");
    expect_equal(got[2].state, job_state::failed, "the end of the third");
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
    {"continuations.several_parents_are_all_waited_for", several_parents_are_all_waited_for},
    {"continuations.one_unmet_condition_gives_up", one_unmet_condition_gives_up},
    {"continuations.each_parent_has_its_own_condition", each_parent_has_its_own_condition},
    {"continuations.what_is_given_up_decides_its_own_continuations",
     what_is_given_up_decides_its_own_continuations},
    {"continuations.a_long_chain_is_given_up_as_a_whole", a_long_chain_is_given_up_as_a_whole},
    {"continuations.a_deleted_parent_decides", a_deleted_parent_decides},
    {"continuations.an_expired_parent_decides", an_expired_parent_decides, conformance_need::clock},
    {"continuations.a_due_time_is_kept", a_due_time_is_kept},
    {"continuations.a_due_time_does_not_let_go",
     a_due_time_does_not_let_go,
     conformance_need::clock},
    {"continuations.a_requeued_parent_brings_nothing_back", a_requeued_parent_brings_nothing_back},
    {"continuations.a_requeued_parent_lets_nothing_go_twice",
     a_requeued_parent_lets_nothing_go_twice},
    {"continuations.a_requeued_parent_is_waited_for_by_new_children",
     a_requeued_parent_is_waited_for_by_new_children},
    {"continuations.get_their_parents_results", get_their_parents_results},
};

} // namespace cofire::testing::conformance::on_continuations

#endif
