// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_INDEX_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_INDEX_IPP

#include <cofire/storage/table/job_index.hpp>

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

namespace cofire::detail {

COFIRE_DECL void job_hash::put(entry const& e) noexcept {
    std::size_t i = e.hash & mask();
    while (entries_[i].job != nullptr) {
        i = (i + 1) & mask();
    }
    entries_[i] = e;
    ++size_;
}

COFIRE_DECL void job_hash::rehash(std::size_t capacity) {
    std::vector<entry> const old = std::exchange(entries_, std::vector<entry>(capacity));
    size_ = 0;
    for (entry const& e : old) {
        if (e.job != nullptr) {
            put(e);
        }
    }
}

COFIRE_DECL void job_hash::reserve_more(std::size_t count) {
    std::size_t capacity = std::max(least, entries_.size());
    while (size_ + count > most_of(capacity)) {
        capacity *= 2;
    }
    if (capacity != entries_.size()) {
        rehash(capacity);
    }
}

COFIRE_DECL void job_hash::shrink() {
    std::size_t capacity = least;
    while (size_ * 2 > most_of(capacity)) {
        capacity *= 2;
    }
    if (capacity < entries_.size()) {
        rehash(capacity);
    }
}

COFIRE_DECL void job_hash::erase(job_node const& job, std::size_t hash) noexcept {
    std::size_t hole = hash & mask();
    while (entries_[hole].job != &job) {
        assert(entries_[hole].job != nullptr);
        hole = (hole + 1) & mask();
    }
    // What stands behind moves up, unless it would come before its own place.
    for (std::size_t i = (hole + 1) & mask(); entries_[i].job != nullptr; i = (i + 1) & mask()) {
        std::size_t const own = entries_[i].hash & mask();
        if (((i - own) & mask()) >= ((i - hole) & mask())) {
            entries_[hole] = entries_[i];
            hole = i;
        }
    }
    entries_[hole] = {};
    --size_;
}

COFIRE_DECL void job_hash::take(job_hash& other) noexcept {
    for (entry const& e : other.entries_) {
        if (e.job != nullptr) {
            put(e);
        }
    }
    other.entries_.clear();
    other.size_ = 0;
}

COFIRE_DECL std::size_t job_index::earlier_part_of(std::uint64_t time) const noexcept {
    if (time < parts_[1].begin) { // where the oldest jobs are
        return 0;
    }
    if (hint_ + 1 < parts_.size() && time >= parts_[hint_].begin &&
        time < parts_[hint_ + 1].begin) {
        return hint_;
    }
    auto const after =
        std::upper_bound(parts_.begin(), parts_.end(), time, [](std::uint64_t t, part const& p) {
            return t < p.begin;
        });
    hint_ = static_cast<std::size_t>(after - parts_.begin()) - 1;
    return hint_;
}

COFIRE_DECL void job_index::reserve(job_id id) {
    std::uint64_t const time = time_of(id);
    if (parts_.empty()) {
        parts_.emplace_back();
    } else if (time > latest_ && parts_.back().jobs.size() >= full) {
        part made{.begin = time};
        made.jobs.reserve_more(full); // most likely as many as the last time
        parts_.push_back(std::move(made));
    }
    parts_[part_of(time)].jobs.reserve_more(1);
    latest_ = std::max(latest_, time);
}

COFIRE_DECL void job_index::erase(job_node const& job) noexcept {
    std::size_t const at = part_of(time_of(job.id));
    job_hash& jobs = parts_[at].jobs;
    jobs.erase(job, hash_value(job.id));
    --size_;
    bool const grows = at + 1 == parts_.size() && jobs.room() < 2 * full; // new ones come here
    if (grows || jobs.size() > jobs.room() / 8) {
        return;
    }
    try {
        if (jobs.size() == 0) {
            remove_part(at);
        } else if (at != 0 && parts_[at - 1].jobs.size() + jobs.size() < full / 2) {
            parts_[at - 1].jobs.reserve_more(jobs.size());
            parts_[at - 1].jobs.take(jobs);
            remove_part(at);
        } else {
            jobs.shrink();
        }
    } catch (std::bad_alloc const&) { // it stays as large as it is
        return;
    }
}

/// Removes an empty part; the one before it has its time, too.
COFIRE_DECL void job_index::remove_part(std::size_t at) noexcept {
    if (parts_.size() != 1) {
        parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(at));
        parts_.front().begin = 0;
    }
}

} // namespace cofire::detail

#endif
