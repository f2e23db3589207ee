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

namespace cofire::detail {

/// Finds jobs by the number of their insert. Numbers are dense, so they are kept in pages.
///
/// Distinct objects: safe. Shared objects: unsafe.
class number_index {
public:
    /// The job with this number, or nullptr.
    [[nodiscard]] job_node* find(std::uint64_t number) const {
        auto const at = pages_.find(number / page_size);
        return at == pages_.end() ? nullptr : at->second->jobs[number % page_size];
    }

    /// Adds a job. Precondition: none has its number.
    void insert(job_node& job) {
        auto& p = pages_[job.number / page_size];
        if (!p) {
            p = std::make_unique<page>();
        }
        p->jobs[job.number % page_size] = &job;
        ++p->used;
    }

    /// Removes a job. Precondition: it is there.
    void erase(job_node const& job) {
        auto const at = pages_.find(job.number / page_size);
        at->second->jobs[job.number % page_size] = nullptr;
        if (--at->second->used == 0) {
            pages_.erase(at);
        }
    }

private:
    static constexpr std::size_t page_size = 64;
    struct page {
        std::array<job_node*, page_size> jobs{};
        std::size_t used = 0;
    };

    boost::unordered_flat_map<std::uint64_t, std::unique_ptr<page>> pages_;
};

} // namespace cofire::detail

#endif
