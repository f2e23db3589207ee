// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The way of a no-op job with 64 bytes of arguments through the table of the in-process storages:
// inserted by itself, acquired and settled in batches of 64, its history kept. Against a queue written
// by hand, with a history of the same length. And what jobs that wait take: in memory, and of the time
// of the others.

#include "support/measure.hpp"
#include "support/report.hpp"

#include <cofire/storage/table/job_table.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using cofire::job_id;
using cofire::time_point;

constexpr std::size_t batch = 64;

/// Random numbers, fast and always the same.
struct numbers {
    std::uint64_t state = 88172645463325252U;
    std::uint64_t next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }
};

/// What a job of the benchmark costs in each operation, in nanoseconds.
struct costs {
    double insert = 0;
    double settle = 0; // with the acquire
    [[nodiscard]] double all() const { return insert + settle; }
};

/// A table, a server and the clock.
class table_way {
public:
    table_way() : table_({.jobs = 20'000'000, .bytes = std::uint64_t{64} << 30}) {
        job_.type = "send_login_notification";
        job_.arguments = "[\"" + std::string(60, 'x') + "\"]";
        job_.settings = std::make_shared<cofire::job_settings const>();
        cofire::server_announce a{.name = "server"};
        a.types.push_back({.name = job_.type});
        server_ = table_.servers(a, now_).instance;
    }

    void insert(std::size_t count) {
        for (std::size_t i = 0; i != count; ++i) {
            pass();
            job_.id = job_id::make(now_, random_.next(), random_.next());
            table_.insert({.jobs = {&job_, 1}}, now_);
        }
    }

    /// Runs `count` jobs, a multiple of the batch, while as many as there are now wait.
    costs run(std::size_t count) {
        costs sum;
        std::vector<cofire::run_outcome> outcomes;
        auto held = acquire();
        for (std::size_t done = 0; done != count; done += batch) {
            auto const begin = bench::processor_ns();
            insert(batch);
            sum.insert += (bench::processor_ns() - begin);
            outcomes.clear();
            for (cofire::acquired_job const& j : held) {
                outcomes.push_back({.id = j.id, .epoch = j.epoch, .started = now_});
            }
            auto const middle = bench::processor_ns();
            auto answer =
                table_.settle({.server = server_, .outcomes = outcomes, .then = request()}, now_);
            held = std::move(answer.acquired->jobs);
            sum.settle += (bench::processor_ns() - middle);
        }
        for (cofire::acquired_job const& j : held) { // the table is left as it was
            cofire::run_outcome const o{
                .id = j.id, .epoch = j.epoch, .kind = cofire::outcome_kind::released};
            table_.settle({.server = server_, .outcomes = {&o, 1}}, now_);
        }
        sum.insert /= static_cast<double>(count);
        sum.settle /= static_cast<double>(count);
        return sum;
    }

private:
    void pass() { now_ += std::chrono::microseconds{1}; }

    [[nodiscard]] cofire::acquire_request request() const {
        return {.server = server_, .takes = {&take_, 1}, .limit = batch};
    }
    std::vector<cofire::acquired_job> acquire() {
        auto answer = table_.acquire(request(), now_);
        return std::move(answer.jobs);
    }

    cofire::detail::job_table table_;
    cofire::new_job job_;
    cofire::take take_{.queue = "default"};
    cofire::server_instance server_ = 0;
    time_point now_{std::chrono::hours{24 * 365 * 55}};
    numbers random_;
};

/// The same by hand: a queue of functions' arguments, and who ended, the latest 100,000 of them.
class queue_way {
public:
    /// Runs `count` jobs in waves of a batch.
    costs run(std::size_t count) {
        costs sum;
        for (std::size_t done = 0; done != count; done += batch) {
            auto const begin = bench::processor_ns();
            for (std::size_t i = 0; i != batch; ++i) {
                queue_.push_back({++last_, "send_login_notification", bench::argument()});
            }
            auto const middle = bench::processor_ns();
            for (std::size_t i = 0; i != batch; ++i) {
                history_.push_back(std::move(queue_.front()));
                queue_.pop_front();
                if (history_.size() > 100'000) {
                    history_.pop_front();
                }
            }
            sum.insert += middle - begin;
            sum.settle += bench::processor_ns() - middle;
        }
        sum.insert /= static_cast<double>(count);
        sum.settle /= static_cast<double>(count);
        return sum;
    }

private:
    struct entry {
        std::uint64_t id;
        std::string type;
        std::string arguments;
    };
    std::uint64_t last_ = 0;
    std::deque<entry> queue_;
    std::deque<entry> history_;
};

/// The way of a job beside the queue's.
void measure_way(bench::report& to, std::size_t jobs) {
    table_way table;
    queue_way queue;
    table.insert(batch);
    table.run(4 * jobs); // until as many final jobs are kept as are to be
    queue.run(4 * jobs);
    bench::figure insert{"job_table.insert", "ns/job", {}, "deque by hand", {}};
    bench::figure settle{"job_table.settle_and_acquire", "ns/job", {}, "deque by hand", {}};
    bench::figure all{"job_table.way", "ns/job", {}, "deque by hand", {}};
    for (std::size_t i = 0; i != to.samples(); ++i) {
        costs const t = table.run(jobs);
        costs const q = queue.run(jobs);
        insert.values.push_back(t.insert);
        insert.yardstick_values.push_back(q.insert);
        settle.values.push_back(t.settle);
        settle.yardstick_values.push_back(q.settle);
        all.values.push_back(t.all());
        all.yardstick_values.push_back(q.all());
    }
    to.add(insert);
    to.add(settle);
    to.add(all);
}

/// What waiting jobs take of memory, and of the time of the others.
void measure_pending(bench::report& to, std::size_t jobs) {
    auto const million = to.size<std::size_t>(1'000'000, 2'048);
    table_way one;
    table_way five;
    auto const before = bench::allocated_bytes();
    one.insert(million);
    auto const bytes = bench::allocated_bytes() - before;
    to.add({"job_table.pending_job", "bytes", {bytes / static_cast<double>(million)}});
    five.insert(5 * million);
    one.run(jobs);
    five.run(jobs);
    to.compare(
        "job_table.at_5_million_pending",
        "ns/job",
        [&] { return five.run(jobs).all(); },
        "at 1 million",
        [&] { return one.run(jobs).all(); }
    );
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    auto const jobs = batch * to.size<std::size_t>(1'024, 16);
    measure_way(to, jobs);
    measure_pending(to, jobs);
    return 0;
}
