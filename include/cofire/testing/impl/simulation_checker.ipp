// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_CHECKER_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_CHECKER_IPP

#include <cofire/core/error.hpp>
#include <cofire/testing/simulation_checker.hpp>
#include <cofire/time/cron_expression.hpp>

#include <algorithm>
#include <utility>
#include <variant>

// What the storage took in: inserts, changes, recurring jobs, servers. What becomes of runs:
// simulation_checker_runs.ipp; in which order and how late: simulation_checker_order.ipp; the looks at
// all jobs: simulation_checker_audit.ipp.

namespace cofire::testing {

COFIRE_DECL void
simulation_checker::report(std::string_view rule, job_id id, std::string const& what) {
    if (!problem_.empty()) {
        return; // what follows from the first is no news
    }
    problem_job_ = id;
    problem_ = std::string(rule) + ": ";
    if (!id.is_nil()) {
        problem_ += "job " + std::to_string(history_->number_of(id)) + " ";
    }
    problem_ += what;
}

COFIRE_DECL simulation_checker::job_model* simulation_checker::find(job_id id) {
    auto const found = jobs_.find(id);
    return found == jobs_.end() ? nullptr : &found->second;
}

COFIRE_DECL std::vector<job_id> simulation_checker::stored() const {
    return order_;
}

COFIRE_DECL std::vector<job_id> simulation_checker::stored(std::span<job_id const> of) const {
    std::vector<job_id> result;
    for (job_id id : of) {
        if (jobs_.contains(id)) {
            result.push_back(id);
        }
    }
    return result;
}

COFIRE_DECL std::vector<job_id> simulation_checker::unfinished() const {
    std::vector<job_id> result;
    for (job_id id : order_) {
        if (!jobs_.at(id).final) {
            result.push_back(id);
        }
    }
    return result;
}

COFIRE_DECL std::vector<job_id> simulation_checker::keepers(std::span<new_job const> jobs) const {
    std::vector<job_id> result;
    for (job_id id : order_) {
        job_model const& m = jobs_.at(id);
        for (new_job const& job : jobs) {
            if (!m.final && job.unique_key && m.asked.unique_key &&
                m.asked.unique_key->text == job.unique_key->text) {
                result.push_back(id);
                break;
            }
        }
    }
    return result;
}

COFIRE_DECL void simulation_checker::set_due(job_model& job, time_point due) {
    job.due = due;
    job.latest = clock_.wall_now();
}

COFIRE_DECL void simulation_checker::time_moved() {
    time_point const now = clock_.wall_now();
    for (auto& [id, job] : jobs_) {
        job.latest = std::max(job.latest, now);
    }
}

// Inserts.

COFIRE_DECL void simulation_checker::add(new_job const& job, time_point now) {
    history_->add({.what = "inserted", .detail = {}, .id = job.id});
    auto const [at, is_new] = jobs_.try_emplace(job.id);
    if (!is_new) {
        report("I5", job.id, "was inserted twice");
        return;
    }
    order_.push_back(job.id);
    job_model& m = at->second;
    m.asked = job;
    set_due(m, job.due.value_or(now));
}

/// Notes which jobs may have had to go for this one.
COFIRE_DECL void simulation_checker::note_replaced(new_job const& by) {
    for (job_id id : order_) {
        job_model& m = jobs_.at(id);
        bool const same_key =
            by.unique_key && m.asked.unique_key && by.unique_key->text == m.asked.unique_key->text;
        m.replaced = m.replaced || (same_key && !m.final && !m.held);
    }
}

COFIRE_DECL void simulation_checker::inserted(insert_request const& r, insert_answer const& a) {
    if (a.results.size() != r.jobs.size()) {
        report("I1", job_id(), "an insert has not as many answers as jobs");
        return;
    }
    for (std::size_t i = 0; i != r.jobs.size(); ++i) {
        insert_result const& result = a.results[i];
        job_model* const known = find(result.id);
        switch (result.status) {
        case insert_status::inserted:
        case insert_status::replaced:
            if (result.id != r.jobs[i].id) {
                report("I2", r.jobs[i].id, "was inserted under another id");
            }
            if (result.status == insert_status::replaced) {
                note_replaced(r.jobs[i]);
            }
            add(r.jobs[i], a.now);
            break;
        case insert_status::existed:
            if (known == nullptr) {
                report("I2", result.id, "is said to exist, and was never inserted");
            }
            break;
        case insert_status::held:
            if (known == nullptr || !known->asked.unique_key || !r.jobs[i].unique_key ||
                known->asked.unique_key->text != r.jobs[i].unique_key->text) {
                report("I11", result.id, "is said to hold a key that it has not");
            } else if (known->final && known->asked.unique_key->hold == unique_hold::unfinished) {
                report("I11", result.id, "has ended and still holds its key");
            }
            break;
        }
    }
}

COFIRE_DECL void simulation_checker::acknowledged(insert_request const& r, insert_answer const& a) {
    for (std::size_t i = 0; i != std::min(r.jobs.size(), a.results.size()); ++i) {
        if (job_model* const m = find(a.results[i].id)) {
            m->acknowledged = true;
        }
    }
}

// Changes by users.

/// True if it may have ended by itself for what is known of it alone, without its parents.
COFIRE_DECL bool simulation_checker::has_cause(job_model const& m) const {
    if (m.replaced || (lost_limit == 0 && m.lost != 0)) { // its limit is not known
        return true;
    }
    duration const expires = m.asked.settings->expires;
    bool const in_time =
        exact.times && m.due_known && std::max(m.latest, clock_.wall_now()) < m.due + expires;
    return expires > duration{0} && !in_time;
}

COFIRE_DECL void simulation_checker::ended_by_itself(job_record const& record, job_model& m) {
    if (record.state != job_state::deleted || m.held) {
        report("I4", record.id, "has ended without the end of a run");
    } else if (!has_cause(m)) { // its parents' ends may not be known yet
        unexplained_.push_back({.id = record.id, .reason = record.reason, .parents = record.parents}
        );
    }
    m.final = true;
}

/// Learns which of the jobs have ended by themselves: expired, replaced, condition not met.
COFIRE_DECL void simulation_checker::changing(std::span<job_record const> before) {
    for (job_record const& record : before) {
        job_model* const m = find(record.id);
        if (m != nullptr && is_final(record.state) && !m->final) {
            ended_by_itself(record, *m);
        }
        if (m != nullptr) {
            m->expires_at = record.expires_at;
        }
    }
}

/// True if these are the attempts and lost runs that the job should count.
COFIRE_DECL bool
simulation_checker::counts_agree(job_model& m, std::uint32_t attempt, std::uint32_t lost) {
    if (m.perhaps_again && attempt == 0 && lost == 0) {
        m.attempt = m.lost = 0;
    }
    m.perhaps_again = false;
    return attempt == m.attempt && lost == m.lost;
}

COFIRE_DECL void simulation_checker::changed(change_request const& r, change_answer const& a) {
    for (job_id id : r.ids) {
        job_model* const m = find(id);
        bool const skipped = std::any_of(a.skipped.begin(), a.skipped.end(), [&](auto const& s) {
            return s.id == id;
        });
        if (m == nullptr) {
            if (!skipped) {
                report("I2", id, "was changed, and never inserted");
            }
            continue;
        }
        if (skipped) {
            continue;
        }
        switch (r.kind) {
        case change_kind::requeue:
        case change_kind::reschedule:
            history_->add({.what = "requeued by a user", .detail = {}, .id = id});
            if (m->held) {
                report("I6", id, "was put back while a server held it");
            }
            if (m->final) {
                m->attempt = 0;
                m->lost = 0;
                ++m->restarts;
            } else if (m->expires_at && *m->expires_at <= a.now) { // perhaps by the change's own time
                m->perhaps_again = true;
                ++m->restarts;
            }
            m->final = false;
            m->deleted = false;
            m->replaced = false;
            m->moved = true;
            m->due_known = true;
            set_due(*m, r.kind == change_kind::requeue ? a.now : r.due);
            break;
        case change_kind::delete_job:
        case change_kind::cancel:
            history_->add(
                {.what =
                     r.kind == change_kind::cancel ? "cancelled by a user" : "deleted by a user",
                 .detail = m->held ? "while a server holds it" : "while it waits",
                 .id = id}
            );
            if (m->held) {
                m->runs.back().stop_asked = true;
                bool const stronger = m->stop == change_kind::delete_job;
                m->stop = stronger ? change_kind::delete_job : r.kind;
            } else {
                m->deleted = true;
                m->final = true;
            }
            break;
        case change_kind::reprioritise:
        case change_kind::move: m->moved = true; break;
        }
    }
}

COFIRE_DECL void simulation_checker::read(std::span<job_id const> stored, read_answer const& a) {
    for (job_id id : stored) {
        auto const is_it = [&](job_record const& record) { return record.id == id; };
        if (std::none_of(a.jobs.begin(), a.jobs.end(), is_it)) {
            report("I21", id, "was stored, and is not in the answer to a read");
        }
    }
}

COFIRE_DECL void simulation_checker::queue_paused(std::string_view queue, bool paused) {
    std::erase(paused_, queue);
    if (paused) {
        paused_.emplace_back(queue);
    }
}

// Recurring jobs.

COFIRE_DECL void
simulation_checker::recurred(recurring_request const& r, recurring_answer const& a) {
    if (auto const* const put = std::get_if<recurring_put>(&r)) {
        if (a.changed) {
            recurring_[std::string(put->id)] = {.definition = *put->definition};
        }
    } else if (auto const* const remove = std::get_if<recurring_remove>(&r)) {
        recurring_.erase(std::string(remove->id));
    } else if (auto const* const pause = std::get_if<recurring_pause>(&r)) {
        if (auto const found = recurring_.find(pause->id); found != recurring_.end()) {
            found->second.served.reset(); // resumed, it goes on from then
        }
    } else if (auto const* const fire = std::get_if<recurring_fire>(&r)) {
        for (std::size_t i = 0; i != fire->firings.size(); ++i) {
            recurring_firing const& f = fire->firings[i];
            fire_result const& result = a.fired.at(i);
            if (result.status == fire_status::lost) {
                continue;
            }
            for (std::size_t j = 0; j != result.jobs.size(); ++j) {
                bool const replaced = result.jobs[j].status == insert_status::replaced;
                if (replaced) {
                    note_replaced(f.jobs[j]);
                }
                if (replaced || result.jobs[j].status == insert_status::inserted) {
                    add(f.jobs[j], a.now);
                    job_model& m = jobs_.at(f.jobs[j].id);
                    m.due_known = false; // it may follow the one before it
                    m.acknowledged = true;
                    auto const r = recurring_.find(f.id);
                    if (f.expected && r != recurring_.end()) {
                        r->second.jobs.push_back(f.jobs[j].id);
                    }
                }
            }
            if (f.expected) {
                check_firing(f, result);
            }
        }
    }
}

COFIRE_DECL void
simulation_checker::check_firing(recurring_firing const& f, fire_result const& result) {
    auto const found = recurring_.find(f.id);
    if (found == recurring_.end()) {
        report("I13", job_id(), "recurring job " + std::string(f.id) + " fired and does not exist");
        return;
    }
    recurring_model& m = found->second;
    history_->add({.what = "an occurrence is served", .detail = {}});
    if (m.served && *f.expected <= *m.served) {
        report("I13", job_id(), "an occurrence of " + std::string(f.id) + " fired twice");
    }
    if (exact.times && *f.expected > clock_.wall_now()) {
        report("I13", job_id(), "an occurrence of " + std::string(f.id) + " fired too early");
    }
    m.served = f.expected;
    if (m.definition.misfire != misfire_policy::all && result.jobs.size() > 1) {
        report("I13", job_id(), std::string(f.id) + " made several jobs of its occurrences");
    }
    // Each occurrence became a job or was counted as skipped.
    constexpr std::uint64_t most = 50;
    if (!f.next || !f.error.empty() || f.skipped >= most) {
        return;
    }
    auto const cron = cron_expression::parse(m.definition.cron);
    zone const z = zone::locate(m.definition.zone);
    std::vector<time_point> passed;
    std::optional<time_point> at = f.expected;
    while (at && *at < *f.next && passed.size() <= most) {
        passed.push_back(*at);
        at = cron.next(std::chrono::floor<std::chrono::seconds>(*at), z);
    }
    if (passed.size() > most) {
        return;
    }
    if (passed.size() != f.jobs.size() + f.skipped) {
        report(
            "I13",
            job_id(),
            std::string(f.id) + ": " + std::to_string(passed.size()) + " occurrences, and " +
                std::to_string(f.jobs.size()) + " jobs and " + std::to_string(f.skipped) +
                " skipped"
        );
        return;
    }
    check_misfire(m.definition, f, passed);
}

/// Of several occurrences all, the latest or none became jobs, as the definition says.
COFIRE_DECL void simulation_checker::check_misfire(
    recurring_definition const& d,
    recurring_firing const& f,
    std::span<time_point const> occurrences
) {
    std::span<time_point const> wanted = occurrences;
    if (d.misfire == misfire_policy::once) {
        wanted = occurrences.last(1);
    } else if (d.misfire == misfire_policy::skip && (occurrences.size() > 1 || f.jobs.empty())) {
        wanted = {};
    }
    auto const is_of = [](new_job const& job, time_point at) { return job.occurrence == at; };
    if (!std::ranges::equal(f.jobs, wanted, is_of)) {
        report(
            "I13",
            job_id(),
            std::string(f.id) + ": other jobs of " + std::to_string(occurrences.size()) +
                " occurrences than its misfire policy makes"
        );
    }
}

// Servers.

COFIRE_DECL void simulation_checker::announced(
    std::uint32_t process, server_instance server, server_announce const& a
) {
    history_->add(
        {.process = process, .what = "announced as a server", .detail = {}, .number = server}
    );
    if (servers_.contains(server)) {
        report("I7", job_id(), "server number " + std::to_string(server) + " was given twice");
    }
    servers_[server] = {.process = process, .alive = true, .types = a.types, .queues = a.queues};
}

COFIRE_DECL void simulation_checker::told_to_rest(server_instance server) {
    if (auto const found = servers_.find(server); found != servers_.end()) {
        found->second.told_to_rest = true;
    }
}

COFIRE_DECL void simulation_checker::ticks(server_instance server) {
    if (auto const found = servers_.find(server); found != servers_.end()) {
        found->second.rests = found->second.told_to_rest;
    }
}

COFIRE_DECL bool simulation_checker::rests(server_instance server) const {
    auto const found = servers_.find(server);
    return found != servers_.end() && found->second.rests;
}

COFIRE_DECL void simulation_checker::server_died(server_instance server) {
    end_server(server, true);
}

COFIRE_DECL void simulation_checker::server_retired(server_instance server) {
    end_server(server, false);
}

COFIRE_DECL void simulation_checker::process_started(std::uint32_t process) {
    std::erase(stopping_, process);
}

COFIRE_DECL void simulation_checker::stop_asked(std::uint32_t process) {
    stopping_.push_back(process);
}

COFIRE_DECL void simulation_checker::stopped(std::uint32_t process) {
    for (auto const& [instance, server] : servers_) {
        if (server.process == process && server.alive) {
            report(
                "I7",
                job_id(),
                "process " + std::to_string(process) +
                    " has stopped, and its server has not retired"
            );
        }
    }
}

COFIRE_DECL bool simulation_checker::is_stopping(std::uint32_t process) const {
    return std::find(stopping_.begin(), stopping_.end(), process) != stopping_.end();
}

COFIRE_DECL void simulation_checker::end_server(server_instance server, bool died) {
    auto const found = servers_.find(server);
    if (found == servers_.end() || !found->second.alive) {
        return;
    }
    found->second.alive = false;
    history_->add(
        {.process = found->second.process,
         .what = died ? "is taken for dead" : "retired",
         .detail = {},
         .number = server}
    );
    for (job_id id : order_) {
        job_model& m = jobs_.at(id);
        if (!m.held || m.runs.back().server != server) {
            continue;
        }
        m.held = false;
        for (job_limit const& limit : m.asked.limits) {
            --limits_used_[limit.key];
        }
        acquisition& run = m.runs.back();
        run.settled = true;
        auto const stop = std::exchange(m.stop, std::nullopt);
        if (died) {
            run.lost = true;
            ++m.lost;
            ++lost_;
            m.due_known = false;
            m.final = lost_limit != 0 && m.lost >= lost_limit;
        }
        m.final = m.final || stop.has_value();
    }
}

} // namespace cofire::testing

#endif
