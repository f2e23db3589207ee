// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// How late jobs start. 20,000 jobs due at random times over 10 s, against one steady_timer for each
// due time; 100 recurring jobs that are due each second, against 100 coroutines with a timer. Subject
// and yardstick run at the same time on a thread each, so that they meet the same machine.

#include "support/measure.hpp"
#include "support/report.hpp"

#include <cofire.hpp>
#include <cofire/time/random.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <vector>

// The jobs, declared only: what runs them is registered.
namespace demo {

boost::asio::awaitable<void> due_job(cofire::job_context& ctx, std::string argument);
boost::asio::awaitable<void> each_second(cofire::job_context& ctx, int which);

} // namespace demo

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using microseconds = std::chrono::duration<double, std::micro>;

std::vector<cofire::time_point>
due_times(std::size_t count, std::chrono::microseconds over, std::uint64_t seed) {
    auto const start = cofire::clock().wall_now() + 500ms; // until all are scheduled
    cofire::random_source random(seed);
    std::vector<cofire::time_point> times;
    for (std::size_t i = 0; i != count; ++i) {
        auto const offset = random.below(static_cast<std::uint64_t>(over.count()));
        times.push_back(start + std::chrono::microseconds(offset));
    }
    return times;
}

asio::awaitable<void>
schedule(cofire::client const& jobs, std::vector<cofire::time_point> const& times) {
    for (cofire::time_point t : times) {
        co_await jobs.schedule<demo::due_job>(t, bench::argument());
    }
}

asio::awaitable<void> create_recurring(cofire::client const& jobs, int many) {
    for (int i = 0; i != many; ++i) {
        std::string const id = "each second " + std::to_string(i);
        co_await jobs.recurring<demo::each_second>(id, "* * * * * *", i);
    }
}

/// How late each of the jobs started, in us.
std::vector<double> late_jobs(std::vector<cofire::time_point> const& times) {
    asio::io_context io{1};
    std::vector<double> late;
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<demo::due_job>([&](cofire::job_context& ctx, std::string) -> asio::awaitable<void> {
        late.push_back(microseconds(std::chrono::system_clock::now() - ctx.due()).count());
        if (late.size() == times.size()) {
            jobs.stop();
        }
        co_return;
    });
    jobs.start();
    asio::co_spawn(io, schedule(jobs, times), asio::detached);
    io.run();
    return late;
}

/// The same with a timer for each.
std::vector<double> late_timers(std::vector<cofire::time_point> const& times) {
    asio::io_context io{1};
    std::vector<double> late;
    std::deque<asio::steady_timer> timers;
    auto const steady = std::chrono::steady_clock::now();
    auto const wall = std::chrono::system_clock::now();
    for (cofire::time_point t : times) {
        auto const due = steady + (t - wall);
        timers.emplace_back(io, std::chrono::time_point_cast<std::chrono::nanoseconds>(due));
        timers.back().async_wait([&late, due](boost::system::error_code) {
            late.push_back(microseconds(std::chrono::steady_clock::now() - due).count());
        });
    }
    io.run();
    return late;
}

/// What came of things due each second.
struct seconds_seen {
    std::vector<std::vector<int>> seen; // by second and which: how often
    std::vector<std::vector<double>> late;
    std::chrono::sys_seconds first;

    seconds_seen(std::chrono::sys_seconds f, std::size_t seconds, std::size_t many)
        : seen(seconds, std::vector<int>(many)), late(seconds), first(f) {}

    void ran(int which) {
        auto const now = std::chrono::system_clock::now();
        auto const second = std::chrono::floor<std::chrono::seconds>(now);
        auto const place = (second - first).count();
        if (place >= 0 && static_cast<std::size_t>(place) < seen.size()) {
            ++seen[static_cast<std::size_t>(place)][static_cast<std::size_t>(which)];
            late[static_cast<std::size_t>(place)].push_back(microseconds(now - second).count());
        }
    }

    /// Of the seconds [begin, end): how many in a hundred came within 5 ms.
    [[nodiscard]] double in_time(std::size_t begin, std::size_t end) const {
        std::size_t all = 0;
        std::size_t good = 0;
        for (std::size_t s = begin; s != end; ++s) {
            for (double const us : late[s]) {
                ++all;
                good += us <= 5'000 ? 1 : 0;
            }
        }
        return all == 0 ? 0 : 100.0 * static_cast<double>(good) / static_cast<double>(all);
    }
};

void run_recurring(seconds_seen& seen) {
    auto const many = static_cast<int>(seen.seen.front().size());
    asio::io_context io{1};
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<demo::each_second>([&](cofire::job_context&, int which) -> asio::awaitable<void> {
        seen.ran(which);
        co_return;
    });
    jobs.start();
    asio::co_spawn(io, create_recurring(jobs, many), asio::detached);
    asio::system_timer end(io, seen.first + std::chrono::seconds(seen.seen.size()));
    end.async_wait([&](boost::system::error_code) { jobs.stop(); });
    io.run();
}

asio::awaitable<void> each_second_by_hand(seconds_seen& seen, int which) {
    asio::system_timer timer(co_await asio::this_coro::executor);
    for (auto next = seen.first; next != seen.first + std::chrono::seconds(seen.seen.size());
         next += 1s) {
        timer.expires_at(next);
        co_await timer.async_wait(asio::use_awaitable);
        seen.ran(which);
    }
}

void run_by_hand(seconds_seen& seen) {
    asio::io_context io{1};
    for (int i = 0; i != static_cast<int>(seen.seen.front().size()); ++i) {
        asio::co_spawn(io, each_second_by_hand(seen, i), asio::detached);
    }
    io.run();
}

void measure_scheduled(bench::report& to) {
    bench::figure p99{"lateness.scheduled_p99", "us", {}, "a steady_timer each", {}};
    bench::figure p50{"lateness.scheduled_p50", "us", {}, "a steady_timer each", {}};
    for (std::size_t i = 0; i != to.samples(); ++i) {
        auto const times =
            due_times(to.size<std::size_t>(20'000, 500), to.size<std::chrono::seconds>(10s, 1s), i);
        std::vector<double> timers;
        std::thread other([&] { timers = late_timers(times); });
        auto const jobs = late_jobs(times);
        other.join();
        bench::report::require(jobs.size() == times.size(), "a scheduled job did not run");
        bench::report::require(
            *std::min_element(jobs.begin(), jobs.end()) >= 0, "a job started before its due time"
        );
        p99.values.push_back(bench::quantile(jobs, 0.99));
        p99.yardstick_values.push_back(bench::quantile(timers, 0.99));
        p50.values.push_back(bench::quantile(jobs, 0.5));
        p50.yardstick_values.push_back(bench::quantile(timers, 0.5));
    }
    to.add(p99);
    to.add(p50);
}

void measure_recurring(bench::report& to) {
    std::size_t const seconds = to.size<std::size_t>(60, 2);
    std::size_t const many = 100;
    auto const first =
        std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now()) + 1s;
    seconds_seen by_hand(first, seconds, many);
    seconds_seen jobs(first, seconds, many);
    std::thread other([&] { run_by_hand(by_hand); });
    run_recurring(jobs);
    other.join();

    double lost = 0;
    for (auto const& second : jobs.seen) {
        for (int const times : second) {
            lost += times == 1 ? 0 : 1;
        }
    }
    bench::figure in_time{
        "lateness.recurring_within_5ms", "%", {}, "a timer and coroutine each", {}};
    std::size_t const windows = to.size<std::size_t>(6, 1);
    for (std::size_t w = 0; w != windows; ++w) {
        auto const begin = w * seconds / windows;
        auto const end = (w + 1) * seconds / windows;
        in_time.values.push_back(jobs.in_time(begin, end));
        in_time.yardstick_values.push_back(by_hand.in_time(begin, end));
    }
    to.add(in_time);
    to.add({"lateness.recurring_lost_or_late_by_1s", "of " + std::to_string(seconds * many), {lost}}
    );
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    measure_scheduled(to);
    measure_recurring(to);
    return 0;
}
