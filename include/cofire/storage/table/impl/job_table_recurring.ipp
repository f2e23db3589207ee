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

/// True if `p` says nothing that `record` does not know from the same origin.
inline bool is_known(recurring_record const& record, recurring_put const& p) {
    if (p.origin == record.origin) {
        return record.definition == *p.definition;
    }
    return p.origin == definition_origin::code && record.code_definition &&
           *record.code_definition == *p.definition;
}

/// Refuses a definition that makes no sense.
inline void check_put(recurring_put const& p) {
    constexpr std::size_t most = 128;
    if (p.id.empty() || p.id.size() > most || p.definition == nullptr) {
        throw error(errc::bad_recurring_id, quoted(p.id));
    }
    job_settings const& settings = p.definition->settings;
    if (settings.priority < 0 || settings.priority > 15) {
        throw error(
            errc::bad_option,
            "priority " + std::to_string(settings.priority) + " of recurring job " + quoted(p.id)
        );
    }
}

/// True if it changed anything.
COFIRE_DECL bool job_table::put(recurring_put const& p) {
    auto const [at, is_new] = recurring_.try_emplace(std::string(p.id));
    recurring_record& record = at->second;
    if (is_new) {
        record.id = p.id;
    } else if (is_known(record, p)) {
        if (p.origin != record.origin || record.error.empty()) {
            return false;
        }
        // What kept it from being computed may be over: take the next time anew.
    } else if (p.origin == definition_origin::code) {
        record.code_definition.reset();
    } else if (record.origin == definition_origin::code) {
        record.code_definition = std::move(record.definition);
    }
    record.definition = *p.definition;
    record.origin = p.origin;
    record.next = p.next;
    record.error.clear();
    ++record.revision;
    return true;
}

/// The jobs of a firing that its overlap policy lets through; those it does not have their results,
/// the others' places in `results` are left to fill.
COFIRE_DECL std::vector<new_job> job_table::admit(
    recurring_firing const& f, recurring_record const& record, std::vector<insert_result>& results
) const {
    overlap_policy const overlap = record.definition.overlap;
    bool const applies = f.expected && overlap != overlap_policy::allow;
    job_node const* const last = record.last_occurrence ? find(*record.last_occurrence) : nullptr;
    bool runs = applies && last != nullptr && !is_final(last->state);
    bool one_waits = runs && last->state == job_state::awaiting;
    job_id id = last != nullptr ? last->id : job_id();
    std::vector<new_job> admitted;
    for (new_job const& given : f.jobs) {
        if (runs && (overlap == overlap_policy::skip || one_waits)) {
            results.push_back({.id = id, .status = insert_status::held});
            continue;
        }
        new_job& job = admitted.emplace_back(given);
        if (runs) { // queue_one: it follows the one that runs
            job.parents.push_back({.id = id, .on = parent_condition::on_any_end});
            one_waits = true;
        }
        id = job.id;
        runs = applies;
        results.push_back({});
    }
    return admitted;
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
    if (log_ != nullptr) {
        log_->firing(f);
    }
    fire_result result{.status = fire_status::skipped};
    std::vector<new_job> const jobs = admit(f, record, result.jobs);
    insert_answer const inserted =
        insert({.jobs = jobs, .mode = insert_mode::fresh}, now); // may throw; then nothing changed
    auto next = inserted.results.begin();
    for (insert_result& r : result.jobs) {
        if (r.status == insert_status::inserted) {
            r = *next++;
        }
        if (r.status == insert_status::held) {
            ++record.skipped;
            continue;
        }
        result.status = fire_status::fired;
        record.last_job = r.id;
        if (f.expected) {
            record.last_occurrence = r.id;
        }
        record.last_fired = now;
        ++record.fired;
    }
    record.skipped += f.skipped;
    if (f.expected) {
        record.next = f.next;
        record.last_fired = now;
        if (record.error != f.error) {
            record.error = f.error;
            ++record.revision;
            announce_recurring();
        }
    }
    ++change_;
    if (log_ != nullptr) {
        log_->fired(record, result);
    }
    return result;
}

/// Has all servers ask for the recurring jobs again.
COFIRE_DECL void job_table::announce_recurring() {
    ++recurring_changed_;
    for (auto const& [instance, server] : servers_) {
        server->changed = ++change_;
    }
    effects_.servers = true;
}

/// Fires each by itself. If one is refused, the first throws, since nothing has changed; the others
/// are answered as lost: whoever looks again and fires them again gets the error then.
COFIRE_DECL std::vector<fire_result>
job_table::fire_all(std::span<recurring_firing const> firings, time_point now) {
    constexpr std::size_t most = 10'000;
    if (firings.size() > most) {
        throw error(errc::too_many_items, std::to_string(firings.size()) + " firings in one call");
    }
    std::vector<fire_result> results;
    try {
        for (recurring_firing const& f : firings) {
            results.push_back(fire(f, now));
        }
    } catch (error const&) {
        if (results.empty()) {
            throw;
        }
        results.resize(firings.size());
    }
    return results;
}

/// True if the recurring job has not the revision that a caller knows, who does not say 0.
COFIRE_DECL bool job_table::is_outdated(std::string_view id, std::uint64_t revision) const {
    auto const found = recurring_.find(id);
    return revision != 0 && (found == recurring_.end() || found->second.revision != revision);
}

COFIRE_DECL recurring_answer job_table::recurring(recurring_request const& r, time_point now) {
    pass_time(now);
    recurring_answer answer{.now = now};
    if (auto const* const p = std::get_if<recurring_put>(&r)) {
        check_put(*p);
        answer.outdated = is_outdated(p->id, p->revision);
        answer.changed = !answer.outdated && put(*p);
        if (auto const found = recurring_.find(p->id); found != recurring_.end()) {
            answer.records.push_back(found->second);
        }
        if (answer.changed) {
            announce_recurring();
        }
    } else if (auto const* const remove = std::get_if<recurring_remove>(&r)) {
        (void)recurring_or_throw(remove->id);
        answer.outdated = is_outdated(remove->id, remove->revision);
        if (!answer.outdated) {
            recurring_.erase(recurring_.find(remove->id));
            announce_recurring();
        }
    } else if (auto const* const pause = std::get_if<recurring_pause>(&r)) {
        recurring_record& record = recurring_or_throw(pause->id);
        answer.outdated = is_outdated(pause->id, pause->revision);
        if (!answer.outdated && record.paused != pause->paused) {
            record.paused = pause->paused;
            if (!record.paused && pause->next) {
                record.next = pause->next;
            }
            ++record.revision;
            announce_recurring();
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
        answer.fired = fire_all(fires->firings, now);
    }
    answer.seen = seen();
    return answer;
}

} // namespace cofire::detail

#endif
