// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// What compile times are held against: a file of a program with coroutines, a timer and JSON, without
// cofire.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <string>

namespace asio = boost::asio;

asio::awaitable<void> send_login_notification(std::string user) {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    boost::json::value const arguments = boost::json::parse(user);
    user = boost::json::serialize(arguments);
}

void log_in(asio::io_context& io, std::string const& user) {
    asio::co_spawn(io, send_login_notification(user), asio::detached);
}
