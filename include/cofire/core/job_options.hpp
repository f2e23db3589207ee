// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_JOB_OPTIONS_HPP
#define COFIRE_CORE_JOB_OPTIONS_HPP

#include <cofire/core/few.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/time_point.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace cofire {

/// Among which jobs a unique key is unique.
enum class unique_scope_kind : std::uint8_t {
    type,   ///< among the jobs of the same type (the default)
    queue,  ///< among the jobs of the same queue
    global, ///< among all jobs
};

/// How long a job holds its unique key.
enum class unique_hold : std::uint8_t {
    unfinished,    ///< until it reaches a final state (the default)
    until_started, ///< until its first run starts
    for_a_time,    ///< for unique_for, counted from the insert, whatever becomes of the job
};

/// What an insert does when another job holds its unique key.
enum class duplicate_policy : std::uint8_t {
    /// Nothing is inserted; the answer names the holder (the default).
    ignore,
    /// A holder that waits is deleted and the new job takes its place; one that has ended gives its key;
    /// a running one stays.
    replace,
};

/// What happens to occurrences of a recurring job that no server was up to serve.
enum class misfire_policy : std::uint8_t {
    once, ///< one run for all of them (the default)
    all,  ///< one run for each
    skip, ///< none
};

/// What happens when a recurring job falls due while its last run is unfinished.
enum class overlap_policy : std::uint8_t {
    skip,      ///< the occurrence is skipped and counted (the default)
    allow,     ///< both run
    queue_one, ///< one waits for the last to end; further ones are skipped
};

/// What becomes of a job whose attempts are used up.
enum class exhausted_policy : std::uint8_t {
    fail,       ///< failed (the default)
    delete_job, ///< deleted, with the error as the reason
};

/// When an insert is acknowledged, on storages that write to a disk.
enum class durability_level : std::uint8_t {
    always,   ///< when it survives power loss (the default)
    interval, ///< when it survives the process's death; power loss may take the last moments
    none,     ///< at once
};

/// How one job is to be treated. A member that is not set takes the job type's default, and that the
/// client's. Everything given is copied by the call it is given to, so views may point to temporaries
/// that live until the end of the statement.
///
/// It is trivially destructible, because g++ 12 destroys other brace-written temporaries twice beside
/// co_await. The order of the members is part of the interface: designated initialisers follow it.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct job_options {
    /// The job's id, to be able to repeat an insert whose outcome is unknown. Default: a new one.
    std::optional<job_id> id{};
    /// The queue: 1 to 128 letters, digits, _ . : and -. Default: "default".
    std::optional<std::string_view> queue{};
    /// 0 to 15, higher first within the queue. Default: 5.
    std::optional<int> priority{};
    /// How often the handler may run, the first run included; at least 1. Default: 11.
    std::optional<int> max_attempts{};
    /// The waits before the second, third, ... run; the last one repeats. Default: growing from about
    /// 15 seconds.
    few<duration, 16> delays{};
    /// How long one run may take; it is then cancelled and has failed. Default: no limit.
    std::optional<duration> timeout{};
    /// How long after it became due a job may still start for the first time; it is deleted then.
    /// More than 0. Default: no limit.
    std::optional<duration> expires{};
    /// At most one job holds this key, for as long as unique_mode says. Up to 256 bytes.
    std::optional<std::string_view> unique_key{};
    /// Among which jobs unique_key is unique. Default: those of the same type.
    std::optional<unique_scope_kind> unique_scope{};
    /// How long unique_key is held. Default: while the job is unfinished.
    std::optional<unique_hold> unique_mode{};
    /// With unique_hold::for_a_time: how long, from the insert.
    std::optional<duration> unique_for{};
    /// What an insert does when the key is held. Default: nothing is inserted.
    std::optional<duplicate_policy> on_duplicate{};
    /// Jobs with the same limit key run at most `limit` at a time, over all servers. Up to 256 bytes.
    std::optional<std::string_view> limit_key{};
    /// With limit_key: how many, at least 1. Default: 1.
    std::optional<int> limit{};
    /// For recurring jobs: the IANA time zone or fixed offset of the cron expression. Default: "UTC".
    std::optional<std::string_view> zone{};
    /// For recurring jobs: what happens to occurrences missed. Default: one run for all.
    std::optional<misfire_policy> misfire{};
    /// For recurring jobs: what happens while the last run is unfinished. Default: skip.
    std::optional<overlap_policy> overlap{};
    /// What becomes of the job when its attempts are used up. Default: failed.
    std::optional<exhausted_policy> on_exhausted{};
    /// When the insert is acknowledged. Default: the storage's own level.
    std::optional<durability_level> durability{};
    /// Words to find the job by; at most 8 here, each 1 to 64 bytes.
    few<std::string_view, 8> tags{};
};

static_assert(std::is_trivially_destructible_v<job_options>);

/// `upper` where it sets something, `lower` elsewhere. Lists replace each other as a whole.
[[nodiscard]] constexpr job_options merge(job_options const& upper, job_options const& lower) {
    job_options r = lower;
    auto const take = [](auto& to, auto const& from) {
        if (from) {
            to = from;
        }
    };
    take(r.id, upper.id);
    take(r.queue, upper.queue);
    take(r.priority, upper.priority);
    take(r.max_attempts, upper.max_attempts);
    take(r.timeout, upper.timeout);
    take(r.expires, upper.expires);
    take(r.unique_key, upper.unique_key);
    take(r.unique_scope, upper.unique_scope);
    take(r.unique_mode, upper.unique_mode);
    take(r.unique_for, upper.unique_for);
    take(r.on_duplicate, upper.on_duplicate);
    take(r.limit_key, upper.limit_key);
    take(r.limit, upper.limit);
    take(r.zone, upper.zone);
    take(r.misfire, upper.misfire);
    take(r.overlap, upper.overlap);
    take(r.on_exhausted, upper.on_exhausted);
    take(r.durability, upper.durability);
    if (!upper.delays.empty()) {
        r.delays = upper.delays;
    }
    if (!upper.tags.empty()) {
        r.tags = upper.tags;
    }
    return r;
}

} // namespace cofire

#endif
