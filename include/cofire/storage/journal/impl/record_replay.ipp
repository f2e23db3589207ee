// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_RECORD_REPLAY_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_RECORD_REPLAY_IPP

#include <cofire/storage/journal/impl/record_writer.ipp>
#include <cofire/storage/journal/record_fields.hpp>
#include <cofire/storage/journal/record_replay.hpp>
#include <cofire/storage/table/impl/job_table_acquire.ipp>
#include <cofire/storage/table/impl/job_table_recurring.ipp>

#include <set>
#include <string>
#include <utility>

namespace cofire::detail {

COFIRE_DECL void
record_replay::replay(std::uint16_t type, std::uint16_t flags, std::span<std::byte const> body) {
    bool const known = type >= static_cast<std::uint16_t>(record_type::time_passed) &&
                       type <= static_cast<std::uint16_t>(record_type::counted);
    if (!known) {
        if ((flags & must_understand) != 0) {
            throw corrupt("a record of type " + std::to_string(type) + ", of a newer version");
        }
        ++skipped_;
        return;
    }
    try {
        byte_reader r(body);
        now_ = r.time(now_);
        last_number_ = table_->next_number_;
        auto const lost_limit = table_->limits_.lost_limit; // some records bring their own
        apply(static_cast<record_type>(type), r);
        table_->limits_.lost_limit = lost_limit;
        byte_reader::require(r.at_end(), "bytes are left over");
    } catch (error const& e) {
        if (e.value() != errc::corrupt) {
            throw corrupt("a record of type " + std::to_string(type) + ", refused: " + e.what());
        }
        throw corrupt("a record of type " + std::to_string(type) + ": " + e.what());
    }
    (void)table_->take_effects();
}

COFIRE_DECL void record_replay::apply(record_type type, byte_reader& r) {
    job_table& t = *table_;
    switch (type) {
    case record_type::time_passed: return t.pass_time(now_);
    case record_type::inserted: return inserted(r);
    case record_type::acquired: return acquired(r);
    case record_type::settled: return settled(r);
    case record_type::changed: return changed(r);
    case record_type::reported: return reported(r);
    case record_type::removed: return removed(r);
    case record_type::fired: return fired(r);
    case record_type::recurring_put: return recurring_put(r);
    case record_type::recurring_removed: {
        auto const id = r.text();
        (void)recurring_of(id);
        t.recurring_.erase(t.recurring_.find(id));
        return;
    }
    case record_type::recurring_paused: return recurring_paused(r);
    case record_type::queue_paused: {
        auto const queue = r.text();
        byte_reader::require(!queue.empty(), "a queue without a name");
        t.get_queue(queue).paused = r.number(1, "a yes or no") != 0;
        return;
    }
    case record_type::limit_put: {
        auto const key = r.text();
        (void)t.queues(cofire::limit_put{.key = key, .limit = r.number32("a limit")}, now_);
        return;
    }
    case record_type::announced: return announced(r);
    case record_type::retired: return t.retire(read_server(r), now_);
    case record_type::ordered: {
        server_entry& server = read_server(r);
        server.command = r.value(server_command::stop, "a command");
        return;
    }
    case record_type::died: {
        t.limits_.lost_limit = r.number32("a limit");
        return t.reap(read_server(r), now_);
    }
    case record_type::recovered: {
        t.limits_.lost_limit = r.number32("a limit");
        while (!t.servers_.empty()) {
            t.reap(*t.servers_.begin()->second, now_);
        }
        return;
    }
    case record_type::generation: return generation(r);
    case record_type::interrupted: return interrupted(r);
    case record_type::notices_told: return t.notices_.clear();
    case record_type::counted:
        t.counts_.refused += r.number();
        t.counts_.stale += r.number();
        return;
    case record_type::table_image:
    case record_type::job_image:
    case record_type::snapshot_end: break;
    }
    throw corrupt("not one of a log");
}

/// The job so far from the one named before.
COFIRE_DECL job_node& record_replay::job_at(std::int64_t step) {
    last_number_ += static_cast<std::uint64_t>(step);
    job_node* const job = numbers_.find(last_number_);
    if (job == nullptr) {
        throw corrupt("no job has the number " + std::to_string(last_number_));
    }
    return *job;
}

COFIRE_DECL job_node& record_replay::held_job_at(std::int64_t step) {
    job_node& job = job_at(step);
    byte_reader::require(job.place == job_place::held, "the job is not held");
    return job;
}

COFIRE_DECL server_entry& record_replay::read_server(byte_reader& r) {
    auto const found = table_->servers_.find(r.number());
    byte_reader::require(found != table_->servers_.end(), "no such server");
    return *found->second;
}

// Inserts.

COFIRE_DECL void record_replay::read_parents(byte_reader& r, raw_job& to) {
    for (std::size_t left = r.count("parents"); left != 0; --left) {
        raw_parent& parent = to.parents.emplace_back();
        auto const flags = static_cast<unsigned>(r.number(7, "flags of a parent"));
        parent.on = static_cast<parent_condition>(flags & (parent_given_other - 1));
        byte_reader::require(parent.on <= parent_condition::on_any_end, "a condition");
        last_number_ += static_cast<std::uint64_t>(r.signed_number());
        parent.number = last_number_;
        if ((flags & parent_given_other) != 0) {
            parent.given = r.id();
        }
    }
}

COFIRE_DECL record_replay::raw_job record_replay::read_job(byte_reader& r) {
    raw_job raw;
    new_job& job = raw.job;
    job.id = r.id();
    kind_reader::kind const& kind = kinds_.read(r);
    job.type = kind.type;
    job.argument_version = kind.argument_version;
    job.settings = kind.settings;
    auto const flags = r.number(insert_flags, "flags of a job");
    job.arguments = r.text();
    if ((flags & insert_due) != 0) {
        job.due = r.time(now_);
    }
    if ((flags & insert_key) != 0) {
        unique_key_spec& key = job.unique_key.emplace();
        key.text = r.text();
        key.hold = r.value(unique_hold::for_a_time, "a unique_hold");
        key.hold_for = r.length();
    }
    if ((flags & insert_limits) != 0) {
        job.limits = read_limits(r);
    }
    if ((flags & insert_parents) != 0) {
        read_parents(r, raw);
    }
    if ((flags & insert_recurring) != 0) {
        job.recurring_id = r.text();
        job.occurrence = read_optional(r, now_);
    }
    if ((flags & insert_replaces) != 0) {
        raw.replaces = &job_at(r.signed_number());
        byte_reader::require(
            raw.replaces->state != job_state::processing && raw.replaces->extras != nullptr,
            "it replaces what it cannot"
        );
    }
    return raw;
}

COFIRE_DECL void record_replay::inserted(byte_reader& r) {
    job_table& t = *table_;
    std::vector<raw_job> raw;
    std::vector<new_job> jobs;
    for (std::size_t left = r.count("jobs"); left != 0; --left) {
        raw.push_back(read_job(r));
    }
    // The plan: each is stored, and each parent is known under the id it was given by.
    std::vector<planned_job> planned(raw.size());
    insert_request request;
    insert_plan plan{.request = request, .jobs = planned};
    plan.stored = raw.size();
    std::set<job_id> ids;
    for (std::size_t i = 0; i != raw.size(); ++i) {
        job_id const id = raw[i].job.id;
        byte_reader::require(
            !id.is_nil() && t.find(id) == nullptr && ids.insert(id).second, "the id of a job"
        );
        plan.results.push_back({.id = id, .status = insert_status::inserted});
        planned[i].replaces = raw[i].replaces;
        plan.ended += raw[i].replaces != nullptr && !is_final(raw[i].replaces->state) ? 1 : 0;
        plan.parents = plan.parents || !raw[i].parents.empty();
    }
    for (std::size_t i = 0; i != raw.size(); ++i) {
        for (raw_parent const& parent : raw[i].parents) {
            std::uint64_t const in_call = parent.number - t.next_number_;
            job_node const* const known = numbers_.find(parent.number);
            byte_reader::require(in_call < raw.size() || known != nullptr, "an unknown parent");
            job_id const id = in_call < raw.size() ? raw[in_call].job.id : known->id;
            job_id const given = parent.given.value_or(id);
            if (given != id && plan.ids.emplace(given, plan.results.size()).second) {
                plan.results.push_back({.id = id, .status = insert_status::held});
            }
            byte_reader::require(plan.resolve(given) == id, "a parent of two ids");
            raw[i].job.parents.push_back({.id = given, .on = parent.on});
        }
        jobs.push_back(std::move(raw[i].job));
    }
    request.jobs = jobs;
    t.apply_insert(plan, now_);
    for (planned_job const& p : planned) {
        numbers_.insert(*p.stored);
    }
}

COFIRE_DECL void record_replay::removed(byte_reader& r) {
    job_table& t = *table_;
    for (job_state state : {job_state::succeeded, job_state::failed, job_state::deleted}) {
        auto const& jobs = t.states_[static_cast<std::size_t>(state)];
        for (auto left = r.number(jobs.size(), "a number of jobs"); left != 0; --left) {
            numbers_.erase(*jobs.front());
            t.erase(*jobs.front());
        }
    }
}

// Recurring jobs.

COFIRE_DECL recurring_record& record_replay::recurring_of(std::string_view id) {
    auto const found = table_->recurring_.find(id);
    byte_reader::require(found != table_->recurring_.end(), "no such recurring job");
    return found->second;
}

COFIRE_DECL void record_replay::fired(byte_reader& r) {
    recurring_record& record = recurring_of(r.text());
    inserted(r);
    auto const flags = r.number(fired_flags, "flags of a firing");
    bool const expected = (flags & fired_expected) != 0;
    auto const fired = r.number();
    record.fired += fired;
    record.skipped += r.number();
    if ((flags & fired_some) != 0) {
        record.last_job = r.id();
        if (expected) {
            record.last_occurrence = record.last_job;
        }
        record.last_fired = now_;
    }
    if (expected) {
        record.last_fired = now_;
        record.next = read_optional(r, now_);
        auto const text = r.text();
        if (record.error != text) {
            record.error = text;
            ++record.revision;
        }
    }
}

COFIRE_DECL void record_replay::recurring_put(byte_reader& r) {
    cofire::recurring_put p;
    p.id = r.text();
    p.origin = r.value(definition_origin::by_hand, "a definition_origin");
    p.next = read_optional(r, now_);
    recurring_definition const definition = read_definition(r);
    p.definition = &definition;
    byte_reader::require(table_->put(p), "it changes nothing");
}

COFIRE_DECL void record_replay::recurring_paused(byte_reader& r) {
    recurring_record& record = recurring_of(r.text());
    record.paused = r.number(1, "a yes or no") != 0;
    auto const next = read_optional(r, now_);
    if (!record.paused && next) {
        record.next = next;
    }
    ++record.revision;
}

// Runs.

COFIRE_DECL void record_replay::acquired(byte_reader& r) {
    job_table& t = *table_;
    server_entry& server = read_server(r);
    while (!r.at_end()) {
        constexpr unsigned bits = 2;
        std::uint64_t const n = r.number();
        std::uint64_t const step = n >> bits;
        job_node& job = job_at(static_cast<std::int64_t>(step >> 1 ^ (~(step & 1) + 1)));
        bool const in_line = job.place == job_place::line || job.place == job_place::returned ||
                             job.place == job_place::suspects;
        byte_reader::require(in_line, "the job is not in line");
        switch (n & ((1U << bits) - 1)) {
        case static_cast<unsigned>(acquire_step::take):
            t.leave_place(job);
            t.start(job, server, now_);
            break;
        case static_cast<unsigned>(acquire_step::park): {
            limit_entry* const limit = full_limit(job);
            byte_reader::require(limit != nullptr, "no limit holds the job back");
            t.hold_back(job, *limit, now_);
            break;
        }
        case static_cast<unsigned>(acquire_step::expire): t.expire_one(job, now_); break;
        default: throw corrupt("an unknown step");
        }
    }
    t.release_children(now_);
}

COFIRE_DECL void record_replay::settled(byte_reader& r) {
    while (!r.at_end()) {
        std::uint64_t const n = r.number();
        if (n == 0) {
            return removed(r);
        }
        std::uint64_t const step = n - 1;
        job_node& job = held_job_at(static_cast<std::int64_t>(step >> 1 ^ (~(step & 1) + 1)));
        table_->end_run(job, read_outcome(r, now_), now_);
        table_->release_children(now_);
    }
}

COFIRE_DECL void record_replay::changed(byte_reader& r) {
    change_request request;
    request.kind = r.value(change_kind::move, "a change");
    switch (request.kind) {
    case change_kind::reschedule: request.due = r.time(now_); break;
    case change_kind::reprioritise:
        request.priority = static_cast<int>(r.number(15, "a priority"));
        break;
    case change_kind::move:
        request.queue = r.text();
        byte_reader::require(!request.queue.empty(), "a queue without a name");
        break;
    default: break;
    }
    request.reason = r.text();
    while (!r.at_end()) {
        job_node& job = job_at(r.signed_number());
        byte_reader::require(
            !table_->change_one(job, request, now_), "a change that the job does not allow"
        );
    }
    table_->release_children(now_);
}

COFIRE_DECL void record_replay::reported(byte_reader& r) {
    while (!r.at_end()) {
        job_node& job = held_job_at(r.signed_number());
        table_->add_lines(job, read_lines(r, now_));
    }
}

// Servers.

COFIRE_DECL void record_replay::announced(byte_reader& r) {
    (void)table_->announce(read_announce(r), now_);
}

COFIRE_DECL void record_replay::interrupted(byte_reader& r) {
    job_table& t = *table_;
    t.limits_.lost_limit = r.number32("a limit");
    while (!r.at_end()) {
        job_node& job = job_at(r.signed_number());
        epoch_type const epoch = r.number();
        byte_reader::require(
            !is_final(job.state) && job.holder == nullptr && epoch > job.epoch &&
                epoch <= t.last_epoch_,
            "a run that cannot have been"
        );
        t.lose_unknown(job, epoch, now_);
    }
    t.release_children(now_);
}

COFIRE_DECL void record_replay::generation(byte_reader& r) {
    constexpr unsigned bits = 32;
    std::uint64_t const g = r.number((std::uint64_t{1} << bits) - 1, "a generation");
    byte_reader::require(g > table_->last_epoch_ >> bits, "a generation that was before");
    table_->last_epoch_ = g << bits;
}

} // namespace cofire::detail

#endif
