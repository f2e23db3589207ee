// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_SUPPORT_RUN_TO_END_HPP
#define COFIRE_TESTS_SUPPORT_RUN_TO_END_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace cofire_tests {

/// Runs `op` on `io`, and all else that `io` has to do; what it returns or throws.
template <class T>
T run_to_end(boost::asio::io_context& io, boost::asio::awaitable<T> op) {
    std::exception_ptr error;
    std::optional<T> result;
    boost::asio::co_spawn(io, std::move(op), [&](std::exception_ptr e, T r) {
        error = e;
        result.emplace(std::move(r));
    });
    io.restart();
    io.run();
    if (error) {
        std::rethrow_exception(error);
    }
    return std::move(result).value();
}

inline void run_to_end(boost::asio::io_context& io, boost::asio::awaitable<void> op) {
    std::exception_ptr error;
    boost::asio::co_spawn(io, std::move(op), [&](std::exception_ptr e) { error = e; });
    io.restart();
    io.run();
    if (error) {
        std::rethrow_exception(error);
    }
}

/// The same on a context of its own.
template <class T>
T run_to_end(boost::asio::awaitable<T> op) {
    boost::asio::io_context io(1);
    return run_to_end(io, std::move(op));
}

} // namespace cofire_tests

#endif
