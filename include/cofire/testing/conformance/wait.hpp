// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_WAIT_HPP
#define COFIRE_TESTING_CONFORMANCE_WAIT_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <string>
#include <vector>

/// What wakes a server that waits, and that no wake-up is lost between an answer and the wait.
namespace cofire::testing::conformance::on_wait {

/// What a server waits for in its only queue, having seen what the last answer told.
inline wait_terms as_server(bench& t, server_instance s) {
    auto const answer = t.acquire({.server = s});
    wait_terms w;
    w.server = s;
    w.queues = {"default"};
    w.due_before = answer.next_due;
    w.seen = answer.seen;
    return w;
}

/// Fails unless what `change` does is seen by a wait: by one under way, and by one begun after it.
template <class Change>
void expect_wakes(
    bench& t, wait_terms const& terms, Change change, place const& where = place::current()
) {
    auto& before = t.start(terms);
    change();
    expect_equal(t.end_of(before, where), wait_status::changed, "why the wait ended", where);
    expect_equal(t.wait(terms, where), wait_status::changed, "why a wait begun later ended", where);
}

/// Who has seen nothing need not wait.
inline void who_has_seen_nothing_returns_at_once(bench& t) {
    wait_terms w;
    w.server = t.server();
    w.queues = {"default"};
    expect_equal(t.wait(w), wait_status::changed, "why the wait ended");
}

/// A job inserted wakes a server, also if it was inserted between the acquire and the wait.
inline void an_insert_wakes_a_server(bench& t) {
    expect_wakes(t, as_server(t, t.server()), [&] { t.put(t.job()); });
}

/// The token of an insert serves as well.
inline void an_inserts_token_can_be_waited_with(bench& t) {
    auto const s = t.server();
    new_job const j = t.job();
    wait_terms w = as_server(t, s);
    w.seen = t.insert({.jobs = {&j, 1}}).seen;
    expect_wakes(t, w, [&] { t.put(t.job()); });
}

/// So does that of every other answer that has one: it is not ahead of what it tells.
inline void every_answers_token_can_be_waited_with(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const d = daily(t);
    new_job const j = t.job();
    recurring_firing f{.id = "nightly", .next = t.now() + 24h, .jobs = {&j, 1}};
    auto const serves = [&](seen_token seen, place const& where = place::current()) {
        wait_terms w;
        w.server = s;
        w.queues = {"default"};
        w.due_before = t.now();
        w.seen = seen;
        expect(seen != seen_token{}, "a token", where);
        expect_wakes(
            t, w, [&] { t.put(t.job()); }, where
        );
    };
    serves(t.tick({.server = s}).seen);
    serves(t.change_ids(change_kind::reprioritise, {id}).seen);
    change_request by_filter{.kind = change_kind::reprioritise, .filter = job_filter{}};
    serves(t.change(by_filter).seen);
    serves(put(t, "nightly", d, t.now() + 24h).seen);
    serves(t.recurring(recurring_list{}).seen);
    f.revision = record(t, "nightly").revision;
    serves(t.recurring(recurring_fire{.firings = {&f, 1}}).seen);
    serves(t.recurring(recurring_pause{.id = "nightly"}).seen);
    serves(t.recurring(recurring_remove{.id = "nightly"}).seen);
    serves(t.servers(server_list{}).seen);
    serves(t.servers(server_order{.server = s, .command = server_command::drain}).seen);
    serves(t.servers(server_announce{.name = "another"}).seen);
}

/// A job let go by the end of its parent wakes.
inline void a_continuation_let_go_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.put(t.after(t.put(t.job())));
    auto const run = t.take_one(s);
    expect_wakes(t, as_server(t, t.server()), [&] { t.finish(s, run); });
}

/// A place freed under a limit key wakes.
inline void a_freed_limit_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    t.put(t.limited("disk"));
    auto const run = t.take_one(s);
    auto const other = t.server();
    t.take(other);
    expect_wakes(t, as_server(t, other), [&] { t.finish(s, run); });
}

/// A limit that is raised wakes.
inline void a_raised_limit_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    t.put(t.limited("disk"));
    t.take(s);
    expect_wakes(t, as_server(t, s), [&] { t.queues(limit_put{.key = "disk", .limit = 2}); });
}

/// A hand-back wakes another server.
inline void a_hand_back_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const run = t.take_one(s);
    expect_wakes(t, as_server(t, t.server()), [&] { t.finish(s, run, outcome_kind::released); });
}

/// So does a server that leaves.
inline void a_leaving_server_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    t.take_one(s);
    expect_wakes(t, as_server(t, t.server()), [&] { t.retire(s); });
}

/// A requeue wakes.
inline void a_requeue_wakes_a_server(bench& t) {
    auto const s = t.server();
    auto const id = t.put_and_finish(s);
    expect_wakes(t, as_server(t, s), [&] { t.change_ids(change_kind::requeue, {id}); });
}

/// The end of a queue's pause wakes.
inline void a_resumed_queue_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.queues(queue_pause{.queue = "default"});
    t.put(t.job());
    expect_wakes(t, as_server(t, s), [&] {
        t.queues(queue_pause{.queue = "default", .paused = false});
    });
}

/// A job moved to the queue wakes.
inline void a_job_moved_here_wakes_a_server(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job("work", {.queue = "elsewhere"}));
    expect_wakes(t, as_server(t, s), [&] {
        t.change_ids(change_kind::move, {id}, {.queue = "default"});
    });
}

/// A due time earlier than any known wakes, so that the server can set its timer.
inline void an_earlier_due_time_wakes_a_server(bench& t) {
    auto const s = t.server();
    new_job j = t.job();
    j.due = t.now() + 2h;
    expect_wakes(t, as_server(t, s), [&] { t.put(j); });
    new_job k = t.job();
    k.due = t.now() + 1s;
    auto const w = as_server(t, s);
    if (w.due_before > k.due) { // it may be a lower bound
        expect_wakes(t, w, [&] { t.put(k); });
    }
}

/// So does a retry to come.
inline void a_retry_to_come_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const run = t.take_one(s);
    expect_wakes(t, as_server(t, t.server()), [&] { t.finish(s, run, outcome_kind::retry); });
}

/// A run to be stopped wakes its server, wherever it takes from.
inline void a_signal_wakes_its_server(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(2);
    t.take(s);
    auto w = as_server(t, s);
    w.queues.clear();
    expect_wakes(t, w, [&] { t.change_ids(change_kind::cancel, {ids[0]}); });
    t.signals(s);
    w.seen = t.acquire({.server = s}).seen;
    expect_wakes(t, w, [&] { t.change_ids(change_kind::delete_job, {ids[1]}); });
}

/// So does an operator's command.
inline void a_command_wakes_its_server(bench& t) {
    auto const s = t.server();
    expect_wakes(t, as_server(t, s), [&] {
        t.servers(server_order{.server = s, .command = server_command::drain});
    });
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"wait.who_has_seen_nothing_returns_at_once", who_has_seen_nothing_returns_at_once},
    {"wait.an_insert_wakes_a_server", an_insert_wakes_a_server},
    {"wait.an_inserts_token_can_be_waited_with", an_inserts_token_can_be_waited_with},
    {"wait.every_answers_token_can_be_waited_with", every_answers_token_can_be_waited_with},
    {"wait.a_continuation_let_go_wakes_a_server", a_continuation_let_go_wakes_a_server},
    {"wait.a_freed_limit_wakes_a_server", a_freed_limit_wakes_a_server},
    {"wait.a_raised_limit_wakes_a_server", a_raised_limit_wakes_a_server},
    {"wait.a_hand_back_wakes_a_server", a_hand_back_wakes_a_server},
    {"wait.a_leaving_server_wakes_a_server", a_leaving_server_wakes_a_server},
    {"wait.a_requeue_wakes_a_server", a_requeue_wakes_a_server},
    {"wait.a_resumed_queue_wakes_a_server", a_resumed_queue_wakes_a_server},
    {"wait.a_job_moved_here_wakes_a_server", a_job_moved_here_wakes_a_server},
    {"wait.an_earlier_due_time_wakes_a_server", an_earlier_due_time_wakes_a_server},
    {"wait.a_retry_to_come_wakes_a_server", a_retry_to_come_wakes_a_server},
    {"wait.a_signal_wakes_its_server", a_signal_wakes_its_server},
    {"wait.a_command_wakes_its_server", a_command_wakes_its_server},
};

} // namespace cofire::testing::conformance::on_wait

#endif
