// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_THREADS_HPP
#define COFIRE_TESTING_CONFORMANCE_THREADS_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <atomic>
#include <exception>
#include <string>
#include <thread>
#include <vector>

/// Calls from several threads at once: nothing is lost, nothing happens twice, and each caller goes
/// on where it was.
namespace cofire::testing::conformance::on_threads {

/// Runs `body(runner, i)` in `count` threads, each on a context of its own, and throws what failed.
template <class Body>
void in_threads(bench& t, std::size_t count, Body body) {
    static_cast<void>(t.storage()); // made here, not by the first thread
    std::vector<std::exception_ptr> errors(count);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i != count; ++i) {
        threads.emplace_back([&, i] {
            try {
                runner r(t.patience());
                body(r, i);
            } catch (...) {
                errors[i] = std::current_exception();
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (auto const& e : errors) {
        if (e) {
            std::rethrow_exception(e);
        }
    }
}

inline constexpr std::size_t thread_count = 4;

/// What several insert is all there.
inline void inserts_are_all_there(bench& t) {
    std::vector<std::vector<new_job>> jobs(thread_count);
    for (auto& mine : jobs) {
        for (int i = 0; i != 100; ++i) {
            mine.push_back(t.job());
        }
    }
    in_threads(t, thread_count, [&](runner& r, std::size_t i) {
        for (auto const& j : jobs[i]) {
            r.await(t.storage().insert({.jobs = {&j, 1}}));
        }
    });
    expect_equal(t.counts()[job_state::enqueued], 400U, "the jobs enqueued");
    expect_equal(ids_of(t.take(t.server())).size(), 400U, "the jobs taken");
}

/// What several take is given to one of them.
inline void a_job_is_given_to_one(bench& t) {
    t.put_many(400);
    std::vector<server_instance> servers;
    for (std::size_t i = 0; i != thread_count; ++i) {
        servers.push_back(t.server());
    }
    std::vector<std::vector<job_id>> got(thread_count);
    in_threads(t, thread_count, [&](runner& r, std::size_t i) {
        queue_take const from{.queue = "default"};
        for (;;) {
            auto const answer =
                r.await(t.storage().acquire({.server = servers[i], .takes = {&from, 1}, .limit = 3})
                );
            if (answer.jobs.empty()) {
                return;
            }
            for (auto const& j : answer.jobs) {
                got[i].push_back(j.id);
            }
        }
    });
    std::vector<job_id> all;
    for (auto const& some : got) {
        all.insert(all.end(), some.begin(), some.end());
    }
    all = sorted(std::move(all));
    expect_equal(all.size(), 400U, "the jobs taken");
    expect(std::ranges::adjacent_find(all) == all.end(), "no job to be taken twice");
}

/// Of several with one key one is stored.
inline void one_job_gets_the_key(bench& t) {
    for (int round = 0; round != 20; ++round) {
        std::vector<new_job> jobs;
        for (std::size_t i = 0; i != thread_count; ++i) {
            jobs.push_back(t.keyed(std::to_string(round)));
        }
        std::atomic<int> inserted = 0;
        in_threads(t, thread_count, [&](runner& r, std::size_t i) {
            auto const answer = r.await(t.storage().insert({.jobs = {&jobs[i], 1}}));
            inserted += answer.results.at(0).status == insert_status::inserted ? 1 : 0;
        });
        expect_equal(inserted.load(), 1, "the jobs inserted");
    }
}

/// Of several that fire one occurrence one does.
inline void one_server_fires_an_occurrence(bench& t) {
    for (int round = 0; round != 20; ++round) {
        auto const id = "nightly-" + std::to_string(round);
        auto const due = put_due(t, id);
        auto const revision = record(t, id).revision;
        std::vector<new_job> jobs;
        for (std::size_t i = 0; i != thread_count; ++i) {
            jobs.push_back(t.job());
        }
        std::atomic<int> fired = 0;
        in_threads(t, thread_count, [&](runner& r, std::size_t i) {
            recurring_firing const f{
                .id = id,
                .revision = revision,
                .expected = due,
                .next = due + 24h,
                .jobs = {&jobs[i], 1}};
            auto const answer = r.await(t.storage().recurring(recurring_fire{.firings = {&f, 1}}));
            fired += answer.fired.at(0).status == fire_status::fired ? 1 : 0;
        });
        expect_equal(fired.load(), 1, "the occurrences fired");
    }
    expect_equal(t.counts().inserted, 20U, "the jobs inserted");
}

/// A continuation attached while its parent ends runs once.
inline void a_continuation_attached_at_the_end_is_let_go_once(bench& t) {
    auto const s = t.server();
    for (int round = 0; round != 50; ++round) {
        auto const parent = t.put(t.job());
        auto const o = t.outcome(t.take_one(s), outcome_kind::succeeded);
        new_job const child = t.after(parent);
        in_threads(t, 2, [&](runner& r, std::size_t i) {
            if (i == 0) {
                r.await(t.storage().settle({.server = s, .outcomes = {&o, 1}}));
            } else {
                r.await(t.storage().insert({.jobs = {&child, 1}}));
            }
        });
        auto const runs = t.take(s);
        expect_equal(ids_of(runs), std::vector{child.id}, "the jobs let go");
        t.finish(s, runs[0]);
    }
}

/// A limit is kept whoever takes.
inline void a_limit_is_kept(bench& t) {
    for (int i = 0; i != 60; ++i) {
        t.put(t.limited("disk", 2));
    }
    std::vector<server_instance> servers;
    for (std::size_t i = 0; i != thread_count; ++i) {
        servers.push_back(t.server());
    }
    std::atomic<int> held = 0;
    std::atomic<int> most = 0;
    std::atomic<int> done = 0;
    std::atomic<std::size_t> tries = 0;
    in_threads(t, thread_count, [&](runner& r, std::size_t i) {
        queue_take const from{.queue = "default"};
        for (int empty = 0; done != 60 && empty != 10'000;) {
            auto const answer =
                r.await(t.storage().acquire({.server = servers[i], .takes = {&from, 1}, .limit = 1})
                );
            ++tries;
            if (answer.jobs.empty()) {
                ++empty;
                std::this_thread::yield();
                continue;
            }
            int const now = ++held;
            for (int top = most; top < now && !most.compare_exchange_weak(top, now);) {
            }
            run_outcome o;
            o.id = answer.jobs[0].id;
            o.epoch = answer.jobs[0].epoch;
            // It runs until the others have tried to take one too many, or cannot as they run likewise.
            auto const before = tries.load();
            for (int k = 0; k != 1'000 && tries < before + 2 * thread_count; ++k) {
                std::this_thread::yield();
            }
            --held;
            r.await(t.storage().settle({.server = servers[i], .outcomes = {&o, 1}}));
            ++done;
        }
    });
    expect_equal(done.load(), 60, "the jobs run");
    expect(most.load() <= 2, "no more jobs at a time than the limit");
}

/// What is inserted by one thread reaches a server that waits in another, to the last job.
inline void no_wake_up_is_lost(bench& t) {
    auto const s = t.server();
    constexpr std::size_t count = 300;
    std::vector<new_job> jobs;
    while (jobs.size() != count) {
        jobs.push_back(t.job());
    }
    in_threads(t, 2, [&](runner& r, std::size_t i) {
        if (i == 0) {
            for (auto const& j : jobs) {
                r.await(t.storage().insert({.jobs = {&j, 1}}));
                std::this_thread::yield();
            }
            return;
        }
        queue_take const from{.queue = "default"};
        std::string_view const queue = "default";
        for (std::size_t got = 0; got != count;) {
            auto const answer =
                r.await(t.storage().acquire({.server = s, .takes = {&from, 1}, .limit = 7}));
            got += answer.jobs.size();
            if (answer.jobs.empty()) {
                wait_request w;
                w.interest.server = s;
                w.interest.queues = {&queue, 1};
                w.seen = answer.seen;
                r.await(t.storage().wait(w));
            }
        }
    });
}

/// A wait goes on on the executor of its own coroutine, whichever thread ends it.
inline void a_wait_goes_on_where_it_began(bench& t) {
    auto const s = t.server();
    wait_terms terms;
    terms.server = s;
    terms.queues = {"default"};
    terms.seen = t.acquire({.server = s}).seen;
    auto& wait = t.start(terms);
    new_job const j = t.job();
    in_threads(t, 1, [&](runner& r, std::size_t) {
        r.await(t.storage().insert({.jobs = {&j, 1}}));
        expect(!wait.done || wait.thread != std::this_thread::get_id(), "it not to go on here");
    });
    t.end_of(wait);
    expect(wait.thread == std::this_thread::get_id(), "it to go on on its own executor");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"threads.inserts_are_all_there", inserts_are_all_there},
    {"threads.a_job_is_given_to_one", a_job_is_given_to_one},
    {"threads.one_job_gets_the_key", one_job_gets_the_key},
    {"threads.one_server_fires_an_occurrence", one_server_fires_an_occurrence},
    {"threads.a_continuation_attached_at_the_end_is_let_go_once",
     a_continuation_attached_at_the_end_is_let_go_once},
    {"threads.a_limit_is_kept", a_limit_is_kept},
    {"threads.no_wake_up_is_lost", no_wake_up_is_lost},
    {"threads.a_wait_goes_on_where_it_began", a_wait_goes_on_where_it_began},
};

} // namespace cofire::testing::conformance::on_threads

#endif
