// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_TABLE_IMAGE_READER_HPP
#define COFIRE_STORAGE_JOURNAL_TABLE_IMAGE_READER_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/job_kinds.hpp>
#include <cofire/storage/journal/record_bytes.hpp>
#include <cofire/storage/journal/record_replay.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cofire::detail {

/// Fills an empty job_table from the blocks that table_image_writer made, in their order. What is not
/// possible throws errc::corrupt; the table is of no use then.
///
/// Distinct objects: safe. Shared objects: unsafe.
class table_image_reader {
public:
    /// `replay` learns of each job, and of the time that the records after it are told from.
    table_image_reader(job_table& table, record_replay& replay)
        : table_(&table), replay_(&replay) {}

    /// Reads one block.
    void read(std::span<std::byte const> block);
    /// Makes the table whole: all orders, and what follows from the jobs. Throws, too, if blocks are
    /// missing.
    void finish();

private:
    void read_record(std::uint16_t type, std::uint16_t flags, byte_reader& r);
    void read_part(byte_reader& r);
    void read_numbers(byte_reader& r);
    void read_queue(byte_reader& r);
    void read_series(byte_reader& r, event_series& s) const;
    series_point read_point(byte_reader& r) const;
    void read_limit(byte_reader& r);
    void read_key(byte_reader& r);
    void read_server(byte_reader& r);
    void read_recurring(byte_reader& r);
    void read_notice(byte_reader& r);
    void read_job(byte_reader& r);
    void read_run(byte_reader& r, job_node& job, unsigned flags);
    void read_extras(byte_reader& r, job_node& job);
    void read_held_key(byte_reader& r, job_node& job);
    void read_limits_of(byte_reader& r, job_extras& x);
    void read_parents(byte_reader& r, job_extras& x);
    void read_events(byte_reader& r, job_extras& x);
    void check(job_node const& job) const;
    void hold_key(std::string_view key, job_id holder, std::optional<time_point> until);
    void finish_states();
    void finish_places();
    void place(job_node& job);

    job_table* table_;
    record_replay* replay_;
    kind_reader kinds_;
    time_point now_;
    bool begun_ = false;
    bool ended_ = false;
    std::uint64_t jobs_ = 0;
    std::array<std::vector<job_node*>, job_state_count> by_state_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/table_image_reader.ipp>
#include <cofire/storage/journal/impl/table_image_reader_jobs.ipp>
#endif

#endif
