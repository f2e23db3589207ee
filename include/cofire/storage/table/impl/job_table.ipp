// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <functional>
#include <new>

namespace cofire::detail {

COFIRE_DECL job_table::job_table(table_limits const& limits) : limits_(limits) {}

COFIRE_DECL job_table::~job_table() {
    index_.for_each([this](job_node& job) { destroy(job); });
}

COFIRE_DECL type_entry& job_table::get_type(std::string_view name) {
    auto found = types_.find(name);
    if (found == types_.end()) {
        auto const index = static_cast<std::uint32_t>(types_.size());
        type_entry made{.name = std::string(name), .index = index};
        found = types_.try_emplace(std::string(name), std::move(made)).first;
    }
    return found->second;
}

COFIRE_DECL queue_entry& job_table::get_queue(std::string_view name) {
    auto found = queues_.find(name);
    if (found == queues_.end()) {
        queue_entry made{.name = std::string(name)};
        found = queues_.try_emplace(std::string(name), std::move(made)).first;
    }
    return found->second;
}

COFIRE_DECL lane*
job_table::find_lane(std::string_view queue, std::string_view type, std::uint32_t version) const {
    if (last_lane_ != nullptr && last_lane_->version == version &&
        last_lane_->queue->name == queue && last_lane_->type->name == type) {
        return last_lane_;
    }
    auto const q = queues_.find(queue);
    auto const t = types_.find(type);
    if (q == queues_.end() || t == types_.end()) {
        return nullptr;
    }
    auto const found = q->second.lane_of.find({t->second.index, version});
    return found == q->second.lane_of.end() ? nullptr : found->second;
}

COFIRE_DECL lane&
job_table::get_lane(std::string_view queue, std::string_view type, std::uint32_t version) {
    if (lane* const known = find_lane(queue, type, version)) {
        last_lane_ = known;
        return *known;
    }
    queue_entry& q = get_queue(queue);
    type_entry& t = get_type(type);
    auto made = std::make_unique<lane>();
    made->queue = &q;
    made->type = &t;
    made->version = version;
    count_handlers(*made);
    if (unhandled_.capacity() <= kinds_) {
        unhandled_.reserve(2 * (kinds_ + 1));
    }
    lane*& known = q.lane_of[{t.index, version}]; // nobody finds it while it is null
    q.lanes.push_back(std::move(made));
    known = q.lanes.back().get();
    ++kinds_;
    return *known;
}

/// The end of what get_lane made last in this queue.
COFIRE_DECL void job_table::drop_last_lane(queue_entry& queue) noexcept {
    lane const& last = *queue.lanes.back();
    last_lane_ = nullptr;
    queue.lane_of.erase({last.type->index, last.version});
    queue.lanes.pop_back();
    --kinds_;
}

COFIRE_DECL server_entry& job_table::server_or_throw(server_instance instance) const {
    auto const found = servers_.find(instance);
    if (found == servers_.end()) {
        throw error(errc::unknown_server, "server " + std::to_string(instance));
    }
    return *found->second;
}

// Most jobs of a program have one of a few settings; each is kept once.
COFIRE_DECL std::shared_ptr<job_settings const>
job_table::intern(std::shared_ptr<job_settings const> const& s) {
    if (last_settings_ != nullptr && (s == last_settings_ || *s == *last_settings_)) {
        return last_settings_;
    }
    std::size_t hash = std::hash<std::string_view>{}(s->queue);
    auto const mix = [&](std::uint64_t v) { hash = (hash ^ v) * 0x9E3779B97F4A7C15U; };
    mix(static_cast<std::uint64_t>(s->priority));
    mix(static_cast<std::uint64_t>(s->max_attempts));
    mix(static_cast<std::uint64_t>(s->timeout.count()));
    mix(static_cast<std::uint64_t>(s->expires.count()));
    for (duration d : s->delays) {
        mix(static_cast<std::uint64_t>(d.count()));
    }
    for (std::string const& tag : s->tags) {
        mix(std::hash<std::string_view>{}(tag));
    }
    auto const [first, last] = settings_.equal_range(hash);
    for (auto i = first; i != last; ++i) {
        if (i->second == s || *i->second == *s) {
            last_settings_ = i->second;
            return last_settings_;
        }
    }
    if (settings_.size() >= settings_purge_at_) {
        std::erase_if(settings_, [](auto const& e) { return e.second.use_count() == 1; });
        settings_purge_at_ = std::max<std::size_t>(64, settings_.size() * 2);
    }
    last_settings_ = settings_.emplace(hash, s)->second;
    return last_settings_;
}

COFIRE_DECL void job_table::set_state(job_node& job, job_state state) {
    touch(job);
    auto const from = static_cast<std::size_t>(job.state);
    auto const to = static_cast<std::size_t>(state);
    states_[from].erase(job);
    final_bytes_ -= is_final(job.state) ? job.bytes : 0;
    final_bytes_ += is_final(state) ? job.bytes : 0;
    job.state = state;
    job.changed = next_changed_++;
    states_[to].push_back(job);
}

/// Takes a job that no server holds from where it hangs. Whoever does it for another end than to
/// hand it out calls withdraw.
COFIRE_DECL void job_table::leave_place(job_node& job) {
    touch(job);
    switch (job.place) {
    case job_place::line:
    case job_place::returned:
    case job_place::suspects:
        job.line->erase(job);
        --job.line->waiting;
        --job.line->queue->waiting;
        if (job.extras && job.extras->unparked) {
            job.extras->unparked = false;
            job.extras->blocker->at(job).ready.erase(order_of(job));
        }
        break;
    case job_place::parked_by_type:
        job.line->parked.erase(job);
        --job.line->queue->waiting;
        break;
    case job_place::parked_by_limit:
        job.extras->blocker->at(job).parked.erase(order_of(job));
        --job.line->waiting;
        --job.line->queue->parked_by_limit;
        break;
    case job_place::wheel: wheel_.erase(job); break;
    case job_place::nowhere:
    case job_place::held: break;
    }
    job.place = job_place::nowhere;
}

/// Takes a job that no server holds from where it hangs; one that its limit held back takes over.
COFIRE_DECL void job_table::withdraw(job_node& job, time_point now) {
    bool const unparked = job.extras && job.extras->unparked;
    leave_place(job);
    if (unparked) {
        refill(*job.extras->blocker, now);
    }
}

/// Takes a job from the server that holds it, and frees what it used there.
COFIRE_DECL void job_table::leave_holder(job_node& job, time_point now) {
    touch(job);
    server_entry& server = *job.holder;
    server.held.erase(job);
    server.suspects -= job.lost != 0 ? 1 : 0;
    --job.line->queue->processing;
    job.holder = nullptr;
    job.place = job_place::nowhere;
    job.stop = stop_request::none;
    if (job.extras) {
        job.extras->progress.reset();
        for (limit_entry* limit : job.extras->limits) {
            --limit->used;
        }
        for (limit_entry* limit : job.extras->limits) {
            refill(*limit, now);
        }
    }
}

COFIRE_DECL void job_table::enter_line(job_node& job, time_point, bool keep_position) {
    touch(job);
    if (!keep_position) {
        job.position = next_position_++;
    }
    job.line->insert(job); // if memory runs out nothing has changed
    if (job.state != job_state::enqueued) {
        set_state(job, job_state::enqueued);
    }
    queue_entry& queue = *job.line->queue;
    ++queue.waiting;
    ++job.line->waiting;
    queue.changed = ++change_;
    effects_.servers = true;
    tell_unhandled(*job.line);
}

COFIRE_DECL void job_table::enter_wheel(job_node& job, time_point due) {
    touch(job);
    job.due = due;
    if (job.state != job_state::scheduled) {
        set_state(job, job_state::scheduled);
    }
    auto const before = wheel_.next_tick();
    wheel_.insert(job, to_tick(due));
    job.place = job_place::wheel;
    if (!before || to_tick(due) < *before) {
        due_changed_ = ++change_;
        effects_.servers = true;
    }
}

COFIRE_DECL void job_table::enter_line_or_wheel(job_node& job, time_point due, time_point now) {
    if (due > now) {
        enter_wheel(job, due);
    } else {
        touch(job);
        job.due = due;
        enter_line(job, now);
    }
}

/// Ends a job that hangs nowhere (see withdraw, leave_holder).
COFIRE_DECL void
job_table::finish(job_node& job, job_state end, std::string_view reason, time_point now) {
    assert(is_final(end) && job.place == job_place::nowhere);
    set_state(job, end);
    job.finished = now;
    ++change_;
    if (!reason.empty()) {
        job.more().reason = reason;
    }
    if (job.extras) {
        if (job.extras->key_hold != unique_hold::for_a_time) {
            drop_key(job);
        }
        drop_expiry(job);
        if (!job.extras->children.empty()) {
            ended_.push_back(&job);
        }
        recount(job);
    }
    if (end == job_state::deleted) {
        ++counts_.deleted;
        count(job, now, [](series_point& p) { ++p.deleted; });
    } else if (end == job_state::failed) {
        ++counts_.failed;
        count(job, now, [](series_point& p) { ++p.failed; });
    }
    if (job.watched) {
        effects_.ended.push_back({.id = job.id});
    }
    if (states_[static_cast<std::size_t>(end)].size() == 1) { // servers know of no removal yet
        due_changed_ = ++change_;
        effects_.servers = true;
    }
}

/// Why a continuation of `parent` is deleted.
COFIRE_DECL std::string unmet_condition(job_node const& parent) {
    std::string reason = "condition: parent " + parent.id.to_string() + " ended ";
    reason += to_string(parent.state);
    return reason;
}

/// The edge from `parent` that `link` stands for; nullptr if the continuation is gone.
inline parent_edge* edge_of(job_node const& parent, child_edge const& link, job_node* child) {
    if (child == nullptr || !child->extras || child->extras->parents.size() <= link.edge) {
        return nullptr; // another job may have its id by now
    }
    parent_edge& edge = child->extras->parents[link.edge];
    return edge.id == parent.id ? &edge : nullptr;
}

/// Decides the continuations of the jobs that ended, and theirs, in the order of the ends.
COFIRE_DECL void job_table::decide_children(time_point now) {
    for (std::size_t i = 0; i != ended_.size(); ++i) {
        job_node& parent = *ended_[i];
        for (child_edge const& link : parent.extras->children) {
            job_node* const child = find(link.id);
            parent_edge* const edge = edge_of(parent, link, child);
            bool const waits = edge != nullptr && child->state == job_state::awaiting;
            if (edge == nullptr || (waits && edge->ended)) {
                continue; // an edge that was decided stays so, though the parent was requeued
            }
            touch(*child);
            child->extras->waits -= edge->ended ? 0 : 1;
            edge->ended = true;
            edge->state = parent.state; // also for one that was requeued by hand meanwhile
            edge->result = parent.result;
            if (!waits) {
                continue;
            }
            if (!is_met(edge->on, parent.state)) {
                std::string const reason = unmet_condition(parent);
                finish(*child, job_state::deleted, reason, now);
                notify(*child, job_state::awaiting, reason);
            } else if (child->extras->waits == 0) {
                enter_line_or_wheel(*child, std::max(child->due, now), now);
                add_event(*child, now, "parents ended");
                index_expiry(*child);
            }
        }
    }
    ended_.clear();
}

/// Removes a final job for good.
COFIRE_DECL void job_table::erase(job_node& job) {
    assert(is_final(job.state));
    if (job.watched) { // it ended just now: who waits for it is told what it was
        try {
            effects_.ended.push_back({.id = job.id, .record = record_of(job)});
        } catch (std::bad_alloc const&) { // then only that it ended
            job.watched = false;
        }
    }
    auto const s = static_cast<std::size_t>(job.state);
    if (log_ != nullptr) {
        log_->removing(job.state);
    }
    touch(job);
    if (job_node const* const next = state_list::next(job)) { // most likely to go next
        index_.prefetch(next->id);
        if (job_node const* const after = state_list::next(*next)) {
            prefetch_lines(after, 2);
        }
    }
    states_[s].erase(job);
    ++counts_.removed;
    bytes_ -= job.bytes;
    final_bytes_ -= job.bytes;
    leave_limits(job);
    index_.erase(job);
    destroy(job);
}

/// Limits of which it was the last job are forgotten.
COFIRE_DECL void job_table::leave_limits(job_node& job) noexcept {
    if (job.extras) {
        for (limit_entry* limit : job.extras->limits) {
            if (--limit->jobs == 0 && !limit->fixed) {
                limits_by_key_.erase(limits_by_key_.find(limit->key));
            }
        }
    }
}

/// The end of what stage_job made.
COFIRE_DECL void job_table::destroy(job_node& job) noexcept {
    std::size_t const bytes = job_node::size_with(job.arguments_size);
    job.~job_node();
    pool_.release(&job, bytes);
}

/// When retention removes the next job; by age on a whole minute, so that no server wakes for it more
/// often. Empty: never.
COFIRE_DECL std::optional<time_point> job_table::next_removal() const {
    constexpr std::chrono::minutes step{1};
    std::optional<time_point> next;
    for (job_state s : {job_state::succeeded, job_state::failed, job_state::deleted}) {
        state_list const& list = states_[static_cast<std::size_t>(s)];
        if (list.empty()) {
            continue;
        }
        time_point at = list.front()->finished;
        if (list.size() <= limits_.keep_count) {
            at = later(at, kept_for(s));
            if (at > time_point::max() - step) {
                continue; // kept for ever
            }
            at = std::chrono::ceil<std::chrono::minutes>(at);
        }
        next = next ? std::min(*next, at) : at;
    }
    return next;
}

COFIRE_DECL std::optional<time_point> job_table::next_due() const {
    std::optional<time_point> due;
    if (auto const tick = wheel_.next_tick()) {
        due = from_tick<time_point>(*tick);
    }
    if (!expiries_.empty() && (!due || expiries_.begin()->first.first < *due)) {
        due = expiries_.begin()->first.first;
    }
    if (auto const removal = next_removal(); removal && (!due || *removal < *due)) {
        due = removal;
    }
    return due;
}

/// True if a slice was too small for what fell due up to `now`.
COFIRE_DECL bool job_table::is_behind(time_point now) const {
    auto const due = next_due();
    return (due && *due <= now) || (!key_ends_.empty() && key_ends_.begin()->first <= now);
}

COFIRE_DECL bool job_table::changed(wait_interest const& interest, seen_token seen) const {
    if (interest.server != 0) {
        auto const found = servers_.find(interest.server);
        if (seen == seen_token{} || found == servers_.end() ||
            found->second->changed > seen.value) {
            return true;
        }
        for (std::string_view name : interest.queues) {
            auto const queue = queues_.find(name);
            if (queue != queues_.end() && queue->second.changed > seen.value) {
                return true;
            }
        }
        if (due_changed_ > seen.value) {
            auto const due = next_due();
            if (due && (!interest.due_before || *due < *interest.due_before)) {
                return true;
            }
        }
    }
    return std::any_of(interest.jobs.begin(), interest.jobs.end(), [&](job_id id) {
        job_node const* const job = find(id);
        return job == nullptr || is_final(job->state);
    });
}

COFIRE_DECL bool job_table::watch(job_id id) {
    job_node* const job = find(id);
    if (job == nullptr || is_final(job->state)) {
        return false;
    }
    job->watched = true;
    return true;
}

COFIRE_DECL table_effects job_table::take_effects() {
    table_effects taken = std::exchange(effects_, {});
    for (ended_job& e : taken.ended) {
        job_node* const job = e.record ? nullptr : find(e.id);
        if (job == nullptr || !job->watched || !is_final(job->state)) {
            continue; // it was removed, told already, or has begun again
        }
        job->watched = false;
        try {
            e.record = record_of(*job);
        } catch (std::bad_alloc const&) { // then who waits for it reads it
            continue;
        }
    }
    return taken;
}

} // namespace cofire::detail

#endif
