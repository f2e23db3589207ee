// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_MEMORY_STATE_HPP
#define COFIRE_STORAGE_DETAIL_MEMORY_STATE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/detail/table_shell.hpp>
#include <cofire/storage/memory_storage.hpp>
#include <cofire/storage/table/job_table.hpp>
#include <cofire/time/random.hpp>

#include <string>

namespace cofire::detail {

/// What a memory_storage and all that refers to it share. It models `storage` itself.
/// Shared objects: safe, except to destroy.
class memory_state final : public table_shell<job_table> {
public:
    explicit memory_state(memory_options const& options)
        : table_shell("memory storage", options.clock, options.limits),
          id_("memory-" + std::to_string(random_seed())) {}

    asio::awaitable<insert_answer> insert(insert_request r);
    asio::awaitable<acquire_answer> acquire(acquire_request r);
    asio::awaitable<settle_answer> settle(settle_request r);
    asio::awaitable<tick_answer> tick(tick_request r);
    asio::awaitable<change_answer> change(change_request r);
    asio::awaitable<recurring_answer> recurring(recurring_request r);
    asio::awaitable<queues_answer> queues(queues_request r);
    asio::awaitable<servers_answer> servers(servers_request r);
    asio::awaitable<read_answer> read(read_request r);
    asio::awaitable<wait_answer> wait(wait_request r);

    void close() { close_waits(); }

private:
    std::string id_;
};

} // namespace cofire::detail

#endif
