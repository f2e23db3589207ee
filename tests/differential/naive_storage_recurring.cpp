// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "naive_storage.hpp"

namespace cofire::differential {

recurring_record& naive_storage::recurring_or_throw(std::string_view id) {
    for (recurring_record& r : recurring_) {
        if (r.id == id) {
            return r;
        }
    }
    throw refusal{{errc::unknown_recurring}};
}

recurring_answer naive_storage::recurring(recurring_request const& r, time_point now) {
    pass_time(now);
    recurring_answer answer{.now = now};
    if (auto const* p = std::get_if<recurring_put>(&r)) {
        answer.changed = put(*p, answer.outdated);
        for (recurring_record const& record : recurring_) {
            if (record.id == p->id) {
                answer.records.push_back(record);
            }
        }
    } else if (auto const* remove = std::get_if<recurring_remove>(&r)) {
        auto const known = recurring_or_throw(remove->id).revision;
        if (remove->revision != 0 && remove->revision != known) {
            answer.outdated = true;
        } else {
            std::erase_if(recurring_, [remove](auto const& x) { return x.id == remove->id; });
            ++recurring_changed_;
        }
    } else if (auto const* pause = std::get_if<recurring_pause>(&r)) {
        recurring_record& record = recurring_or_throw(pause->id);
        if (pause->revision != 0 && pause->revision != record.revision) {
            answer.outdated = true;
        } else if (record.paused != pause->paused) {
            record.paused = pause->paused;
            ++record.revision;
            ++recurring_changed_;
            if (!pause->paused && pause->next) {
                record.next = pause->next;
            }
        }
        answer.records.push_back(record);
    } else if (auto const* list = std::get_if<recurring_list>(&r)) {
        if (!list->id.empty()) {
            recurring_or_throw(list->id);
        }
        for (recurring_record const& record : recurring_) {
            if (list->id.empty() || list->id == record.id) {
                answer.records.push_back(record);
            }
        }
        if (list->server != 0 && list->id.empty()) {
            for (auto const& server : servers_) {
                if (server->instance == list->server) {
                    server->recurring_seen = recurring_changed_;
                }
            }
        }
    } else {
        auto const& firings = std::get<recurring_fire>(r).firings;
        bool over = false;
        for (std::size_t i = 0; i != firings.size(); ++i) {
            fire_result result;
            if (!over) {
                try {
                    result = fire(firings[i], now);
                } catch (refusal const&) {
                    if (i == 0) {
                        throw;
                    }
                    over = true;
                }
            }
            decide_continuations(now);
            answer.fired.push_back(result);
        }
    }
    std::sort(recurring_.begin(), recurring_.end(), [](auto const& a, auto const& b) {
        return a.id < b.id;
    });
    return answer;
}

bool naive_storage::put(recurring_put const& p, bool& outdated) {
    std::set<errc> wrong;
    if (p.id.empty() || p.id.size() > 256) {
        wrong.insert(errc::bad_recurring_id);
    }
    if (p.definition == nullptr || p.definition->settings.priority > 15 ||
        p.definition->settings.priority < 0) {
        wrong.insert(errc::bad_option);
    }
    if (!wrong.empty()) {
        throw refusal{wrong};
    }
    auto const found = std::find_if(recurring_.begin(), recurring_.end(), [&p](auto const& r) {
        return r.id == p.id;
    });
    outdated = p.revision != 0 && (found == recurring_.end() || found->revision != p.revision);
    if (outdated) {
        return false;
    }
    if (found == recurring_.end()) {
        recurring_record record;
        record.id = p.id;
        record.revision = 1;
        record.definition = *p.definition;
        record.origin = p.origin;
        record.next = p.next;
        recurring_.push_back(record);
        ++recurring_changed_;
        std::sort(recurring_.begin(), recurring_.end(), [](auto const& a, auto const& b) {
            return a.id < b.id;
        });
        return true;
    }
    recurring_record& record = *found;
    if (p.origin == definition_origin::code) {
        if (record.origin == definition_origin::by_hand) {
            if (record.code_definition && *record.code_definition == *p.definition) {
                return false;
            }
        } else if (record.definition == *p.definition && record.error.empty()) {
            return false;
        }
        record.code_definition.reset();
    } else {
        if (record.origin == definition_origin::by_hand && record.definition == *p.definition &&
            record.error.empty()) {
            return false;
        }
        if (record.origin == definition_origin::code) {
            record.code_definition = record.definition;
        }
    }
    record.definition = *p.definition;
    record.origin = p.origin;
    record.next = p.next;
    record.error.clear();
    ++record.revision;
    ++recurring_changed_;
    return true;
}

fire_result naive_storage::fire(recurring_firing const& f, time_point now) {
    auto const found = std::find_if(recurring_.begin(), recurring_.end(), [&f](auto const& r) {
        return r.id == f.id;
    });
    if (found == recurring_.end()) {
        return {};
    }
    recurring_record& record = *found;
    bool const by_hand = !f.expected;
    if (record.revision != f.revision ||
        (!by_hand && (record.paused || record.next != f.expected))) {
        return {};
    }
    // The overlap policy, job by job: each is admitted, or held by the last before it.
    bool const applies = !by_hand && record.definition.overlap != overlap_policy::allow;
    bool const may_follow = record.definition.overlap == overlap_policy::queue_one;
    naive_job const* const stored =
        record.last_occurrence ? find(*record.last_occurrence) : nullptr;
    std::optional<job_id> running; // the last, if it is unfinished
    bool one_waits = false;
    if (stored != nullptr && !is_final(stored->record.state)) {
        running = stored->record.id;
        one_waits = stored->record.state == job_state::awaiting;
    }
    fire_result result;
    std::vector<new_job> admitted;
    for (new_job job : f.jobs) {
        if (applies && running && (!may_follow || one_waits)) {
            result.jobs.push_back({*running, insert_status::held});
            continue;
        }
        if (applies && running) {
            job.parents.push_back({*running, parent_condition::on_any_end});
            one_waits = true;
        }
        running = job.id;
        result.jobs.push_back({job.id, insert_status::inserted});
        admitted.push_back(job);
    }
    insert_answer const inserted = insert({.jobs = admitted}, now);
    std::size_t next = 0;
    result.status = fire_status::skipped;
    for (insert_result& r : result.jobs) {
        if (r.status == insert_status::inserted) {
            r = inserted.results[next++];
        }
        if (r.status == insert_status::held) {
            ++record.skipped;
            continue;
        }
        result.status = fire_status::fired;
        ++record.fired;
        record.last_fired = now;
        record.last_job = r.id;
        if (!by_hand) {
            record.last_occurrence = r.id;
        }
    }
    record.skipped += f.skipped;
    if (!by_hand) {
        record.next = f.next;
        record.last_fired = now;
        if (record.error != f.error) {
            record.error = f.error;
            ++record.revision;
            ++recurring_changed_;
        }
    }
    return result;
}

queues_answer naive_storage::queues(queues_request const& r, time_point now) {
    pass_time(now);
    queues_answer answer{.now = now};
    if (auto const* pause = std::get_if<queue_pause>(&r)) {
        if (pause->queue.empty()) {
            throw refusal{{errc::bad_queue}};
        }
        queues_seen_.insert(std::string(pause->queue));
        if (pause->paused) {
            paused_.insert(std::string(pause->queue));
        } else {
            paused_.erase(std::string(pause->queue));
        }
        return answer;
    }
    if (auto const* limit = std::get_if<limit_put>(&r)) {
        if (limit->limit == 0 || limit->key.empty()) {
            throw refusal{{errc::bad_option}};
        }
        limits_put_[std::string(limit->key)] = limit->limit;
        return answer;
    }
    for (std::string const& name : queues_seen_) {
        queue_info info{.name = name, .paused = paused_.contains(name)};
        for (auto const& job : jobs_) {
            if (job->record.settings->queue != name) {
                continue;
            }
            info.processing += job->record.state == job_state::processing ? 1 : 0;
            if (job->record.state == job_state::enqueued) {
                ++info.waiting;
                if (!info.oldest || job->record.due < *info.oldest) {
                    info.oldest = job->record.due;
                }
            }
        }
        answer.queues.push_back(info);
    }
    std::set<std::string> limits; // those in use
    for (auto const& [key, limit] : limits_put_) {
        limits.insert(key);
    }
    for (auto const& job : jobs_) {
        for (job_limit const& l : job->record.limits) {
            limits.insert(l.key);
        }
    }
    for (std::string const& key : limits) {
        limit_info info{.key = key, .limit = limit_of(key), .used = used(key)};
        answer.limits.push_back(info);
    }
    return answer;
}

servers_answer naive_storage::servers(servers_request const& r, time_point now) {
    pass_time(now);
    servers_answer answer{.now = now};
    if (auto const* a = std::get_if<server_announce>(&r)) {
        if (a->contract != storage_contract_version) {
            throw refusal{{errc::version_mismatch}};
        }
        auto server = std::make_unique<naive_server>();
        server->said = *a;
        server->instance = ++last_server_;
        server->announced = server->heartbeat = now;
        answer.instance = server->instance;
        servers_.push_back(std::move(server));
        told_.clear();
        for (announced_type const& t : a->types) {
            types_seen_.insert(t.name);
        }
        for (auto const& job : jobs_) {
            for (announced_type const& t : a->types) {
                if (job->undecodable && t.name == job->record.type &&
                    t.argument_version >= job->record.argument_version) {
                    job->undecodable = false;
                    job->record.reason.clear();
                }
            }
        }
    } else if (auto const* retire = std::get_if<server_retire>(&r)) {
        bool const known = std::erase_if(servers_, [retire](auto const& s) {
                               return s->instance == retire->server;
                           }) != 0;
        if (known) {
            for (naive_job* job : held_by(retire->server)) {
                {
                    settle_one(
                        {.id = job->record.id,
                         .epoch = job->record.epoch,
                         .kind = outcome_kind::released,
                         .started = job->record.started},
                        retire->server,
                        now
                    );
                    if (is_final(job->record.state)) {
                        job->record.history.back().run_time.reset(); // nobody says
                    }
                    job->counted = 0; // by the storage: what the server says later is stale
                }
            }
        }
    } else if (auto const* order = std::get_if<server_order>(&r)) {
        server_or_throw(order->server).command = order->command;
    } else {
        for (auto const& server : servers_) {
            server_info info;
            info.instance = server->instance;
            info.name = server->said.name;
            info.types = server->said.types;
            info.queues = server->said.queues;
            info.slots = server->said.slots;
            info.version = server->said.version;
            info.announced = server->announced;
            info.heartbeat = server->heartbeat;
            info.command = server->command;
            info.executor_lag = server->lag;
            info.executor_lag_at = server->lag_at;
            for (auto const& job : jobs_) {
                info.held += job->record.state == job_state::processing &&
                                     job->record.server == server->instance
                                 ? 1
                                 : 0;
            }
            answer.servers.push_back(info);
        }
    }
    decide_continuations(now);
    return answer;
}

void naive_storage::server_died(server_instance instance, time_point now) {
    pass_time(now);
    bool const known =
        std::erase_if(servers_, [instance](auto const& s) { return s->instance == instance; }) != 0;
    if (known) {
        for (naive_job* job : held_by(instance)) {
            lose(*job, now);
        }
    }
    decide_continuations(now);
}

void naive_storage::recover(time_point now) {
    pass_time(now);
    while (!servers_.empty()) {
        server_died(servers_.front()->instance, now);
    }
}

} // namespace cofire::differential
