// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_STORAGE_REF_HPP
#define COFIRE_STORAGE_STORAGE_REF_HPP

#include <cofire/storage/storage.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace cofire {

namespace detail {

/// One function for each operation of a storage.
struct storage_functions {
    asio::awaitable<insert_answer> (*insert)(void*, insert_request);
    asio::awaitable<acquire_answer> (*acquire)(void*, acquire_request);
    asio::awaitable<settle_answer> (*settle)(void*, settle_request);
    asio::awaitable<tick_answer> (*tick)(void*, tick_request);
    asio::awaitable<change_answer> (*change)(void*, change_request);
    asio::awaitable<recurring_answer> (*recurring)(void*, recurring_request);
    asio::awaitable<queues_answer> (*queues)(void*, queues_request);
    asio::awaitable<servers_answer> (*servers)(void*, servers_request);
    asio::awaitable<read_answer> (*read)(void*, read_request);
    asio::awaitable<wait_answer> (*wait)(void*, wait_request);
};

template <storage S>
inline constexpr storage_functions storage_functions_of{
    .insert = [](void* s, insert_request r) { return static_cast<S*>(s)->insert(r); },
    .acquire = [](void* s, acquire_request r) { return static_cast<S*>(s)->acquire(r); },
    .settle = [](void* s, settle_request r) { return static_cast<S*>(s)->settle(r); },
    .tick = [](void* s, tick_request r) { return static_cast<S*>(s)->tick(r); },
    .change = [](void* s, change_request r) { return static_cast<S*>(s)->change(r); },
    .recurring = [](void* s, recurring_request r) { return static_cast<S*>(s)->recurring(r); },
    .queues = [](void* s, queues_request r) { return static_cast<S*>(s)->queues(r); },
    .servers = [](void* s, servers_request r) { return static_cast<S*>(s)->servers(r); },
    .read = [](void* s, read_request r) { return static_cast<S*>(s)->read(r); },
    .wait = [](void* s, wait_request r) { return static_cast<S*>(s)->wait(r); },
};

/// A handle whose shared part is itself a storage: what refers to it may outlive the handle.
template <class S>
concept storage_handle = requires(S& s) {
    { *s.shared() } -> storage;
};

} // namespace detail

/// Refers to any storage, so that what uses one need not be a template.
///
/// Made implicitly from a model of `storage` or from a handle on one, as memory_storage is. From a
/// handle it keeps the shared part alive: operations on a storage whose handle is gone throw
/// errc::closed. A storage that is no handle must outlive everything that refers to it.
///
/// Distinct objects: safe. Shared objects: safe; the operations are as safe as the storage's.
class storage_ref {
public:
    /// Refers to the shared part of `handle`.
    template <class S>
    requires detail::storage_handle<S> storage_ref(S& handle)
        : storage_ref(handle.shared()) {} // NOLINT(*-explicit-*)

    /// Refers to `s`, which must outlive this.
    template <storage S>
    requires(!detail::storage_handle<S> && !std::is_same_v<S, storage_ref>)
        storage_ref(S& s) // NOLINT(*-explicit-*)
        : self_(std::shared_ptr<void>{}, &s), functions_(&detail::storage_functions_of<S>) {}

    /// Refers to `*s` and keeps it alive. Precondition: not null.
    template <storage S>
    explicit storage_ref(std::shared_ptr<S> s)
        : self_(std::move(s)), functions_(&detail::storage_functions_of<S>) {}

    /// Inserts jobs in one step: all or none. See insert_request.
    [[nodiscard("co_await it")]] asio::awaitable<insert_answer> insert(insert_request r) const {
        return functions_->insert(self_.get(), r);
    }
    /// Takes jobs for a server. See acquire_request.
    [[nodiscard("co_await it")]] asio::awaitable<acquire_answer> acquire(acquire_request r) const {
        return functions_->acquire(self_.get(), r);
    }
    /// Ends runs, and takes the next jobs along. See settle_request.
    [[nodiscard("co_await it")]] asio::awaitable<settle_answer> settle(settle_request r) const {
        return functions_->settle(self_.get(), r);
    }
    /// A server's periodic call: lease, reports, signals. See tick_request.
    [[nodiscard("co_await it")]] asio::awaitable<tick_answer> tick(tick_request r) const {
        return functions_->tick(self_.get(), r);
    }
    /// Requeues, deletes, cancels, reschedules, reprioritises or moves jobs. See change_request.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer> change(change_request r) const {
        return functions_->change(self_.get(), r);
    }
    /// Creates, removes, pauses, lists or fires recurring jobs. See recurring_request.
    [[nodiscard("co_await it")]] asio::awaitable<recurring_answer> recurring(recurring_request r
    ) const {
        return functions_->recurring(self_.get(), r);
    }
    /// Lists, pauses or resumes queues; sets limits. See queues_request.
    [[nodiscard("co_await it")]] asio::awaitable<queues_answer> queues(queues_request r) const {
        return functions_->queues(self_.get(), r);
    }
    /// Announces, retires, lists or commands servers. See servers_request.
    [[nodiscard("co_await it")]] asio::awaitable<servers_answer> servers(servers_request r) const {
        return functions_->servers(self_.get(), r);
    }
    /// Answers questions; never changes anything. See read_request.
    [[nodiscard("co_await it")]] asio::awaitable<read_answer> read(read_request r) const {
        return functions_->read(self_.get(), r);
    }
    /// Waits until something changes. See wait_request.
    [[nodiscard("co_await it")]] asio::awaitable<wait_answer> wait(wait_request r) const {
        return functions_->wait(self_.get(), r);
    }

    /// True if both refer to the same storage.
    friend bool operator==(storage_ref const& a, storage_ref const& b) {
        return a.self_ == b.self_;
    }

private:
    std::shared_ptr<void> self_;
    detail::storage_functions const* functions_;
};

} // namespace cofire

#endif
