// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_READER_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_READER_IPP

#include <cofire/storage/journal/record_fields.hpp>
#include <cofire/storage/journal/table_image_reader.hpp>
#include <cofire/storage/journal/table_image_writer.hpp>

#include <algorithm>
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
        ++job.line->waiting;
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
        ++job.line->waiting;
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
    table_->count_all_handlers();
}

} // namespace cofire::detail

#endif
