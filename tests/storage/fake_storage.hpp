// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_STORAGE_FAKE_STORAGE_HPP
#define COFIRE_TESTS_STORAGE_FAKE_STORAGE_HPP

#include <cofire/storage/storage_ref.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <string>

namespace storage_tests {

/// A storage that writes down how it was called.
struct fake_storage {
    std::shared_ptr<std::string> calls = std::make_shared<std::string>();

    template <class Answer>
    static cofire::asio::awaitable<Answer> note(std::shared_ptr<std::string> to, char const* name) {
        *to += name;
        *to += ' ';
        co_return Answer{};
    }
    cofire::asio::awaitable<cofire::insert_answer> insert(cofire::insert_request) {
        return note<cofire::insert_answer>(calls, "insert");
    }
    cofire::asio::awaitable<cofire::acquire_answer> acquire(cofire::acquire_request) {
        return note<cofire::acquire_answer>(calls, "acquire");
    }
    cofire::asio::awaitable<cofire::settle_answer> settle(cofire::settle_request) {
        return note<cofire::settle_answer>(calls, "settle");
    }
    cofire::asio::awaitable<cofire::tick_answer> tick(cofire::tick_request) {
        return note<cofire::tick_answer>(calls, "tick");
    }
    cofire::asio::awaitable<cofire::change_answer> change(cofire::change_request) {
        return note<cofire::change_answer>(calls, "change");
    }
    cofire::asio::awaitable<cofire::recurring_answer> recurring(cofire::recurring_request) {
        return note<cofire::recurring_answer>(calls, "recurring");
    }
    cofire::asio::awaitable<cofire::queues_answer> queues(cofire::queues_request) {
        return note<cofire::queues_answer>(calls, "queues");
    }
    cofire::asio::awaitable<cofire::servers_answer> servers(cofire::servers_request) {
        return note<cofire::servers_answer>(calls, "servers");
    }
    cofire::asio::awaitable<cofire::read_answer> read(cofire::read_request) {
        return note<cofire::read_answer>(calls, "read");
    }
    cofire::asio::awaitable<cofire::wait_answer> wait(cofire::wait_request) {
        return note<cofire::wait_answer>(calls, "wait");
    }
};

/// Calls all ten operations and gives their names.
inline std::string await_all(cofire::storage_ref const& ref) {
    cofire::asio::io_context io;
    std::string names;
    auto const call = [&](auto op, char const* name) {
        auto answer = cofire::asio::co_spawn(io, std::move(op), cofire::asio::use_future);
        io.restart();
        io.run();
        answer.get();
        names += names.empty() ? "" : " ";
        names += name;
    };
    call(ref.insert({}), "insert");
    call(ref.acquire({}), "acquire");
    call(ref.settle({}), "settle");
    call(ref.tick({}), "tick");
    call(ref.change({}), "change");
    call(ref.recurring({}), "recurring");
    call(ref.queues({}), "queues");
    call(ref.servers({}), "servers");
    call(ref.read({}), "read");
    call(ref.wait({}), "wait");
    return names;
}

} // namespace storage_tests

#endif
