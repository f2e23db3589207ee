// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_DESK_HPP
#define COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_DESK_HPP

#include "tiny_work.hpp"

#include <variant>

namespace own {

/// What operators and schedules do: change, recurring, queues, servers.
struct tiny_desk : tiny_work {
    bool matches(node const& n, job_filter const& f) const {
        auto const has = [&](std::string const& text) { return text.find(f.text) != text.npos; };
        auto const& r = n.r;
        return (!f.state || r.state == *f.state) &&
               (!f.sub_state || sub_state(n) == *f.sub_state) &&
               (f.queue.empty() || r.settings->queue == f.queue) &&
               (f.type.empty() || r.type == f.type) &&
               (f.tag.empty() ||
                std::ranges::find(r.settings->tags, f.tag) != r.settings->tags.end()) &&
               (f.recurring_id.empty() || r.recurring_id == f.recurring_id) &&
               (f.fingerprint == 0 || (r.error && r.error->fingerprint == f.fingerprint)) &&
               (!f.created_from || r.created >= *f.created_from) &&
               (!f.created_before || r.created < *f.created_before) &&
               (f.text.empty() || has(r.type) || has(r.arguments) ||
                (r.error && (has(r.error->message) || has(r.error->type))));
    }
    static bool concerns(change_kind kind, job_state s) {
        switch (kind) {
        case change_kind::requeue: return is_final(s) || s == job_state::scheduled;
        case change_kind::reschedule:
            return is_final(s) || s == job_state::scheduled || s == job_state::enqueued;
        default: return !is_final(s);
        }
    }

    change_answer change(change_request const& r, time_point now) {
        bound(r.ids.size());
        if (r.kind == change_kind::reprioritise && (r.priority < 0 || r.priority > 15)) {
            throw error(errc::bad_option, "priority " + std::to_string(r.priority));
        }
        if (r.kind == change_kind::move && r.queue.empty()) {
            throw error(errc::bad_queue, "a queue without a name");
        }
        change_answer answer{.now = now};
        auto const apply = [&](job_id id) {
            auto const why = change_one(r, id, now);
            answer.changed += why ? 0 : 1;
            if (why && ++answer.skipped_count <= 100) {
                node const* const n = find(id);
                answer.skipped.push_back({id, *why, n == nullptr ? job_state::enqueued : n->r.state}
                );
            }
        };
        if (!r.ids.empty()) {
            std::ranges::for_each(r.ids, apply);
        } else if (r.filter) {
            // The cursor: the number of the first slice, and of the last job looked at.
            auto const slash = std::min(r.cursor.find('/'), r.cursor.size());
            auto const rest = r.cursor.substr(std::min(slash + 1, r.cursor.size()));
            bool const first = r.cursor.empty();
            auto const begun = first ? number : number_in(r.cursor.substr(0, slash), r.cursor);
            std::uint64_t at = first ? 0 : number_in(rest, r.cursor);
            std::uint32_t looked = 0;
            for (auto n = jobs.upper_bound(at); n != jobs.end() && n->first <= begun; ++n) {
                if (looked++ == r.budget) {
                    answer.cursor = std::to_string(begun) + '/' + std::to_string(at);
                    break;
                }
                at = n->first;
                bool const again =
                    r.kind == change_kind::requeue || r.kind == change_kind::reschedule;
                if (matches(n->second, *r.filter) && !(again && n->second.moved > begun) &&
                    (r.filter->state || concerns(r.kind, n->second.r.state))) {
                    apply(n->second.r.id);
                }
            }
        }
        answer.seen.value = number;
        return answer;
    }
    std::optional<skip_reason> change_one(change_request const& r, job_id id, time_point now) {
        node* const n = find(id);
        if (n == nullptr) {
            return skip_reason::unknown;
        }
        if (!concerns(r.kind, n->r.state)) {
            return skip_reason::wrong_state;
        }
        ++number;
        auto settings = *n->r.settings;
        switch (r.kind) {
        case change_kind::requeue:
        case change_kind::reschedule:
            if (is_final(n->r.state)) {
                if (n->key && n->key->hold == unique_hold::unfinished) {
                    if (node* const other = holder(*n->key, now); other != nullptr && other != n) {
                        return skip_reason::key_held;
                    }
                }
                n->r.attempt = n->r.lost = 0;
                n->r.result.clear();
            }
            n->r.due = r.kind == change_kind::requeue ? now : std::max(r.due, now);
            line_up(*n, std::string(r.reason), now);
            set_expiry(*n, now);
            break;
        case change_kind::delete_job:
        case change_kind::cancel:
            if (waits(*n)) {
                end(*n, job_state::deleted, std::string(r.reason), now);
            } else if (n->stop != signal_kind::deleted) {
                n->stop =
                    r.kind == change_kind::cancel ? signal_kind::cancelled : signal_kind::deleted;
                all_servers.at(n->r.server).signals.push_back({n->r.id, n->r.epoch, *n->stop});
                n->r.reason = r.reason;
            }
            break;
        case change_kind::reprioritise: settings.priority = r.priority; break;
        case change_kind::move:
            settings.queue = r.queue;
            n->position = number;
            break;
        }
        if (settings != *n->r.settings) {
            n->r.settings = std::make_shared<job_settings const>(settings);
        }
        return std::nullopt;
    }

    recurring_record& known(std::string_view id) {
        auto const at = all_recurring.find(id);
        if (at == all_recurring.end()) {
            throw error(errc::unknown_recurring, quoted(id));
        }
        return at->second;
    }
    bool outdated(std::string_view id, std::uint64_t revision) const {
        auto const at = all_recurring.find(id);
        return revision != 0 && (at == all_recurring.end() || at->second.revision != revision);
    }
    void recurring_moved() {
        ++number;
        for (auto& [instance, s] : all_servers) {
            s.recurring_changed = true;
        }
    }
    void act(recurring_put const& p, recurring_answer& answer, time_point) {
        if (p.id.empty()) {
            throw error(errc::bad_recurring_id, "a recurring job without an id");
        }
        answer.outdated = outdated(p.id, p.revision);
        if (answer.outdated) {
            if (auto const found = all_recurring.find(p.id); found != all_recurring.end()) {
                answer.records.push_back(found->second);
            }
            return;
        }
        auto const [at, is_new] = all_recurring.try_emplace(std::string(p.id));
        auto& r = at->second;
        bool const by_hand = p.origin == definition_origin::by_hand;
        bool const holds = !is_new && !by_hand && r.code_definition == *p.definition;
        bool const same = r.definition == *p.definition && r.origin == p.origin;
        if (is_new || (!holds && !(same && r.error.empty()))) {
            if (by_hand && !is_new && r.origin == definition_origin::code) {
                r.code_definition = r.definition;
            } else if (!by_hand) {
                r.code_definition.reset();
            }
            r.id = p.id;
            r.definition = *p.definition;
            r.origin = p.origin;
            r.next = p.next;
            r.error.clear();
            r.revision = ++number;
            answer.changed = true;
            recurring_moved();
        }
        answer.records.push_back(r);
    }
    void act(recurring_remove const& p, recurring_answer& answer, time_point) {
        known(p.id);
        answer.outdated = outdated(p.id, p.revision);
        if (!answer.outdated) {
            all_recurring.erase(all_recurring.find(p.id));
            recurring_moved();
        }
    }
    void act(recurring_pause const& p, recurring_answer& answer, time_point) {
        auto& r = known(p.id);
        answer.outdated = outdated(p.id, p.revision);
        if (!answer.outdated && r.paused != p.paused) {
            r.paused = p.paused;
            r.next = !p.paused && p.next ? p.next : r.next;
            r.revision = ++number;
            recurring_moved();
        }
        answer.records.push_back(r);
    }
    void act(recurring_list const& p, recurring_answer& answer, time_point) {
        if (!p.id.empty()) {
            answer.records.push_back(known(p.id));
            return;
        }
        for (auto const& [id, r] : all_recurring) {
            answer.records.push_back(r);
        }
        if (auto const s = all_servers.find(p.server); s != all_servers.end()) {
            s->second.recurring_changed = false;
        }
    }
    void act(recurring_fire const& p, recurring_answer& answer, time_point now) {
        bound(p.firings.size());
        for (auto const& f : p.firings) {
            try {
                answer.fired.push_back(fire(f, now));
            } catch (error const&) {
                if (answer.fired.empty()) {
                    throw;
                }
                answer.fired.resize(p.firings.size()); // lost, with all behind it
                return;
            }
        }
    }
    fire_result fire(recurring_firing const& f, time_point now) {
        auto const at = all_recurring.find(f.id);
        if (at == all_recurring.end() || at->second.revision != f.revision ||
            (f.expected && (at->second.paused || at->second.next != f.expected))) {
            return {};
        }
        auto& r = at->second;
        std::vector<new_job> call(f.jobs.begin(), f.jobs.end());
        fire_result answer{.status = fire_status::skipped};
        std::uint64_t skipped = f.skipped;
        std::size_t given_up = 0; // of the firing's jobs
        node* const last = r.last_occurrence ? find(*r.last_occurrence) : nullptr;
        if (f.expected && last != nullptr && !is_final(last->r.state)) {
            auto const policy = r.definition.overlap;
            bool const queued = last->r.state == job_state::awaiting;
            if (policy == overlap_policy::skip || (policy == overlap_policy::queue_one && queued)) {
                given_up = call.size();
                call.clear();
            } else if (policy == overlap_policy::queue_one) {
                given_up = call.empty() ? 0 : call.size() - 1;
                call.resize(std::min<std::size_t>(call.size(), 1));
                for (auto& j : call) {
                    j.parents.push_back({*r.last_occurrence, parent_condition::on_any_end});
                }
            }
        }
        if (!call.empty()) {
            answer.jobs = insert_all(call, now);
        }
        for (auto const& job : answer.jobs) {
            if (job.status != insert_status::held) {
                answer.status = fire_status::fired;
                r.fired += f.expected ? 1 : 0;
                r.last_job = job.id;
                r.last_occurrence = f.expected ? job.id : r.last_occurrence;
            }
        }
        for (std::size_t i = 0; i != given_up; ++i) { // for the one that is not over
            answer.jobs.push_back({.id = *r.last_occurrence, .status = insert_status::held});
        }
        r.skipped += skipped + given_up;
        r.last_fired = now;
        r.next = f.expected ? f.next : r.next;
        if (r.error != f.error && f.expected) {
            r.error = f.error;
            r.revision = ++number;
            recurring_moved();
        }
        ++number;
        return answer;
    }

    queues_answer queues(queues_request const& r, time_point now) {
        queues_answer answer{.now = now};
        if (auto const* const pause = std::get_if<queue_pause>(&r)) {
            if (pause->queue.empty()) {
                throw error(errc::bad_queue, "a queue without a name");
            }
            if (pause->paused) {
                paused.emplace(pause->queue);
            } else {
                paused.erase(std::string(pause->queue));
            }
            ++number;
        } else if (auto const* const put = std::get_if<limit_put>(&r)) {
            if (put->limit == 0) {
                throw error(errc::bad_option, "a limit of 0 for " + quoted(put->key));
            }
            limits[std::string(put->key)] = put->limit;
            ++number;
        } else {
            std::map<std::string, queue_info> by_name;
            for (auto const& name : paused) {
                by_name[name].paused = true;
            }
            std::map<std::string, std::uint64_t> parked;
            for (auto const& [inserted, n] : jobs) {
                auto& q = by_name[n.r.settings->queue];
                bool const limited = sub_state(n) == job_sub_state::parked_by_limit;
                if (n.r.state == job_state::enqueued) {
                    ++(limited ? q.parked_by_limit : q.waiting);
                    q.oldest = std::min(q.oldest.value_or(n.r.due), n.r.due);
                }
                q.processing += n.r.state == job_state::processing;
                for (auto const& l : n.r.limits) {
                    parked[l.key] += limited ? 1 : 0;
                }
            }
            for (auto& [name, q] : by_name) {
                q.name = name;
                answer.queues.push_back(q);
            }
            for (auto const& [key, limit] : limits) {
                answer.limits.push_back({key, limit, used(key), parked[key]});
            }
        }
        return answer;
    }

    servers_answer servers(servers_request const& r, time_point now) {
        servers_answer answer{.now = now};
        if (auto const* const a = std::get_if<server_announce>(&r)) {
            if (a->contract != storage_contract_version) {
                throw error(
                    errc::version_mismatch,
                    "contract " + std::to_string(a->contract) + ", not " +
                        std::to_string(storage_contract_version)
                );
            }
            answer.instance = ++last_server;
            answer.store_id = "tiny";
            answer.presence = std::make_shared<int>(0);
            auto& s = all_servers[last_server];
            s.presence = answer.presence;
            s.info.instance = last_server;
            s.info.name = a->name;
            s.info.types = a->types;
            s.info.queues = a->queues;
            s.info.slots = a->slots;
            s.info.version = a->version;
            s.info.announced = s.info.heartbeat = now;
            told.clear();
            ++number;
        } else if (auto const* const retire = std::get_if<server_retire>(&r)) {
            leave(retire->server, false, now);
        } else if (auto const* const order = std::get_if<server_order>(&r)) {
            tiny_work::known(order->server).info.command = order->command;
            ++number;
        } else {
            for (auto const& [instance, s] : all_servers) {
                answer.servers.push_back(s.info);
                answer.servers.back().held = static_cast<std::uint32_t>(std::ranges::count_if(
                    jobs,
                    [&, i = instance](auto const& entry) {
                        return entry.second.r.state == job_state::processing &&
                               entry.second.r.server == i;
                    }
                ));
            }
        }
        answer.seen.value = number;
        return answer;
    }
};

} // namespace own

#endif
