// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_WAIT_HPP
#define COFIRE_STORAGE_CONTRACT_WAIT_HPP

#include <cofire/core/job_id.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/core/time_point.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cofire {

/// How far a caller has seen a storage's changes. Every answer that may be followed by a wait holds
/// one; a wait with it returns at once if anything of its interest changed since. The default value
/// has seen nothing, so a server's wait with it returns at once.
struct seen_token {
    /// The storage's own number; growing.
    std::uint64_t value = 0;
    /// Equal if the numbers are.
    friend bool operator==(seen_token, seen_token) = default;
};

/// What a wait is for. Views must stay valid until the wait completes.
struct wait_interest {
    /// A server: jobs that it could take from `queues`, signals and commands for it, and a due time
    /// earlier than `due_before`. 0: none.
    server_instance server = 0;
    /// With `server`: the queues whose lines matter.
    std::span<std::string_view const> queues{};
    /// With `server`: also wake if a job becomes due earlier than this. Empty: any due time matters.
    /// It must be the caller's latest knowledge: one that has passed hides what becomes due later.
    std::optional<time_point> due_before{};
    /// Jobs whose end is waited for. If one has ended, the wait returns at once, whatever `seen` is; a
    /// job that is unknown counts as ended.
    std::span<job_id const> jobs{};
};

/// Waits until something of the interest changes. Views must stay valid until it completes.
struct wait_request {
    /// What for.
    wait_interest interest{};
    /// Changes up to here are known already.
    seen_token seen{};
    /// Give up at this time of the wall clock; empty: never.
    std::optional<time_point> deadline{};
};

/// Why a wait ended.
enum class wait_status : std::uint8_t {
    changed, ///< something of the interest changed, or may have: look again
    timeout, ///< the deadline passed
};

/// The answer to wait_request.
struct wait_answer {
    /// Why it ended.
    wait_status status = wait_status::changed;
    /// Of the interest's jobs: those that have ended, as they were then, also if they have been removed
    /// since. A storage need not give them (this stays empty); then whoever waits reads the job, and
    /// finds nothing if it was removed at once.
    std::vector<job_record> ended{};
};

} // namespace cofire

#endif
