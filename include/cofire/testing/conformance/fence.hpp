// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_FENCE_HPP
#define COFIRE_TESTING_CONFORMANCE_FENCE_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What settle refuses to count: runs that are not the latest, of somebody else, or counted before.
namespace cofire::testing::conformance::on_fence {

/// Repeated, a settle that counted is told so and changes nothing.
inline void a_repetition_is_answered_again(bench& t) {
    auto const s = t.server();
    for (auto const kind :
         {outcome_kind::succeeded,
          outcome_kind::failed,
          outcome_kind::retry,
          outcome_kind::snoozed,
          outcome_kind::released,
          outcome_kind::parked,
          outcome_kind::deleted}) {
        auto const id = t.put(t.job());
        auto const o = t.outcome(t.take_one(s), kind);
        expect_equal(t.settle_one(s, o), settle_status::done, "the first time");
        auto const before = t.picture();
        expect_equal(t.settle_one(s, o), settle_status::again, "the second time");
        expect(t.picture() == before, "a repetition to change nothing");
        t.change_ids(change_kind::delete_job, {id});
    }
}

inline void expect_stale(
    bench& t, server_instance s, run_outcome const& o, place const& where = place::current()
) {
    auto const before = t.picture();
    auto const stale = t.counts().stale;
    expect_equal(t.settle_one(s, o), settle_status::stale, "the status", where);
    expect(t.picture() == before, "a stale outcome to change nothing", where);
    expect_equal(t.counts().stale, stale + 1, "the stale outcomes counted", where);
}

/// Another epoch than the latest does not count.
inline void another_epoch_is_stale(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const run = t.take_one(s);
    auto o = t.outcome(run, outcome_kind::succeeded);
    ++o.epoch;
    expect_stale(t, s, o);
    o.epoch = 0;
    expect_stale(t, s, o);
    t.finish(s, run);
}

/// The epoch before the latest does not count.
inline void an_earlier_epoch_is_stale(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const first = t.take_one(s);
    t.finish(s, first, outcome_kind::released);
    auto const second = t.take_one(s);
    auto const before = t.picture();
    auto const status = t.settle_one(s, t.outcome(first, outcome_kind::succeeded));
    expect(status != settle_status::done, "an earlier run not to count");
    expect(t.picture() == before, "it to change nothing");
    t.finish(s, second);
    t.expect_state(id, job_state::succeeded);
}

/// Another server than the holder does not count, whatever it says.
inline void another_server_is_stale(bench& t) {
    auto const s = t.server();
    auto const other = t.server();
    t.put(t.job());
    auto const run = t.take_one(s);
    for (auto const kind :
         {outcome_kind::succeeded, outcome_kind::released, outcome_kind::parked}) {
        expect_stale(t, other, t.outcome(run, kind));
    }
    expect_stale(t, s + 1'000, t.outcome(run, outcome_kind::succeeded));
    t.finish(s, run);
}

/// A job that nobody knows.
inline void an_unknown_job_is_stale(bench& t) {
    auto const s = t.server();
    run_outcome o;
    o.id = t.new_id();
    o.epoch = 1;
    expect_stale(t, s, o);
}

/// A job that nobody holds.
inline void a_job_not_held_is_stale(bench& t) {
    auto const s = t.server();
    run_outcome o;
    o.id = t.put(t.job());
    expect_stale(t, s, o);
    o.epoch = 1;
    expect_stale(t, s, o);
}

/// What a retired server held is not its own any more.
inline void after_leaving_it_is_stale(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const run = t.take_one(s);
    t.retire(s);
    expect_stale(t, s, t.outcome(run, outcome_kind::succeeded));
}

/// What cannot be stored and is stale besides, is stale.
inline void stale_comes_before_refused(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::suspended);
    ++o.epoch;
    expect_stale(t, s, o);
}

/// A stale item does not hinder the others.
inline void a_stale_item_does_not_hinder_others(bench& t) {
    auto const s = t.server();
    t.put_many(3);
    auto const runs = t.take(s);
    std::vector outcomes{
        t.outcome(runs[0], outcome_kind::succeeded),
        t.outcome(runs[1], outcome_kind::succeeded),
        t.outcome(runs[2], outcome_kind::failed)};
    outcomes[1].epoch += 7;
    auto const results = t.settle({.server = s, .outcomes = outcomes}).results;
    expect_equal(results.size(), 3U, "the number of results");
    expect_equal(results[0], settle_status::done, "the first");
    expect_equal(results[1], settle_status::stale, "the second");
    expect_equal(results[2], settle_status::done, "the third");
    t.expect_state(runs[1].id, job_state::processing);
}

/// The next jobs are taken in the same step, those freed by it among them.
inline void then_takes_the_next_jobs(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.limited("disk"));
    auto const child = t.put(t.after(parent));
    auto const blocked = t.put(t.limited("disk"));
    auto o = t.outcome(t.take_one(s), outcome_kind::succeeded);
    o.result = "{\"rows\":3}";
    queue_take const from{.queue = "default"};
    acquire_request const then{.server = s, .takes = {&from, 1}, .limit = 9};
    auto const answer = t.settle({.server = s, .outcomes = {&o, 1}, .then = then});
    expect(answer.acquired.has_value(), "an answer to the acquire");
    expect_equal(
        sorted(ids_of(answer.acquired->jobs)), sorted({child, blocked}), "the jobs taken along"
    );
    for (auto const& run : answer.acquired->jobs) {
        if (run.id == child) {
            expect_equal(run.parents.size(), 1U, "the number of parents told of");
            expect_equal(run.parents[0].result, o.result, "the result that was settled just now");
        }
        t.finish(s, run);
    }
    expect(!t.settle({.server = s}).acquired, "no jobs to be taken unasked");
}

/// With an unknown server in `then` nothing is settled.
inline void then_of_an_unknown_server_is_refused(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const o = t.outcome(t.take_one(s), outcome_kind::succeeded);
    queue_take const from{.queue = "default"};
    acquire_request const then{.server = s + 1'000, .takes = {&from, 1}, .limit = 9};
    t.expect_refused(errc::unknown_server, [&] {
        t.settle({.server = s, .outcomes = {&o, 1}, .then = then});
    });
    expect_equal(t.settle_one(s, o), settle_status::done, "the outcome then");
}

/// At most 10,000 outcomes.
inline void too_many_outcomes_are_refused(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    std::vector const outcomes(10'001, t.outcome(t.take_one(s), outcome_kind::succeeded));
    t.expect_refused(errc::too_many_items, [&] { t.settle({.server = s, .outcomes = outcomes}); });
}

/// The result of a job that was deleted while it ran is dropped.
inline void the_result_of_a_deleted_job_is_dropped(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const child = t.put(t.after(id));
    auto o = t.outcome(t.take_one(s), outcome_kind::succeeded);
    o.result = "1";
    t.change_ids(change_kind::delete_job, {id});
    t.settle_one(s, o);
    auto const r = t.get(id);
    expect_equal(r.state, job_state::deleted, "the state");
    expect_equal(r.result, "", "the result");
    t.expect_state(child, job_state::deleted);
    expect_equal(t.counts().succeeded, 0U, "the runs succeeded");
}

/// A deleted job does not come back by a retry either.
inline void a_deleted_job_is_not_retried(bench& t) {
    auto const s = t.server();
    for (auto const kind : {outcome_kind::retry, outcome_kind::released, outcome_kind::snoozed}) {
        auto const id = t.put(t.job());
        auto const o = t.outcome(t.take_one(s), kind);
        t.change_ids(change_kind::delete_job, {id});
        t.settle_one(s, o);
        t.expect_state(id, job_state::deleted);
    }
    expect(t.take(s).empty(), "nothing to run again");
}

/// A cancelled job whose handler returns all the same has succeeded.
inline void a_cancelled_job_may_succeed(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    t.change_ids(change_kind::cancel, {id});
    expect_equal(t.get(id).sub_state, job_sub_state::cancelling, "the sub-state");
    t.finish(s, run);
    t.expect_state(id, job_state::succeeded);
}

/// A cancelled job whose handler stops is deleted.
inline void a_cancelled_job_that_stops_is_deleted(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    t.change_ids(change_kind::cancel, {id});
    t.finish(s, run, outcome_kind::deleted);
    t.expect_state(id, job_state::deleted);
}

/// A run of a job that is gone says nothing of another job that has its id by now.
inline void a_run_of_a_former_job_is_stale(bench& t) {
    t.limits.keep_count = 1;
    auto const s = t.server();
    new_job const j = t.job();
    t.put(j);
    auto const former = t.take_one(s);
    t.finish(s, former);
    t.put_and_finish(s);
    t.advance(2min);
    if (t.knows(j.id)) {
        return; // it removes later: the id is not free
    }
    t.put(j);
    auto const run = t.take_one(s);
    expect(run.epoch != former.epoch, "another epoch");
    expect_equal(
        t.settle_one(s, t.outcome(former, outcome_kind::failed)), settle_status::stale, "the status"
    );
    t.finish(s, run);
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"settle.a_repetition_is_answered_again", a_repetition_is_answered_again},
    {"settle.another_epoch_is_stale", another_epoch_is_stale},
    {"settle.an_earlier_epoch_is_stale", an_earlier_epoch_is_stale},
    {"settle.another_server_is_stale", another_server_is_stale},
    {"settle.an_unknown_job_is_stale", an_unknown_job_is_stale},
    {"settle.a_job_not_held_is_stale", a_job_not_held_is_stale},
    {"settle.after_leaving_it_is_stale", after_leaving_it_is_stale},
    {"settle.stale_comes_before_refused", stale_comes_before_refused},
    {"settle.a_stale_item_does_not_hinder_others", a_stale_item_does_not_hinder_others},
    {"settle.then_takes_the_next_jobs", then_takes_the_next_jobs},
    {"settle.then_of_an_unknown_server_is_refused", then_of_an_unknown_server_is_refused},
    {"settle.too_many_outcomes_are_refused", too_many_outcomes_are_refused},
    {"settle.the_result_of_a_deleted_job_is_dropped", the_result_of_a_deleted_job_is_dropped},
    {"settle.a_deleted_job_is_not_retried", a_deleted_job_is_not_retried},
    {"settle.a_cancelled_job_may_succeed", a_cancelled_job_may_succeed},
    {"settle.a_cancelled_job_that_stops_is_deleted", a_cancelled_job_that_stops_is_deleted},
    {"settle.a_run_of_a_former_job_is_stale",
     a_run_of_a_former_job_is_stale,
     conformance_need::clock | conformance_need::limits},
};

} // namespace cofire::testing::conformance::on_fence

#endif
