// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_ENDS_HPP
#define COFIRE_TESTING_CONFORMANCE_ENDS_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/wait.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <vector>

/// Waits for the end of a job, and how else a wait ends.
namespace cofire::testing::conformance::on_ends {

using on_wait::as_server;
using on_wait::expect_wakes;

/// A job's end wakes who waits for it.
inline void a_jobs_end_wakes(bench& t) {
    auto const s = t.server();
    for (auto const kind : {outcome_kind::succeeded, outcome_kind::failed, outcome_kind::deleted}) {
        auto const id = t.put(t.job());
        auto const run = t.take_one(s);
        wait_terms w;
        w.jobs = {id};
        w.seen = t.acquire({.server = s}).seen;
        expect_wakes(t, w, [&] { t.finish(s, run, kind); });
    }
}

/// Of several jobs the first end wakes.
inline void of_several_jobs_the_first_end_wakes(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(3);
    auto const runs = t.take(s);
    wait_terms w;
    w.jobs = ids;
    w.seen = t.acquire({.server = s}).seen;
    expect_wakes(t, w, [&] { t.finish(s, runs[1]); });
}

/// A deletion by an operator is an end.
inline void a_deletion_wakes_who_waits_for_the_end(bench& t) {
    auto const id = t.put(t.job());
    wait_terms w;
    w.jobs = {id};
    expect_wakes(t, w, [&] { t.change_ids(change_kind::delete_job, {id}); });
}

/// So is that of a continuation that is given up.
inline void a_continuation_given_up_wakes_who_waits_for_it(bench& t) {
    auto const s = t.server();
    auto const child = t.put(t.after(t.put(t.job())));
    auto const run = t.take_one(s);
    wait_terms w;
    w.jobs = {child};
    expect_wakes(t, w, [&] { t.finish(s, run, outcome_kind::failed); });
}

/// Ends a run and requeues its job before the waiter's coroutine can go on.
inline void in_one_go(bench& t, server_instance s, run_outcome const& o, job_id id) {
    runner elsewhere(t.patience()); // the bench's own context stands still meanwhile
    elsewhere.await(t.storage().settle({.server = s, .outcomes = {&o, 1}}));
    elsewhere.await(t.storage().change({.kind = change_kind::requeue, .ids = {&id, 1}}));
}

/// An end counts although the job has begun again before the waiter could look.
inline void an_end_counts_if_the_job_begins_again(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    wait_terms w;
    w.jobs = {id};
    w.seen = t.acquire({.server = s}).seen;
    auto& wait = t.start(w);
    auto const o = t.outcome(run, outcome_kind::succeeded);
    in_one_go(t, s, o, id);
    expect_equal(t.end_of(wait), wait_status::changed, "why the wait ended");
}

/// A job that has ended already, or that nobody knows, is not waited for, whatever was seen.
inline void an_ended_or_unknown_job_is_not_waited_for(bench& t) {
    auto const s = t.server();
    auto const ended = t.put_and_finish(s);
    wait_terms w;
    w.seen = t.acquire({.server = s}).seen;
    w.jobs = {ended};
    expect_equal(t.wait(w), wait_status::changed, "why the wait for an ended job ended");
    w.jobs = {t.new_id()};
    expect_equal(t.wait(w), wait_status::changed, "why the wait for an unknown job ended");
}

/// The deadline ends a wait for a job.
inline void the_deadline_ends_it(bench& t) {
    wait_terms w;
    w.jobs = {t.put(t.job())};
    w.seen = t.acquire({.server = t.server()}).seen;
    w.deadline = t.now() + 1min;
    auto& wait = t.start(w);
    t.clock.advance(1min - 1us);
    t.clock.advance(1us);
    if (t.end_of(wait) != wait_status::timeout) {
        t.wait_for_timeout(w); // it ended without a reason before
    }
    w.deadline = t.now() - 1min;
    t.wait_for_timeout(w);
}

/// The deadline ends a server's wait.
inline void the_deadline_ends_a_servers_wait(bench& t) {
    auto w = as_server(t, t.server());
    w.deadline = t.now() + 1min;
    auto& wait = t.start(w);
    t.clock.advance(1min);
    if (t.end_of(wait) != wait_status::timeout) {
        w.seen = t.acquire({.server = w.server}).seen;
        t.wait_for_timeout(w);
    }
}

/// Everybody who waits is woken.
inline void everybody_is_woken(bench& t) {
    std::vector<started_wait*> waits;
    for (int i = 0; i != 5; ++i) {
        waits.push_back(&t.start(as_server(t, t.server())));
    }
    t.put(t.job()); // one for five: who comes too late waits again
    for (auto* const w : waits) {
        expect_equal(t.end_of(*w), wait_status::changed, "why the wait ended");
    }
}

/// Cancelled, it throws operation_aborted, and concerns nobody else.
inline void cancelled_it_is_aborted(bench& t) {
    auto const s = t.server();
    auto const before = t.picture();
    auto& first = t.start(as_server(t, s));
    auto& second = t.start(as_server(t, s));
    if (first.done || second.done) {
        return; // they ended without a reason: nothing to cancel
    }
    first.cancel.emit(asio::cancellation_type::terminal);
    try {
        t.end_of(first);
        throw conformance_failure(place::current(), "the wait to throw", "no error");
    } catch (boost::system::system_error const& e) {
        expect(e.code() == asio::error::operation_aborted, "operation_aborted");
    }
    expect(t.picture() == before, "a cancelled wait to change nothing");
    t.put(t.job());
    expect_equal(t.end_of(second), wait_status::changed, "why the other wait ended");
}

/// When the storage is closed, waits and whatever comes later throw errc::closed.
inline void closing_ends_it(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job("other"));
    auto& server_wait = t.start(as_server(t, s));
    wait_terms w;
    w.jobs = {id};
    auto& job_wait = t.start(w);
    bool const waits = !server_wait.done && !job_wait.done;
    t.close();
    if (waits) {
        expect_error(
            errc::closed, [&] { t.end_of(server_wait); }, "the server's wait"
        );
        expect_error(
            errc::closed, [&] { t.end_of(job_wait); }, "the wait for a job"
        );
    }
    expect_error(
        errc::closed, [&] { t.put(t.job()); }, "an insert"
    );
    expect_error(
        errc::closed, [&] { t.take(s); }, "an acquire"
    );
    expect_error(
        errc::closed, [&] { t.settle({.server = s}); }, "a settle"
    );
    expect_error(
        errc::closed, [&] { t.tick({.server = s}); }, "a tick"
    );
    expect_error(
        errc::closed, [&] { t.change_ids(change_kind::cancel, {id}); }, "a change"
    );
    expect_error(
        errc::closed, [&] { t.recurring(recurring_list{}); }, "a recurring list"
    );
    expect_error(
        errc::closed, [&] { t.queues(queue_list{}); }, "a queue list"
    );
    expect_error(
        errc::closed, [&] { t.servers(server_list{}); }, "a server list"
    );
    expect_error(
        errc::closed, [&] { t.read(read_counts{}); }, "a read"
    );
    expect_error(
        errc::closed, [&] { t.wait(w); }, "another wait"
    );
}

/// What a wait tells of ended jobs is so, as it was at the end.
inline void it_tells_only_ends(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(2);
    auto const runs = t.take(s);
    wait_terms w;
    w.jobs = ids;
    w.seen = t.acquire({.server = s}).seen;
    auto& wait = t.start(w);
    auto o = t.outcome(runs[1], outcome_kind::succeeded);
    o.result = "42";
    t.settle_one(s, o);
    t.change_ids(change_kind::requeue, {ids[1]});
    expect_equal(t.end_of(wait), wait_status::changed, "why the wait ended");
    for (job_record const& r : wait.answer->ended) { // a storage need not tell any
        expect_equal(r.id, ids[1], "the job that has ended");
        expect_equal(r.state, job_state::succeeded, "its state then");
        expect_equal(r.result, "42", "its result then");
    }
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"wait.a_jobs_end_wakes", a_jobs_end_wakes},
    {"wait.of_several_jobs_the_first_end_wakes", of_several_jobs_the_first_end_wakes},
    {"wait.a_deletion_wakes_who_waits_for_the_end", a_deletion_wakes_who_waits_for_the_end},
    {"wait.a_continuation_given_up_wakes_who_waits_for_it",
     a_continuation_given_up_wakes_who_waits_for_it},
    {"wait.an_end_counts_if_the_job_begins_again", an_end_counts_if_the_job_begins_again},
    {"wait.an_ended_or_unknown_job_is_not_waited_for", an_ended_or_unknown_job_is_not_waited_for},
    {"wait.the_deadline_ends_it", the_deadline_ends_it, conformance_need::clock},
    {"wait.the_deadline_ends_a_servers_wait",
     the_deadline_ends_a_servers_wait,
     conformance_need::clock},
    {"wait.everybody_is_woken", everybody_is_woken},
    {"wait.cancelled_it_is_aborted", cancelled_it_is_aborted},
    {"wait.closing_ends_it", closing_ends_it, conformance_need::closing},
    {"wait.it_tells_only_ends", it_tells_only_ends},
};

} // namespace cofire::testing::conformance::on_ends

#endif
