// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_DURABLE_HPP
#define COFIRE_TESTING_CONFORMANCE_DURABLE_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <optional>
#include <string>
#include <vector>

/// What survives the death of the process.
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

inline void expect_same(
    std::optional<error_info> const& came,
    std::optional<error_info> const& wanted,
    place const& where = place::current()
) {
    expect_equal(came.has_value(), wanted.has_value(), "an error", where);
    if (came) {
        expect_equal(came->type, wanted->type, "the error's type", where);
        expect_equal(came->message, wanted->message, "the error's message", where);
        expect_equal(came->fingerprint, wanted->fingerprint, "the error's fingerprint", where);
    }
}

/// All that was known of jobs is known again: how they ended, what they said, how they got there.
inline void all_is_known_of_jobs(bench& t) {
    auto const s = t.server();
    std::vector<job_id> ids;
    for (auto const kind :
         {outcome_kind::succeeded,
          outcome_kind::failed,
          outcome_kind::retry,
          outcome_kind::snoozed,
          outcome_kind::deleted}) {
        new_job j = t.keyed("k" + std::to_string(ids.size()));
        j.settings = t.job("work", {.priority = 7, .max_attempts = 4, .tags = {"a", "b"}}).settings;
        j.limits.push_back({.key = "disk", .limit = 9});
        ids.push_back(t.put(j));
        auto const run = t.take_one(s);
        run_report report{.id = run.id, .epoch = run.epoch};
        report.lines.push_back({.at = t.now(), .attempt = 1, .text = "line"});
        t.tick({.server = s, .reports = {&report, 1}});
        auto o = t.outcome(run, kind);
        o.run_time = 3ms;
        o.reason = kind == outcome_kind::snoozed ? "later" : "";
        t.settle_one(s, o);
    }
    ids.push_back(t.put(t.job("work", {.expires = 1h})));
    ids.push_back(t.put(t.job()));
    t.change_ids(change_kind::delete_job, {ids.back()}, {.reason = "by ann"});
    std::vector<job_record> before;
    for (auto const id : ids) {
        before.push_back(t.get(id));
    }
    t.reopen();
    for (auto const& b : before) {
        auto const r = t.get(b.id);
        expect_equal(r.state, b.state, "the state");
        expect_equal(r.reason, b.reason, "the reason");
        expect_equal(r.epoch, b.epoch, "the epoch");
        expect_equal(r.created, b.created, "when it was inserted");
        expect_equal(r.started, b.started, "when it started");
        expect_equal(r.finished, b.finished, "when it ended");
        expect_equal(r.expires_at, b.expires_at, "when it expires");
        expect_equal(r.unique_key, b.unique_key, "the key");
        expect_equal(r.limits.size(), b.limits.size(), "the limits");
        expect(*r.settings == *b.settings, "the settings");
        expect_same(r.error, b.error);
        expect_equal(r.log.size(), b.log.size(), "the log lines");
        expect(r.log.empty() || r.log[0].text == b.log[0].text, "the log line");
        expect_equal(r.history.size(), b.history.size(), "the lines of history");
        for (std::size_t i = 0; i != r.history.size(); ++i) {
            auto const& line = r.history[i];
            auto const& old = b.history[i];
            expect_equal(line.state, old.state, "a state in history");
            expect_equal(line.at, old.at, "a time in history");
            expect_equal(line.epoch, old.epoch, "an epoch in history");
            expect_equal(line.reason, old.reason, "a reason in history");
            expect_equal(line.run_time, old.run_time, "a run time in history");
            expect_same(line.error, old.error);
        }
    }
}

/// The counters go on from where they were.
inline void the_counters_go_on(bench& t) {
    auto const s = t.server();
    t.put_and_finish(s);
    t.put_and_finish(s, outcome_kind::failed);
    t.put_and_finish(s, outcome_kind::deleted);
    t.put(t.job());
    auto const before = t.counts();
    t.reopen();
    auto const c = t.counts();
    expect_equal(c.by_state, before.by_state, "the jobs by state");
    expect_equal(c.inserted, before.inserted, "inserted");
    expect_equal(c.succeeded, before.succeeded, "succeeded");
    expect_equal(c.attempts_failed, before.attempts_failed, "attempts failed");
    expect_equal(c.failed, before.failed, "failed");
    expect_equal(c.deleted, before.deleted, "deleted");
}

/// The number of a limit key that was set by hand is kept, and so is who waits for it.
inline void limits_are_kept(bench& t) {
    auto const s = t.server();
    for (int i = 0; i != 4; ++i) {
        t.put(t.limited("disk", 3));
    }
    t.queues(limit_put{.key = "disk", .limit = 2});
    expect_equal(t.take(s).size(), 2U, "the jobs taken first");
    for (auto const& job : t.find({.state = job_state::processing})) {
        t.change_ids(change_kind::cancel, {job});
    }
    t.retire(s);
    t.reopen();
    auto const other = t.server();
    auto const runs = t.take(other);
    expect_equal(runs.size(), 2U, "the jobs taken by the limit set by hand");
    expect(t.take(other).empty(), "no more than that");
}

/// A key for a time ends when it would have.
inline void a_key_for_a_time_keeps_its_end(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.keyed("k", unique_hold::for_a_time));
    t.finish(s, t.take_one(s));
    t.reopen();
    t.server();
    t.advance(59min);
    expect_equal(t.insert_one(t.keyed("k")).id, id, "the holder");
    t.advance(1min);
    t.put(t.keyed("k"));
}

/// A running job that somebody has deleted or cancelled does not run again.
inline void a_stop_is_honoured(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(2);
    t.take(s);
    t.change_ids(change_kind::delete_job, {ids[0]});
    t.change_ids(change_kind::cancel, {ids[1]});
    t.reopen();
    auto const other = t.server();
    t.advance(1h);
    t.expect_state(ids[0], job_state::deleted);
    t.expect_state(ids[1], job_state::deleted);
    expect(t.take(other).empty(), "neither to be handed out");
}

/// Continuations are let go once, whether their parent ended before or after.
inline void continuations_are_let_go_once(bench& t) {
    auto const s = t.server();
    auto const ended = t.put(t.job());
    auto const after_ended = t.put(t.after(ended));
    t.finish(s, t.take_one(s));
    auto const waiting = t.put(t.job());
    auto const after_waiting = t.put(t.after(waiting));
    auto const on_failure = t.put(t.after(waiting, parent_condition::on_failure));
    t.reopen();
    auto const other = t.server();
    t.expect_state(after_ended, job_state::enqueued);
    t.expect_state(after_waiting, job_state::awaiting);
    auto const runs = t.take(other);
    expect_equal(ids_of(runs), std::vector{after_ended, waiting}, "the jobs to run");
    t.finish(other, runs[0]);
    t.finish(other, runs[1]);
    t.expect_state(on_failure, job_state::deleted);
    t.reopen();
    expect_equal(ids_of(t.take(t.server())), std::vector{after_waiting}, "the job to run");
}

/// What operators did is kept: places, priorities, due times, jobs begun again.
inline void changes_are_kept(bench& t) {
    auto const s = t.server();
    auto const again = t.put_and_finish(s, outcome_kind::failed);
    auto const ids = t.put_many(4);
    t.change_ids(change_kind::requeue, {again});
    t.change_ids(change_kind::move, {ids[0]}, {.queue = "slow"});
    t.change_ids(change_kind::reprioritise, {ids[3]}, {.priority = 15});
    t.change_ids(change_kind::reschedule, {ids[2]}, {.due = t.now() + 2h});
    t.reopen();
    auto const other = t.server();
    expect_equal(t.get(ids[2]).due, t.now() + 2h, "the due time");
    expect_equal(ids_of(t.take(other)), std::vector{ids[3], ids[1], again}, "the order");
    expect_equal(ids_of(t.take(other, 10, "slow")), std::vector{ids[0]}, "the job moved");
    expect_equal(t.get(again).attempt, 0U, "attempt");
}

/// A job that was parked waits for a server that decodes it.
inline void parked_jobs_stay_so(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::parked);
    o.reason = "cannot decode";
    t.settle_one(s, o);
    t.retire(s);
    t.reopen();
    expect_equal(t.get(id).sub_state, job_sub_state::parked_by_type, "the sub-state");
    expect_equal(t.take_one(t.server()).id, id, "the job taken by a server that came since");
}

/// An edit by hand, what the program wrote, and what became of occurrences.
inline void recurring_jobs_are_as_they_were(bench& t) {
    auto const due = put_due(t, "nightly");
    auto hand = daily(t);
    hand.cron = "0 5 * * *";
    put(t, "nightly", hand, due, definition_origin::by_hand);
    new_job const j = t.job();
    expect_equal(fire(t, "nightly", due, {&j, 1}).status, fire_status::fired, "the firing");
    t.recurring(recurring_pause{.id = "nightly"});
    put(t, "gone", hand, due);
    t.recurring(recurring_remove{.id = "gone"});
    auto const before = record(t, "nightly");
    t.reopen();
    auto const r = record(t, "nightly");
    expect(r.definition == before.definition, "the definition");
    expect(r.code_definition == before.code_definition, "the program's own");
    expect_equal(r.origin, before.origin, "who wrote it");
    expect_equal(r.revision, before.revision, "the revision");
    expect_equal(r.paused, true, "paused");
    expect_equal(r.next, before.next, "the next occurrence");
    expect_equal(r.last_fired, before.last_fired, "when it fired last");
    expect_equal(r.last_job, before.last_job, "its last job");
    expect_equal(r.fired, before.fired, "how often it fired");
    expect_error(
        errc::unknown_recurring, [&] { (void)record(t, "gone"); }, "one removed"
    );
}

/// What was removed stays so, and its id may be used again.
inline void what_was_removed_is_gone(bench& t) {
    t.limits.keep_count = 1;
    auto const s = t.server();
    new_job const first = t.job();
    t.put(first);
    t.finish(s, t.take_one(s));
    auto const second = t.put_and_finish(s);
    t.advance(2min);
    bool const removed = !t.knows(first.id);
    t.reopen();
    expect_equal(t.knows(first.id), !removed, "whether the first is known");
    expect(t.knows(second), "the second to be known");
    if (removed) {
        t.put(first);
    }
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
    {"durable.all_is_known_of_jobs", all_is_known_of_jobs, conformance_need::reopen},
    {"durable.the_counters_go_on", the_counters_go_on, conformance_need::reopen},
    {"durable.limits_are_kept", limits_are_kept, conformance_need::reopen},
    {"durable.a_key_for_a_time_keeps_its_end",
     a_key_for_a_time_keeps_its_end,
     conformance_need::reopen | conformance_need::clock},
    {"durable.a_stop_is_honoured",
     a_stop_is_honoured,
     conformance_need::reopen | conformance_need::clock},
    {"durable.continuations_are_let_go_once",
     continuations_are_let_go_once,
     conformance_need::reopen},
    {"durable.changes_are_kept", changes_are_kept, conformance_need::reopen},
    {"durable.parked_jobs_stay_so", parked_jobs_stay_so, conformance_need::reopen},
    {"durable.recurring_jobs_are_as_they_were",
     recurring_jobs_are_as_they_were,
     conformance_need::reopen},
    {"durable.what_was_removed_is_gone",
     what_was_removed_is_gone,
     conformance_need::reopen | conformance_need::clock | conformance_need::limits},
};

} // namespace cofire::testing::conformance::on_durable

#endif
