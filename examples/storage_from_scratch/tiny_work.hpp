// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_WORK_HPP
#define COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_WORK_HPP

#include "tiny_jobs.hpp"

#include <cofire/core/error.hpp>

namespace own {

/// What servers and clients do with jobs: insert, acquire, settle, tick. All checks come before the
/// first change, so a refused call changes nothing.
struct tiny_work : tiny_jobs {
    static void bound(std::size_t count) {
        if (count > 10'000) {
            throw error(errc::too_many_items, std::to_string(count) + " items in one call");
        }
    }
    server& known(server_instance s) {
        auto const at = all_servers.find(s);
        if (at == all_servers.end()) {
            throw error(errc::unknown_server, "server " + std::to_string(s));
        }
        return at->second;
    }

    /// True if the key of `j` is held by a job that does not give way to it.
    bool stays(new_job const& j, time_point now) {
        node* const other = holder(*j.unique_key, now);
        return other != nullptr &&
               (j.unique_key->on_duplicate == duplicate_policy::ignore || !waits(*other));
    }
    void check(std::span<new_job const> call, time_point now) {
        bound(call.size());
        std::size_t bytes = 0;
        std::size_t parents = 0;
        std::map<job_id, new_job const*> in_call;
        for (auto const& j : call) {
            if (j.id.is_nil()) {
                throw error(errc::bad_id, "the nil id");
            }
            if (!j.settings || j.settings->priority < 0 || j.settings->priority > 15 ||
                std::ranges::any_of(j.limits, [](auto const& l) { return l.limit == 0; })) {
                throw error(errc::bad_option, j.id, "settings, priority or limit");
            }
            auto const differs = [&](auto const& known, auto const& its_key) {
                auto const key = [](auto const& k) { return k ? k->text : std::string(); };
                return known.type != j.type || known.arguments != j.arguments ||
                       known.parents != j.parents || key(its_key) != key(j.unique_key);
            };
            node* const n = find(j.id);
            auto const& twin = *in_call.emplace(j.id, &j).first->second;
            if ((n != nullptr && differs(n->r, n->key)) || differs(twin, twin.unique_key)) {
                throw error(errc::content_differs, j.id, j.id.to_string());
            }
            bytes += j.type.size() + j.arguments.size();
            parents += j.parents.size();
        }
        if (bytes > (4 << 20) || parents > 100'000) {
            throw error(errc::too_many_items, std::to_string(bytes) + " bytes in one call");
        }
        std::map<job_id, std::size_t> open; // parents in the call, not yet behind us
        std::multimap<job_id, job_id> children;
        std::map<std::string, job_id> keys;
        std::map<job_id, job_id> stands_for;
        for (auto const& j : call) {
            if (find(j.id) == nullptr && j.unique_key) {
                stands_for[j.id] = keys.emplace(j.unique_key->text, j.id).first->second;
            }
        }
        for (auto const& j : call) {
            auto const other = stands_for.find(j.id);
            if (find(j.id) != nullptr ||
                (other != stands_for.end() && (other->second != j.id || stays(j, now)))) {
                continue; // it will not be stored, so its parents do not matter
            }
            for (auto const& p : j.parents) {
                if (find(p.id) == nullptr && !in_call.contains(p.id)) {
                    throw error(errc::missing_parent, p.id, p.id.to_string());
                }
                if (find(p.id) == nullptr) {
                    auto const holder = stands_for.find(p.id);
                    ++open[j.id];
                    children.emplace(holder == stands_for.end() ? p.id : holder->second, j.id);
                }
            }
        }
        std::vector<job_id> done;
        for (auto const& j : call) {
            if (!open.contains(j.id)) {
                done.push_back(j.id);
            }
        }
        for (std::size_t i = 0; i != done.size(); ++i) {
            for (auto [at, last] = children.equal_range(done[i]); at != last; ++at) {
                if (--open[at->second] == 0) {
                    done.push_back(at->second);
                }
            }
        }
        if (done.size() < in_call.size()) {
            throw error(errc::parent_cycle, "jobs of one call wait for each other");
        }
    }

    std::vector<insert_result> insert_all(std::span<new_job const> call, time_point now) {
        check(call, now);
        std::vector<insert_result> results;
        std::vector<node*> added;
        std::map<job_id, job_id> stands_for;
        for (auto const& j : call) {
            auto status = insert_status::inserted;
            if (find(j.id) != nullptr) {
                results.push_back({j.id, insert_status::existed});
                continue;
            }
            if (node* const other = j.unique_key ? holder(*j.unique_key, now) : nullptr) {
                if (stays(j, now)) {
                    stands_for[j.id] = other->r.id;
                    results.push_back({other->r.id, insert_status::held});
                    continue;
                }
                end(*other, job_state::deleted, "replaced by " + j.id.to_string(), now);
                other->key.reset();
                status = insert_status::replaced;
            }
            results.push_back({j.id, status});
            added.push_back(&add(j, now));
        }
        for (node* const n : added) {
            std::vector<node*> ended;
            for (auto& p : n->r.parents) {
                auto const other = stands_for.find(p.id);
                p.id = other == stands_for.end() ? p.id : other->second;
                node& parent = *find(p.id);
                parent.r.continuations.push_back(n->r.id);
                if (is_final(parent.r.state)) {
                    ended.push_back(&parent);
                }
            }
            for (node* const parent : ended) {
                if (!parent_ended(*n, *parent, now)) {
                    end(*n, job_state::deleted, "a parent's condition is not met", now);
                }
            }
        }
        return results;
    }
    node& add(new_job const& j, time_point now) {
        auto const key = ++number;
        node& n = jobs[key];
        numbers[j.id] = key;
        n.r.id = j.id;
        n.r.type = j.type;
        n.r.arguments = j.arguments;
        n.r.argument_version = j.argument_version;
        n.r.settings = j.settings;
        n.r.created = now;
        n.r.due = std::max(j.due.value_or(now), now);
        n.r.parents = j.parents;
        n.r.limits = j.limits;
        n.r.recurring_id = j.recurring_id;
        n.r.occurrence = j.occurrence;
        n.key = j.unique_key;
        n.r.unique_key = j.unique_key ? j.unique_key->text : "";
        n.met.assign(j.parents.size(), false);
        for (auto const& l : j.limits) {
            limits[l.key] = l.limit;
        }
        ++totals.inserted;
        tell(n, now, [](series_point& p) { ++p.inserted; });
        if (j.parents.empty()) {
            line_up(n, "", now);
            set_expiry(n, now);
        } else {
            move(n, job_state::awaiting, "", now);
        }
        return n;
    }

    acquire_answer acquire(acquire_request const& r, time_point now) {
        server const& s = known(r.server);
        acquire_answer answer{.now = now};
        std::vector<std::uint32_t> left;
        for (auto const& c : r.caps) {
            left.push_back(c.cap);
        }
        bool suspect = std::ranges::any_of(jobs, [&](auto const& entry) {
            auto const& j = entry.second.r;
            return j.state == job_state::processing && j.server == r.server && j.lost > 0;
        });
        for (auto const& from : r.takes) {
            std::vector<node*> line;
            for (auto& [inserted, n] : jobs) {
                if (n.r.state == job_state::enqueued && n.r.settings->queue == from.queue &&
                    !paused.contains(from.queue) && handles(s, n)) {
                    line.push_back(&n);
                }
            }
            std::ranges::sort(line, {}, [](node const* n) {
                return std::pair(-n->r.settings->priority, n->position);
            });
            std::uint32_t taken = 0;
            for (node* const n : line) {
                if (taken == from.cap || answer.jobs.size() == r.limit) {
                    break;
                }
                auto const cap = std::ranges::find_if(r.caps, [&](auto const& c) {
                    return std::ranges::find(c.types, n->r.type) != c.types.end();
                });
                auto* const room = cap == r.caps.end()
                                       ? nullptr
                                       : &left[static_cast<std::size_t>(cap - r.caps.begin())];
                if (blocked(*n) || (n->r.lost > 0 && suspect) || (room != nullptr && *room == 0)) {
                    continue;
                }
                suspect = suspect || n->r.lost > 0;
                *(room == nullptr ? &taken : room) -= room == nullptr ? 0 : 1;
                ++taken;
                answer.jobs.push_back(hand_out(*n, r.server, now));
            }
        }
        answer.next_due = next_due();
        answer.seen.value = number;
        return answer;
    }
    acquired_job hand_out(node& n, server_instance s, time_point now) {
        n.r.epoch = ++last_epoch;
        n.r.server = s;
        n.r.started = now;
        n.r.expires_at.reset();
        n.settled = false;
        move(n, job_state::processing, "", now);
        acquired_job a;
        a.id = n.r.id;
        a.epoch = n.r.epoch;
        a.attempt = n.r.attempt;
        a.lost = n.r.lost;
        a.type = n.r.type;
        a.arguments = n.r.arguments;
        a.argument_version = n.r.argument_version;
        a.settings = n.r.settings;
        a.created = n.r.created;
        a.due = n.r.due;
        for (auto const& p : n.r.parents) {
            auto const& parent = find(p.id)->r;
            a.parents.push_back({p.id, parent.state, parent.result});
        }
        a.recurring_id = n.r.recurring_id;
        a.occurrence = n.r.occurrence;
        return a;
    }

    settle_answer settle(settle_request const& r, time_point now) {
        bound(r.outcomes.size());
        if (r.then) {
            known(r.then->server);
        }
        settle_answer answer{.now = now};
        for (auto const& o : r.outcomes) {
            node* const n = find(o.id);
            bool const own =
                n != nullptr && n->r.server == r.server && n->r.epoch == o.epoch && o.epoch != 0;
            if (own && n->settled) {
                answer.results.push_back(settle_status::again);
            } else if (!own || n->r.state != job_state::processing) {
                answer.results.push_back(settle_status::stale);
                ++totals.stale;
            } else if (o.kind == outcome_kind::suspended) {
                answer.refusals.push_back({answer.results.size(), "suspended: there are no events"}
                );
                answer.results.push_back(settle_status::refused);
            } else {
                answer.results.push_back(settle_status::done);
                settle_one(*n, o, now);
            }
        }
        if (r.then) {
            answer.acquired = acquire(*r.then, now);
        }
        return answer;
    }
    void settle_one(node& n, run_outcome const& o, time_point now) {
        auto kind = o.kind;
        auto reason = o.reason;
        bool const returned = kind == outcome_kind::succeeded && n.stop == signal_kind::cancelled;
        if (n.stop && !returned) {
            reason = reason.empty() ? n.r.reason : reason;
            kind = outcome_kind::deleted;
        }
        n.r.started = o.started ? o.started : n.r.started;
        bool const attempt = kind == outcome_kind::retry || kind == outcome_kind::failed;
        n.r.attempt += attempt || kind == outcome_kind::succeeded;
        n.r.error = o.error ? o.error : n.r.error;
        totals.attempts_failed += attempt;
        totals.succeeded += kind == outcome_kind::succeeded;
        tell(n, now, [&](series_point& p) {
            p.attempts_failed += attempt;
            p.succeeded += kind == outcome_kind::succeeded;
            if (o.started) {
                ++p.runs;
                p.run_time += o.run_time;
                p.lateness += std::max(*o.started - n.r.due, duration{0});
            }
        });
        switch (kind) {
        case outcome_kind::succeeded:
            n.r.result = o.result;
            n.r.error.reset();
            end(n, job_state::succeeded, reason, now);
            break;
        case outcome_kind::failed: end(n, job_state::failed, reason, now); break;
        case outcome_kind::deleted: end(n, job_state::deleted, reason, now); break;
        case outcome_kind::retry:
        case outcome_kind::snoozed:
            n.r.due = std::max(o.at, now);
            line_up(n, reason.empty() ? (attempt ? "retry" : "snoozed") : reason, now);
            break;
        default:
            if (kind == outcome_kind::parked) {
                n.parked_for = last_server;
            }
            move(n, job_state::enqueued, reason, now);
        }
        n.r.history.back().error = o.error;
        n.r.history.back().run_time = o.run_time;
        n.settled = true;
    }

    tick_answer tick(tick_request const& r, time_point now) {
        bound(r.reports.size());
        server& s = known(r.server);
        s.info.heartbeat = now;
        auto& told = s.info.executor_lag_at;
        if (r.executor_lag &&
            (!told || *r.executor_lag >= s.info.executor_lag || now - *told >= 5min)) {
            s.info.executor_lag = *r.executor_lag;
            told = now;
        }
        tick_answer answer{.now = now};
        auto const held = [&](node const& n) {
            return n.r.state == job_state::processing && n.r.server == r.server;
        };
        for (auto const& report : r.reports) {
            node* const n = find(report.id);
            if (n != nullptr && held(*n) && n->r.epoch == report.epoch) {
                n->r.progress = report.progress ? report.progress : n->r.progress;
                auto& log = n->r.log;
                log.insert(log.end(), report.lines.begin(), report.lines.end());
                std::string const mark = "(earlier lines were not kept)";
                if (log.size() > 202 || (log.size() == 202 && log.front().text != mark)) {
                    log.erase(log.begin(), log.end() - 202);
                    log.front().text = mark;
                }
            }
        }
        answer.signals = std::exchange(s.signals, {});
        if (r.list_held) {
            for (auto const& [id, at] : numbers) {
                node const& n = jobs.at(at);
                if (held(n) && id > *r.list_held && answer.held.size() != 10'000) {
                    answer.held.push_back({id, n.r.epoch});
                    auto const same = [&](run_signal const& told) {
                        return told.id == id && told.kind == n.stop;
                    };
                    if (n.stop && std::ranges::none_of(answer.signals, same)) {
                        answer.signals.push_back({id, n.r.epoch, *n.stop});
                    }
                }
            }
        }
        answer.command = s.info.command;
        tell_unhandled();
        answer.notices = std::exchange(notices, {});
        answer.next_due = next_due();
        answer.recurring_changed = s.recurring_changed;
        answer.seen.value = number;
        return answer;
    }
};

} // namespace own

#endif
