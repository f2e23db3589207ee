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

void naive_storage::set_state(
    naive_job& job, job_state state, std::string reason, time_point now
) {
    job.record.state = state;
    job.changed_in = command_;
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

void naive_storage::wait_until(
    naive_job& job, time_point due, std::string reason, time_point now
) {
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
        for (auto const& child : jobs_) {
            if (child->record.state != job_state::awaiting) {
                continue;
            }
            for (std::size_t i = 0; i != child->record.parents.size(); ++i) {
                if (child->record.parents[i].id == parent && !child->met[i]) {
                    count_parent(*child, i, end, now);
                }
            }
        }
    }
}

void naive_storage::count_parent(
    naive_job& child, std::size_t index, job_state end, time_point now
) {
    if (child.record.state != job_state::awaiting) {
        return;
    }
    parent_condition const on = child.record.parents[index].on;
    bool const fits = on == parent_condition::on_any_end ||
                      (on == parent_condition::on_success) == (end == job_state::succeeded);
    bool const met =
        fits && !(on == parent_condition::on_failure && end == job_state::deleted);
    if (!met) {
        notice(child, job_state::awaiting, "condition");
        finish(child, job_state::deleted, "condition", now);
        return;
    }
    child.met[index] = true;
    if (std::find(child.met.begin(), child.met.end(), false) == child.met.end()) {
        release(child, "", now);
    }
}

/// A job whose parents have all ended as they should, or that has none.
void naive_storage::release(naive_job& job, std::string reason, time_point now) {
    time_point const due = job.given.due.value_or(now);
    wait_until(job, due, std::move(reason), now);
    if (job.record.settings->expires > duration{0}) {
        job.record.expires_at = later(job.record.due, job.record.settings->expires);
    }
}

void naive_storage::lose(naive_job& job, time_point now) {
    ++job.record.lost;
    ++counts_.lost;
    job.record.progress.reset();
    if (job.asked) {
        finish(job, job_state::deleted, "cancelled", now);
    } else if (job.record.lost >= limits_.lost_limit) {
        notice(job, job_state::processing, "lost");
        finish(job, job_state::failed, "lost", now);
    } else {
        wait_until(job, now, "lost", now);
    }
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
    std::stable_sort(due.begin(), due.end(), [](naive_job* a, naive_job* b) {
        return a->record.due < b->record.due;
    });
    for (naive_job* job : due) {
        enter_line(*job, "", now);
    }
    for (auto const& job : jobs_) {
        bool const waits = job->record.state == job_state::enqueued;
        if (waits && job->record.expires_at && *job->record.expires_at <= now) {
            notice(*job, job->record.state, "expired");
            finish(*job, job_state::deleted, "expired", now);
        }
    }
    decide_continuations(now);
}

void naive_storage::retain(time_point now) {
    for (job_state state : {job_state::succeeded, job_state::failed, job_state::deleted}) {
        duration const keep =
            state == job_state::failed ? limits_.keep_failed : limits_.keep_succeeded;
        for (;;) {
            naive_job* oldest = nullptr;
            for (auto const& job : jobs_) {
                if (job->record.state == state &&
                    (oldest == nullptr || *job->record.finished < *oldest->record.finished)) {
                    oldest = job.get();
                }
            }
            bool const old = oldest != nullptr && *oldest->record.finished + keep <= now;
            if (!old && count(state) <= limits_.keep_count) {
                break;
            }
            remove(*oldest);
        }
    }
}

void naive_storage::remove(naive_job& job) {
    ++counts_.removed;
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

naive_job* naive_storage::key_holder(std::string_view key, time_point now) const {
    for (auto const& job : jobs_) {
        if (job->holds_key && job->record.unique_key == key &&
            (!job->key_until || *job->key_until > now)) {
            return job.get();
        }
    }
    return nullptr;
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

bool naive_storage::blocked(naive_job const& job) const {
    for (job_limit const& l : job.given.limits) {
        auto const put = limits_put_.find(l.key);
        std::uint32_t const most =
            put != limits_put_.end() ? put->second : limits_said_.at(l.key);
        if (used(l.key) >= most) {
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
    return static_cast<std::size_t>(
        std::count_if(jobs_.begin(), jobs_.end(), [state](auto const& job) {
            return job->record.state == state;
        })
    );
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
