// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_READY_LINE_HPP
#define COFIRE_SERVER_DETAIL_READY_LINE_HPP

#include <cofire/handler/handler_entry.hpp>
#include <cofire/storage/contract/acquire.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace cofire::detail {

/// A job that a server holds and has not started.
struct ready_job {
    ready_job(acquired_job&& j, handler_entry const* h) : job(std::move(j)), handler(h) {}

    acquired_job job;
    handler_entry const* handler;
};

/// The jobs that a server holds and has not started, in their order. Keeps memory for a
/// thousand, since it is filled and emptied all the time.
///
/// Distinct objects: safe. Shared objects: unsafe.
class ready_line {
public:
    [[nodiscard]] bool empty() const { return first_ == jobs_.size(); }
    [[nodiscard]] std::size_t size() const { return jobs_.size() - first_; }
    /// All of them, the first one first. Valid until the line is changed.
    [[nodiscard]] std::span<ready_job> all() { return std::span(jobs_).subspan(first_); }
    [[nodiscard]] std::span<ready_job const> all() const {
        return std::span(jobs_).subspan(first_);
    }

    /// Adds a job behind the others.
    void push_back(acquired_job&& job, handler_entry const* handler) {
        if (jobs_.size() == jobs_.capacity() && first_ >= jobs_.size() / 2) {
            drop_first();
        }
        jobs_.emplace_back(std::move(job), handler);
    }

    /// The first one. Precondition: !empty().
    [[nodiscard]] ready_job& front() { return jobs_[first_]; }

    /// Drops the first one. Precondition: !empty().
    void pop_front() {
        ++first_;
        if (empty()) {
            clear();
        }
    }

    /// Drops the one at `at` in all(). Precondition: `at` is below size().
    void erase(std::size_t at) {
        jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(first_ + at));
    }

    /// Drops all of them.
    void clear() {
        constexpr std::size_t most_kept = 1000;
        if (jobs_.capacity() > most_kept) {
            std::vector<ready_job>().swap(jobs_);
        }
        jobs_.clear();
        first_ = 0;
    }

private:
    void drop_first() {
        jobs_.erase(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }

    std::vector<ready_job> jobs_;
    std::size_t first_ = 0; // those before it were taken
};

} // namespace cofire::detail

#endif
