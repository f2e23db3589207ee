// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A minute in which ten times as many jobs are offered as are done, with room for 100,000 in the
// storage; one handler of a hundred fails. The memory stays where it was when the storage was full for the
// first time, each refusal says storage_full, each job that was taken runs once, and afterwards the server
// is as fast as before.

#include "support/measure.hpp"
#include "support/report.hpp"
#include "support/waves.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The job, declared only: what runs it is registered.
namespace demo {

boost::asio::awaitable<void> slow(std::size_t number);

} // namespace demo

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t offered_for_each_done = 10;
constexpr std::size_t one_fails_of = 100;

cofire::memory_options limited(std::uint64_t jobs) {
    cofire::table_limits limits;
    limits.jobs = jobs;
    return cofire::memory_options(limits);
}

struct course {
    std::size_t offered = 0;
    std::size_t refused = 0;
    std::size_t other_errors = 0;
    std::vector<char> taken{}; // by number
    std::vector<char> ran{};   // how often
    std::size_t done = 0;
    std::size_t failed = 0;
    double bytes_when_full = 0;
    double bytes_most = 0;
    bool offering = true;
};

asio::awaitable<void> offer_one(course& c, cofire::client const& jobs) {
    auto const number = c.offered++;
    auto const once = jobs.with({.max_attempts = 1});
    c.taken.push_back(0);
    c.ran.push_back(0);
    try {
        co_await once.enqueue<demo::slow>(number);
        c.taken[number] = 1;
    } catch (cofire::error const& e) {
        ++(e.code() == cofire::errc::storage_full ? c.refused : c.other_errors);
    }
}

asio::awaitable<void> offer(course& c, cofire::client const& jobs, std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto const end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
        // What is offered follows what is done, so that the factor holds on any machine.
        while (c.offered < offered_for_each_done * (c.done + 100)) {
            co_await offer_one(c, jobs);
        }
        if (c.refused != 0) {
            // The test's own notes grow, too, and are not the storage's.
            double const notes = static_cast<double>(c.taken.capacity() + c.ran.capacity());
            double const bytes = bench::allocated_bytes() - notes;
            if (c.bytes_when_full == 0) {
                c.bytes_when_full = bytes;
            }
            c.bytes_most = std::max(c.bytes_most, bytes);
        }
        timer.expires_after(1ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
    c.offering = false;
}

/// The processor time in ns of one job of `count` that do nothing.
double
speed(asio::io_context& io, bench::waves& waves, cofire::client const& jobs, std::size_t count) {
    auto const begin = bench::processor_ns();
    waves.begin(count, [&io] { io.stop(); });
    asio::co_spawn(io, bench::enqueue_wave(jobs), asio::detached);
    io.restart();
    io.run();
    return (bench::processor_ns() - begin) / static_cast<double>(count);
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    asio::io_context io{1};
    bench::waves waves;
    course c;
    auto const room = to.size<std::uint64_t>(100'000, 2'000);

    cofire::server_options server;
    server.concurrency = 8;
    cofire::host_options options;
    options.server = server;
    options.environment.log([](cofire::log_level, std::string_view) {}); // failures are meant
    cofire::host jobs(io.get_executor(), cofire::memory_storage(limited(room)), std::move(options));
    jobs.add<bench::no_op>(
        [&waves](cofire::job_context& ctx, std::string) -> asio::awaitable<void> {
            if (waves.task_ends()) {
                co_await bench::enqueue_wave(ctx.client());
            }
        }
    );
    jobs.add<demo::slow>([&](cofire::job_context&, std::size_t number) -> asio::awaitable<void> {
        asio::steady_timer timer(io, 1ms);
        co_await timer.async_wait(asio::use_awaitable);
        ++c.ran[number];
        ++c.done;
        auto const taken = c.offered - c.refused - c.other_errors;
        if (!c.offering && c.done == taken) {
            io.stop();
        }
        if (number % one_fails_of == 0) {
            ++c.failed;
            throw std::runtime_error("fails");
        }
    });
    jobs.start();

    auto const count = to.size<std::size_t>(100'000, 1'000);
    speed(io, waves, jobs, 2 * count);
    bench::figure recovery{"overload.job_afterwards", "ns/job", {}, "before", {}};
    for (std::size_t i = 0; i != to.samples(); ++i) {
        recovery.yardstick_values.push_back(speed(io, waves, jobs, count));
    }

    asio::co_spawn(
        io, offer(c, jobs, to.size<std::chrono::milliseconds>(60s, 1'000ms)), asio::detached
    );
    io.restart();
    io.run();

    std::size_t lost = 0;
    for (std::size_t i = 0; i != c.taken.size(); ++i) {
        lost += c.taken[i] == c.ran[i] ? 0 : 1;
    }
    bench::report::require(c.other_errors == 0, "an enqueue failed by another error");
    bench::report::require(lost == 0, "a job that was taken did not run once");
    bench::report::require(c.failed != 0, "no job failed");
    if (!to.quick()) {
        constexpr double most_growth = 1.1;
        bench::report::require(c.refused != 0, "nothing was refused");
        bench::report::require(c.bytes_most <= most_growth * c.bytes_when_full, "the memory grew");
    }

    for (std::size_t i = 0; i != to.samples(); ++i) {
        recovery.values.push_back(speed(io, waves, jobs, count));
    }
    to.add({"overload.offered", "jobs", {static_cast<double>(c.offered)}});
    to.add(
        {"overload.refused",
         "jobs",
         {static_cast<double>(c.refused)},
         "done",
         {static_cast<double>(c.done)}}
    );
    if (c.refused != 0) {
        to.add(
            {"overload.most_memory",
             "bytes",
             {c.bytes_most},
             "when first full",
             {c.bytes_when_full}}
        );
    }
    to.add(recovery);
    jobs.stop();
    io.restart();
    io.run();
    return 0;
}
