// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Jobs that wait for others: one parent or several, three conditions, the parents' results, and a
// batch that is stored in one step.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;

asio::awaitable<std::size_t> backup(std::string database) {
    if (database == "broken") {
        throw std::runtime_error("cannot read the database");
    }
    co_return database.size() * 1000; // a job may have a result; it is stored as JSON
}

asio::awaitable<std::string> report(cofire::job_context& ctx, std::string title) {
    // What it waited for, in the order it was given; a parent that failed has no result.
    std::string text = title + ":";
    for (cofire::parent_outcome const& parent : ctx.parents()) {
        if (parent.state == cofire::job_state::succeeded) {
            text += ' ' + std::to_string(ctx.parent_result<std::size_t>(parent.id));
        } else {
            text += ' ' + std::string(to_string(parent.state));
        }
    }
    std::cout << text << '\n';
    co_return text;
}

template <>
struct cofire::job_traits<backup> {
    static constexpr cofire::job_options options{.max_attempts = 1}; // fails at once
};

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

asio::awaitable<void> parents_and_conditions(cofire::client& jobs) {
    auto sales = co_await jobs.enqueue<backup>("sales");
    auto crm = co_await jobs.enqueue<backup>("crm");
    auto broken = co_await jobs.enqueue<backup>("broken");

    // A parent may have ended long ago: a continuation never waits in vain.
    co_await jobs.result(sales);
    auto one = co_await jobs.continue_with<report>(sales, "one");
    auto both = co_await jobs.continue_with<report>({sales, crm}, "both");
    auto failed = co_await jobs.continue_with<report>(cofire::on_failure({broken}), "failed");
    auto ended = co_await jobs.continue_with<report>(cofire::on_any_end({crm, broken}), "ended");
    auto never = co_await jobs.continue_with<report>({crm, broken}, "never");

    check(co_await jobs.result<std::string>(one) == "one: 5000", "one parent");
    check(co_await jobs.result<std::string>(both) == "both: 5000 3000", "both succeeded");
    check(co_await jobs.result<std::string>(failed) == "failed: failed", "it did fail");
    check(co_await jobs.result<std::string>(ended) == "ended: 3000 failed", "both ended");

    // What can no longer run is deleted, and says why.
    auto const record = co_await jobs.get(never);
    std::cout << "never: " << to_string(record.state) << ", " << record.reason << '\n';
    check(record.state == cofire::job_state::deleted, "a condition that cannot be met");
}

asio::awaitable<void> in_one_step(cofire::client& jobs) {
    cofire::batch batch; // nothing is stored before submit
    auto north = batch.add<backup>("north");
    auto south = batch.add<backup>("south");
    auto total = batch.after({north, south}).add<report>("regions");
    batch.after_all(cofire::parent_condition::on_any_end).add<report>("everything");
    co_await jobs.submit(batch);

    auto const text = co_await jobs.result<std::string>(batch.id(total));
    check(text == "regions: 5000 5000", "a batch");
}

asio::awaitable<void> program(cofire::client& jobs) {
    co_await parents_and_conditions(jobs);
    co_await in_one_step(jobs);
}

int main() {
    asio::io_context io;
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<backup>();
    jobs.add<report>();
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
    return 0;
}
