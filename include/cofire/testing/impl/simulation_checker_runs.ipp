// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_CHECKER_RUNS_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_CHECKER_RUNS_IPP

#include <cofire/testing/simulation_checker.hpp>

#include <algorithm>
#include <utility>

// What becomes of runs: acquired, started, ended, settled.

namespace cofire::testing {
namespace detail {

inline bool condition_met(parent_condition on, job_state end) {
    switch (on) {
    case parent_condition::on_success: return end == job_state::succeeded;
    case parent_condition::on_failure: return end == job_state::failed;
    case parent_condition::on_any_end: return is_final(end);
    }
    return false;
}

constexpr std::string_view word_for(outcome_kind kind) {
    switch (kind) {
    case outcome_kind::succeeded: return "succeeded";
    case outcome_kind::failed: return "failed";
    case outcome_kind::retry: return "retry";
    case outcome_kind::snoozed: return "snoozed";
    case outcome_kind::released: return "released";
    case outcome_kind::deleted: return "deleted";
    case outcome_kind::parked: return "parked";
    case outcome_kind::suspended: return "suspended";
    }
    return "unknown";
}

constexpr std::string_view word_for(simulated_end end) {
    switch (end) {
    case simulated_end::returned: return "returned";
    case simulated_end::threw: return "threw";
    case simulated_end::stopped: return "was stopped";
    case simulated_end::destroyed: return "died with its process";
    }
    return "unknown";
}

} // namespace detail

// Acquired.

COFIRE_DECL void simulation_checker::acquired(
    std::uint32_t process, acquire_request const& r, acquire_answer const& a
) {
    auto const server = servers_.find(r.server);
    bool const alive = server != servers_.end() && server->second.alive;
    if (!alive || server->second.process != process) {
        report("I7", job_id(), "jobs were given to a server that is not alive");
        return;
    }
    if (a.jobs.size() > r.limit) {
        report("I17", job_id(), "more jobs were acquired than asked for");
    }
    check_order(r, a);
    for (acquired_job const& job : a.jobs) {
        history_->add(
            {.process = process,
             .what = "acquired",
             .detail = {},
             .id = job.id,
             .epoch = job.epoch,
             .number = r.server}
        );
        check_acquired(process, r, job, a.now);
    }
    std::map<std::string_view, std::uint64_t> caps; // a queue may stand there twice
    for (take const& t : r.takes) {
        caps[t.queue] += t.cap;
    }
    for (auto const& [queue, cap] : caps) {
        auto const from = std::count_if(a.jobs.begin(), a.jobs.end(), [&](auto const& job) {
            return job.settings->queue == queue;
        });
        if (static_cast<std::uint64_t>(from) > cap) {
            report("I17", job_id(), "more than the cap was taken from " + std::string(queue));
        }
    }
    if (std::count_if(order_.begin(), order_.end(), [&](job_id id) {
            job_model const& m = jobs_.at(id);
            return m.held && m.lost != 0 && m.runs.back().server == r.server;
        }) > 1) {
        report("I14", job_id(), "a server holds two jobs that lost a server before");
    }
}

COFIRE_DECL void simulation_checker::check_acquired(
    std::uint32_t process, acquire_request const& r, acquired_job const& job, time_point now
) {
    job_model* const found = find(job.id);
    if (found == nullptr) {
        report("I2", job.id, "was acquired and never inserted");
        return;
    }
    job_model& m = *found;
    new_job const& asked = m.asked;
    if (job.type != asked.type || job.arguments != asked.arguments ||
        job.argument_version != asked.argument_version) {
        report("I2", job.id, "has another type or other arguments than were inserted");
    }
    std::string const& queue = job.settings->queue;
    auto const has_queue = [&](take const& t) { return t.queue == queue; };
    if (!m.moved && *job.settings != *asked.settings) {
        report("I2", job.id, "has other options than were inserted");
    }
    if (std::none_of(r.takes.begin(), r.takes.end(), has_queue)) {
        report("I17", job.id, "came from a queue that was not asked for");
    }
    if (is_paused(queue)) {
        report("I17", job.id, "came from a paused queue");
    }
    if (!handles(servers_.at(r.server), asked)) {
        report("I17", job.id, "went to a server that has not announced its type");
    }
    if (m.held) {
        report("I7", job.id, "was given to two servers");
    }
    if (m.deleted) {
        report("I15", job.id, "was acquired after it was deleted");
    } else if (m.final) {
        report("I6", job.id, "was acquired after its end");
    }
    if (!m.runs.empty() && job.epoch <= m.runs.back().epoch) {
        report("I6", job.id, "has an epoch that did not grow");
    }
    if (!counts_agree(m, job.attempt, job.lost)) {
        report(
            "I14",
            job.id,
            "counts attempt " + std::to_string(job.attempt) + ", lost " + std::to_string(job.lost) +
                "; it should be " + std::to_string(m.attempt) + ", " + std::to_string(m.lost)
        );
    }
    if (job.attempt >= static_cast<std::uint32_t>(job.settings->max_attempts)) {
        report("I14", job.id, "is tried more often than it may");
    }
    check_due(job, m, now);
    check_parents(job, m);
    m.held = true;
    m.stop.reset();
    m.runs.push_back({.epoch = job.epoch, .server = r.server, .process = process});
    for (job_limit const& limit : asked.limits) {
        std::uint32_t const used = ++limits_used_[limit.key];
        if (used > limit.limit) {
            report("I16", job.id, "exceeds the limit of " + limit.key);
        }
    }
}

COFIRE_DECL void
simulation_checker::check_due(acquired_job const& job, job_model const& m, time_point now) {
    // The wall clock may have been set back since the job became due.
    time_point const latest = std::max({m.latest, now, clock_.wall_now()});
    if (m.due_known && latest < m.due) {
        report("I12", job.id, "was acquired before its due time");
    }
    duration const expires = job.settings->expires;
    bool const first = m.runs.empty() && m.asked.parents.empty() && !m.moved && m.due_known;
    if (expires > duration{0} && first && exact.times && now >= m.due + expires) {
        report("I12", job.id, "was acquired after it had expired");
    }
}

COFIRE_DECL void simulation_checker::check_parents(acquired_job const& job, job_model const& m) {
    if (m.moved || !m.runs.empty()) {
        return;
    }
    auto const& parents = m.asked.parents;
    for (std::size_t i = 0; i != std::min(parents.size(), job.parents.size()); ++i) {
        job_model* const parent = find(job.parents[i].id);
        // One that began again may have ended otherwise since, and what is told is its latest end.
        bool const once = parent != nullptr && parent->restarts == 0;
        if (once && !detail::condition_met(parents[i].on, job.parents[i].state)) {
            report("I9", job.id, "runs although a parent has not ended as it asks");
        }
        bool const by_run = job.parents[i].state != job_state::deleted;
        if (parent == nullptr || (once && by_run && !parent->final)) {
            report("I9", job.id, "runs although a parent has not ended");
        }
    }
    if (job.parents.size() < parents.size()) {
        report("I9", job.id, "lost a parent");
    }
}

// Started and ended.

COFIRE_DECL void simulation_checker::run_started(std::uint32_t process, acquired_job const& job) {
    ++runs_;
    history_->add(
        {.process = process, .what = "run starts", .detail = {}, .id = job.id, .epoch = job.epoch}
    );
    job_model* const m = find(job.id);
    auto const is_it = [&](acquisition const& a) { return a.epoch == job.epoch; };
    auto const run = m == nullptr ? std::vector<acquisition>::iterator{}
                                  : std::find_if(m->runs.begin(), m->runs.end(), is_it);
    if (m == nullptr || run == m->runs.end() || run->process != process) {
        report("I2", job.id, "runs where it was not acquired");
        return;
    }
    if (run->started) {
        report("I7", job.id, "is started twice under one epoch");
    }
    if (run->settled) { // the server may not have heard of it yet
        auto const knows = std::any_of(servers_.begin(), servers_.end(), [&](auto const& s) {
            return s.second.process == process && s.first > run->server;
        });
        if (!run->lost || knows) {
            report("I7", job.id, "is started under a lease that its server knows is lost");
        }
    }
    for (acquisition const& other : m->runs) {
        if (!run->settled && other.started && !other.ended && !other.settled) {
            report("I7", job.id, "runs twice at a time, and no lease was lost");
        }
    }
    if (job.arguments != m->asked.arguments) {
        report("I2", job.id, "runs with other arguments");
    }
    run->started = true;
    run->start = clock_.steady_now();
}

COFIRE_DECL void simulation_checker::run_ended(
    std::uint32_t process,
    job_id id,
    epoch_type epoch,
    simulated_end end,
    cofire::cancellation_reason reason
) {
    history_->add(
        {.process = process,
         .what = "run ends",
         .detail = detail::word_for(end),
         .id = id,
         .epoch = epoch}
    );
    job_model* const m = find(id);
    if (m == nullptr) {
        return; // reported at its start
    }
    for (acquisition& run : m->runs) {
        if (run.epoch != epoch || !run.started || run.ended) {
            continue;
        }
        run.ended = true;
        run.end = end;
        run.end_wall = clock_.wall_now();
        if (end != simulated_end::destroyed) {
            check_stop_reason(process, *m, run, id, reason);
            if (end == simulated_end::stopped && reason == cofire::cancellation_reason::none) {
                report("I15", id, "was stopped, and nobody asked for it");
            }
        }
        return;
    }
}

COFIRE_DECL void
simulation_checker::still_runs(job_id id, epoch_type epoch, cofire::cancellation_reason reason) {
    constexpr std::chrono::milliseconds late{100};
    job_model const* const m = find(id);
    if (m == nullptr || reason != cofire::cancellation_reason::none) {
        return;
    }
    acquisition const& latest = m->runs.back();
    if (m->held && latest.epoch == epoch && latest.stop_asked) {
        report("I15", id, "was deleted or cancelled while it runs, and is not asked to stop");
    }
    duration const timeout = m->asked.settings->timeout;
    for (acquisition const& run : m->runs) {
        if (run.epoch == epoch && run.started && !run.ended && timeout > duration{0} &&
            clock_.steady_now() - run.start > timeout + late) {
            report("I15", id, "runs for longer than its timeout, and is not asked to stop");
        }
    }
}

/// Whoever is asked to stop must have been meant.
COFIRE_DECL void simulation_checker::check_stop_reason(
    std::uint32_t process,
    job_model const& m,
    acquisition const& run,
    job_id id,
    cofire::cancellation_reason reason
) {
    using r = cofire::cancellation_reason;
    auto const problem = [&](char const* why) {
        report("I15", id, std::string("was asked to stop (") + why + "), and was not meant");
    };
    switch (reason) {
    case r::none: break;
    case r::timeout: {
        duration const timeout = m.asked.settings->timeout;
        if (timeout <= duration{0} || clock_.steady_now() - run.start < timeout) {
            problem("timeout");
        }
        break;
    }
    case r::deleted:
    case r::cancelled:
        if (!run.stop_asked) {
            problem("deleted or cancelled");
        }
        break;
    case r::shutdown:
        if (!is_stopping(process)) {
            problem("shutdown");
        }
        break;
    case r::lease_lost:
        if (servers_.at(run.server).alive) {
            problem("lease lost");
        }
        break;
    }
}

// Settled.

COFIRE_DECL void simulation_checker::settled(
    std::uint32_t process, settle_request const& r, settle_answer const& a
) {
    if (a.results.size() != r.outcomes.size()) {
        report("I5", job_id(), "a settle has not as many answers as outcomes");
        return;
    }
    for (std::size_t i = 0; i != r.outcomes.size(); ++i) {
        settle(process, r.server, r.outcomes[i], a.results[i]);
    }
    if (r.then && a.acquired) {
        acquired(process, *r.then, *a.acquired);
    }
}

COFIRE_DECL void simulation_checker::settle(
    std::uint32_t process, server_instance server, run_outcome const& o, settle_status s
) {
    bool const done = s == settle_status::done;
    history_->add(
        {.process = process,
         .what = done                        ? "settled"
                 : s == settle_status::again ? "settled before"
                 : s == settle_status::stale ? "refused as stale"
                                             : "refused",
         .detail = detail::word_for(o.kind),
         .id = o.id,
         .epoch = o.epoch,
         .number = server}
    );
    job_model* const m = find(o.id);
    bool const holds = m != nullptr && m->held && m->runs.back().epoch == o.epoch &&
                       m->runs.back().server == server;
    if (holds && s != settle_status::refused && !done) {
        report("I5", o.id, "is held, and the end of its run was not taken");
    }
    if (s == settle_status::stale) {
        ++stale_;
    }
    if (!done) {
        return;
    }
    if (!holds) {
        report("I5", o.id, "was settled by one who does not hold it");
        return;
    }
    settle_done(*m, m->runs.back(), o);
}

COFIRE_DECL void
simulation_checker::settle_done(job_model& m, acquisition& run, run_outcome const& o) {
    using kind = outcome_kind;
    check_end_of_run(m, run, o);
    m.held = false;
    run.settled = true;
    for (job_limit const& limit : m.asked.limits) {
        --limits_used_[limit.key];
    }
    bool const failed = o.kind == kind::failed || o.kind == kind::retry ||
                        (o.kind == kind::deleted && o.error.has_value());
    m.attempt += failed || o.kind == kind::succeeded ? 1 : 0;
    attempts_failed_ += failed ? 1 : 0;
    auto const stop = std::exchange(m.stop, std::nullopt);
    bool const doomed = stop == change_kind::delete_job ||
                        (stop == change_kind::cancel && o.kind != kind::succeeded);
    m.final =
        doomed || o.kind == kind::succeeded || o.kind == kind::failed || o.kind == kind::deleted;
    succeeded_ += !doomed && o.kind == kind::succeeded ? 1 : 0;
    if (o.kind == kind::deleted && !stop && !o.error) {
        report("I15", o.id, "was deleted by its server, and nobody asked for it");
    }
    if (o.kind == kind::retry || o.kind == kind::snoozed) {
        m.due_known = true;
        set_due(m, o.at);
    }
}

/// What a server says of a run must be what its handler did.
COFIRE_DECL void simulation_checker::check_end_of_run(
    job_model const& m, acquisition const& run, run_outcome const& o
) {
    using kind = outcome_kind;
    bool const returned = run.ended && run.end == simulated_end::returned;
    switch (o.kind) {
    case kind::succeeded:
    case kind::snoozed:
        if (!returned) {
            report("I4", o.id, "has succeeded or snoozed without a run that returned");
        }
        break;
    case kind::failed:
    case kind::retry:
        if (!run.ended || returned) {
            report("I4", o.id, "has failed without a run that threw");
        }
        if (!o.error) {
            report("I4", o.id, "has failed without an error");
        }
        break;
    case kind::released:
        if (returned && !m.stop && (exact.hand_backs || !is_stopping(run.process))) {
            report("I3", o.id, "was handed back although its run had returned");
        }
        break;
    default: break;
    }
    auto const& delays = m.asked.settings->delays;
    if (o.kind == kind::retry && exact.times && !delays.empty() && run.ended) {
        std::size_t const index = std::min<std::size_t>(m.attempt, delays.size() - 1);
        constexpr std::chrono::seconds slack{1};
        if (o.at < run.end_wall + delays[index]) {
            report("I14", o.id, "is tried again too early");
        }
        if (o.at > run.end_wall + delays[index] + slack) {
            report("I14", o.id, "is tried again too late");
        }
    }
}

} // namespace cofire::testing

#endif
