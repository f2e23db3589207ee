// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_STATE_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_STATE_HPP

#include <cofire/storage/asio.hpp>
#include <cofire/storage/journal/journal_options.hpp>
#include <cofire/storage/storage.hpp>

#include <filesystem>
#include <memory>

namespace cofire::detail {

class posix_files;
template <class Files>
class journal_engine;

/// What a journal_storage and all that refers to it share: a journal_engine on real files, kept out of
/// sight of those who only use it. It models `storage`. Shared objects: safe, except to destroy.
class journal_state {
public:
    journal_state(std::filesystem::path const& directory, journal_options const& options);
    journal_state(journal_state const&) = delete;
    journal_state& operator=(journal_state const&) = delete;
    ~journal_state();

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
    [[nodiscard]] journal_report const& report() const;

private:
    std::shared_ptr<journal_engine<posix_files>> engine_;
};

} // namespace cofire::detail

#endif
