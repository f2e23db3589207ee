// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_RECURRING_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_RECURRING_IPP

#include <cofire/storage/table/job_table.hpp>

namespace cofire::detail {

COFIRE_DECL recurring_record& job_table::recurring_or_throw(std::string_view id) {
    auto const found = recurring_.find(id);
    if (found == recurring_.end()) {
        throw error(errc::unknown_recurring, quoted(id));
    }
    return found->second;
}

/// True if it changed anything.
COFIRE_DECL bool job_table::put(recurring_put const& p, time_point) {
    constexpr std::size_t most = 256;
    if (p.id.empty() || p.id.size() > most || p.definition == nullptr) {
        throw error(errc::bad_recurring_id, quoted(p.id));
    }
    auto const [at, is_new] = recurring_.try_emplace(std::string(p.id));
    recurring_record& record = at->second;
    if (is_new) {
        record.id = p.id;
    } else if (p.origin == definition_origin::code) {
        bool const edited = record.origin == definition_origin::by_hand;
        auto const* const known = !edited                 ? &record.definition
                                  : record.code_definition ? &*record.code_definition
                                                           : nullptr;
        if (known != nullptr && *known == *p.definition) {
            return false;
        }
    } else if (record.origin == definition_origin::code) {
        record.code_definition = std::move(record.definition);
    }
    if (p.origin == definition_origin::code) {
        record.code_definition.reset();
    }
    record.definition = *p.definition;
    record.origin = p.origin;
    record.next = p.next;
    record.error.clear();
    ++record.revision;
    return true;
}

COFIRE_DECL fire_result job_table::fire(recurring_firing const& f, time_point now) {
    auto const found = recurring_.find(f.id);
    if (found == recurring_.end()) {
        return {.status = fire_status::lost};
    }
    recurring_record& record = found->second;
    if (record.revision != f.revision ||
        (f.expected && (record.next != f.expected || record.paused))) {
        return {.status = fire_status::lost};
    }
    fire_result result{.status = fire_status::skipped};
    std::uint64_t fired = 0;
    std::uint64_t skipped = f.skipped;
    auto last = record.last_job;
    overlap_policy const overlap = record.definition.overlap;
    for (new_job const& given : f.jobs) {
        job_node const* const running = last ? find(*last) : nullptr;
        bool const overlaps =
            f.expected && running != nullptr && !is_final(running->state) &&
            overlap != overlap_policy::allow;
        if (overlaps && (overlap == overlap_policy::skip || running->state == job_state::awaiting)) {
            ++skipped;
            result.jobs.push_back({.id = running->id, .status = insert_status::held});
            continue;
        }
        new_job job = given;
        if (overlaps) { // queue_one: it follows the one that runs
            job.parents.push_back({.id = running->id, .on = parent_condition::on_any_end});
        }
        insert_request const request{.jobs = {&job, 1}};
        insert_answer const inserted = insert(request, now); // may refuse; nothing is changed then
        last = inserted.results.front().id;
        result.jobs.push_back(inserted.results.front());
        result.status = fire_status::fired;
        ++fired;
        record.last_job = last; // at once: a later job of this firing may be refused
        ++record.fired;
    }
    record.skipped += skipped;
    if (f.expected) {
        record.next = f.next;
        record.last_fired = now;
        if (record.error != f.error) {
            record.error = f.error;
            ++record.revision;
        }
    } else if (fired != 0) {
        record.last_fired = now;
    }
    ++change_;
    return result;
}

COFIRE_DECL recurring_answer job_table::recurring(recurring_request const& r, time_point now) {
    promote(now);
    recurring_answer answer{.now = now};
    auto const announce = [&] {
        ++recurring_changed_;
        for (auto const& [instance, server] : servers_) {
            server->changed = ++change_;
        }
        effects_.servers = true;
    };
    if (auto const* const p = std::get_if<recurring_put>(&r)) {
        answer.changed = put(*p, now);
        answer.records.push_back(recurring_or_throw(p->id));
        if (answer.changed) {
            announce();
        }
    } else if (auto const* const remove = std::get_if<recurring_remove>(&r)) {
        recurring_.erase(recurring_or_throw(remove->id).id);
        announce();
    } else if (auto const* const pause = std::get_if<recurring_pause>(&r)) {
        recurring_record& record = recurring_or_throw(pause->id);
        if (record.paused != pause->paused) {
            record.paused = pause->paused;
            if (!record.paused && pause->next) {
                record.next = pause->next;
            }
            ++record.revision;
            announce();
        }
        answer.records.push_back(record);
    } else if (auto const* const list = std::get_if<recurring_list>(&r)) {
        if (!list->id.empty()) {
            answer.records.push_back(recurring_or_throw(list->id));
        } else {
            for (auto const& [id, record] : recurring_) {
                answer.records.push_back(record);
            }
            if (auto const s = servers_.find(list->server); s != servers_.end()) {
                s->second->recurring_seen = recurring_changed_;
            }
        }
    } else if (auto const* const fires = std::get_if<recurring_fire>(&r)) {
        for (recurring_firing const& f : fires->firings) {
            answer.fired.push_back(fire(f, now));
        }
    }
    answer.seen = seen();
    return answer;
}

} // namespace cofire::detail

#endif
