// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "naive_storage.hpp"

namespace cofire::differential {

change_answer naive_storage::change(change_request const& r, time_point now) {
    pass_time(now);
    std::set<errc> wrong;
    if (r.ids.size() > 10'000) {
        wrong.insert(errc::too_many_items);
    }
    if (r.kind == change_kind::reprioritise && (r.priority < 0 || r.priority > 15)) {
        wrong.insert(errc::bad_option);
    }
    if (r.kind == change_kind::move && r.queue.empty()) {
        wrong.insert(errc::bad_queue);
    }
    if (r.budget == 0 || r.budget > 10'000) {
        wrong.insert(errc::bad_option);
    }
    if (!wrong.empty()) {
        throw refusal{wrong};
    }
    change_answer answer{.now = now};
    std::vector<job_id> ids(r.ids.begin(), r.ids.end());
    bool const by_filter = ids.empty() && r.filter;
    if (by_filter) {
        for (naive_job const* job : matching(*r.filter, find_order::oldest)) {
            ids.push_back(job->record.id);
        }
    }
    for (job_id id : ids) {
        naive_job* job = find(id);
        auto const why = job == nullptr ? skip_reason::unknown : change_one(*job, r, now);
        if (!why) {
            ++answer.changed;
            continue;
        }
        if (by_filter && !r.filter->state && *why == skip_reason::wrong_state) {
            continue; // states that the change does not concern are not looked at
        }
        ++answer.skipped_count;
        if (answer.skipped.size() < 100) {
            answer.skipped.push_back(
                {id, *why, job == nullptr ? job_state::enqueued : job->record.state}
            );
        }
    }
    decide_continuations(now);
    if (answer.changed != 0 &&
        (r.kind == change_kind::delete_job || r.kind == change_kind::cancel)) {
        retain(now, 1'000);
    }
    return answer;
}

std::optional<skip_reason>
naive_storage::change_one(naive_job& job, change_request const& r, time_point now) {
    job_state const s = job.record.state;
    switch (r.kind) {
    case change_kind::requeue:
    case change_kind::reschedule: return again_one(job, r, now);
    case change_kind::delete_job:
    case change_kind::cancel: return stop_one(job, r, now);
    case change_kind::reprioritise:
    case change_kind::move: break;
    }
    if (is_final(s) || s == job_state::processing) {
        return skip_reason::wrong_state;
    }
    auto settings = std::make_shared<job_settings>(*job.record.settings);
    if (r.kind == change_kind::move) {
        settings->queue = r.queue;
        queues_seen_.insert(settings->queue);
    } else {
        settings->priority = r.priority;
    }
    if (s == job_state::enqueued && !job.undecodable && *settings != *job.record.settings) {
        job.position = next_position_++; // it enters another line
    }
    job.record.settings = std::move(settings);
    return std::nullopt;
}

std::optional<skip_reason>
naive_storage::stop_one(naive_job& job, change_request const& r, time_point now) {
    job_state const s = job.record.state;
    if (is_final(s)) {
        return skip_reason::wrong_state;
    }
    std::string reason(r.reason);
    if (reason.empty()) {
        reason = r.kind == change_kind::cancel ? "cancelled" : "deleted";
    }
    if (s == job_state::processing) { // it ends with its run
        signal_kind const asks =
            r.kind == change_kind::cancel ? signal_kind::cancelled : signal_kind::deleted;
        if (job.asked != signal_kind::deleted && job.asked != asks) {
            for (auto const& server : servers_) {
                if (server->instance == job.record.server) {
                    server->signals.push_back({job.record.id, job.record.epoch, asks});
                }
            }
            job.asked = asks;
            job.why = reason;
            job.record.reason = reason;
        }
        return std::nullopt;
    }
    finish(job, job_state::deleted, reason, now);
    return std::nullopt;
}

std::optional<skip_reason>
naive_storage::again_one(naive_job& job, change_request const& r, time_point now) {
    job_state const s = job.record.state;
    bool const fits = is_final(s) || s == job_state::scheduled ||
                      (s == job_state::enqueued && r.kind == change_kind::reschedule);
    if (!fits) {
        return skip_reason::wrong_state;
    }
    if (is_final(s)) {
        if (job.given.unique_key && !job.holds_key &&
            job.given.unique_key->hold != unique_hold::for_a_time) {
            if (key_taken(job.record.unique_key, now)) {
                return skip_reason::key_held;
            }
            job.holds_key = true;
        }
        job.record.attempt = 0;
        job.record.lost = 0;
        job.record.result.clear();
        job.record.finished.reset();
    }
    std::string reason(r.reason);
    if (reason.empty()) {
        reason = r.kind == change_kind::requeue ? "requeued" : "rescheduled";
    }
    job.record.reason.clear();
    job.undecodable = false;
    wait_until(job, r.kind == change_kind::requeue ? now : r.due, reason, now);
    set_expiry(job);
    return std::nullopt;
}

} // namespace cofire::differential
