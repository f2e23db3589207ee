// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "naive_storage.hpp"

namespace cofire::differential {

naive_job* naive_storage::find(job_id id) const {
    for (auto const& job : jobs_) {
        if (job->record.id == id) {
            return job.get();
        }
    }
    return nullptr;
}

void naive_storage::set_state(naive_job& job, job_state state, std::string reason, time_point now) {
    if (job.record.state != state || job.changed == 0) {
        job.record.state = state;
        job.changed_in = command_;
        job.changed = next_change_++;
    }
    job.record.history.push_back(
        {.at = now,
         .state = state,
         .attempt = job.record.attempt,
         .epoch = job.record.epoch,
         .server = job.record.server,
         .reason = std::move(reason)}
    );
}

void naive_storage::enter_line(naive_job& job, std::string reason, time_point now) {
    job.position = next_position_++;
    set_state(job, job_state::enqueued, std::move(reason), now);
}

void naive_storage::wait_until(naive_job& job, time_point due, std::string reason, time_point now) {
    job.record.due = due;
    if (due <= now) {
        enter_line(job, std::move(reason), now);
    } else {
        set_state(job, job_state::scheduled, std::move(reason), now);
    }
}

void naive_storage::finish(naive_job& job, job_state end, std::string reason, time_point now) {
    job.record.finished = now;
    job.record.progress.reset();
    job.record.expires_at.reset();
    job.undecodable = false;
    job.asked.reset();
    if (job.given.unique_key && job.given.unique_key->hold != unique_hold::for_a_time) {
        job.holds_key = false;
    }
    if (end == job_state::deleted) {
        ++counts_.deleted;
        ++minute(now).deleted;
    }
    if (end == job_state::failed) {
        ++counts_.failed;
        ++minute(now).failed;
    }
    job.record.reason = reason;
    set_state(job, end, std::move(reason), now);
    ended_.emplace_back(job.record.id, end);
}

void naive_storage::decide_continuations(time_point now) {
    while (!ended_.empty()) {
        auto const [parent, end] = ended_.front();
        ended_.erase(ended_.begin());
        std::vector<job_id> const children = find(parent)->record.continuations;
        for (job_id id : children) {
            naive_job* const child = find(id);
            for (std::size_t i = 0; child != nullptr && i != child->record.parents.size(); ++i) {
                if (child->record.parents[i].id == parent) {
                    count_parent(*child, i, end, now);
                }
            }
        }
    }
}

bool naive_storage::fits(job_state end, parent_condition on) {
    switch (on) {
    case parent_condition::on_success: return end == job_state::succeeded;
    case parent_condition::on_failure: return end == job_state::failed;
    default: return is_final(end);
    }
}

void naive_storage::note_parent(naive_job& child, std::size_t index) {
    job_id const id = child.record.parents[index].id;
    naive_job const& parent = *find(id);
    child.ends[index] = {id, parent.record.state, parent.record.result};
}

void naive_storage::count_parent(
    naive_job& child, std::size_t index, job_state end, time_point now
) {
    bool const waits = child.record.state == job_state::awaiting;
    if (waits && child.met[index]) {
        return; // the parent's second end
    }
    note_parent(child, index);
    if (!waits) {
        return; // deleted or requeued meanwhile
    }
    if (!fits(end, child.record.parents[index].on)) {
        std::string reason = "condition: parent " + child.record.parents[index].id.to_string();
        reason += " ended " + std::string(to_string(end));
        finish(child, job_state::deleted, reason, now);
        notice(child, job_state::awaiting, reason);
        return;
    }
    child.met[index] = true;
    if (std::find(child.met.begin(), child.met.end(), false) == child.met.end()) {
        release(child, "parents ended", now);
    }
}

/// A job whose parents have all ended as they should, or that has none.
void naive_storage::release(naive_job& job, std::string reason, time_point now) {
    time_point due = job.given.due.value_or(now);
    if (job.record.state == job_state::awaiting) {
        due = std::max(due, now); // it became due with its parents' ends
    }
    wait_until(job, due, std::move(reason), now);
    set_expiry(job);
}

void naive_storage::set_expiry(naive_job& job) {
    if (job.record.settings->expires > duration{0}) {
        job.record.expires_at = later(job.record.due, job.record.settings->expires);
    }
}

void naive_storage::lose(naive_job& job, time_point now) {
    ++job.record.lost;
    ++counts_.lost;
    ++minute(now).runs;
    minute(now).lateness += std::max(*job.record.started - job.record.due, duration{0});
    job.record.progress.reset();
    if (job.asked) {
        finish(job, job_state::deleted, job.why, now);
    } else if (job.record.lost >= limits_.lost_limit) {
        error_info const error{
            .type = "cofire::lost_server",
            .message = "",
            .fingerprint = lost_fingerprint(job.record.type)};
        job.record.error = error;
        bool const drop = job.record.settings->on_exhausted == exhausted_policy::delete_job;
        finish(job, drop ? job_state::deleted : job_state::failed, "lost", now);
        job.record.history.back().error = error;
    } else {
        wait_until(job, now + std::chrono::seconds{1 << job.record.lost}, "lost", now);
    }
    notice(job, job_state::processing, "lost");
}

void naive_storage::pass_time(time_point now) {
    ++command_;
    std::vector<naive_job*> due;
    for (auto const& job : jobs_) {
        if (job->holds_key && job->key_until && *job->key_until <= now) {
            job->holds_key = false;
        }
        if (job->record.state == job_state::scheduled && rounded(job->record.due) <= now) {
            due.push_back(job.get());
        }
    }
    std::sort(due.begin(), due.end(), [](naive_job* a, naive_job* b) {
        return std::pair(a->record.due, a->number) < std::pair(b->record.due, b->number);
    });
    for (naive_job* job : due) {
        enter_line(*job, "", now);
        job->record.history.back().at = job->record.due; // noticed now, but it was then
    }
    std::vector<naive_job*> late;
    for (auto const& job : jobs_) {
        job_state const state = job->record.state;
        if ((state == job_state::enqueued || state == job_state::scheduled) &&
            job->record.expires_at && *job->record.expires_at <= now) {
            late.push_back(job.get());
        }
    }
    std::sort(late.begin(), late.end(), [](naive_job* a, naive_job* b) {
        return std::pair(*a->record.expires_at, a->number) <
               std::pair(*b->record.expires_at, b->number);
    });
    for (naive_job* job : late) {
        job_state const from = job->record.state;
        finish(*job, job_state::deleted, "expired", now);
        notice(*job, from, "expired");
    }
    decide_continuations(now);
}

/// Storages remove what retention has had its time in small slices: when is open. This is the table's
/// way, so that the scripts see the same jobs.
void naive_storage::retain(time_point now, int most) {
    for (job_state state : {job_state::succeeded, job_state::failed, job_state::deleted}) {
        duration const keep =
            state == job_state::failed ? limits_.keep_failed : limits_.keep_succeeded;
        for (int i = 0; i != most; ++i) {
            naive_job* oldest = oldest_of({state});
            if (oldest == nullptr) {
                break;
            }
            if (*oldest->record.finished + keep > now && count(state) <= limits_.keep_count) {
                break;
            }
            remove(*oldest);
        }
    }
}

void naive_storage::make_room() {
    while (jobs_.size() > limits_.jobs) {
        naive_job* oldest =
            oldest_of({job_state::succeeded, job_state::failed, job_state::deleted});
        if (oldest == nullptr) {
            return;
        }
        remove(*oldest);
    }
}

/// The job that came first into the state it is in, of these states.
naive_job* naive_storage::oldest_of(std::set<job_state> const& states) const {
    naive_job* oldest = nullptr;
    for (auto const& job : jobs_) {
        if (states.contains(job->record.state) &&
            (oldest == nullptr || job->changed < oldest->changed)) {
            oldest = job.get();
        }
    }
    return oldest;
}

void naive_storage::remove(naive_job& job) {
    ++counts_.removed;
    if (job.holds_key && job.key_until) {
        kept_keys_.push_back({job.record.unique_key, job.record.id, *job.key_until});
    }
    std::erase_if(jobs_, [&job](auto const& p) { return p.get() == &job; });
}

void naive_storage::notice(naive_job const& job, job_state from, std::string reason) {
    notices_.push_back(
        {.id = job.record.id,
         .type = job.record.type,
         .from = from,
         .to = job.record.state,
         .reason = std::move(reason)}
    );
}

/// Notices for the jobs that wait and have no server, of each queue, type and version once.
void naive_storage::tell_unhandled() {
    for (auto const& job : jobs_) {
        job_record const& r = job->record;
        if (r.state != job_state::enqueued || job->undecodable || handled(*job) ||
            !told_.emplace(r.settings->queue, r.type, r.argument_version).second) {
            continue;
        }
        storage_notice n;
        n.type = r.type;
        n.reason = "unhandled: version " + std::to_string(r.argument_version);
        n.reason += " of its arguments, queue " + r.settings->queue;
        notices_.push_back(std::move(n));
    }
}

naive_job* naive_storage::key_holder(std::string_view key, time_point now) const {
    for (auto const& job : jobs_) {
        if (job->holds_key && job->record.unique_key == key &&
            (!job->key_until || *job->key_until > now)) {
            return job.get();
        }
    }
    return nullptr;
}

/// Who holds the key, also if that job was removed.
std::optional<job_id> naive_storage::key_taken(std::string_view key, time_point now) const {
    if (naive_job const* holder = key_holder(key, now)) {
        return holder->record.id;
    }
    for (kept_key const& k : kept_keys_) {
        if (k.text == key && k.until > now) {
            return k.holder;
        }
    }
    return std::nullopt;
}

/// In the order of acquisition.
std::vector<naive_job*> naive_storage::held_by(server_instance server) const {
    std::vector<naive_job*> held;
    for (auto const& job : jobs_) {
        if (job->record.state == job_state::processing && job->record.server == server) {
            held.push_back(job.get());
        }
    }
    std::sort(held.begin(), held.end(), [](naive_job const* a, naive_job const* b) {
        return a->record.epoch < b->record.epoch;
    });
    return held;
}

/// How many jobs with this limit key servers hold.
std::uint32_t naive_storage::used(std::string_view limit_key) const {
    std::uint32_t n = 0;
    for (auto const& job : jobs_) {
        if (job->record.state != job_state::processing) {
            continue;
        }
        for (job_limit const& l : job->record.limits) {
            n += l.key == limit_key ? 1 : 0;
        }
    }
    return n;
}

/// What limit_put said, or else the latest insert with the key.
std::uint32_t naive_storage::limit_of(std::string const& key) const {
    auto const put = limits_put_.find(key);
    return put != limits_put_.end() ? put->second : limits_said_.at(key);
}

bool naive_storage::blocked(naive_job const& job) const {
    for (job_limit const& l : job.given.limits) {
        if (used(l.key) >= limit_of(l.key)) {
            return true;
        }
    }
    return false;
}

/// True if a server that is up handles the job's type and decodes its arguments.
bool naive_storage::handled(naive_job const& job) const {
    for (auto const& server : servers_) {
        for (announced_type const& t : server->said.types) {
            if (t.name == job.record.type && t.argument_version >= job.record.argument_version) {
                return true;
            }
        }
    }
    return false;
}

std::size_t naive_storage::count(job_state state) const {
    return static_cast<std::size_t>(std::count_if(
        jobs_.begin(), jobs_.end(), [state](auto const& job) { return job->record.state == state; }
    ));
}

series_point& naive_storage::minute(time_point now) {
    auto const from = std::chrono::floor<std::chrono::minutes>(now);
    for (series_point& p : series_) {
        if (p.from == from) {
            return p;
        }
    }
    series_.push_back({.from = from});
    return series_.back();
}

} // namespace cofire::differential
