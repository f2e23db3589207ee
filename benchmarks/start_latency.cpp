// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// From the enqueue to the first line of the handler, when the server is idle and everything happens
// on one thread, against a post whose function spawns the same coroutine. The median of many.

#include "support/measure.hpp"
#include "support/report.hpp"
#include "support/waves.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;

double begun = 0;
double arrived = 0;

asio::awaitable<void> task(std::string) {
    arrived = bench::wall_ns();
    co_return;
}

asio::awaitable<void> enqueue_one(cofire::client const& jobs) {
    begun = bench::wall_ns();
    co_await jobs.enqueue<bench::no_op>(bench::argument());
}

/// The median time, in ns, from `start()` until the task runs. Whatever follows is done before the
/// next one.
template <class Start>
double latency(asio::io_context& io, std::size_t count, Start const& start) {
    std::vector<double> times;
    for (std::size_t i = 0; i != count; ++i) {
        start();
        io.restart();
        while (io.poll() != 0) {
        }
        times.push_back(arrived - begun);
    }
    return bench::median(std::move(times));
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    std::size_t const count = to.size(20'000, 200);

    asio::io_context io{1};
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<bench::no_op>(task);
    jobs.start();
    auto const enqueue = [&] { asio::co_spawn(io, enqueue_one(jobs), asio::detached); };
    latency(io, count, enqueue);

    asio::io_context bare{1};
    auto const post = [&] {
        asio::post(bare, [&bare] {
            begun = bench::wall_ns();
            asio::post(bare, [&bare] {
                asio::co_spawn(bare, task(bench::argument()), asio::detached);
            });
        });
    };

    to.compare(
        "start_latency.idle",
        "ns",
        [&] { return latency(io, count, enqueue); },
        "post, then co_spawn",
        [&] { return latency(bare, count, post); }
    );
    jobs.stop();
    io.restart();
    io.run();
    return 0;
}
