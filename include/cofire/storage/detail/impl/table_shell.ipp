// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_IMPL_TABLE_SHELL_IPP
#define COFIRE_STORAGE_DETAIL_IMPL_TABLE_SHELL_IPP

#include <cofire/storage/detail/alarm.hpp>
#include <cofire/storage/detail/parking.hpp>
#include <cofire/storage/detail/table_shell.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <new>
#include <optional>
#include <span>

namespace cofire::detail {

template <class Table>
class table_shell<Table>::waiter {
public:
    waiter(std::shared_ptr<table_shell> shell, wait_request const& r)
        : shell_(std::move(shell)), request_(r) {}
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;
    ~waiter() { leave(); }

    [[nodiscard]] parking& place() { return *parking_; }
    [[nodiscard]] std::shared_ptr<parking> const& shared_place() const { return parking_; }

    /// False if there is nothing to wait for: it has changed already.
    [[nodiscard]] bool enter() {
        std::lock_guard const lock(shell_->mutex_);
        shell_->throw_if_over();
        if (shell_->table_.changed(request_.interest, request_.seen)) {
            look_up_ended();
            return false;
        }
        entered_ = true;
        if (request_.interest.server != 0) {
            shell_->server_waiters_.push_back(this);
        }
        for (job_id id : request_.interest.jobs) {
            shell_->table_.watch(id);
            shell_->job_waiters_[id].push_back(this);
        }
        return true;
    }

    /// True if it has changed by now.
    [[nodiscard]] bool changed() {
        std::lock_guard const lock(shell_->mutex_);
        shell_->throw_if_over();
        told_ = ended_ || shell_->table_.changed(request_.interest, request_.seen);
        return told_;
    }

    /// Something has changed for servers: wakes it if that concerns it and it was not told already,
    /// since it wakes but once. Under the lock.
    void tell() {
        if (!told_ && shell_->table_.changed(request_.interest, request_.seen)) {
            told_ = true;
            parking_->notify();
        }
    }

    /// A job has ended; it counts even if the job has begun again meanwhile. Under the lock.
    void tell_ended(std::optional<job_record> const& record) {
        ended_ = true;
        try {
            if (record) {
                ended_jobs_.push_back(*record);
            }
        } catch (std::bad_alloc const&) { // then who waits for it reads it
            ended_jobs_.clear();
        }
        parking_->notify();
    }

    /// What is known of the jobs that ended, once.
    [[nodiscard]] std::vector<job_record> take_ended() {
        std::lock_guard const lock(shell_->mutex_);
        return std::move(ended_jobs_);
    }

private:
    /// Finds those of the jobs that have ended already. Under the lock.
    void look_up_ended() {
        for (job_id const& id : request_.interest.jobs) {
            read_get query;
            query.ids = std::span<job_id const>(&id, 1);
            read_answer found = shell_->table_.read(query, shell_->clock_.wall_now());
            if (!found.jobs.empty() && is_final(found.jobs.front().state)) {
                ended_jobs_.push_back(std::move(found.jobs.front()));
            }
        }
    }

    void leave() {
        if (!entered_) {
            return;
        }
        std::lock_guard const lock(shell_->mutex_);
        std::erase(shell_->server_waiters_, this);
        for (job_id id : request_.interest.jobs) {
            auto const found = shell_->job_waiters_.find(id);
            if (found != shell_->job_waiters_.end()) {
                std::erase(found->second, this);
                if (found->second.empty()) {
                    shell_->job_waiters_.erase(found);
                }
            }
        }
    }

    std::shared_ptr<table_shell> shell_;
    wait_request request_;
    std::shared_ptr<parking> parking_ = std::make_shared<parking>();
    bool entered_ = false;
    bool ended_ = false;
    std::vector<job_record> ended_jobs_;
    bool told_ = false; // it was woken for servers and has not looked yet
};

template <class Table>
table_shell<Table>::presence::~presence() {
    auto const shell = shell_.lock();
    if (!shell || instance == 0) {
        return;
    }
    try {
        std::lock_guard const lock(shell->mutex_);
        shell->table_.server_died(instance, shell->clock_.wall_now());
        shell->gone(instance);
        shell->wake(shell->table_.take_effects());
    } catch (...) {
        // The rest of what it held stays where it is: there is no memory to put it back.
        return;
    }
}

template <class Table>
void table_shell<Table>::throw_if_closed() const {
    if (closed_) {
        throw error(errc::closed, name_);
    }
}

template <class Table>
void table_shell<Table>::wake(table_effects const& effects) {
    if (effects.servers) {
        for (waiter* w : server_waiters_) {
            w->tell();
        }
    }
    for (ended_job const& job : effects.ended) {
        if (auto const found = job_waiters_.find(job.id); found != job_waiters_.end()) {
            for (waiter* w : found->second) {
                w->tell_ended(job.record);
            }
        }
    }
}

template <class Table>
void table_shell<Table>::throw_if_over() const {
    throw_if_closed();
    if (failed_) {
        throw error(errc::storage_failed, name_);
    }
}

template <class Table>
void table_shell<Table>::wake_all() {
    for (waiter* w : server_waiters_) {
        w->place().notify();
    }
    for (auto const& [id, waiters] : job_waiters_) {
        for (waiter* w : waiters) {
            w->place().notify();
        }
    }
}

template <class Table>
void table_shell<Table>::close_waits() {
    std::lock_guard const lock(mutex_);
    closed_ = true;
    wake_all();
}

template <class Table>
void table_shell<Table>::fail_waits() {
    failed_ = true;
    wake_all();
}

template <class Table>
asio::awaitable<wait_answer> table_shell<Table>::wait_until_changed(wait_request r) {
    waiter w(this->shared_from_this(), r);
    wait_answer answer{};
    if (!w.enter()) {
        answer.ended = w.take_ended();
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
            answer.ended = w.take_ended();
            co_return answer;
        }
    }
}

} // namespace cofire::detail

#endif
