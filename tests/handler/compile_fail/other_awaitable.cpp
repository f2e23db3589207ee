// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a handler's coroutine returns asio::awaitable<T> with Asio's any_io_executor

#include <cofire/handler/registry.hpp>

#include <boost/asio/io_context.hpp>

boost::asio::awaitable<void, boost::asio::io_context::executor_type> deliver(int to);
void add(cofire::registry& registry) {
    registry.add<deliver>();
}
