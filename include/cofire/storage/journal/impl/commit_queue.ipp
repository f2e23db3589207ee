// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_COMMIT_QUEUE_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_COMMIT_QUEUE_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/commit_queue.hpp>

#include <algorithm>
#include <utility>

namespace cofire::detail {

/// Somebody who waits for a record, or for room. It lives in the coroutine's frame.
class commit_queue::waiter {
public:
    /// For a record.
    waiter(commit_queue& queue, std::uint64_t record, commit_level level)
        : queue_(queue), record_(record), level_(level) {}
    /// For room; or with `turn` for that.
    explicit waiter(commit_queue& queue, std::uint64_t turn = 0)
        : queue_(queue), turn_(turn), for_room_(true) {}
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;
    ~waiter() {
        if (entered_) {
            std::lock_guard const lock(queue_.mutex_);
            std::erase(queue_.waiters_, this);
        }
    }

    [[nodiscard]] parking& place() { return *parking_; }

    /// True if there is nothing to wait for. Throws if there never will be.
    [[nodiscard]] bool is_over() {
        std::lock_guard const lock(queue_.mutex_);
        if (is_met()) {
            return true;
        }
        if (!queue_.failure_.empty()) {
            auto const code = for_room_ ? errc::storage_failed : errc::outcome_unknown;
            throw error(code, queue_.failure_);
        }
        if (!entered_) {
            parking_ = std::make_shared<parking>();
            queue_.waiters_.push_back(this);
            entered_ = true;
        }
        if (!for_room_) {
            want();
        }
        return false;
    }

    /// Under the lock.
    [[nodiscard]] bool is_met() const {
        if (turn_ != 0) {
            return queue_.turned_ >= turn_ || queue_.stopped_;
        }
        return for_room_ ? queue_.unwritten_ < queue_.most_bytes_ : queue_.mark(level_) >= record_;
    }

private:
    void want() {
        std::uint64_t& mark = level_ == commit_level::synced ? queue_.wanted_sync_ : queue_.wanted_;
        mark = std::max(mark, record_);
        queue_.wanted_ = std::max(queue_.wanted_, record_);
        queue_.work_.notify_one();
    }

    commit_queue& queue_;
    std::uint64_t record_ = 0;
    std::uint64_t turn_ = 0;
    commit_level level_ = commit_level::synced;
    bool for_room_ = false;
    bool entered_ = false;
    std::shared_ptr<parking> parking_;
};

COFIRE_DECL void commit_queue::reserve(std::size_t bytes) {
    std::lock_guard const lock(mutex_);
    if (pending_.capacity() - pending_.size() < bytes) {
        pending_.reserve(std::max(pending_.capacity() * 2, pending_.size() + bytes));
    }
    if (calls_.size() == calls_.capacity()) {
        calls_.reserve(std::max<std::size_t>(64, calls_.size() * 2));
    }
}

COFIRE_DECL std::uint64_t
commit_queue::append(std::vector<std::byte> const& records, std::size_t count) {
    reserve(records.size());
    std::lock_guard const lock(mutex_);
    if (count == 0) {
        return appended_;
    }
    if (pending_.empty()) {
        oldest_ = std::chrono::steady_clock::now();
        work_.notify_one();
    }
    pending_.insert(pending_.end(), records.begin(), records.end());
    pending_count_ += count;
    calls_.push_back({.bytes = pending_.size(), .count = pending_count_});
    unwritten_ += records.size();
    appended_ += count;
    if (unwritten_ >= most_bytes_) {
        work_.notify_one();
    }
    return appended_;
}

COFIRE_DECL std::uint64_t commit_queue::appended() const {
    std::lock_guard const lock(mutex_);
    return appended_;
}

COFIRE_DECL std::uint64_t commit_queue::so_far(commit_level level) const {
    std::lock_guard const lock(mutex_);
    return mark(level);
}

COFIRE_DECL std::size_t commit_queue::unwritten_bytes() const {
    std::lock_guard const lock(mutex_);
    return unwritten_;
}

COFIRE_DECL asio::awaitable<void> commit_queue::reached(std::uint64_t record, commit_level level) {
    waiter w(*this, record, level);
    while (!w.is_over()) {
        co_await w.place().wait();
    }
}

COFIRE_DECL asio::awaitable<void> commit_queue::room() {
    waiter w(*this);
    while (!w.is_over()) {
        co_await w.place().wait();
    }
}

COFIRE_DECL asio::awaitable<void> commit_queue::turn() {
    std::uint64_t number = 0;
    {
        std::lock_guard const lock(mutex_);
        number = ++turn_wanted_;
        work_.notify_one();
    }
    waiter w(*this, number);
    while (!w.is_over()) {
        co_await w.place().wait();
    }
}

COFIRE_DECL std::uint64_t commit_queue::begin_turn() const {
    std::lock_guard const lock(mutex_);
    return turn_wanted_;
}

COFIRE_DECL void commit_queue::turned(std::uint64_t turn) {
    std::lock_guard const lock(mutex_);
    turned_ = turn;
    wake_waiters();
}

/// Whole calls, at least one.
COFIRE_DECL commit_queue::batch commit_queue::take_locked() {
    batch taken;
    taken.last = taken_;
    if (calls_.empty()) {
        return taken;
    }
    auto const end = std::find_if(calls_.begin() + 1, calls_.end(), [this](call_end const& c) {
        return c.bytes > most_of_batch_;
    });
    call_end const last = end[-1];
    if (end == calls_.end()) {
        taken.records.swap(pending_);
        calls_.clear();
    } else {
        auto const cut = pending_.begin() + static_cast<std::ptrdiff_t>(last.bytes);
        taken.records.assign(pending_.begin(), cut);
        pending_.erase(pending_.begin(), cut);
        calls_.erase(calls_.begin(), end);
        for (call_end& c : calls_) {
            c.bytes -= last.bytes;
            c.count -= last.count;
        }
    }
    taken.count = last.count;
    pending_count_ -= last.count;
    taken_ += last.count;
    taken.last = taken_;
    return taken;
}

COFIRE_DECL commit_queue::batch commit_queue::take(std::optional<steady_time> until) {
    std::unique_lock lock(mutex_);
    for (;;) {
        auto const now = std::chrono::steady_clock::now();
        bool const is_old = !calls_.empty() && now >= oldest_ + patience_;
        if (is_wanted() || is_old || stopped_) {
            return take_locked();
        }
        bool const turn_is_wanted = turned_ != turn_wanted_;
        if (turn_is_wanted || wants_sync_locked() || (until && now >= *until)) {
            return {.records = {}, .last = taken_};
        }
        std::optional<steady_time> next = until;
        if (!calls_.empty() && (!next || oldest_ + patience_ < *next)) {
            next = oldest_ + patience_;
        }
        if (next) {
            work_.wait_until(lock, *next);
        } else {
            work_.wait(lock);
        }
    }
}

COFIRE_DECL bool commit_queue::wants_sync() const {
    std::lock_guard const lock(mutex_);
    return wants_sync_locked();
}

COFIRE_DECL void commit_queue::pause(steady_time until) {
    std::unique_lock lock(mutex_);
    work_.wait_until(lock, until, [this] { return stopped_; });
}

COFIRE_DECL commit_queue::batch commit_queue::take_now() {
    std::lock_guard const lock(mutex_);
    return take_locked();
}

/// Wakes those who wait for nothing any more, under the lock.
COFIRE_DECL void commit_queue::wake_waiters() {
    for (waiter* w : waiters_) {
        if (!failure_.empty() || w->is_met()) {
            w->place().notify();
        }
    }
}

COFIRE_DECL void commit_queue::written(std::uint64_t record, std::size_t bytes) {
    std::lock_guard const lock(mutex_);
    written_ = record;
    unwritten_ -= bytes;
    wake_waiters();
}

COFIRE_DECL void commit_queue::synced(std::uint64_t record) {
    std::lock_guard const lock(mutex_);
    synced_ = record;
    wake_waiters();
}

COFIRE_DECL void commit_queue::fail(std::string_view why) noexcept {
    std::lock_guard const lock(mutex_);
    if (failure_.empty()) {
        failure_.assign(why.substr(0, most_failure_text)); // reserved: there may be no memory
    }
    wake_waiters();
}

COFIRE_DECL std::string commit_queue::failure() const {
    std::lock_guard const lock(mutex_);
    return failure_;
}

COFIRE_DECL void commit_queue::stop() {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
    work_.notify_one();
    wake_waiters();
}

COFIRE_DECL bool commit_queue::is_stopped() const {
    std::lock_guard const lock(mutex_);
    return stopped_;
}

} // namespace cofire::detail

#endif
