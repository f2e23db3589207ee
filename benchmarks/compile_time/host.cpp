// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A file that has a job, enqueues it, and starts the host that runs it: the file with everything in it,
// of which a program has one.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

namespace asio = boost::asio;

asio::awaitable<void> send_login_notification(std::string) {
    co_return;
}

asio::awaitable<void> log_in(cofire::client& jobs, std::string user) {
    co_await jobs.enqueue<send_login_notification>(user);
}

void serve(asio::io_context& io) {
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<send_login_notification>();
    jobs.start();
    asio::co_spawn(io, log_in(jobs, "alice"), asio::detached);
    io.run();
}
