// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_LOGGED_TABLE_HPP
#define COFIRE_STORAGE_JOURNAL_LOGGED_TABLE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/record_bytes.hpp>
#include <cofire/storage/journal/record_replay.hpp>
#include <cofire/storage/journal/record_writer.hpp>
#include <cofire/storage/journal/table_image_reader.hpp>
#include <cofire/storage/journal/table_image_writer.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cofire::detail {

/// A job_table whose changes are also records: bytes that, replayed in their order, make the same table
/// again. It knows no files. First everything stored is replayed, then start() is called, then the
/// operations may be.
///
/// The operations are those of job_table. Each appends the records of what it changed, if anything;
/// take_records() gives them. The records of one call belong together, since only all of them are the
/// call. What is never logged, and lost when the process ends: heartbeats, signals on their way,
/// progress, and what is waited for.
///
/// If memory runs out before a call has changed anything, it is refused with errc::storage_full or
/// std::bad_alloc; if it runs out within it, with std::bad_alloc, and from then on everything is refused
/// with errc::storage_failed: the records so far are good, the table no longer is.
///
/// Distinct objects: safe. Shared objects: unsafe.
class logged_table {
public:
    explicit logged_table(table_limits const& limits = {});

    // What is stored, before start().

    /// Does what one record says; `body` is what follows its head. Throws errc::corrupt for one that
    /// does not fit; the table is of no use then.
    void replay(std::uint16_t type, std::uint16_t flags, std::span<std::byte const> body);
    /// Reads one block of a snapshot; all of them come before the records after it. Throws likewise.
    void load_snapshot_block(std::span<std::byte const> block);
    /// The snapshot has been read. Throws errc::corrupt, too, if blocks are missing.
    void finish_load();
    /// How many records were skipped so far: of types that are not known, and need not be.
    [[nodiscard]] std::uint64_t skipped_records() const;

    /// Instead of start(): all is read, and the table is only looked at, or written as a snapshot, just as
    /// it stands. Of the operations only read(), and those that list something, may follow.
    void stay_as_stored();
    /// After it: raises the generation by `count` (at most to the highest there is), so that no epoch from
    /// here on is among those that a part of the store gave which is lost. Its record is to be taken.
    void skip_generations(std::uint64_t count);

    /// Begins to serve, as a new generation of the store, whose number it returns: epochs are above all
    /// that were given before, all servers are taken for dead, and so are the runs of `interrupted` that
    /// the records do not know of. Its records must be durable before anything is answered.
    std::uint64_t start(time_point now, std::span<interrupted_run const> interrupted = {});

    // The ten operations, but wait. Preconditions: start() was called.
    insert_answer insert(insert_request const& r, time_point now);
    acquire_answer acquire(acquire_request const& r, time_point now);
    settle_answer settle(settle_request const& r, time_point now);
    tick_answer tick(tick_request const& r, time_point now);
    change_answer change(change_request const& r, time_point now);
    recurring_answer recurring(recurring_request const& r, time_point now);
    queues_answer queues(queues_request const& r, time_point now);
    servers_answer servers(servers_request const& r, time_point now);
    [[nodiscard]] read_answer read(read_request const& r, time_point now) const {
        return table_.read(r, now);
    }

    /// The number of the latest change of a job's state, see job_node::changed.
    [[nodiscard]] std::uint64_t latest_change() const { return table_.next_changed_ - 1; }
    /// The latest change that made jobs ready which the last acquire() gave; 0: it gave none.
    [[nodiscard]] std::uint64_t newest_taken() const { return writer_.newest_taken(); }

    // As of job_table.
    [[nodiscard]] bool changed(wait_interest const& interest, seen_token seen) const {
        return table_.changed(interest, seen);
    }
    bool watch(job_id id) { return table_.watch(id); }
    [[nodiscard]] table_effects take_effects() { return table_.take_effects(); }
    void server_died(server_instance instance, time_point now);
    void recover(time_point now);
    [[nodiscard]] std::size_t size() const { return table_.size(); }

    /// Counts of what was refused or stale are told with the next record only, so that such calls make
    /// no log grow. This tells them now: for a store that is about to be closed.
    void tell_counters(time_point now);

    /// Gives the records since the last call, one behind the other, for the memory of `bytes`. Returns
    /// how many they are.
    std::uint64_t take_records(record_buffer& bytes) { return writer_.take(bytes); }
    /// How many bytes take_records() would give.
    [[nodiscard]] std::size_t pending_bytes() const { return writer_.size(); }
    // Snapshots: the table as it is when one begins, in blocks, while calls go on.

    /// Begins one; a former one is given up. The records after it and the snapshot make the table.
    /// Precondition: take_records() has given all records. May throw std::bad_alloc; then there is none.
    void begin_snapshot();
    /// Looks at up to `budget` jobs and gives the next block, possibly an empty one, for the memory of
    /// `block`. True: it was the last; the snapshot is whole. Throws std::bad_alloc if memory ran out,
    /// then or in a call before; the snapshot is given up. Precondition: one was begun.
    bool snapshot_slice(std::size_t budget, record_buffer& block);
    /// Gives the snapshot up, if there is one.
    void abort_snapshot();

    /// The time of the latest record. No later call may bring an earlier one, unless the clock was set
    /// back.
    [[nodiscard]] time_point last_time() const { return writer_.last_time(); }
    /// True if memory ran out within a call.
    [[nodiscard]] bool is_broken() const { return broken_; }

    /// The table itself; only for looking.
    [[nodiscard]] job_table const& table() const { return table_; }

private:
    template <class Call>
    auto logged(time_point now, std::size_t bytes, Call const& call);

    job_table table_;
    record_writer writer_{table_};
    std::unique_ptr<record_replay> replay_;        // until start()
    std::unique_ptr<table_image_reader> reader_;   // until finish_load()
    std::unique_ptr<table_image_writer> snapshot_; // being taken
    bool broken_ = false;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/logged_table.ipp>
#endif

#endif
