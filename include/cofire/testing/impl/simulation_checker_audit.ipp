// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_CHECKER_AUDIT_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_CHECKER_AUDIT_IPP

#include <cofire/testing/impl/simulation_checker_runs.ipp>
#include <cofire/testing/simulation_checker.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

// Looks at all jobs, between two steps and at the end.

namespace cofire::testing {

COFIRE_DECL void simulation_checker::audit(std::span<job_record const> records) {
    std::unordered_map<job_id, job_state> states;
    for (job_record const& record : records) {
        states.emplace(record.id, record.state);
    }
    for (job_id id : order_) {
        if (!states.contains(id)) {
            bool const told = jobs_.at(id).acknowledged;
            report("I1", id, told ? "is gone; its insert was acknowledged" : "is gone");
        }
    }
    for (job_record const& record : records) {
        check_record(record);
        check_awaiting(record, states);
    }
    check_unexplained(states);
    check_keys(records);
    check_overlap(states);
}

COFIRE_DECL void simulation_checker::check_record(job_record const& record) {
    job_model* const found = find(record.id);
    if (found == nullptr) {
        report("I2", record.id, "is stored and was never inserted");
        return;
    }
    job_model& m = *found;
    std::string const state(to_string(record.state));
    if (record.type != m.asked.type || record.arguments != m.asked.arguments ||
        record.argument_version != m.asked.argument_version) {
        report("I2", record.id, "is stored with another type or other arguments");
    }
    if (m.held != (record.state == job_state::processing)) {
        report(
            "I8", record.id, m.held ? "is held and is " + state : "is processing; nobody holds it"
        );
    }
    epoch_type const epoch = m.runs.empty() ? 0 : m.runs.back().epoch;
    if (record.epoch != epoch) {
        report("I6", record.id, "has an epoch that nobody was given");
    }
    if (!counts_agree(m, record.attempt, record.lost)) {
        report(
            "I14",
            record.id,
            "counts attempt " + std::to_string(record.attempt) + ", lost " +
                std::to_string(record.lost) + "; it should be " + std::to_string(m.attempt) + ", " +
                std::to_string(m.lost)
        );
    }
    bool const final = is_final(record.state);
    if (m.final && !final) {
        report("I6", record.id, "had ended and is " + state);
    }
    if (!m.final && final) { // by itself: expired, replaced, condition not met
        changing(std::span(&record, 1));
    }
    bool const by_run = record.state == job_state::succeeded || record.state == job_state::failed;
    if (by_run && m.runs.empty()) {
        report("I4", record.id, "is " + state + " and never ran");
    }
    if (record.state == job_state::succeeded && !m.runs.empty()) {
        acquisition const& run = m.runs.back();
        if (!run.ended || run.end != simulated_end::returned) {
            report("I3", record.id, "has succeeded, and its last run has not returned");
        }
    }
    if (record.state == job_state::failed && !record.error) {
        report("I4", record.id, "has failed without an error");
    }
    if (record.state == job_state::deleted && record.reason.empty()) {
        report("I4", record.id, "is deleted without a reason");
    }
}

/// What ended as deleted by itself, and was neither replaced nor expired, had a parent that ended
/// otherwise than asked.
COFIRE_DECL void
simulation_checker::check_unexplained(std::unordered_map<job_id, job_state> const& states) {
    for (unexplained_end const& end : std::exchange(unexplained_, {})) {
        auto const missed = [&](parent_ref const& p) {
            job_model const* const parent = find(p.id);
            auto const at = states.find(p.id);
            if (parent == nullptr || at == states.end() || parent->restarts != 0) {
                return true; // one that began again may have ended otherwise before
            }
            return is_final(at->second) && !detail::condition_met(p.on, at->second);
        };
        if (std::none_of(end.parents.begin(), end.parents.end(), missed)) {
            report("I1", end.id, "is deleted (" + end.reason + "), and nothing was cause for it");
        }
    }
}

/// A job whose parents have all ended does not wait for them.
COFIRE_DECL void simulation_checker::check_awaiting(
    job_record const& record, std::unordered_map<job_id, job_state> const& states
) {
    if (record.state != job_state::awaiting) {
        return;
    }
    bool const waits =
        std::any_of(record.parents.begin(), record.parents.end(), [&](parent_ref const& p) {
            auto const at = states.find(p.id);
            return at != states.end() && !is_final(at->second);
        });
    if (!waits) {
        report("I9", record.id, "waits for parents that have all ended");
    }
}

/// No two jobs hold one key.
COFIRE_DECL void simulation_checker::check_keys(std::span<job_record const> records) {
    std::map<std::string, job_id> holders;
    for (job_record const& record : records) {
        job_model const* const m = find(record.id);
        if (is_final(record.state) || m == nullptr || !m->asked.unique_key) {
            continue;
        }
        unique_hold const hold = m->asked.unique_key->hold;
        bool const holds = hold == unique_hold::unfinished ||
                           (hold == unique_hold::until_started && m->runs.empty());
        if (holds && !holders.emplace(m->asked.unique_key->text, record.id).second) {
            report("I11", record.id, "holds a key that another job holds");
        }
    }
}

/// What the overlap policy does not allow.
COFIRE_DECL void
simulation_checker::check_overlap(std::unordered_map<job_id, job_state> const& states) {
    for (auto const& [id, recurring] : recurring_) {
        auto const runs = [&](job_id job) {
            auto const at = states.find(job);
            return at != states.end() && !is_final(at->second) && !jobs_.at(job).moved;
        };
        auto const unfinished = std::count_if(recurring.jobs.begin(), recurring.jobs.end(), runs);
        overlap_policy const overlap = recurring.definition.overlap;
        if ((overlap == overlap_policy::skip && unfinished > 1) ||
            (overlap == overlap_policy::queue_one && unfinished > 2)) {
            report("I13", job_id(), "recurring job " + id + " overlaps itself");
        }
    }
}

/// The history of a job is a way along the lifecycle table.
COFIRE_DECL void simulation_checker::check_history(job_record const& record) {
    constexpr std::size_t whole = 100; // longer ones have gaps
    if (record.history.empty() || record.history.size() >= whole) {
        return;
    }
    history_entry const* before = nullptr;
    epoch_type epoch = 0;
    for (history_entry const& entry : record.history) {
        bool const same = before != nullptr && before->state == entry.state;
        if (before != nullptr && !same && !may_become(before->state, entry.state)) {
            report(
                "I6",
                record.id,
                "went from " + std::string(to_string(before->state)) + " to " +
                    std::string(to_string(entry.state))
            );
        }
        if (entry.state == job_state::processing) {
            if (entry.epoch <= epoch) {
                report("I6", record.id, "has a history in which the epoch does not grow");
            }
            epoch = entry.epoch;
        }
        before = &entry;
    }
    if (record.history.back().state != record.state) {
        report("I6", record.id, "has a history that does not lead to its state");
    }
}

COFIRE_DECL void
simulation_checker::finish(std::span<job_record const> records, storage_counts const& counts) {
    audit(records);
    std::array<std::uint64_t, job_state_count> by_state{};
    for (job_record const& record : records) {
        ++by_state[static_cast<std::size_t>(record.state)];
        check_history(record);
        if (record.state == job_state::processing) {
            report("I8", record.id, "is processing, and all servers have stopped");
        }
    }
    for (job_id id : order_) {
        for (acquisition const& run : jobs_.at(id).runs) {
            if (run.started && !run.ended) {
                report("I3", id, "has a run that never ended");
            }
        }
    }
    auto const expect = [&](char const* what, std::uint64_t counted, std::uint64_t real) {
        if (counted != real) {
            report(
                "I18",
                job_id(),
                std::string(what) + " is counted as " + std::to_string(counted) + ", it is " +
                    std::to_string(real)
            );
        }
    };
    for (std::size_t s = 0; s != by_state.size(); ++s) {
        expect(to_string(static_cast<job_state>(s)).data(), counts.by_state[s], by_state[s]);
    }
    expect("inserted", counts.inserted, order_.size());
    expect("runs that succeeded", counts.succeeded, succeeded_);
    expect("attempts that failed", counts.attempts_failed, attempts_failed_);
    expect("lost", counts.lost, lost_);
    expect("stale outcomes", counts.stale, stale_);
}

} // namespace cofire::testing

#endif
