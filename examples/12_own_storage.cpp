// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A storage of one's own in under 300 lines: the library's table keeps the rules about jobs, and
// own_storage/bounded_storage.hpp adds what is its own: how calls take turns, how waiting is done, and that
// a queue whose line is full refuses more. Here it is held against the contract, and used.

#include "own_storage/bounded_storage.hpp"

#include <cofire.hpp>
#include <cofire/testing/conformance.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;

int held_against_the_contract() {
    cofire::testing::conformance_model model;
    model.name = "bounded_storage";
    model.make = [](cofire::testing::conformance_setup const& setup) {
        own::bounded_options options;
        options.limits = setup.limits;
        options.clock = setup.clock;
        return cofire::any_storage(own::bounded_storage(options));
    };
    auto const report = cofire::testing::run_conformance(model);
    std::cout << report;
    return report.ok() ? 0 : 1;
}

asio::awaitable<void> work() {
    co_return;
}

/// Inserts more than the line holds before anything runs, and the rest when there is room again.
asio::awaitable<void> fill(cofire::host& jobs) {
    std::vector<cofire::job_id> ids;
    int refused = 0;
    for (int i = 0; i != 8; ++i) {
        try {
            ids.push_back(co_await jobs.enqueue<work>());
        } catch (cofire::error const& e) {
            if (e.value() != cofire::errc::storage_full) {
                throw;
            }
            std::cout << e.what() << '\n';
            ++refused;
        }
    }
    if (refused != 3) {
        throw std::runtime_error("the line holds 5");
    }
    jobs.start();
    for (cofire::job_id id : ids) {
        co_await jobs.result(id);
    }
    for (int i = 0; i != refused; ++i) {
        auto const id = co_await jobs.enqueue<work>();
        co_await jobs.result(id);
    }
}

int used_by_a_program() {
    asio::io_context io;
    own::bounded_options options;
    options.most_waiting = 5;
    cofire::host jobs{io.get_executor(), own::bounded_storage(options)};
    jobs.add<work>();
    int exit_code = 1;
    asio::co_spawn(io, fill(jobs), [&](std::exception_ptr error) {
        exit_code = error ? 1 : 0;
        jobs.stop();
    });
    io.run();
    return exit_code;
}

int main() {
    return held_against_the_contract() + used_by_a_program();
}
