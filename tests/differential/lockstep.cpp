// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "lockstep.hpp"

#include "lockstep_values.hpp"

#include <iterator>

namespace cofire::differential {

lockstep::lockstep(subject_maker make, table_limits const& limits, bool thorough, bool tell)
    : naive_(limits), subject_(make(limits)), thorough_(thorough), tells_(tell) {}

std::string lockstep::run(script const& s) {
    for (command const& c : s) {
        refused_ = false;
        execute(c);
        if (refused_ && difference_.empty()) {
            pass_time();
        }
        ++executed_;
        if (difference_.empty() && (thorough_ || executed_ % 25 == 0)) {
            compare_jobs();
        }
        if (!difference_.empty()) {
            return difference_;
        }
    }
    compare_jobs();
    return difference_;
}

void lockstep::differ(std::string const& what, std::string const& ours, std::string const& theirs) {
    if (difference_.empty()) {
        difference_ = what + "\n  model:   " + ours + "\n  storage: " + theirs + "\n";
    }
}

void lockstep::tell(std::string const& line) {
    if (tells_) {
        told_ += "  [" + describer::at(now_) + "] " + line + "\n";
    }
}

/// Lets both notice that time has passed: it is open whether commands that only read, or are refused, do.
void lockstep::pass_time() {
    both(
        [&](time_point now) { return naive_.settle({}, now); },
        [&](time_point now) { return subject_->settle({}, now); }
    );
}

void lockstep::execute(command const& c) {
    bool const reads = c.kind == command_kind::get || c.kind == command_kind::find ||
                       c.kind == command_kind::groups || c.kind == command_kind::look ||
                       c.kind == command_kind::queue || c.kind == command_kind::recurring_fire ||
                       c.kind == command_kind::announce || c.kind == command_kind::retire ||
                       c.kind == command_kind::order || c.kind == command_kind::die ||
                       c.kind == command_kind::recover;
    if (reads) {
        pass_time();
    }
    switch (c.kind) {
    case command_kind::step:
        now_ += values::steps[c.head[0] % std::size(values::steps)];
        return tell("time");
    case command_kind::insert: return insert(c);
    case command_kind::acquire: return acquire(c);
    case command_kind::settle: return settle(c);
    case command_kind::tick: return tick(c);
    case command_kind::change_ids:
    case command_kind::change_filter: return change(c);
    case command_kind::recurring_put: return put(c);
    case command_kind::recurring_change: return change_recurring(c);
    case command_kind::recurring_fire: return fire(c);
    case command_kind::queue: return queues(c);
    case command_kind::announce: return announce(c);
    case command_kind::retire:
    case command_kind::die:
    case command_kind::recover:
    case command_kind::order: return leave(c);
    case command_kind::find: return find(c);
    case command_kind::groups: return groups(c);
    case command_kind::get: {
        std::vector<job_id> ids;
        for (auto const& item : c.items) {
            ids.push_back(id_of(item[0] + item[1] * 256U));
        }
        tell("get " + std::to_string(ids.size()));
        return read_both(read_request{read_get{.ids = ids}});
    }
    case command_kind::look: return look(c);
    }
}

void lockstep::compare_jobs() {
    pass_time();
    std::vector<job_id> ids;
    for (auto const& job : naive_.jobs()) {
        ids.push_back(job->record.id);
    }
    for (job_id id : ids) {
        std::span<job_id const> const one(&id, 1);
        read_both(read_request{read_get{.ids = one}});
        if (!difference_.empty()) {
            return;
        }
    }
    read_both(read_request{read_counts{}});
    read_both(read_request{read_health{}});
    read_both(read_request{read_names{}});
}

new_job lockstep::job_of(std::array<std::uint8_t, 16> const& b) const {
    new_job job;
    std::uint32_t const number = b[0] + b[1] * 256U;
    job.id = id_of(number);
    job.type = values::types[b[2] % std::size(values::types)];
    job.arguments = values::arguments[b[4] % std::size(values::arguments)];
    job.argument_version = 1 + (b[13] % 3);
    auto settings = std::make_shared<job_settings>();
    settings->queue = values::queues[b[3] % std::size(values::queues)];
    settings->priority = values::priorities[b[3] / 4 % std::size(values::priorities)];
    settings->expires = values::expiries[b[12] % std::size(values::expiries)];
    if (b[3] >= 128) {
        settings->tags = {"red"};
    }
    if (b[5] != 0) {
        job.due = now_ + values::dues[b[5] % std::size(values::dues)];
    }
    if (b[6] != 0) {
        unique_key_spec key;
        key.text = values::keys[b[6] % std::size(values::keys)];
        key.hold = static_cast<unique_hold>(b[6] / 3 % 3);
        key.hold_for = key.hold == unique_hold::for_a_time ? duration{2'000'000} : duration{0};
        key.on_duplicate = static_cast<duplicate_policy>(b[6] / 9 % 2);
        job.unique_key = key;
    }
    for (unsigned i = 0; i != (b[7] == 0 ? 0U : 1U + b[7] % 2U); ++i) {
        unsigned const which = b[7] / 2U + i;
        job.limits.push_back(
            {std::string(values::limit_keys[which % std::size(values::limit_keys)]),
             1 + b[7] / 8U % 3U}
        );
    }
    for (unsigned i = 0; i != b[8] % 4U; ++i) {
        std::uint32_t const parent = number - b[9 + i];
        auto const on = static_cast<parent_condition>(b[8] / 4U / (i * 3 + 1) % 3);
        bool const twice =
            std::any_of(job.parents.begin(), job.parents.end(), [&](parent_ref const& p) {
                return p.id == id_of(parent & 0xFFFFU);
            });
        if (!twice) {
            job.parents.push_back({id_of(parent & 0xFFFFU), on});
        }
    }
    switch (b[14]) { // something to be refused
    case 0xFF:
        if (b[15] % 5 == 0) {
            settings->priority = 16;
        } else if (b[15] % 5 == 1) {
            job.id = job_id{};
        } else if (b[15] % 5 == 2) {
            job.limits.assign(1, {"l0", 0});
        } else if (b[15] % 5 == 3) {
            job.limits.assign(2, {"l0", 1});
        } else {
            job.arguments.assign(values::longest_arguments + 1, 'x');
        }
        break;
    default: break;
    }
    job.settings = std::move(settings);
    return job;
}

void lockstep::insert(command const& c) {
    std::vector<new_job> jobs;
    for (auto const& item : c.items) {
        jobs.push_back(job_of(item));
    }
    std::string line = "insert";
    for (new_job const& job : jobs) {
        line += "\n      " + plain_(job);
    }
    tell(line);
    insert_request const r{
        .jobs = jobs, .mode = c.head[0] % 2 == 0 ? insert_mode::fresh : insert_mode::repeat};
    both(
        [&](time_point now) { return naive_.insert(r, now); },
        [&](time_point now) { return subject_->insert(r, now); }
    );
}

void lockstep::note_acquired(
    acquire_answer const& ours, acquire_answer const& theirs, std::size_t slot
) {
    if (ours.next_due && *theirs.next_due > *ours.next_due) {
        differ(
            "next_due is no lower bound",
            describer::at(*ours.next_due),
            describer::at(*theirs.next_due)
        );
    }
    for (std::size_t i = 0; i != ours.jobs.size(); ++i) {
        acquired_job const& a = ours.jobs[i];
        acquired_job const& b = theirs.jobs[i];
        for (known_run const& run : runs_) {
            if (run.id == a.id && run.theirs >= b.epoch) {
                differ("the epoch of " + describer::name(a.id), "above", "not above");
            }
        }
        theirs_.learn_epoch(a.id, b.epoch, a.epoch);
        runs_.push_back({a.id, a.epoch, b.epoch, slot, servers_[slot]});
    }
}

void lockstep::acquire(command const& c) {
    std::size_t const slot = c.head[0] % servers_.size();
    acquire_request r{.server = servers_[slot].ours};
    std::vector<take> takes;
    std::size_t const first = c.head[1] % std::size(values::queues);
    std::size_t const count = 3 - c.head[2] % 3;
    for (std::size_t i = 0; i != count; ++i) {
        take t{.queue = values::queues[(first + i) % std::size(values::queues)]};
        if (c.head[3] % 4 == 1) {
            t.cap = c.head[3] / 4 % 3;
        }
        takes.push_back(t);
    }
    std::string_view const capped[] = {
        values::types[c.head[4] / 4 % std::size(values::types)],
        values::types[(c.head[4] / 4 + 1) % std::size(values::types)]};
    type_cap const cap{
        .types = std::span(capped, 1 + c.head[4] / 16 % 2), .cap = c.head[4] / 32 % 3U};
    r.takes = takes;
    if (c.head[4] % 4 == 1) {
        r.caps = std::span(&cap, 1);
    }
    r.limit = 1 + c.head[5] % 8;
    std::string line = "acquire server " + std::to_string(r.server);
    for (take const& t : takes) {
        line += " " + std::string(t.queue) + ":" + std::to_string(static_cast<int>(t.cap));
    }
    line += " limit " + std::to_string(r.limit);
    for (type_cap const& k : r.caps) {
        line += " cap " + std::to_string(k.cap) + " of " + std::string(k.types[0]) +
                (k.types.size() > 1 ? "," + std::string(k.types[1]) : "");
    }
    tell(line);
    acquire_request theirs = r;
    theirs.server = servers_[slot].theirs;
    auto const answers = both(
        [&](time_point now) { return naive_.acquire(r, now); },
        [&](time_point now) { return subject_->acquire(theirs, now); }
    );
    if (difference_.empty() && answers.ours) {
        note_acquired(*answers.ours, *answers.theirs, slot);
    }
}

/// A run to say something about: mostly one that a server holds; null: there was none.
lockstep::known_run const* lockstep::run_of(std::uint8_t pick, std::uint8_t stale) const {
    std::vector<known_run const*> live;
    for (known_run const& run : runs_) {
        naive_job const* job = naive_.find(run.id);
        bool const held = job != nullptr && job->record.state == job_state::processing &&
                          job->record.epoch == run.ours;
        if (held || stale % 12 == 11) {
            live.push_back(&run);
        }
    }
    return live.empty() ? nullptr : live[live.size() - 1 - pick % live.size()];
}

void lockstep::settle(command const& c) {
    std::vector<run_outcome> ours;
    std::vector<run_outcome> theirs;
    std::size_t slot = c.head[0] % servers_.size();
    bool const repeat = c.head[1] % 16 == 15;
    server_slot server = servers_[slot];
    for (auto const& b : c.items) {
        known_run const* run = run_of(b[0], b[1]);
        if (run == nullptr || repeat) {
            continue;
        }
        run_outcome o{.id = run->id, .epoch = run->ours};
        o.kind = values::outcomes[b[2] % std::size(values::outcomes)];
        if (o.kind == outcome_kind::retry || o.kind == outcome_kind::snoozed) {
            o.at = now_ + values::waits[b[3] % std::size(values::waits)];
        }
        if (o.kind == outcome_kind::failed || o.kind == outcome_kind::retry ||
            (o.kind == outcome_kind::deleted && b[4] % 2 == 1)) {
            o.error = error_info{"oops", b[4] % 8 < 4 ? "left 1" : "right 2", 1U + b[4] % 8 / 4};
        }
        if (o.kind == outcome_kind::succeeded && b[5] % 3 != 0) {
            o.result =
                b[5] == 254 ? std::string(values::longest_result + 1, '1') : std::to_string(b[5]);
        }
        // What a handler that ran must say: when it started, which tells how long it ran.
        bool const may_not_have_run = o.kind == outcome_kind::released ||
                                      o.kind == outcome_kind::parked ||
                                      o.kind == outcome_kind::deleted;
        if (!may_not_have_run || b[6] % 3 != 1) {
            o.started = now_ - std::chrono::microseconds{b[6] % 3 * 700 + b[7]};
            o.run_time = now_ - *o.started;
        }
        o.reason = b[8] % 4 == 1 ? "said so" : "";
        if (c.head[2] % 8 != 7) { // as the server that holds it
            server = run->server;
            slot = run->slot;
        }
        run_outcome other = o;
        other.epoch = run->theirs;
        if (b[9] % 32 == 31) {
            o.epoch += 1'000'000;
            other.epoch += 1'000'000;
        }
        ours.push_back(o);
        theirs.push_back(other);
    }
    if (repeat) {
        ours = settled_ours_;
        theirs = settled_theirs_;
        slot = settled_slot_;
        server = servers_[slot];
    } else {
        settled_ours_ = ours;
        settled_theirs_ = theirs;
        settled_slot_ = slot;
    }
    settle_request r{.server = server.ours, .outcomes = ours};
    take const takes[] = {{.queue = values::queues[c.head[3] % 3]}, {.queue = values::queues[1]}};
    if (c.head[4] % 3 == 1) {
        r.then =
            acquire_request{.server = server.ours, .takes = takes, .limit = 1 + c.head[5] % 3U};
    }
    std::string line = "settle by server " + std::to_string(server.ours);
    line += r.then ? ", then acquire " + std::string(takes[0].queue) + "," +
                         std::string(takes[1].queue) + " limit " + std::to_string(r.then->limit)
                   : "";
    for (run_outcome const& o : ours) {
        line += "\n      " + plain_(o);
    }
    tell(line);
    settle_request other{.server = server.theirs, .outcomes = theirs, .then = r.then};
    if (other.then) {
        other.then->server = server.theirs;
    }
    auto const answers = both(
        [&](time_point now) { return naive_.settle(r, now); },
        [&](time_point now) { return subject_->settle(other, now); }
    );
    if (difference_.empty() && answers.ours && answers.ours->acquired) {
        note_acquired(*answers.ours->acquired, *answers.theirs->acquired, slot);
    }
}

void lockstep::tick(command const& c) {
    std::size_t const slot = c.head[0] % servers_.size();
    std::vector<run_report> ours;
    std::vector<run_report> theirs;
    for (auto const& b : c.items) {
        known_run const* run = run_of(b[0], b[1]);
        if (run == nullptr) {
            continue;
        }
        run_report report{.id = run->id, .epoch = run->ours};
        if (b[2] % 2 == 1) {
            report.progress = job_progress{b[3] * 1.0, 255};
        }
        int const lines = b[4] % 16 == 15 ? 150 + b[5] % 64 : b[4] % 3; // a job keeps about 200
        for (int i = 0; i != lines; ++i) {
            report.lines.push_back({now_, 1, "line " + std::to_string(b[5] + i)});
        }
        ours.push_back(report);
        report.epoch = run->theirs;
        theirs.push_back(report);
    }
    tick_request r{.server = servers_[slot].ours, .reports = ours};
    if (c.head[1] % 3 == 1) {
        r.list_held = c.head[1] % 2 == 1 ? job_id{} : id_of(c.head[2]);
    }
    if (c.head[5] % 4 == 0) {
        r.executor_lag = std::chrono::milliseconds(c.head[6] % 8 * 100);
    }
    std::string line = "tick of server " + std::to_string(r.server);
    for (run_report const& report : ours) {
        line += " report " + describer::name(report.id) + ":" + std::to_string(report.epoch) +
                (report.progress ? " progress" : "") + " lines " +
                std::to_string(report.lines.size());
    }
    tell(line + (r.list_held ? " list held" : ""));
    tick_request other = r;
    other.server = servers_[slot].theirs;
    other.reports = theirs;
    auto const answers = both(
        [&](time_point now) { return naive_.tick(r, now); },
        [&](time_point now) { return subject_->tick(other, now); }
    );
    if (difference_.empty() && answers.ours && answers.ours->next_due &&
        *answers.theirs->next_due > *answers.ours->next_due) {
        differ("next_due is no lower bound", "", "");
    }
}

} // namespace cofire::differential
