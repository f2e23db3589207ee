// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_OPTIONS_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_OPTIONS_HPP

#include <cofire/core/job_options.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/storage/table/table_limits.hpp>
#include <cofire/time/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace cofire {

/// How a journal_storage is set up.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct journal_options {
    /// How much it holds in memory, and for how long. At most 16 MiB for the arguments or the result of
    /// a job.
    table_limits limits{};
    /// Where the time comes from.
    cofire::clock clock{};
    /// When an operation that changes something is answered: `always` when it survives power loss,
    /// `interval` when it survives the process's death, and power loss takes at most what was written
    /// in the last `sync_interval`; `none` at once: the process's death may take what was not written
    /// yet. A job may have a level of its own, for its insert.
    durability_level durability = durability_level::always;
    /// With durability_level::interval: how long written data may wait to be synced.
    std::chrono::milliseconds sync_interval{100};
    /// How long one file of the log becomes, in bytes. At least 64 KiB.
    std::uint64_t segment_bytes = 64U << 20U;
    /// How much may wait to be written, in bytes; inserts wait while there is more.
    std::size_t buffer_bytes = 8U << 20U;
    /// A snapshot is taken, and older files are removed, once the log since the last one is longer than
    /// this and than the last snapshot, in bytes.
    std::uint64_t compact_bytes = 64U << 20U;
    /// Read every snapshot again before the files it replaces are removed.
    bool verify_snapshots = true;
    /// Give a store that an older version of cofire made the newest format. Until then it stays as it is,
    /// so that the older version can open it again; afterwards that refuses it with errc::newer_format.
    bool upgrade = false;
    /// Take a directory on NFS, CIFS or FUSE. Locks and syncs there may not do what they promise.
    bool allow_remote_file_system = false;
};

/// What opening a journal found.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct journal_report {
    /// True: the directory was empty, and a new store was made.
    bool created = false;
    /// How often this store has been opened, this time included.
    std::uint64_t generation = 0;
    /// Records replayed after the snapshot.
    std::uint64_t records = 0;
    /// Jobs in the store, all states.
    std::uint64_t jobs = 0;
    /// Bytes at the end of the log that no operation had been answered for: put into quarantine.
    std::uint64_t torn_bytes = 0;
    /// Runs that the end of the process had interrupted: counted as lost.
    std::uint64_t interrupted = 0;
    /// Why there may have been more of them: the notes of what was running are damaged or gone. Empty:
    /// they are whole. After a loss of power this is no sign of a broken disk: they are not synced.
    std::string starts_problem{};
};

} // namespace cofire

#endif
