// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_READ_HPP
#define COFIRE_STORAGE_CONTRACT_READ_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/change.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cofire {

/// Asks how many jobs there are. O(1).
struct read_counts {};

/// Asks for jobs by id. Unknown ids are left out of the answer. Error: too_many_items.
struct read_get {
    /// The jobs; at most 10,000.
    std::span<job_id const> ids{};
};

/// The order of a find.
enum class find_order : std::uint8_t {
    newest, ///< the latest change of state first
    oldest, ///< the earliest change of state first
};

/// Asks for jobs of one state, page by page. Error: bad_option (the cursor).
struct read_find {
    /// Which. Without a state, one state follows the other, each in the order asked for.
    job_filter filter{};
    /// In which order.
    find_order order = find_order::newest;
    /// How many rows to return at the most; 1 to 500.
    std::uint32_t rows = 50;
    /// How many jobs to look at, at least 1.
    std::uint32_t budget = 20'000;
    /// Where the last page ended; empty: the first page. Any other text that no page gave is refused.
    std::string_view cursor{};
};

/// Asks for failed jobs grouped by the fingerprint of their error, the largest group first, page by
/// page: each page groups the jobs that it looked at, the latest first; the caller adds them up. Error:
/// bad_option (the cursor).
struct read_groups {
    /// Which. A state other than failed gives no groups.
    job_filter filter{};
    /// How many jobs to look at, at least 1.
    std::uint32_t budget = 20'000;
    /// Where the last page ended; empty: the first page. Any other text that no page gave is refused.
    std::string_view cursor{};
};

/// Asks what happened between two times, step by step; steps in which nothing happened are left out.
/// Minutes are kept for a day, hours for 31 days: longer ago nothing is known. Error: bad_option (a
/// step that is not a positive number of whole minutes).
struct read_series {
    /// From the step that holds this time. Steps are counted from 1970.
    time_point from{};
    /// The last step is the one that begins before this time; empty: now.
    std::optional<time_point> to{};
    /// Whole minutes or whole hours. For times before the last day: whole hours.
    duration step = std::chrono::minutes{1};
    /// Of one queue only; empty: all.
    std::string_view queue{};
};

/// Asks for the job types and queues known to the storage.
struct read_names {};

/// Asks whether the storage is well.
struct read_health {};

/// One of the things to ask. Views must stay valid until it completes. Nothing is ever changed.
using read_request = std::
    variant<read_counts, read_get, read_find, read_groups, read_series, read_names, read_health>;

/// Totals, kept up to date by each step.
struct storage_counts {
    /// How many jobs stand in each state.
    std::array<std::uint64_t, job_state_count> by_state{};
    /// Jobs inserted since the storage exists.
    std::uint64_t inserted = 0;
    /// Runs that succeeded.
    std::uint64_t succeeded = 0;
    /// Attempts that failed, retried ones included.
    std::uint64_t attempts_failed = 0;
    /// Jobs that ended failed.
    std::uint64_t failed = 0;
    /// Jobs that were deleted.
    std::uint64_t deleted = 0;
    /// Runs ended by their server's death.
    std::uint64_t lost = 0;
    /// Outcomes refused as stale.
    std::uint64_t stale = 0;
    /// Final jobs removed by retention or for lack of room.
    std::uint64_t removed = 0;
    /// Inserts refused for lack of room.
    std::uint64_t refused = 0;
    /// How many jobs stand in `state`.
    [[nodiscard]] std::uint64_t operator[](job_state state) const {
        return by_state[static_cast<std::size_t>(state)];
    }
};

/// Failed jobs with the same fingerprint.
struct error_group {
    /// The fingerprint.
    std::uint64_t fingerprint = 0;
    /// How many.
    std::uint64_t count = 0;
    /// The job type.
    std::string type;
    /// The error of the latest of them.
    error_info sample{};
    /// The latest of them.
    job_id latest;
};

/// What happened in one step of a series.
struct series_point {
    /// The step's beginning.
    time_point from;
    /// Jobs inserted.
    std::uint64_t inserted = 0;
    /// Runs that succeeded.
    std::uint64_t succeeded = 0;
    /// Attempts that failed.
    std::uint64_t attempts_failed = 0;
    /// Jobs that ended failed.
    std::uint64_t failed = 0;
    /// Jobs that were deleted.
    std::uint64_t deleted = 0;
    /// Runs that had started and ended, in whatever way: by their handler, or by their server's death.
    std::uint64_t runs = 0;
    /// How long they took, added up; those ended by their server's death take no part.
    duration run_time{0};
    /// How long after their due time they started, added up.
    duration lateness{0};
};

/// Whether a storage is well.
struct storage_health {
    /// False: it refuses work; `message` says why.
    bool ok = true;
    /// In words; empty if all is well.
    std::string message{};
    /// Jobs it holds, all states.
    std::uint64_t jobs = 0;
    /// Jobs it may hold; 0: no limit.
    std::uint64_t job_limit = 0;
    /// Bytes of memory the jobs take, about.
    std::uint64_t bytes = 0;
    /// Bytes they may take; 0: no limit.
    std::uint64_t byte_limit = 0;
};

/// The answer to read_request.
struct read_answer {
    /// The storage's time.
    time_point now;
    /// counts.
    storage_counts counts{};
    /// get and find: the jobs.
    std::vector<job_record> jobs{};
    /// find and groups: where to go on; empty: the end was reached.
    std::string cursor{};
    /// find and groups: false if the budget ended before the end was reached.
    bool exact = true;
    /// find and groups: when the last job looked at came into its state. Jobs that wait: when they
    /// were inserted.
    std::optional<time_point> reached{};
    /// groups.
    std::vector<error_group> groups{};
    /// series, oldest first.
    std::vector<series_point> series{};
    /// names: the job types.
    std::vector<std::string> types{};
    /// names: the queues.
    std::vector<std::string> queues{};
    /// health.
    storage_health health{};
};

} // namespace cofire

#endif
