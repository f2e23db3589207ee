// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A job that kills its process, among a thousand that do nothing wrong, a hundred at a time, on a
// journal. The process is started again until all are done: the thousand succeed, the one ends failed
// and says why.

#include <cofire/cofire.hpp>
#include <cofire/storage/journal.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int innocent_jobs = 1000;
constexpr int guilty_number = 437;
constexpr int most_starts = 6; // the first, and five again

asio::awaitable<void> innocent(cofire::job_context& ctx, int) {
    auto op = ctx.sleep_for(50ms);
    co_await std::move(op);
}

asio::awaitable<void> guilty(cofire::job_context& ctx) {
    auto op = ctx.sleep_for(20ms);
    co_await std::move(op);
    std::abort();
}

} // namespace

template <>
struct cofire::job_traits<innocent> {
    static constexpr std::string_view name = "innocent";
};
template <>
struct cofire::job_traits<guilty> {
    static constexpr std::string_view name = "guilty";
};

namespace {

/// Each process starts an hour after the one before.
cofire::time_point start_time(int number) {
    return cofire::time_point{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}} +
           std::chrono::hours(number);
}

cofire::journal_options on(cofire::testing::manual_clock const& clock) {
    cofire::journal_options options;
    options.clock = clock;
    return options;
}

/// A process's view of the store.
struct world {
    world(std::string const& path, int number)
        : clock(start_time(number)), storage(path, on(clock)) {}

    cofire::testing::manual_clock clock;
    cofire::journal_storage storage;
    asio::io_context io{1};

    template <class T>
    T run(asio::awaitable<T> op) {
        std::optional<T> result;
        std::exception_ptr error;
        asio::co_spawn(io, std::move(op), [&](std::exception_ptr e, T value) {
            error = std::move(e);
            result = std::move(value);
        });
        while (!result) { // the journal's thread answers
            io.restart();
            io.run_one_for(10s);
        }
        if (error) {
            std::rethrow_exception(error);
        }
        return std::move(result.value());
    }

    cofire::storage_counts counts() { return run(storage.read(cofire::read_counts{})).counts; }
};

asio::awaitable<std::vector<cofire::enqueued>> enqueue_all(cofire::client jobs) {
    cofire::batch b;
    for (int i = 0; i != innocent_jobs; ++i) {
        if (i == guilty_number) {
            b.add<guilty>();
        }
        b.add<innocent>(i);
    }
    auto op = jobs.submit(b);
    co_return co_await std::move(op);
}

/// One life of the program. It ends with 0 when there is nothing left to do.
int live(std::string const& path, int number) {
    ::rlimit const no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    world w(path, number);
    if (number == 0) {
        cofire::client_options options;
        options.clock = w.clock;
        w.run(enqueue_all(cofire::client(w.storage, std::move(options))));
    }
    cofire::registry handlers;
    handlers.add<innocent>();
    handlers.add<guilty>();
    cofire::server_options options;
    options.concurrency = 100;
    cofire::server_environment environment;
    environment.clock(w.clock).log([](cofire::log_level, std::string_view) {});
    cofire::server server(w.io.get_executor(), w.storage, handlers, options, environment);
    asio::co_spawn(w.io, server.run(), [](std::exception_ptr const&) {});
    auto const left = [&] {
        auto const c = w.counts();
        return c[cofire::job_state::enqueued] + c[cofire::job_state::scheduled] +
               c[cofire::job_state::processing];
    };
    for (int steps = 0; left() != 0; ++steps) {
        if (steps == 100'000) {
            std::cerr << "the work does not end\n";
            return 3;
        }
        w.clock.advance(10ms);
        w.io.restart();
        w.io.run_for(1ms);
    }
    return 0;
}

/// Starts the program. True: it was killed by its own abort().
bool start(std::string const& path, int number, int& exit_code) {
    ::pid_t const child = ::fork();
    if (child == 0) {
        int code = 2;
        try {
            code = live(path, number);
        } catch (std::exception const& e) {
            std::cerr << e.what() << '\n';
        }
        std::_Exit(code);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        throw std::runtime_error("cannot start the program");
    }
    exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

bool check(bool good, std::string const& what) {
    std::cout << (good ? "ok: " : "NOT SO: ") << what << '\n';
    return good;
}

} // namespace

int main(int argc, char** argv) {
    std::string const path = argc > 1 ? argv[1] : "poison_pill.d";
    std::filesystem::remove_all(path);
    int starts = 0;
    int exit_code = 0;
    while (start(path, starts, exit_code) && ++starts != most_starts) {
    }
    bool good = check(exit_code == 0, "the last process had nothing left to do");
    std::cout << "started again " << starts << " times\n";
    good = check(starts > 0 && starts < most_starts, "it was started again at most five times") &&
           good;

    world w(path, most_starts);
    auto const c = w.counts();
    good = check(c[cofire::job_state::succeeded] == innocent_jobs, "all innocent jobs succeeded") &&
           good;
    good = check(c[cofire::job_state::failed] == 1, "one job failed") && good;
    cofire::read_find which;
    which.filter.state = cofire::job_state::failed;
    auto const failed = w.run(w.storage.read(which)).jobs;
    bool const told = failed.size() == 1 && failed[0].type == "guilty" && failed[0].lost == 3 &&
                      failed[0].attempt == 0 && failed[0].error &&
                      failed[0].error->type == "cofire::lost_server";
    good = check(told, "the guilty one, and it says why") && good;
    if (told) {
        std::cout << failed[0].error->type << ": " << failed[0].error->message << '\n';
    }
    w.storage.close();
    std::filesystem::remove_all(path);
    return good ? 0 : 1;
}
