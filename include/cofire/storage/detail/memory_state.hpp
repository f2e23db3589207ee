// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_MEMORY_STATE_HPP
#define COFIRE_STORAGE_DETAIL_MEMORY_STATE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/detail/parking.hpp>
#include <cofire/storage/memory_storage.hpp>
#include <cofire/storage/table/job_table.hpp>
#include <cofire/time/random.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace cofire::detail {

/// What a memory_storage and all that refers to it share: the table, behind a lock, and who waits.
/// It models `storage` itself. Shared objects: safe.
class memory_state : public std::enable_shared_from_this<memory_state> {
public:
    explicit memory_state(memory_options const& options)
        : id_("memory-" + std::to_string(random_seed())),
          clock_(options.clock),
          table_(options.limits) {}

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

    void close();

private:
    /// A wait under way. It lives in the coroutine's frame.
    class waiter;
    /// What a server holds while it lives.
    class presence;

    class step;
    void wake(table_effects const& effects);
    void throw_if_closed() const;

    std::string id_;
    clock clock_;
    std::mutex mutex_;
    job_table table_;
    bool closed_ = false;
    std::vector<waiter*> server_waiters_;
    std::map<job_id, std::vector<waiter*>> job_waiters_;
};

} // namespace cofire::detail

#endif
