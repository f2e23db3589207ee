// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Memory, as malloc counts it: a million pending jobs with a 64-byte argument; 100,000 handlers
// suspended at once, against bare co_spawns of the same coroutine. And what a job costs when five
// million are pending, against one million.

#include "support/measure.hpp"
#include "support/report.hpp"
#include "support/waves.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

// The jobs, declared only: what runs them is registered.
namespace demo {

boost::asio::awaitable<void> pending(std::string argument);
boost::asio::awaitable<void> suspended(std::string argument);

} // namespace demo

namespace {

namespace asio = boost::asio;

cofire::memory_options roomy() {
    cofire::table_limits limits;
    limits.jobs = 100'000'000;
    limits.bytes = std::uint64_t{64} << 30;
    return cofire::memory_options(limits);
}

asio::awaitable<void> enqueue_pending(cofire::client const& jobs, std::size_t count) {
    for (std::size_t i = 0; i != count; ++i) {
        co_await jobs.enqueue<demo::pending>(bench::argument());
    }
}

void fill(cofire::client const& jobs, std::size_t count) {
    asio::io_context io{1};
    asio::co_spawn(io, enqueue_pending(jobs, count), asio::detached);
    io.run();
}

/// Bytes for each of `count` pending jobs.
double pending_job(std::size_t count) {
    cofire::memory_storage const storage(roomy());
    cofire::client const jobs(storage);
    fill(jobs, 1); // what is there once
    auto const before = bench::allocated_bytes();
    fill(jobs, count);
    return (bench::allocated_bytes() - before) / static_cast<double>(count);
}

/// Bytes for each of `count` functions in a queue, with the same argument.
double pending_function(std::size_t count) {
    std::deque<std::function<void()>> queue;
    auto const before = bench::allocated_bytes();
    for (std::size_t i = 0; i != count; ++i) {
        queue.emplace_back([text = bench::argument()] { (void)text; });
    }
    return (bench::allocated_bytes() - before) / static_cast<double>(count);
}

/// What holds the handlers: each waits on a timer of its own.
struct holder {
    asio::io_context& io;
    std::size_t all;
    std::size_t arrived = 0;
    std::vector<asio::steady_timer*> timers{};

    asio::awaitable<void> wait(std::string const&) {
        asio::steady_timer timer(io, asio::steady_timer::time_point::max());
        timers.push_back(&timer);
        if (++arrived == all) {
            io.stop();
        }
        boost::system::error_code ec;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }

    void let_go() {
        for (asio::steady_timer* const t : timers) {
            t->cancel();
        }
    }
};

asio::awaitable<void> wait_in(holder& h, std::string argument) {
    co_await h.wait(argument);
}

asio::awaitable<void> enqueue_suspended(cofire::client const& jobs, std::size_t count) {
    for (std::size_t i = 0; i != count; ++i) {
        co_await jobs.enqueue<demo::suspended>(bench::argument());
    }
}

/// Bytes for each handler that is suspended in a slot. Its job's record is not counted.
double suspended_handler(std::size_t count) {
    asio::io_context io{1};
    holder h{io, count};
    h.timers.reserve(count);
    cofire::server_options server;
    server.concurrency = static_cast<std::uint32_t>(count);
    cofire::host_options options;
    options.server = server;
    cofire::host jobs(io.get_executor(), cofire::memory_storage(roomy()), std::move(options));
    jobs.add<demo::suspended>(
        [&h](cofire::job_context&, std::string text) -> asio::awaitable<void> {
            co_await h.wait(text);
        }
    );
    asio::co_spawn(io, enqueue_suspended(jobs, count), asio::detached);
    io.run();
    io.restart();
    auto const before = bench::allocated_bytes();
    jobs.start();
    io.run();
    auto const bytes = bench::allocated_bytes() - before;
    io.restart();
    h.let_go();
    jobs.stop();
    io.run();
    return bytes / static_cast<double>(count);
}

/// The same for bare coroutines.
double suspended_spawn(std::size_t count) {
    asio::io_context io{1};
    holder h{io, count};
    h.timers.reserve(count);
    auto const before = bench::allocated_bytes();
    for (std::size_t i = 0; i != count; ++i) {
        asio::co_spawn(io, wait_in(h, bench::argument()), asio::detached);
    }
    io.run();
    auto const bytes = bench::allocated_bytes() - before;
    io.restart();
    h.let_go();
    io.run();
    return bytes / static_cast<double>(count);
}

/// A server whose queue is kept at some length: each job stores another one.
class steady_queue {
public:
    explicit steady_queue(std::size_t length)
        : jobs_(io_.get_executor(), cofire::memory_storage(roomy())) {
        jobs_.add<demo::pending>(
            [this](cofire::job_context& ctx, std::string) -> asio::awaitable<void> {
                co_await ctx.client().enqueue<demo::pending>(bench::argument());
                if (++ran_ == until_) {
                    io_.stop();
                }
            }
        );
        fill(jobs_, length);
        jobs_.start();
    }

    /// The processor time in ns of one job, of `count`.
    double run(std::size_t count) {
        until_ = ran_ + count;
        auto const begin = bench::processor_ns();
        io_.restart();
        io_.run();
        return (bench::processor_ns() - begin) / static_cast<double>(count);
    }

private:
    asio::io_context io_{1};
    std::size_t ran_ = 0;
    std::size_t until_ = 0;
    cofire::host jobs_;
};

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    auto const million = to.size<std::size_t>(1'000'000, 2'000);
    to.compare(
        "memory.pending_job",
        "bytes",
        [&] { return pending_job(million); },
        "std::function in a deque",
        [&] { return pending_function(million); }
    );
    auto const handlers = to.size<std::size_t>(100'000, 1'000);
    to.compare(
        "memory.suspended_handler",
        "bytes",
        [&] { return suspended_handler(handlers); },
        "co_spawn of the same",
        [&] { return suspended_spawn(handlers); }
    );
    {
        auto const count = to.size<std::size_t>(200'000, 1'000);
        steady_queue one(million);
        steady_queue five(5 * million);
        one.run(count);
        five.run(count);
        to.compare(
            "memory.job_at_5_million_pending",
            "ns/job",
            [&] { return five.run(count); },
            "at 1 million",
            [&] { return one.run(count); }
        );
    }
    return 0;
}
