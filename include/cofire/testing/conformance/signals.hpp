// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_SIGNALS_HPP
#define COFIRE_TESTING_CONFORMANCE_SIGNALS_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What tick tells a server of its runs: which to stop, and which it holds.
namespace cofire::testing::conformance::on_signals {

inline run_signal only_signal(bench& t, server_instance s, place const& where = place::current()) {
    auto const signals = t.signals(s);
    expect_equal(signals.size(), 1U, "the number of signals", where);
    return signals[0];
}

/// The server of a cancelled run is asked to stop it.
inline void tells_of_a_cancelled_run(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    expect(t.signals(s).empty(), "no signal before");
    t.change_ids(change_kind::cancel, {id});
    auto const signal = only_signal(t, s);
    expect_equal(signal.id, id, "the job");
    expect_equal(signal.epoch, run.epoch, "the epoch");
    expect_equal(signal.kind, signal_kind::cancelled, "the kind");
}

/// Likewise that of a deleted one.
inline void tells_of_a_deleted_run(bench& t) {
    auto const s = t.server();
    auto const other = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    t.change_ids(change_kind::delete_job, {id});
    expect(t.signals(other).empty(), "no signal for another server");
    auto const signal = only_signal(t, s);
    expect_equal(signal.id, id, "the job");
    expect_equal(signal.epoch, run.epoch, "the epoch");
    expect_equal(signal.kind, signal_kind::deleted, "the kind");
}

/// A deletion after a cancellation is told, too.
inline void tells_of_a_deletion_after_a_cancellation(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    auto const run = t.take_one(s);
    t.change_ids(change_kind::cancel, {id});
    t.signals(s);
    t.change_ids(change_kind::delete_job, {id});
    auto const signals = t.signals(s);
    expect(!signals.empty(), "a signal");
    expect_equal(signals.back().kind, signal_kind::deleted, "the kind of the last one");
    t.settle_one(s, t.outcome(run, outcome_kind::succeeded));
    t.expect_state(id, job_state::deleted);
}

/// Signals come in the order in which they were asked for, each once.
inline void tells_signals_once_and_in_order(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(3);
    t.take(s);
    t.change_ids(change_kind::cancel, {ids[2]});
    t.change_ids(change_kind::delete_job, {ids[0], ids[1]});
    std::vector<job_id> told;
    for (run_signal const& signal : t.signals(s)) {
        told.push_back(signal.id);
    }
    expect_equal(told, std::vector{ids[2], ids[0], ids[1]}, "the jobs told of");
    t.change_ids(change_kind::delete_job, {ids[0]});
    expect(t.signals(s).empty(), "no signal a second time");
}

/// But to a server that asks what it holds they are told again: it may have missed an answer.
inline void tells_signals_again_with_what_is_held(bench& t) {
    auto const s = t.server();
    auto const ids = t.put_many(3);
    auto const runs = t.take(s);
    t.change_ids(change_kind::cancel, {ids[0], ids[1]});
    t.signals(s); // the answer is lost
    t.change_ids(change_kind::delete_job, {ids[1]});
    t.change_ids(change_kind::cancel, {ids[2]});
    t.finish(s, runs[0]);
    std::vector<job_id> told;
    for (run_signal const& signal : t.tick({.server = s, .list_held = job_id{}}).signals) {
        told.push_back(signal.id);
        bool const deleted = signal.id == ids[1];
        expect_equal(
            signal.kind, deleted ? signal_kind::deleted : signal_kind::cancelled, "the kind"
        );
    }
    expect_equal(sorted(told), sorted({ids[1], ids[2]}), "the jobs told of");
    auto const again = t.tick({.server = s, .list_held = ids[1]}).signals;
    expect_equal(again.size(), 1U, "the signals for the jobs listed");
    expect_equal(again[0].id, ids[2], "the job told of");
}

/// An operator's command reaches its server and no other.
inline void tells_an_operators_command(bench& t) {
    auto const s = t.server();
    auto const other = t.server();
    expect_equal(t.tick({.server = s}).command, server_command::none, "the command at first");
    t.servers(server_order{.server = s, .command = server_command::drain});
    expect_equal(t.tick({.server = s}).command, server_command::drain, "the command given");
    expect_equal(t.tick({.server = other}).command, server_command::none, "the other's command");
    t.servers(server_order{.server = s, .command = server_command::stop});
    expect_equal(t.tick({.server = s}).command, server_command::stop, "the next command");
}

/// Asked for, all that the server is counted to hold is listed, by id.
inline void lists_what_the_server_holds(bench& t) {
    auto const s = t.server();
    auto const other = t.server();
    t.put_many(5);
    auto const runs = t.take(s, 3);
    t.take(other, 1);
    expect(t.tick({.server = s}).held.empty(), "nothing to be listed unasked");
    auto const held = t.tick({.server = s, .list_held = job_id{}}).held;
    std::vector<held_job> wanted;
    for (auto const& run : runs) {
        wanted.push_back({.id = run.id, .epoch = run.epoch});
    }
    std::ranges::sort(wanted, {}, &held_job::id);
    expect(held == wanted, "the jobs held, by id, each with its epoch");
    auto const rest = t.tick({.server = s, .list_held = wanted[0].id}).held;
    expect(rest == std::vector(wanted.begin() + 1, wanted.end()), "those above the id given");
    t.finish(s, runs[1]);
    expect_equal(
        t.tick({.server = s, .list_held = job_id{}}).held.size(), 2U, "the jobs held then"
    );
}

/// A lost answer is made good: what is held unknowingly can be listed and handed back.
inline void what_is_listed_can_be_handed_back(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    t.take(s); // the answer is lost
    auto const held = t.tick({.server = s, .list_held = job_id{}}).held;
    expect_equal(held.size(), 1U, "the jobs held");
    run_outcome o;
    o.id = held[0].id;
    o.epoch = held[0].epoch;
    o.kind = outcome_kind::released;
    expect_equal(t.settle_one(s, o), settle_status::done, "the hand-back");
    expect_equal(t.take_one(s).id, id, "the job in line again");
}

/// The list of held jobs comes by id in pages of ten thousand, each after an id.
inline void lists_ten_thousand_held_jobs_at_a_time(bench& t) {
    constexpr std::size_t page = 10'000;
    auto const s = t.server();
    std::vector<new_job> jobs;
    while (jobs.size() != page) {
        jobs.push_back(t.job());
    }
    t.insert({.jobs = jobs});
    t.put(t.job());
    std::size_t taken = 0;
    for (std::size_t got = 1; got != 0; taken += got) {
        got = t.take(s, page).size();
    }
    expect_equal(taken, page + 1, "the jobs taken");
    auto const first = t.tick({.server = s, .list_held = job_id{}}).held;
    expect_equal(first.size(), page, "the jobs of the first page");
    expect(std::ranges::is_sorted(first, {}, &held_job::id), "them by id");
    auto const rest = t.tick({.server = s, .list_held = first.back().id}).held;
    expect_equal(rest.size(), 1U, "the jobs of the second page");
    expect(rest[0].id > first.back().id, "the rest");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"tick.tells_of_a_cancelled_run", tells_of_a_cancelled_run},
    {"tick.tells_of_a_deleted_run", tells_of_a_deleted_run},
    {"tick.tells_of_a_deletion_after_a_cancellation", tells_of_a_deletion_after_a_cancellation},
    {"tick.tells_signals_once_and_in_order", tells_signals_once_and_in_order},
    {"tick.tells_signals_again_with_what_is_held", tells_signals_again_with_what_is_held},
    {"tick.tells_an_operators_command", tells_an_operators_command},
    {"tick.lists_what_the_server_holds", lists_what_the_server_holds},
    {"tick.what_is_listed_can_be_handed_back", what_is_listed_can_be_handed_back},
    {"tick.lists_ten_thousand_held_jobs_at_a_time", lists_ten_thousand_held_jobs_at_a_time},
};

} // namespace cofire::testing::conformance::on_signals

#endif
