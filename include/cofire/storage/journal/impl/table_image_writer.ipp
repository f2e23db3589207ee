// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_WRITER_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_TABLE_IMAGE_WRITER_IPP

#include <cofire/storage/journal/record_fields.hpp>
#include <cofire/storage/journal/table_image_writer.hpp>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace cofire::detail {

COFIRE_DECL
table_image_writer::table_image_writer(job_table& table, time_point last_time, told_counters told)
    : table_(&table), now_(last_time), moves_(table.next_changed_) {
    write_table(told);
    // From here on nothing throws. Jobs that have no image yet are those of another number.
    cursor_ = table.states_[0].front();
    table.walked_ = true;
    if (++table.image_ == 0) { // all numbers were used; perhaps no snapshot was ended for long
        table.index_.for_each([](job_node& job) { job.image = 0; });
        table.image_ = 1;
    }
}

COFIRE_DECL table_image_writer::~table_image_writer() {
    table_->walked_ = false;
}

COFIRE_DECL void table_image_writer::start(record_type type) {
    is_open_ = true;
    type_ = type;
    opened_at_ = block_.size();
    auto w = out();
    for (std::size_t i = 0; i != record_head_size; ++i) {
        w.byte(0); // see close
    }
}

COFIRE_DECL void table_image_writer::close() {
    if (is_open_) {
        is_open_ = false;
        put_record_head(block_, opened_at_, type_);
    }
}

COFIRE_DECL void table_image_writer::end_block() {
    close();
    if (!block_.empty()) {
        blocks_.emplace_back().swap(block_);
    }
}

COFIRE_DECL byte_writer table_image_writer::open(table_part part) {
    close();
    if (block_.size() >= block_size) {
        end_block();
    }
    start(record_type::table_image);
    out().number(static_cast<std::uint64_t>(part));
    return out();
}

// What is written at once.

COFIRE_DECL void table_image_writer::write_numbers(told_counters told) {
    job_table const& t = *table_;
    auto w = open(table_part::numbers);
    w.time(now_, {});
    for (std::uint64_t n :
         {t.next_number_, t.next_changed_, t.next_position_, t.last_epoch_, t.last_instance_}) {
        w.number(n);
    }
    storage_counts const& c = t.counts_;
    for (std::uint64_t n :
         {c.inserted,
          c.succeeded,
          c.attempts_failed,
          c.failed,
          c.deleted,
          c.lost,
          told.stale,
          c.removed,
          told.refused}) {
        w.number(n);
    }
}

COFIRE_DECL void table_image_writer::write_point(byte_writer& w, series_point const& p) const {
    w.time(p.from, now_);
    for (std::uint64_t n :
         {p.inserted, p.succeeded, p.attempts_failed, p.failed, p.deleted, p.runs}) {
        w.number(n);
    }
    w.signed_number(p.run_time.count());
    w.signed_number(p.lateness.count());
}

COFIRE_DECL void table_image_writer::write_series(byte_writer& w, event_series const& s) const {
    write_point(w, s.current_);
    for (auto const* steps : {&s.minutes_, &s.hours_}) {
        w.number(steps->size());
        for (series_point const& p : *steps) {
            write_point(w, p);
        }
    }
}

/// The keys whose holders are gone: the others stand with their jobs.
COFIRE_DECL void table_image_writer::write_keys() {
    job_table const& t = *table_;
    for (auto const& [until, key] : t.key_ends_) {
        auto const held = t.keys_.find(key);
        if (held != t.keys_.end() && held->second.until == until &&
            t.holder_of(held->second, key) == nullptr) {
            auto w = open(table_part::key);
            w.text(key);
            w.id(held->second.holder);
            w.time(until, now_);
        }
    }
}

COFIRE_DECL void table_image_writer::write_server(server_entry const& s) {
    auto w = open(table_part::server);
    w.number(s.instance);
    w.time(s.since, now_);
    w.number(static_cast<std::uint64_t>(s.command));
    write_announce(w, s.announced);
}

COFIRE_DECL void table_image_writer::write_recurring(recurring_record const& r) {
    auto w = open(table_part::recurring);
    w.text(r.id);
    w.number(r.revision);
    w.number(static_cast<std::uint64_t>(r.origin));
    write_definition(w, r.definition);
    w.number(r.code_definition ? 1 : 0);
    if (r.code_definition) {
        write_definition(w, *r.code_definition);
    }
    write_optional(w, r.next, now_);
    w.number(r.paused ? 1 : 0);
    w.text(r.error);
    write_optional(w, r.last_fired, now_);
    for (auto const& id : {r.last_job, r.last_occurrence}) {
        w.number(id ? 1 : 0);
        if (id) {
            w.id(*id);
        }
    }
    w.number(r.fired);
    w.number(r.skipped);
}

COFIRE_DECL void table_image_writer::write_table(told_counters told) {
    job_table const& t = *table_;
    write_numbers(told);
    std::vector<type_entry const*> types(t.types_.size());
    for (auto const& [name, type] : t.types_) {
        types[type.index] = &type;
    }
    for (type_entry const* type : types) {
        open(table_part::type).text(type->name);
    }
    for (auto const& [name, queue] : t.queues_) {
        auto w = open(table_part::queue);
        w.text(name);
        w.number(queue.paused ? 1 : 0);
        write_series(w, queue.series);
        for (auto const& l : queue.lanes) {
            w.text(l->type->name);
            w.number(l->version);
        }
    }
    auto w = open(table_part::series);
    write_series(w, t.series_);
    for (auto const& [key, limit] : t.limits_by_key_) {
        w = open(table_part::limit);
        w.text(key);
        w.number(limit.limit);
        w.number(limit.fixed ? 1 : 0);
    }
    write_keys();
    for (auto const& [instance, server] : t.servers_) {
        write_server(*server);
    }
    for (auto const& [id, record] : t.recurring_) {
        write_recurring(record);
    }
    for (storage_notice const& n : t.notices_) {
        w = open(table_part::notice);
        w.id(n.id);
        w.text(n.type);
        w.number(static_cast<std::uint64_t>(n.from));
        w.number(static_cast<std::uint64_t>(n.to));
        w.text(n.reason);
    }
    end_block();
}

// Jobs.

COFIRE_DECL void table_image_writer::write_key(byte_writer& w, job_extras const& x) const {
    w.text(x.key);
    w.number(static_cast<std::uint64_t>(x.key_hold));
    w.number(x.holds_key ? 1 : 0);
    if (x.holds_key) {
        write_optional(w, table_->keys_.find(x.key)->second.until, now_);
    }
}

COFIRE_DECL void table_image_writer::write_parents(byte_writer& w, job_extras const& x) const {
    w.number(x.parents.size());
    for (parent_edge const& e : x.parents) {
        bool const other = e.given != e.id;
        w.number(
            static_cast<unsigned>(e.on) | (e.ended ? edge_ended : 0) |
            (other ? edge_given_other : 0) | (e.result ? edge_result : 0)
        );
        w.id(e.id);
        if (other) {
            w.id(e.given);
        }
        if (e.ended) {
            w.number(static_cast<std::uint64_t>(e.state));
        }
        if (e.result) {
            w.text(*e.result);
        }
    }
}

COFIRE_DECL void table_image_writer::write_events(byte_writer& w, job_extras const& x) const {
    w.number(x.events.size());
    for (history_entry const& e : x.events) {
        w.number(
            (e.reason.empty() ? 0 : event_reason) | (e.error ? event_error : 0) |
            (e.run_time ? event_run_time : 0)
        );
        w.time(e.at, now_);
        w.number(static_cast<std::uint64_t>(e.state));
        w.number(e.attempt);
        w.number(e.epoch);
        w.number(e.server);
        if (!e.reason.empty()) {
            w.text(e.reason);
        }
        if (e.error) {
            write_error(w, *e.error);
        }
        if (e.run_time) {
            w.signed_number(e.run_time->count());
        }
    }
}

COFIRE_DECL void table_image_writer::write_extras(byte_writer& w, job_node const& job) const {
    job_extras const& x = *job.extras;
    bool const blocked = job.place == job_place::parked_by_limit || x.unparked;
    unsigned flags = 0;
    flags |= x.key.empty() ? 0 : extra_key;
    flags |= x.limits.empty() ? 0 : extra_limits;
    flags |= blocked ? extra_blocker : 0;
    flags |= x.parents.empty() ? 0 : extra_parents;
    flags |= x.children.empty() ? 0 : extra_children;
    flags |= x.expires_at ? extra_expires : 0;
    flags |= x.recurring_id.empty() ? 0 : extra_recurring;
    flags |= x.reason.empty() ? 0 : extra_reason;
    flags |= x.stop_reason.empty() ? 0 : extra_stop_reason;
    flags |= x.error ? extra_error : 0;
    flags |= x.events.empty() ? 0 : extra_events;
    flags |= x.log.empty() ? 0 : extra_log;
    w.number(flags);
    if (!x.key.empty()) {
        write_key(w, x);
    }
    if (!x.limits.empty()) {
        w.number(x.limits.size());
        for (limit_entry const* limit : x.limits) {
            w.text(limit->key);
        }
    }
    if (blocked) {
        auto const at = std::find(x.limits.begin(), x.limits.end(), x.blocker);
        w.number(static_cast<std::uint64_t>(at - x.limits.begin()));
    }
    if (!x.parents.empty()) {
        write_parents(w, x);
    }
    if (!x.children.empty()) {
        w.number(x.children.size());
        for (child_edge const& c : x.children) {
            w.id(c.id);
            w.number(c.edge);
        }
    }
    if (x.expires_at) {
        w.time(*x.expires_at, now_);
    }
    if (!x.recurring_id.empty()) {
        w.text(x.recurring_id);
        write_optional(w, x.occurrence, now_);
    }
    if (!x.reason.empty()) {
        w.text(x.reason);
    }
    if (!x.stop_reason.empty()) {
        w.text(x.stop_reason);
    }
    if (x.error) {
        write_error(w, *x.error);
    }
    if (!x.events.empty()) {
        write_events(w, x);
    }
    if (!x.log.empty()) {
        write_lines(w, x.log, now_);
    }
}

COFIRE_DECL void table_image_writer::write_job(job_node& job) {
    job.image = table_->image_;
    ++jobs_;
    if (is_open_ && block_.size() >= block_size) {
        end_block();
    }
    if (!is_open_) {
        start(record_type::job_image);
    }
    bool const acquired = job.epoch != 0;
    bool const finished = job.finished != time_point{};
    unsigned flags = 0;
    flags |= job.settled ? image_settled : 0;
    flags |= job.promoted ? image_promoted : 0;
    flags |= job.ran ? image_ran : 0;
    flags |= job.run_failed ? image_run_failed : 0;
    flags |= acquired ? image_acquired : 0;
    flags |= finished ? image_finished : 0;
    flags |= job.result ? image_result : 0;
    flags |= job.extras ? image_extras : 0;
    auto w = out();
    w.id(job.id);
    kinds_.write(w, *job.line, job.settings);
    w.byte(static_cast<std::uint8_t>(flags));
    w.byte(static_cast<std::uint8_t>(
        static_cast<unsigned>(job.state) | static_cast<unsigned>(job.first_state) << 4
    ));
    w.byte(static_cast<std::uint8_t>(
        static_cast<unsigned>(job.place) | static_cast<unsigned>(job.stop) << 4
    ));
    w.number(job.number);
    w.number(job.changed);
    w.number(job.position);
    w.number(job.lost);
    w.time(job.created, now_);
    w.time(job.due, job.created);
    w.text(job.arguments_text());
    if (acquired) {
        w.number(job.epoch);
        w.number(job.server);
        w.number(job.attempt);
        w.number(job.attempt_before);
        w.time(job.started, job.created);
    }
    if (finished) {
        w.time(job.finished, job.created);
    }
    if (job.result) {
        w.text(*job.result);
    }
    if (job.extras) {
        write_extras(w, job);
    }
}

COFIRE_DECL void table_image_writer::touch(job_node& job) noexcept {
    if (cursor_ == &job) { // it may leave its list
        cursor_ = state_list::next(job);
    }
    if (job.image == table_->image_ || failed_) {
        return;
    }
    try {
        write_job(job);
    } catch (std::bad_alloc const&) { // the command goes on, the snapshot does not
        failed_ = true;
    }
}

/// The lists are in the order in which jobs came into them; what came later has its image.
COFIRE_DECL void table_image_writer::walk(std::size_t budget) {
    for (; !walked_all_ && budget != 0; --budget) {
        if (cursor_ == nullptr || cursor_->changed >= moves_) {
            walked_all_ = ++state_ == job_state_count;
            cursor_ = walked_all_ ? nullptr : table_->states_[state_].front();
            continue;
        }
        job_node& job = *cursor_;
        if (job_node const* const next = state_list::next(job)) {
            prefetch_lines(next, node_lines);
        }
        if (job.image != table_->image_) {
            write_job(job);
        }
        cursor_ = state_list::next(job);
    }
    if (walked_all_ && !ended_) {
        ended_ = true;
        end_block();
        start(record_type::snapshot_end);
        out().number(jobs_);
        end_block();
    }
}

COFIRE_DECL bool table_image_writer::slice(std::size_t budget, record_buffer& block) {
    block.clear();
    if (failed_) {
        throw std::bad_alloc();
    }
    if (blocks_.empty()) {
        try {
            walk(budget);
        } catch (...) {
            failed_ = true;
            throw;
        }
    }
    if (!blocks_.empty()) {
        block.swap(blocks_.front());
        blocks_.pop_front();
    }
    return walked_all_ && blocks_.empty();
}

} // namespace cofire::detail

#endif
