// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// From the enqueue to the first line of the handler, when the server is idle, over the journal: the job
// is durable when it starts. Against one pwrite and fdatasync of as many bytes. The median of many.

#include "support/measure.hpp"
#include "support/report.hpp"
#include "support/store_folder.hpp"
#include "support/waves.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds settling{5};

double begun = 0;
double arrived = 0;

asio::awaitable<void> enqueue_one(cofire::client const& jobs) {
    begun = bench::wall_ns();
    co_await jobs.enqueue<bench::no_op>(bench::argument());
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    auto const count = to.size<std::size_t>(500, 5);

    bench::store_folder folder;
    asio::io_context io{1};
    cofire::host jobs{io.get_executor(), cofire::journal_storage{folder / "jobs"}};
    bool done = false;
    jobs.add<bench::no_op>([&](std::string) -> asio::awaitable<void> {
        arrived = bench::wall_ns();
        done = true;
        co_return;
    });
    jobs.start();
    io.poll();

    auto const start = [&] {
        std::vector<double> times;
        for (std::size_t i = 0; i != count; ++i) {
            done = false;
            asio::co_spawn(io, enqueue_one(jobs), asio::detached);
            while (!done) {
                io.restart();
                io.run_one();
            }
            times.push_back(arrived - begun);
            // The outcome is stored before the next one begins: the server is idle again.
            io.restart();
            io.run_for(settling);
        }
        return bench::median(std::move(times));
    };

    bench::bare_file file(folder / "bare", std::size_t{64} << 20U);
    std::array<char, 200> bytes{};
    auto const sync = [&] {
        std::vector<double> times;
        for (std::size_t i = 0; i != count; ++i) {
            auto const then = bench::wall_ns();
            file.append(bytes);
            times.push_back(bench::wall_ns() - then);
        }
        return bench::median(std::move(times));
    };

    start();
    sync();
    to.compare("journal_start.idle", "ns", start, "pwrite and fdatasync", sync);
    jobs.stop();
    io.restart();
    io.run();
    return 0;
}
