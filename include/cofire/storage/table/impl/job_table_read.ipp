// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_READ_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_READ_IPP

#include <cofire/storage/table/cursor.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <algorithm>

namespace cofire::detail {

COFIRE_DECL job_sub_state job_table::sub_state_of(job_node const& job) const {
    switch (job.state) {
    case job_state::enqueued:
        if (job.place == job_place::parked_by_limit) {
            return job_sub_state::parked_by_limit;
        }
        // With no server at all, the type is not to blame.
        return job.place == job_place::parked_by_type ||
                       (!servers_.empty() && job.line->handlers == 0)
                   ? job_sub_state::parked_by_type
                   : job_sub_state::in_line;
    case job_state::processing:
        return job.stop == stop_request::none ? job_sub_state::running : job_sub_state::cancelling;
    case job_state::awaiting: return job_sub_state::parents;
    default: return job_sub_state::none;
    }
}

COFIRE_DECL job_record job_table::record_of(job_node const& job) const {
    job_record r{
        .id = job.id,
        .type = job.line->type->name,
        .arguments = std::string(job.arguments_text()),
        .argument_version = job.line->version,
        .settings = job.settings,
        .state = job.state,
        .sub_state = sub_state_of(job),
        .attempt = job.attempt,
        .lost = job.lost,
        .epoch = job.epoch,
        .server = job.server,
        .created = job.created,
        .due = job.due};
    if (job.epoch != 0) {
        r.started = job.started;
    }
    if (is_final(job.state)) {
        r.finished = job.finished;
    }
    r.result = job.result ? *job.result : std::string();
    r.history.push_back({.at = job.created, .state = job.first_state});
    if (job.extras) {
        job_extras const& x = *job.extras;
        r.unique_key = x.key;
        for (limit_entry const* limit : x.limits) {
            r.limits.push_back({.key = limit->key, .limit = limit->limit});
        }
        r.occurrence = x.occurrence;
        r.reason = job.stop != stop_request::none ? x.stop_reason : x.reason;
        r.error = x.error;
        r.expires_at = x.expires_at;
        r.recurring_id = x.recurring_id;
        r.log = x.log;
        r.progress = x.progress;
        for (parent_edge const& edge : x.parents) {
            r.parents.push_back({.id = edge.id, .on = edge.on});
        }
        for (child_edge const& edge : x.children) {
            r.continuations.push_back(edge.id);
        }
        r.history.insert(r.history.end(), x.events.begin(), x.events.end());
    }
    append_course(job, r.history);
    return r;
}

COFIRE_DECL bool job_table::matches(job_node const& job, job_filter const& f) const {
    static job_extras const none;
    job_extras const& x = job.extras ? *job.extras : none;
    auto const& tags = job.settings->tags;
    auto const has = [&](std::string_view text) { return text.find(f.text) != text.npos; };
    return (!f.state || job.state == *f.state) &&
           (!f.sub_state || sub_state_of(job) == *f.sub_state) &&
           (f.queue.empty() || job.settings->queue == f.queue) &&
           (f.type.empty() || job.line->type->name == f.type) &&
           (f.tag.empty() || std::find(tags.begin(), tags.end(), f.tag) != tags.end()) &&
           (f.recurring_id.empty() || x.recurring_id == f.recurring_id) &&
           (f.fingerprint == 0 || (x.error && x.error->fingerprint == f.fingerprint)) &&
           (!f.created_from || job.created >= *f.created_from) &&
           (!f.created_before || job.created < *f.created_before) &&
           (f.text.empty() || has(job.line->type->name) || has(job.arguments_text()) ||
            (x.error && has(x.error->message)));
}

/// When the job came into its state. Jobs that wait: when they were inserted.
inline time_point came_into_state(job_node const& job) {
    return is_final(job.state)                  ? job.finished
           : job.state == job_state::processing ? job.started
                                                : job.created;
}

/// Where a walk through `list` goes on after the job `last`, which entered it with the move
/// `last_move`; 0: where it begins.
COFIRE_DECL job_node const*
job_table::resume(state_list const& list, bool newest, std::uint64_t last_move, job_id last) const {
    job_node const* job = newest ? list.back() : list.front();
    if (last_move == 0 || job == nullptr) {
        return job;
    }
    auto const step = [&](job_node const& j) {
        return newest ? state_list::previous(j) : state_list::next(j);
    };
    job_node const* const known = find(last);
    if (known != nullptr && known->changed == last_move && known->state == job->state) {
        return step(*known);
    }
    while (job != nullptr && (newest ? job->changed >= last_move : job->changed <= last_move)) {
        job = step(*job); // it went elsewhere meanwhile: look for its place
    }
    return job;
}

COFIRE_DECL void job_table::find_jobs(read_find const& q, read_answer& answer) const {
    constexpr std::uint32_t most_rows = 500;
    std::uint32_t const rows = std::clamp<std::uint32_t>(q.rows, 1, most_rows);
    bool const newest = q.order == find_order::newest;
    std::uint32_t const budget = std::max<std::uint32_t>(q.budget, 1);
    table_cursor<2> at; // the state and the move of the job looked at last
    auto& [s, last_move] = at.numbers;
    if (!q.cursor.empty()) {
        at = at.from(q.cursor, 0, job_state_count);
    }
    std::uint32_t looked = 0;
    job_node const* last = nullptr;
    for (; s < job_state_count; ++s, last_move = 0) {
        if (q.filter.state && static_cast<std::uint64_t>(*q.filter.state) != s) {
            continue;
        }
        job_node const* job = resume(states_[s], newest, last_move, at.job);
        for (; job != nullptr; job = newest ? state_list::previous(*job) : state_list::next(*job)) {
            bool const full = answer.jobs.size() == rows;
            if (full || looked == budget) {
                answer.exact = full;
                at = {
                    .numbers = {static_cast<std::uint64_t>(last->state), last->changed},
                    .job = last->id};
                answer.cursor = at.to_string();
                answer.reached = came_into_state(*last);
                return;
            }
            ++looked;
            last = job;
            if (matches(*job, q.filter)) {
                answer.jobs.push_back(record_of(*job));
            }
        }
    }
    if (last != nullptr) {
        answer.reached = came_into_state(*last);
    }
}

COFIRE_DECL void job_table::find_groups(read_groups const& q, read_answer& answer) const {
    std::uint32_t const budget = std::max<std::uint32_t>(q.budget, 1);
    table_cursor<1> at; // the move of the job looked at last
    if (!q.cursor.empty()) {
        at = at.from(q.cursor);
    }
    std::uint32_t looked = 0;
    std::map<std::uint64_t, error_group> groups;
    auto const& failed = states_[static_cast<std::size_t>(job_state::failed)];
    job_node const* job = resume(failed, true, at.numbers[0], at.job);
    for (; job != nullptr; job = state_list::previous(*job)) {
        if (looked++ == budget) {
            answer.exact = false;
            answer.cursor = at.to_string();
            break;
        }
        at = {.numbers = {job->changed}, .job = job->id};
        answer.reached = job->finished;
        if (!job->extras || !job->extras->error || !matches(*job, q.filter)) {
            continue;
        }
        error_group& group = groups[job->extras->error->fingerprint];
        if (group.count++ == 0) {
            group.fingerprint = job->extras->error->fingerprint;
            group.type = job->line->type->name;
            group.sample = *job->extras->error;
            group.latest = job->id;
        }
    }
    for (auto& [fingerprint, group] : groups) {
        answer.groups.push_back(std::move(group));
    }
    std::sort(answer.groups.begin(), answer.groups.end(), [](auto const& a, auto const& b) {
        return std::pair(b.count, a.fingerprint) < std::pair(a.count, b.fingerprint);
    });
}

COFIRE_DECL read_answer job_table::read(read_request const& r, time_point now) const {
    constexpr std::size_t most = 10'000;
    read_answer answer{.now = now};
    if (std::holds_alternative<read_counts>(r)) {
        answer.counts = counts_;
        for (std::size_t s = 0; s != job_state_count; ++s) {
            answer.counts.by_state[s] = states_[s].size();
        }
    } else if (auto const* const get = std::get_if<read_get>(&r)) {
        if (get->ids.size() > most) {
            throw error(errc::too_many_items, std::to_string(get->ids.size()) + " ids in one read");
        }
        for (job_id id : get->ids) {
            if (job_node const* const job = find(id)) {
                answer.jobs.push_back(record_of(*job));
            }
        }
    } else if (auto const* const q = std::get_if<read_find>(&r)) {
        find_jobs(*q, answer);
    } else if (auto const* const g = std::get_if<read_groups>(&r)) {
        find_groups(*g, answer);
    } else if (auto const* const s = std::get_if<read_series>(&r)) {
        event_series::check_step(s->step);
        series_points points;
        if (s->queue.empty()) {
            series_.add_to(points, *s, now);
        } else if (auto const found = queues_.find(s->queue); found != queues_.end()) {
            found->second.series.add_to(points, *s, now);
        }
        for (auto const& [from, point] : points) {
            answer.series.push_back(point);
        }
    } else if (std::holds_alternative<read_names>(r)) {
        for (auto const& [name, type] : types_) {
            answer.types.push_back(name);
        }
        for (auto const& [name, queue] : queues_) {
            answer.queues.push_back(name);
        }
    } else {
        std::uint64_t const unfinished =
            index_.size() - states_[4].size() - states_[5].size() - states_[6].size();
        bool const full = unfinished >= limits_.jobs || bytes_ - final_bytes_ >= limits_.bytes;
        answer.health = {
            .ok = !full,
            .message = full ? "full of unfinished jobs" : "",
            .jobs = index_.size(),
            .job_limit = limits_.jobs,
            .bytes = bytes_,
            .byte_limit = limits_.bytes};
    }
    return answer;
}

} // namespace cofire::detail

#endif
