// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_JOB_INDEX_HPP
#define COFIRE_STORAGE_TABLE_JOB_INDEX_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/table/job_node.hpp>
#include <cofire/storage/table/prefetch.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cofire::detail {

/// Jobs by id: an open hash table with linear probing. It keeps the hashes, so that it need not look at
/// jobs, which seldom are in the processor's cache, to grow or to erase. Owns nothing.
///
/// Distinct objects: safe. Shared objects: unsafe.
class job_hash {
public:
    /// The job with this id, or nullptr.
    [[nodiscard]] job_node* find(job_id id, std::size_t hash) const noexcept {
        if (size_ == 0) {
            return nullptr;
        }
        for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
            entry const& e = entries_[i];
            if (e.job == nullptr || (e.hash == hash && e.job->id == id)) {
                return e.job;
            }
        }
    }

    /// Has the processor fetch what find() looks at first.
    void prefetch(std::size_t hash) const noexcept {
        if (!entries_.empty()) {
            prefetch_line(&entries_[hash & mask()]);
        }
    }

    /// Makes room for `count` more. May throw std::bad_alloc; then nothing has changed.
    void reserve_more(std::size_t count);

    /// Adds a job. Preconditions: none has its id; there is room.
    void insert(job_node& job, std::size_t hash) noexcept { put({.hash = hash, .job = &job}); }

    /// Removes a job. Precondition: it is there.
    void erase(job_node const& job, std::size_t hash) noexcept;

    /// Gives memory back if hardly any of it is in use. May throw std::bad_alloc; then nothing has
    /// changed.
    void shrink();

    /// Takes over all jobs of `other`. Precondition: there is room.
    void take(job_hash& other) noexcept;

    /// How many jobs there are.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// How many jobs there is room for.
    [[nodiscard]] std::size_t room() const noexcept { return most_of(entries_.size()); }

    /// Calls f(job) for each, in no particular order.
    template <class F>
    void for_each(F f) const {
        for (entry const& e : entries_) {
            if (e.job != nullptr) {
                f(*e.job);
            }
        }
    }

private:
    struct entry {
        std::size_t hash = 0;
        job_node* job = nullptr; // nullptr: free
    };
    static constexpr std::size_t least = 32;

    [[nodiscard]] std::size_t mask() const noexcept { return entries_.size() - 1; }
    [[nodiscard]] static std::size_t most_of(std::size_t capacity) { return capacity * 5 / 8; }
    void put(entry const& e) noexcept;
    void rehash(std::size_t capacity);

    std::vector<entry> entries_; // a power of two, or none
    std::size_t size_ = 0;
};

/// Finds jobs by id. Ids sort by the time they were made, and so, mostly, jobs come and go: each
/// stretch of time has a hash table of its own, small enough for the cache, so that what is done to
/// jobs of about the same age is done in the same little memory, and no table of millions ever grows.
/// Ids that come in no order share the tables there are; then it is a hash table like any other.
///
/// Distinct objects: safe. Shared objects: unsafe.
class job_index {
public:
    /// What it takes for each job, about, in bytes.
    static constexpr std::size_t bytes_a_job = 40;

    /// The job with this id, or nullptr.
    [[nodiscard]] job_node* find(job_id id) const noexcept {
        return parts_.empty() ? nullptr
                              : parts_[part_of(time_of(id))].jobs.find(id, hash_value(id));
    }

    /// Has the processor fetch what find(id) and erase() look at first.
    void prefetch(job_id id) const noexcept {
        if (!parts_.empty()) {
            parts_[part_of(time_of(id))].jobs.prefetch(hash_value(id));
        }
    }

    /// Makes room for a job with this id. May throw std::bad_alloc; then nothing has changed.
    void reserve(job_id id);

    /// Adds a job. Preconditions: none has its id; the last call was reserve(job.id).
    void insert(job_node& job) noexcept {
        parts_[part_of(time_of(job.id))].jobs.insert(job, hash_value(job.id));
        ++size_;
    }

    /// Removes a job. Precondition: it is there.
    void erase(job_node const& job) noexcept;

    /// How many jobs there are.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Calls f(job) for each, in no particular order; f may destroy it if it is the last thing done
    /// with the index.
    template <class F>
    void for_each(F f) const {
        for (part const& p : parts_) {
            p.jobs.for_each(f);
        }
    }

private:
    /// The jobs whose ids were made from `begin` on, up to the begin of the next part.
    struct part {
        std::uint64_t begin = 0;
        job_hash jobs{};
    };
    static constexpr std::size_t full = 4'096; // jobs of a part, after which a new one is begun

    /// What ids are sorted by, coarsely: milliseconds.
    static std::uint64_t time_of(job_id const& id) noexcept {
        auto const byte = [&](std::size_t i) { return std::uint64_t{id.bytes()[i]}; };
        std::uint64_t const high = // written out, since compilers make one load of it then
            byte(0) << 56 | byte(1) << 48 | byte(2) << 40 | byte(3) << 32 | byte(4) << 24 |
            byte(5) << 16 | byte(6) << 8 | byte(7);
        return high >> 16;
    }
    [[nodiscard]] std::size_t part_of(std::uint64_t time) const noexcept {
        return time >= parts_.back().begin ? parts_.size() - 1 : earlier_part_of(time);
    }
    [[nodiscard]] std::size_t earlier_part_of(std::uint64_t time) const noexcept;
    void remove_part(std::size_t at) noexcept;

    std::vector<part> parts_;      // by their beginnings; the first begins at 0
    mutable std::size_t hint_ = 0; // the part that was asked for last
    std::uint64_t latest_ = 0;     // of all ids so far
    std::size_t size_ = 0;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/table/impl/job_index.ipp>
#endif

#endif
