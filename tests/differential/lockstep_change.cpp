// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "lockstep.hpp"
#include "lockstep_values.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cofire::differential {

job_filter lockstep::filter_of(std::array<std::uint8_t, 8> const& b) const {
    job_filter f;
    if (b[0] % 3 != 0) {
        f.state = static_cast<job_state>(b[0] / 3 % job_state_count);
    }
    if (b[1] % 8 == 1) {
        // Not those that depend on when a job is found to be blocked by a limit.
        static constexpr job_sub_state clear[] = {
            job_sub_state::none,
            job_sub_state::running,
            job_sub_state::cancelling,
            job_sub_state::parents};
        f.sub_state = clear[b[1] / 8 % 4];
    }
    if (b[2] % 4 == 1) {
        f.queue = values::queues[b[2] / 4 % std::size(values::queues)];
    }
    if (b[3] % 4 == 1) {
        f.type = values::types[b[3] / 4 % std::size(values::types)];
    }
    switch (b[4] % 16) {
    case 1: f.tag = "red"; break;
    case 2: f.recurring_id = "r0"; break;
    case 3: f.fingerprint = 1 + b[4] / 16 % 2; break;
    case 4: f.created_from = now_ - values::second; break;
    case 5: f.created_before = now_ - values::second; break;
    case 6: f.text = "x"; break;
    case 7: f.text = "left"; break;
    default: break;
    }
    return f;
}

void lockstep::change(command const& c) {
    change_request r;
    r.kind = static_cast<change_kind>(c.head[0] % 6);
    r.reason = c.head[1] % 3 == 1 ? "asked by ann" : "";
    r.priority = c.head[2] % 64 == 63 ? 16 : values::priorities[c.head[2] % 6];
    r.queue = c.head[2] % 64 == 62 ? "" : values::queues[c.head[2] % 3];
    r.due = now_ + values::dues[c.head[2] % std::size(values::dues)];
    static constexpr char const* names[] = {
        "requeue", "delete", "cancel", "reschedule", "reprioritise", "move"};
    std::string line = names[static_cast<int>(r.kind)];
    line += " due=" + describer::at(r.due) + " priority=" + std::to_string(r.priority) +
            " queue=" + std::string(r.queue) + " reason=" + std::string(r.reason);
    std::vector<job_id> ids;
    for (auto const& item : c.items) {
        ids.push_back(id_of(item[0] + item[1] * 256U));
        line += " " + describer::name(ids.back());
    }
    r.ids = ids;
    if (c.kind == command_kind::change_filter) {
        r.ids = {};
        r.filter = filter_of({c.head[3], c.head[4], c.head[5], c.head[6], c.head[7]});
        if (!r.filter->state) {
            r.filter->state = static_cast<job_state>(c.head[3] / 3 % job_state_count);
        }
        line += " by filter, state " + std::string(to_string(*r.filter->state));
        line += r.filter->sub_state ? " " + std::string(to_string(*r.filter->sub_state)) : "";
        line += " queue=" + std::string(r.filter->queue) + " type=" + std::string(r.filter->type);
        line += " other " + std::to_string(c.head[7] % 16);
    }
    tell(line);
    auto const in_order = [&](change_answer answer) {
        if (c.kind == command_kind::change_filter) { // in which order is the storage's matter
            std::sort(
                answer.skipped.begin(),
                answer.skipped.end(),
                [](skipped_job const& a, skipped_job const& b) { return a.id < b.id; }
            );
        }
        return answer;
    };
    both(
        [&](time_point now) { return in_order(naive_.change(r, now)); },
        [&](time_point now) {
            change_request slice = r;
            // In slices where the next slice does not depend on what follows from the last.
            bool const ends = r.kind == change_kind::delete_job || r.kind == change_kind::cancel ||
                              r.kind == change_kind::reschedule;
            slice.budget = r.filter && !ends ? 1 + c.head[1] / 3 : 10'000;
            change_answer all = subject_->change(slice, now);
            for (std::string cursor = all.cursor; !cursor.empty();) {
                slice.cursor = cursor;
                change_answer more = subject_->change(slice, now);
                all.changed += more.changed;
                all.skipped_count += more.skipped_count;
                all.skipped.insert(all.skipped.end(), more.skipped.begin(), more.skipped.end());
                cursor = more.cursor;
            }
            return in_order(std::move(all));
        }
    );
}

void lockstep::put(command const& c) {
    recurring_definition d;
    d.cron = "* * * * *";
    d.type = values::types[c.head[1] % 3];
    d.arguments = values::arguments[c.head[2] % 3];
    d.overlap = static_cast<overlap_policy>(c.head[3] % 3);
    d.settings.priority = c.head[3] == 255 ? 16 : 5;
    recurring_put p{.definition = &d};
    p.id = c.head[0] % 32 == 31 ? "" : c.head[0] % 2 == 0 ? "r0" : "r1";
    p.origin = static_cast<definition_origin>(c.head[4] % 3 / 2);
    if (c.head[5] % 8 != 7) {
        p.next = now_ + values::dues[c.head[5] % std::size(values::dues)];
    }
    p.revision = c.head[6] % 4 == 3 ? c.head[6] / 4 % 4 : 0;
    tell(
        "put " + std::string(p.id) + " " + d.type + d.arguments + " overlap " +
        std::to_string(c.head[3] % 3) + (c.head[4] % 3 / 2 == 0 ? " by code" : " by hand")
    );
    recurring_request const r{p};
    both(
        [&](time_point now) { return naive_.recurring(r, now); },
        [&](time_point now) { return subject_->recurring(r, now); }
    );
}

void lockstep::change_recurring(command const& c) {
    std::string_view const id = c.head[0] % 2 == 0 ? "r0" : "r1";
    std::uint64_t const revision = c.head[3] % 4 == 3 ? c.head[3] / 4 % 4 : 0;
    recurring_request r;
    if (c.head[1] % 4 == 3) {
        r = recurring_remove{.id = id, .revision = revision};
        tell("remove recurring " + std::string(id));
    } else {
        recurring_pause p{.id = id, .paused = c.head[1] % 2 == 0};
        if (c.head[2] % 2 == 1) {
            p.next = now_ + values::dues[c.head[2] / 2 % std::size(values::dues)];
        }
        p.revision = revision;
        r = p;
        tell((p.paused ? "pause recurring " : "resume recurring ") + std::string(id));
    }
    both(
        [&](time_point now) { return naive_.recurring(r, now); },
        [&](time_point now) { return subject_->recurring(r, now); }
    );
}

void lockstep::fire(command const& c) {
    recurring_request const all = recurring_list{};
    auto const list = both(
        [&](time_point now) { return naive_.recurring(all, now); },
        [&](time_point now) { return subject_->recurring(all, now); }
    );
    if (!difference_.empty() || list.ours->records.empty()) {
        return;
    }
    std::vector<new_job> jobs;
    std::vector<recurring_firing> firings;
    jobs.reserve(c.items.size());
    bool const together = c.head[0] % 2 == 1; // one firing with all jobs, or one for each
    std::string line = "fire";
    for (auto const& item : c.items) {
        recurring_record const& record = list.ours->records[item[15] % list.ours->records.size()];
        jobs.push_back(job_of(item));
        if (together && !firings.empty()) {
            jobs.back().recurring_id = firings.front().id;
            firings.front().jobs = jobs;
            line += "\n       with " + plain_(jobs.back());
            continue;
        }
        recurring_firing f{.id = record.id, .revision = record.revision};
        f.expected = record.next;
        if (c.head[1] % 8 == 7) {
            f.revision += 1;
        } else if (c.head[1] % 8 == 6 && f.expected) {
            *f.expected += values::second;
        } else if (c.head[1] % 8 == 5) {
            f.expected.reset();
        }
        if (f.expected) {
            f.next =
                c.head[2] % 16 == 15 ? std::optional<time_point>{} : *f.expected + values::minute;
            f.error = c.head[2] % 16 == 14 ? "no such zone" : "";
        }
        f.skipped = c.head[3] % 4;
        jobs.back().recurring_id = record.id;
        jobs.back().occurrence = f.expected;
        if (c.head[4] % 8 != 7) {
            f.jobs = std::span(&jobs.back(), 1);
        }
        line += "\n      " + record.id + " revision " + std::to_string(f.revision) + " expected " +
                (f.expected ? describer::at(*f.expected) : "-") + " skipped " +
                std::to_string(f.skipped) + (f.jobs.empty() ? "" : " " + plain_(jobs.back()));
        firings.push_back(f);
    }
    tell(line);
    recurring_request const r{recurring_fire{.firings = firings}};
    both(
        [&](time_point now) { return naive_.recurring(r, now); },
        [&](time_point now) { return subject_->recurring(r, now); }
    );
}

void lockstep::queues(command const& c) {
    std::string_view const queue = values::queues[c.head[0] % 3];
    std::string_view const key = values::limit_keys[c.head[0] % 3];
    queues_request r;
    switch (c.head[1] % 4) {
    case 0:
        r = queue_pause{.queue = queue, .paused = true};
        tell("pause queue " + std::string(queue));
        break;
    case 1:
    case 2:
        r = queue_pause{.queue = queue, .paused = false};
        tell("resume queue " + std::string(queue));
        break;
    default:
        r = limit_put{.key = key, .limit = c.head[2] % 4U};
        tell("limit " + std::string(key) + ": " + std::to_string(c.head[2] % 4));
        break;
    }
    both(
        [&](time_point now) { return naive_.queues(r, now); },
        [&](time_point now) { return subject_->queues(r, now); }
    );
}

void lockstep::announce(command const& c) {
    server_slot& slot = servers_[c.head[0] % servers_.size()];
    server_announce a;
    a.name = "server " + std::to_string(c.head[0] % servers_.size());
    for (std::size_t i = 0; i != std::size(values::types); ++i) {
        if (c.head[1] % 8 != i + 1) {
            a.types.push_back(
                {.name = std::string(values::types[i]), .argument_version = 1U + c.head[2] % 3}
            );
        }
    }
    a.queues = {"default", "mail"};
    a.slots = c.head[3];
    a.version = "1";
    a.contract = c.head[4] == 255 ? 999 : storage_contract_version;
    std::string line = "announce " + a.name;
    for (announced_type const& t : a.types) {
        line += " " + t.name + ":" + std::to_string(t.argument_version);
    }
    tell(line);
    servers_request const r{a};
    servers_answer ours;
    servers_answer theirs;
    both(
        [&](time_point now) {
            ours = naive_.servers(r, now);
            return servers_answer{.now = ours.now};
        },
        [&](time_point now) {
            theirs = subject_->servers(r, now);
            return servers_answer{.now = theirs.now};
        }
    );
    if (difference_.empty() && ours.instance != 0) {
        for (server_slot const& other : servers_) {
            if (other.theirs >= theirs.instance) {
                differ("the instance", "above all before", std::to_string(theirs.instance));
            }
        }
        slot = {ours.instance, theirs.instance};
        theirs_.learn_server(theirs.instance, ours.instance);
    }
}

void lockstep::leave(command const& c) {
    server_slot const& slot = servers_[c.head[0] % servers_.size()];
    std::string const name = " server " + std::to_string(slot.ours);
    if (c.kind == command_kind::die) {
        tell("dies:" + name);
        naive_.server_died(slot.ours, now_);
        subject_->server_died(slot.theirs, now_);
        return;
    }
    if (c.kind == command_kind::recover) {
        tell("all servers die");
        naive_.recover(now_);
        subject_->recover(now_);
        return;
    }
    auto const request = [&](server_instance instance) -> servers_request {
        if (c.kind == command_kind::retire) {
            return server_retire{.server = instance};
        }
        return server_order{
            .server = instance, .command = static_cast<server_command>(c.head[1] % 3)};
    };
    tell((c.kind == command_kind::retire ? "retire" : "order") + name);
    both(
        [&](time_point now) { return naive_.servers(request(slot.ours), now); },
        [&](time_point now) { return subject_->servers(request(slot.theirs), now); }
    );
}

} // namespace cofire::differential
