// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_READER_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_READER_IPP

#include <cofire/storage/journal/record_fields.hpp>
#include <cofire/storage/journal/table_image_reader.hpp>
#include <cofire/storage/journal/table_image_writer.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace cofire::detail {

COFIRE_DECL void table_image_reader::read(std::span<std::byte const> block) {
    byte_reader r(block);
    while (!r.at_end()) {
        std::uint64_t const head = r.fixed64();
        auto const length = static_cast<std::uint32_t>(head);
        auto const type = static_cast<std::uint16_t>(head >> 32);
        byte_reader body(r.bytes(length));
        try {
            read_record(type, static_cast<std::uint16_t>(head >> 48), body);
        } catch (error const& e) {
            throw corrupt("a snapshot's record of type " + std::to_string(type) + ": " + e.what());
        }
    }
}

COFIRE_DECL void
table_image_reader::read_record(std::uint16_t type, std::uint16_t flags, byte_reader& r) {
    byte_reader::require(!ended_, "it comes after the end");
    switch (static_cast<record_type>(type)) {
    case record_type::table_image: read_part(r); break;
    case record_type::job_image:
        byte_reader::require(begun_, "the table's image is missing");
        while (!r.at_end()) {
            read_job(r);
        }
        break;
    case record_type::snapshot_end:
        byte_reader::require(begun_ && r.number() == jobs_, "jobs are missing");
        ended_ = true;
        break;
    default: byte_reader::require((flags & must_understand) == 0, "one of a newer version"); return;
    }
    byte_reader::require(r.at_end(), "bytes are left over");
}

// What is not a job.

COFIRE_DECL void table_image_reader::read_part(byte_reader& r) {
    job_table& t = *table_;
    auto const part = r.value(table_part::notice, "a part of the table");
    byte_reader::require(begun_ != (part == table_part::numbers), "the table's numbers come first");
    switch (part) {
    case table_part::numbers: return read_numbers(r);
    case table_part::type: {
        auto const name = r.text();
        byte_reader::require(!t.types_.contains(name), "a type that was before");
        (void)t.get_type(name);
        return;
    }
    case table_part::queue: return read_queue(r);
    case table_part::series: return read_series(r, t.series_);
    case table_part::limit: return read_limit(r);
    case table_part::key: return read_key(r);
    case table_part::server: return read_server(r);
    case table_part::recurring: return read_recurring(r);
    case table_part::notice: return read_notice(r);
    }
}

COFIRE_DECL void table_image_reader::read_numbers(byte_reader& r) {
    job_table& t = *table_;
    begun_ = true;
    now_ = r.time({});
    for (std::uint64_t* n :
         {&t.next_number_,
          &t.next_changed_,
          &t.next_position_,
          &t.last_epoch_,
          &t.last_instance_}) {
        *n = r.number();
    }
    storage_counts& c = t.counts_;
    for (std::uint64_t* n :
         {&c.inserted,
          &c.succeeded,
          &c.attempts_failed,
          &c.failed,
          &c.deleted,
          &c.lost,
          &c.stale,
          &c.removed,
          &c.refused}) {
        *n = r.number();
    }
    replay_->set_last_time(now_);
}

COFIRE_DECL series_point table_image_reader::read_point(byte_reader& r) const {
    series_point p;
    p.from = r.time(now_);
    for (std::uint64_t* n :
         {&p.inserted, &p.succeeded, &p.attempts_failed, &p.failed, &p.deleted, &p.runs}) {
        *n = r.number();
    }
    p.run_time = r.length();
    p.lateness = r.length();
    return p;
}

COFIRE_DECL void table_image_reader::read_series(byte_reader& r, event_series& s) const {
    s.current_ = read_point(r);
    for (auto* steps : {&s.minutes_, &s.hours_}) {
        for (std::size_t left = r.count("points"); left != 0; --left) {
            series_point const p = read_point(r);
            byte_reader::require(
                steps->empty() || steps->back().from < p.from, "points that are not in order"
            );
            steps->push_back(p);
        }
    }
}

COFIRE_DECL void table_image_reader::read_queue(byte_reader& r) {
    job_table& t = *table_;
    auto const name = r.text();
    byte_reader::require(!t.queues_.contains(name), "a queue that was before");
    queue_entry& queue = t.get_queue(name);
    queue.paused = r.number(1, "a yes or no") != 0;
    read_series(r, queue.series);
    while (!r.at_end()) {
        auto const type = r.text();
        byte_reader::require(t.types_.contains(type), "an unknown type");
        (void)t.get_lane(name, type, r.number32("an argument version"));
    }
}

COFIRE_DECL void table_image_reader::read_limit(byte_reader& r) {
    auto const key = r.text();
    byte_reader::require(!table_->limits_by_key_.contains(key), "a limit that was before");
    limit_entry& limit = table_->get_limit(key);
    limit.limit = r.number32("a limit");
    limit.fixed = r.number(1, "a yes or no") != 0;
}

COFIRE_DECL void
table_image_reader::hold_key(std::string_view key, job_id holder, std::optional<time_point> until) {
    job_table& t = *table_;
    byte_reader::require(
        t.keys_
            .try_emplace(std::string(key), job_table::key_entry{.holder = holder, .until = until})
            .second,
        "a key that another holds"
    );
    if (until) {
        t.key_ends_.emplace(*until, key);
    }
}

COFIRE_DECL void table_image_reader::read_key(byte_reader& r) {
    auto const key = r.text();
    job_id const holder = r.id();
    hold_key(key, holder, r.time(now_));
}

COFIRE_DECL void table_image_reader::read_server(byte_reader& r) {
    job_table& t = *table_;
    auto made = std::make_unique<server_entry>();
    server_entry& s = *made;
    s.instance = r.number(t.last_instance_, "a server's number");
    s.since = s.heartbeat = r.time(now_);
    s.command = r.value(server_command::stop, "a command");
    s.announced = read_announce(r);
    s.versions.resize(t.types_.size());
    for (announced_type const& type : s.announced.types) {
        auto const found = t.types_.find(type.name);
        byte_reader::require(found != t.types_.end(), "an unknown type");
        s.versions[found->second.index] = type.argument_version;
    }
    byte_reader::require(t.servers_.emplace(s.instance, std::move(made)).second, "a server twice");
}

COFIRE_DECL void table_image_reader::read_recurring(byte_reader& r) {
    recurring_record record;
    record.id = r.text();
    record.revision = r.number();
    record.origin = r.value(definition_origin::by_hand, "a definition_origin");
    record.definition = read_definition(r);
    if (r.number(1, "a yes or no") != 0) {
        record.code_definition = read_definition(r);
    }
    record.next = read_optional(r, now_);
    record.paused = r.number(1, "a yes or no") != 0;
    record.error = r.text();
    record.last_fired = read_optional(r, now_);
    for (auto* id : {&record.last_job, &record.last_occurrence}) {
        if (r.number(1, "a yes or no") != 0) {
            *id = r.id();
        }
    }
    record.fired = r.number();
    record.skipped = r.number();
    std::string id = record.id;
    byte_reader::require(
        table_->recurring_.try_emplace(std::move(id), std::move(record)).second,
        "a recurring job twice"
    );
}

COFIRE_DECL void table_image_reader::read_notice(byte_reader& r) {
    storage_notice& n = table_->notices_.emplace_back();
    n.id = r.id();
    n.type = r.text();
    n.from = r.value(job_state::deleted, "a state");
    n.to = r.value(job_state::deleted, "a state");
    n.reason = r.text();
}

// Jobs.

COFIRE_DECL void table_image_reader::read_job(byte_reader& r) {
    job_table& t = *table_;
    job_id const id = r.id();
    kind_reader::kind& kind = kinds_.read(r);
    std::uint8_t const flags = r.byte();
    std::uint8_t const states = r.byte();
    std::uint8_t const places = r.byte();
    constexpr unsigned low = 15;
    auto const state = static_cast<job_state>(states & low);
    auto const first = static_cast<job_state>(states >> 4);
    auto const place = static_cast<job_place>(places & low);
    auto const stop = static_cast<stop_request>(places >> 4);
    byte_reader::require(
        state <= job_state::deleted && first <= job_state::deleted && place <= job_place::held &&
            stop <= stop_request::delete_job,
        "a state or place"
    );
    std::uint64_t const number = r.number(t.next_number_ - 1, "a job's number");
    std::uint64_t const changed = r.number(t.next_changed_ - 1, "a job's move");
    std::uint64_t const position = r.number(t.next_position_ - 1, "a position");
    auto const lost = static_cast<std::uint16_t>(r.number(0xFFFF, "a count of lost runs"));
    time_point const created = r.time(now_);
    time_point const due = r.time(created);
    auto const arguments = r.text();
    byte_reader::require(!id.is_nil() && t.find(id) == nullptr, "a job twice");
    byte_reader::require(!replay_->knows(number), "a job's number twice");
    if (kind.line == nullptr) {
        kind.settings = t.intern(kind.settings);
        kind.line = &t.get_lane(kind.settings->queue, kind.type, kind.argument_version);
    }
    t.index_.reserve(id);
    auto& n = *::new (t.pool_.allocate(job_node::size_with(arguments.size()))) job_node;
    n.id = id;
    n.arguments_size = static_cast<std::uint32_t>(arguments.size());
    std::memcpy(reinterpret_cast<char*>(&n + 1), arguments.data(), arguments.size());
    t.index_.insert(n); // whose it is from now on
    n.number = number;
    n.changed = changed;
    n.position = position;
    n.lost = lost;
    n.state = state;
    n.first_state = first;
    n.place = place;
    n.stop = stop;
    n.created = created;
    n.due = due;
    n.settings = kind.settings;
    n.line = kind.line;
    read_run(r, n, flags);
    check(n);
    replay_->add(n);
    by_state_[static_cast<std::size_t>(state)].push_back(&n);
    ++jobs_;
}

COFIRE_DECL void table_image_reader::read_run(byte_reader& r, job_node& job, unsigned flags) {
    job.settled = (flags & image_settled) != 0;
    job.promoted = (flags & image_promoted) != 0;
    job.ran = (flags & image_ran) != 0;
    job.run_failed = (flags & image_run_failed) != 0;
    if ((flags & image_acquired) != 0) {
        job.epoch = r.number(table_->last_epoch_, "an epoch");
        job.server = r.number(table_->last_instance_, "a server's number");
        job.attempt = r.number32("an attempt");
        job.attempt_before = r.number32("an attempt");
        job.started = r.time(job.created);
    }
    if ((flags & image_finished) != 0) {
        job.finished = r.time(job.created);
    }
    if ((flags & image_result) != 0) {
        job.result = std::make_shared<std::string const>(r.text());
    }
    if ((flags & image_extras) != 0) {
        read_extras(r, job);
    }
}

COFIRE_DECL void table_image_reader::read_held_key(byte_reader& r, job_node& job) {
    job_extras& x = *job.extras;
    x.key = r.text();
    x.key_hold = r.value(unique_hold::for_a_time, "a unique_hold");
    x.holds_key = r.number(1, "a yes or no") != 0;
    if (x.holds_key) {
        hold_key(x.key, job.id, read_optional(r, now_));
    }
}

COFIRE_DECL void table_image_reader::read_limits_of(byte_reader& r, job_extras& x) {
    constexpr std::size_t most = 8;
    for (auto left = r.number(most, "a number of limits"); left != 0; --left) {
        auto const found = table_->limits_by_key_.find(r.text());
        byte_reader::require(found != table_->limits_by_key_.end(), "an unknown limit");
        limit_entry* const limit = &found->second;
        byte_reader::require(
            std::find(x.limits.begin(), x.limits.end(), limit) == x.limits.end(), "a limit twice"
        );
        x.limits.push_back(limit);
    }
}

COFIRE_DECL void table_image_reader::read_parents(byte_reader& r, job_extras& x) {
    for (std::size_t left = r.count("parents"); left != 0; --left) {
        auto const flags = static_cast<unsigned>(r.number(edge_flags, "flags of a parent"));
        parent_edge& e = x.parents.emplace_back();
        e.on = static_cast<parent_condition>(flags & (edge_ended - 1));
        byte_reader::require(e.on <= parent_condition::on_any_end, "a condition");
        e.ended = (flags & edge_ended) != 0;
        e.id = r.id();
        e.given = (flags & edge_given_other) != 0 ? r.id() : e.id;
        if (e.ended) {
            e.state = r.value(job_state::deleted, "a state");
        }
        if ((flags & edge_result) != 0) {
            e.result = std::make_shared<std::string const>(r.text());
        }
        x.waits += e.ended ? 0 : 1;
    }
}

COFIRE_DECL void table_image_reader::read_events(byte_reader& r, job_extras& x) {
    for (std::size_t left = r.count("events"); left != 0; --left) {
        auto const flags = static_cast<unsigned>(r.number(event_flags, "flags of an event"));
        history_entry& e = x.events.emplace_back();
        e.at = r.time(now_);
        e.state = r.value(job_state::deleted, "a state");
        e.attempt = r.number32("an attempt");
        e.epoch = r.number();
        e.server = r.number();
        if ((flags & event_reason) != 0) {
            e.reason = r.text();
        }
        if ((flags & event_error) != 0) {
            e.error = read_error(r);
        }
        if ((flags & event_run_time) != 0) {
            e.run_time = r.length();
        }
    }
}

COFIRE_DECL void table_image_reader::read_extras(byte_reader& r, job_node& job) {
    auto const flags = static_cast<unsigned>(r.number(extra_flags, "flags of a job"));
    job_extras& x = job.more();
    if ((flags & extra_key) != 0) {
        read_held_key(r, job);
    }
    if ((flags & extra_limits) != 0) {
        read_limits_of(r, x);
    }
    if ((flags & extra_blocker) != 0) {
        byte_reader::require(!x.limits.empty(), "a limit that holds the job back");
        x.blocker = x.limits[r.number(x.limits.size() - 1, "a limit")];
        x.unparked = job.place != job_place::parked_by_limit;
    }
    if ((flags & extra_parents) != 0) {
        read_parents(r, x);
    }
    if ((flags & extra_children) != 0) {
        for (std::size_t left = r.count("children"); left != 0; --left) {
            job_id const id = r.id();
            x.children.push_back({.id = id, .edge = r.number32("an edge")});
        }
    }
    if ((flags & extra_expires) != 0) {
        x.expires_at = r.time(now_);
    }
    if ((flags & extra_recurring) != 0) {
        x.recurring_id = r.text();
        x.occurrence = read_optional(r, now_);
    }
    if ((flags & extra_reason) != 0) {
        x.reason = r.text();
    }
    if ((flags & extra_stop_reason) != 0) {
        x.stop_reason = r.text();
    }
    if ((flags & extra_error) != 0) {
        x.error = read_error(r);
    }
    if ((flags & extra_events) != 0) {
        read_events(r, x);
    }
    if ((flags & extra_log) != 0) {
        x.log = read_lines(r, now_);
    }
}

/// Refuses what the table's own rules rely on not to be.
COFIRE_DECL void table_image_reader::check(job_node const& job) const {
    using p = job_place;
    using s = job_state;
    bool const in_line =
        job.place == p::line || job.place == p::returned || job.place == p::suspects;
    bool const parked = job.place == p::parked_by_type || job.place == p::parked_by_limit;
    bool good = false;
    switch (job.state) {
    case s::enqueued: good = in_line || parked; break;
    case s::scheduled: good = job.place == p::wheel; break;
    case s::processing: good = job.place == p::held && table_->servers_.contains(job.server); break;
    default: good = job.place == p::nowhere; break;
    }
    bool const blocked = job.extras && job.extras->blocker != nullptr;
    good = good && (job.stop == stop_request::none || (job.state == s::processing && job.extras));
    good = good && (job.place != p::parked_by_type || job.extras);
    good = good && (job.place == p::parked_by_limit ? blocked : !blocked || in_line);
    good = good && (job.state != s::awaiting || (job.extras && job.extras->waits != 0));
    byte_reader::require(good, "a job that cannot be where it is");
}

// The orders.

COFIRE_DECL void table_image_reader::finish_states() {
    auto const earlier = [](job_node const* a, job_node const* b) {
        return a->changed < b->changed;
    };
    for (std::size_t s = 0; s != by_state_.size(); ++s) {
        auto& jobs = by_state_[s];
        if (!std::is_sorted(jobs.begin(), jobs.end(), earlier)) { // those that were written early
            std::sort(jobs.begin(), jobs.end(), earlier);
        }
        std::uint64_t last = 0;
        for (job_node* job : jobs) {
            byte_reader::require(job->changed > last, "two jobs that moved at once");
            last = job->changed;
            table_->states_[s].push_back(*job);
        }
    }
}

/// Hangs the job where its place says.
COFIRE_DECL void table_image_reader::place(job_node& job) {
    job_table& t = *table_;
    queue_entry& queue = *job.line->queue;
    switch (job.place) {
    case job_place::line:
    case job_place::returned:
    case job_place::suspects:
        job.line->insert(job);
        ++queue.waiting;
        if (job.extras && job.extras->unparked) {
            job.extras->blocker->at(job).ready.emplace(order_of(job), &job);
        }
        break;
    case job_place::parked_by_type:
        job.line->parked.push_back(job);
        ++queue.waiting;
        break;
    case job_place::parked_by_limit:
        job.extras->blocker->at(job).parked.emplace(order_of(job), &job);
        ++queue.parked_by_limit;
        break;
    case job_place::held: {
        server_entry& server = *t.servers_.find(job.server)->second;
        job.holder = &server;
        server.held.push_back(job);
        server.suspects += job.lost != 0 ? 1 : 0;
        ++queue.processing;
        break;
    }
    case job_place::wheel: t.wheel_.insert(job, to_tick(job.due)); break;
    case job_place::nowhere: break;
    }
}

COFIRE_DECL void table_image_reader::finish_places() {
    job_table& t = *table_;
    for (auto& jobs : by_state_) {
        for (job_node* const job : jobs) {
            if (job->extras) {
                for (limit_entry* limit : job->extras->limits) {
                    ++limit->jobs;
                    limit->used += job->place == job_place::held ? 1 : 0;
                }
                if (job->extras->expires_at) {
                    t.expiries_.emplace(std::pair(*job->extras->expires_at, job->number), job);
                }
            }
            t.recount(*job);
        }
    }
    for (auto const& [key, limit] : t.limits_by_key_) {
        byte_reader::require(limit.limit != 0 && (limit.fixed || limit.jobs != 0), "a limit");
    }
    // Lines and lists of held jobs are made in their order.
    auto const sort = [](std::vector<job_node*>& jobs, std::uint64_t job_node::*by) {
        auto const earlier = [by](job_node const* a, job_node const* b) { return a->*by < b->*by; };
        if (!std::is_sorted(jobs.begin(), jobs.end(), earlier)) {
            std::sort(jobs.begin(), jobs.end(), earlier);
        }
        for (std::size_t i = 1; i < jobs.size(); ++i) {
            byte_reader::require(jobs[i - 1]->*by != jobs[i]->*by, "two jobs at one place");
        }
    };
    sort(by_state_[static_cast<std::size_t>(job_state::enqueued)], &job_node::position);
    sort(by_state_[static_cast<std::size_t>(job_state::processing)], &job_node::epoch);
    // A wheel whose time is near has little to move later; none of its timers is late.
    std::int64_t tick = to_now_tick(now_);
    for (job_node const* job : by_state_[static_cast<std::size_t>(job_state::scheduled)]) {
        tick = std::min(tick, std::max(to_tick(job->due), std::int64_t{0}) - 1);
    }
    t.wheel_ = timer_wheel(tick);
    for (auto& jobs : by_state_) {
        for (job_node* const job : jobs) {
            place(*job);
        }
        std::vector<job_node*>().swap(jobs);
    }
}

COFIRE_DECL void table_image_reader::finish() {
    byte_reader::require(ended_, "a snapshot without an end");
    finish_states();
    finish_places();
}

} // namespace cofire::detail

#endif
