// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <cassert>
#include <functional>

namespace cofire::detail {

COFIRE_DECL job_table::job_table(table_limits const& limits) : limits_(limits) {}

COFIRE_DECL job_table::~job_table() = default;

COFIRE_DECL job_node* job_table::find(job_id id) const {
    auto const found = index_.find(id);
    return found == index_.end() ? nullptr : found->second.get();
}

COFIRE_DECL type_entry& job_table::get_type(std::string_view name) {
    auto found = types_.find(name);
    if (found == types_.end()) {
        auto entry = std::make_unique<type_entry>();
        entry->name = name;
        entry->index = static_cast<std::uint32_t>(types_.size());
        found = types_.emplace(std::string(name), std::move(entry)).first;
        for (auto const& [instance, server] : servers_) {
            server->versions.resize(types_.size());
            for (announced_type const& t : server->announced.types) {
                if (t.name == name) {
                    server->versions.back() = t.argument_version;
                }
            }
        }
    }
    return *found->second;
}

COFIRE_DECL queue_entry& job_table::get_queue(std::string_view name) {
    auto found = queues_.find(name);
    if (found == queues_.end()) {
        auto entry = std::make_unique<queue_entry>();
        entry->name = name;
        found = queues_.emplace(std::string(name), std::move(entry)).first;
    }
    return *found->second;
}

COFIRE_DECL lane&
job_table::get_lane(std::string_view queue, std::string_view type, std::uint32_t version) {
    queue_entry& q = get_queue(queue);
    type_entry& t = get_type(type);
    for (auto const& l : q.lanes) {
        if (l->type == &t && l->version == version) {
            return *l;
        }
    }
    auto made = std::make_unique<lane>();
    made->queue = &q;
    made->type = &t;
    made->version = version;
    q.lanes.push_back(std::move(made));
    return *q.lanes.back();
}

COFIRE_DECL limit_entry& job_table::get_limit(std::string_view key, std::uint32_t limit) {
    auto found = limits_by_key_.find(key);
    if (found == limits_by_key_.end()) {
        auto entry = std::make_unique<limit_entry>();
        entry->key = key;
        found = limits_by_key_.emplace(std::string(key), std::move(entry)).first;
    }
    limit_entry& entry = *found->second;
    if (!entry.fixed) {
        entry.limit = limit;
    }
    return entry;
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
            return i->second;
        }
    }
    if (settings_.size() >= settings_purge_at_) {
        std::erase_if(settings_, [](auto const& e) { return e.second.use_count() == 1; });
        settings_purge_at_ = std::max<std::size_t>(64, settings_.size() * 2);
    }
    return settings_.emplace(hash, s)->second;
}

COFIRE_DECL job_table::key_entry const*
job_table::live_key(std::string_view key, time_point now) const {
    auto const found = keys_.find(key);
    if (found == keys_.end() || (found->second.until && *found->second.until <= now)) {
        return nullptr;
    }
    return &found->second;
}

COFIRE_DECL void job_table::take_key(job_node& job, time_point now, duration hold_for) {
    job_extras& x = *job.extras;
    key_entry entry{.holder = job.id, .until = std::nullopt};
    if (x.key_hold == unique_hold::for_a_time) {
        entry.until = now + hold_for;
        key_ends_.emplace(*entry.until, x.key);
    }
    keys_.insert_or_assign(x.key, entry);
    x.holds_key = true;
}

COFIRE_DECL void job_table::drop_key(job_node& job) {
    job_extras& x = *job.extras;
    if (x.holds_key) {
        x.holds_key = false;
        auto const found = keys_.find(x.key);
        if (found != keys_.end() && found->second.holder == job.id) {
            keys_.erase(found);
        }
    }
}

COFIRE_DECL void job_table::set_state(job_node& job, job_state state) {
    auto const from = static_cast<std::size_t>(job.state);
    auto const to = static_cast<std::size_t>(state);
    states_[from].erase(job);
    --counts_.by_state[from];
    job.state = state;
    job.changed = next_changed_++;
    states_[to].push_back(job);
    ++counts_.by_state[to];
}

/// Takes a job that no server holds from where it hangs.
COFIRE_DECL void job_table::leave_place(job_node& job) {
    switch (job.place) {
    case job_place::line:
    case job_place::suspects:
        job.line->erase(job);
        --job.line->queue->waiting;
        break;
    case job_place::parked_by_type:
        job.line->parked.erase(job);
        --job.line->queue->waiting;
        break;
    case job_place::parked_by_limit:
        job.extras->limit->parked.erase(job);
        --job.line->queue->parked_by_limit;
        break;
    case job_place::wheel: wheel_.erase(job); break;
    case job_place::nowhere:
    case job_place::held: break;
    }
    job.place = job_place::nowhere;
}

/// Takes a job from the server that holds it, and frees what it used there.
COFIRE_DECL void job_table::leave_holder(job_node& job, time_point now) {
    server_entry& server = *job.holder;
    server.held.erase(job);
    server.suspects -= job.lost != 0 ? 1 : 0;
    --job.line->queue->processing;
    job.holder = nullptr;
    job.place = job_place::nowhere;
    job.stop = stop_request::none;
    if (job.extras) {
        job.extras->progress.reset();
        if (limit_entry* const limit = job.extras->limit) {
            --limit->used;
            unpark_limited(*limit, now);
        }
    }
}

COFIRE_DECL void job_table::unpark_limited(limit_entry& limit, time_point now) {
    auto room = limit.limit > limit.used ? limit.limit - limit.used : 0;
    for (; room != 0 && !limit.parked.empty(); --room) {
        job_node& job = *limit.parked.front();
        leave_place(job);
        enter_line(job, now, true);
    }
}

COFIRE_DECL void job_table::enter_line(job_node& job, time_point, bool keep_position) {
    if (!keep_position) {
        job.position = next_position_++;
    }
    if (job.state != job_state::enqueued) {
        set_state(job, job_state::enqueued);
    }
    job.line->insert(job);
    queue_entry& queue = *job.line->queue;
    ++queue.waiting;
    queue.changed = ++change_;
    effects_.servers = true;
}

COFIRE_DECL void job_table::enter_wheel(job_node& job, time_point due) {
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

COFIRE_DECL void
job_table::enter_line_or_wheel(job_node& job, time_point due, time_point now) {
    if (due > now) {
        enter_wheel(job, due);
    } else {
        job.due = due;
        enter_line(job, now);
    }
}

/// Ends a job that hangs nowhere (see leave_place, leave_holder).
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
        ++minute(now).deleted;
    } else if (end == job_state::failed) {
        ++counts_.failed;
    }
    if (job.watched) {
        job.watched = false;
        effects_.ended.push_back(job.id);
    }
}

/// Why a continuation of `parent` is deleted.
COFIRE_DECL std::string unmet_condition(job_node const& parent) {
    std::string reason = "condition: parent " + parent.id.to_string() + " ended ";
    reason += to_string(parent.state);
    return reason;
}

/// Decides the continuations of the jobs that ended, and theirs, in the order of the ends.
COFIRE_DECL void job_table::release_children(time_point now) {
    for (std::size_t i = 0; i != ended_.size(); ++i) {
        job_node& parent = *ended_[i];
        for (child_edge const& link : parent.extras->children) {
            job_node* const child = find(link.id);
            if (child == nullptr || child->state != job_state::awaiting) {
                continue;
            }
            parent_edge& edge = child->extras->parents[link.edge];
            if (edge.ended) {
                continue;
            }
            edge.ended = true;
            edge.state = parent.state;
            edge.result = parent.extras->result;
            if (!is_met(edge.on, parent.state)) {
                std::string const reason = unmet_condition(parent);
                finish(*child, job_state::deleted, reason, now);
                notify(*child, job_state::awaiting, reason);
            } else if (--child->extras->waits == 0) {
                add_event(*child, now, "parents ended");
                enter_line_or_wheel(*child, std::max(child->due, now), now);
                index_expiry(*child);
            }
        }
    }
    ended_.clear();
}

COFIRE_DECL void job_table::index_expiry(job_node& job) {
    duration const limit = job.settings->expires;
    if (limit > duration{0}) {
        job_extras& x = job.more();
        x.expires_at = job.due + limit;
        expiries_.emplace(std::pair(*x.expires_at, job.number), &job);
    }
}

COFIRE_DECL void job_table::drop_expiry(job_node& job) {
    if (job.extras && job.extras->expires_at) {
        expiries_.erase(std::pair(*job.extras->expires_at, job.number));
    }
}

COFIRE_DECL void
job_table::add_event(job_node& job, time_point now, std::string_view reason) {
    add_event(job, history_entry{.at = now, .state = job.state, .reason = std::string(reason)});
}

COFIRE_DECL void job_table::add_event(job_node& job, history_entry entry) {
    constexpr std::size_t most = 100;
    constexpr std::size_t kept_of_the_beginning = 20;
    auto& events = job.more().events;
    if (events.size() == most) {
        events.erase(events.begin() + kept_of_the_beginning);
    }
    entry.attempt = job.attempt;
    entry.epoch = job.epoch;
    events.push_back(std::move(entry));
    recount(job);
}

/// Tells the servers' observers of a transition nobody asked for.
COFIRE_DECL void
job_table::notify(job_node const& job, job_state from, std::string_view reason) {
    constexpr std::size_t most = 10'000;
    if (notices_.size() == most) {
        notices_.pop_front();
    }
    notices_.push_back(
        {.id = job.id,
         .type = job.line->type->name,
         .from = from,
         .to = job.state,
         .reason = std::string(reason)}
    );
    if (!servers_.empty()) {
        servers_.begin()->second->changed = ++change_;
        effects_.servers = true;
    }
}

/// Counts anew what the job takes in memory, about.
COFIRE_DECL void job_table::recount(job_node& job) {
    std::size_t bytes = sizeof(job_node) + job.arguments_size + 64; // 64: index, allocator
    if (job.extras) {
        job_extras const& x = *job.extras;
        bytes += sizeof(job_extras) + x.key.capacity() + x.reason.capacity() +
                 x.parents.capacity() * sizeof(parent_edge) +
                 x.children.capacity() * sizeof(child_edge) +
                 x.events.capacity() * sizeof(history_entry) +
                 (x.result ? x.result->capacity() : 0) +
                 (x.error ? x.error->message.capacity() : 0);
        for (history_entry const& e : x.events) {
            bytes += e.reason.capacity() + (e.error ? e.error->message.capacity() : 0);
        }
        for (log_line const& line : x.log) {
            bytes += sizeof(log_line) + line.text.capacity();
        }
    }
    auto const counted =
        static_cast<std::uint32_t>(std::min<std::size_t>(bytes, 0xFFFFFFFFU));
    bytes_ += counted;
    bytes_ -= job.bytes;
    job.bytes = counted;
}

/// Removes a final job for good.
COFIRE_DECL void job_table::erase(job_node& job) {
    assert(is_final(job.state));
    auto const s = static_cast<std::size_t>(job.state);
    states_[s].erase(job);
    --counts_.by_state[s];
    ++counts_.removed;
    bytes_ -= job.bytes;
    index_.erase(job.id);
}

COFIRE_DECL series_point& job_table::minute(time_point now) {
    constexpr std::size_t most = 24 * 60;
    auto const from = std::chrono::floor<std::chrono::minutes>(now);
    if (series_.empty() || series_.back().from < from) {
        if (series_.size() == most) {
            series_.pop_front();
        }
        series_.push_back({.from = from});
    }
    return series_.back();
}

COFIRE_DECL std::optional<time_point> job_table::next_due() const {
    std::optional<time_point> due;
    if (auto const tick = wheel_.next_tick()) {
        due = from_tick<time_point>(*tick);
    }
    if (!expiries_.empty() && (!due || expiries_.begin()->first.first < *due)) {
        due = expiries_.begin()->first.first;
    }
    return due;
}

COFIRE_DECL bool job_table::changed(wait_interest const& interest, seen_token seen) const {
    if (interest.server != 0) {
        auto const found = servers_.find(interest.server);
        if (found == servers_.end() || found->second->changed > seen.value) {
            return true;
        }
        for (std::string_view name : interest.queues) {
            auto const queue = queues_.find(name);
            if (queue != queues_.end() && queue->second->changed > seen.value) {
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

} // namespace cofire::detail

#endif
