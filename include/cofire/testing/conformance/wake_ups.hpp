// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_WAKE_UPS_HPP
#define COFIRE_TESTING_CONFORMANCE_WAKE_UPS_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/wait.hpp>

#include <algorithm>
#include <vector>

/// What wakes a server though no job has entered its line.
namespace cofire::testing::conformance::on_wake_ups {

using on_wait::as_server;
using on_wait::expect_wakes;

/// Fails unless a server is woken by what `change` does, if that made the next due time an earlier one.
template <class Change>
void expect_wakes_if_earlier(
    bench& t, server_instance s, Change change, place const& where = place::current()
) {
    auto const w = as_server(t, s);
    auto& before = t.start(w);
    change();
    auto const due = t.acquire({.server = s}).next_due;
    if (due && (!w.due_before || *due < *w.due_before)) { // it may be a lower bound
        expect_equal(t.end_of(before, where), wait_status::changed, "why the wait ended", where);
        expect_equal(t.wait(w, where), wait_status::changed, "why a later wait ended", where);
    }
}

/// A job that expires before anything else happens by itself wakes: it ends then.
inline void an_earlier_expiry_wakes_a_server(bench& t) {
    auto const s = t.server();
    expect_wakes_if_earlier(t, s, [&] {
        t.put(t.job("work", {.queue = "elsewhere", .expires = 2h}));
    });
    expect_wakes_if_earlier(t, s, [&] {
        t.put(t.job("work", {.queue = "elsewhere", .expires = 1min}));
    });
}

/// The first job that ended wakes: it is to be removed.
inline void the_first_removal_to_come_wakes_a_server(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const run = t.take_one(s);
    expect_wakes_if_earlier(t, t.server(), [&] { t.finish(s, run); });
}

/// A server that is gone without a farewell wakes others, where the storage sees its end.
inline void the_end_of_a_server_wakes_another(bench& t) {
    server_announce a;
    a.name = "to be gone";
    a.types.push_back({.name = "work"});
    auto gone = t.servers(a);
    t.put(t.job());
    t.take_one(gone.instance);
    if (gone.presence != nullptr) {
        expect_wakes(t, as_server(t, t.server()), [&] { gone.presence.reset(); });
    }
}

/// An answer that stopped short, after very many blocked jobs, lets no later one wait in vain.
inline void more_behind_blocked_jobs_is_not_waited_for(bench& t) {
    auto const s = t.server();
    for (int call = 0; call != 2; ++call) {
        std::vector<new_job> jobs;
        while (jobs.size() != 5'100) {
            jobs.push_back(t.limited("disk"));
        }
        t.insert({.jobs = jobs});
    }
    auto const plain = t.put(t.job());
    queue_take const from{.queue = "default"};
    for (int asked = 0; asked != 100; ++asked) {
        auto const answer = t.acquire({.server = s, .takes = {&from, 1}, .limit = 10});
        auto const got = ids_of(answer.jobs);
        if (std::ranges::find(got, plain) != got.end()) {
            return;
        }
        wait_terms w;
        w.server = s;
        w.queues = {"default"};
        w.due_before = answer.next_due;
        w.seen = answer.seen;
        t.wait(w);
    }
    expect(false, "the job behind them to come within a hundred calls");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"wait.an_earlier_expiry_wakes_a_server", an_earlier_expiry_wakes_a_server},
    {"wait.the_first_removal_to_come_wakes_a_server", the_first_removal_to_come_wakes_a_server},
    {"wait.the_end_of_a_server_wakes_another", the_end_of_a_server_wakes_another},
    {"wait.more_behind_blocked_jobs_is_not_waited_for", more_behind_blocked_jobs_is_not_waited_for},
};

} // namespace cofire::testing::conformance::on_wake_ups

#endif
