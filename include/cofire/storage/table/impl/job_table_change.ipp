// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_CHANGE_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_CHANGE_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <charconv>

namespace cofire::detail {

/// Has a final job begin again. False: its unique key is held by another.
COFIRE_DECL bool job_table::restart(job_node& job, std::string_view reason, time_point now) {
    if (job.extras) {
        job_extras& x = *job.extras;
        bool const wants_key = !x.key.empty() && x.key_hold != unique_hold::for_a_time;
        if (wants_key && !x.holds_key) {
            if (live_key(x.key, now) != nullptr) {
                return false;
            }
            take_key(job, now, duration{0});
        }
        x.reason.clear();
        x.expires_at.reset();
    }
    add_event(job, now, reason);
    job.attempt = 0;
    job.lost = 0;
    job.finished = {};
    return true;
}

/// Gives a job that no server holds other settings, and the place that follows from them.
COFIRE_DECL void job_table::resettle(job_node& job, job_settings settings, time_point now) {
    bool const in_line = job.state == job_state::enqueued;
    bool const parked = job.place == job_place::parked_by_type;
    if (in_line) {
        leave_place(job);
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
    bool const held = job.state == job_state::processing;
    bool const final = is_final(job.state);
    switch (r.kind) {
    case change_kind::delete_job:
    case change_kind::cancel: {
        if (final) {
            return skip_reason::wrong_state;
        }
        bool const cancel = r.kind == change_kind::cancel;
        std::string reason(r.reason);
        if (reason.empty()) {
            reason = cancel ? "cancelled" : "deleted";
        }
        if (!held) {
            leave_place(job);
            finish(job, job_state::deleted, reason, now);
            return std::nullopt;
        }
        // The server learns of it by a signal; the job ends when its run does.
        if (job.stop != stop_request::delete_job) {
            job.stop = cancel ? stop_request::cancel : stop_request::delete_job;
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
    case change_kind::requeue:
    case change_kind::reschedule: {
        bool const again = r.kind == change_kind::reschedule;
        if (held || job.state == job_state::awaiting || (job.state == job_state::enqueued && !again)) {
            return skip_reason::wrong_state;
        }
        std::string_view const reason =
            !r.reason.empty() ? r.reason : (again ? "rescheduled" : "requeued");
        if (final) {
            if (!restart(job, reason, now)) {
                return skip_reason::key_held;
            }
        } else {
            add_event(job, now, reason);
            leave_place(job);
            drop_expiry(job);
        }
        enter_line_or_wheel(job, again ? r.due : now, now);
        index_expiry(job);
        return std::nullopt;
    }
    case change_kind::reprioritise:
    case change_kind::move: {
        if (final || held) {
            return skip_reason::wrong_state;
        }
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
    promote(now);
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
            release_children(now);
        }
    };
    if (!r.ids.empty() || !r.filter) {
        for (job_id id : r.ids) {
            if (job_node* const job = find(id)) {
                apply(*job);
            } else {
                skip(id, skip_reason::unknown, job_state::enqueued);
            }
        }
        answer.seen = seen();
        return answer;
    }
    // The cursor: "<newest change that counts>:<state>:<change looked at last>".
    std::array<std::uint64_t, 3> at{next_changed_ - 1, 0, 0};
    char const* text = r.cursor.data();
    char const* const end = text + r.cursor.size();
    for (std::uint64_t& number : at) {
        if (text != end) {
            text = std::from_chars(text, end, number).ptr;
            text += text != end ? 1 : 0;
        }
    }
    std::uint32_t looked = 0;
    for (; at[1] != job_state_count; ++at[1], at[2] = 0) {
        if (r.filter->state && static_cast<std::size_t>(*r.filter->state) != at[1]) {
            continue;
        }
        job_node* job = states_[at[1]].front();
        while (job != nullptr && job->changed <= at[2]) {
            job = state_list::next(*job);
        }
        while (job != nullptr && job->changed <= at[0]) {
            if (looked == r.budget) {
                answer.cursor = std::to_string(at[0]) + ":" + std::to_string(at[1]) + ":" +
                                std::to_string(at[2]);
                answer.seen = seen();
                return answer;
            }
            ++looked;
            at[2] = job->changed;
            job_node* const next = state_list::next(*job);
            // A continuation released along may be the next one; it has gone to the list's end then.
            if (matches(*job, *r.filter)) {
                apply(*job);
                job = next != nullptr && next->changed <= at[0] &&
                              static_cast<std::size_t>(next->state) == at[1]
                          ? next
                          : states_[at[1]].front();
                while (job != nullptr && job->changed <= at[2]) {
                    job = state_list::next(*job);
                }
            } else {
                job = next;
            }
        }
    }
    answer.seen = seen();
    return answer;
}

COFIRE_DECL queues_answer job_table::queues(queues_request const& r, time_point now) {
    queues_answer answer{.now = now};
    if (auto const* const pause = std::get_if<queue_pause>(&r)) {
        if (pause->queue.empty()) {
            throw error(errc::bad_queue, quoted(pause->queue));
        }
        queue_entry& queue = get_queue(pause->queue);
        if (queue.paused != pause->paused) {
            queue.paused = pause->paused;
            queue.changed = ++change_;
            effects_.servers = true;
        }
    } else if (auto const* const put = std::get_if<limit_put>(&r)) {
        if (put->limit == 0) {
            throw error(errc::bad_option, "limit 0 for " + quoted(put->key));
        }
        limit_entry& limit = get_limit(put->key, put->limit);
        limit.limit = put->limit;
        limit.fixed = true;
        unpark_limited(limit, now);
    } else {
        for (auto const& [name, queue] : queues_) {
            queue_info info{
                .name = name,
                .paused = queue->paused,
                .waiting = queue->waiting,
                .parked_by_limit = queue->parked_by_limit,
                .processing = queue->processing
            };
            for (auto const& l : queue->lanes) {
                for (place_list const& line : l->line) {
                    if (line.front() != nullptr && (!info.oldest || line.front()->due < *info.oldest)) {
                        info.oldest = line.front()->due;
                    }
                }
            }
            answer.queues.push_back(std::move(info));
        }
        for (auto const& [key, limit] : limits_by_key_) {
            answer.limits.push_back(
                {.key = key,
                 .limit = limit->limit,
                 .used = limit->used,
                 .parked = limit->parked.size()}
            );
        }
        std::sort(answer.queues.begin(), answer.queues.end(), [](auto const& a, auto const& b) {
            return a.name < b.name;
        });
        std::sort(answer.limits.begin(), answer.limits.end(), [](auto const& a, auto const& b) {
            return a.key < b.key;
        });
    }
    return answer;
}

} // namespace cofire::detail

#endif
