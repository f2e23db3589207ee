// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_ACQUIRE_HPP
#define COFIRE_TESTING_CONFORMANCE_ACQUIRE_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What acquire hands out, to whom, and in which order.
namespace cofire::testing::conformance::on_acquire {

/// A job comes with all that was stored of it.
inline void hands_out_what_was_stored(bench& t) {
    auto const s = t.server();
    new_job j = t.job("work", {.max_attempts = 3, .timeout = 30s});
    j.arguments = "[\"\xC3\xA4\",1]";
    j.recurring_id = "nightly";
    j.occurrence = t.now() - 1s;
    t.put(j);
    auto const run = t.take_one(s);
    expect_equal(run.id, j.id, "the id");
    expect_equal(run.type, j.type, "the type");
    expect_equal(run.arguments, j.arguments, "the arguments");
    expect_equal(run.argument_version, 1U, "the arguments' version");
    expect(run.settings && *run.settings == *j.settings, "the settings to be those stored");
    expect_equal(run.recurring_id, "nightly", "the recurring id");
    expect_equal(run.occurrence, j.occurrence, "the occurrence");
    expect_equal(run.attempt, 0U, "attempt");
    expect_equal(run.lost, 0U, "lost");
    expect(run.epoch > 0, "an epoch above that of a job never acquired");
    auto const r = t.get(j.id);
    expect_equal(run.created, r.created, "when it was created");
    expect_equal(run.due, r.due, "when it became due");
    expect(run.parents.empty(), "no parents");
}

/// The job is the server's then.
inline void the_job_is_held_by_the_server(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    auto const r = t.get(id);
    expect_equal(r.state, job_state::processing, "the state");
    expect_equal(r.sub_state, job_sub_state::running, "the sub-state");
    expect_equal(r.server, s, "the server");
    expect_equal(r.epoch, run.epoch, "the epoch");
    expect_equal(r.history.back().state, job_state::processing, "the last line of history");
    expect_equal(r.history.back().epoch, run.epoch, "the epoch in history");
    expect_equal(r.history.back().server, s, "the server in history");
}

/// A job is handed out once.
inline void a_job_is_handed_out_once(bench& t) {
    auto const a = t.server();
    auto const b = t.server();
    t.put_many(10);
    auto const first = t.take(a, 6);
    auto const second = t.take(b);
    expect_equal(first.size(), 6U, "the jobs of the first");
    expect_equal(second.size(), 4U, "the jobs of the second");
    for (auto const& x : first) {
        for (auto const& y : second) {
            expect(x.id != y.id, "no job to be held by two");
        }
    }
    expect(t.take(a).empty() && t.take(b).empty(), "nothing to be left");
}

/// First in, first out.
inline void in_the_order_of_the_insert(bench& t) {
    auto const ids = t.put_many(20);
    expect_equal(ids_of(t.take(t.server())), ids, "the order");
}

/// The jobs of one insert stand in its order.
inline void in_the_order_within_an_insert(bench& t) {
    std::vector<new_job> const jobs{t.job(), t.job(), t.job()};
    t.insert({.jobs = jobs});
    auto const got = ids_of(t.take(t.server()));
    expect_equal(got, std::vector{jobs[0].id, jobs[1].id, jobs[2].id}, "the order");
}

/// Higher priorities first; within one the order of the line.
inline void by_priority_then_by_position(bench& t) {
    std::vector<job_id> ids;
    for (int const priority : {5, 0, 15, 5, 15}) {
        ids.push_back(t.put(t.job("work", {.priority = priority})));
    }
    std::vector const wanted{ids[2], ids[4], ids[0], ids[3], ids[1]};
    expect_equal(ids_of(t.take(t.server())), wanted, "the order");
}

/// The queues in the order given, each to its end, whatever the priorities in them.
inline void by_queue_before_priority(bench& t) {
    auto const low = t.put(t.job("work", {.queue = "a", .priority = 0}));
    auto const high = t.put(t.job("work", {.queue = "b", .priority = 15}));
    queue_take const takes[] = {{.queue = "a"}, {.queue = "b"}};
    auto const got = ids_of(t.acquire({.server = t.server(), .takes = takes, .limit = 10}).jobs);
    expect_equal(got, std::vector{low, high}, "the order");
}

/// Never more than the limit, nor than a queue's cap.
inline void keeps_to_limit_and_caps(bench& t) {
    auto const s = t.server();
    for (int i = 0; i != 5; ++i) {
        t.put(t.job("work", {.queue = "a"}));
        t.put(t.job("work", {.queue = "b"}));
    }
    queue_take const takes[] = {{.queue = "a", .cap = 2}, {.queue = "b"}};
    expect_equal(t.acquire({.server = s, .takes = takes, .limit = 0}).jobs.size(), 0U, "limit 0");
    auto const jobs = t.acquire({.server = s, .takes = takes, .limit = 6}).jobs;
    expect_equal(jobs.size(), 6U, "the jobs taken");
    for (std::size_t i = 0; i != 6; ++i) {
        expect_equal(jobs[i].settings->queue, i < 2 ? "a" : "b", "the queue");
    }
}

/// Only from the queues asked for.
inline void leaves_other_queues_alone(bench& t) {
    auto const s = t.server();
    t.put(t.job("work", {.queue = "b"}));
    expect(t.take(s, 10, "a").empty(), "nothing from another queue");
    expect_equal(t.take(s, 10, "b").size(), 1U, "the jobs of the queue");
}

/// Only the types that the server announced; others stand in nobody's way.
inline void leaves_other_types_alone(bench& t) {
    auto const s = t.server({"work"});
    auto const strange = t.put(t.job("strange"));
    auto const id = t.put(t.job("work"));
    expect_equal(ids_of(t.take(s)), std::vector{id}, "the jobs taken");
    t.expect_state(strange, job_state::enqueued);
    expect_equal(ids_of(t.take(t.server({"strange", "work"}))), std::vector{strange}, "the rest");
}

/// A type that no running server handles is parked, and said to be, until one does.
inline void a_type_without_a_server_is_parked(bench& t) {
    t.server({"work"});
    auto const id = t.put(t.job("strange"));
    expect_equal(t.get(id).sub_state, job_sub_state::parked_by_type, "the sub-state before");
    t.server({"strange"});
    expect_equal(t.get(id).sub_state, job_sub_state::in_line, "the sub-state then");
}

/// Where no server runs nothing is parked: nobody knows yet what will be handled.
inline void without_any_server_a_job_is_in_line(bench& t) {
    auto const id = t.put(t.job());
    expect_equal(t.get(id).sub_state, job_sub_state::in_line, "the sub-state");
}

/// Arguments in a newer form than the server decodes are left alone.
inline void leaves_newer_arguments_alone(bench& t) {
    auto const old = t.server({"work"});
    new_job newer = t.job();
    newer.argument_version = 2;
    t.put(newer);
    auto const plain = t.put(t.job());
    expect_equal(ids_of(t.take(old)), std::vector{plain}, "the jobs of the older server");
    auto const young =
        t.announce({.name = "young", .types = {{.name = "work", .argument_version = 3}}});
    auto const got = t.take(young);
    expect_equal(ids_of(got), std::vector{newer.id}, "the jobs of the newer server");
    expect_equal(got[0].argument_version, 2U, "the arguments' version");
}

/// Each acquisition has an epoch above all before, through hand-back, retry and requeue.
inline void epochs_grow(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    epoch_type last = 0;
    for (auto const kind :
         {outcome_kind::released,
          outcome_kind::retry,
          outcome_kind::failed,
          outcome_kind::succeeded}) {
        auto const run = t.take_one(s);
        expect(run.epoch > last, "an epoch above the one before");
        last = run.epoch;
        t.finish(s, run, kind);
        if (kind != outcome_kind::released) {
            t.change_ids(change_kind::requeue, {id});
        }
    }
    expect(t.take_one(s).epoch > last, "an epoch above the one before");
}

/// An unknown server gets an error and no job.
inline void an_unknown_server_is_refused(bench& t) {
    t.put_many(2);
    auto const s = t.server();
    t.expect_refused(errc::unknown_server, [&] { t.take(s + 1'000); });
    t.expect_refused(errc::unknown_server, [&] { t.take(0); });
}

/// So does a retired one.
inline void a_retired_server_is_refused(bench& t) {
    auto const s = t.server();
    t.put_many(2);
    t.retire(s);
    t.expect_refused(errc::unknown_server, [&] { t.take(s); });
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"acquire.hands_out_what_was_stored", hands_out_what_was_stored},
    {"acquire.the_job_is_held_by_the_server", the_job_is_held_by_the_server},
    {"acquire.a_job_is_handed_out_once", a_job_is_handed_out_once},
    {"acquire.in_the_order_of_the_insert", in_the_order_of_the_insert},
    {"acquire.in_the_order_within_an_insert", in_the_order_within_an_insert},
    {"acquire.by_priority_then_by_position", by_priority_then_by_position},
    {"acquire.by_queue_before_priority", by_queue_before_priority},
    {"acquire.keeps_to_limit_and_caps", keeps_to_limit_and_caps},
    {"acquire.leaves_other_queues_alone", leaves_other_queues_alone},
    {"acquire.leaves_other_types_alone", leaves_other_types_alone},
    {"acquire.a_type_without_a_server_is_parked", a_type_without_a_server_is_parked},
    {"acquire.without_any_server_a_job_is_in_line", without_any_server_a_job_is_in_line},
    {"acquire.leaves_newer_arguments_alone", leaves_newer_arguments_alone},
    {"acquire.epochs_grow", epochs_grow},
    {"acquire.an_unknown_server_is_refused", an_unknown_server_is_refused},
    {"acquire.a_retired_server_is_refused", a_retired_server_is_refused},
};

} // namespace cofire::testing::conformance::on_acquire

#endif
