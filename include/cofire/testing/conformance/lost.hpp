// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_LOST_HPP
#define COFIRE_TESTING_CONFORMANCE_LOST_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Servers that die: what they held comes back, counted apart, slower each time, and one suspect at
/// a time.
namespace cofire::testing::conformance::on_lost {

/// What a dead server held comes back, after a while, with `lost` counted and no attempt.
inline void jobs_come_back(bench& t) {
    auto const dead = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(dead);
    auto const s = t.server();
    t.kill(dead);
    auto const r = t.get(id);
    expect(r.state == job_state::scheduled || r.state == job_state::enqueued, "the job to be back");
    expect_equal(r.lost, 1U, "lost");
    expect_equal(r.attempt, 0U, "attempt");
    expect_equal(t.counts().lost, 1U, "the runs lost");
    expect_equal(t.counts().attempts_failed, 0U, "the attempts failed");
    t.advance(1h);
    auto const again = t.take_one(s);
    expect_equal(again.id, id, "the job");
    expect_equal(again.lost, 1U, "lost");
    expect(again.epoch > run.epoch, "an epoch above the one before");
}

/// What it says later does not count.
inline void runs_are_fenced(bench& t) {
    auto const dead = t.server();
    auto const id = t.put(t.job());
    auto const o = t.outcome(t.take_one(dead), outcome_kind::succeeded);
    t.kill(dead);
    expect_equal(t.settle_one(dead, o), settle_status::stale, "the dead server's outcome");
    expect(t.get(id).state != job_state::succeeded, "the job not to have succeeded");
    expect_error(
        errc::unknown_server, [&] { t.tick({.server = dead}); }, "the dead server's tick"
    );
    expect_error(
        errc::unknown_server, [&] { t.take(dead); }, "the dead server's acquire"
    );
}

/// Somebody hears of it.
inline void runs_are_told_of(bench& t) {
    auto const dead = t.server();
    auto const id = t.put(t.job());
    t.take_one(dead);
    t.kill(dead);
    auto const& notices = t.notices;
    expect_equal(notices.size(), 1U, "the notices");
    expect_equal(notices[0].id, id, "the job told of");
    expect_equal(notices[0].from, job_state::processing, "where it came from");
}

/// The waits grow from loss to loss: 2 seconds, 4, 8.
inline void jobs_wait_longer_each_time(bench& t) {
    t.limits.lost_limit = 5;
    auto const id = t.put(t.job());
    duration wait = 1s;
    for (std::uint32_t i = 1; i != 5; ++i) {
        auto const dead = t.server();
        t.take_one(dead);
        t.kill(dead);
        auto const r = t.get(id);
        expect_equal(r.lost, i, "lost");
        wait *= 2;
        std::optional<time_point> lost;
        for (history_entry const& entry : r.history) { // it may be back in line by now
            lost = entry.state == job_state::scheduled ? entry.at : lost;
        }
        expect(lost.has_value(), "the job to wait for its time");
        expect_equal(r.due, *lost + wait, "when it comes back");
        t.advance(1h);
    }
}

/// At the limit the job has failed, with an error that says so.
inline void jobs_fail_at_the_limit(bench& t) {
    t.limits.lost_limit = 2;
    auto const id = t.put(t.job());
    auto const child = t.put(t.after(id, parent_condition::on_failure));
    for (int i = 0; i != 2; ++i) {
        auto const dead = t.server();
        t.take_one(dead);
        t.kill(dead);
        t.advance(1h);
    }
    auto const r = t.get(id);
    expect_equal(r.state, job_state::failed, "the state");
    expect_equal(r.lost, 2U, "lost");
    expect(r.error.has_value(), "a failed job to have an error");
    t.expect_state(child, job_state::enqueued);
}

/// Or is deleted, if its options say so.
inline void jobs_are_deleted_at_the_limit_if_they_say_so(bench& t) {
    t.limits.lost_limit = 1;
    auto const id = t.put(t.job("work", {.on_exhausted = exhausted_policy::delete_job}));
    auto const dead = t.server();
    t.take_one(dead);
    t.kill(dead);
    t.expect_state(id, job_state::deleted);
}

/// A server gets at most one job at a time that lost a server before.
inline void jobs_are_handed_out_one_at_a_time(bench& t) {
    auto const dead = t.server();
    t.put_many(3);
    t.take(dead);
    auto const s = t.server();
    auto const other = t.server();
    t.kill(dead);
    t.advance(1h);
    auto const innocent = t.put(t.job());
    auto const runs = t.take(s);
    expect_equal(runs.size(), 2U, "the jobs of one server");
    expect_equal(runs[0].lost + runs[1].lost, 1U, "its suspects");
    expect(runs[0].id == innocent || runs[1].id == innocent, "the innocent job to run beside it");
    expect(t.take(s).empty(), "no second suspect while it holds one");
    auto const others = t.take(other);
    expect_equal(others.size(), 1U, "the suspects of the other server");
    t.finish(s, runs[0].lost == 1 ? runs[0] : runs[1]);
    expect_equal(t.take(s).size(), 1U, "the suspects when the first has ended");
}

/// One that succeeds is no suspect any more when it is run again.
inline void is_forgotten_by_a_requeue(bench& t) {
    auto const dead = t.server();
    auto const id = t.put(t.job());
    t.take(dead);
    auto const s = t.server();
    t.kill(dead);
    t.advance(1h);
    t.finish(s, t.take_one(s));
    t.change_ids(change_kind::requeue, {id});
    expect_equal(t.get(id).lost, 0U, "lost");
}

/// A job that was to be stopped does not run again.
inline void jobs_to_be_stopped_are_deleted(bench& t) {
    auto const dead = t.server();
    auto const ids = t.put_many(2);
    t.take(dead);
    t.change_ids(change_kind::delete_job, {ids[0]});
    t.change_ids(change_kind::cancel, {ids[1]});
    t.kill(dead);
    t.advance(1h);
    t.expect_state(ids[0], job_state::deleted);
    t.expect_state(ids[1], job_state::deleted);
}

/// What failed because its servers died is one group for each type, whatever failed before.
inline void jobs_are_a_group_of_their_type(bench& t) {
    t.limits.lost_limit = 1;
    std::vector<job_id> ids;
    for (char const* type : {"work", "work", "other"}) {
        auto const s = t.server({"work", "other"});
        new_job const j = t.job(type);
        ids.push_back(t.put(j));
        if (ids.size() == 1) { // one that has failed before
            auto retry = t.outcome(t.take_one(s), outcome_kind::retry);
            retry.at = t.now();
            t.settle_one(s, retry);
        }
        t.take_one(s);
        t.kill(s);
    }
    auto const print = [&](std::size_t i) {
        auto const r = t.get(ids[i]);
        expect(r.state == job_state::failed && r.error, "it to have failed, with an error");
        return r.error->fingerprint;
    };
    expect(print(0) != 0 && print(0) != 7, "a fingerprint of its own");
    expect_equal(print(1), print(0), "the fingerprint of another of this type");
    expect(print(2) != print(0), "another one for another type");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"lost.jobs_come_back", jobs_come_back, conformance_need::clock},
    {"lost.runs_are_fenced", runs_are_fenced, conformance_need::clock},
    {"lost.runs_are_told_of", runs_are_told_of, conformance_need::clock},
    {"lost.jobs_wait_longer_each_time",
     jobs_wait_longer_each_time,
     conformance_need::clock | conformance_need::limits},
    {"lost.jobs_fail_at_the_limit",
     jobs_fail_at_the_limit,
     conformance_need::clock | conformance_need::limits},
    {"lost.jobs_are_deleted_at_the_limit_if_they_say_so",
     jobs_are_deleted_at_the_limit_if_they_say_so,
     conformance_need::clock | conformance_need::limits},
    {"lost.jobs_are_handed_out_one_at_a_time",
     jobs_are_handed_out_one_at_a_time,
     conformance_need::clock},
    {"lost.is_forgotten_by_a_requeue", is_forgotten_by_a_requeue, conformance_need::clock},
    {"lost.jobs_to_be_stopped_are_deleted",
     jobs_to_be_stopped_are_deleted,
     conformance_need::clock},
    {"lost.jobs_are_a_group_of_their_type",
     jobs_are_a_group_of_their_type,
     conformance_need::clock | conformance_need::limits},
};

} // namespace cofire::testing::conformance::on_lost

#endif
