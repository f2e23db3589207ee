// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IN_TIME_HPP
#define COFIRE_DASHBOARD_DETAIL_IN_TIME_HPP

#include <cofire/core/time_point.hpp>
#include <cofire/dashboard/detail/exchange.hpp>
#include <cofire/handler/detail/sleep.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/time/clock.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <exception>
#include <optional>
#include <utility>
#include <variant>

namespace cofire::detail {

/// How an operation ended. Not thrown: the operator || below waits for the other side after a throw.
template <class T>
struct op_end {
    std::optional<T> value{};
    std::exception_ptr error{};
};

/// Awaits `op` to its end, whatever that is.
template <class T>
asio::awaitable<op_end<T>> end_of(asio::awaitable<T> op) {
    op_end<T> end;
    try {
        end.value.emplace(co_await std::move(op));
    } catch (...) {
        end.error = std::current_exception();
    }
    co_return end;
}

/// What `op` gives; after `limit` it is cancelled, and web_problem is thrown: 503 deadline.
template <class T>
asio::awaitable<T> in_time(duration limit, asio::awaitable<T> op) {
    using namespace asio::experimental::awaitable_operators;
    auto work = end_of(std::move(op));
    auto pause = sleep_for(clock(), limit);
    auto both = std::move(work) || std::move(pause);
    std::variant<op_end<T>, std::monostate> done = co_await std::move(both);
    if (done.index() == 1) {
        throw web_problem(503, "deadline", "the storage did not answer in time");
    }
    op_end<T>& end = std::get<0>(done);
    if (end.error) {
        std::rethrow_exception(end.error);
    }
    co_return std::move(*end.value);
}

} // namespace cofire::detail

#endif
