// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_READER_JOBS_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_READER_JOBS_IPP

#include <cofire/storage/journal/record_fields.hpp>
#include <cofire/storage/journal/table_image_reader.hpp>
#include <cofire/storage/journal/table_image_writer.hpp>

#include <algorithm>
#include <cstring>

namespace cofire::detail {

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

} // namespace cofire::detail

#endif
