// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_TABLE_LOG_HPP
#define COFIRE_STORAGE_TABLE_TABLE_LOG_HPP

#include <cofire/storage/contract/change.hpp>
#include <cofire/storage/contract/recurring.hpp>
#include <cofire/storage/contract/settle.hpp>
#include <cofire/storage/contract/tick.hpp>
#include <cofire/storage/table/insert_plan.hpp>
#include <cofire/storage/table/job_node.hpp>

#include <cstdint>

namespace cofire::detail {

/// What an acquire does to one job that stands in line.
enum class acquire_step : std::uint8_t {
    take,   ///< it is handed to the server
    park,   ///< the first of its limits that is full holds it back
    expire, ///< it is too late for it
};

/// Who is told what a job_table decides, so that it can be done again without deciding anew.
///
/// Distinct objects: safe. Shared objects: unsafe.
class table_log {
public:
    virtual ~table_log() = default;

    /// What happens by itself up to `now` has happened, and it was something.
    virtual void time_passed(time_point now) = 0;
    /// The jobs of the plan are about to be inserted. If it throws, they are not.
    virtual void inserting(insert_plan const& plan, time_point now) = 0;
    /// An acquire for `server` is about to do this to the job.
    virtual void acquiring(acquire_step step, job_node const& job, server_instance server) = 0;
    /// The run of the job is about to end so.
    virtual void settling(job_node const& job, run_outcome const& o) = 0;
    /// The job was changed.
    virtual void changed(job_node const& job, change_request const& r) = 0;
    /// The log lines of the report are about to be added to the job.
    virtual void reporting(job_node const& job, run_report const& report) = 0;
    /// The firing is about to be decided: the next insert is of its jobs.
    virtual void firing(recurring_firing const& f) = 0;
    /// The firing was decided, and not lost; `record` is as it is now, `stored` its latest job.
    virtual void fired(recurring_record const& record, fire_result const& result) = 0;
    /// The oldest job of this final state is about to be removed.
    virtual void removing(job_state state) = 0;
    /// The job, or what its image would say of it, is about to change. Called only while
    /// job_table::walked_ is set.
    virtual void touch(job_node& job) noexcept = 0;
};

} // namespace cofire::detail

#endif
