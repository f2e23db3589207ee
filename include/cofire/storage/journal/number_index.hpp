// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_NUMBER_INDEX_HPP
#define COFIRE_STORAGE_JOURNAL_NUMBER_INDEX_HPP

#include <cofire/storage/table/job_node.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace cofire::detail {

/// Finds jobs by the number of their insert. Numbers are dense, so they are kept in pages.
///
/// Distinct objects: safe. Shared objects: unsafe.
class number_index {
public:
    /// The job with this number, or nullptr.
    [[nodiscard]] job_node* find(std::uint64_t number) const {
        page const* const p = page_of(number);
        return p == nullptr ? nullptr : p->jobs[number % page_size];
    }

    /// Adds a job. Precondition: none has its number.
    void insert(job_node& job) {
        page* p = page_of(job.number);
        if (p == nullptr) {
            auto made = std::make_unique<page>();
            p = made.get();
            pages_.emplace(job.number / page_size, std::move(made));
            last_ = p;
            last_number_ = job.number / page_size;
        }
        p->jobs[job.number % page_size] = &job;
        ++p->used;
    }

    /// Removes a job. Precondition: it is there.
    void erase(job_node const& job) {
        page* const p = page_of(job.number);
        p->jobs[job.number % page_size] = nullptr;
        if (--p->used == 0) {
            last_ = nullptr;
            pages_.erase(job.number / page_size);
        }
    }

private:
    static constexpr std::size_t page_size = 64;
    struct page {
        std::array<job_node*, page_size> jobs{};
        std::size_t used = 0;
    };

    /// The page of `number`, or nullptr; mostly that of the call before.
    [[nodiscard]] page* page_of(std::uint64_t number) const {
        std::uint64_t const wanted = number / page_size;
        if (last_ == nullptr || last_number_ != wanted) {
            auto const at = pages_.find(wanted);
            if (at == pages_.end()) {
                return nullptr;
            }
            last_ = at->second.get();
            last_number_ = wanted;
        }
        return last_;
    }

    boost::unordered_flat_map<std::uint64_t, std::unique_ptr<page>> pages_;
    mutable page* last_ = nullptr;
    mutable std::uint64_t last_number_ = 0; // of the last one
};

} // namespace cofire::detail

#endif
