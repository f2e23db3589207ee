// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_SETTLE_HPP
#define COFIRE_TESTING_CONFORMANCE_SETTLE_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <algorithm>
#include <string>
#include <vector>

/// How runs end: what each outcome does to the job, and what the counters and the history say of
/// it.
namespace cofire::testing::conformance::on_settle {

/// Success: the result is kept, the run is told of.
inline void a_success_keeps_the_result(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    auto o = t.outcome(run, outcome_kind::succeeded);
    o.run_time = 3ms;
    t.advance(3ms);
    o.result = "{\"rows\":[1,2]}";
    expect_equal(t.settle_one(s, o), settle_status::done, "the status");
    auto const r = t.get(id);
    expect_equal(r.state, job_state::succeeded, "the state");
    expect_equal(r.result, "{\"rows\":[1,2]}", "the result");
    expect_equal(r.attempt, 1U, "attempt");
    expect_equal(r.epoch, run.epoch, "the epoch");
    expect_equal(r.started, o.started, "when it started");
    expect(r.finished.has_value(), "to know when it finished");
    expect_equal(r.history.back().state, job_state::succeeded, "the last line of history");
    expect_equal(r.history.back().run_time, o.run_time, "the run time in history");
    expect(!r.error, "no error");
}

/// Failure: the error is kept, with the job and in its history.
inline void a_failure_keeps_the_error(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::failed);
    o.error = error_info{.type = "disk_full", .message = "no space on \xC3\xA4", .fingerprint = 42};
    o.reason = "gave up";
    t.settle_one(s, o);
    auto const r = t.get(id);
    expect_equal(r.state, job_state::failed, "the state");
    expect(r.error.has_value(), "an error");
    expect_equal(r.error->type, "disk_full", "the error's type");
    expect_equal(r.error->message, o.error->message, "the error's message");
    expect_equal(r.error->fingerprint, 42U, "the error's fingerprint");
    expect_equal(r.attempt, 1U, "attempt");
    expect_equal(r.reason, "gave up", "the reason");
    expect(r.history.back().error.has_value(), "the error in history");
    expect_equal(r.history.back().reason, "gave up", "the reason in history");
    expect(t.take(s).empty(), "a failed job not to run again");
}

/// Success forgets the error of an earlier attempt, which stays in the history.
inline void success_clears_the_error(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto retry = t.outcome(t.take_one(s), outcome_kind::retry);
    retry.at = t.now();
    t.settle_one(s, retry);
    t.finish(s, t.take_one(s));
    auto const r = t.get(id);
    expect_equal(r.state, job_state::succeeded, "the state");
    expect(!r.error, "no error of a job that has succeeded");
    bool const told = std::ranges::any_of(r.history, [](history_entry const& entry) {
        return entry.error && entry.error->message == "broken";
    });
    expect(told, "the error in history");
}

/// Retry: one attempt more is used, the job waits for its time, the error is kept.
inline void a_retry_waits_for_its_time(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const o = t.outcome(t.take_one(s), outcome_kind::retry);
    t.settle_one(s, o);
    auto const r = t.get(id);
    expect_equal(r.state, job_state::scheduled, "the state");
    expect_equal(r.due, o.at, "the due time");
    expect_equal(r.attempt, 1U, "attempt");
    expect(r.error && r.error->message == "broken", "the error to be kept");
    expect(t.take(s).empty(), "nothing to run before its time");
}

/// When its time has come it runs again and knows how often it ran.
inline void a_retry_runs_at_its_time(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    t.finish(s, t.take_one(s), outcome_kind::retry);
    t.advance(1min - 1us);
    expect(t.take(s).empty(), "nothing to run before its time");
    t.advance(1us);
    auto const run = t.take_one(s);
    expect_equal(run.attempt, 1U, "attempt");
    t.finish(s, run, outcome_kind::retry);
    t.advance(1min);
    expect_equal(t.take_one(s).attempt, 2U, "attempt");
}

/// A retry whose time has come already is in line.
inline void a_retry_without_delay_is_in_line(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::retry);
    o.at = t.now();
    t.settle_one(s, o);
    expect_equal(t.take_one(s).attempt, 1U, "attempt");
}

/// Snooze: likewise, but no attempt is counted.
inline void a_snooze_counts_no_attempt(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const o = t.outcome(t.take_one(s), outcome_kind::snoozed);
    t.settle_one(s, o);
    auto const r = t.get(id);
    expect_equal(r.state, job_state::scheduled, "the state");
    expect_equal(r.due, o.at, "the due time");
    expect_equal(r.attempt, 0U, "attempt");
    expect_equal(t.counts().attempts_failed, 0U, "the attempts failed");
}

/// Hand-back: the job has its old place in line, and nothing is counted.
inline void a_hand_back_gets_its_old_place(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(3);
    auto const runs = t.take(s, 2);
    t.finish(s, runs[1], outcome_kind::released);
    t.finish(s, runs[0], outcome_kind::released);
    t.put(t.job());
    auto const r = t.get(ids[0]);
    expect_equal(r.state, job_state::enqueued, "the state");
    expect_equal(r.attempt, 0U, "attempt");
    expect_equal(r.lost, 0U, "lost");
    auto const again = ids_of(t.take(s, 3));
    expect_equal(again, ids, "the order then");
}

/// Deleted by its run: so it ends, with the reason.
inline void a_run_may_end_deleted(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::deleted);
    o.reason = "not wanted";
    expect_equal(t.settle_one(s, o), settle_status::done, "the status");
    auto const r = t.get(id);
    expect_equal(r.state, job_state::deleted, "the state");
    expect_equal(r.reason, "not wanted", "the reason");
}

/// Parked: out of the line for the servers there are, without an attempt.
inline void a_parked_job_waits_for_a_server_that_decodes_it(bench& t) {
    auto const s = t.server();
    auto const other = t.server();
    auto const id = t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::parked);
    o.reason = "no member \"width\"";
    expect_equal(t.settle_one(s, o), settle_status::done, "the status");
    auto const r = t.get(id);
    expect_equal(r.state, job_state::enqueued, "the state");
    expect_equal(r.sub_state, job_sub_state::parked_by_type, "the sub-state");
    expect_equal(r.reason, "no member \"width\"", "the reason");
    expect_equal(r.attempt, 0U, "attempt");
    expect(t.take(s).empty(), "the server not to get it again");
    auto const wrong = t.server({"other"});
    expect(t.take(wrong).empty(), "a server of other types not to get it");
    auto const late = t.server();
    expect_equal(t.take_one(late).id, id, "the job for a server announced later");
    static_cast<void>(other);
}

/// A kind of outcome that the storage does not know is refused with words; the job is still held.
inline void an_outcome_that_cannot_be_stored_is_refused(bench& t) {
    auto const s = t.server();
    t.put_many(3);
    auto const runs = t.take(s);
    std::vector const outcomes{
        t.outcome(runs[0], outcome_kind::succeeded),
        t.outcome(runs[1], outcome_kind::suspended),
        t.outcome(runs[2], outcome_kind::succeeded)};
    auto const answer = t.settle({.server = s, .outcomes = outcomes});
    expect_equal(answer.results.at(0), settle_status::done, "the first");
    expect_equal(answer.results.at(1), settle_status::refused, "the second");
    expect_equal(answer.results.at(2), settle_status::done, "the third");
    expect_equal(answer.refusals.size(), 1U, "the refusals");
    expect_equal(answer.refusals[0].index, 1U, "the place of the refusal");
    expect(!answer.refusals[0].message.empty(), "the refusal to be explained");
    t.expect_state(runs[1].id, job_state::processing);
    t.finish(s, runs[1], outcome_kind::failed);
}

/// A result over the limit is refused likewise.
inline void a_result_too_large_is_refused(bench& t) {
    t.limits.result = 10;
    auto const s = t.server();
    t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::succeeded);
    o.result = std::string(11, '1');
    auto const answer = t.settle({.server = s, .outcomes = {&o, 1}});
    expect_equal(answer.results.at(0), settle_status::refused, "the status");
    expect_equal(answer.refusals.size(), 1U, "the refusals");
    t.expect_state(o.id, job_state::processing);
    o.result = std::string(10, '1');
    expect_equal(t.settle_one(s, o), settle_status::done, "the status with a shorter result");
}

/// The history tells each state in order, and only steps that the lifecycle table knows.
inline void the_history_keeps_to_the_lifecycle(bench& t) {
    auto const s = t.server();
    new_job j = t.job();
    j.due = t.now() + 1min;
    t.put(j);
    t.change_ids(change_kind::requeue, {j.id});
    for (auto const kind :
         {outcome_kind::released,
          outcome_kind::snoozed,
          outcome_kind::retry,
          outcome_kind::failed,
          outcome_kind::succeeded}) {
        t.finish(s, t.take_one(s), kind);
        if (kind != outcome_kind::released) {
            t.change_ids(change_kind::requeue, {j.id});
        }
    }
    auto const r = t.get(j.id);
    auto const& h = r.history;
    expect(h.size() >= 16, "at least 16 lines of history");
    expect_equal(h.front().state, job_state::scheduled, "the first line");
    for (std::size_t i = 1; i != h.size(); ++i) {
        expect(h[i].at >= h[i - 1].at, "times not to fall");
        expect(h[i].epoch >= h[i - 1].epoch, "epochs not to fall");
        expect(may_become(h[i - 1].state, h[i].state), "each step to be in the lifecycle table");
        if (h[i].state == job_state::processing) {
            expect(h[i].epoch > h[i - 1].epoch, "each acquisition to raise the epoch");
        }
    }
    expect_equal(h.back().state, r.state, "the last line");
}

/// The counters tell what happened.
inline void the_counters_tell_what_happened(bench& t) {
    auto const s = t.server();
    for (auto const kind :
         {outcome_kind::succeeded,
          outcome_kind::succeeded,
          outcome_kind::failed,
          outcome_kind::retry,
          outcome_kind::snoozed,
          outcome_kind::deleted}) {
        t.put_and_finish(s, kind);
    }
    t.put(t.job());
    auto const c = t.counts();
    expect_equal(c.inserted, 7U, "inserted");
    expect_equal(c.succeeded, 2U, "succeeded");
    expect_equal(c.attempts_failed, 2U, "attempts failed");
    expect_equal(c.failed, 1U, "failed");
    expect_equal(c.deleted, 1U, "deleted");
    expect_equal(c.lost, 0U, "lost");
    expect_equal(c[job_state::enqueued], 1U, "jobs enqueued");
    expect_equal(c[job_state::scheduled], 2U, "jobs scheduled");
    expect_equal(c[job_state::processing], 0U, "jobs processing");
    expect_equal(c[job_state::succeeded], 2U, "jobs succeeded");
    expect_equal(c[job_state::failed], 1U, "jobs failed");
    expect_equal(c[job_state::deleted], 1U, "jobs deleted");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"settle.a_success_keeps_the_result", a_success_keeps_the_result, conformance_need::clock},
    {"settle.a_failure_keeps_the_error", a_failure_keeps_the_error},
    {"settle.success_clears_the_error", success_clears_the_error},
    {"settle.a_retry_waits_for_its_time", a_retry_waits_for_its_time},
    {"settle.a_retry_runs_at_its_time", a_retry_runs_at_its_time, conformance_need::clock},
    {"settle.a_retry_without_delay_is_in_line", a_retry_without_delay_is_in_line},
    {"settle.a_snooze_counts_no_attempt", a_snooze_counts_no_attempt},
    {"settle.a_hand_back_gets_its_old_place", a_hand_back_gets_its_old_place},
    {"settle.a_run_may_end_deleted", a_run_may_end_deleted},
    {"settle.a_parked_job_waits_for_a_server_that_decodes_it",
     a_parked_job_waits_for_a_server_that_decodes_it},
    {"settle.an_outcome_that_cannot_be_stored_is_refused",
     an_outcome_that_cannot_be_stored_is_refused},
    {"settle.a_result_too_large_is_refused",
     a_result_too_large_is_refused,
     conformance_need::limits},
    {"settle.the_history_keeps_to_the_lifecycle", the_history_keeps_to_the_lifecycle},
    {"settle.the_counters_tell_what_happened", the_counters_tell_what_happened},
};

} // namespace cofire::testing::conformance::on_settle

#endif
