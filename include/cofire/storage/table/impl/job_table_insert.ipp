// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_INSERT_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_INSERT_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <cstring>

namespace cofire::detail {

/// What an insert will do, decided before anything is changed.
struct job_table::insert_plan {
    insert_request const& request;
    bool single = false;
    std::vector<insert_result> results{};
    std::vector<job_node*> replaced{}; // by the result of the same index; nullptr: none
    // Of more than one job: where in the call an id or a key stands.
    boost::unordered_flat_map<job_id, std::size_t> ids{};
    boost::unordered_flat_map<std::string_view, std::size_t> keys{};

    /// The job that stands for the parent `id`: the holder of its key if it was not inserted.
    [[nodiscard]] job_id resolve(job_id id) const {
        auto const found = ids.find(id);
        return found == ids.end() ? id : results[found->second].id;
    }
};

COFIRE_DECL void job_table::check_insert(insert_request const& r) const {
    constexpr std::size_t most_items = 10'000;
    constexpr std::size_t most_bytes = std::size_t{4} << 20;
    if (r.jobs.size() > most_items) {
        throw error(errc::too_many_items, std::to_string(r.jobs.size()) + " jobs in one insert");
    }
    std::size_t bytes = 0;
    for (new_job const& job : r.jobs) {
        if (job.id.is_nil()) {
            throw error(errc::bad_id, "the nil id");
        }
        if (job.arguments.size() > limits_.arguments) {
            throw error(
                errc::arguments_too_large, job.id,
                std::to_string(job.arguments.size()) + " bytes of arguments for " + job.type +
                    ", of " + std::to_string(limits_.arguments)
            );
        }
        bytes += job.arguments.size();
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
               parents.begin(), parents.end(), job.parents.begin(), job.parents.end(),
               [](parent_edge const& a, parent_ref const& b) { return a.given == b.id && a.on == b.on; }
           );
}

inline bool same_content(new_job const& a, new_job const& b) {
    return a.type == b.type && a.arguments == b.arguments && a.parents == b.parents &&
           (a.unique_key ? a.unique_key->text : "") == (b.unique_key ? b.unique_key->text : "");
}

COFIRE_DECL void
job_table::plan_one(insert_plan& plan, new_job const& job, time_point now) const {
    std::size_t const index = plan.results.size();
    insert_result result{.id = job.id, .status = insert_status::inserted};
    job_node* replaced = nullptr;
    auto const differs = [&] {
        return error(errc::content_differs, job.id, "job " + job.id.to_string());
    };
    if (job_node const* const stored = find(job.id)) {
        if (!same_content(*stored, job)) {
            throw differs();
        }
        result.status = insert_status::existed;
    } else if (!plan.single && !plan.ids.emplace(job.id, index).second) {
        if (!same_content(plan.request.jobs[plan.ids.at(job.id)], job)) {
            throw differs();
        }
        result.status = insert_status::existed;
    } else if (job.unique_key) {
        if (key_entry const* const held = live_key(job.unique_key->text, now)) {
            job_node* const holder = find(held->holder);
            bool const replace = job.unique_key->on_duplicate == duplicate_policy::replace &&
                                 (holder == nullptr || holder->state != job_state::processing);
            result.status = replace ? insert_status::replaced : insert_status::held;
            result.id = replace ? job.id : held->holder;
            replaced = replace ? holder : nullptr;
        }
        if (!plan.single && result.status != insert_status::held) {
            auto const [first, is_first] = plan.keys.emplace(job.unique_key->text, index);
            if (!is_first) {
                result = {.id = plan.results[first->second].id, .status = insert_status::held};
                replaced = nullptr;
            }
        }
    }
    plan.results.push_back(result);
    plan.replaced.push_back(replaced);
}

/// Checks that each parent is there, and that no jobs of the call wait for each other in a circle.
COFIRE_DECL void job_table::plan_parents(insert_plan& plan) const {
    auto const jobs = plan.request.jobs;
    bool forward = false;
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        for (parent_ref const& parent : jobs[i].parents) {
            if (parent.id == jobs[i].id) {
                throw error(
                    errc::parent_cycle, parent.id, "job " + parent.id.to_string() + " is its own parent"
                );
            }
            auto const in_call = plan.ids.find(plan.resolve(parent.id));
            if (in_call == plan.ids.end() && find(plan.resolve(parent.id)) == nullptr) {
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
            if (auto const p = plan.ids.find(parent.id); p != plan.ids.end()) {
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
        job_id const id = jobs[static_cast<std::size_t>(in_circle - waits.begin())].id;
        throw error(errc::parent_cycle, id, "job " + id.to_string());
    }
}

COFIRE_DECL job_table::insert_plan
job_table::plan_insert(insert_request const& r, time_point now) const {
    insert_plan plan{.request = r, .single = r.jobs.size() == 1};
    plan.results.reserve(r.jobs.size());
    plan.replaced.reserve(r.jobs.size());
    bool parents = false;
    std::uint64_t bytes = 0;
    std::uint64_t fresh = 0;
    for (new_job const& job : r.jobs) {
        plan_one(plan, job, now);
        parents = parents || !job.parents.empty();
        insert_status const status = plan.results.back().status;
        if (status == insert_status::inserted || status == insert_status::replaced) {
            ++fresh;
            bytes += sizeof(job_node) + job.arguments.size();
        }
    }
    if (parents) {
        plan_parents(plan);
    }
    auto const finals = states_[4].size() + states_[5].size() + states_[6].size();
    std::uint64_t final_bytes = 0;
    if (bytes_ + bytes > limits_.bytes) { // walk them only when it matters
        for (std::size_t s = 4; s != job_state_count; ++s) {
            for (job_node const* j = states_[s].front(); j != nullptr; j = state_list::next(*j)) {
                final_bytes += j->bytes;
                if (bytes_ + bytes <= limits_.bytes + final_bytes) {
                    break;
                }
            }
        }
    }
    if (fresh != 0 && (index_.size() - finals + fresh > limits_.jobs ||
                       bytes_ + bytes > limits_.bytes + final_bytes)) {
        throw error(
            errc::storage_full, std::to_string(index_.size() - finals) + " unfinished jobs, about " +
                                    std::to_string(bytes_) + " bytes"
        );
    }
    return plan;
}

COFIRE_DECL void
job_table::insert_node(insert_plan const& plan, new_job const& job, time_point now) {
    auto node = std::make_unique<job_node>();
    job_node& n = *node;
    n.id = job.id;
    n.number = next_number_++;
    n.created = now;
    n.due = job.due.value_or(now);
    n.settings = intern(job.settings);
    n.line = &get_lane(n.settings->queue, job.type, job.argument_version);
    n.arguments = std::make_unique_for_overwrite<char[]>(job.arguments.size());
    std::memcpy(n.arguments.get(), job.arguments.data(), job.arguments.size());
    n.arguments_size = static_cast<std::uint32_t>(job.arguments.size());
    if (job.unique_key) {
        job_extras& x = n.more();
        x.key = job.unique_key->text;
        x.key_hold = job.unique_key->hold;
        take_key(n, now, job.unique_key->hold_for);
    }
    if (!job.limit_key.empty()) {
        n.more().limit = &get_limit(job.limit_key, job.limit);
    }
    if (!job.recurring_id.empty()) {
        n.more().recurring_id = job.recurring_id;
    }
    for (parent_ref const& parent : job.parents) {
        n.more().parents.push_back(
            {.id = plan.resolve(parent.id), .given = parent.id, .on = parent.on}
        );
    }
    states_[static_cast<std::size_t>(n.state)].push_back(n);
    ++counts_.by_state[static_cast<std::size_t>(n.state)];
    n.changed = next_changed_++;
    recount(n);
    ++counts_.inserted;
    ++minute(now).inserted;
    index_.emplace(job.id, std::move(node));
}

/// Gives a new job its first state, now that all jobs of the call are there.
COFIRE_DECL void job_table::place_inserted(job_node& job, time_point now) {
    std::string unmet;
    if (job.extras) {
        auto& edges = job.extras->parents;
        for (std::size_t i = 0; i != edges.size(); ++i) {
            parent_edge& edge = edges[i];
            job_node& parent = *find(edge.id);
            parent.more().children.push_back({.id = job.id, .edge = static_cast<std::uint32_t>(i)});
            recount(parent);
            if (!is_final(parent.state)) {
                ++job.extras->waits;
                continue;
            }
            edge.ended = true;
            edge.state = parent.state;
            edge.result = parent.extras->result;
            if (!is_met(edge.on, parent.state) && unmet.empty()) {
                unmet = unmet_condition(parent);
            }
        }
    }
    job.first_state = job_state::awaiting;
    if (!unmet.empty()) {
        finish(job, job_state::deleted, unmet, now);
        notify(job, job_state::awaiting, unmet);
    } else if (job.extras && job.extras->waits != 0) {
        ++change_;
    } else {
        enter_line_or_wheel(job, job.due, now);
        index_expiry(job);
        job.first_state = job.state;
    }
}

COFIRE_DECL insert_answer job_table::insert_checked(insert_request const& r, time_point now) {
    insert_plan plan = plan_insert(r, now);
    for (std::size_t i = 0; i != r.jobs.size(); ++i) {
        if (job_node* const old = plan.replaced[i]) {
            if (!is_final(old->state)) {
                job_state const from = old->state;
                std::string const reason = "replaced by " + r.jobs[i].id.to_string();
                leave_place(*old);
                finish(*old, job_state::deleted, reason, now);
                notify(*old, from, reason);
            }
            drop_key(*old);
        }
        insert_status const status = plan.results[i].status;
        if (status == insert_status::inserted || status == insert_status::replaced) {
            insert_node(plan, r.jobs[i], now);
        }
    }
    for (std::size_t i = 0; i != r.jobs.size(); ++i) {
        insert_status const status = plan.results[i].status;
        if (status == insert_status::inserted || status == insert_status::replaced) {
            place_inserted(*find(r.jobs[i].id), now);
        }
    }
    release_children(now);
    make_room();
    return {.now = now, .results = std::move(plan.results), .seen = seen()};
}

COFIRE_DECL insert_answer job_table::insert(insert_request const& r, time_point now) {
    promote(now);
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
