// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_CHANGE_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_CHANGE_IPP

#include <cofire/storage/table/cursor.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace cofire::detail {

/// True if the change may do something to jobs of this state.
constexpr bool concerns(change_kind kind, job_state state) {
    switch (kind) {
    case change_kind::delete_job:
    case change_kind::cancel: return !is_final(state);
    case change_kind::requeue: return is_final(state) || state == job_state::scheduled;
    case change_kind::reschedule:
        return is_final(state) || state == job_state::scheduled || state == job_state::enqueued;
    case change_kind::reprioritise:
    case change_kind::move: return !is_final(state) && state != job_state::processing;
    }
    return false;
}

COFIRE_DECL std::optional<skip_reason>
job_table::stop_job(job_node& job, change_request const& r, time_point now) {
    bool const cancel = r.kind == change_kind::cancel;
    std::string reason(r.reason);
    if (reason.empty()) {
        reason = cancel ? "cancelled" : "deleted";
    }
    if (job.state != job_state::processing) {
        withdraw(job, now);
        finish(job, job_state::deleted, reason, now);
        return std::nullopt;
    }
    // The server learns of it by a signal; the job ends when its run does.
    stop_request const wanted = cancel ? stop_request::cancel : stop_request::delete_job;
    if (job.stop < wanted) {
        job.stop = wanted;
        job.more().stop_reason = std::move(reason);
        job.holder->signals.push_back(
            {.id = job.id,
             .epoch = job.epoch,
             .kind = cancel ? signal_kind::cancelled : signal_kind::deleted}
        );
        job.holder->changed = ++change_;
        effects_.servers = true;
    }
    return std::nullopt;
}

/// Has a final job begin again. False: its unique key is held by another.
COFIRE_DECL bool job_table::restart(job_node& job, time_point now) {
    bool const wants_key = job.extras && !job.extras->key.empty() && !job.extras->holds_key &&
                           job.extras->key_hold != unique_hold::for_a_time;
    if (wants_key) {
        if (live_key(job.extras->key, now) != nullptr) {
            return false;
        }
        take_key(job);
    }
    keep_course(job);
    job.extras->reason.clear();
    job.result.reset();
    job.attempt = 0;
    job.lost = 0;
    job.finished = {};
    return true;
}

COFIRE_DECL std::optional<skip_reason>
job_table::begin_again(job_node& job, change_request const& r, time_point now) {
    bool const again = r.kind == change_kind::reschedule;
    if (is_final(job.state)) {
        if (!restart(job, now)) {
            return skip_reason::key_held;
        }
    } else {
        keep_course(job);
        withdraw(job, now);
        drop_expiry(job);
        if (job.extras) {
            job.extras->reason.clear(); // it is not parked any more
        }
    }
    enter_line_or_wheel(job, again ? r.due : now, now);
    index_expiry(job);
    add_event(job, now, !r.reason.empty() ? r.reason : (again ? "rescheduled" : "requeued"));
    return std::nullopt;
}

/// Gives a job that no server holds other settings, and the place that follows from them.
COFIRE_DECL void job_table::resettle(job_node& job, job_settings settings, time_point now) {
    if (settings == *job.settings) {
        return;
    }
    bool const in_line = job.state == job_state::enqueued;
    bool const parked = job.place == job_place::parked_by_type;
    if (in_line) {
        withdraw(job, now);
    }
    job.settings = intern(std::make_shared<job_settings const>(std::move(settings)));
    job.line = &get_lane(job.settings->queue, job.line->type->name, job.line->version);
    if (parked) {
        job.line->parked.push_back(job);
        job.place = job_place::parked_by_type;
        ++job.line->queue->waiting;
    } else if (in_line) {
        enter_line(job, now);
    }
}

COFIRE_DECL std::optional<skip_reason>
job_table::change_one(job_node& job, change_request const& r, time_point now) {
    if (!concerns(r.kind, job.state)) {
        return skip_reason::wrong_state;
    }
    touch(job);
    switch (r.kind) {
    case change_kind::delete_job:
    case change_kind::cancel: return stop_job(job, r, now);
    case change_kind::requeue:
    case change_kind::reschedule: return begin_again(job, r, now);
    case change_kind::reprioritise:
    case change_kind::move: {
        job_settings settings = *job.settings;
        if (r.kind == change_kind::move) {
            settings.queue = r.queue;
        } else {
            settings.priority = r.priority;
        }
        resettle(job, std::move(settings), now);
        return std::nullopt;
    }
    }
    return skip_reason::wrong_state;
}

/// One slice of a change by filter; gives the cursor. The states are walked in the order of a job's
/// life, so that one that moves on meanwhile is met later rather than missed.
template <class Apply>
std::string job_table::change_matching(change_request const& r, Apply const& apply) {
    using s = job_state;
    constexpr std::array<job_state, job_state_count> states{
        s::awaiting, s::scheduled, s::enqueued, s::processing, s::succeeded, s::failed, s::deleted};
    constexpr std::uint32_t most = 10'000;
    // Jobs that began again must not be met again, though they move; so only those that have not
    // moved since the first slice are changed. The other changes may meet a job twice.
    bool const once = r.kind == change_kind::requeue || r.kind == change_kind::reschedule;
    table_cursor<4>
        at; // the last insert and the last move that count; the state; the next job's move
    auto& [last_number, last_move, step, next_move] = at.numbers;
    job_node* job = nullptr;
    bool resumed = !r.cursor.empty();
    if (resumed) {
        at = at.from(r.cursor, 2, states.size());
    } else {
        at = {.numbers = {next_number_ - 1, next_changed_ - 1, 0, 0}};
    }
    std::uint32_t const budget = std::clamp<std::uint32_t>(r.budget, 1, most);
    std::uint32_t looked = 0;
    for (; step < states.size(); ++step, resumed = false) {
        job_state const state = states[step];
        if (r.filter->state ? *r.filter->state != state : !concerns(r.kind, state)) {
            continue;
        }
        if (resumed) {
            job = find(at.job);
            if (job == nullptr || job->state != state || job->changed != next_move) {
                job = states_[static_cast<std::size_t>(state)].front(); // it has moved away
                while (job != nullptr && job->changed < next_move) {
                    job = state_list::next(*job);
                }
            }
        } else {
            job = states_[static_cast<std::size_t>(state)].front();
            last_move = once ? last_move : next_changed_ - 1;
        }
        while (job != nullptr && job->changed <= last_move) {
            if (looked++ == budget) {
                next_move = job->changed;
                at.job = job->id;
                return at.to_string();
            }
            job_node* const next = state_list::next(*job); // apply moves no other job
            if (job->number <= last_number && matches(*job, *r.filter)) {
                apply(*job);
            }
            job = next;
        }
    }
    return {};
}

/// Checks that a queue, unless it is known, finds room.
COFIRE_DECL void job_table::check_new_queue(std::string_view name) const {
    if (queues_.size() >= limits_.kinds && !queues_.contains(name)) {
        throw no_more_kinds("queue " + quoted(name));
    }
}

/// Checks that the kinds of jobs that a move may make find room.
COFIRE_DECL void job_table::check_move(change_request const& r) const {
    auto const target = queues_.find(r.queue);
    std::set<std::pair<std::uint32_t, std::uint32_t>> made;
    auto const note = [&](lane const& from) {
        std::pair const kind(from.type->index, from.version);
        if (target == queues_.end() || !target->second.lane_of.contains(kind)) {
            made.insert(kind);
        }
    };
    for (job_id id : r.ids) {
        if (job_node const* const job = find(id)) {
            note(*job->line);
        }
    }
    if (r.ids.empty() && r.filter) { // any job may match
        for (auto const& [name, queue] : queues_) {
            for (auto const& l : queue.lanes) {
                note(*l);
            }
        }
    }
    if (!made.empty() && kinds_ + made.size() > limits_.kinds) {
        throw no_more_kinds("a move to queue " + quoted(r.queue));
    }
}

COFIRE_DECL change_answer job_table::change(change_request const& r, time_point now) {
    constexpr std::size_t most = 10'000;
    constexpr std::size_t most_named = 100;
    if (r.ids.size() > most) {
        throw error(errc::too_many_items, std::to_string(r.ids.size()) + " jobs in one change");
    }
    if (r.kind == change_kind::reprioritise && (r.priority < 0 || r.priority > 15)) {
        throw error(errc::bad_option, "priority " + std::to_string(r.priority) + ", not 0 to 15");
    }
    if (r.kind == change_kind::move && r.queue.empty()) {
        throw error(errc::bad_queue, quoted(r.queue));
    }
    if (r.kind == change_kind::move) {
        check_move(r);
    }
    pass_time(now);
    change_answer answer{.now = now};
    auto const skip = [&](job_id id, skip_reason why, job_state state) {
        ++answer.skipped_count;
        if (answer.skipped.size() < most_named) {
            answer.skipped.push_back({.id = id, .why = why, .state = state});
        }
    };
    auto const apply = [&](job_node& job) {
        job_state const before = job.state;
        if (auto const why = change_one(job, r, now)) {
            skip(job.id, *why, before);
        } else {
            ++answer.changed;
            if (log_ != nullptr) {
                log_->changed(job, r);
            }
        }
    };
    if (r.ids.empty() && r.filter) {
        answer.cursor = change_matching(r, apply);
    }
    for (job_id id : r.ids) {
        if (job_node* const job = find(id)) {
            apply(*job);
        } else {
            skip(id, skip_reason::unknown, job_state::enqueued);
        }
    }
    release_children(now);
    if (answer.changed != 0 &&
        (r.kind == change_kind::delete_job || r.kind == change_kind::cancel)) {
        retain(now, 256 + 4 * static_cast<std::size_t>(answer.changed));
        if (auto const due = next_removal(); due && *due <= now) { // the rest is for a tick
            due_changed_ = ++change_;
            effects_.servers = true;
        }
    }
    answer.seen = seen();
    return answer;
}

COFIRE_DECL queues_answer job_table::list_queues(time_point now) const {
    queues_answer answer{.now = now};
    for (auto const& [name, queue] : queues_) {
        queue_info info{
            .name = name,
            .paused = queue.paused,
            .waiting = queue.waiting,
            .parked_by_limit = queue.parked_by_limit,
            .processing = queue.processing};
        auto const take = [&](job_node const* first) {
            if (first != nullptr && (!info.oldest || first->due < *info.oldest)) {
                info.oldest = first->due;
            }
        };
        for (auto const& l : queue.lanes) {
            for (place_list const& line : l->line) {
                take(line.front());
            }
            take(first_of(l->returned));
            take(first_of(l->suspects));
        }
        answer.queues.push_back(std::move(info));
    }
    for (auto const& [key, limit] : limits_by_key_) {
        limit_info info{.key = key, .limit = limit.limit, .used = limit.used};
        for (limit_lane const& part : limit.lanes) {
            info.parked += part.parked.size();
        }
        answer.limits.push_back(std::move(info));
    }
    return answer;
}

COFIRE_DECL queues_answer job_table::queues(queues_request const& r, time_point now) {
    if (auto const* const pause = std::get_if<queue_pause>(&r)) {
        if (pause->queue.empty()) {
            throw error(errc::bad_queue, quoted(pause->queue));
        }
        check_new_queue(pause->queue);
        queue_entry& queue = get_queue(pause->queue);
        if (queue.paused != pause->paused) {
            queue.paused = pause->paused;
            queue.changed = ++change_;
            effects_.servers = true;
        }
        return {.now = now};
    }
    if (auto const* const put = std::get_if<limit_put>(&r)) {
        if (put->limit == 0 || put->key.empty()) {
            throw error(
                errc::bad_option, "limit " + std::to_string(put->limit) + " for " + quoted(put->key)
            );
        }
        limit_entry& limit = get_limit(put->key);
        limit.limit = put->limit;
        limit.fixed = true;
        refill(limit, now);
        return {.now = now};
    }
    return list_queues(now);
}

} // namespace cofire::detail

#endif
