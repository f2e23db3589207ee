// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_ACQUIRE_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_ACQUIRE_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>

namespace cofire::detail {

/// Where the cap of `type` stands; the number of caps: it has none.
inline std::size_t cap_of(std::span<type_cap const> caps, type_entry const& type) {
    auto const names_it = [&](type_cap const& c) {
        return std::find(c.types.begin(), c.types.end(), type.name) != c.types.end();
    };
    return static_cast<std::size_t>(
        std::find_if(caps.begin(), caps.end(), names_it) - caps.begin()
    );
}

/// The first of a job's limits that is reached; nullptr: none is.
inline limit_entry* full_limit(job_node const& job) {
    if (!job.extras) {
        return nullptr;
    }
    auto const& limits = job.extras->limits;
    auto const full = std::find_if(limits.begin(), limits.end(), [](limit_entry const* l) {
        return l->room() == 0;
    });
    return full == limits.end() ? nullptr : *full;
}

/// Has the processor fetch a job in line some way behind `job`, which most likely is taken soon. Jobs
/// inserted one after the other mostly lie at even distances in memory, so its place is guessed: to
/// follow the line would be to wait for each job on the way. A wrong guess does no harm.
inline void prefetch_followers(job_node const& job) {
    if (job_node const* const next = place_list::next(job)) {
        auto const here = reinterpret_cast<std::uintptr_t>(&job);
        auto const distance = reinterpret_cast<std::uintptr_t>(next) - here;
        prefetch_lines(reinterpret_cast<void const*>(here + 5 * distance), node_lines);
    }
}

/// True if the job may not start any more.
inline bool is_expired(job_node const& job, time_point now) {
    return job.extras && job.extras->expires_at && *job.extras->expires_at <= now;
}

COFIRE_DECL acquire_answer job_table::acquire(acquire_request const& r, time_point now) {
    server_entry& server = server_or_throw(r.server);
    pass_time(now);
    server.heartbeat = now;
    acquire_answer answer{.now = now};
    acquire_work work;
    for (type_cap const& c : r.caps) {
        work.caps_left.push_back(c.cap);
    }
    for (take const& t : r.takes) {
        if (answer.jobs.size() >= r.limit || work.is_enough()) {
            break;
        }
        auto const queue = queues_.find(t.queue);
        if (queue != queues_.end() && !queue->second.paused) {
            acquire_from(queue->second, t.cap, r, server, work, answer);
        }
    }
    release_children(now); // of those that were found expired
    answer.next_due = next_due();
    answer.seen = seen();
    if (work.is_enough()) { // there may be more: a wait for it must end at once
        server.changed = ++change_;
        effects_.servers = true;
    }
    return answer;
}

COFIRE_DECL void job_table::acquire_from(
    queue_entry& queue,
    std::uint32_t cap,
    acquire_request const& r,
    server_entry& server,
    acquire_work& work,
    acquire_answer& answer
) {
    auto const usable = [&](lane const& l) {
        std::size_t const at = cap_of(r.caps, *l.type);
        return server.handles(l) && (at == r.caps.size() || work.caps_left[at] != 0);
    };
    answer.jobs.reserve(
        answer.jobs.size() +
        std::min<std::uint64_t>({cap, r.limit - answer.jobs.size(), queue.waiting})
    );
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
        std::size_t const at = cap_of(r.caps, *best->type);
        std::uint32_t* const best_cap = at == r.caps.size() ? nullptr : &work.caps_left[at];
        for (job_node* job = best_job;
             job != nullptr && taken < cap && answer.jobs.size() < r.limit;
             job = best->first(server.suspects == 0)) {
            if (second_job != nullptr && lane::before(*second_job, *job)) {
                break;
            }
            if (best_cap != nullptr && *best_cap == 0) {
                break;
            }
            if (work.is_enough()) {
                return;
            }
            if (is_expired(*job, answer.now)) { // expire() has more to do than it does in one step
                ++work.aside;
                log_step(acquire_step::expire, *job, server);
                expire_one(*job, answer.now);
                continue;
            }
            if (limit_entry* const limit = full_limit(*job)) {
                ++work.aside;
                log_step(acquire_step::park, *job, server);
                hold_back(*job, *limit, answer.now);
                continue;
            }
            prefetch_followers(*job);
            index_.prefetch(job->id); // for its settle
            log_step(acquire_step::take, *job, server);
            leave_place(*job);
            start(*job, server, answer.now);
            describe_run(*job, answer.jobs.emplace_back());
            ++taken;
            if (best_cap != nullptr) {
                --*best_cap;
            }
        }
    }
}

/// A job in line has met a limit that is full.
COFIRE_DECL void job_table::hold_back(job_node& job, limit_entry& limit, time_point now) {
    limit_entry* const before = job.extras->unparked ? job.extras->blocker : nullptr;
    leave_place(job);
    park(job, limit);
    if (before != nullptr && before != &limit) {
        refill(*before, now); // another takes the place it had there
    }
}

/// A server holds the job from now on.
COFIRE_DECL void job_table::start(job_node& job, server_entry& server, time_point now) {
    if (job.promoted && job.epoch != 0) {
        keep_course(job); // it does not tell the run before
    }
    set_state(job, job_state::processing);
    job.place = job_place::held;
    job.holder = &server;
    job.server = server.instance;
    job.epoch = ++last_epoch_;
    job.started = now;
    job.attempt_before = job.attempt;
    job.ran = true;
    job.run_failed = false;
    job.settled = false;
    job.stop = stop_request::none;
    server.held.push_back(job);
    server.suspects += job.lost != 0 ? 1 : 0;
    ++job.line->queue->processing;
    if (job.extras) {
        job_extras& x = *job.extras;
        if (x.key_hold == unique_hold::until_started) {
            drop_key(job);
        }
        for (limit_entry* limit : x.limits) {
            ++limit->used;
        }
        x.reason.clear();
        drop_expiry(job);
    }
}

/// What the server is told of the job.
COFIRE_DECL void job_table::describe_run(job_node const& job, acquired_job& out) {
    out.id = job.id;
    out.epoch = job.epoch;
    out.attempt = job.attempt;
    out.lost = job.lost;
    out.type = job.line->type->name;
    out.arguments = job.arguments_text();
    out.argument_version = job.line->version;
    out.settings = job.settings;
    out.created = job.created;
    out.due = job.due;
    if (job.extras) {
        job_extras const& x = *job.extras;
        out.recurring_id = x.recurring_id;
        out.occurrence = x.occurrence;
        for (parent_edge const& edge : x.parents) {
            out.parents.push_back(
                {.id = edge.id,
                 .state = edge.state,
                 .result = edge.result ? *edge.result : std::string()}
            );
        }
    }
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
    pass_time(now);
    settle_answer answer{.now = now};
    answer.results.reserve(r.outcomes.size());
    for (run_outcome const& o : r.outcomes) {
        answer.results.push_back(settle_one(o, r.server, now));
        if (answer.results.back() == settle_status::refused) {
            answer.refusals.push_back({answer.results.size() - 1, *refusal_of(o)});
        }
        release_children(now);
        retain(now, 4); // one by one: what the next needs is fetched meanwhile
    }
    make_room();
    if (r.then) {
        answer.acquired = acquire(*r.then, now);
    }
    return answer;
}

/// Why an outcome can never be stored; empty: it can.
COFIRE_DECL std::optional<std::string> job_table::refusal_of(run_outcome const& o) const {
    if (o.kind == outcome_kind::suspended) {
        return "this storage knows no suspended jobs";
    }
    if (o.result.size() > limits_.result) {
        return "the result has " + std::to_string(o.result.size()) + " bytes, of " +
               std::to_string(limits_.result);
    }
    return std::nullopt;
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
    if (refusal_of(o)) {
        return settle_status::refused;
    }
    if (log_ != nullptr) {
        log_->settling(job, o);
    }
    end_run(job, o, now);
    return settle_status::done;
}

/// Ends the run of a job that a server holds.
COFIRE_DECL void job_table::end_run(job_node& job, run_outcome const& o, time_point now) {
    touch(job);
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
    job.run_failed = o.error.has_value();
    if (o.error) {
        job.more().error = o.error;
    }
    bool const failed = o.kind == kind::failed || o.kind == kind::retry ||
                        (o.kind == kind::deleted && o.error.has_value());
    bool const succeeded = o.kind == kind::succeeded && !doomed;
    duration const lateness = std::max(job.started - job.due, duration{0});
    counts_.attempts_failed += failed ? 1 : 0;
    counts_.succeeded += succeeded ? 1 : 0;
    count(job, now, [&](series_point& p) {
        p.attempts_failed += failed ? 1 : 0;
        p.succeeded += succeeded ? 1 : 0;
        if (o.started) {
            ++p.runs;
            p.run_time += o.run_time;
            p.lateness += lateness;
        }
    });
    job.attempt += failed || o.kind == kind::succeeded ? 1 : 0;
    if (doomed) {
        std::string const reason = job.extras ? job.extras->stop_reason : std::string();
        finish(job, job_state::deleted, reason.empty() ? o.reason : reason, now);
        return;
    }
    switch (o.kind) {
    case kind::succeeded:
        if (!o.result.empty()) {
            job.result = std::make_shared<std::string const>(o.result);
        }
        if (job.extras) {
            job.extras->error.reset();
        }
        finish(job, job_state::succeeded, o.reason, now);
        break;
    case kind::failed: finish(job, job_state::failed, o.reason, now); break;
    case kind::deleted: finish(job, job_state::deleted, o.reason, now); break;
    case kind::retry:
    case kind::snoozed:
    case kind::released:
    case kind::parked: wait_again(job, o, now); break;
    case kind::suspended: break; // is refused
    }
}

/// The job of a run that did not end it waits again.
COFIRE_DECL void job_table::wait_again(job_node& job, run_outcome const& o, time_point now) {
    using kind = outcome_kind;
    keep_course(job);
    std::string_view usual;
    switch (o.kind) {
    case kind::released:
        usual = "released";
        enter_line(job, now, true);
        break;
    case kind::parked:
        usual = "parked";
        job.more().reason = o.reason;
        set_state(job, job_state::enqueued);
        job.line->parked.push_back(job);
        job.place = job_place::parked_by_type;
        ++job.line->queue->waiting;
        break;
    default:
        usual = o.kind == kind::retry ? "retry" : "snoozed";
        enter_line_or_wheel(job, o.at, now);
        break;
    }
    if (!o.started) {
        undo_start(job, now);
    }
    add_event(
        job,
        {.at = now,
         .state = job.state,
         .attempt = job.attempt,
         .epoch = job.epoch,
         .server = job.server,
         .reason = o.reason.empty() ? std::string(usual) : o.reason,
         .error = o.error,
         .run_time = o.run_time}
    );
}

} // namespace cofire::detail

#endif
