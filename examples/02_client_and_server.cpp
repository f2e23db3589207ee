// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The parts that a host puts together: a storage, a registry of handlers, a client that stores jobs,
// and servers that take them from queues, in strict order or by weight.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;

std::vector<std::string> order; // in which the handlers ran; one thread runs them all

asio::awaitable<void> handle(cofire::job_context& ctx, std::string what) {
    std::cout << ctx.queue() << ": " << what << '\n';
    order.emplace_back(ctx.queue());
    co_return;
}

// Most of a program knows only the client. It runs nothing and has no thread.
asio::awaitable<std::vector<cofire::job_id>> fill(cofire::client& jobs) {
    std::vector<cofire::job_id> ids;
    for (int i = 0; i != 8; ++i) {
        std::string const number = std::to_string(i);
        ids.push_back(co_await jobs.enqueue<handle>("usual work " + number));
        ids.push_back(co_await jobs.with({.queue = "mail"}).enqueue<handle>("letter " + number));
        ids.push_back(co_await jobs.with({.queue = "critical"}).enqueue<handle>("alarm " + number));
    }
    co_return ids;
}

// What is enqueued before there is a server waits for one.
asio::awaitable<void>
run_all(cofire::client& jobs, cofire::server& server, asio::io_context::executor_type executor) {
    order.clear();
    std::vector<cofire::job_id> const ids = co_await fill(jobs);

    asio::co_spawn(executor, server.run(), [](std::exception_ptr error) {
        if (error) {
            std::rethrow_exception(error);
        }
    });
    for (cofire::job_id id : ids) {
        co_await jobs.result(id);
    }
    server.stop(); // run() returns when every handler has
}

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

int main() {
    asio::io_context io;
    std::exception_ptr failure;
    auto keep = [&](std::exception_ptr error) { failure = failure ? failure : error; };

    cofire::memory_storage storage;
    cofire::registry registry;
    registry.add<handle>();
    cofire::client jobs{storage};

    // Strict: a letter is taken only when no alarm waits, usual work only when there is neither.
    cofire::server strict{
        io.get_executor(),
        storage,
        registry,
        {.queues = {"critical", "mail", "default"}, .concurrency = 1}};
    asio::co_spawn(io, run_all(jobs, strict, io.get_executor()), keep);
    io.run();

    auto const strict_order = order;
    check(!failure && strict_order.size() == 24, "24 jobs ran");
    check(strict_order[7] == "critical" && strict_order[8] == "mail", "first all alarms");
    check(strict_order[15] == "mail" && strict_order[16] == "default", "then all letters");

    // By weight: of what a server takes while there is enough of all, six in ten are alarms. No queue
    // has to wait until another one is empty.
    cofire::server weighted{
        io.get_executor(),
        storage,
        registry,
        {.queues = {{"critical", 6}, {"mail", 3}, {"default", 1}}, .concurrency = 10}};
    io.restart();
    asio::co_spawn(io, run_all(jobs, weighted, io.get_executor()), keep);
    io.run();

    check(!failure && order.size() == 24, "24 more jobs ran");
    check(std::count(order.begin(), order.begin() + 10, "critical") == 6, "six of the first ten");
    check(std::count(order.begin(), order.begin() + 10, "mail") == 3, "three of the first ten");
    return 0;
}
