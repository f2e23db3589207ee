// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Options of single jobs: unique keys so that nothing is done twice, priorities, tags to find jobs
// by, and limits on how many run at a time.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::vector<std::string> printed;
int calls = 0;
int most_calls = 0;

asio::awaitable<void> print(std::string what) {
    std::cout << what << '\n';
    printed.push_back(std::move(what));
    co_return;
}

asio::awaitable<void> call_partner(cofire::job_context& ctx) {
    most_calls = std::max(most_calls, ++calls);
    co_await ctx.sleep_for(2ms);
    --calls;
}

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

asio::awaitable<void> unique_keys(cofire::client& jobs) {
    // At most one unfinished job for each customer. The second call stores nothing and says who is
    // in the way: an expected answer, not an error.
    auto first = co_await jobs.with({.unique_key = "alice"}).enqueue<print>("invoice");
    auto second = co_await jobs.with({.unique_key = "alice"}).enqueue<print>("invoice again");
    check(first.inserted() && second.held() && second.id == first.id, "the key is held");

    // Only the latest one counts: what waits is replaced.
    using enum cofire::duplicate_policy;
    co_await jobs.with({.unique_key = "status"}).enqueue<print>("status 1");
    auto latest = co_await jobs.with({.unique_key = "status", .on_duplicate = replace})
                      .enqueue<print>("status 2");
    check(latest.replaced(), "the older one was replaced");

    // At most once an hour, even when the job is done.
    using enum cofire::unique_hold;
    auto const hourly =
        jobs.with({.unique_key = "welcome", .unique_mode = for_a_time, .unique_for = 1h});
    co_await hourly.enqueue<print>("welcome");
    auto too_soon = co_await hourly.enqueue<print>("welcome again");
    check(too_soon.held(), "the hour has not passed");
}

asio::awaitable<void> priorities_and_tags(cofire::client& jobs) {
    co_await jobs.with({.priority = 0, .tags = {"export"}}).enqueue<print>("can wait");
    co_await jobs.with({.priority = 15, .tags = {"export", "vip"}}).enqueue<print>("first of all");
    co_await jobs.with({.tags = {"export"}}).schedule<print>(1h, "too late");

    // Tags are for people and tools: to look, and to change many at once.
    cofire::read_find query;
    query.filter.tag = "export";
    auto const page = co_await jobs.find(query);
    check(page.jobs.size() == 3, "three exports");
    cofire::job_filter later;
    later.tag = "export";
    later.state = cofire::job_state::scheduled;
    auto const removed = co_await jobs.remove(later, "not today");
    check(removed.changed == 1, "one of them waited for its time");
}

asio::awaitable<void> limits(cofire::client& jobs) {
    // The partner takes two calls at a time, from all our servers together.
    auto const partner = jobs.with({.limit_key = "partner", .limit = 2});
    std::vector<cofire::job_id> ids;
    for (int i = 0; i != 10; ++i) {
        ids.push_back(co_await partner.enqueue<call_partner>());
    }
    for (cofire::job_id id : ids) {
        co_await jobs.result(id);
    }
    check(most_calls == 2, "two calls at a time");
}

asio::awaitable<void> program(cofire::host& jobs) {
    co_await unique_keys(jobs); // nothing runs yet
    co_await priorities_and_tags(jobs);
    jobs.start();
    co_await limits(jobs);
}

int main() {
    asio::io_context io;
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<print>(cofire::concurrency(1)); // a limit of this server's, for this job type
    jobs.add<call_partner>();

    std::exception_ptr failure;
    asio::co_spawn(io, program(jobs), [&](std::exception_ptr error) {
        failure = error;
        jobs.stop();
    });
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    std::vector<std::string> const expected{
        "first of all", "invoice", "status 2", "welcome", "can wait"};
    check(printed == expected, "by priority, then who came first");
    return 0;
}
