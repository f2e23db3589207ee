// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_MEMORY_STORAGE_HPP
#define COFIRE_STORAGE_MEMORY_STORAGE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/storage.hpp>
#include <cofire/storage/storage_ref.hpp>
#include <cofire/storage/table/table_limits.hpp>
#include <cofire/time/clock.hpp>

#include <memory>

namespace cofire {

namespace detail {
class memory_state;
} // namespace detail

/// How a memory_storage is set up.
struct memory_options {
    /// How much it holds, and for how long.
    table_limits limits{};
    /// Where the time comes from.
    cofire::clock clock{};

    memory_options() = default;
    /// With other limits.
    explicit memory_options(table_limits const& l) : limits(l) {}
    /// With another clock.
    explicit memory_options(cofire::clock c) : clock(std::move(c)) {}
    /// With both.
    memory_options(table_limits const& l, cofire::clock c) : limits(l), clock(std::move(c)) {}
};

/// Holds jobs in memory. Nothing survives the process: for tests, and for jobs that may be lost.
///
/// It models `storage`; its operations never suspend, but for wait. Any number of clients and servers
/// of the process may use it, from any thread. A server whose run() and handlers are destroyed before
/// it has returned is dead at once: its jobs are put back, and counted lost.
///
/// A handle: what was made from it (clients, servers, storage_ref) keeps the shared part alive.
/// Destroying or closing it completes waits with errc::closed, and so does any operation later.
///
/// Distinct objects: safe. Shared objects: safe, except to move from or destroy.
class memory_storage {
public:
    /// An empty storage on the system's clock.
    memory_storage();
    /// An empty storage.
    explicit memory_storage(memory_options const& options);
    /// Takes over; `other` may only be destroyed or assigned to.
    memory_storage(memory_storage&& other) noexcept;
    /// Closes, then takes over.
    memory_storage& operator=(memory_storage&& other) noexcept;
    /// Closes.
    ~memory_storage();

    /// Inserts jobs in one step: all or none.
    [[nodiscard("co_await it")]] asio::awaitable<insert_answer> insert(insert_request r);
    /// Takes jobs for a server.
    [[nodiscard("co_await it")]] asio::awaitable<acquire_answer> acquire(acquire_request r);
    /// Ends runs, and takes the next jobs along.
    [[nodiscard("co_await it")]] asio::awaitable<settle_answer> settle(settle_request r);
    /// A server's periodic call: reports, signals.
    [[nodiscard("co_await it")]] asio::awaitable<tick_answer> tick(tick_request r);
    /// Requeues, deletes, cancels, reschedules, reprioritises or moves jobs.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer> change(change_request r);
    /// Creates, removes, pauses, lists or fires recurring jobs.
    [[nodiscard("co_await it")]] asio::awaitable<recurring_answer> recurring(recurring_request r);
    /// Lists, pauses or resumes queues; sets limits.
    [[nodiscard("co_await it")]] asio::awaitable<queues_answer> queues(queues_request r);
    /// Announces, retires, lists or commands servers.
    [[nodiscard("co_await it")]] asio::awaitable<servers_answer> servers(servers_request r);
    /// Answers questions; never changes anything.
    [[nodiscard("co_await it")]] asio::awaitable<read_answer> read(read_request r);
    /// Waits until something changes. Cancelled, it throws operation_aborted.
    [[nodiscard("co_await it")]] asio::awaitable<wait_answer> wait(wait_request r);

    /// Refuses all further operations and ends the waits. Idempotent.
    void close();

    /// The shared part, for storage_ref.
    [[nodiscard]] std::shared_ptr<detail::memory_state> const& shared() const { return state_; }

private:
    std::shared_ptr<detail::memory_state> state_;
};

} // namespace cofire

#include <cofire/storage/detail/memory_state.hpp>

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/impl/memory_storage.ipp>
#endif

#endif
