// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_CHANGE_HPP
#define COFIRE_STORAGE_CONTRACT_CHANGE_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/wait.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofire {

/// Which jobs. What is not set does not matter. Views must stay valid until the operation completes.
struct job_filter {
    /// Of this state.
    std::optional<job_state> state{};
    /// Of this sub-state.
    std::optional<job_sub_state> sub_state{};
    /// Of this queue; empty: any.
    std::string_view queue{};
    /// Of this type; empty: any.
    std::string_view type{};
    /// With this tag; empty: any.
    std::string_view tag{};
    /// Occurrences of this recurring job; empty: any.
    std::string_view recurring_id{};
    /// Whose last error has this fingerprint; 0: any.
    std::uint64_t fingerprint = 0;
    /// Inserted at or after this time.
    std::optional<time_point> created_from{};
    /// Inserted before this time.
    std::optional<time_point> created_before{};
    /// With this text in the type, arguments or last error; empty: any.
    std::string_view text{};
};

/// What to do with the jobs.
enum class change_kind : std::uint8_t {
    /// A final or scheduled job enters the line; a final one starts again.
    requeue,
    /// An unfinished job is deleted; one that runs at the end of its run, whose result is dropped.
    delete_job,
    /// A waiting job is deleted; a running handler is asked to stop, and any end but success deletes.
    cancel,
    /// A final, scheduled or enqueued job becomes due at `due`.
    reschedule,
    /// A waiting job gets `priority`: it enters its line anew, at the end, if that is another.
    reprioritise,
    /// A waiting job goes to `queue`: it enters its line anew, at the end, if that is another.
    move,
};

/// Changes jobs, each by itself by the lifecycle table, with all side effects; idempotent. By ids, or
/// by a filter in slices: begin with an empty cursor and go on with the one returned until it is empty.
/// Only jobs inserted before the first slice are touched; requeue and reschedule leave alone those that
/// have moved since, so that none begins again twice. Without a state in the filter, states that the
/// change does not concern are not looked at. Views must stay valid until it completes.
///
/// Errors, each changing nothing: too_many_items, bad_queue, bad_option (priority, cursor); storage_full
/// (a move that may make more kinds of jobs than the storage takes), no_space; outcome_unknown.
struct change_request {
    /// What to do.
    change_kind kind = change_kind::requeue;
    /// The jobs; at most 10,000. If empty, `filter` says which.
    std::span<job_id const> ids{};
    /// The jobs, if `ids` is empty.
    std::optional<job_filter> filter{};
    /// With reschedule.
    time_point due{};
    /// With reprioritise: 0 to 15.
    int priority = 5;
    /// With move.
    std::string_view queue{};
    /// Kept with the job: who did it, or why.
    std::string_view reason{};
    /// How many jobs one slice looks at, 1 to 10,000.
    std::uint32_t budget = 10'000;
    /// Where the last slice ended; empty: the first slice. Any other text that no slice gave is refused.
    std::string_view cursor{};
};

/// Why a job was not changed.
enum class skip_reason : std::uint8_t {
    unknown,     ///< no job has this id
    wrong_state, ///< its state does not allow it
    key_held,    ///< it would need its unique key again, which another job holds now
};

/// A job that was not changed.
struct skipped_job {
    /// The job.
    job_id id;
    /// Why.
    skip_reason why = skip_reason::unknown;
    /// Its state, if it is known.
    job_state state = job_state::enqueued;
};

/// The answer to change_request.
struct change_answer {
    /// The storage's time.
    time_point now;
    /// How many jobs were changed, or asked to stop.
    std::uint64_t changed = 0;
    /// How many were not.
    std::uint64_t skipped_count = 0;
    /// The first 100 of them.
    std::vector<skipped_job> skipped{};
    /// Where to go on; empty: all were looked at.
    std::string cursor{};
    /// To wait for what comes after.
    seen_token seen{};
};

} // namespace cofire

#endif
