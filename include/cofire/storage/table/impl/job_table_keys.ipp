// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_KEYS_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_KEYS_IPP

#include <cofire/storage/table/job_table.hpp>

namespace cofire::detail {

// Unique keys.

COFIRE_DECL job_table::key_entry const*
job_table::live_key(std::string_view key, time_point now) const {
    auto const found = keys_.find(key);
    if (found == keys_.end() || (found->second.until && *found->second.until <= now)) {
        return nullptr;
    }
    return &found->second;
}

/// The job that holds `key`; nullptr if it is gone, for whose id another may be stored by now.
COFIRE_DECL job_node* job_table::holder_of(key_entry const& entry, std::string_view key) const {
    job_node* const job = find(entry.holder);
    bool const holds = job != nullptr && job->extras && job->extras->holds_key;
    return holds && job->extras->key == key ? job : nullptr;
}

COFIRE_DECL void job_table::take_key(job_node& job, std::optional<time_point> until) {
    job_extras& x = *job.extras;
    touch(job);
    key_entry const entry{.holder = job.id, .until = until};
    auto const [at, is_new] = keys_.try_emplace(x.key, entry);
    if (!is_new) {
        if (job_node* const former = holder_of(at->second, x.key)) {
            touch(*former);
            former->extras->holds_key = false;
        }
        at->second = entry;
    }
    x.holds_key = true;
}

COFIRE_DECL void job_table::drop_key(job_node& job) {
    job_extras& x = *job.extras;
    if (x.holds_key) {
        touch(job);
        x.holds_key = false;
        auto const found = keys_.find(x.key);
        if (found != keys_.end() && found->second.holder == job.id) {
            keys_.erase(found);
        }
    }
}

/// A run that ended before it had started: the job waits again, and what it gave up is its own again.
COFIRE_DECL void job_table::undo_start(job_node& job, time_point now) {
    if (job.extras && job.extras->key_hold == unique_hold::until_started &&
        !job.extras->key.empty() && live_key(job.extras->key, now) == nullptr) {
        take_key(job);
    }
    index_expiry(job);
}

// Limit keys.

COFIRE_DECL limit_entry& job_table::get_limit(std::string_view key) {
    auto found = limits_by_key_.find(key);
    if (found == limits_by_key_.end()) {
        limit_entry made{.key = std::string(key)};
        found = limits_by_key_.try_emplace(std::string(key), std::move(made)).first;
    }
    return found->second;
}

/// Lets a job that is out of the line wait for `limit`, which is full; those behind it that were put back
/// wait with it again, so that none of them is taken first.
COFIRE_DECL void job_table::park(job_node& job, limit_entry& limit) {
    job.extras->blocker = &limit;
    limit_lane& part = limit.at(job);
    auto const park_one = [&part](job_node& one) {
        part.parked.emplace(order_of(one), &one);
        one.place = job_place::parked_by_limit;
        ++one.line->waiting;
        ++one.line->queue->parked_by_limit;
    };
    park_one(job);
    while (!part.ready.empty()) {
        job_node& behind = *part.ready.begin()->second;
        leave_place(behind);
        park_one(behind);
    }
}

/// Puts back as many parked jobs as there is room for, in each lane, since it is not known which
/// lane's jobs will be taken. Those that come too late are parked again when they are met. So if only
/// one job left its place, only in that job's lane others come back.
COFIRE_DECL void job_table::refill(limit_entry& limit, time_point now) {
    auto const room = limit.room();
    for (limit_lane& part : limit.lanes) {
        while (part.ready.size() < room && !part.parked.empty()) {
            job_node& job = *part.parked.begin()->second;
            leave_place(job);
            job.extras->unparked = true;
            part.ready.emplace(order_of(job), &job);
            enter_line(job, now, true);
        }
    }
}

// Expiry.

/// `node` is the place in the index, if it was made before.
COFIRE_DECL void job_table::index_expiry(job_node& job, expiry_map::node_type node) {
    if (job.settings->expires <= duration{0}) {
        return;
    }
    touch(job);
    auto const at = node.empty() ? expiries_.emplace(expiry_of(job), &job).first
                                 : expiries_.insert(std::move(node)).position;
    job.more().expires_at = at->first.first;
    if (at == expiries_.begin()) { // whoever sleeps until the next due time must wake earlier
        due_changed_ = ++change_;
        effects_.servers = true;
    }
}

COFIRE_DECL void job_table::drop_expiry(job_node& job) {
    if (job.extras && job.extras->expires_at) {
        touch(job);
        expiries_.erase(std::pair(*job.extras->expires_at, job.number));
        job.extras->expires_at.reset();
    }
}

/// Deletes a job that did not start in time; it is in expiries_ no more.
COFIRE_DECL void job_table::expire_one(job_node& job, time_point now) {
    job_state const from = job.state;
    withdraw(job, now);
    finish(job, job_state::deleted, "expired", now);
    notify(job, from, "expired");
}

/// Deletes jobs that did not start in time, and frees the keys whose time is over; both in slices.
COFIRE_DECL void job_table::expire(time_point now) {
    for (std::size_t i = 0; i != slice && !expiries_.empty(); ++i) {
        if (expiries_.begin()->first.first > now) {
            break;
        }
        expire_one(*expiries_.begin()->second, now);
    }
    release_children(now);
    for (std::size_t i = 0; i != slice && !key_ends_.empty(); ++i) {
        if (key_ends_.begin()->first > now) {
            break;
        }
        auto const held = keys_.find(key_ends_.begin()->second);
        if (held != keys_.end() && held->second.until && *held->second.until <= now) {
            if (job_node* const holder = holder_of(held->second, held->first)) {
                touch(*holder);
                holder->extras->holds_key = false;
            }
            keys_.erase(held);
        }
        key_ends_.erase(key_ends_.begin());
    }
}

} // namespace cofire::detail

#endif
