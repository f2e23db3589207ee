// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_IMPL_MEMORY_STORAGE_IPP
#define COFIRE_STORAGE_IMPL_MEMORY_STORAGE_IPP

#include <cofire/storage/detail/impl/table_shell.ipp>
#include <cofire/storage/detail/memory_state.hpp>

#include <memory>
#include <utility>
#include <variant>

namespace cofire {
namespace detail {

COFIRE_DECL asio::awaitable<insert_answer> memory_state::insert(insert_request r) {
    step const s(*this);
    co_return s.table.insert(r, s.now);
}

COFIRE_DECL asio::awaitable<acquire_answer> memory_state::acquire(acquire_request r) {
    step const s(*this);
    co_return s.table.acquire(r, s.now);
}

COFIRE_DECL asio::awaitable<settle_answer> memory_state::settle(settle_request r) {
    step const s(*this);
    co_return s.table.settle(r, s.now);
}

COFIRE_DECL asio::awaitable<tick_answer> memory_state::tick(tick_request r) {
    step const s(*this);
    co_return s.table.tick(r, s.now);
}

COFIRE_DECL asio::awaitable<change_answer> memory_state::change(change_request r) {
    step const s(*this);
    co_return s.table.change(r, s.now);
}

COFIRE_DECL asio::awaitable<recurring_answer> memory_state::recurring(recurring_request r) {
    step const s(*this);
    co_return s.table.recurring(r, s.now);
}

COFIRE_DECL asio::awaitable<queues_answer> memory_state::queues(queues_request r) {
    step const s(*this);
    co_return s.table.queues(r, s.now);
}

COFIRE_DECL asio::awaitable<servers_answer> memory_state::servers(servers_request r) {
    std::shared_ptr<presence> token; // made first: there may be no memory
    if (std::holds_alternative<server_announce>(r)) {
        token = std::make_shared<presence>(weak_from_this());
    }
    servers_answer answer;
    {
        step const s(*this);
        answer = s.table.servers(r, s.now);
    }
    if (token) {
        token->instance = answer.instance;
        answer.presence = std::move(token);
        answer.store_id = id_;
    }
    co_return answer;
}

COFIRE_DECL asio::awaitable<read_answer> memory_state::read(read_request r) {
    step const s(*this);
    co_return s.table.read(r, s.now);
}

COFIRE_DECL asio::awaitable<wait_answer> memory_state::wait(wait_request r) {
    return wait_until_changed(r);
}

} // namespace detail

COFIRE_DECL memory_storage::memory_storage() : memory_storage(memory_options{}) {}

COFIRE_DECL memory_storage::memory_storage(memory_options const& options)
    : state_(std::make_shared<detail::memory_state>(options)) {}

COFIRE_DECL memory_storage::memory_storage(memory_storage&& other) noexcept = default;

COFIRE_DECL memory_storage& memory_storage::operator=(memory_storage&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}

COFIRE_DECL memory_storage::~memory_storage() {
    close();
}

COFIRE_DECL void memory_storage::close() {
    if (state_) {
        state_->close();
    }
}

COFIRE_DECL asio::awaitable<insert_answer> memory_storage::insert(insert_request r) {
    return state_->insert(r);
}

COFIRE_DECL asio::awaitable<acquire_answer> memory_storage::acquire(acquire_request r) {
    return state_->acquire(r);
}

COFIRE_DECL asio::awaitable<settle_answer> memory_storage::settle(settle_request r) {
    return state_->settle(r);
}

COFIRE_DECL asio::awaitable<tick_answer> memory_storage::tick(tick_request r) {
    return state_->tick(r);
}

COFIRE_DECL asio::awaitable<change_answer> memory_storage::change(change_request r) {
    return state_->change(r);
}

COFIRE_DECL asio::awaitable<recurring_answer> memory_storage::recurring(recurring_request r) {
    return state_->recurring(r);
}

COFIRE_DECL asio::awaitable<queues_answer> memory_storage::queues(queues_request r) {
    return state_->queues(r);
}

COFIRE_DECL asio::awaitable<servers_answer> memory_storage::servers(servers_request r) {
    return state_->servers(r);
}

COFIRE_DECL asio::awaitable<read_answer> memory_storage::read(read_request r) {
    return state_->read(r);
}

COFIRE_DECL asio::awaitable<wait_answer> memory_storage::wait(wait_request r) {
    return state_->wait(r);
}

} // namespace cofire

#endif
