// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_ACQUIRE_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_ACQUIRE_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>

namespace cofire::detail {

COFIRE_DECL acquire_answer job_table::acquire(acquire_request const& r, time_point now) {
    server_entry& server = server_or_throw(r.server);
    promote(now);
    expire(now);
    server.heartbeat = now;
    acquire_answer answer{.now = now};
    for (take const& t : r.takes) {
        auto const queue = queues_.find(t.queue);
        if (queue != queues_.end() && !queue->second->paused) {
            acquire_from(*queue->second, t.cap, r, server, answer);
        }
        if (answer.jobs.size() >= r.limit) {
            break;
        }
    }
    release_children(now);
    answer.next_due = next_due();
    answer.seen = seen();
    return answer;
}

COFIRE_DECL void job_table::acquire_from(
    queue_entry& queue, std::uint32_t cap, acquire_request const& r, server_entry& server,
    acquire_answer& answer
) {
    auto const usable = [&](lane const& l) {
        return server.handles(l) &&
               std::find(r.except.begin(), r.except.end(), l.type->name) == r.except.end();
    };
    std::uint32_t taken = 0;
    while (taken < cap && answer.jobs.size() < r.limit) {
        // The lane whose first job comes first, and how far it may be used before the next one's turn.
        lane* best = nullptr;
        job_node* best_job = nullptr;
        job_node* second_job = nullptr;
        for (auto const& l : queue.lanes) {
            job_node* const job = l->first(server.suspects == 0);
            if (job == nullptr || !usable(*l)) {
                continue;
            }
            if (best_job == nullptr || lane::before(*job, *best_job)) {
                second_job = best_job;
                best_job = job;
                best = l.get();
            } else if (second_job == nullptr || lane::before(*job, *second_job)) {
                second_job = job;
            }
        }
        if (best == nullptr) {
            return;
        }
        for (job_node* job = best_job; job != nullptr && taken < cap && answer.jobs.size() < r.limit;
             job = best->first(server.suspects == 0)) {
            if (second_job != nullptr && lane::before(*second_job, *job)) {
                break;
            }
            limit_entry* const limit = job->extras ? job->extras->limit : nullptr;
            leave_place(*job);
            if (limit != nullptr && limit->used >= limit->limit) {
                limit->parked.push_back(*job);
                job->place = job_place::parked_by_limit;
                ++queue.parked_by_limit;
                continue;
            }
            answer.jobs.push_back(hand_out(*job, server, answer.now));
            ++taken;
        }
    }
}

COFIRE_DECL acquired_job
job_table::hand_out(job_node& job, server_entry& server, time_point now) {
    set_state(job, job_state::processing);
    job.place = job_place::held;
    job.holder = &server;
    job.server = server.instance;
    job.epoch = ++last_epoch_;
    job.started = now;
    job.settled = false;
    job.stop = stop_request::none;
    server.held.push_back(job);
    server.suspects += job.lost != 0 ? 1 : 0;
    ++job.line->queue->processing;
    acquired_job out{
        .id = job.id,
        .epoch = job.epoch,
        .attempt = job.attempt,
        .lost = job.lost,
        .type = job.line->type->name,
        .arguments = std::string(job.arguments_text()),
        .argument_version = job.line->version,
        .settings = job.settings,
        .created = job.created,
        .due = job.due
    };
    if (job.extras) {
        job_extras& x = *job.extras;
        if (x.key_hold == unique_hold::until_started) {
            drop_key(job);
        }
        if (x.limit != nullptr) {
            ++x.limit->used;
        }
        x.reason.clear();
        out.recurring_id = x.recurring_id;
        for (parent_edge const& edge : x.parents) {
            out.parents.push_back(
                {.id = edge.id,
                 .state = edge.state,
                 .result = edge.result ? *edge.result : std::string()}
            );
        }
    }
    return out;
}

COFIRE_DECL settle_answer job_table::settle(settle_request const& r, time_point now) {
    constexpr std::size_t most = 10'000;
    if (r.outcomes.size() > most) {
        throw error(
            errc::too_many_items, std::to_string(r.outcomes.size()) + " outcomes in one settle"
        );
    }
    if (r.then) {
        (void)server_or_throw(r.then->server);
    }
    promote(now);
    settle_answer answer{.now = now};
    answer.results.reserve(r.outcomes.size());
    for (run_outcome const& o : r.outcomes) {
        answer.results.push_back(settle_one(o, r.server, now));
        release_children(now);
    }
    retain(now);
    make_room();
    if (r.then) {
        answer.acquired = acquire(*r.then, now);
    }
    return answer;
}

COFIRE_DECL settle_status
job_table::settle_one(run_outcome const& o, server_instance server, time_point now) {
    job_node* const found = find(o.id);
    if (found == nullptr || found->epoch != o.epoch || found->server != server) {
        ++counts_.stale;
        return settle_status::stale;
    }
    job_node& job = *found;
    if (job.holder == nullptr) {
        counts_.stale += job.settled ? 0 : 1;
        return job.settled ? settle_status::again : settle_status::stale;
    }
    using kind = outcome_kind;
    stop_request const stop = job.stop;
    bool const doomed = stop == stop_request::delete_job ||
                        (stop == stop_request::cancel && o.kind != kind::succeeded);
    if (o.started) {
        job.started = *o.started;
    }
    leave_holder(job, now);
    job.settled = true;
    ++change_;
    bool const ended_by_handler = o.kind == kind::succeeded || o.kind == kind::failed ||
                                  o.kind == kind::retry ||
                                  (o.kind == kind::deleted && o.error.has_value());
    job.attempt += ended_by_handler ? 1 : 0;
    if (o.kind == kind::retry || o.kind == kind::failed) {
        ++counts_.attempts_failed;
        ++minute(now).attempts_failed;
    }
    if (o.error) {
        job.more().error = o.error;
    }
    auto const event = [&](job_state state, std::string_view reason) {
        add_event(job, {.at = o.started.value_or(job.started), .state = job_state::processing});
        add_event(
            job, {.at = now,
                  .state = state,
                  .reason = std::string(o.reason.empty() ? reason : std::string_view(o.reason)),
                  .error = o.error,
                  .run_time = o.run_time}
        );
    };
    if (doomed) {
        std::string const reason = job.extras ? job.extras->stop_reason : std::string();
        finish(job, job_state::deleted, reason.empty() ? o.reason : reason, now);
        return settle_status::done;
    }
    switch (o.kind) {
    case kind::succeeded:
        if (!o.result.empty()) {
            job.more().result = std::make_shared<std::string const>(o.result);
        }
        if (job.extras) {
            job.extras->error.reset();
        }
        ++counts_.succeeded;
        ++minute(now).succeeded;
        finish(job, job_state::succeeded, o.reason, now);
        break;
    case kind::failed: finish(job, job_state::failed, o.reason, now); break;
    case kind::deleted: finish(job, job_state::deleted, o.reason, now); break;
    case kind::retry:
    case kind::snoozed:
        event(job_state::scheduled, o.kind == kind::retry ? "retry" : "snoozed");
        enter_line_or_wheel(job, o.at, now);
        break;
    case kind::released:
        event(job_state::enqueued, "released");
        enter_line(job, now, true);
        break;
    case kind::parked:
        event(job_state::enqueued, "parked");
        job.extras->reason = o.reason;
        set_state(job, job_state::enqueued);
        job.line->parked.push_back(job);
        job.place = job_place::parked_by_type;
        ++job.line->queue->waiting;
        break;
    }
    return settle_status::done;
}

} // namespace cofire::detail

#endif
