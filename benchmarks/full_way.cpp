// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The full way of a job that does nothing, with a 64-byte argument (typed enqueue, JSON, insert,
// acquire, run, settle, history), against a co_spawn of the same coroutine. Waves of 64; the last job
// of a wave starts the next one. On one io_context thread in processor time, on thread_pool(2) in time
// on the wall.

#include "support/report.hpp"
#include "support/waves.hpp"

#include <cstddef>

namespace {

using bench::job_waves;
using bench::one_thread;
using bench::spawned_waves;
using bench::task_kind;
using bench::two_threads;

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    std::size_t const tasks = to.size(200'000, 2'000);

    job_waves<one_thread> jobs;
    spawned_waves<one_thread> spawns;
    job_waves<one_thread> posting_jobs(task_kind::suspends);
    spawned_waves<one_thread> posting_spawns(task_kind::suspends);
    job_waves<two_threads> pool_jobs;
    spawned_waves<two_threads> pool_spawns;
    job_waves<two_threads> posting_pool_jobs(task_kind::suspends);
    spawned_waves<two_threads> posting_pool_spawns(task_kind::suspends);

    // Until the history is as long as it gets, and the slots are made.
    auto const warm_up = [&](auto&... ways) { (ways.run(tasks), ...); };
    warm_up(jobs, posting_jobs, pool_jobs, posting_pool_jobs);
    warm_up(spawns, posting_spawns, pool_spawns, posting_pool_spawns);

    auto const once = [&](auto& way) { return [&way, tasks] { return way.run(tasks); }; };
    char const* const unit = "ns/job";
    char const* const bare = "co_spawn a task";
    to.compare("full_way.one_thread", unit, once(jobs), bare, once(spawns));
    to.compare(
        "full_way.one_thread_suspending", unit, once(posting_jobs), bare, once(posting_spawns)
    );
    to.compare("full_way.two_threads", unit, once(pool_jobs), bare, once(pool_spawns));
    to.compare(
        "full_way.two_threads_suspending",
        unit,
        once(posting_pool_jobs),
        bare,
        once(posting_pool_spawns)
    );
    auto const on_the_wall = [&] { return jobs.run(tasks, &bench::wall_ns); };
    to.compare(
        "full_way.two_threads_against_one", unit, once(pool_jobs), "jobs on one thread", on_the_wall
    );

    jobs.stop();
    posting_jobs.stop();
    pool_jobs.stop();
    posting_pool_jobs.stop();
    return 0;
}
