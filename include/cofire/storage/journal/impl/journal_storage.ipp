// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_STORAGE_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_STORAGE_IPP

#include <cofire/storage/journal/impl/journal_engine.ipp>
#include <cofire/storage/journal/impl/journal_room.ipp>
#include <cofire/storage/journal/impl/journal_writer.ipp>
#include <cofire/storage/journal/journal_state.hpp>
#include <cofire/storage/journal/journal_storage.hpp>
#include <cofire/storage/journal/posix_files.hpp>

#include <memory>
#include <utility>

namespace cofire {
namespace detail {

COFIRE_DECL
journal_state::journal_state(std::filesystem::path const& directory, journal_options const& options)
    : engine_(std::make_shared<journal_engine<posix_files>>(
          std::make_unique<posix_files>(
              directory.string(),
              posix_files_options{.create = true, .allow_network = options.allow_remote_file_system}
          ),
          options
      )) {}

COFIRE_DECL journal_state::~journal_state() {
    close();
}

COFIRE_DECL void journal_state::close() {
    engine_->close();
}

COFIRE_DECL journal_report const& journal_state::report() const {
    return engine_->report();
}

COFIRE_DECL asio::awaitable<insert_answer> journal_state::insert(insert_request r) {
    return engine_->insert(r);
}

COFIRE_DECL asio::awaitable<acquire_answer> journal_state::acquire(acquire_request r) {
    return engine_->acquire(r);
}

COFIRE_DECL asio::awaitable<settle_answer> journal_state::settle(settle_request r) {
    return engine_->settle(r);
}

COFIRE_DECL asio::awaitable<tick_answer> journal_state::tick(tick_request r) {
    return engine_->tick(r);
}

COFIRE_DECL asio::awaitable<change_answer> journal_state::change(change_request r) {
    return engine_->change(r);
}

COFIRE_DECL asio::awaitable<recurring_answer> journal_state::recurring(recurring_request r) {
    return engine_->recurring(r);
}

COFIRE_DECL asio::awaitable<queues_answer> journal_state::queues(queues_request r) {
    return engine_->queues(r);
}

COFIRE_DECL asio::awaitable<servers_answer> journal_state::servers(servers_request r) {
    return engine_->servers(std::move(r));
}

COFIRE_DECL asio::awaitable<read_answer> journal_state::read(read_request r) {
    return engine_->read(r);
}

COFIRE_DECL asio::awaitable<wait_answer> journal_state::wait(wait_request r) {
    return engine_->wait(r);
}

} // namespace detail

COFIRE_DECL journal_storage::journal_storage(std::filesystem::path const& directory)
    : journal_storage(directory, journal_options{}) {}

COFIRE_DECL journal_storage::journal_storage(
    std::filesystem::path const& directory, journal_options const& options
)
    : state_(std::make_shared<detail::journal_state>(directory, options)) {}

COFIRE_DECL journal_storage::journal_storage(journal_storage&& other) noexcept = default;

COFIRE_DECL journal_storage& journal_storage::operator=(journal_storage&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}

COFIRE_DECL journal_storage::~journal_storage() {
    close();
}

COFIRE_DECL void journal_storage::close() {
    if (state_) {
        state_->close();
    }
}

COFIRE_DECL journal_report const& journal_storage::report() const {
    return state_->report();
}

COFIRE_DECL asio::awaitable<insert_answer> journal_storage::insert(insert_request r) {
    return state_->insert(r);
}

COFIRE_DECL asio::awaitable<acquire_answer> journal_storage::acquire(acquire_request r) {
    return state_->acquire(r);
}

COFIRE_DECL asio::awaitable<settle_answer> journal_storage::settle(settle_request r) {
    return state_->settle(r);
}

COFIRE_DECL asio::awaitable<tick_answer> journal_storage::tick(tick_request r) {
    return state_->tick(r);
}

COFIRE_DECL asio::awaitable<change_answer> journal_storage::change(change_request r) {
    return state_->change(r);
}

COFIRE_DECL asio::awaitable<recurring_answer> journal_storage::recurring(recurring_request r) {
    return state_->recurring(r);
}

COFIRE_DECL asio::awaitable<queues_answer> journal_storage::queues(queues_request r) {
    return state_->queues(r);
}

COFIRE_DECL asio::awaitable<servers_answer> journal_storage::servers(servers_request r) {
    return state_->servers(std::move(r));
}

COFIRE_DECL asio::awaitable<read_answer> journal_storage::read(read_request r) {
    return state_->read(r);
}

COFIRE_DECL asio::awaitable<wait_answer> journal_storage::wait(wait_request r) {
    return state_->wait(r);
}

} // namespace cofire

#endif
