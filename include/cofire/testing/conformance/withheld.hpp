// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_WITHHELD_HPP
#define COFIRE_TESTING_CONFORMANCE_WITHHELD_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What acquire leaves alone: what is not due, expired, paused, or over a cap.
namespace cofire::testing::conformance::on_withheld {

/// A scheduled job is handed out at its due time, not a microsecond before.
inline void nothing_before_its_due_time(bench& t) {
    auto const s = t.server();
    new_job j = t.job();
    j.due = t.now() + 1min;
    t.put(j);
    expect(t.take(s).empty(), "nothing at once");
    t.advance(1min - 1us);
    expect(t.take(s).empty(), "nothing a microsecond before");
    t.advance(1us);
    auto const run = t.take_one(s);
    expect_equal(run.id, j.id, "the job");
    expect_equal(run.due, *j.due, "its due time");
}

/// Jobs enter the line in the order of their due times, at their due times.
inline void scheduled_jobs_enter_the_line_when_due(bench& t) {
    new_job late = t.job();
    late.due = t.now() + 2min;
    new_job early = t.job();
    early.due = t.now() + 1min;
    std::vector<new_job> const jobs{late, early};
    t.insert({.jobs = jobs});
    auto const s = t.server();
    t.advance(90s);
    auto const between = t.put(t.job());
    t.advance(1min);
    expect_equal(ids_of(t.take(s)), std::vector{early.id, between, late.id}, "the order");
}

/// The answer tells the next due time, or an earlier one.
inline void tells_the_next_due_time(bench& t) {
    auto const s = t.server();
    expect(!t.acquire({.server = s}).next_due, "no due time while nothing is scheduled");
    new_job j = t.job();
    j.due = t.now() + 2h;
    t.put(j);
    auto const next = t.acquire({.server = s}).next_due;
    expect(next && *next <= to_milliseconds(*j.due), "a due time not after that of the one job");
    new_job k = t.job();
    k.due = t.now() + 1h;
    t.put(k);
    auto const sooner = t.acquire({.server = s}).next_due;
    expect(
        sooner && *sooner <= to_milliseconds(*k.due), "a due time not after that of the earlier job"
    );
}

/// What expires happens by itself as well, and is told likewise.
inline void tells_when_a_waiting_job_expires(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job("strange", {.expires = 1h}));
    auto const next = t.acquire({.server = s}).next_due;
    auto const expires = t.get(id).expires_at;
    expect(expires.has_value(), "to know when it expires");
    expect(next && *next <= to_milliseconds(*expires) + 1ms, "a time not after the expiry");
}

/// With a horizon jobs may come ahead of their time, but never from beyond it.
inline void nothing_from_beyond_the_horizon(bench& t) {
    auto const s = t.server();
    new_job j = t.job();
    j.due = t.now() + 1h;
    t.put(j);
    queue_take const from{.queue = "default"};
    auto const jobs =
        t.acquire({.server = s, .takes = {&from, 1}, .limit = 9, .horizon = 59min}).jobs;
    expect(jobs.empty(), "nothing from beyond the horizon");
}

/// What comes ahead of its time is reserved, and told to be, until its server says that it has started.
inline void what_comes_ahead_of_its_time_is_reserved(bench& t) {
    auto const s = t.server();
    new_job j = t.job();
    j.due = t.now() + 1h;
    t.put(j);
    queue_take const from{.queue = "default"};
    auto const jobs = t.acquire({.server = s, .takes = {&from, 1}, .limit = 9, .horizon = 2h}).jobs;
    if (jobs.empty()) {
        t.expect_state(j.id, job_state::scheduled); // a storage need not
        return;
    }
    expect_equal(jobs[0].due, *j.due, "the due time told to the server");
    expect_equal(t.get(j.id).sub_state, job_sub_state::reserved, "the sub-state before");
    run_report report;
    report.id = j.id;
    report.epoch = jobs[0].epoch;
    report.started = true;
    t.tick({.server = s, .reports = {&report, 1}});
    expect_equal(t.get(j.id).sub_state, job_sub_state::running, "the sub-state then");
}

/// A job that has not started in time is deleted, with a reason, and not handed out.
inline void never_an_expired_job(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job("work", {.expires = 1min}));
    expect_equal(t.get(id).expires_at, t.get(id).due + 1min, "when it expires");
    t.advance(1min + 1us);
    expect(t.take(s).empty(), "nothing to be handed out");
    auto const r = t.get(id);
    expect_equal(r.state, job_state::deleted, "the state");
    expect(!r.reason.empty(), "the deletion to have a reason");
    expect_equal(t.counts().deleted, 1U, "the jobs deleted");
}

/// A job that has started expires no more.
inline void a_started_job_does_not_expire(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job("work", {.expires = 1min}));
    auto const run = t.take_one(s);
    t.advance(2min);
    t.expect_state(id, job_state::processing);
    t.finish(s, run);
    t.expect_state(id, job_state::succeeded);
}

/// Nothing is taken from a paused queue; the others go on.
inline void nothing_from_a_paused_queue(bench& t) {
    auto const s = t.server();
    auto const paused = t.put(t.job("work", {.queue = "a"}));
    auto const open = t.put(t.job("work", {.queue = "b"}));
    t.queues(queue_pause{.queue = "a"});
    queue_take const takes[] = {{.queue = "a"}, {.queue = "b"}};
    auto got = ids_of(t.acquire({.server = s, .takes = takes, .limit = 9}).jobs);
    expect_equal(got, std::vector{open}, "the jobs taken");
    t.queues(queue_pause{.queue = "a", .paused = false});
    got = ids_of(t.acquire({.server = s, .takes = takes, .limit = 9}).jobs);
    expect_equal(got, std::vector{paused}, "the jobs taken after the pause");
}

/// A cap on types is shared by them, and what is over it does not stand in the way.
inline void keeps_to_type_caps(bench& t) {
    auto const s = t.server({"a", "b", "c"});
    std::vector<job_id> ids;
    for (std::string const type : {"a", "b", "a", "c", "c"}) {
        ids.push_back(t.put(t.job(type)));
    }
    std::string_view const shared[] = {"a", "b"};
    type_cap const caps[] = {{.types = shared, .cap = 2}};
    queue_take const from{.queue = "default"};
    auto const got = t.acquire({.server = s, .takes = {&from, 1}, .caps = caps, .limit = 9}).jobs;
    expect_equal(ids_of(got), std::vector{ids[0], ids[1], ids[3], ids[4]}, "the jobs taken");
    expect_equal(t.take_one(s).id, ids[2], "the job left");
}

/// A cap of zero: none of these types.
inline void a_cap_of_zero_takes_none(bench& t) {
    auto const s = t.server({"a", "b"});
    t.put(t.job("a"));
    auto const other = t.put(t.job("b"));
    std::string_view const types[] = {"a"};
    type_cap const caps[] = {{.types = types, .cap = 0}};
    queue_take const from{.queue = "default"};
    auto const got = t.acquire({.server = s, .takes = {&from, 1}, .caps = caps, .limit = 9}).jobs;
    expect_equal(ids_of(got), std::vector{other}, "the jobs taken");
}

/// Of jobs that fall due before anybody comes by, the one that was due first is first in line.
inline void what_was_due_first_comes_first(bench& t) {
    auto const s = t.server();
    std::vector<job_id> ids;
    for (auto const wait : {300ms, 100ms, 200ms}) {
        new_job j = t.job();
        j.due = t.now() + wait;
        ids.push_back(t.put(j));
    }
    t.advance(1s);
    expect_equal(ids_of(t.take(s)), std::vector{ids[1], ids[2], ids[0]}, "the order");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"acquire.nothing_before_its_due_time", nothing_before_its_due_time, conformance_need::clock},
    {"acquire.scheduled_jobs_enter_the_line_when_due",
     scheduled_jobs_enter_the_line_when_due,
     conformance_need::clock},
    {"acquire.tells_the_next_due_time", tells_the_next_due_time},
    {"acquire.tells_when_a_waiting_job_expires", tells_when_a_waiting_job_expires},
    {"acquire.nothing_from_beyond_the_horizon", nothing_from_beyond_the_horizon},
    {"acquire.what_comes_ahead_of_its_time_is_reserved", what_comes_ahead_of_its_time_is_reserved},
    {"acquire.never_an_expired_job", never_an_expired_job, conformance_need::clock},
    {"acquire.a_started_job_does_not_expire",
     a_started_job_does_not_expire,
     conformance_need::clock},
    {"acquire.nothing_from_a_paused_queue", nothing_from_a_paused_queue},
    {"acquire.keeps_to_type_caps", keeps_to_type_caps},
    {"acquire.a_cap_of_zero_takes_none", a_cap_of_zero_takes_none},
    {"acquire.what_was_due_first_comes_first",
     what_was_due_first_comes_first,
     conformance_need::clock},
};

} // namespace cofire::testing::conformance::on_withheld

#endif
