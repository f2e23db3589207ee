// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "naive_storage.hpp"

namespace cofire::differential {
namespace {

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool matches(job_record const& r, job_filter const& f) {
    auto const& tags = r.settings->tags;
    return (!f.state || r.state == *f.state) && (!f.sub_state || r.sub_state == *f.sub_state) &&
           (f.queue.empty() || r.settings->queue == f.queue) &&
           (f.type.empty() || r.type == f.type) &&
           (f.tag.empty() || std::find(tags.begin(), tags.end(), f.tag) != tags.end()) &&
           (f.recurring_id.empty() || r.recurring_id == f.recurring_id) &&
           (f.fingerprint == 0 || (r.error && r.error->fingerprint == f.fingerprint)) &&
           (!f.created_from || r.created >= *f.created_from) &&
           (!f.created_before || r.created < *f.created_before) &&
           (f.text.empty() || holds(r.type, f.text) || holds(r.arguments, f.text) ||
            (r.error && holds(r.error->message, f.text)));
}

} // namespace

std::vector<naive_job const*> naive_storage::matching(job_filter const& f, find_order order) const {
    std::vector<naive_job const*> found;
    for (std::size_t s = 0; s != job_state_count; ++s) {
        std::vector<naive_job const*> of_state;
        for (auto const& job : jobs_) {
            if (job->record.state == static_cast<job_state>(s) && matches(shown(*job), f)) {
                of_state.push_back(job.get());
            }
        }
        std::sort(of_state.begin(), of_state.end(), [order](auto const* a, auto const* b) {
            return order == find_order::oldest ? a->changed < b->changed : a->changed > b->changed;
        });
        found.insert(found.end(), of_state.begin(), of_state.end());
    }
    return found;
}

job_record naive_storage::shown(naive_job const& job) const {
    job_record record = job.record;
    for (job_limit& l : record.limits) {
        l.limit = limit_of(l.key);
    }
    switch (record.state) {
    case job_state::enqueued:
        record.sub_state = job.undecodable || (!servers_.empty() && !handled(job))
                               ? job_sub_state::parked_by_type
                           : blocked(job) ? job_sub_state::parked_by_limit
                                          : job_sub_state::in_line;
        break;
    case job_state::awaiting: record.sub_state = job_sub_state::parents; break;
    case job_state::processing:
        record.sub_state = job.asked ? job_sub_state::cancelling : job_sub_state::running;
        break;
    default: break;
    }
    return record;
}

read_answer naive_storage::read(read_request const& r, time_point now) const {
    read_answer answer{.now = now};
    if (auto const* get = std::get_if<read_get>(&r)) {
        for (job_id id : get->ids) {
            if (naive_job const* job = find(id)) {
                answer.jobs.push_back(shown(*job));
            }
        }
    } else if (auto const* search = std::get_if<read_find>(&r)) {
        for (naive_job const* job : matching(search->filter, search->order)) {
            answer.jobs.push_back(shown(*job));
        }
    } else if (auto const* groups = std::get_if<read_groups>(&r)) {
        job_filter filter = groups->filter;
        if (filter.state && *filter.state != job_state::failed) {
            return answer;
        }
        filter.state = job_state::failed;
        for (naive_job const* job : matching(filter, find_order::newest)) {
            error_info const error = job->record.error.value_or(error_info{});
            auto found = std::find_if(
                answer.groups.begin(),
                answer.groups.end(),
                [&error](error_group const& g) { return g.fingerprint == error.fingerprint; }
            );
            if (found == answer.groups.end()) {
                answer.groups.push_back(
                    {.fingerprint = error.fingerprint,
                     .type = job->record.type,
                     .sample = error,
                     .latest = job->record.id}
                );
                found = answer.groups.end() - 1;
            }
            ++found->count;
        }
    } else if (std::holds_alternative<read_counts>(r)) {
        answer.counts = counts_;
        for (std::size_t s = 0; s != job_state_count; ++s) {
            answer.counts.by_state[s] = count(static_cast<job_state>(s));
        }
    } else if (std::holds_alternative<read_names>(r)) {
        answer.types.assign(types_seen_.begin(), types_seen_.end());
        answer.queues.assign(queues_seen_.begin(), queues_seen_.end());
    } else if (auto const* s = std::get_if<read_series>(&r)) {
        for (series_point const& p : series_) {
            bool const blank =
                p.inserted + p.succeeded + p.attempts_failed + p.failed + p.deleted + p.runs == 0;
            if (!blank && p.from >= std::chrono::floor<std::chrono::minutes>(s->from) &&
                (!s->to || p.from < *s->to)) {
                answer.series.push_back(p);
            }
        }
    } else {
        answer.health.jobs = jobs_.size();
        answer.health.ok = jobs_.size() - count(job_state::succeeded) - count(job_state::failed) -
                               count(job_state::deleted) <
                           limits_.jobs;
        answer.health.job_limit = limits_.jobs;
        answer.health.byte_limit = limits_.bytes;
    }
    return answer;
}

} // namespace cofire::differential
