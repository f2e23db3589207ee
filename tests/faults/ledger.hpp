// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_FAULTS_LEDGER_HPP
#define COFIRE_TESTS_FAULTS_LEDGER_HPP

#include "fault_log.hpp"

#include <cofire/core/job_state.hpp>
#include <cofire/storage/contract/settle.hpp>

#include <cstdint>
#include <iostream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace fault_tests {

/// What is known of all jobs by the log, and whether it may be so.
class ledger {
public:
    struct known {
        entry tried;
        bool acknowledged = false;
        bool never_stored = false;
        bool has_ended = false;
        bool was_lost = false; // ended failed, its processes having died
        std::uint32_t runs = 0;
        std::uint64_t epoch = 0;
        std::uint32_t attempt = 0; // of the last run
        std::uint32_t failed = 0;  // the last attempt whose failure was confirmed
        std::uint64_t life = 0;    // in which it ran last
    };
    struct sums {
        std::uint64_t acknowledged = 0;
        std::uint64_t runs = 0;
        std::uint64_t ended = 0;
        std::uint64_t continuations = 0; // acknowledged ones
        std::uint64_t repeated = 0;  // runs of an attempt that had begun before, in a life before
        std::uint64_t recovered = 0; // not acknowledged, and there all the same
        std::uint64_t given_up = 0;  // failed, its processes having died three times
        std::uint64_t faults = 0;
    };

    /// Takes what a life has said.
    void read(fault_log& log) {
        ++life_;
        fresh_.clear();
        for (entry const& e : log.news()) {
            take(e);
        }
    }

    /// Jobs that are to be looked for at a start: those of which no end is known.
    [[nodiscard]] std::vector<cofire::job_id> open() const { return {open_.begin(), open_.end()}; }
    /// And those whose end was confirmed in the last life.
    [[nodiscard]] std::vector<cofire::job_id> const& fresh() const { return fresh_; }
    [[nodiscard]] known const& of(cofire::job_id id) const { return jobs_.at(id); }

    /// Tells of every acknowledged job that has not ended.
    void close() {
        for (cofire::job_id id : open_) {
            known const& job = jobs_.at(id);
            if (job.acknowledged) {
                fault(id, "was acknowledged and has not ended");
            }
        }
        // A continuation of a job that was given up goes with it, and no other.
        for (cofire::job_id id : deleted_) {
            cofire::job_id const parent = jobs_.at(id).tried.parent;
            if (parent.is_nil() || !jobs_[parent].was_lost) {
                fault(id, "was deleted by nobody");
            }
        }
    }
    [[nodiscard]] sums const& result() const { return sums_; }
    void fault(std::string const& what) {
        ++sums_.faults;
        if (sums_.faults <= 20) {
            std::cout << "FAULT in life " << life_ << ": " << what << '\n';
        }
    }

private:
    void fault(cofire::job_id id, std::string const& what) {
        auto const found = jobs_.find(id);
        std::string const type =
            found == jobs_.end() ? "?" : std::to_string(found->second.tried.type);
        fault("job " + id.to_string() + " of type " + type + " " + what);
    }

    void take(entry const& e) {
        if (e.what == saying::tried) {
            jobs_[e.id].tried = e;
            open_.insert(e.id);
            return;
        }
        auto const found = jobs_.find(e.id);
        if (found == jobs_.end()) {
            fault(e.id, "was never inserted by anybody");
            return;
        }
        known& job = found->second;
        switch (e.what) {
        case saying::acknowledged:
            job.acknowledged = true;
            ++sums_.acknowledged;
            sums_.continuations += job.tried.parent.is_nil() ? 0 : 1;
            break;
        case saying::began: began(e, job); break;
        case saying::settled: settled(e, job); break;
        case saying::ended: ended(e, job); break;
        case saying::missing: fault(e.id, "was acknowledged and is not there"); break;
        case saying::undone: fault(e.id, "has not ended, though its end was confirmed"); break;
        default: job.never_stored = true; open_.erase(e.id);
        }
    }
    void began(entry const& e, known& job) {
        ++sums_.runs;
        if (job.has_ended) {
            fault(e.id, "ran after its end was confirmed");
        }
        if (job.never_stored) {
            fault(e.id, "runs, and was not there before");
        }
        if (e.epoch <= job.epoch) {
            fault(e.id, "ran twice under one epoch");
        }
        if (e.attempt <= job.failed) {
            fault(e.id, "runs an attempt again whose failure was confirmed");
        }
        if (e.attempt == job.attempt && job.life == life_) {
            fault(e.id, "runs twice in the life of one process");
        }
        if (e.time < job.tried.time) {
            fault(e.id, "runs before it is due");
        }
        if (!job.tried.parent.is_nil() && jobs_[job.tried.parent].runs == 0) {
            fault(e.id, "runs before its parent");
        }
        sums_.repeated += e.attempt == job.attempt ? 1 : 0;
        ++job.runs;
        job.epoch = e.epoch;
        job.attempt = e.attempt;
        job.life = life_;
    }
    void settled(entry const& e, known& job) {
        auto const kind = static_cast<cofire::outcome_kind>(e.state);
        if (job.has_ended) {
            fault(e.id, "ended a second time");
        }
        if (e.epoch != job.epoch) {
            fault(e.id, "ended a run that is not its last one");
        }
        if (kind == cofire::outcome_kind::retry) {
            job.failed = e.attempt == 0 ? job.attempt : e.attempt;
        } else if (kind == cofire::outcome_kind::succeeded) {
            end(e.id, job);
            fresh_.push_back(e.id);
        } else if (kind != cofire::outcome_kind::released) {
            fault(e.id, "ended otherwise than it should");
        }
    }
    void ended(entry const& e, known& job) {
        auto const state = static_cast<cofire::job_state>(e.state);
        job.was_lost = state != cofire::job_state::succeeded;
        if (state == cofire::job_state::failed) {
            ++sums_.given_up;
        } else if (state == cofire::job_state::deleted) {
            deleted_.push_back(e.id);
        } else if (state == cofire::job_state::succeeded && job.runs == 0) {
            fault(e.id, "has succeeded and never ran");
        }
        end(e.id, job);
    }
    void end(cofire::job_id id, known& job) {
        job.has_ended = true;
        ++sums_.ended;
        sums_.recovered += job.acknowledged ? 0 : 1;
        open_.erase(id);
    }

    std::uint64_t life_ = 0;
    std::unordered_map<cofire::job_id, known> jobs_;
    std::unordered_set<cofire::job_id> open_;
    std::vector<cofire::job_id> fresh_;
    std::vector<cofire::job_id> deleted_;
    sums sums_;
};

} // namespace fault_tests

#endif
