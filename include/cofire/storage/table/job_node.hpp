// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_JOB_NODE_HPP
#define COFIRE_STORAGE_TABLE_JOB_NODE_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/table/intrusive_list.hpp>
#include <cofire/time/timer_wheel.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofire::detail {

struct lane;
struct limit_entry;
struct server_entry;

/// Where a job hangs, by its place_hook or in a job_order.
enum class job_place : std::uint8_t {
    nowhere,         ///< awaiting or final
    line,            ///< lane::line
    returned,        ///< lane::returned: in line at an earlier position
    suspects,        ///< lane::suspects: lost a server before
    parked_by_type,  ///< lane::parked
    parked_by_limit, ///< limit_lane::parked
    wheel,           ///< scheduled, by its due time
    held,            ///< server_entry::held
};

/// What was asked of a job while a server holds it.
enum class stop_request : std::uint8_t { none, cancel, delete_job };

/// True if a parent that ended as `end` meets the condition.
[[nodiscard]] constexpr bool is_met(parent_condition on, job_state end) {
    switch (on) {
    case parent_condition::on_success: return end == job_state::succeeded;
    case parent_condition::on_failure: return end == job_state::failed;
    default: return is_final(end);
    }
}

/// A parent, as its continuation knows it.
struct parent_edge {
    job_id id;
    job_id given; // as inserted; differs from id if that one was held by a unique key
    parent_condition on = parent_condition::on_success;
    bool ended = false;
    job_state state = job_state::awaiting; // once ended
    std::shared_ptr<std::string const> result{};
};

/// A continuation, as its parent knows it: which of its edges is this one.
struct child_edge {
    job_id id;
    std::uint32_t edge = 0;
};

/// What most jobs do without.
struct job_extras {
    std::string key;
    unique_hold key_hold = unique_hold::unfinished;
    bool holds_key = false;
    std::vector<limit_entry*> limits;
    limit_entry* blocker = nullptr; // the limit that it is, or was last, parked under
    bool unparked = false; // in line again after limit_lane::parked; stands in the blocker's ready
    std::vector<parent_edge> parents;
    std::uint32_t waits = 0; // parents that have not ended
    std::vector<child_edge> children;
    std::optional<time_point> expires_at;
    std::string recurring_id;
    std::optional<time_point> occurrence;
    std::string reason;
    std::string stop_reason;
    std::optional<error_info> error;
    std::vector<history_entry> events; // all but the usual course
    std::vector<log_line> log;
    std::optional<job_progress> progress;
};

/// A job in the table, its arguments behind it. The wheel node is its due time while it is scheduled.
///
/// It seldom is in the processor's cache; so the members stand by what touches them together, with the
/// little ones where the alignment leaves room: what a removal needs in the first two cache lines.
struct job_node : timer_wheel_node {
    std::uint16_t lost = 0;
    job_state state = job_state::awaiting;
    job_state first_state = job_state::enqueued;
    job_place place = job_place::nowhere;
    stop_request stop = stop_request::none;
    list_hook<job_node> state_hook; // in the list of its state, always
    list_hook<job_node> place_hook; // see job_place

    job_id id;
    std::uint64_t changed = 0; // when it entered its state; orders the state's list
    std::uint32_t arguments_size = 0;
    std::uint32_t bytes = 0; // what it counts against the storage's limit
    std::unique_ptr<job_extras> extras;
    std::shared_ptr<job_settings const> settings;
    lane* line = nullptr;

    std::uint64_t position = 0;     // when it entered the line; orders the line
    server_entry* holder = nullptr; // while a server holds it
    server_instance server = 0;     // the last that did
    epoch_type epoch = 0;
    std::uint64_t number = 0; // of its insert
    time_point created;
    time_point due;
    time_point started;

    time_point finished;
    std::shared_ptr<std::string const> result;
    std::uint32_t attempt = 0;
    std::uint32_t attempt_before = 0; // the latest run
    bool settled = false;             // the latest run was settled by the server that held it
    bool watched = false;             // somebody waits for its end
    bool promoted = false;            // it left the wheel for the line; not among the events yet
    bool ran = false;                 // its latest run is not among the events yet
    bool run_failed = false;          // that run ended with an error
    std::uint8_t image = 0;           // the latest snapshot that has it, see job_table::image_

    [[nodiscard]] std::string_view arguments_text() const {
        return {reinterpret_cast<char const*>(this + 1), arguments_size};
    }
    /// The bytes of a job with its arguments.
    [[nodiscard]] static constexpr std::size_t size_with(std::size_t arguments) {
        return sizeof(job_node) + arguments;
    }
    [[nodiscard]] job_extras& more() {
        if (!extras) {
            extras = std::make_unique<job_extras>();
        }
        return *extras;
    }
};

/// What to prefetch of a job that is about to run: the node, and the arguments of most jobs.
inline constexpr std::size_t node_lines = sizeof(job_node) / 64 + 2;

using state_list = intrusive_list<job_node, &job_node::state_hook>;
using place_list = intrusive_list<job_node, &job_node::place_hook>;

} // namespace cofire::detail

#endif
