// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// What a job costs from its enqueue to its history, beside a bare co_spawn of the same task, on one
// io_context thread with the memory storage.
//
//     full_way          the table: nanoseconds a task, median and range of 5
//     full_way timer    how late a 1 ms timer on the same context is while a million jobs run
//     full_way idle     an idle server for 3 seconds, to be watched: strace -f -c full_way idle

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

/// The processor's time, so that what else the machine does matters little.
double cpu_ns() {
    return static_cast<double>(std::clock()) * (1e9 / CLOCKS_PER_SEC);
}

constexpr int wave = 64;

/// Counts what has run, and wakes the producer at the end of each wave.
struct progress {
    long ran = 0;
    cofire::detail::parking all;

    void one() {
        if (++ran % wave == 0) {
            all.notify();
        }
    }
};
progress done; // NOLINT(*-avoid-non-const-global-variables): what handlers can reach

} // namespace

namespace bench {

asio::awaitable<void> no_op(std::string text) {
    (void)text;
    done.one();
    co_return;
}

} // namespace bench

namespace {

std::string const text(62, 'x'); // 64 bytes as a JSON array's only element, quotes included

void rethrow(std::exception_ptr const& e) {
    if (e) {
        std::rethrow_exception(e);
    }
}

asio::awaitable<void> spawn_waves(int waves) {
    auto const ex = co_await asio::this_coro::executor;
    auto const ignore = [](std::exception_ptr const&) {};
    for (int w = 0; w != waves; ++w) {
        for (int i = 0; i != wave; ++i) {
            asio::co_spawn(ex, bench::no_op(text), ignore);
        }
        co_await done.all.wait();
    }
}

asio::awaitable<void> enqueue_waves(cofire::client& jobs, int waves) {
    for (int w = 0; w != waves; ++w) {
        for (int i = 0; i != wave; ++i) {
            auto op = jobs.enqueue<bench::no_op>(text);
            co_await std::move(op);
        }
        co_await done.all.wait();
    }
}

/// Nanoseconds a task.
double bare(int waves) {
    asio::io_context io(1);
    asio::co_spawn(io, spawn_waves(waves), rethrow);
    double const begin = cpu_ns();
    io.run();
    return (cpu_ns() - begin) / waves / wave;
}

/// A storage, a client and a server that go on from one measurement to the next, so that the history
/// has its usual size.
struct service {
    asio::io_context io{1};
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};

    service() {
        jobs.add<bench::no_op>();
        jobs.start();
        io.poll();
    }
    ~service() {
        jobs.stop();
        io.restart();
        io.run();
    }

    double full(int waves) {
        bool ended = false;
        auto const tell = [&](std::exception_ptr const& e) {
            rethrow(e);
            ended = true;
        };
        auto const before = jobs.server_status().counters.succeeded;
        auto const all = static_cast<std::uint64_t>(waves) * wave;
        asio::co_spawn(io, enqueue_waves(jobs, waves), tell);
        double const begin = cpu_ns();
        while (!ended || jobs.server_status().counters.succeeded != before + all) {
            io.run_one();
        }
        return (cpu_ns() - begin) / static_cast<double>(all);
    }
};

struct figure {
    std::vector<double> all;

    [[nodiscard]] double median() {
        std::sort(all.begin(), all.end());
        return all[all.size() / 2];
    }
    void print(char const* name) {
        double const m = median();
        std::printf("%-12s %8.0f ns   %.0f to %.0f\n", name, m, all.front(), all.back());
    }
};

int table() {
    constexpr int waves = 3'000;
    service s;
    s.full(waves); // fills the history
    figure bare_ns;
    figure full_ns;
    for (int i = 0; i != 5; ++i) {
        bare_ns.all.push_back(bare(waves));
        full_ns.all.push_back(s.full(waves));
    }
    bare_ns.print("co_spawn");
    full_ns.print("full way");
    std::printf("rate of the full way: %.2f of co_spawn's\n", bare_ns.median() / full_ns.median());
    return 0;
}

asio::awaitable<void> ring(std::vector<double>& late, bool const& ended) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!ended) {
        auto const at = steady::now() + 1ms;
        timer.expires_at(at);
        auto op = timer.async_wait(asio::use_awaitable);
        co_await std::move(op);
        late.push_back(std::chrono::duration<double, std::milli>(steady::now() - at).count());
    }
}

int timer() {
    constexpr int waves = 1'000'000 / wave;
    service s;
    std::vector<double> late;
    bool ended = false;
    asio::co_spawn(s.io, ring(late, ended), rethrow);
    s.full(waves);
    ended = true;
    std::sort(late.begin(), late.end());
    auto const at = [&](double share) {
        return late[static_cast<std::size_t>(share * static_cast<double>(late.size() - 1))];
    };
    std::printf(
        "%zu rings, late by %.3f ms at the median, %.3f ms at 99 %%, %.3f ms at the most\n",
        late.size(),
        at(0.5),
        at(0.99),
        at(1)
    );
    return 0;
}

int idle() {
    service s;
    s.io.run_for(3s);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::string_view const what = argc > 1 ? argv[1] : "";
    return what == "timer" ? timer() : what == "idle" ? idle() : table();
}
