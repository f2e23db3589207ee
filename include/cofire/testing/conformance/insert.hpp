// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_INSERT_HPP
#define COFIRE_TESTING_CONFORMANCE_INSERT_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What insert does with jobs that stand alone: what it keeps, and what it answers to a repetition.
namespace cofire::testing::conformance::on_insert {

/// The job is stored with all that was given, byte by byte.
inline void stores_what_was_given(bench& t) {
    new_job j = t.job(
        "mail::send", {.queue = "slow", .priority = 9, .max_attempts = 3, .tags = {"a", "b"}}
    );
    j.arguments = "{\"text\":\"\\u00e4 \xC3\xA4 \\\"\",\"n\":[1,2]}";
    j.argument_version = 4;
    j.recurring_id = "nightly";
    j.occurrence = t.now() - 1min;
    j.limits = {{.key = "disk", .limit = 2}, {.key = "net", .limit = 3}};
    j.unique_key.emplace();
    j.unique_key->text = "global/k";
    t.put(j);
    auto const r = t.get(j.id);
    expect_equal(r.type, j.type, "the type");
    expect_equal(r.arguments, j.arguments, "the arguments");
    expect_equal(r.argument_version, 4U, "the arguments' version");
    expect(*r.settings == *j.settings, "the settings to be kept");
    expect_equal(r.recurring_id, "nightly", "the recurring id");
    expect_equal(r.occurrence, j.occurrence, "the occurrence");
    expect(r.limits == j.limits, "the limits to be kept");
    expect_equal(r.unique_key, "global/k", "the unique key");
}

/// A job without a due time is enqueued at once, with nothing run yet.
inline void without_a_due_time_is_enqueued(bench& t) {
    auto const before = t.now();
    auto const r = t.get(t.put(t.job()));
    expect_equal(r.state, job_state::enqueued, "the state");
    expect(r.created >= before && r.created <= t.now(), "to be created at the storage's time");
    expect_equal(r.due, r.created, "the due time");
    expect_equal(r.attempt, 0U, "attempt");
    expect_equal(r.lost, 0U, "lost");
    expect_equal(r.epoch, 0U, "the epoch");
    expect_equal(r.server, 0U, "the server");
    expect(!r.started && !r.finished && !r.error && r.result.empty(), "no run to be told of");
}

/// A job with a due time ahead is scheduled for it.
inline void with_a_due_time_ahead_is_scheduled(bench& t) {
    new_job j = t.job();
    j.due = t.now() + 1h;
    auto const r = t.get(t.put(j));
    expect_equal(r.state, job_state::scheduled, "the state");
    expect_equal(r.due, *j.due, "the due time");
}

/// A due time that has passed is as good as none.
inline void with_a_due_time_passed_is_enqueued(bench& t) {
    new_job j = t.job();
    j.due = t.now() - 1h;
    expect_equal(t.get(t.put(j)).state, job_state::enqueued, "the state");
}

/// There is one answer for each job, in their order.
inline void answers_in_the_order_of_the_request(bench& t) {
    std::vector<new_job> const jobs{t.job(), t.job("b"), t.job("c")};
    auto const answer = t.insert({.jobs = jobs});
    expect_equal(answer.results.size(), 3U, "the number of answers");
    for (std::size_t i = 0; i != 3; ++i) {
        expect_equal(answer.results[i].id, jobs[i].id, "the id answered");
        expect_equal(answer.results[i].status, insert_status::inserted, "the status answered");
        expect_equal(t.get(jobs[i].id).type, jobs[i].type, "the type stored");
    }
}

/// The answer tells the storage's time.
inline void answers_the_storages_time(bench& t) {
    new_job const j = t.job();
    auto const at = t.insert({.jobs = {&j, 1}}).now;
    expect_equal(at, t.clock.wall_now(), "the time answered");
    t.advance(90s);
    new_job const k = t.job();
    expect_equal(t.insert({.jobs = {&k, 1}}).now, at + 90s, "the time answered later");
}

/// The history begins with the insert.
inline void begins_the_history(bench& t) {
    auto const r = t.get(t.put(t.job()));
    expect_equal(r.history.size(), 1U, "the lines of history");
    expect_equal(r.history[0].state, job_state::enqueued, "the first line's state");
    expect_equal(r.history[0].at, r.created, "the first line's time");
    expect_equal(r.history[0].epoch, 0U, "the first line's epoch");
}

/// The same job under the same id exists already; nothing changes.
inline void the_same_job_again_existed(bench& t) {
    new_job const j = t.job();
    t.put(j);
    auto const before = t.picture();
    for (auto const mode : {insert_mode::fresh, insert_mode::repeat}) {
        auto const answer = t.insert({.jobs = {&j, 1}, .mode = mode});
        expect_equal(answer.results.at(0).status, insert_status::existed, "the status");
        expect_equal(answer.results.at(0).id, j.id, "the id");
    }
    expect(t.picture() == before, "an insert of what exists to change nothing");
}

/// A repeated insert finds a job that has ended meanwhile.
inline void a_repetition_finds_an_ended_job(bench& t) {
    auto const s = t.server();
    new_job const j = t.job();
    t.put(j);
    t.finish(s, t.take_one(s));
    auto const answer = t.insert({.jobs = {&j, 1}, .mode = insert_mode::repeat});
    expect_equal(answer.results.at(0).status, insert_status::existed, "the status");
    t.expect_state(j.id, job_state::succeeded);
    expect(t.take(s).empty(), "nothing to run again");
}

/// A call repeated as a whole answers as a whole, with the new jobs of it inserted.
inline void a_repetition_inserts_only_what_is_missing(bench& t) {
    std::vector<new_job> const jobs{t.job(), t.job()};
    t.put(jobs[0]);
    auto const answer = t.insert({.jobs = jobs, .mode = insert_mode::repeat});
    expect_equal(answer.results.at(0).status, insert_status::existed, "the first status");
    expect_equal(answer.results.at(1).status, insert_status::inserted, "the second status");
    expect_equal(t.counts().inserted, 2U, "the jobs inserted");
}

/// What is not part of a job's identity may differ in a repetition.
inline void other_settings_do_not_make_it_another_job(bench& t) {
    new_job j = t.job();
    t.put(j);
    j.settings = t.job("work", {.priority = 1}).settings;
    expect_equal(t.insert_one(j).status, insert_status::existed, "the status");
    expect_equal(t.get(j.id).settings->priority, 5, "the priority stored");
}

/// Before it refuses, a full storage removes what has ended, the oldest first, and counts it.
inline void makes_room_of_ended_jobs(bench& t) {
    t.limits.jobs = 3;
    auto const s = t.server();
    auto const first = t.put_and_finish(s);
    t.advance(1s);
    auto const second = t.put_and_finish(s);
    auto const waiting = t.put(t.job());
    t.put(t.job());
    expect(!t.knows(first), "the oldest ended job to be removed");
    expect(t.knows(second) && t.knows(waiting), "the others to stay");
    expect_equal(t.counts().removed, 1U, "the jobs removed");
}

/// So does one that is full of bytes. One without such a limit says so to read_health.
inline void makes_room_of_ended_jobs_for_bytes(bench& t) {
    t.limits.bytes = 1 << 20;
    if (t.read(read_health{}).health.byte_limit == 0) {
        return;
    }
    auto const s = t.server();
    std::vector<job_id> ids;
    while (ids.size() != 20) {
        new_job j = t.job();
        j.arguments = '"' + std::string(100'000, 'x') + '"';
        ids.push_back(t.put(j));
        t.finish(s, t.take_one(s));
        t.advance(1s);
    }
    auto const removed = static_cast<std::size_t>(t.counts().removed);
    expect(removed >= 10 && removed < 20, "as many jobs to be removed as do not fit");
    for (std::size_t i = 0; i != ids.size(); ++i) {
        expect_equal(t.knows(ids[i]), i >= removed, "whether it is known: the oldest go first");
    }
}

/// The oldest goes first, however it ended.
inline void makes_room_of_the_oldest_first(bench& t) {
    t.limits.jobs = 6;
    auto const s = t.server();
    std::vector<job_id> ended;
    for (auto const kind :
         {outcome_kind::deleted,
          outcome_kind::failed,
          outcome_kind::succeeded,
          outcome_kind::failed,
          outcome_kind::deleted,
          outcome_kind::succeeded}) {
        ended.push_back(t.put_and_finish(s, kind));
        t.advance(1s);
    }
    for (std::size_t gone = 1; gone <= ended.size(); ++gone) {
        t.put(t.job());
        for (std::size_t i = 0; i != ended.size(); ++i) {
            expect_equal(t.knows(ended[i]), i >= gone, "whether it is known");
        }
    }
}

/// Each job has its own settings, also if another's differ in one member only.
inline void keeps_each_jobs_settings_apart(bench& t) {
    std::vector<job_settings> all(8);
    all[1].max_attempts = 3;
    all[2].delays = {1s, 2s};
    all[3].delays = {1s, 3s};
    all[4].timeout = 1min;
    all[5].expires = 1h;
    all[6].on_exhausted = exhausted_policy::delete_job;
    all[7].tags = {"x"};
    std::vector<new_job> jobs;
    for (auto const& settings : all) {
        jobs.push_back(t.job("work", settings));
    }
    t.insert({.jobs = jobs});
    for (std::size_t i = 0; i != all.size(); ++i) {
        expect(*t.get(jobs[i].id).settings == all[i], "the settings to be the job's own");
    }
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"insert.stores_what_was_given", stores_what_was_given},
    {"insert.without_a_due_time_is_enqueued", without_a_due_time_is_enqueued},
    {"insert.with_a_due_time_ahead_is_scheduled", with_a_due_time_ahead_is_scheduled},
    {"insert.with_a_due_time_passed_is_enqueued", with_a_due_time_passed_is_enqueued},
    {"insert.answers_in_the_order_of_the_request", answers_in_the_order_of_the_request},
    {"insert.answers_the_storages_time", answers_the_storages_time, conformance_need::clock},
    {"insert.begins_the_history", begins_the_history},
    {"insert.the_same_job_again_existed", the_same_job_again_existed},
    {"insert.a_repetition_finds_an_ended_job", a_repetition_finds_an_ended_job},
    {"insert.a_repetition_inserts_only_what_is_missing", a_repetition_inserts_only_what_is_missing},
    {"insert.other_settings_do_not_make_it_another_job", other_settings_do_not_make_it_another_job},
    {"insert.makes_room_of_ended_jobs",
     makes_room_of_ended_jobs,
     conformance_need::limits | conformance_need::clock},
    {"insert.makes_room_of_ended_jobs_for_bytes",
     makes_room_of_ended_jobs_for_bytes,
     conformance_need::limits | conformance_need::clock},
    {"insert.makes_room_of_the_oldest_first",
     makes_room_of_the_oldest_first,
     conformance_need::clock | conformance_need::limits},
    {"insert.keeps_each_jobs_settings_apart", keeps_each_jobs_settings_apart},
};

} // namespace cofire::testing::conformance::on_insert

#endif
