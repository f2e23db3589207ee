// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_TABLE_LIMITS_HPP
#define COFIRE_STORAGE_TABLE_TABLE_LIMITS_HPP

#include <cofire/core/time_point.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cofire {

/// How much an in-process storage holds, and for how long.
struct table_limits {
    /// Jobs of all states. When it is reached, final jobs go first, the oldest first; inserts are
    /// refused only when that is not enough.
    std::uint64_t jobs = 10'000'000;
    /// Bytes of memory that the jobs take, about. Likewise.
    std::uint64_t bytes = std::uint64_t{4} << 30;
    /// The longest arguments of one job, in bytes.
    std::size_t arguments = std::size_t{1} << 20;
    /// The longest result of one job, in bytes. A job that has succeeded with a longer one has failed.
    std::size_t result = std::size_t{1} << 20;
    /// How long succeeded and deleted jobs are kept, at least; they go within a minute after, while a
    /// server is up. duration::max(): for ever.
    duration keep_succeeded = std::chrono::hours{24};
    /// How long failed jobs are kept. Likewise.
    duration keep_failed = std::chrono::hours{24 * 30};
    /// How many of the succeeded, of the deleted and of the failed are kept.
    std::size_t keep_count = 100'000;
    /// A job whose server died while it ran, this many times, has failed; at least 1.
    std::uint32_t lost_limit = 3;
    /// Different kinds of jobs: combinations of queue, type and argument version. They are known for as
    /// long as the store is open, and with a journal from then on; jobs of one more are refused, as when
    /// the storage is full. For what comes in thousands, tenants say, there are limit keys and tags.
    std::size_t kinds = 10'000;
};

} // namespace cofire

#endif
