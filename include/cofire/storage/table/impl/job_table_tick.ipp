// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_TICK_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_TICK_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>

namespace cofire::detail {

/// Moves the scheduled jobs whose time has come into their lines, in the order of their due times.
COFIRE_DECL void job_table::promote(time_point now) {
    if (wheel_.empty() && wheel_started_) {
        return;
    }
    wheel_started_ = true;
    wheel_.advance(to_now_tick(now), [&](timer_wheel_node& node) {
        auto& job = static_cast<job_node&>(node);
        job.place = job_place::nowhere;
        due_.push_back(&job);
    });
    std::sort(due_.begin(), due_.end(), [](job_node const* a, job_node const* b) {
        return std::pair(a->due, a->number) < std::pair(b->due, b->number);
    });
    for (job_node* job : due_) {
        enter_line(*job, now);
    }
    due_.clear();
}

/// Deletes jobs that did not start in time.
COFIRE_DECL void job_table::expire(time_point now) {
    for (auto i = expiries_.begin(); i != expiries_.end() && i->first.first <= now;) {
        job_node& job = *i->second;
        if (job.state == job_state::processing) {
            i = expiries_.erase(i); // it started in time
            job.extras->expires_at.reset();
            continue;
        }
        job_state const from = job.state;
        leave_place(job);
        finish(job, job_state::deleted, "expired", now); // erases *i
        notify(job, from, "expired");
        i = expiries_.begin();
    }
    release_children(now);
    while (!key_ends_.empty() && key_ends_.begin()->first <= now) {
        auto const held = keys_.find(key_ends_.begin()->second);
        if (held != keys_.end() && held->second.until && *held->second.until <= now) {
            if (job_node* const holder = find(held->second.holder)) {
                holder->extras->holds_key = false;
            }
            keys_.erase(held);
        }
        key_ends_.erase(key_ends_.begin());
    }
}

/// The run of a held job ended with its server.
COFIRE_DECL void job_table::lose(job_node& job, time_point now) {
    stop_request const stop = job.stop;
    add_event(job, {.at = job.started, .state = job_state::processing});
    leave_holder(job, now);
    ++job.lost;
    ++counts_.lost;
    if (stop != stop_request::none) {
        finish(job, job_state::deleted, job.extras->stop_reason, now);
    } else if (job.lost >= limits_.lost_limit) {
        job.extras->error = error_info{
            .type = "cofire::lost_server",
            .message = "the server died while the job ran, " + std::to_string(job.lost) + " times",
            .fingerprint = std::hash<std::string_view>{}(job.line->type->name)
        };
        bool const drop = job.settings->on_exhausted == exhausted_policy::delete_job;
        finish(job, drop ? job_state::deleted : job_state::failed, "lost", now);
    } else {
        // Growing, so that a job which kills its process does not do so in a tight loop.
        duration const wait = std::chrono::seconds{1} * (1 << std::min<int>(job.lost, 16));
        add_event(job, {.at = now, .state = job_state::scheduled, .reason = "lost"});
        enter_wheel(job, now + wait);
    }
    notify(job, job_state::processing, "lost");
}

/// Takes a server for dead.
COFIRE_DECL void job_table::reap(server_entry& server, time_point now) {
    while (!server.held.empty()) {
        lose(*server.held.front(), now);
    }
    servers_.erase(server.instance);
    release_children(now);
    ++change_;
    effects_.servers = true;
}

COFIRE_DECL void job_table::reap_dead(time_point now) {
    std::weak_ptr<void const> const untracked;
    for (auto i = servers_.begin(); i != servers_.end();) {
        server_entry& server = *(i++)->second;
        auto const& alive = server.announced.alive;
        bool const tracked = alive.owner_before(untracked) || untracked.owner_before(alive);
        if (tracked && alive.expired()) {
            reap(server, now);
        }
    }
}

COFIRE_DECL void job_table::recover(time_point now) {
    promote(now);
    while (!servers_.empty()) {
        reap(*servers_.begin()->second, now);
    }
}

/// Removes final jobs that have been kept long enough; a few at a time.
COFIRE_DECL void job_table::retain(time_point now) {
    constexpr int slice = 256;
    for (job_state s : {job_state::succeeded, job_state::failed, job_state::deleted}) {
        auto& list = states_[static_cast<std::size_t>(s)];
        duration const keep =
            s == job_state::failed ? limits_.keep_failed : limits_.keep_succeeded;
        for (int i = 0; i != slice && !list.empty(); ++i) {
            if (list.size() <= limits_.keep_count && list.front()->finished + keep > now) {
                break;
            }
            erase(*list.front());
        }
    }
}

/// Removes final jobs, the oldest first, while the storage is over its limit.
COFIRE_DECL void job_table::make_room() {
    while (index_.size() > limits_.jobs || bytes_ > limits_.bytes) {
        job_node* oldest = nullptr;
        for (job_state s : {job_state::succeeded, job_state::failed, job_state::deleted}) {
            job_node* const job = states_[static_cast<std::size_t>(s)].front();
            if (job != nullptr && (oldest == nullptr || job->changed < oldest->changed)) {
                oldest = job;
            }
        }
        if (oldest == nullptr) {
            return;
        }
        erase(*oldest);
    }
}

COFIRE_DECL tick_answer job_table::tick(tick_request const& r, time_point now) {
    constexpr std::size_t most_lines = 200;
    server_entry& server = server_or_throw(r.server);
    server.heartbeat = now;
    for (run_report const& report : r.reports) {
        job_node* const job = find(report.id);
        if (job == nullptr || job->epoch != report.epoch || job->holder != &server) {
            continue;
        }
        job_extras& x = job->more();
        if (report.progress) {
            x.progress = report.progress;
        }
        x.log.insert(x.log.end(), report.lines.begin(), report.lines.end());
        if (x.log.size() > most_lines) {
            auto const excess = static_cast<std::ptrdiff_t>(x.log.size() - most_lines);
            x.log.erase(x.log.begin(), x.log.begin() + excess);
        }
        recount(*job);
    }
    reap_dead(now);
    promote(now);
    expire(now);
    retain(now);
    tick_answer answer{.now = now, .command = server.command};
    answer.signals = std::exchange(server.signals, {});
    answer.notices.assign(notices_.begin(), notices_.end());
    notices_.clear();
    answer.next_due = next_due();
    answer.recurring_changed = server.recurring_seen != recurring_changed_;
    answer.seen = seen();
    return answer;
}

COFIRE_DECL servers_answer job_table::servers(servers_request const& r, time_point now) {
    servers_answer answer{.now = now};
    if (auto const* const a = std::get_if<server_announce>(&r)) {
        reap_dead(now);
        promote(now);
        for (announced_type const& t : a->types) {
            get_type(t.name);
        }
        auto made = std::make_unique<server_entry>();
        server_entry& server = *made;
        server.instance = ++last_instance_;
        server.announced = *a;
        server.since = server.heartbeat = now;
        server.versions.resize(types_.size());
        for (announced_type const& t : a->types) {
            server.versions[get_type(t.name).index] = t.argument_version;
        }
        servers_.emplace(server.instance, std::move(made));
        std::vector<std::pair<std::string_view, queue_entry*>> queues;
        for (auto const& [name, queue] : queues_) {
            queues.emplace_back(name, queue.get());
        }
        std::sort(queues.begin(), queues.end());
        for (auto const& [name, queue] : queues) {
            for (auto const& l : queue->lanes) {
                while (server.handles(*l) && !l->parked.empty()) { // perhaps this one can decode them
                    job_node& job = *l->parked.front();
                    leave_place(job);
                    job.extras->reason.clear();
                    enter_line(job, now, true);
                }
            }
        }
        answer.instance = server.instance;
    } else if (auto const* const retire = std::get_if<server_retire>(&r)) {
        auto const found = servers_.find(retire->server);
        if (found != servers_.end()) {
            promote(now);
            server_entry& server = *found->second;
            while (!server.held.empty()) {
                job_node& job = *server.held.front();
                run_outcome const o{
                    .id = job.id, .epoch = job.epoch, .kind = outcome_kind::released,
                    .started = job.started
                };
                settle_one(o, server.instance, now);
            }
            release_children(now);
            servers_.erase(found);
            ++change_;
            effects_.servers = true; // who waits as this server learns of it
        }
    } else if (auto const* const order = std::get_if<server_order>(&r)) {
        server_entry& server = server_or_throw(order->server);
        server.command = order->command;
        server.changed = ++change_;
        effects_.servers = true;
    } else {
        for (auto const& [instance, server] : servers_) {
            server_announce const& a = server->announced;
            answer.servers.push_back(
                {.instance = instance,
                 .name = a.name,
                 .types = a.types,
                 .queues = a.queues,
                 .slots = a.slots,
                 .held = static_cast<std::uint32_t>(server->held.size()),
                 .version = a.version,
                 .announced = server->since,
                 .heartbeat = server->heartbeat,
                 .command = server->command}
            );
        }
    }
    answer.seen = seen();
    return answer;
}

} // namespace cofire::detail

#endif
