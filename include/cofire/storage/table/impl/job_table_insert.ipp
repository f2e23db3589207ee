// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_INSERT_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_INSERT_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <cstring>
#include <set>
#include <tuple>

namespace cofire::detail {

/// Refuses what would break the table; whether names are well-formed is the client's matter.
inline void check_options(new_job const& job) {
    auto const bad = [&](std::string const& what) {
        return error(errc::bad_option, job.id, what + " of job " + job.id.to_string());
    };
    if (job.settings == nullptr) {
        throw bad("no settings");
    }
    if (job.settings->priority < 0 || job.settings->priority > 15) {
        throw bad("priority " + std::to_string(job.settings->priority));
    }
    constexpr std::size_t most_limits = 8;
    if (job.limits.size() > most_limits) {
        throw bad(std::to_string(job.limits.size()) + " limits");
    }
    for (auto l = job.limits.begin(); l != job.limits.end(); ++l) {
        auto const same = [&](job_limit const& other) { return other.key == l->key; };
        if (l->limit == 0 || l->key.empty() || std::any_of(job.limits.begin(), l, same)) {
            throw bad("limit " + std::to_string(l->limit) + " for " + quoted(l->key));
        }
    }
}

COFIRE_DECL void job_table::check_insert(insert_request const& r) const {
    constexpr std::size_t most_items = 10'000;
    constexpr std::size_t most_parents = 100'000;
    constexpr std::size_t most_bytes = std::size_t{4} << 20;
    if (r.jobs.size() > most_items) {
        throw error(errc::too_many_items, std::to_string(r.jobs.size()) + " jobs in one insert");
    }
    std::size_t bytes = 0;
    std::size_t parents = 0;
    for (new_job const& job : r.jobs) {
        if (job.id.is_nil()) {
            throw error(errc::bad_id, "the nil id");
        }
        check_options(job);
        parents += job.parents.size();
        if (job.arguments.size() > limits_.arguments) {
            throw error(
                errc::arguments_too_large,
                job.id,
                std::to_string(job.arguments.size()) + " bytes of arguments for " + job.type +
                    ", of " + std::to_string(limits_.arguments)
            );
        }
        bytes += job.arguments.size();
    }
    if (parents > most_parents) {
        throw error(errc::too_many_items, std::to_string(parents) + " parents in one insert");
    }
    if (r.jobs.size() > 1 && bytes > most_bytes) {
        throw error(errc::too_many_items, std::to_string(bytes) + " bytes in one insert");
    }
}

/// True if the parts that never change agree.
inline bool same_content(job_node const& stored, new_job const& job) {
    static std::vector<parent_edge> const no_parents;
    auto const& parents = stored.extras ? stored.extras->parents : no_parents;
    std::string_view const key = stored.extras ? std::string_view(stored.extras->key) : "";
    return stored.line->type->name == job.type && stored.arguments_text() == job.arguments &&
           key == (job.unique_key ? std::string_view(job.unique_key->text) : "") &&
           std::equal(
               parents.begin(),
               parents.end(),
               job.parents.begin(),
               job.parents.end(),
               [](parent_edge const& a, parent_ref const& b) {
                   return a.given == b.id && a.on == b.on;
               }
           );
}

inline bool same_content(new_job const& a, new_job const& b) {
    return a.type == b.type && a.arguments == b.arguments && a.parents == b.parents &&
           (a.unique_key ? a.unique_key->text : "") == (b.unique_key ? b.unique_key->text : "");
}

COFIRE_DECL void job_table::plan_one(insert_plan& plan, new_job const& job, time_point now) const {
    std::size_t const index = plan.results.size();
    auto const check_same = [&](auto const& known) {
        if (!same_content(known, job)) {
            throw error(errc::content_differs, job.id, "job " + job.id.to_string());
        }
    };
    plan.results.push_back({.id = job.id, .status = insert_status::inserted});
    plan.jobs.push_back({});
    if (job_node const* const stored = find(job.id)) {
        check_same(*stored);
        plan.results.back().status = insert_status::existed;
    } else if (!plan.single && !plan.ids.emplace(job.id, index).second) {
        std::size_t const first = plan.ids.at(job.id);
        check_same(plan.request.jobs[first]);
        plan.results.back() = plan.results[first];
        plan.jobs.back().repeats = true;
    } else if (job.unique_key) {
        plan_key(plan, job, index, now);
    }
    if (plan.stores(index)) {
        ++plan.stored;
        plan.bytes += sizeof(job_node) + job.arguments.size() +
                      job.parents.size() * (sizeof(parent_edge) + sizeof(child_edge));
        plan.parents = plan.parents || !job.parents.empty();
    }
}

/// Decides for a job with a unique key. Of several jobs of the call with one key the first counts.
COFIRE_DECL void job_table::plan_key(
    insert_plan& plan, new_job const& job, std::size_t index, time_point now
) const {
    std::string_view const key = job.unique_key->text;
    insert_result& result = plan.results[index];
    if (auto const first = plan.keys.find(key); first != plan.keys.end()) {
        result = {.id = plan.results[first->second].id, .status = insert_status::held};
        return;
    }
    if (key_entry const* const held = live_key(key, now)) {
        job_node* const holder = holder_of(*held, key);
        bool const waits = holder == nullptr || holder->state != job_state::processing;
        if (!waits || job.unique_key->on_duplicate != duplicate_policy::replace) {
            result = {.id = held->holder, .status = insert_status::held};
            return;
        }
        result.status = insert_status::replaced;
        plan.jobs[index].replaces = holder;
        plan.ended += holder != nullptr && !is_final(holder->state) ? 1 : 0;
    }
    if (!plan.single) {
        plan.keys.emplace(key, index);
    }
}

/// Checks that each parent is there, and that no jobs of the call wait for each other in a circle:
/// as they will be stored, where the holder of a key stands for the job that was not stored.
COFIRE_DECL void job_table::plan_parents(insert_plan& plan) const {
    auto const jobs = plan.request.jobs;
    auto const cycle = [](job_id id) {
        return error(errc::parent_cycle, id, "job " + id.to_string());
    };
    bool forward = false;
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        for (parent_ref const& parent : jobs[i].parents) {
            if (!plan.stores(i)) {
                break;
            }
            job_id const id = plan.resolve(parent.id);
            if (parent.id == jobs[i].id || id == jobs[i].id) {
                throw cycle(jobs[i].id);
            }
            auto const in_call = plan.ids.find(id);
            if (in_call == plan.ids.end() && find(id) == nullptr) {
                throw error(errc::missing_parent, parent.id, "parent " + parent.id.to_string());
            }
            forward = forward || (in_call != plan.ids.end() && in_call->second > i);
        }
    }
    if (!forward) {
        return;
    }
    // Take away, again and again, the jobs that wait for none of the rest.
    std::vector<std::size_t> waits(jobs.size());
    std::vector<std::vector<std::size_t>> children(jobs.size());
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        for (parent_ref const& parent : jobs[i].parents) {
            auto const p = plan.ids.find(plan.resolve(parent.id));
            if (plan.stores(i) && p != plan.ids.end()) {
                ++waits[i];
                children[p->second].push_back(i);
            }
        }
        if (waits[i] == 0) {
            free.push_back(i);
        }
    }
    for (std::size_t done = 0; done != free.size(); ++done) {
        for (std::size_t child : children[free[done]]) {
            if (--waits[child] == 0) {
                free.push_back(child);
            }
        }
    }
    if (free.size() != jobs.size()) {
        auto const in_circle =
            std::find_if(waits.begin(), waits.end(), [](std::size_t w) { return w != 0; });
        throw cycle(jobs[static_cast<std::size_t>(in_circle - waits.begin())].id);
    }
}

/// Checks that the jobs find room once all final ones are gone.
COFIRE_DECL void job_table::plan_room(insert_plan const& plan) const {
    auto const unfinished = index_.size() - states_[4].size() - states_[5].size() -
                            states_[6].size() - plan.ended + plan.stored;
    auto const bytes = bytes_ - final_bytes_ + plan.bytes;
    if (plan.stored != 0 && (unfinished > limits_.jobs || bytes > limits_.bytes)) {
        throw error(
            errc::storage_full,
            std::to_string(unfinished) + " unfinished jobs of " + std::to_string(limits_.jobs) +
                ", about " + std::to_string(bytes) + " bytes of " + std::to_string(limits_.bytes)
        );
    }
}

COFIRE_DECL error job_table::no_more_kinds(std::string const& one_more) const {
    return {
        errc::storage_full,
        one_more + " would be one more than " + std::to_string(limits_.kinds) + " kinds of jobs"};
}

/// Checks that the jobs' kinds find room.
COFIRE_DECL void job_table::plan_kinds(insert_plan const& plan) const {
    std::set<std::tuple<std::string_view, std::string_view, std::uint32_t>> added;
    auto const jobs = plan.request.jobs;
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        new_job const& job = jobs[i];
        if (!plan.stores(i) ||
            find_lane(job.settings->queue, job.type, job.argument_version) != nullptr) {
            continue;
        }
        added.emplace(job.settings->queue, job.type, job.argument_version);
        if (kinds_ + added.size() > limits_.kinds) {
            throw no_more_kinds(
                "type " + quoted(job.type) + " in queue " + quoted(job.settings->queue)
            );
        }
    }
}

COFIRE_DECL void job_table::plan_insert(insert_plan& plan, time_point now) const {
    auto const jobs = plan.request.jobs;
    plan.results.reserve(jobs.size());
    plan.jobs.clear();
    if (!plan.single) {
        plan.ids.reserve(jobs.size());
    }
    for (new_job const& job : jobs) {
        plan_one(plan, job, now);
    }
    if (plan.parents) {
        plan_parents(plan);
    }
    plan_room(plan);
    plan_kinds(plan);
}

/// Makes a staged job one of the table's.
COFIRE_DECL void job_table::insert_node(job_node& job, time_point now) {
    states_[static_cast<std::size_t>(job.state)].push_back(job);
    job.changed = next_changed_++;
    recount(job);
    ++counts_.inserted;
    count(job, now, [](series_point& p) { ++p.inserted; });
}

/// Gives a new job its first state, now that all jobs of the call are there.
COFIRE_DECL void job_table::place_inserted(job_node& job, expiry_map& expiries, time_point now) {
    bool unmet = false;
    if (job.extras) {
        for (parent_edge& edge : job.extras->parents) {
            job_node& parent = *find(edge.id);
            bool const was_known = edge.ended;
            recount(parent);
            if (!is_final(parent.state)) {
                ++job.extras->waits;
                continue;
            }
            end_edge(edge, parent);
            if (!is_met(edge.on, parent.state) && !unmet) {
                unmet = true;
                if (!was_known) { // it was replaced just now
                    job.extras->reason = unmet_condition(parent);
                }
            }
        }
    }
    job.first_state = job_state::awaiting;
    if (unmet) {
        finish(job, job_state::deleted, job.extras->reason, now);
        notify(job, job_state::awaiting, job.extras->reason);
    } else if (job.extras && job.extras->waits != 0) {
        ++change_;
    } else {
        enter_line_or_wheel(job, job.due, now);
        index_expiry(job, expiries.extract(expiry_of(job)));
        job.first_state = job.state;
    }
}

COFIRE_DECL insert_answer job_table::insert_checked(insert_request const& r, time_point now) {
    insert_plan plan{.request = r, .single = r.jobs.size() == 1, .jobs = planned_};
    plan_insert(plan, now);
    apply_insert(plan, now);
    make_room();
    return {.now = now, .results = std::move(plan.results), .seen = seen()};
}

/// Does what the plan says. If memory runs out for it, or the log refuses it, nothing has changed.
COFIRE_DECL void job_table::apply_insert(insert_plan& plan, time_point now) {
    auto const jobs = plan.request.jobs;
    insert_staging staged{.table = *this, .plan = plan};
    stage_insert(staged, now);
    if (log_ != nullptr) {
        log_->inserting(plan, now);
    }
    staged.kept = true;
    key_ends_.merge(staged.key_ends);
    auto reason = staged.reasons.begin();
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        planned_job const& planned = plan.jobs[i];
        if (planned.stored != nullptr && jobs[i].unique_key) {
            take_key(*planned.stored, end_of(*jobs[i].unique_key, now));
        }
        if (job_node* const old = planned.replaces) {
            if (!is_final(old->state)) {
                job_state const from = old->state;
                withdraw(*old, now);
                finish(*old, job_state::deleted, *reason, now);
                notify(*old, from, *reason++);
            }
            drop_key(*old);
        }
        if (planned.stored != nullptr) {
            insert_node(*planned.stored, now);
        }
    }
    for (planned_job const& planned : plan.jobs) {
        if (planned.stored != nullptr) {
            place_inserted(*planned.stored, staged.expiries, now);
        }
    }
    release_children(now);
}

COFIRE_DECL insert_answer job_table::insert(insert_request const& r, time_point now) {
    pass_time(now);
    return insert_now(r, now);
}

/// An insert at a time that has passed.
COFIRE_DECL insert_answer job_table::insert_now(insert_request const& r, time_point now) {
    check_insert(r);
    try {
        return insert_checked(r, now);
    } catch (error const& e) {
        if (e.value() == errc::storage_full) {
            counts_.refused += r.jobs.size();
        }
        throw;
    }
}

} // namespace cofire::detail

#endif
