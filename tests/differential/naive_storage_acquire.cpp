// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "naive_storage.hpp"

namespace cofire::differential {

naive_server& naive_storage::server_or_throw(server_instance instance) {
    for (auto const& server : servers_) {
        if (server->instance == instance) {
            return *server;
        }
    }
    throw refusal{{errc::unknown_server}};
}

std::optional<time_point> naive_storage::next_due() const {
    std::optional<time_point> next;
    auto const at = [&next](time_point t) { next = next ? std::min(*next, t) : t; };
    for (auto const& job : jobs_) {
        if (job->record.state == job_state::scheduled) {
            at(rounded(job->record.due));
        } else if (job->record.state == job_state::enqueued && job->record.expires_at) {
            at(*job->record.expires_at);
        }
    }
    for (job_state state : {job_state::succeeded, job_state::failed, job_state::deleted}) {
        naive_job const* const oldest = oldest_of({state});
        if (oldest == nullptr) {
            continue;
        }
        duration const keep =
            state == job_state::failed ? limits_.keep_failed : limits_.keep_succeeded;
        time_point const ended = *oldest->record.finished;
        bool const too_many = count(state) > limits_.keep_count;
        at(too_many ? ended : std::chrono::ceil<std::chrono::minutes>(ended + keep));
    }
    return next;
}

acquire_answer naive_storage::acquire(acquire_request const& r, time_point now) {
    pass_time(now);
    return take_jobs(r, now);
}

acquire_answer naive_storage::take_jobs(acquire_request const& r, time_point now) {
    naive_server& server = server_or_throw(r.server);
    server.heartbeat = now;
    acquire_answer answer{.now = now};
    std::vector<std::uint32_t> caps;
    for (type_cap const& cap : r.caps) {
        caps.push_back(cap.cap);
    }
    auto const cap_of = [&](std::string_view type) -> std::uint32_t* {
        for (std::size_t i = 0; i != caps.size(); ++i) {
            auto const& types = r.caps[i].types;
            if (std::find(types.begin(), types.end(), type) != types.end()) {
                return &caps[i];
            }
        }
        return nullptr;
    };
    auto const may_take = [&](naive_job const& job, std::string_view queue) {
        if (job.record.state != job_state::enqueued || job.record.settings->queue != queue ||
            job.undecodable || blocked(job)) {
            return false;
        }
        bool const decodes = std::any_of(
            server.said.types.begin(),
            server.said.types.end(),
            [&job](announced_type const& t) {
                return t.name == job.record.type &&
                       t.argument_version >= job.record.argument_version;
            }
        );
        std::uint32_t const* cap = cap_of(job.record.type);
        bool suspect_held = false;
        for (auto const& other : jobs_) {
            suspect_held =
                suspect_held || (other->record.state == job_state::processing &&
                                 other->record.server == server.instance && other->record.lost > 0);
        }
        return decodes && (cap == nullptr || *cap > 0) && !(job.record.lost > 0 && suspect_held);
    };
    for (take const& t : r.takes) {
        for (std::uint32_t taken = 0; taken != t.cap && answer.jobs.size() < r.limit; ++taken) {
            naive_job* best = nullptr;
            for (auto const& job : jobs_) {
                if (paused_.contains(std::string(t.queue)) || !may_take(*job, t.queue)) {
                    continue;
                }
                int const priority = job->record.settings->priority;
                if (best == nullptr || priority > best->record.settings->priority ||
                    (priority == best->record.settings->priority && job->position < best->position
                    )) {
                    best = job.get();
                }
            }
            if (best == nullptr) {
                break;
            }
            if (std::uint32_t* cap = cap_of(best->record.type)) {
                --*cap;
            }
            answer.jobs.push_back(hand_out(*best, server.instance, now));
        }
    }
    answer.next_due = next_due();
    return answer;
}

acquired_job naive_storage::hand_out(naive_job& job, server_instance server, time_point now) {
    job_record& r = job.record;
    r.epoch = ++last_epoch_;
    r.server = server;
    r.started = now;
    r.reason.clear();
    r.expires_at.reset(); // it has started in time
    if (job.given.unique_key && job.given.unique_key->hold == unique_hold::until_started) {
        job.holds_key = false;
    }
    set_state(job, job_state::processing, "", now);
    acquired_job out;
    out.id = r.id;
    out.epoch = r.epoch;
    out.attempt = r.attempt;
    out.lost = r.lost;
    out.type = r.type;
    out.arguments = r.arguments;
    out.argument_version = r.argument_version;
    out.settings = r.settings;
    out.created = r.created;
    out.due = r.due;
    out.recurring_id = r.recurring_id;
    out.occurrence = r.occurrence;
    out.parents = job.ends;
    return out;
}

settle_answer naive_storage::settle(settle_request const& r, time_point now) {
    pass_time(now);
    if (r.outcomes.size() > 10'000) {
        throw refusal{{errc::too_many_items}};
    }
    if (r.then) {
        server_or_throw(r.then->server);
    }
    settle_answer answer{.now = now};
    for (std::size_t i = 0; i != r.outcomes.size(); ++i) {
        answer.results.push_back(settle_one(r.outcomes[i], r.server, now));
        if (answer.results.back() == settle_status::refused) {
            answer.refusals.push_back({.index = i, .message = "refused"});
        }
        if (answer.results.back() == settle_status::stale) {
            ++counts_.stale;
        }
        decide_continuations(now);
        retain(now, 4);
    }
    make_room();
    if (r.then) {
        pass_time(now);
        answer.acquired = take_jobs(*r.then, now);
    }
    return answer;
}

settle_status
naive_storage::settle_one(run_outcome const& o, server_instance server, time_point now) {
    naive_job* job = find(o.id);
    if (job == nullptr) {
        return settle_status::stale;
    }
    job_record& r = job->record;
    bool const held = r.state == job_state::processing && r.epoch == o.epoch && r.server == server;
    if (!held) {
        bool const counted =
            r.epoch == o.epoch && job->counted == o.epoch && job->counted_by == server;
        return counted ? settle_status::again : settle_status::stale;
    }
    if (o.kind == outcome_kind::suspended ||
        (o.kind == outcome_kind::succeeded && o.result.size() > limits_.result)) {
        return settle_status::refused;
    }
    job->counted = o.epoch;
    job->counted_by = server;
    auto const asked = std::exchange(job->asked, std::nullopt);
    bool const doomed = asked == signal_kind::deleted ||
                        (asked == signal_kind::cancelled && o.kind != outcome_kind::succeeded);
    r.progress.reset();
    series_point& m = minute(now);
    if (o.started) {
        r.started = o.started;
        r.history.back().at = *o.started; // the entry of the run under way
        ++m.runs;
        m.run_time += o.run_time;
        m.lateness += std::max(*o.started - r.due, duration{0});
    }
    bool const failed = o.kind == outcome_kind::failed || o.kind == outcome_kind::retry ||
                        (o.kind == outcome_kind::deleted && o.error);
    r.attempt += failed || o.kind == outcome_kind::succeeded ? 1 : 0;
    if (failed) {
        ++counts_.attempts_failed;
        ++m.attempts_failed;
    }
    if (o.error) {
        r.error = o.error;
    }
    auto const reason_or = [&o](std::string usual) { return o.reason.empty() ? usual : o.reason; };
    if (doomed) {
        finish(*job, job_state::deleted, job->why.empty() ? o.reason : job->why, now);
    } else {
        switch (o.kind) {
        case outcome_kind::succeeded:
            ++counts_.succeeded;
            ++m.succeeded;
            r.result = o.result;
            r.error.reset();
            finish(*job, job_state::succeeded, o.reason, now);
            break;
        case outcome_kind::failed: finish(*job, job_state::failed, o.reason, now); break;
        case outcome_kind::deleted: finish(*job, job_state::deleted, o.reason, now); break;
        case outcome_kind::retry: wait_until(*job, o.at, reason_or("retry"), now); break;
        case outcome_kind::snoozed: wait_until(*job, o.at, reason_or("snoozed"), now); break;
        case outcome_kind::parked:
            job->undecodable = true;
            r.reason = o.reason;
            set_state(*job, job_state::enqueued, reason_or("parked"), now);
            break;
        default: set_state(*job, job_state::enqueued, reason_or("released"), now); break;
        }
    }
    bool const ended = is_final(r.state);
    if (!o.started && !ended) { // then the run does not count as a start
        set_expiry(*job);
        if (job->given.unique_key && job->given.unique_key->hold == unique_hold::until_started &&
            !key_taken(r.unique_key, now)) {
            job->holds_key = true;
        }
    }
    history_entry& last = r.history.back();
    last.error = o.error;
    last.run_time = ended ? now - *r.started : o.run_time;
    return settle_status::done;
}

tick_answer naive_storage::tick(tick_request const& r, time_point now) {
    pass_time(now);
    if (r.reports.size() > 10'000) {
        throw refusal{{errc::too_many_items}};
    }
    naive_server& server = server_or_throw(r.server);
    server.heartbeat = now;
    if (r.executor_lag) {
        bool const old = server.lag_at && now >= *server.lag_at + std::chrono::minutes(5);
        if (!server.lag_at || old || *r.executor_lag >= server.lag) {
            server.lag = *r.executor_lag;
            server.lag_at = now;
        }
    }
    for (run_report const& report : r.reports) {
        naive_job* job = find(report.id);
        if (job == nullptr || job->record.state != job_state::processing ||
            job->record.epoch != report.epoch || job->record.server != r.server) {
            continue;
        }
        if (report.progress) {
            job->record.progress = report.progress;
        }
        auto& log = job->record.log;
        for (log_line const& line : report.lines) {
            log.push_back(line);
        }
        std::string const mark = "(earlier lines were not kept)";
        bool const marked = !log.empty() && log.front().text == mark;
        if (log.size() > (marked ? 202 : 201)) {
            while (log.size() > 202) {
                log.erase(log.begin());
            }
            log.front().text = mark;
        }
    }
    retain(now, 256);
    tick_answer answer{.now = now};
    for (auto const& job : jobs_) {
        if (job->record.state != job_state::processing || job->record.server != r.server) {
            continue;
        }
        if (r.list_held && job->record.id > *r.list_held) {
            answer.held.push_back({job->record.id, job->record.epoch});
        }
    }
    std::sort(answer.held.begin(), answer.held.end(), [](held_job const& a, held_job const& b) {
        return a.id < b.id;
    });
    answer.signals = std::exchange(server.signals, {});
    for (held_job const& held : answer.held) { // their signals again, if they are not among the new
        auto const& asked = find(held.id)->asked;
        if (asked && std::none_of(answer.signals.begin(), answer.signals.end(), [&](auto const& s) {
                return s.id == held.id && s.epoch == held.epoch && s.kind == *asked;
            })) {
            answer.signals.push_back({held.id, held.epoch, *asked});
        }
    }
    answer.command = server.command;
    tell_unhandled();
    answer.notices = std::exchange(notices_, {});
    answer.next_due = next_due();
    answer.recurring_changed = server.recurring_seen != recurring_changed_;
    return answer;
}

} // namespace cofire::differential
