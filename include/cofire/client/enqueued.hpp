// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_ENQUEUED_HPP
#define COFIRE_CLIENT_ENQUEUED_HPP

#include <cofire/core/job_id.hpp>
#include <cofire/storage/contract/insert.hpp>

#include <ostream>
#include <string>

namespace cofire {

/// The answer to enqueue, schedule, continue_with and the like: which job is stored, and whether
/// this call stored it. Stands for the job's id wherever one is asked for.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct enqueued {
    /// The job that is stored: the new one, or with `held` the one that holds the unique key.
    job_id id;
    /// What became of the call.
    insert_status status = insert_status::inserted;

    /// The id.
    constexpr operator job_id() const { return id; } // NOLINT(*-explicit-*)

    /// True if a new job was stored.
    [[nodiscard]] constexpr bool inserted() const { return status == insert_status::inserted; }
    /// True if the same job, with the same id, was stored before. Nothing changed.
    [[nodiscard]] constexpr bool existed() const { return status == insert_status::existed; }
    /// True if another job holds the unique key; `id` is that job. Nothing was stored.
    [[nodiscard]] constexpr bool held() const { return status == insert_status::held; }
    /// True if a new job was stored in place of the one that held its unique key.
    [[nodiscard]] constexpr bool replaced() const { return status == insert_status::replaced; }

    /// The id's text form, 36 characters.
    [[nodiscard]] std::string to_string() const { return id.to_string(); }

    /// Equal if both members are.
    friend bool operator==(enqueued const&, enqueued const&) = default;
    /// Writes the id's text form.
    friend std::ostream& operator<<(std::ostream& out, enqueued const& e) {
        return out << e.to_string();
    }
};

} // namespace cofire

#endif
