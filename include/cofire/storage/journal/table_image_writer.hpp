// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_TABLE_IMAGE_WRITER_HPP
#define COFIRE_STORAGE_JOURNAL_TABLE_IMAGE_WRITER_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/job_kinds.hpp>
#include <cofire/storage/journal/record_bytes.hpp>
#include <cofire/storage/journal/record_type.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace cofire::detail {

/// storage_counts::refused and stale, as far as the log knows: they are told late.
struct told_counters {
    std::uint64_t refused = 0;
    std::uint64_t stale = 0;
};

/// What a snapshot's table_image record tells of.
enum class table_part : std::uint8_t {
    numbers,   ///< the time, the next numbers, the counters; first of all, once
    type,      ///< a job type, in the order of their indexes
    queue,     ///< a queue and its lanes
    series,    ///< of all queues
    limit,     ///< a limit key
    key,       ///< a unique key held for a time, whose holder is gone
    server,    ///< a server, by number
    recurring, ///< a recurring job
    notice,    ///< a notice not told yet
};

/// The image of a job_table as it is when this is made, written while the table goes on: what is little
/// at once; the jobs in slices, each as it was, since one that is about to change is written before.
///
/// Distinct objects: safe. Shared objects: unsafe.
class table_image_writer {
public:
    /// `last_time`: that of the latest record of the log. May throw std::bad_alloc.
    table_image_writer(job_table& table, time_point last_time, told_counters told);
    ~table_image_writer();
    table_image_writer(table_image_writer const&) = delete;
    table_image_writer& operator=(table_image_writer const&) = delete;

    /// Looks at up to `budget` jobs. Gives one block of records, possibly an empty one, for the memory of
    /// `block`. True: it was the last. Throws std::bad_alloc if memory ran out, also before, in touch().
    bool slice(std::size_t budget, record_buffer& block);

    /// The job is about to change.
    void touch(job_node& job) noexcept;

private:
    static constexpr std::size_t block_size = 48 * 1024; // after which a new block is begun

    byte_writer out() { return byte_writer(block_); }
    byte_writer open(table_part part);
    void start(record_type type);
    void close();
    void end_block();
    void walk(std::size_t budget);
    void write_numbers(told_counters told);
    void write_table(told_counters told);
    void write_series(byte_writer& w, event_series const& s) const;
    void write_point(byte_writer& w, series_point const& p) const;
    void write_keys();
    void write_recurring(recurring_record const& r);
    void write_server(server_entry const& s);
    void write_job(job_node& job);
    void write_extras(byte_writer& w, job_node const& job) const;
    void write_key(byte_writer& w, job_extras const& x) const;
    void write_parents(byte_writer& w, job_extras const& x) const;
    void write_events(byte_writer& w, job_extras const& x) const;

    job_table* table_;
    time_point now_;             // that all times are told from
    std::uint64_t moves_ = 0;    // the table's next_changed_ then
    std::size_t state_ = 0;      // the list that is walked
    job_node* cursor_ = nullptr; // the next job in it
    std::uint64_t jobs_ = 0;     // written so far
    std::deque<record_buffer> blocks_;
    record_buffer block_; // under way
    std::size_t opened_at_ = 0;
    record_type type_{};
    bool is_open_ = false;
    bool walked_all_ = false;
    bool ended_ = false;
    bool failed_ = false;
    kind_writer kinds_;
};

// What a job's image has, see docs/journal_records.md.
inline constexpr unsigned image_settled = 1;
inline constexpr unsigned image_promoted = 2;
inline constexpr unsigned image_ran = 4;
inline constexpr unsigned image_run_failed = 8;
inline constexpr unsigned image_acquired = 16; // epoch, server and attempts follow
inline constexpr unsigned image_finished = 32;
inline constexpr unsigned image_result = 64;
inline constexpr unsigned image_extras = 128;
inline constexpr unsigned image_flags = 255;
// What its extras have.
inline constexpr unsigned extra_key = 1;
inline constexpr unsigned extra_limits = 2;
inline constexpr unsigned extra_parents = 4;
inline constexpr unsigned extra_children = 8;
inline constexpr unsigned extra_expires = 16;
inline constexpr unsigned extra_recurring = 32;
inline constexpr unsigned extra_reason = 64;
inline constexpr unsigned extra_stop_reason = 128;
inline constexpr unsigned extra_error = 256;
inline constexpr unsigned extra_events = 512;
inline constexpr unsigned extra_log = 1'024;
inline constexpr unsigned extra_blocker = 2'048;
inline constexpr unsigned extra_flags = 4'095;
// What an event has.
inline constexpr unsigned event_reason = 1;
inline constexpr unsigned event_error = 2;
inline constexpr unsigned event_run_time = 4;
inline constexpr unsigned event_flags = 7;
// What an edge to a parent has, besides its condition in the lowest two bits.
inline constexpr unsigned edge_ended = 4;
inline constexpr unsigned edge_given_other = 8;
inline constexpr unsigned edge_result = 16;
inline constexpr unsigned edge_flags = 31;

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/table_image_writer.ipp>
#endif

#endif
