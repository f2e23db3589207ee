// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_DURABLE_HPP
#define COFIRE_TESTING_CONFORMANCE_DURABLE_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <string>
#include <vector>

/// What survives the death of the process, and what processes that share a storage see of each
/// other.
namespace cofire::testing::conformance::on_durable {

/// Every job is there again, in its state.
inline void jobs_are_there_again(bench& t) {
    auto const s = t.server();
    auto const good = t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::succeeded);
    o.result = "42";
    t.settle_one(s, o);
    auto const bad = t.put_and_finish(s, outcome_kind::failed);
    auto const retry = t.put_and_finish(s, outcome_kind::retry);
    auto const waiting = t.put(t.job("work", {.queue = "slow", .priority = 9, .tags = {"x"}}));
    auto const child = t.put(t.after(waiting));
    std::vector<job_record> before;
    for (auto const id : {good, bad, retry, waiting, child}) {
        before.push_back(t.get(id));
    }
    t.reopen();
    for (auto const& b : before) {
        auto const r = t.get(b.id);
        expect_equal(r.state, b.state, "the state");
        expect_equal(r.arguments, b.arguments, "the arguments");
        expect(*r.settings == *b.settings, "the settings");
        expect_equal(r.attempt, b.attempt, "attempt");
        expect_equal(r.due, b.due, "the due time");
        expect_equal(r.result, b.result, "the result");
        expect_equal(r.error.has_value(), b.error.has_value(), "an error");
        expect_equal(r.history.size(), b.history.size(), "the lines of history");
        expect_equal(r.continuations, b.continuations, "the continuations");
    }
}

/// The line has its order.
inline void the_line_has_its_order(bench& t) {
    std::vector<job_id> ids = t.put_many(5);
    auto const first = t.put(t.job("work", {.priority = 9}));
    ids.insert(ids.begin(), first);
    t.reopen();
    expect_equal(ids_of(t.take(t.server())), ids, "the order");
}

/// A run that the process's death ended is lost: counted, brought back, with a higher epoch.
inline void a_run_under_way_is_lost(bench& t) {
    auto const id = t.put(t.job());
    auto const old = t.server();
    auto const run = t.take_one(old);
    t.reopen();
    auto const s = t.server();
    t.advance(1h);
    auto const r = t.get(id);
    expect_equal(r.lost, 1U, "lost");
    expect_equal(r.attempt, 0U, "attempt");
    auto const again = t.take_one(s);
    expect_equal(again.id, id, "the job");
    expect(again.epoch > run.epoch, "an epoch above all before");
    expect(s != old, "a number that no server had before");
    expect_equal(
        t.settle_one(old, t.outcome(run, outcome_kind::succeeded)),
        settle_status::stale,
        "the old run"
    );
}

/// Keys, pauses and recurring jobs are kept.
inline void keys_pauses_and_recurring_jobs_are_kept(bench& t) {
    auto const holder = t.put(t.keyed("k"));
    t.queues(queue_pause{.queue = "default"});
    auto const due = put_due(t, "nightly");
    auto const before = record(t, "nightly");
    t.reopen();
    expect_equal(t.insert_one(t.keyed("k")).id, holder, "the holder of the key");
    expect(t.take(t.server()).empty(), "the pause to hold");
    auto const r = record(t, "nightly");
    expect(r.definition == before.definition, "the definition");
    expect_equal(r.next, std::optional(due), "the next occurrence");
    new_job const j = t.job();
    expect_equal(fire(t, "nightly", due, {&j, 1}).status, fire_status::fired, "the firing");
}

/// A repeated insert finds what was acknowledged before.
inline void a_repetition_finds_what_was_acknowledged(bench& t) {
    new_job const j = t.job();
    t.put(j);
    t.reopen();
    auto const answer = t.insert({.jobs = {&j, 1}, .mode = insert_mode::repeat});
    expect_equal(answer.results.at(0).status, insert_status::existed, "the status");
}

/// What one process does the other sees, and their servers share the jobs.
inline void processes_see_each_others_jobs(bench& t) {
    auto const id = t.put(t.job());
    auto const s = t.server();
    auto const other = t.attach();
    t.use(other);
    t.expect_state(id, job_state::enqueued);
    auto const there = t.server();
    expect(there != s, "a number of its own");
    auto const run = t.take_one(there);
    expect(t.take(s).empty(), "nothing to be left for the first");
    t.finish(there, run);
    t.expect_state(id, job_state::succeeded);
}

/// A wait in one process ends by what another does.
inline void processes_wake_each_other(bench& t) {
    auto const s = t.server();
    wait_terms w;
    w.server = s;
    w.queues = {"default"};
    w.seen = t.acquire({.server = s}).seen;
    auto& wait = t.start(w);
    auto const other = t.attach();
    t.use(other);
    t.put(t.job());
    expect_equal(t.end_of(wait), wait_status::changed, "why the wait ended");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"durable.jobs_are_there_again", jobs_are_there_again, conformance_need::reopen},
    {"durable.the_line_has_its_order", the_line_has_its_order, conformance_need::reopen},
    {"durable.a_run_under_way_is_lost",
     a_run_under_way_is_lost,
     conformance_need::reopen | conformance_need::clock},
    {"durable.keys_pauses_and_recurring_jobs_are_kept",
     keys_pauses_and_recurring_jobs_are_kept,
     conformance_need::reopen},
    {"durable.a_repetition_finds_what_was_acknowledged",
     a_repetition_finds_what_was_acknowledged,
     conformance_need::reopen},
    {"durable.processes_see_each_others_jobs",
     processes_see_each_others_jobs,
     conformance_need::attach},
    {"durable.processes_wake_each_other", processes_wake_each_other, conformance_need::attach},
};

} // namespace cofire::testing::conformance::on_durable

#endif
