// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_FAMILIES_HPP
#define COFIRE_TESTING_CONFORMANCE_FAMILIES_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// Continuations with several parents, of their own, or with parents that begin again.
namespace cofire::testing::conformance::on_families {

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

/// A child is due when it is let go, not before: from then on it can expire, and is late.
inline void are_due_when_they_are_let_go(bench& t) {
    auto const s = t.server();
    new_job child = t.after(t.put(t.job()));
    child.settings = t.job("work", {.expires = 1min}).settings;
    t.put(child);
    auto const run = t.take_one(s);
    t.advance(10min);
    t.expect_state(child.id, job_state::awaiting);
    t.finish(s, run);
    expect_equal(t.get(child.id).due, t.now(), "the due time");
    t.advance(30s);
    expect_equal(t.take_one(s).id, child.id, "the job taken");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
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
    {"continuations.are_due_when_they_are_let_go",
     are_due_when_they_are_let_go,
     conformance_need::clock},
};

} // namespace cofire::testing::conformance::on_families

#endif
