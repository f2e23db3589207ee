// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_IMPL_MEMORY_STORAGE_IPP
#define COFIRE_STORAGE_IMPL_MEMORY_STORAGE_IPP

#include <cofire/storage/detail/alarm.hpp>
#include <cofire/storage/detail/memory_state.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <new>
#include <optional>
#include <variant>

namespace cofire {
namespace detail {

class memory_state::waiter {
public:
    waiter(std::shared_ptr<memory_state> state, wait_request const& r)
        : state_(std::move(state)), request_(r) {}
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;
    ~waiter() { leave(); }

    [[nodiscard]] wait_request const& request() const { return request_; }
    [[nodiscard]] parking& place() { return *parking_; }
    [[nodiscard]] std::shared_ptr<parking> const& shared_place() const { return parking_; }

    /// False if there is nothing to wait for: it has changed already.
    [[nodiscard]] bool enter() {
        std::lock_guard const lock(state_->mutex_);
        state_->throw_if_closed();
        if (state_->table_.changed(request_.interest, request_.seen)) {
            return false;
        }
        entered_ = true;
        if (request_.interest.server != 0) {
            state_->server_waiters_.push_back(this);
        }
        for (job_id id : request_.interest.jobs) {
            state_->table_.watch(id);
            state_->job_waiters_[id].push_back(this);
        }
        return true;
    }

    /// True if it has changed by now.
    [[nodiscard]] bool changed() {
        std::lock_guard const lock(state_->mutex_);
        state_->throw_if_closed();
        return ended_ || state_->table_.changed(request_.interest, request_.seen);
    }

    /// A job has ended; it counts even if the job has begun again meanwhile. Under the lock.
    void tell_ended() {
        ended_ = true;
        parking_->notify();
    }

private:
    void leave() {
        if (!entered_) {
            return;
        }
        std::lock_guard const lock(state_->mutex_);
        std::erase(state_->server_waiters_, this);
        for (job_id id : request_.interest.jobs) {
            auto const found = state_->job_waiters_.find(id);
            if (found != state_->job_waiters_.end()) {
                std::erase(found->second, this);
                if (found->second.empty()) {
                    state_->job_waiters_.erase(found);
                }
            }
        }
    }

    std::shared_ptr<memory_state> state_;
    wait_request request_;
    std::shared_ptr<parking> parking_ = std::make_shared<parking>();
    bool entered_ = false;
    bool ended_ = false;
};

class memory_state::presence {
public:
    explicit presence(std::weak_ptr<memory_state> state) : state_(std::move(state)) {}
    presence(presence const&) = delete;
    presence& operator=(presence const&) = delete;
    ~presence() {
        auto const state = state_.lock();
        if (!state || instance == 0) {
            return;
        }
        try {
            std::lock_guard const lock(state->mutex_);
            state->table_.server_died(instance, state->clock_.wall_now());
            state->wake(state->table_.take_effects());
        } catch (std::bad_alloc const&) {
            // The rest of what it held stays where it is: there is no memory to put it back.
            return;
        }
    }

    server_instance instance = 0;

private:
    std::weak_ptr<memory_state> state_;
};

COFIRE_DECL void memory_state::throw_if_closed() const {
    if (closed_) {
        throw error(errc::closed, "memory storage");
    }
}

/// Wakes those for whom something changed. Called under the lock, so that they stay.
COFIRE_DECL void memory_state::wake(table_effects const& effects) {
    if (effects.servers) {
        for (waiter* w : server_waiters_) {
            if (table_.changed(w->request().interest, w->request().seen)) {
                w->place().notify();
            }
        }
    }
    for (job_id id : effects.ended) {
        if (auto const found = job_waiters_.find(id); found != job_waiters_.end()) {
            for (waiter* w : found->second) {
                w->tell_ended();
            }
        }
    }
}

/// One command to the table: holds the lock, and at its end wakes those for whom something changed,
/// also if the command throws, since it lets time pass all the same.
class memory_state::step {
public:
    explicit step(memory_state& s) : table(s.table_), self_(s), lock_(s.mutex_) {
        s.throw_if_closed();
        now = s.clock_.wall_now();
    }
    step(step const&) = delete;
    step& operator=(step const&) = delete;
    ~step() { self_.wake(table.take_effects()); }

    job_table& table;
    time_point now;

private:
    memory_state& self_;
    std::lock_guard<std::mutex> lock_;
};

COFIRE_DECL void memory_state::close() {
    std::lock_guard const lock(mutex_);
    closed_ = true;
    for (waiter* w : server_waiters_) {
        w->place().notify();
    }
    for (auto const& [id, waiters] : job_waiters_) {
        for (waiter* w : waiters) {
            w->place().notify();
        }
    }
}

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
    waiter w(shared_from_this(), r);
    wait_answer answer{};
    if (!w.enter()) {
        co_return answer;
    }
    std::optional<alarm> deadline;
    if (r.deadline) {
        auto const ex = co_await asio::this_coro::executor;
        deadline.emplace(ex, clock_, w.shared_place());
    }
    for (;;) {
        if (r.deadline) {
            if (clock_.wall_now() >= *r.deadline) {
                answer.status = wait_status::timeout;
                co_return answer;
            }
            deadline->set(r.deadline, std::nullopt);
        }
        co_await w.place().wait();
        if (w.changed()) {
            co_return answer;
        }
    }
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
