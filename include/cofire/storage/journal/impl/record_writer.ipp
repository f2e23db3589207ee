// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_RECORD_WRITER_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_RECORD_WRITER_IPP

#include <cofire/storage/journal/record_fields.hpp>
#include <cofire/storage/journal/record_writer.hpp>

#include <algorithm>
#include <utility>

namespace cofire::detail {

COFIRE_DECL void record_writer::reserve(std::size_t bytes) {
    if (bytes_.capacity() - bytes_.size() < bytes) {
        bytes_.reserve(std::max(bytes_.size() + bytes, bytes_.capacity() * 2));
    }
}

COFIRE_DECL void record_writer::begin(time_point now, std::size_t bytes) {
    constexpr std::size_t small_records = 512; // time passed, counted, removed
    reserve(bytes + small_records);
    now_ = now;
    decided_ = false;
    newest_taken_ = 0;
    begun_at_ = bytes_.size();
    begun_count_ = count_;
    begun_last_now_ = last_now_;
}

COFIRE_DECL void record_writer::drop() noexcept {
    bytes_.resize(begun_at_);
    count_ = begun_count_;
    last_now_ = begun_last_now_;
    is_open_ = false;
    firing_ = nullptr;
    removed_ = {};
}

COFIRE_DECL void record_writer::end() {
    write_removed();
    close();
    firing_ = nullptr;
}

COFIRE_DECL void record_writer::start(record_type type) {
    is_open_ = true;
    type_ = type;
    opened_at_ = bytes_.size();
    auto w = out();
    for (std::size_t i = 0; i != record_head_size; ++i) {
        w.byte(0); // see close
    }
    w.time(now_, last_now_);
    last_now_ = now_;
    last_number_ = table_->next_number_;
    ++count_;
}

/// Begins a record. Those that are told late come before it.
COFIRE_DECL byte_writer record_writer::open(record_type type) {
    write_removed();
    close();
    counted();
    start(type);
    return out();
}

COFIRE_DECL void record_writer::counted() {
    storage_counts const& counts = table_->counts_;
    if (counts.refused != told_.refused || counts.stale != told_.stale) {
        start(record_type::counted);
        auto w = out();
        w.number(counts.refused - told_.refused);
        w.number(counts.stale - told_.stale);
        counters_known();
        close();
    }
}

COFIRE_DECL void record_writer::close() {
    if (!is_open_) {
        return;
    }
    is_open_ = false;
    put_record_head(bytes_, opened_at_, type_);
}

COFIRE_DECL void record_writer::counters_known() {
    told_ = {.refused = table_->counts_.refused, .stale = table_->counts_.stale};
}

/// How far it is from the job named before.
COFIRE_DECL std::int64_t record_writer::step_to(std::uint64_t number) {
    auto const step = static_cast<std::int64_t>(number - last_number_);
    last_number_ = number;
    return step;
}

COFIRE_DECL std::uint64_t record_writer::take(record_buffer& bytes) {
    bytes.clear();
    bytes.swap(bytes_);
    return std::exchange(count_, 0);
}

COFIRE_DECL void record_writer::begin_anew() {
    kinds_.forget();
}

COFIRE_DECL void record_writer::time_passed(time_point) {
    open(record_type::time_passed);
    close();
}

COFIRE_DECL void record_writer::removing(job_state state) {
    ++removed_[static_cast<std::size_t>(state) - static_cast<std::size_t>(job_state::succeeded)];
}

/// What was removed comes at the end of a record of settles, or has its own: it makes no difference
/// to what else the command did.
COFIRE_DECL void record_writer::write_removed() {
    if (removed_ == decltype(removed_){}) {
        return;
    }
    if (is_open(record_type::settled)) {
        out().number(0); // no further outcome
    } else {
        close();
        start(record_type::removed);
    }
    auto w = out();
    for (std::uint64_t& n : removed_) {
        w.number(n);
        n = 0;
    }
    close();
}

// Inserts.

// What a job has besides id, kind and arguments.
inline constexpr unsigned insert_due = 1;
inline constexpr unsigned insert_key = 2;
inline constexpr unsigned insert_limits = 4;
inline constexpr unsigned insert_parents = 8;
inline constexpr unsigned insert_recurring = 16;
inline constexpr unsigned insert_replaces = 32;
inline constexpr unsigned insert_flags = 63;
// A parent's condition, and:
inline constexpr unsigned parent_given_other = 4; // its id as it was given follows

COFIRE_DECL void record_writer::write_job(byte_writer& w, insert_plan const& plan, std::size_t i) {
    new_job const& job = plan.request.jobs[i];
    job_node const& stored = *plan.jobs[i].stored;
    job_node const* const replaced = plan.jobs[i].replaces;
    w.id(job.id);
    kinds_.write(w, *stored.line, stored.settings);
    unsigned flags = 0;
    flags |= job.due ? insert_due : 0;
    flags |= job.unique_key ? insert_key : 0;
    flags |= job.limits.empty() ? 0 : insert_limits;
    flags |= job.parents.empty() ? 0 : insert_parents;
    flags |= job.recurring_id.empty() ? 0 : insert_recurring;
    flags |= replaced == nullptr ? 0 : insert_replaces;
    w.number(flags);
    w.text(job.arguments);
    if (job.due) {
        w.time(*job.due, now_);
    }
    if (job.unique_key) {
        w.text(job.unique_key->text);
        w.number(static_cast<std::uint64_t>(job.unique_key->hold));
        w.signed_number(job.unique_key->hold_for.count());
    }
    if (!job.limits.empty()) {
        write_limits(w, job.limits);
    }
    if (!job.parents.empty()) {
        w.number(job.parents.size());
        for (parent_ref const& parent : job.parents) {
            job_id const id = plan.resolve(parent.id);
            bool const other = id != parent.id;
            w.number(static_cast<unsigned>(parent.on) | (other ? parent_given_other : 0));
            w.signed_number(step_to(table_->find(id)->number));
            if (other) {
                w.id(parent.id);
            }
        }
    }
    if (!job.recurring_id.empty()) {
        w.text(job.recurring_id);
        write_optional(w, job.occurrence, now_);
    }
    if (replaced != nullptr) {
        w.signed_number(step_to(replaced->number));
    }
}

COFIRE_DECL void record_writer::write_jobs(insert_plan const& plan) {
    last_number_ = table_->next_number_ - plan.stored; // as it was before
    auto w = out();
    w.number(plan.stored);
    for (std::size_t i = 0; i != plan.jobs.size(); ++i) {
        if (plan.stores(i)) {
            write_job(w, plan, i);
        }
    }
}

COFIRE_DECL void record_writer::inserting(insert_plan const& plan, time_point) {
    if (plan.stored == 0 && firing_ == nullptr) {
        return;
    }
    write_removed();
    close();
    auto const size = bytes_.size();
    auto const count = count_;
    auto const last = last_now_;
    auto const told = told_;
    try {
        if (firing_ != nullptr) {
            open(record_type::fired).text(firing_->id);
        } else {
            open(record_type::inserted);
        }
        write_jobs(plan);
        reserve(firing_ != nullptr ? 256 + firing_->error.size() : 64); // what follows
    } catch (std::bad_alloc const&) {                                   // the jobs are not inserted
        bytes_.resize(size);
        count_ = count;
        last_now_ = last;
        is_open_ = false;
        kinds_.forget();
        told_ = told;
        throw;
    }
    decided_ = true;
    if (firing_ == nullptr) {
        close();
    }
}

// Recurring jobs.

inline constexpr unsigned fired_expected = 1; // not by hand
inline constexpr unsigned fired_some = 2;     // there is a latest job
inline constexpr unsigned fired_flags = 3;

COFIRE_DECL void record_writer::firing(recurring_firing const& f) {
    firing_ = &f;
}

COFIRE_DECL void record_writer::fired(recurring_record const&, fire_result const& result) {
    recurring_firing const& f = *firing_;
    firing_ = nullptr;
    insert_result const* last = nullptr;
    std::uint64_t fired = 0;
    for (insert_result const& r : result.jobs) {
        if (r.status != insert_status::held) {
            last = &r;
            ++fired;
        }
    }
    auto w = out();
    w.number((f.expected ? fired_expected : 0U) | (last != nullptr ? fired_some : 0U));
    w.number(fired);
    w.number(result.jobs.size() - fired + f.skipped);
    if (last != nullptr) {
        w.id(last->id);
    }
    if (f.expected) {
        write_optional(w, f.next, now_);
        w.text(f.error);
    }
    close();
}

COFIRE_DECL void record_writer::recurring_put(cofire::recurring_put const& p) {
    auto w = open(record_type::recurring_put);
    w.text(p.id);
    w.number(static_cast<std::uint64_t>(p.origin));
    write_optional(w, p.next, now_);
    write_definition(w, *p.definition);
}

COFIRE_DECL void record_writer::recurring_removed(std::string_view id) {
    open(record_type::recurring_removed).text(id);
}

COFIRE_DECL void record_writer::recurring_paused(recurring_pause const& p) {
    auto w = open(record_type::recurring_paused);
    w.text(p.id);
    w.number(p.paused ? 1 : 0);
    write_optional(w, p.next, now_);
}

// Runs.

COFIRE_DECL void
record_writer::acquiring(acquire_step step, job_node const& job, server_instance server) {
    if (!is_open(record_type::acquired) || server_ != server) {
        open(record_type::acquired).number(server);
        server_ = server;
    }
    if (step == acquire_step::take) {
        newest_taken_ = std::max(newest_taken_, job.changed);
    }
    constexpr unsigned bits = 2;
    out().number(
        byte_writer::zigzag(step_to(job.number)) << bits | static_cast<std::uint64_t>(step)
    );
}

COFIRE_DECL void record_writer::settling(job_node const& job, run_outcome const& o) {
    if (!is_open(record_type::settled)) {
        open(record_type::settled);
    }
    auto w = out();
    w.number(byte_writer::zigzag(step_to(job.number)) + 1);
    write_outcome(w, o, now_);
}

COFIRE_DECL void record_writer::reporting(job_node const& job, run_report const& report) {
    if (!is_open(record_type::reported)) {
        open(record_type::reported);
    }
    auto w = out();
    w.signed_number(step_to(job.number));
    write_lines(w, report.lines, now_);
}

COFIRE_DECL void record_writer::changed(job_node const& job, change_request const& r) {
    if (!is_open(record_type::changed)) {
        auto w = open(record_type::changed);
        w.number(static_cast<std::uint64_t>(r.kind));
        switch (r.kind) {
        case change_kind::reschedule: w.time(r.due, now_); break;
        case change_kind::reprioritise: w.number(static_cast<std::uint64_t>(r.priority)); break;
        case change_kind::move: w.text(r.queue); break;
        default: break;
        }
        w.text(r.reason);
    }
    out().signed_number(step_to(job.number));
}

COFIRE_DECL void record_writer::notices_told() {
    open(record_type::notices_told);
}

// Queues and servers.

COFIRE_DECL void record_writer::queue_paused(std::string_view queue, bool paused) {
    auto w = open(record_type::queue_paused);
    w.text(queue);
    w.number(paused ? 1 : 0);
}

COFIRE_DECL void record_writer::limit_put(std::string_view key, std::uint32_t limit) {
    auto w = open(record_type::limit_put);
    w.text(key);
    w.number(limit);
}

COFIRE_DECL void record_writer::announced(server_announce const& a) {
    auto w = open(record_type::announced);
    write_announce(w, a);
}

COFIRE_DECL void record_writer::retired(server_instance server) {
    open(record_type::retired).number(server);
}

COFIRE_DECL void record_writer::ordered(server_instance server, server_command command) {
    auto w = open(record_type::ordered);
    w.number(server);
    w.number(static_cast<std::uint64_t>(command));
}

COFIRE_DECL void record_writer::died(server_instance server) {
    auto w = open(record_type::died);
    w.number(table_->limits_.lost_limit);
    w.number(server);
}

COFIRE_DECL void record_writer::recovered() {
    open(record_type::recovered).number(table_->limits_.lost_limit);
}

COFIRE_DECL void record_writer::interrupted(std::span<interrupted_run const> runs) {
    auto w = open(record_type::interrupted);
    w.number(table_->limits_.lost_limit);
    for (interrupted_run const& run : runs) {
        w.signed_number(step_to(table_->find(run.id)->number));
        w.number(run.epoch);
    }
}

COFIRE_DECL void record_writer::generation(std::uint64_t generation) {
    open(record_type::generation).number(generation);
}

} // namespace cofire::detail

#endif
