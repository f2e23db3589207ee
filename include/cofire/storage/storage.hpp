// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_STORAGE_HPP
#define COFIRE_STORAGE_STORAGE_HPP

#include <cofire/storage/asio.hpp>
#include <cofire/storage/contract/acquire.hpp>
#include <cofire/storage/contract/change.hpp>
#include <cofire/storage/contract/insert.hpp>
#include <cofire/storage/contract/queues.hpp>
#include <cofire/storage/contract/read.hpp>
#include <cofire/storage/contract/recurring.hpp>
#include <cofire/storage/contract/servers.hpp>
#include <cofire/storage/contract/settle.hpp>
#include <cofire/storage/contract/tick.hpp>
#include <cofire/storage/contract/wait.hpp>

#include <concepts>

namespace cofire {

/// Holds jobs: ten operations, each one step that takes place wholly or not at all. What each does,
/// and its errors, stands with its request type.
///
/// Rules for all: an operation decides by the storage's own clock and returns that time. It may be
/// called from any thread, and completes on the executor of the coroutine that awaits it. Views in
/// the request stay valid until it completes. It honours cancellation where it has to wait: cancelled
/// before it took place, it throws operation_aborted and has changed nothing.
template <class S>
concept storage = requires(
    S& s,
    insert_request insert,
    acquire_request acquire,
    settle_request settle,
    tick_request tick,
    change_request change,
    recurring_request recurring,
    queues_request queues,
    servers_request servers,
    read_request read,
    wait_request wait
) {
    { s.insert(insert) } -> std::same_as<asio::awaitable<insert_answer>>;
    { s.acquire(acquire) } -> std::same_as<asio::awaitable<acquire_answer>>;
    { s.settle(settle) } -> std::same_as<asio::awaitable<settle_answer>>;
    { s.tick(tick) } -> std::same_as<asio::awaitable<tick_answer>>;
    { s.change(change) } -> std::same_as<asio::awaitable<change_answer>>;
    { s.recurring(recurring) } -> std::same_as<asio::awaitable<recurring_answer>>;
    { s.queues(queues) } -> std::same_as<asio::awaitable<queues_answer>>;
    { s.servers(servers) } -> std::same_as<asio::awaitable<servers_answer>>;
    { s.read(read) } -> std::same_as<asio::awaitable<read_answer>>;
    { s.wait(wait) } -> std::same_as<asio::awaitable<wait_answer>>;
};

} // namespace cofire

#endif
