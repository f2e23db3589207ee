// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_INSERT_PLAN_HPP
#define COFIRE_STORAGE_TABLE_INSERT_PLAN_HPP

#include <cofire/storage/contract/insert.hpp>
#include <cofire/storage/table/job_node.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// What an insert will do with one of its jobs.
struct planned_job {
    job_node* replaces = nullptr; // the holder of its key
    job_node* stored = nullptr;   // what it became
    bool repeats = false;         // its answer is that of an earlier one with its id
};

/// What an insert will do, decided before anything is changed.
struct insert_plan {
    insert_request const& request;
    bool single = false;
    std::vector<insert_result> results{};
    std::vector<planned_job>& jobs; // for each job of the call
    bool parents = false;           // a job to be stored has some
    std::uint64_t stored = 0;       // how many will be
    std::uint64_t bytes = 0;        // that they take, about
    std::uint64_t ended = 0;        // how many unfinished jobs will be replaced
    // Of more than one job: where in the call an id or a key stands.
    boost::unordered_flat_map<job_id, std::size_t> ids{};
    std::map<std::string_view, std::size_t> keys{};

    /// The job that stands for the parent `id`: the holder of its key if it was not inserted.
    [[nodiscard]] job_id resolve(job_id id) const {
        auto const found = ids.find(id);
        return found == ids.end() ? id : results[found->second].id;
    }
    [[nodiscard]] bool stores(std::size_t i) const {
        insert_status const status = results[i].status;
        return !jobs[i].repeats &&
               (status == insert_status::inserted || status == insert_status::replaced);
    }
};

} // namespace cofire::detail

#endif
