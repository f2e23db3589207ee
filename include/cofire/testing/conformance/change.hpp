// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_CHANGE_HPP
#define COFIRE_TESTING_CONFORMANCE_CHANGE_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What an operator does to jobs by their ids: requeue, delete, cancel, reschedule.
namespace cofire::testing::conformance::on_change {

inline void expect_changed(
    bench& t,
    change_kind kind,
    job_id id,
    change_request more = {},
    place const& where = place::current()
) {
    auto const answer = t.change_ids(kind, {id}, more);
    expect_equal(answer.changed, 1U, "the jobs changed", where);
    expect_equal(answer.skipped_count, 0U, "the jobs skipped", where);
}

inline void expect_skipped(
    bench& t,
    change_kind kind,
    job_id id,
    change_request more = {},
    place const& where = place::current()
) {
    auto const state = t.get(id, where).state;
    auto const before = t.picture();
    auto const answer = t.change_ids(kind, {id}, more);
    expect_equal(answer.changed, 0U, "the jobs changed", where);
    expect_equal(answer.skipped_count, 1U, "the number of jobs skipped", where);
    expect_equal(answer.skipped.size(), 1U, "the jobs skipped", where);
    expect_equal(answer.skipped[0].id, id, "the job skipped", where);
    expect_equal(answer.skipped[0].why, skip_reason::wrong_state, "why it was skipped", where);
    expect_equal(answer.skipped[0].state, state, "the state it was skipped in", where);
    expect(t.picture() == before, "a skipped job to stay as it was", where);
}

inline job_id scheduled_job(bench& t) {
    new_job j = t.job();
    j.due = t.now() + 1h;
    return t.put(j);
}

/// A final job starts again: attempts from nothing, in line, all of its past kept.
inline void requeue_starts_a_final_job_again(bench& t) {
    auto const s = t.server();
    for (auto const kind : {outcome_kind::succeeded, outcome_kind::failed, outcome_kind::deleted}) {
        auto const id = t.put(t.job());
        auto end = t.outcome(t.take_one(s), kind);
        if (kind == outcome_kind::succeeded) {
            end.result = "42";
        }
        t.settle_one(s, end);
        auto const before = t.get(id);
        expect_changed(t, change_kind::requeue, id, {.reason = "by ann"});
        auto const r = t.get(id);
        expect_equal(r.state, job_state::enqueued, "the state");
        expect_equal(r.attempt, 0U, "attempt");
        expect_equal(r.lost, 0U, "lost");
        expect(r.epoch >= before.epoch, "the epoch not to fall");
        expect(!r.finished && r.result.empty(), "no end to be told of");
        expect_equal(r.history.size(), before.history.size() + 1, "the lines of history");
        expect_equal(r.history.back().reason, "by ann", "the reason in history");
        auto const run = t.take_one(s);
        expect(run.epoch > before.epoch, "an epoch above all before");
        expect_equal(run.attempt, 0U, "attempt");
        t.finish(s, run);
    }
}

/// A scheduled job need not wait for its time any more.
inline void requeue_enqueues_a_scheduled_job(bench& t) {
    auto const s = t.server();
    auto const id = scheduled_job(t);
    expect_changed(t, change_kind::requeue, id);
    t.expect_state(id, job_state::enqueued);
    expect_equal(t.take_one(s).id, id, "the job taken");
}

/// A retry to come is not begun again by that: its attempts stay.
inline void requeue_of_a_retry_keeps_its_attempts(bench& t) {
    auto const s = t.server();
    auto const id = t.put_and_finish(s, outcome_kind::retry);
    expect_changed(t, change_kind::requeue, id);
    expect_equal(t.get(id).attempt, 1U, "attempt");
}

/// It goes to the end of the line.
inline void requeue_goes_to_the_end_of_the_line(bench& t) {
    auto const s = t.server();
    auto const id = t.put_and_finish(s);
    auto const other = t.put(t.job());
    expect_changed(t, change_kind::requeue, id);
    expect_equal(ids_of(t.take(s)), std::vector{other, id}, "the order");
}

/// What waits for parents or is held cannot be requeued.
inline void requeue_skips_other_states(bench& t) {
    auto const s = t.server();
    auto const running = t.put(t.job());
    auto const awaiting = t.put(t.after(running));
    t.take_one(s);
    expect_skipped(t, change_kind::requeue, running);
    expect_skipped(t, change_kind::requeue, awaiting);
}

/// Any job that waits is deleted, with the reason given.
inline void delete_ends_whatever_waits(bench& t) {
    auto const enqueued = t.put(t.job());
    auto const scheduled = scheduled_job(t);
    auto const awaiting = t.put(t.after(enqueued));
    for (auto const id : {awaiting, scheduled, enqueued}) {
        expect_changed(t, change_kind::delete_job, id, {.reason = "by ann"});
        auto const r = t.get(id);
        expect_equal(r.state, job_state::deleted, "the state");
        expect_equal(r.reason, "by ann", "the reason");
        expect(r.finished.has_value(), "to know when it ended");
    }
    expect_equal(t.counts().deleted, 3U, "the jobs deleted");
    expect(t.take(t.server()).empty(), "nothing to run");
}

/// A job that has ended cannot be deleted nor cancelled, so to repeat either changes nothing.
inline void delete_and_cancel_skip_final_jobs(bench& t) {
    auto const s = t.server();
    for (auto const kind : {outcome_kind::succeeded, outcome_kind::failed, outcome_kind::deleted}) {
        auto const id = t.put_and_finish(s, kind);
        expect_skipped(t, change_kind::delete_job, id);
        expect_skipped(t, change_kind::cancel, id);
    }
}

/// Cancelling a job that waits deletes it.
inline void cancel_deletes_what_waits(bench& t) {
    auto const enqueued = t.put(t.job());
    auto const scheduled = scheduled_job(t);
    auto const awaiting = t.put(t.after(enqueued));
    for (auto const id : {awaiting, scheduled, enqueued}) {
        expect_changed(t, change_kind::cancel, id);
        t.expect_state(id, job_state::deleted);
    }
}

/// Cancelling a running job asks it to stop; it stays held until its server says more.
inline void cancel_asks_a_running_job_to_stop(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    t.take_one(s);
    expect_changed(t, change_kind::cancel, id);
    auto const r = t.get(id);
    expect_equal(r.state, job_state::processing, "the state");
    expect_equal(r.sub_state, job_sub_state::cancelling, "the sub-state");
}

/// A job in line, scheduled or final gets another due time.
inline void reschedule_sets_the_due_time(bench& t) {
    auto const s = t.server();
    auto const final_job = t.put_and_finish(s, outcome_kind::failed);
    auto const enqueued = t.put(t.job());
    auto const scheduled = scheduled_job(t);
    auto const due = t.now() + 3h;
    for (auto const id : {final_job, enqueued, scheduled}) {
        expect_changed(t, change_kind::reschedule, id, {.due = due});
        auto const r = t.get(id);
        expect_equal(r.state, job_state::scheduled, "the state");
        expect_equal(r.due, due, "the due time");
        expect_equal(r.attempt, 0U, "attempt");
    }
    expect(t.take(s).empty(), "nothing to run before");
}

/// A due time that has passed: it is in line.
inline void reschedule_to_a_time_passed_enqueues(bench& t) {
    auto const id = scheduled_job(t);
    expect_changed(t, change_kind::reschedule, id, {.due = t.now() - 1min});
    t.expect_state(id, job_state::enqueued);
}

/// It is run at its new time, not at its old one.
inline void reschedule_counts_only_the_new_time(bench& t) {
    auto const s = t.server();
    auto const id = scheduled_job(t);
    expect_changed(t, change_kind::reschedule, id, {.due = t.now() + 2h});
    t.advance(2h - 1us);
    expect(t.take(s).empty(), "nothing to run at the old time");
    t.advance(1us);
    expect_equal(t.take_one(s).id, id, "the job taken at the new time");
}

/// What waits for parents or is held cannot be rescheduled.
inline void reschedule_skips_other_states(bench& t) {
    auto const s = t.server();
    auto const running = t.put(t.job());
    auto const awaiting = t.put(t.after(running));
    t.take_one(s);
    expect_skipped(t, change_kind::reschedule, running, {.due = t.now() + 1h});
    expect_skipped(t, change_kind::reschedule, awaiting, {.due = t.now() + 1h});
}

/// What was to expire expires by its new time, and only by that.
inline void a_new_time_moves_the_expiry(bench& t) {
    auto const now = t.now();
    new_job early = t.job("work", {.expires = 10min});
    early.due = now + 1h;
    t.put(early);
    auto const late = t.put(t.job("work", {.expires = 10min}));
    t.change_ids(change_kind::requeue, {early.id});
    t.change_ids(change_kind::reschedule, {late}, {.due = now + 1h});
    t.advance(9min);
    t.expect_state(early.id, job_state::enqueued);
    t.advance(2min);
    t.expect_state(early.id, job_state::deleted);
    t.expect_state(late, job_state::scheduled);
    t.advance(58min);
    t.expect_state(late, job_state::enqueued);
    t.advance(2min);
    t.expect_state(late, job_state::deleted);
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"change.requeue_starts_a_final_job_again", requeue_starts_a_final_job_again},
    {"change.requeue_enqueues_a_scheduled_job", requeue_enqueues_a_scheduled_job},
    {"change.requeue_of_a_retry_keeps_its_attempts", requeue_of_a_retry_keeps_its_attempts},
    {"change.requeue_goes_to_the_end_of_the_line", requeue_goes_to_the_end_of_the_line},
    {"change.requeue_skips_other_states", requeue_skips_other_states},
    {"change.delete_ends_whatever_waits", delete_ends_whatever_waits},
    {"change.delete_and_cancel_skip_final_jobs", delete_and_cancel_skip_final_jobs},
    {"change.cancel_deletes_what_waits", cancel_deletes_what_waits},
    {"change.cancel_asks_a_running_job_to_stop", cancel_asks_a_running_job_to_stop},
    {"change.reschedule_sets_the_due_time", reschedule_sets_the_due_time},
    {"change.reschedule_to_a_time_passed_enqueues", reschedule_to_a_time_passed_enqueues},
    {"change.reschedule_counts_only_the_new_time",
     reschedule_counts_only_the_new_time,
     conformance_need::clock},
    {"change.reschedule_skips_other_states", reschedule_skips_other_states},
    {"change.a_new_time_moves_the_expiry", a_new_time_moves_the_expiry, conformance_need::clock},
};

} // namespace cofire::testing::conformance::on_change

#endif
