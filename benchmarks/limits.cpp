// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// 100,000 jobs at the head of the line that a limit key holds back: what taking the others costs,
// against a line without them. The table alone, without a server.

#include "support/measure.hpp"
#include "support/report.hpp"

#include <cofire/client/id_source.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t batch = 64;

/// A table with one server, whose jobs are inserted one by one, and taken and settled in batches.
class line {
public:
    line() {
        cofire::server_announce announce;
        announce.name = "benchmark";
        announce.types.push_back({"no_op"});
        announce.queues.push_back("default");
        announce.slots = 100;
        server_ = table_.servers(announce, now_).instance;
    }

    /// Inserts `count` jobs; `limited`: under one key, of which one may run.
    void insert(std::size_t count, bool limited) {
        for (std::size_t i = 0; i != count; ++i) {
            cofire::new_job job;
            job.id = ids_.next(now_);
            job.type = "no_op";
            job.arguments = "[\"" + bench::argument() + "\"]";
            job.settings = settings_;
            if (limited) {
                job.limits.push_back({"tenant-7", 1});
            }
            cofire::insert_request r;
            r.jobs = {&job, 1};
            table_.insert(r, now_);
        }
    }

    /// Takes up to a batch of jobs.
    cofire::acquire_answer acquire() {
        cofire::take const from{"default"};
        cofire::acquire_request r;
        r.server = server_;
        r.takes = {&from, 1};
        r.limit = batch;
        return table_.acquire(r, now_);
    }

    /// Ends them.
    void settle(cofire::acquire_answer const& taken) {
        std::vector<cofire::run_outcome> outcomes;
        for (cofire::acquired_job const& job : taken.jobs) {
            cofire::run_outcome o;
            o.id = job.id;
            o.epoch = job.epoch;
            o.started = now_;
            outcomes.push_back(std::move(o));
        }
        cofire::settle_request r;
        r.server = server_;
        r.outcomes = outcomes;
        table_.settle(r, now_);
    }

    /// How many jobs wait for a limit.
    std::size_t parked() {
        std::size_t sum = 0;
        for (cofire::limit_info const& limit : table_.queues(cofire::queue_list{}, now_).limits) {
            sum += limit.parked;
        }
        return sum;
    }

    /// Inserts, takes and settles about `count` jobs; the processor time in ns of taking one.
    double run(std::size_t count) {
        double ns = 0;
        std::size_t jobs = 0;
        while (jobs < count) {
            insert(batch, false);
            auto const begin = bench::processor_ns();
            auto const taken = acquire();
            ns += bench::processor_ns() - begin;
            bench::report::require(taken.jobs.size() == batch, "jobs were held back");
            settle(taken);
            jobs += taken.jobs.size();
            now_ += 64us;
        }
        return ns / static_cast<double>(jobs);
    }

private:
    cofire::detail::job_table table_;
    cofire::detail::id_source ids_{cofire::random_source(1)};
    cofire::server_instance server_ = 0;
    cofire::time_point now_{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
    std::shared_ptr<cofire::job_settings const> settings_ =
        std::make_shared<cofire::job_settings>();
};

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    auto const count = to.size<std::size_t>(100'000, 1'000);
    auto const blocked = to.size<std::size_t>(100'000, 1'000);

    line free;
    line limited;
    limited.insert(1, true);
    auto const running = limited.acquire(); // holds the key all the time
    bench::report::require(running.jobs.size() == 1, "the first of the key did not run");
    limited.insert(blocked, true);
    auto const begin = bench::processor_ns();
    std::size_t taken = 0;
    while (limited.parked() != blocked) { // in slices
        taken += limited.acquire().jobs.size();
    }
    double const parking = (bench::processor_ns() - begin) / static_cast<double>(blocked);
    bench::report::require(taken == 0, "the limit was exceeded");

    free.run(2 * count);
    limited.run(2 * count);
    to.compare(
        "limits.acquire_behind_100000_blocked",
        "ns/job",
        [&] { return limited.run(count); },
        "with none blocked",
        [&] { return free.run(count); }
    );
    to.add({"limits.parking_once", "ns/job", {parking}});
    return 0;
}
