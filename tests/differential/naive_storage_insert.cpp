// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "naive_storage.hpp"

namespace cofire::differential {
namespace {

bool same_content(new_job const& a, new_job const& b) {
    auto const key = [](new_job const& j) {
        return j.unique_key ? j.unique_key->text : std::string{};
    };
    return a.type == b.type && a.arguments == b.arguments && a.parents == b.parents &&
           key(a) == key(b);
}

/// True if `from` waits for itself, directly or by others of the call.
bool in_circle(std::span<new_job const> jobs, job_id from) {
    std::set<job_id> reached;
    std::vector<job_id> open{from};
    while (!open.empty()) {
        job_id const id = open.back();
        open.pop_back();
        for (new_job const& job : jobs) {
            if (job.id != id) {
                continue;
            }
            for (parent_ref const& p : job.parents) {
                if (p.id == from) {
                    return true;
                }
                if (reached.insert(p.id).second) {
                    open.push_back(p.id);
                }
            }
        }
    }
    return false;
}

} // namespace

/// What can be refused without a look at keys: throws if anything is.
void naive_storage::check_insert(std::span<new_job const> jobs) const {
    std::set<errc> wrong;
    std::size_t parents = 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        new_job const& job = jobs[i];
        parents += job.parents.size();
        bytes += job.arguments.size();
        if (job.id.is_nil()) {
            wrong.insert(errc::bad_id);
        }
        if (!job.settings || job.settings->priority < 0 || job.settings->priority > 15) {
            wrong.insert(errc::bad_option);
        }
        if (job.arguments.size() > limits_.arguments) {
            wrong.insert(errc::arguments_too_large);
        }
        std::set<std::string> limit_keys;
        for (job_limit const& l : job.limits) {
            if (l.limit == 0 || !limit_keys.insert(l.key).second || job.limits.size() > 8) {
                wrong.insert(errc::bad_option);
            }
        }
        new_job const* same = nullptr;
        if (naive_job const* stored = find(job.id)) {
            same = &stored->given;
        } else {
            for (std::size_t k = 0; k != i && same == nullptr; ++k) {
                same = jobs[k].id == job.id ? &jobs[k] : nullptr;
            }
        }
        if (same != nullptr && !same_content(job, *same)) {
            wrong.insert(errc::content_differs);
        }
    }
    if (jobs.size() > 10'000 || parents > 100'000 || bytes > (std::size_t{4} << 20)) {
        wrong.insert(errc::too_many_items);
    }
    if (!wrong.empty()) {
        throw refusal{wrong};
    }
}

insert_answer naive_storage::insert(insert_request const& r, time_point now) {
    pass_time(now);
    insert_answer answer = insert_all(r.jobs, now);
    decide_continuations(now);
    make_room();
    return answer;
}

/// What would become of each job.
std::vector<insert_result>
naive_storage::plan(std::span<new_job const> jobs, time_point now) const {
    std::vector<insert_result> results;
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        new_job const& job = jobs[i];
        insert_result result{job.id, insert_status::inserted};
        std::optional<job_id> taken;
        if (job.unique_key) {
            taken = key_taken(job.unique_key->text, now);
        }
        if (taken) {
            naive_job const* holder = key_holder(job.unique_key->text, now);
            bool const runs = holder != nullptr && holder->record.state == job_state::processing;
            bool const replaces =
                !runs && job.unique_key->on_duplicate == duplicate_policy::replace;
            result = replaces ? insert_result{job.id, insert_status::replaced}
                              : insert_result{*taken, insert_status::held};
        }
        for (std::size_t k = i; k-- != 0;) { // of several with the same key the first counts
            bool const stored = results[k].status == insert_status::inserted ||
                                results[k].status == insert_status::replaced;
            if (job.unique_key && jobs[k].unique_key && stored &&
                jobs[k].unique_key->text == job.unique_key->text) {
                result = {jobs[k].id, insert_status::held};
            }
        }
        if (find(job.id) != nullptr) {
            result = {job.id, insert_status::existed};
        }
        for (std::size_t k = i; k-- != 0;) {
            if (jobs[k].id == job.id) {
                result = results[k];
            }
        }
        results.push_back(result);
    }
    return results;
}

insert_answer naive_storage::insert_all(std::span<new_job const> jobs, time_point now) {
    check_insert(jobs);
    insert_answer answer{.now = now, .results = plan(jobs, now)};
    std::vector<new_job> stored; // with the parents they will have
    std::set<errc> wrong;
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        insert_status const status = answer.results[i].status;
        bool const again = std::any_of(stored.begin(), stored.end(), [&](new_job const& j) {
            return j.id == jobs[i].id;
        });
        if (again || (status != insert_status::inserted && status != insert_status::replaced)) {
            continue;
        }
        stored.push_back(jobs[i]);
        for (parent_ref& p : stored.back().parents) {
            bool found = find(p.id) != nullptr;
            for (std::size_t k = 0; k != jobs.size() && !found; ++k) {
                if (jobs[k].id == p.id) {
                    p.id = answer.results[k].id;     // the holder stands for one that is not stored
                    found = find(p.id) != nullptr || // a key may outlive its holder
                            std::any_of(jobs.begin(), jobs.end(), [&](new_job const& j) {
                                return j.id == p.id;
                            });
                    break;
                }
            }
            if (!found) {
                wrong.insert(errc::missing_parent);
            }
        }
    }
    for (new_job const& job : stored) {
        if (in_circle(stored, job.id)) {
            wrong.insert(errc::parent_cycle);
        }
    }
    std::size_t unfinished = stored.size();
    for (auto const& job : jobs_) {
        bool const replaced = std::any_of(stored.begin(), stored.end(), [&](new_job const& j) {
            return j.unique_key && key_holder(j.unique_key->text, now) == job.get();
        });
        unfinished += is_final(job->record.state) || replaced ? 0 : 1;
    }
    if (wrong.empty() && !stored.empty() && unfinished > limits_.jobs) {
        wrong.insert(errc::storage_full);
        counts_.refused += jobs.size();
    }
    if (!wrong.empty()) {
        throw refusal{wrong};
    }
    std::vector<naive_job*> made;
    for (new_job const& job : stored) {
        auto const given = std::find_if(jobs.begin(), jobs.end(), [&job](new_job const& j) {
            return j.id == job.id;
        });
        made.push_back(&store(*given, job.parents, now));
    }
    for (naive_job* job : made) {
        for (parent_ref const& p : job->record.parents) {
            if (naive_job* parent = find(p.id)) {
                parent->record.continuations.push_back(job->record.id);
            }
        }
    }
    for (naive_job* job : made) {
        bool waits = false;
        for (std::size_t i = 0; i != job->record.parents.size(); ++i) {
            naive_job const* parent = find(job->record.parents[i].id);
            bool const ended = parent != nullptr && is_final(parent->record.state);
            waits = waits || !ended || !fits(parent->record.state, job->record.parents[i].on);
        }
        if (!waits) { // it never waits
            for (std::size_t i = 0; i != job->record.parents.size(); ++i) {
                note_parent(*job, i);
            }
            release(*job, "", now);
            continue;
        }
        set_state(*job, job_state::awaiting, "", now);
        for (std::size_t i = 0; i != job->record.parents.size(); ++i) {
            naive_job const* parent = find(job->record.parents[i].id);
            if (parent != nullptr && is_final(parent->record.state)) {
                count_parent(*job, i, parent->record.state, now);
            }
        }
    }
    return answer;
}

naive_job&
naive_storage::store(new_job const& job, std::vector<parent_ref> const& parents, time_point now) {
    naive_job* holder = job.unique_key ? key_holder(job.unique_key->text, now) : nullptr;
    if (holder != nullptr) {
        job_state const from = holder->record.state;
        holder->holds_key = false;
        if (!is_final(from)) {
            finish(*holder, job_state::deleted, "replaced by " + job.id.to_string(), now);
            notice(*holder, from, holder->record.reason);
        }
    }
    std::erase_if(kept_keys_, [&job](kept_key const& k) {
        return job.unique_key && k.text == job.unique_key->text;
    });
    auto made = std::make_unique<naive_job>();
    made->given = job;
    made->met.assign(parents.size(), false);
    for (parent_ref const& p : parents) {
        made->ends.push_back({.id = p.id, .state = job_state::awaiting}); // no end yet
    }
    made->number = next_number_++;
    job_record& record = made->record;
    record.id = job.id;
    record.type = job.type;
    record.arguments = job.arguments;
    record.argument_version = job.argument_version;
    record.settings = job.settings;
    record.created = now;
    record.due = job.due.value_or(now);
    record.parents = parents;
    record.limits = job.limits;
    record.recurring_id = job.recurring_id;
    record.occurrence = job.occurrence;
    for (job_limit const& l : job.limits) {
        limits_said_[l.key] = l.limit;
    }
    if (job.unique_key) {
        record.unique_key = job.unique_key->text;
        made->holds_key = true;
        if (job.unique_key->hold == unique_hold::for_a_time) {
            made->key_until = later(now, job.unique_key->hold_for);
        }
    }
    types_seen_.insert(job.type);
    queues_seen_.insert(job.settings->queue);
    ++counts_.inserted;
    ++minute(now).inserted;
    jobs_.push_back(std::move(made));
    return *jobs_.back();
}

} // namespace cofire::differential
