// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_STAGING_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_STAGING_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <cstring>

namespace cofire::detail {

// What an insert does before anything of it can be seen: all that may run out of memory, but for what
// the end of a replaced job means for its continuations and for those that its limit held back.

/// Makes the jobs that the plan stores.
COFIRE_DECL void job_table::stage_insert(insert_staging& s, time_point now) {
    insert_plan& plan = s.plan;
    for (std::size_t i = 0; i != plan.jobs.size(); ++i) {
        if (plan.stores(i)) {
            stage_job(s, i, now);
        }
    }
    for (planned_job const& planned : plan.jobs) {
        if (planned.stored != nullptr && planned.stored->extras) {
            stage_parents(s, *planned.stored);
        }
    }
    if (plan.ended != 0) {
        effects_.ended.reserve(effects_.ended.size() + plan.ended);
        for (std::size_t i = 0; i != plan.jobs.size(); ++i) {
            job_node* const old = plan.jobs[i].replaces;
            if (old != nullptr && !is_final(old->state)) {
                s.reasons.push_back("replaced by " + plan.request.jobs[i].id.to_string());
                old->more().reason.reserve(s.reasons.back().size());
                count(*old, now, [](series_point&) {});
            }
        }
    }
    if (plan.ended != 0 || plan.parents) {
        ended_.reserve(plan.ended + plan.stored);
    }
    for (auto const& [limit, was] : s.limits) {
        refill(*limit, now);
    }
}

COFIRE_DECL void job_table::stage_job(insert_staging& s, std::size_t index, time_point now) {
    new_job const& job = s.plan.request.jobs[index];
    index_.reserve(job.id);
    auto& n = *::new (pool_.allocate(job_node::size_with(job.arguments.size()))) job_node;
    s.plan.jobs[index].stored = &n;
    n.id = job.id;
    n.number = next_number_++;
    n.image = image_;
    n.created = now;
    n.due = job.due.value_or(now);
    n.arguments_size = static_cast<std::uint32_t>(job.arguments.size());
    std::memcpy(reinterpret_cast<char*>(&n + 1), job.arguments.data(), job.arguments.size());
    index_.insert(n);
    n.settings = intern(job.settings);
    n.line = &stage_lane(s, job);
    count(n, now, [](series_point&) {}); // the points are there from now on
    if (n.settings->expires > duration{0}) {
        (void)n.more();
        s.expiries.emplace(expiry_of(n), &n);
    }
    if (job.unique_key) {
        stage_key(s, n, *job.unique_key);
    }
    if (!job.limits.empty()) {
        stage_limits(s, n, job.limits);
    }
    if (!job.recurring_id.empty()) {
        n.more().recurring_id = job.recurring_id;
        n.more().occurrence = job.occurrence;
    }
    for (parent_ref const& parent : job.parents) {
        n.more().parents.push_back(
            {.id = s.plan.resolve(parent.id), .given = parent.id, .on = parent.on}
        );
    }
}

/// Makes the entry of the job's key, if there is none; the holder of one that is there keeps it yet.
COFIRE_DECL void
job_table::stage_key(insert_staging& s, job_node& job, unique_key_spec const& key) {
    job_extras& x = job.more();
    x.key = key.text;
    x.key_hold = key.hold;
    auto const until = end_of(key, job.created);
    if (until) {
        s.key_ends.emplace(*until, x.key);
    }
    x.holds_key = keys_.try_emplace(x.key, key_entry{.holder = job.id, .until = until}).second;
}

COFIRE_DECL void
job_table::stage_limits(insert_staging& s, job_node& job, std::vector<job_limit> const& limits) {
    auto& known = job.more().limits;
    known.reserve(limits.size());
    for (job_limit const& given : limits) {
        limit_entry& limit = get_limit(given.key);
        known.push_back(&limit);
        ++limit.jobs;
        if (!limit.fixed && limit.limit != given.limit) { // the latest word counts
            s.limits.emplace_back(&limit, limit.limit);
            limit.limit = given.limit;
        }
    }
}

/// Tells the parents of their continuation; they are all there by now.
COFIRE_DECL void job_table::stage_parents(insert_staging& s, job_node& job) {
    job_extras& x = *job.extras;
    for (std::size_t i = 0; i != x.parents.size(); ++i) {
        parent_edge& edge = x.parents[i];
        job_node& parent = *find(edge.id);
        touch(parent);
        parent.more().children.push_back({.id = job.id, .edge = static_cast<std::uint32_t>(i)});
        ++s.links;
        if (is_final(parent.state)) {
            end_edge(edge, parent);
            if (!is_met(edge.on, parent.state) && x.reason.empty()) {
                x.reason = unmet_condition(parent);
            }
        }
    }
}

COFIRE_DECL lane& job_table::stage_lane(insert_staging& s, new_job const& job) {
    std::string_view const queue = job.settings->queue;
    if (lane* const known = find_lane(queue, job.type, job.argument_version)) {
        last_lane_ = known;
        return *known;
    }
    staged_lane& staged = s.lanes.emplace_back(staged_lane{
        .queue = queue,
        .type = job.type,
        .queue_known = queues_.find(queue) != queues_.end(),
        .type_known = types_.find(job.type) != types_.end()});
    staged.made = &get_lane(queue, job.type, job.argument_version);
    return *staged.made;
}

/// Takes back what was staged, however far it came.
COFIRE_DECL void job_table::unstage(insert_staging& s) noexcept {
    for (planned_job const& planned : s.plan.jobs) {
        if (planned.stored == nullptr || !planned.stored->extras) {
            continue;
        }
        for (parent_edge const& edge : planned.stored->extras->parents) {
            if (s.links != 0) {
                --s.links;
                find(edge.id)->extras->children.pop_back();
            }
        }
    }
    for (auto at = s.limits.rbegin(); at != s.limits.rend(); ++at) {
        at->first->limit = at->second;
    }
    for (planned_job& planned : s.plan.jobs) {
        if (job_node* const job = std::exchange(planned.stored, nullptr)) {
            if (job->extras && job->extras->holds_key) {
                keys_.erase(job->extras->key);
            }
            leave_limits(*job);
            index_.erase(*job);
            destroy(*job);
        }
    }
    auto const forget = [](auto& names, std::string_view name) {
        if (auto const found = names.find(name); found != names.end()) {
            names.erase(found);
        }
    };
    for (auto at = s.lanes.rbegin(); at != s.lanes.rend(); ++at) {
        if (at->made != nullptr) {
            drop_last_lane(*at->made->queue);
        }
        if (!at->queue_known) {
            forget(queues_, at->queue);
        }
        if (!at->type_known) {
            forget(types_, at->type);
        }
    }
    next_number_ = s.first_number;
}

} // namespace cofire::detail

#endif
