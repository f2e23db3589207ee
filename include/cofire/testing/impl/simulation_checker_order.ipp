// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_CHECKER_ORDER_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_CHECKER_ORDER_IPP

#include <cofire/testing/simulation_checker.hpp>

#include <algorithm>
#include <string>

// Which job comes first, and which comes too late.

namespace cofire::testing {

namespace detail {

/// Storages may count time in steps up to this.
constexpr duration time_step = std::chrono::milliseconds{10};

} // namespace detail

COFIRE_DECL bool simulation_checker::handles(server_model const& server, new_job const& job) {
    return std::any_of(server.types.begin(), server.types.end(), [&](announced_type const& t) {
        return t.name == job.type && t.argument_version >= job.argument_version;
    });
}

COFIRE_DECL bool simulation_checker::is_paused(std::string_view queue) const {
    return std::find(paused_.begin(), paused_.end(), queue) != paused_.end();
}

/// True only if the job stands in line for certain: what may have ended by itself, waits for parents, may
/// be held back by a limit or by a server that it lost, or was moved by a user does not count.
COFIRE_DECL bool simulation_checker::is_ready(job_model const& m, time_point now) const {
    bool const waits = !m.held && !m.final && !m.deleted && !m.replaced && m.lost == 0;
    bool const at_once = m.runs.empty() && !m.asked.due;
    bool const due = at_once || (exact.times && m.due_known && m.due + detail::time_step <= now);
    bool const stays = m.asked.settings->expires == duration{0};
    return waits && due && stays && !m.moved && m.due_known && m.asked.parents.empty() &&
           m.asked.limits.empty();
}

/// Nothing that stood before what was handed out was left behind.
COFIRE_DECL void
simulation_checker::check_order(acquire_request const& r, acquire_answer const& a) {
    server_model const& server = servers_.at(r.server);
    auto const is_capped = [&](new_job const& job) {
        return std::any_of(r.caps.begin(), r.caps.end(), [&](type_cap const& cap) {
            return std::find(cap.types.begin(), cap.types.end(), job.type) != cap.types.end();
        });
    };
    auto const at_once = [](job_model const& m) { // their order in line is that of their inserts
        return m.runs.empty() && m.due_known && !m.moved && !m.asked.due &&
               m.asked.parents.empty() && m.asked.limits.empty();
    };
    std::vector<job_id> before; // in line, in the order of their inserts
    for (job_id id : order_) {
        job_model const& m = jobs_.at(id);
        if (is_ready(m, a.now) && handles(server, m.asked) && !is_capped(m.asked)) {
            before.push_back(id);
        }
    }
    for (acquired_job const& job : a.jobs) {
        std::erase(before, job.id);
        job_model const* const taken = find(job.id);
        if (taken == nullptr) {
            continue; // reported elsewhere
        }
        bool earlier = at_once(*taken);
        for (job_id id : order_) {
            earlier = earlier && id != job.id;
            if (std::find(before.begin(), before.end(), id) == before.end()) {
                continue;
            }
            job_model const& other = jobs_.at(id);
            job_settings const& settings = *other.asked.settings;
            if (settings.queue != job.settings->queue) {
                continue;
            }
            bool const more_urgent = settings.priority > job.settings->priority;
            bool const first = settings.priority == job.settings->priority && at_once(other);
            if (more_urgent || (first && earlier)) {
                report(
                    "I17",
                    job.id,
                    "was acquired before job " + std::to_string(history_->number_of(id)) +
                        ", which stands before it in " + settings.queue
                );
            }
        }
    }
}

// Late.

/// Those that hold nothing, and are the last that their process announced.
COFIRE_DECL std::vector<simulation_checker::server_model const*>
simulation_checker::idle_servers() const {
    std::map<std::uint32_t, std::pair<server_instance, server_model const*>> latest;
    for (auto const& [instance, server] : servers_) {
        latest[server.process] = {instance, &server};
    }
    std::erase_if(latest, [](auto const& entry) { return entry.second.second->told_to_rest; });
    for (job_id id : order_) {
        job_model const& m = jobs_.at(id);
        auto const holder = m.held ? servers_.find(m.runs.back().server) : servers_.end();
        if (holder != servers_.end()) {
            latest.erase(holder->second.process);
        }
    }
    std::vector<server_model const*> result;
    for (auto const& [process, server] : latest) {
        if (server.second->alive && !is_stopping(process)) {
            result.push_back(server.second);
        }
    }
    return result;
}

/// True if the job waits for something else than a server.
COFIRE_DECL bool simulation_checker::is_held_back(job_record const& record) const {
    bool const waits = record.state == job_state::enqueued || record.state == job_state::scheduled;
    auto const known = jobs_.find(record.id);
    if (!waits || known == jobs_.end() || is_paused(record.settings->queue)) {
        return true;
    }
    if (record.due + detail::time_step > clock_.wall_now()) {
        return true;
    }
    auto const& limits = known->second.asked.limits;
    return std::any_of(limits.begin(), limits.end(), [&](job_limit const& limit) {
        auto const used = limits_used_.find(limit.key);
        return used != limits_used_.end() && used->second >= limit.limit;
    });
}

COFIRE_DECL void simulation_checker::look_for_late(std::span<job_record const> records) {
    for (job_id id : order_) {
        job_model const& m = jobs_.at(id);
        bool const ended = m.held && m.runs.back().ended;
        if (ended && m.runs.back().end != simulated_end::destroyed) {
            report("I5", id, "has ended its run, and the storage is not told");
        }
        if (m.held && !m.runs.back().started && is_stopping(m.runs.back().process)) {
            report("I7", id, "has not started, and is kept by a server that stops");
        }
    }
    auto const idle = idle_servers();
    for (job_record const& record : records) {
        if (idle.empty() || is_held_back(record)) {
            continue;
        }
        for (server_model const* server : idle) {
            auto const& queues = server->queues;
            bool const serves =
                std::find(queues.begin(), queues.end(), record.settings->queue) != queues.end();
            if (serves && handles(*server, jobs_.at(record.id).asked)) {
                report(
                    "I12",
                    record.id,
                    "is due, and does not start on an idle server (process " +
                        std::to_string(server->process) + ")"
                );
            }
        }
    }
}

} // namespace cofire::testing

#endif
