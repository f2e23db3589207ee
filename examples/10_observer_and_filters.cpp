// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Code around jobs: an observer that counts, a creation filter that stands where jobs are stored, and
// an execution filter that stands around each run of a handler.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio = boost::asio;

asio::awaitable<void> charge(cofire::job_context& ctx, std::string customer) {
    if (customer == "nobody" && ctx.attempt() == 1) {
        throw std::runtime_error("unknown customer");
    }
    co_return;
}

template <>
struct cofire::job_traits<charge> {
    static constexpr cofire::job_options options{
        .max_attempts = 2, .delays = {std::chrono::milliseconds(1)}};
};

// An observer has those functions of cofire::observer_ref that it wants. They are called on the
// server's threads and must not block: this is the place for metrics.
struct metrics {
    std::atomic<int> started = 0;
    std::atomic<int> succeeded = 0;
    std::atomic<int> retried = 0;
    std::atomic<std::int64_t> microseconds = 0;

    void on_started(cofire::job_context const&) { ++started; }

    void on_settled(cofire::run_outcome const& outcome, std::string_view) {
        succeeded += outcome.kind == cofire::outcome_kind::succeeded;
        retried += outcome.kind == cofire::outcome_kind::retry;
        microseconds += outcome.run_time.count();
    }
};

// A creation filter may change what is stored, or refuse it by throwing.
struct tenant {
    std::string name;

    void creating(cofire::creation& job) {
        if (job.job().arguments.find("mallory") != std::string::npos) {
            throw std::invalid_argument("mallory is no customer of " + name);
        }
        job.settings().tags.push_back(name);
    }
};

// An execution filter: opens and ends a transaction, measures, adds to what is thrown. What is around
// `co_await next()` is around the handler and the filters added later.
asio::awaitable<void> in_a_transaction(cofire::job_context& ctx, cofire::next_handler next) {
    bool committed = false;
    try {
        co_await next();
        committed = true;
    } catch (std::exception const& e) {
        ctx.log(std::string("rolled back: ") + e.what());
        throw;
    }
    ctx.log(committed ? "committed" : "");
}

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

asio::awaitable<void> program(cofire::client& jobs) {
    auto alice = co_await jobs.enqueue<charge>("alice");
    auto nobody = co_await jobs.enqueue<charge>("nobody");
    co_await jobs.result(alice);
    co_await jobs.result(nobody);

    bool refused = false;
    try {
        co_await jobs.enqueue<charge>("mallory");
    } catch (std::invalid_argument const& e) {
        std::cout << e.what() << '\n';
        refused = true;
    }
    check(refused, "the filter refused it");

    auto const record = co_await jobs.get(nobody);
    for (cofire::log_line const& line : record.log) {
        std::cout << line.attempt << ": " << line.text << '\n';
    }
    check(record.settings->tags.size() == 1 && record.settings->tags[0] == "crm", "the tag");
    check(record.log.size() == 2 && record.log[1].text == "committed", "the transactions");
}

int main() {
    metrics counted; // outlives the host
    asio::io_context io;
    cofire::host_options options;
    options.environment.observer(counted);
    options.environment.log([](cofire::log_level level, std::string_view line) {
        std::cout << to_string(level) << ": " << line << '\n'; // in place of stderr
    });
    options.filters.emplace_back(tenant{"crm"});

    cofire::host jobs{io.get_executor(), cofire::memory_storage{}, options};
    jobs.add<charge>();
    jobs.add_filter(in_a_transaction); // for all types; cofire::filter(...) is for one
    jobs.start();

    std::exception_ptr failure;
    asio::co_spawn(io, program(jobs), [&](std::exception_ptr error) {
        failure = error;
        jobs.stop();
    });
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    std::cout << counted.started << " runs in " << counted.microseconds << " us\n";
    check(counted.started == 3 && counted.succeeded == 2 && counted.retried == 1, "the metrics");
    check(jobs.server_status().counters.started == 3, "the server's own counters");
    return 0;
}
