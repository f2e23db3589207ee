// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A file of a program that has a job and enqueues it.

#include <cofire.hpp>

#include <string>

namespace asio = boost::asio;

asio::awaitable<void> send_login_notification(std::string user);

asio::awaitable<void> log_in(cofire::client& jobs, std::string user) {
    co_await jobs.enqueue<send_login_notification>(user);
}

asio::awaitable<void> send_login_notification(std::string) {
    co_return;
}
