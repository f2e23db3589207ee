// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_JOB_STATE_HPP
#define COFIRE_CORE_JOB_STATE_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cofire {

/// Where a job stands. The last three are final.
enum class job_state : std::uint8_t {
    /// May be taken by a server as soon as one has room.
    enqueued,
    /// Waits for its due time.
    scheduled,
    /// Waits for its parents.
    awaiting,
    /// A server holds it.
    processing,
    /// Its handler returned.
    succeeded,
    /// Its last attempt failed.
    failed,
    /// Removed, cancelled, expired, or a continuation whose condition can no longer be met.
    deleted,
};

/// How many states there are.
inline constexpr std::size_t job_state_count = 7;

/// What exactly a job of a state that is not final is doing.
enum class job_sub_state : std::uint8_t {
    /// Nothing more to say: scheduled and the final states.
    none,
    /// enqueued: in the line of its queue.
    in_line,
    /// enqueued: waits until another job with the same limit key ends. Storages may tell so only once a
    /// server would have taken it, and until then in_line.
    parked_by_limit,
    /// enqueued: servers run, but none that handles its type and decodes its arguments.
    parked_by_type,
    /// processing: acquired ahead, the handler has not started. Told only by storages that hand out
    /// jobs before they are due.
    reserved,
    /// processing: the handler runs.
    running,
    /// processing: the handler was asked to stop.
    cancelling,
    /// awaiting: at least one parent has not ended.
    parents,
    /// awaiting: suspended until an event. Reserved: no storage of this version has such jobs.
    event,
};

/// True for succeeded, failed and deleted.
[[nodiscard]] constexpr bool is_final(job_state s) {
    return s >= job_state::succeeded;
}

/// The lifecycle table: true if a job may go from `from` to `to` in one step. Every storage keeps to
/// it; nothing else moves a job.
[[nodiscard]] constexpr bool may_become(job_state from, job_state to) {
    using s = job_state;
    switch (from) {
    case s::awaiting: return to == s::enqueued || to == s::scheduled || to == s::deleted;
    case s::scheduled: return to == s::enqueued || to == s::scheduled || to == s::deleted;
    case s::enqueued: return to == s::processing || to == s::scheduled || to == s::deleted;
    case s::processing: return to != s::awaiting && to != s::processing;
    default: return to == s::enqueued || to == s::scheduled; // requeue, reschedule
    }
}

/// The state's name: "enqueued", "scheduled", ...
[[nodiscard]] constexpr std::string_view to_string(job_state s) {
    constexpr std::array<std::string_view, job_state_count> names{
        "enqueued", "scheduled", "awaiting", "processing", "succeeded", "failed", "deleted"};
    auto const i = static_cast<std::size_t>(s);
    return i < names.size() ? names[i] : "unknown";
}

/// The sub-state's name: "in line", "parked by type", ...; empty for none.
[[nodiscard]] constexpr std::string_view to_string(job_sub_state s) {
    constexpr std::array<std::string_view, 8> names{
        "",
        "in line",
        "parked by limit",
        "parked by type",
        "reserved",
        "running",
        "cancelling",
        "parents"};
    auto const i = static_cast<std::size_t>(s);
    return i < names.size() ? names[i] : "unknown";
}

/// The state with this name; nothing if there is none.
[[nodiscard]] constexpr std::optional<job_state> parse_job_state(std::string_view name) {
    for (std::size_t i = 0; i != job_state_count; ++i) {
        if (to_string(static_cast<job_state>(i)) == name) {
            return static_cast<job_state>(i);
        }
    }
    return std::nullopt;
}

} // namespace cofire

#endif
