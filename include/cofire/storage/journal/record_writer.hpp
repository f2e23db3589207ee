// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_RECORD_WRITER_HPP
#define COFIRE_STORAGE_JOURNAL_RECORD_WRITER_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/job_kinds.hpp>
#include <cofire/storage/journal/record_bytes.hpp>
#include <cofire/storage/journal/record_type.hpp>
#include <cofire/storage/journal/table_image_writer.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// A run that was under way when its process died, though the log does not know of its start.
struct interrupted_run {
    job_id id;
    epoch_type epoch = 0;
};

/// Makes records of what a job_table decides. It is told by the table's calls of table_log, and of what
/// is no decision of the table's by functions of its own, each within begin() and end().
///
/// Each record tells its time as the distance from the record before, and jobs by the number of their
/// insert, as the distance from the job named before in the same record.
///
/// Distinct objects: safe. Shared objects: unsafe.
class record_writer final : public table_log {
public:
    explicit record_writer(job_table& table) : table_(&table) {}

    /// A command begins, whose records take about `bytes`. May throw std::bad_alloc.
    void begin(time_point now, std::size_t bytes);
    /// It is over, or was refused.
    void end();
    /// The call failed where nothing may fail: as if it had not begun. The table is not as it was.
    void drop() noexcept;
    /// True if the command has decided on an insert, which is written: from there on it must go through.
    [[nodiscard]] bool has_decided() const { return decided_; }

    void announced(server_announce const& a);
    void retired(server_instance server);
    void ordered(server_instance server, server_command command);
    void died(server_instance server);
    void recovered();
    void interrupted(std::span<interrupted_run const> runs);
    void generation(std::uint64_t generation);
    void queue_paused(std::string_view queue, bool paused);
    void limit_put(std::string_view key, std::uint32_t limit);
    void recurring_put(cofire::recurring_put const& p);
    void recurring_removed(std::string_view id);
    void recurring_paused(recurring_pause const& p);
    void notices_told();
    /// The counters that are otherwise told with the next record.
    void counted();

    /// Gives the records so far, for the memory of `bytes`; the number of them.
    std::uint64_t take(record_buffer& bytes);
    /// How many bytes take() would give.
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    /// From now on records can be read by who has read none before, but knows last_time() and told().
    /// All so far must have been taken.
    void begin_anew();
    /// The time of the latest record.
    [[nodiscard]] time_point last_time() const { return last_now_; }
    /// Who is told of jobs that change; nullptr: nobody.
    void set_snapshot(table_image_writer* s) { snapshot_ = s; }
    /// The time of the latest record that was read.
    void set_last_time(time_point t) { last_now_ = t; }
    /// The latest job_node::changed of the jobs that were taken in the command, before they were; 0: none.
    [[nodiscard]] std::uint64_t newest_taken() const { return newest_taken_; }
    /// The counters that are told late, as they were told.
    [[nodiscard]] told_counters told() const { return told_; }
    /// They are told as they are now.
    void counters_known();

    // table_log
    void time_passed(time_point now) override;
    void inserting(insert_plan const& plan, time_point now) override;
    void acquiring(acquire_step step, job_node const& job, server_instance server) override;
    void settling(job_node const& job, run_outcome const& o) override;
    void changed(job_node const& job, change_request const& r) override;
    void reporting(job_node const& job, run_report const& report) override;
    void firing(recurring_firing const& f) override;
    void fired(recurring_record const& record, fire_result const& result) override;
    void removing(job_state state) override;
    void touch(job_node& job) noexcept override { snapshot_->touch(job); }

private:
    void reserve(std::size_t bytes);
    byte_writer open(record_type type);
    void start(record_type type);
    void close();
    void write_removed();
    byte_writer out() { return byte_writer(bytes_); }
    [[nodiscard]] bool is_open(record_type type) const { return is_open_ && type_ == type; }
    std::int64_t step_to(std::uint64_t number);
    void write_jobs(insert_plan const& plan);
    void write_job(byte_writer& w, insert_plan const& plan, std::size_t i);

    job_table* table_;
    table_image_writer* snapshot_ = nullptr;
    record_buffer bytes_;
    std::uint64_t count_ = 0;
    kind_writer kinds_;
    time_point now_;
    time_point last_now_;
    std::uint64_t last_number_ = 0; // named in the open record
    std::size_t opened_at_ = 0;
    std::size_t begun_at_ = 0; // what there was before the call
    std::uint64_t begun_count_ = 0;
    time_point begun_last_now_;
    record_type type_{};
    bool is_open_ = false;
    bool decided_ = false;
    std::uint64_t newest_taken_ = 0;
    server_instance server_ = 0;               // of the open record
    recurring_firing const* firing_ = nullptr; // being decided
    std::array<std::uint64_t, 3> removed_{};   // not told yet, by final state
    told_counters told_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/record_writer.ipp>
#endif

#endif
