// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DASHBOARD_ODD_STORAGE_HPP
#define COFIRE_TESTS_DASHBOARD_ODD_STORAGE_HPP

#include "dashboard/fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>

namespace dashboard_tests {

/// A storage that does what the one behind it does, unless it is told to fail, to take for ever, or to
/// say something else of its health.
class odd_storage {
public:
    explicit odd_storage(cofire::storage_ref real) : real_(std::move(real)) {}

    /// Called before each operation.
    std::function<void()> before = [] {};
    /// True: nothing ends, unless it is cancelled.
    bool stalls = false;
    /// What it says of its health.
    std::optional<cofire::storage_health> health;

    asio::awaitable<cofire::insert_answer> insert(cofire::insert_request r) {
        return pass(real_.insert(r));
    }
    asio::awaitable<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        return pass(real_.acquire(r));
    }
    asio::awaitable<cofire::settle_answer> settle(cofire::settle_request r) {
        return pass(real_.settle(r));
    }
    asio::awaitable<cofire::tick_answer> tick(cofire::tick_request r) {
        return pass(real_.tick(r));
    }
    asio::awaitable<cofire::change_answer> change(cofire::change_request r) {
        return pass(real_.change(r));
    }
    asio::awaitable<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        return pass(real_.recurring(r));
    }
    asio::awaitable<cofire::queues_answer> queues(cofire::queues_request r) {
        return pass(real_.queues(r));
    }
    asio::awaitable<cofire::servers_answer> servers(cofire::servers_request r) {
        return pass(real_.servers(r));
    }
    asio::awaitable<cofire::read_answer> read(cofire::read_request r) {
        auto op = pass(real_.read(r));
        cofire::read_answer answer = co_await std::move(op);
        if (health && std::holds_alternative<cofire::read_health>(r)) {
            answer.health = *health;
        }
        co_return answer;
    }
    asio::awaitable<cofire::wait_answer> wait(cofire::wait_request r) {
        return pass(real_.wait(r));
    }

private:
    template <class Answer>
    asio::awaitable<Answer> pass(asio::awaitable<Answer> op) {
        before();
        if (stalls) {
            asio::steady_timer never(co_await asio::this_coro::executor);
            never.expires_at(std::chrono::steady_clock::time_point::max());
            auto end = never.async_wait(asio::use_awaitable);
            co_await std::move(end);
        }
        co_return co_await std::move(op);
    }

    cofire::storage_ref real_;
};

static_assert(cofire::storage<odd_storage>);

} // namespace dashboard_tests

#endif
