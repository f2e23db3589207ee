// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_INSERT_HPP
#define COFIRE_STORAGE_CONTRACT_INSERT_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/wait.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace cofire {

/// Whether an insert is the first with its ids.
enum class insert_mode : std::uint8_t {
    /// The ids are new. Finding one stored is still answered as `existed` or refused.
    fresh,
    /// The call may have been made before, or the caller chose the ids: look into the history too.
    repeat,
};

/// Inserts jobs in one step: all or none. Parents stand in the same call or are stored already; those
/// that have ended count at once. If a parent in the same call was not stored because its key is held,
/// the holder stands for it. Of several jobs of the call with the same key the first counts. An id given
/// twice, with the same content, has the same answer twice. Views must stay valid until it completes.
///
/// Errors, each changing nothing: missing_parent and parent_cycle (parents of jobs that would be stored;
/// those of others do not matter), content_differs (an id is stored with another type, arguments, parents
/// or key), storage_full, arguments_too_large, too_many_items, bad_id (nil), bad_option (no settings,
/// priority not 0 to 15, limit 0); outcome_unknown where a reply can be lost (repeat with
/// insert_mode::repeat).
struct insert_request {
    /// The jobs; at most 10,000, and 4 MiB and 100,000 parents in all.
    std::span<new_job const> jobs{};
    /// Whether it may be a repetition.
    insert_mode mode = insert_mode::fresh;
};

/// What became of one job of an insert.
enum class insert_status : std::uint8_t {
    inserted, ///< stored
    existed,  ///< the same job was stored before; nothing changed
    held,     ///< another job holds its unique key; nothing was stored
    replaced, ///< stored, in place of the job that held its unique key
};

/// The answer for one job of an insert.
struct insert_result {
    /// The job that is stored: its own id, or the holder's with insert_status::held.
    job_id id;
    /// What became of it.
    insert_status status = insert_status::inserted;
};

/// The answer to insert_request.
struct insert_answer {
    /// The storage's time.
    time_point now;
    /// One for each job, in the order of the request.
    std::vector<insert_result> results{};
    /// To wait for what comes after.
    seen_token seen{};
};

} // namespace cofire

#endif
