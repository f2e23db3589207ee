// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// How often an idle server wakes up: the context switches of its thread, while nothing happens. It has
// run jobs before, and holds a job due in an hour and a recurring one. Against an io_context that has
// nothing to do.

#include "support/measure.hpp"
#include "support/report.hpp"

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <unistd.h>

namespace demo {

boost::asio::awaitable<void> no_op(std::string) {
    co_return;
}

} // namespace demo

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> some_work(cofire::client const& jobs, std::promise<void>& done) {
    co_await jobs.schedule<demo::no_op>(1h, bench::argument());
    co_await jobs.recurring<demo::no_op>("yearly", cofire::cron::yearly(), bench::argument());
    for (int i = 0; i != 100; ++i) {
        auto const id = co_await jobs.enqueue<demo::no_op>(bench::argument());
        co_await jobs.result(id);
    }
    done.set_value();
}

/// How often the thread waited, or was made to wait, until now.
double switches(pid_t thread) {
    double sum = 0;
    std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.find("ctxt_switches:") != std::string::npos) {
            sum += std::stod(line.substr(line.find(':') + 1));
        }
    }
    return sum;
}

/// A thread that runs an io_context.
struct runner {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
    std::promise<pid_t> number;
    std::thread thread{[this] {
        number.set_value(gettid());
        io.run();
    }};
    pid_t id = number.get_future().get();

    ~runner() {
        guard.reset();
        thread.join();
    }
};

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    auto const a_while = to.size<std::chrono::milliseconds>(3s, 100ms);
    {
        runner bare;
        runner served;
        cofire::host jobs{served.io.get_executor(), cofire::memory_storage{}};
        jobs.add<demo::no_op>();
        jobs.start();
        std::promise<void> done;
        asio::co_spawn(served.io, some_work(jobs, done), asio::detached);
        done.get_future().wait();
        std::this_thread::sleep_for(500ms); // the last outcome is settled by then

        bench::figure f{"idle.wake_ups", "in 3 s", {}, "idle io_context", {}};
        for (std::size_t i = 0; i != to.samples(); ++i) {
            auto const before = switches(served.id);
            auto const bare_before = switches(bare.id);
            std::this_thread::sleep_for(a_while);
            f.values.push_back(switches(served.id) - before);
            f.yardstick_values.push_back(switches(bare.id) - bare_before);
        }
        to.add(f);
        jobs.stop();
        served.guard.reset();
        served.thread.join();
        served.thread = std::thread([] {});
    }
    return 0;
}
