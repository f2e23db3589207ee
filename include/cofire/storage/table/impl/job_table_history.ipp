// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_HISTORY_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_HISTORY_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <limits>
#include <new>

namespace cofire::detail {

// A job's history is its insert, then its events, then its course since: what most jobs do, and what
// therefore is not kept but told from the job itself.

/// Appends the course of `job` since its last event.
COFIRE_DECL void
job_table::append_course(job_node const& job, std::vector<history_entry>& to) const {
    if (job.promoted) {
        bool const before_run = job.ran; // only a first run leaves it untold, see start
        to.push_back(
            {.at = job.due,
             .state = job_state::enqueued,
             .attempt = before_run ? job.attempt_before : job.attempt,
             .epoch = before_run ? 0 : job.epoch,
             .server = before_run ? 0 : job.server}
        );
    }
    if (job.ran) {
        to.push_back(
            {.at = job.started,
             .state = job_state::processing,
             .attempt = job.attempt_before,
             .epoch = job.epoch,
             .server = job.server}
        );
    }
    if (is_final(job.state)) {
        history_entry end{
            .at = job.finished,
            .state = job.state,
            .attempt = job.attempt,
            .epoch = job.epoch,
            .server = job.server};
        if (job.extras) {
            end.reason = job.extras->reason;
            if (job.ran && job.run_failed) {
                end.error = job.extras->error;
            }
        }
        if (job.ran && job.settled) {
            end.run_time = job.finished - job.started;
        }
        to.push_back(std::move(end));
    }
}

/// Makes events of the course of `job`, so that it can take another one.
COFIRE_DECL void job_table::keep_course(job_node& job) {
    touch(job);
    std::vector<history_entry> course;
    append_course(job, course);
    for (history_entry& entry : course) {
        add_event(job, std::move(entry));
    }
    job.promoted = false;
    job.ran = false;
    job.run_failed = false;
}

/// Adds that the job reached the state it is in.
COFIRE_DECL void job_table::add_event(job_node& job, time_point now, std::string_view reason) {
    add_event(
        job,
        {.at = now,
         .state = job.state,
         .attempt = job.attempt,
         .epoch = job.epoch,
         .server = job.server,
         .reason = std::string(reason)}
    );
}

COFIRE_DECL void job_table::add_event(job_node& job, history_entry entry) {
    constexpr std::size_t most = 100;
    constexpr std::size_t kept_of_the_beginning = 20;
    touch(job);
    auto& events = job.more().events;
    if (events.size() == most) {
        events.erase(events.begin() + kept_of_the_beginning);
    }
    events.push_back(std::move(entry));
    recount(job);
}

/// Tells the servers' observers of a transition nobody asked for, as far as there is room for it.
COFIRE_DECL void job_table::notify(job_node const& job, job_state from, std::string_view reason) {
    constexpr std::size_t most = 10'000;
    if (notices_.size() == most) {
        notices_.pop_front();
    }
    try {
        notices_.push_back(
            {.id = job.id,
             .type = job.line->type->name,
             .from = from,
             .to = job.state,
             .reason = std::string(reason)}
        );
    } catch (std::bad_alloc const&) { // the job's own history has it
        return;
    }
    wake_one_server();
}

/// Has a server tick, which gets the notices.
COFIRE_DECL void job_table::wake_one_server() {
    if (!servers_.empty()) {
        servers_.begin()->second->changed = ++change_;
        effects_.servers = true;
    }
}

COFIRE_DECL void job_table::count_handlers(lane& l) const {
    auto const handles = [&l](auto const& server) { return server.second->handles(l); };
    l.handlers =
        static_cast<std::uint32_t>(std::count_if(servers_.begin(), servers_.end(), handles));
}

/// To be called when a server has come or gone.
COFIRE_DECL void job_table::count_all_handlers() {
    for (auto const& [name, queue] : queues_) {
        for (auto const& l : queue.lanes) {
            count_handlers(*l);
            tell_unhandled(*l);
        }
    }
}

/// Has a server told, once, if no server handles the jobs that wait in `l`.
COFIRE_DECL void job_table::tell_unhandled(lane& l) {
    if (l.handlers != 0 || l.told || l.waiting == 0 || servers_.empty()) {
        return;
    }
    l.told = true;
    unhandled_.push_back(&l); // get_lane made room
    wake_one_server();
}

COFIRE_DECL void job_table::add_unhandled(std::vector<storage_notice>& to) {
    for (lane* const l : unhandled_) {
        l->told = l->handlers == 0 && l->waiting != 0;
        if (l->told) {
            storage_notice notice;
            notice.type = l->type->name;
            notice.reason = "unhandled: version " + std::to_string(l->version) +
                            " of its arguments, queue " + l->queue->name;
            to.push_back(std::move(notice));
        }
    }
    unhandled_.clear();
}

/// Counts anew what the job takes in memory, about.
COFIRE_DECL void job_table::recount(job_node& job) {
    std::size_t bytes = node_pool::taken_by(job_node::size_with(job.arguments_size)) +
                        job_index::bytes_a_job + (job.result ? job.result->capacity() : 0);
    if (job.extras) {
        job_extras const& x = *job.extras;
        bytes += sizeof(job_extras) + x.key.capacity() + x.reason.capacity() +
                 x.limits.capacity() * sizeof(limit_entry*) +
                 x.parents.capacity() * sizeof(parent_edge) +
                 x.children.capacity() * sizeof(child_edge) +
                 x.events.capacity() * sizeof(history_entry) +
                 (x.error ? x.error->message.capacity() : 0);
        for (history_entry const& e : x.events) {
            bytes += e.reason.capacity() + (e.error ? e.error->message.capacity() : 0);
        }
        for (log_line const& line : x.log) {
            bytes += sizeof(log_line) + line.text.capacity();
        }
    }
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    auto const counted = static_cast<std::uint32_t>(std::min(bytes, most));
    bytes_ += counted;
    bytes_ -= job.bytes;
    if (is_final(job.state)) {
        final_bytes_ += counted;
        final_bytes_ -= job.bytes;
    }
    job.bytes = counted;
}

} // namespace cofire::detail

#endif
