// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The way of a no-op job with 64 bytes of arguments through the table of the in-process storages:
// inserted by itself, acquired and settled in batches of 64, its history kept. And what jobs that
// wait take: in memory, and of the time of the others.
//
// Usage: benchmark_job_table [pending jobs...]    (1000000 5000000)

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <string>
#include <time.h>
#include <vector>

namespace {

using cofire::job_id;
using cofire::time_point;

constexpr std::size_t batch = 64;

/// What this thread has computed, in nanoseconds: unlike a clock it does not run while others do.
double now_ns() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

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
class bench {
public:
    bench() : table_({.jobs = 20'000'000, .bytes = std::uint64_t{64} << 30}) {
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
            auto const begin = now_ns();
            insert(batch);
            sum.insert += (now_ns() - begin);
            outcomes.clear();
            for (cofire::acquired_job const& j : held) {
                outcomes.push_back({.id = j.id, .epoch = j.epoch, .started = now_});
            }
            auto const middle = now_ns();
            auto answer =
                table_.settle({.server = server_, .outcomes = outcomes, .then = request()}, now_);
            held = std::move(answer.acquired->jobs);
            sum.settle += (now_ns() - middle);
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

double allocated() {
    struct mallinfo2 const info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

void print(char const* name, std::size_t pending, costs const& c) {
    std::printf(
        "%-28s %9zu pending   %7.1f ns a job: insert %6.1f, settle and acquire %6.1f\n",
        name,
        pending,
        c.all(),
        c.insert,
        c.settle
    );
}

/// Bytes a waiting job, of 100,000; `option` gives one the option that is measured.
template <class Option>
void print_memory(char const* name, Option option) {
    constexpr std::size_t count = 100'000;
    cofire::detail::job_table table({.jobs = count});
    cofire::new_job job;
    job.type = "send_login_notification";
    job.arguments = "[\"" + std::string(60, 'x') + "\"]";
    job.settings = std::make_shared<cofire::job_settings const>();
    time_point const now{std::chrono::hours{24 * 365 * 55}};
    numbers random;
    double const before = allocated();
    for (std::size_t i = 0; i != count; ++i) {
        job.id = job_id::make(now + std::chrono::microseconds{i}, random.next(), random.next());
        option(job, now);
        table.insert({.jobs = {&job, 1}}, now);
    }
    std::printf("%-28s %.1f bytes a job\n", name, (allocated() - before) / count);
}

void print_memory() {
    using cofire::new_job;
    print_memory("waiting", [](new_job&, time_point) {});
    print_memory("scheduled", [](new_job& j, time_point now) {
        j.due = now + std::chrono::hours{1};
    });
    print_memory("with a unique key", [n = 0](new_job& j, time_point) mutable {
        j.unique_key = cofire::unique_key_spec{};
        j.unique_key->text = "global/a key of " + std::to_string(++n);
    });
    print_memory("with a limit", [](new_job& j, time_point) {
        j.limits = {{.key = "tenant-7", .limit = 2}};
    });
    auto settings = std::make_shared<cofire::job_settings>();
    settings->expires = std::chrono::hours{1};
    print_memory("that expires", [&](new_job& j, time_point) { j.settings = settings; });
    job_id first;
    print_memory("that waits for another", [&](new_job& j, time_point) {
        first = first.is_nil() ? j.id : first;
        if (first != j.id) {
            j.parents = {{.id = first}};
        }
    });
}

/// The median of five, by the sum.
costs measure(bench& b, std::size_t count) {
    std::vector<costs> runs;
    for (int i = 0; i != 5; ++i) {
        runs.push_back(b.run(count));
    }
    std::sort(runs.begin(), runs.end(), [](costs const& a, costs const& c) {
        return a.all() < c.all();
    });
    std::printf("  from %.1f to %.1f ns\n", runs.front().all(), runs.back().all());
    return runs[runs.size() / 2];
}

} // namespace

int main(int argc, char** argv) {
    constexpr std::size_t jobs = batch * 8'192;
    std::vector<std::size_t> sizes;
    for (int i = 1; i < argc; ++i) {
        sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    }
    if (sizes.empty()) {
        sizes = {1'000'000, 5'000'000};
    }
    {
        bench b;
        b.insert(batch);
        b.run(jobs); // until as many final jobs are kept as are to be
        print("full way", batch, measure(b, jobs));
    }
    print_memory();
    for (std::size_t size : sizes) {
        bench b;
        double const before = allocated();
        auto const begin = now_ns();
        b.insert(size);
        double const ns = (now_ns() - begin) / static_cast<double>(size);
        double const bytes = (allocated() - before) / static_cast<double>(size);
        std::printf("%zu pending: %.1f bytes a job, inserted in %.1f ns each\n", size, bytes, ns);
        b.run(jobs);
        print("full way", size, measure(b, jobs));
    }
}
