// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_SERVER_FIXTURE_HPP
#define COFIRE_TESTS_SERVER_FIXTURE_HPP

#include <cofire/cofire.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/describe.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What this room's tests share: job types whose handlers each test gives, and a world to run them in.
namespace server_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct task {
    int n = 0;
};
BOOST_DESCRIBE_STRUCT(task, (), (n))

struct other {
    int n = 0;
};
BOOST_DESCRIBE_STRUCT(other, (), (n))

inline constexpr cofire::time_point start_time{
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

/// Sleeps until it is cancelled; the clocks of these tests never get there.
inline asio::awaitable<void> sleep_long(cofire::job_context& ctx) {
    return ctx.sleep_for(std::chrono::hours(24 * 365));
}

/// How a run() ended.
struct run_end {
    bool ended = false;
    std::exception_ptr error;

    /// Throws what run() threw.
    void check() const {
        BOOST_REQUIRE(ended);
        if (error) {
            std::rethrow_exception(error);
        }
    }
};

/// The code of the error that `f` throws; none if it throws none.
template <class F>
std::optional<cofire::errc> code_of(F&& f) {
    try {
        f();
    } catch (cofire::error const& e) {
        return e.value();
    }
    return std::nullopt;
}

/// Lines for people, from any thread.
class log_lines {
public:
    [[nodiscard]] cofire::log_sink sink() {
        return [this](cofire::log_level, std::string_view line) {
            std::lock_guard const lock(mutex_);
            lines_.emplace_back(line);
        };
    }
    [[nodiscard]] std::size_t count(std::string_view part) const {
        std::lock_guard const lock(mutex_);
        std::size_t n = 0;
        for (std::string const& line : lines_) {
            n += line.find(part) != std::string::npos ? 1 : 0;
        }
        return n;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// A context of one thread and a clock that stands still: nothing here waits for time.
struct world {
    log_lines log;
    cofire::testing::manual_clock clock{start_time};
    cofire::registry handlers;
    asio::io_context io{1};
    cofire::memory_storage storage{cofire::memory_options(clock)};
    cofire::client jobs{storage, client_options()};

    [[nodiscard]] cofire::client_options client_options() const {
        cofire::client_options o;
        o.clock = clock;
        o.seed = 1;
        return o;
    }
    [[nodiscard]] cofire::server_environment environment() {
        return cofire::server_environment().clock(clock).log(log.sink());
    }
    [[nodiscard]] cofire::server make_server(cofire::server_options options = {}) {
        options.seed = 1;
        return cofire::server(io.get_executor(), storage, handlers, options, environment());
    }

    /// Runs what is ready until nothing is.
    void run() {
        constexpr int most = 3'000'000;
        io.restart();
        int steps = 0;
        while (io.poll_one() != 0) {
            BOOST_REQUIRE_MESSAGE(++steps < most, "it is never idle");
        }
    }
    /// Runs until `done()`. False: nothing is ready any more.
    template <class F>
    bool run_until(F done) {
        io.restart();
        while (!done()) {
            if (io.poll_one() == 0) {
                return false;
            }
        }
        return true;
    }
    void advance(cofire::duration d) {
        clock.advance(d);
        run();
    }

    std::shared_ptr<run_end> start(cofire::server& s) {
        auto end = std::make_shared<run_end>();
        auto const tell = [end](std::exception_ptr e) {
            end->ended = true;
            end->error = std::move(e);
        };
        asio::co_spawn(io, s.run(), tell);
        run();
        return end;
    }

    template <class T>
    T get(asio::awaitable<T> op) {
        std::optional<T> result;
        std::exception_ptr error;
        auto const tell = [&](std::exception_ptr e, T value) {
            error = std::move(e);
            result = std::move(value);
        };
        asio::co_spawn(io, std::move(op), tell);
        run();
        BOOST_REQUIRE_MESSAGE(result, "the operation does not end");
        if (error) {
            std::rethrow_exception(error);
        }
        return std::move(*result);
    }
    void get(asio::awaitable<void> op) {
        bool done = false;
        std::exception_ptr error;
        auto const tell = [&](std::exception_ptr e) {
            error = std::move(e);
            done = true;
        };
        asio::co_spawn(io, std::move(op), tell);
        run();
        BOOST_REQUIRE_MESSAGE(done, "the operation does not end");
        if (error) {
            std::rethrow_exception(error);
        }
    }
    /// Starts an operation and looks at nothing.
    template <class T>
    void begin(asio::awaitable<T> op) {
        auto const ignore = [](std::exception_ptr, auto&&...) {};
        asio::co_spawn(io, std::move(op), ignore);
    }

    template <class J = task>
    cofire::job_id add(int n = 0, cofire::job_options const& options = {}) {
        return get(jobs.with(options).enqueue<J>(n));
    }
    cofire::job_record record(cofire::job_id id) { return get(jobs.get(id)); }
    cofire::job_state state(cofire::job_id id) { return record(id).state; }
};

} // namespace server_tests

#endif
