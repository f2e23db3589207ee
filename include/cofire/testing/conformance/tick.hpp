// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_TICK_HPP
#define COFIRE_TESTING_CONFORMANCE_TICK_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// A server's periodic call: what it reports, what it is told.
namespace cofire::testing::conformance::on_tick {

/// An unknown server gets an error, and its reports change nothing.
inline void an_unknown_server_is_refused(bench& t) {
    auto const s = t.server();
    t.expect_refused(errc::unknown_server, [&] { t.tick({.server = s + 1'000}); });
    t.expect_refused(errc::unknown_server, [&] { t.tick({}); });
    auto const gone = t.server();
    t.retire(gone);
    t.expect_refused(errc::unknown_server, [&] { t.tick({.server = gone}); });
}

/// Progress and log lines are kept with the job.
inline void keeps_progress_and_log(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    run_report report;
    report.id = id;
    report.epoch = run.epoch;
    report.progress = job_progress{.done = 3, .total = 8};
    report.lines.push_back({.at = t.now(), .attempt = 1, .text = "half \xC3\xA4"});
    t.tick({.server = s, .reports = {&report, 1}});
    auto const r = t.get(id);
    expect(r.progress && r.progress->done == 3 && r.progress->total == 8, "the progress reported");
    expect_equal(r.log.size(), 1U, "the log lines");
    expect_equal(r.log[0].text, "half \xC3\xA4", "the log line");
    expect_equal(r.log[0].attempt, 1U, "its attempt");
    t.finish(s, run);
    auto const after = t.get(id);
    expect(!after.progress, "no progress once the run has ended");
    expect_equal(after.log.size(), 1U, "the log lines after the run");
}

/// A job keeps the newest log lines, and says so if there were more.
inline void keeps_the_newest_log_lines(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    auto const report = [&](int from, int to) {
        run_report r;
        r.id = id;
        r.epoch = run.epoch;
        for (int i = from; i != to; ++i) {
            r.lines.push_back({.at = t.now(), .attempt = 1, .text = std::to_string(i)});
        }
        t.tick({.server = s, .reports = {&r, 1}});
        return t.get(id).log;
    };
    expect_equal(report(0, 201).size(), 201U, "the log lines");
    for (int const last : {202, 303, 703}) {
        auto const log = report(last == 202 ? 201 : last == 303 ? 202 : 303, last);
        expect_equal(log.size(), 202U, "the log lines kept");
        expect_equal(log[0].text, "(earlier lines were not kept)", "the first line");
        expect_equal(log[1].text, std::to_string(last - 201), "the oldest line kept");
        expect_equal(log[201].text, std::to_string(last - 1), "the newest line");
    }
}

/// A report of a run that is not the latest is dropped.
inline void drops_stale_reports(bench& t) {
    auto const s = t.server();
    auto const other = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    run_report report;
    report.id = id;
    report.epoch = run.epoch + 1;
    report.progress = job_progress{.done = 3, .total = 8};
    report.lines.push_back({.at = t.now(), .attempt = 1, .text = "late"});
    t.tick({.server = s, .reports = {&report, 1}});
    report.epoch = run.epoch;
    t.tick({.server = other, .reports = {&report, 1}});
    t.finish(s, run);
    t.tick({.server = s, .reports = {&report, 1}});
    auto const r = t.get(id);
    expect(!r.progress && r.log.empty(), "nothing of a stale report to be kept");
}

/// At most 10,000 reports.
inline void too_many_reports_are_refused(bench& t) {
    auto const s = t.server();
    std::vector<run_report> const reports(10'001);
    t.expect_refused(errc::too_many_items, [&] { t.tick({.server = s, .reports = reports}); });
}

/// It tells the next due time, or an earlier one.
inline void tells_the_next_due_time(bench& t) {
    auto const s = t.server();
    expect(!t.tick({.server = s}).next_due, "no due time while nothing is scheduled");
    new_job j = t.job();
    j.due = t.now() + 1h;
    t.put(j);
    auto const next = t.tick({.server = s}).next_due;
    expect(next && *next <= to_milliseconds(*j.due), "a due time not after that of the job");
}

/// It promotes what is due.
inline void promotes_what_is_due(bench& t) {
    new_job j = t.job();
    j.due = t.now() + 1min;
    t.put(j);
    t.advance(1min - 1us);
    t.expect_state(j.id, job_state::scheduled);
    t.advance(1us);
    t.expect_state(j.id, job_state::enqueued);
}

/// What is too much for one call is done by more of them, which the answers ask for, and nothing is left.
inline void more_asks_until_all_is_promoted(bench& t) {
    for (int i = 1; i != 3; ++i) {
        std::vector<new_job> jobs(10'000, t.job());
        for (auto& j : jobs) {
            j.id = t.new_id();
            j.due = t.now() + i * 10ms;
        }
        t.insert({.jobs = jobs});
    }
    t.advance(1s); // ticks as long as there is more
    expect_equal(
        t.counts()[job_state::scheduled], 0U, "the jobs that still wait for a time passed"
    );
    expect_equal(t.counts()[job_state::enqueued], 20'000U, "the jobs in line");
}

/// Likewise what has been kept long enough.
inline void more_asks_until_all_is_removed(bench& t) {
    t.limits.keep_succeeded = 1min;
    std::vector<new_job> jobs(5'000, t.job());
    std::vector<job_id> ids;
    for (auto& j : jobs) {
        j.id = t.new_id();
        ids.push_back(j.id);
    }
    t.insert({.jobs = jobs});
    t.change_ids(change_kind::delete_job, ids);
    t.advance(2min + 1s); // a storage may look once a minute
    expect_equal(t.counts()[job_state::deleted], 0U, "the jobs kept for longer than their time");
    expect_equal(t.counts().removed, 5'000U, "the jobs removed");
}

/// It deletes what has expired, with a reason, and tells somebody of it.
inline void deletes_what_has_expired(bench& t) {
    auto const id = t.put(t.job("work", {.expires = 1min}));
    t.advance(1min + 1us);
    t.expect_state(id, job_state::deleted);
    expect(!t.get(id).reason.empty(), "the deletion to have a reason");
    auto const& notices = t.notices;
    expect_equal(notices.size(), 1U, "the notices");
    expect_equal(notices[0].id, id, "the job told of");
    expect_equal(notices[0].type, "work", "its type");
    expect_equal(notices[0].from, job_state::enqueued, "where it came from");
    expect_equal(notices[0].to, job_state::deleted, "where it went");
    expect(!notices[0].reason.empty(), "the notice to have a reason");
}

/// Jobs that no server handles are told of, once; again when a server comes, or the last goes that did.
inline void tells_of_jobs_that_nobody_handles(bench& t) {
    t.put(t.job("other"));
    auto const heard = [&t] {
        t.unhandled.clear();
        t.advance(1ms);
        return t.unhandled.size();
    };
    auto const s = t.server();
    expect_equal(heard(), 1U, "the notices to the first server");
    storage_notice const n = t.unhandled[0];
    expect_equal(n.type, "other", "the type told of");
    expect_equal(n.from, job_state::enqueued, "where its jobs are");
    expect_equal(n.to, job_state::enqueued, "where its jobs stay");
    expect(n.reason.starts_with("unhandled"), "a reason that says so");
    t.put(t.job("other"));
    expect_equal(heard(), 0U, "the notices of one more");
    t.put(t.job());
    expect_equal(heard(), 0U, "the notices of jobs with a handler");
    new_job newer = t.job();
    newer.argument_version = 2;
    t.put(newer);
    expect_equal(heard(), 1U, "the notices of a version that is too new");
    auto const able = t.server({"other"});
    expect_equal(heard(), 1U, "the notices once a server handles them, but for that version");
    t.retire(able);
    expect_equal(heard(), 1U, "the notices when the last that handles them has gone");
    t.retire(s);
}

/// It removes ended jobs when they have been kept long enough, and counts them.
inline void removes_what_was_kept_long_enough(bench& t) {
    t.limits.keep_succeeded = 1min;
    t.limits.keep_failed = 1h;
    auto const s = t.server();
    auto const good = t.put_and_finish(s);
    auto const bad = t.put_and_finish(s, outcome_kind::failed);
    auto const waiting = t.put(t.job());
    t.advance(59s);
    expect(t.knows(good), "a succeeded job to be kept for its time");
    t.advance(2s);
    expect(!t.knows(good), "a succeeded job to be removed then");
    expect(t.knows(bad), "a failed job to be kept for its own time");
    t.advance(1h);
    expect(!t.knows(bad), "a failed job to be removed then");
    expect(t.knows(waiting), "what waits to be kept");
    expect_equal(t.counts().removed, 2U, "the jobs removed");
}

/// It keeps no more ended jobs of a state than the limit, the latest ones.
inline void keeps_the_latest_ended_jobs(bench& t) {
    t.limits.keep_count = 2;
    auto const s = t.server();
    std::vector<job_id> ids;
    for (int i = 0; i != 4; ++i) {
        ids.push_back(t.put_and_finish(s));
        t.advance(1s);
    }
    auto const failed = t.put_and_finish(s, outcome_kind::failed);
    t.advance(1s);
    expect_equal(t.find({.state = job_state::succeeded}), sorted({ids[2], ids[3]}), "those kept");
    expect(t.knows(failed), "those of another state to be counted apart");
}

/// A lease, if it is timed, lies ahead.
inline void a_lease_lies_ahead(bench& t) {
    auto const answer = t.servers(server_announce{.name = "one"});
    auto const lease = t.tick({.server = answer.instance});
    expect_equal(lease.lease_until.has_value(), answer.lease.has_value(), "a timed lease");
    expect(!lease.lease_until || *lease.lease_until > lease.now, "the lease to lie ahead");
    expect(
        !answer.lease || (answer.tick_every && *answer.tick_every < *answer.lease),
        "more than one tick in a lease"
    );
}

/// A server that is announced before anybody was told of jobs without a handler changes that: they are
/// told of once if it does not handle them either, and not at all if it does.
inline void tells_only_what_nobody_handles_by_now(bench& t) {
    t.server();
    t.put(t.job("other"));
    t.put(t.job("third"));
    t.server({"work", "other"});
    t.advance(1ms);
    expect_equal(t.unhandled.size(), 1U, "the notices");
    expect_equal(t.unhandled[0].type, "third", "the type told of");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"tick.an_unknown_server_is_refused", an_unknown_server_is_refused},
    {"tick.keeps_progress_and_log", keeps_progress_and_log},
    {"tick.drops_stale_reports", drops_stale_reports},
    {"tick.too_many_reports_are_refused", too_many_reports_are_refused},
    {"tick.tells_the_next_due_time", tells_the_next_due_time},
    {"tick.keeps_the_newest_log_lines", keeps_the_newest_log_lines},
    {"tick.promotes_what_is_due", promotes_what_is_due, conformance_need::clock},
    {"tick.more_asks_until_all_is_promoted",
     more_asks_until_all_is_promoted,
     conformance_need::clock},
    {"tick.more_asks_until_all_is_removed",
     more_asks_until_all_is_removed,
     conformance_need::clock | conformance_need::limits},
    {"tick.deletes_what_has_expired", deletes_what_has_expired, conformance_need::clock},
    {"tick.tells_of_jobs_that_nobody_handles",
     tells_of_jobs_that_nobody_handles,
     conformance_need::clock},
    {"tick.removes_what_was_kept_long_enough",
     removes_what_was_kept_long_enough,
     conformance_need::clock | conformance_need::limits},
    {"tick.keeps_the_latest_ended_jobs",
     keeps_the_latest_ended_jobs,
     conformance_need::clock | conformance_need::limits},
    {"tick.a_lease_lies_ahead", a_lease_lies_ahead},
    {"tick.tells_only_what_nobody_handles_by_now",
     tells_only_what_nobody_handles_by_now,
     conformance_need::clock},
};

} // namespace cofire::testing::conformance::on_tick

#endif
