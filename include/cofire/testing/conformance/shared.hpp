// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_SHARED_HPP
#define COFIRE_TESTING_CONFORMANCE_SHARED_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <optional>
#include <vector>

/// What processes that share a storage see of each other.
namespace cofire::testing::conformance::on_shared {

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

/// A queue paused in one process is paused in the other.
inline void a_pause_holds_everywhere(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const other = t.attach();
    t.use(other);
    auto const there = t.server();
    t.queues(queue_pause{.queue = "default"});
    expect(t.take(there).empty() && t.take(s).empty(), "neither to be given the job");
    t.queues(queue_pause{.queue = "default", .paused = false});
    expect_equal(t.take(s).size(), 1U, "the jobs taken once it is resumed");
}

/// A run is stopped from elsewhere: its own server gets the signal, once.
inline void a_run_is_stopped_from_elsewhere(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(2);
    t.take(s);
    auto const other = t.attach();
    t.use(other);
    t.change_ids(change_kind::cancel, {ids[0]});
    t.change_ids(change_kind::delete_job, {ids[1]});
    auto const there = t.server();
    expect(t.signals(there).empty(), "no signal to another server");
    auto const signals = t.signals(s);
    expect_equal(signals.size(), 2U, "the signals");
    expect_equal(signals[0].id, ids[0], "the first");
    expect_equal(signals[1].id, ids[1], "the second");
    expect(t.signals(s).empty(), "none a second time");
}

/// A unique key is held against all.
inline void a_key_is_held_everywhere(bench& t) {
    auto const holder = t.put(t.keyed("k"));
    auto const other = t.attach();
    t.use(other);
    auto const result = t.insert_one(t.keyed("k"));
    expect_equal(result.status, insert_status::held, "the status");
    expect_equal(result.id, holder, "the holder");
}

/// So is a limit, and a place freed here is free there.
inline void a_limit_is_kept_by_all(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    auto const next = t.put(t.limited("disk"));
    auto const run = t.take_one(s);
    auto const other = t.attach();
    t.use(other);
    auto const there = t.server();
    expect(t.take(there).empty(), "the second to be held back");
    t.finish(s, run);
    expect_equal(ids_of(t.take(there)), std::vector{next}, "the job taken then");
}

/// Of two processes that fire an occurrence one does.
inline void an_occurrence_fires_in_one(bench& t) {
    auto const due = put_due(t, "nightly", overlap_policy::allow);
    auto const revision = record(t, "nightly").revision;
    new_job const first = t.job();
    recurring_firing f{
        .id = "nightly",
        .revision = revision,
        .expected = due,
        .next = due + 24h,
        .jobs = {&first, 1}};
    expect_equal(fire_one(t, f).status, fire_status::fired, "the firing");
    auto const other = t.attach();
    t.use(other);
    new_job const second = t.job();
    f.jobs = {&second, 1};
    expect_equal(fire_one(t, f).status, fire_status::lost, "the other firing");
    expect(!t.knows(second.id), "its job not to be stored");
    expect(t.knows(first.id), "the other's job to be");
    expect_equal(record(t, "nightly").next, std::optional(due + 24h), "the next occurrence");
}

/// A server is told of recurring jobs that another process put.
inline void changes_of_recurring_jobs_are_told(bench& t) {
    auto const s = t.server();
    t.recurring(recurring_list{.server = s});
    expect(!t.tick({.server = s}).recurring_changed, "no change at first");
    auto const other = t.attach();
    t.use(other);
    put_due(t, "nightly");
    expect(t.tick({.server = s}).recurring_changed, "the change to be told");
}

/// Who does not hold a run does not end it, whichever way it comes.
inline void a_run_is_fenced_everywhere(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    auto const other = t.attach();
    t.use(other);
    auto const there = t.server();
    auto const o = t.outcome(run, outcome_kind::succeeded);
    expect_equal(t.settle_one(there, o), settle_status::stale, "the other server's status");
    t.expect_state(id, job_state::processing);
    expect_equal(t.settle_one(s, o), settle_status::done, "the holder's status, by the other way");
    expect_equal(t.settle_one(s, o), settle_status::again, "the repetition's status");
}

/// What a server that leaves or dies has held goes to those of others.
inline void what_a_server_held_goes_to_others(bench& t) {
    auto const leaves = t.server();
    auto const dies = t.server();
    auto const ids = t.put_many(2);
    t.take(leaves, 1);
    t.take(dies, 1);
    auto const other = t.attach();
    t.use(other);
    auto const there = t.server();
    t.retire(leaves);
    expect_equal(ids_of(t.take(there)), std::vector{ids[0]}, "the job handed back");
    t.kill(dies);
    t.advance(1min);
    expect_equal(ids_of(t.take(there)), std::vector{ids[1]}, "the job lost");
}

/// An operator's order reaches a server from anywhere, and all see which servers there are.
inline void servers_are_seen_and_ordered_from_elsewhere(bench& t) {
    auto const s = t.server();
    auto const other = t.attach();
    t.use(other);
    auto const servers = t.servers(server_list{}).servers;
    expect_equal(servers.size(), 1U, "the servers seen");
    expect_equal(servers[0].instance, s, "its number");
    t.servers(server_order{.server = s, .command = server_command::drain});
    expect_equal(t.tick({.server = s}).command, server_command::drain, "the order it gets");
}

/// A repetition in another process finds what was inserted here.
inline void a_repetition_elsewhere_existed(bench& t) {
    new_job const j = t.job();
    t.put(j);
    auto const other = t.attach();
    t.use(other);
    expect_equal(t.insert_one(j).status, insert_status::existed, "the status");
}

/// Who waits for the end of a job hears of it from another process.
inline void an_end_elsewhere_is_heard_of(bench& t) {
    auto const id = t.put(t.job());
    wait_terms w;
    w.jobs = {id};
    auto& wait = t.start(w);
    auto const other = t.attach();
    t.use(other);
    auto const there = t.server();
    t.finish(there, t.take_one(there));
    expect_equal(t.end_of(wait), wait_status::changed, "why the wait ended");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"shared.processes_see_each_others_jobs",
     processes_see_each_others_jobs,
     conformance_need::attach},
    {"shared.processes_wake_each_other", processes_wake_each_other, conformance_need::attach},
    {"shared.a_pause_holds_everywhere", a_pause_holds_everywhere, conformance_need::attach},
    {"shared.a_run_is_stopped_from_elsewhere",
     a_run_is_stopped_from_elsewhere,
     conformance_need::attach},
    {"shared.a_key_is_held_everywhere", a_key_is_held_everywhere, conformance_need::attach},
    {"shared.a_limit_is_kept_by_all", a_limit_is_kept_by_all, conformance_need::attach},
    {"shared.an_occurrence_fires_in_one", an_occurrence_fires_in_one, conformance_need::attach},
    {"shared.changes_of_recurring_jobs_are_told",
     changes_of_recurring_jobs_are_told,
     conformance_need::attach},
    {"shared.a_run_is_fenced_everywhere", a_run_is_fenced_everywhere, conformance_need::attach},
    {"shared.what_a_server_held_goes_to_others",
     what_a_server_held_goes_to_others,
     conformance_need::attach | conformance_need::clock},
    {"shared.servers_are_seen_and_ordered_from_elsewhere",
     servers_are_seen_and_ordered_from_elsewhere,
     conformance_need::attach},
    {"shared.a_repetition_elsewhere_existed",
     a_repetition_elsewhere_existed,
     conformance_need::attach},
    {"shared.an_end_elsewhere_is_heard_of", an_end_elsewhere_is_heard_of, conformance_need::attach},
};

} // namespace cofire::testing::conformance::on_shared

#endif
