// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_BENCH_BODIES_HPP
#define COFIRE_TESTING_CONFORMANCE_BENCH_BODIES_HPP

#include <cofire/testing/conformance/bench.hpp>

namespace cofire::testing::conformance {

inline storage_ref const& bench::storage() {
    if (!current_) {
        storage_.emplace(model_.make(setup()));
        current_ = storage_->ref();
    }
    return *current_;
}

inline void bench::reopen() {
    living_.clear(); // nobody says farewell
    current_.reset();
    storage_.reset();
    storage_.emplace(model_.reopen(setup()));
    current_ = storage_->ref();
}

inline acquire_answer bench::acquire(acquire_request const& r) {
    if (door_ == conformance_door::acquire) {
        return runner_.await(storage().acquire(r));
    }
    run_outcome unheard_of;
    unheard_of.id = new_id();
    unheard_of.epoch = 1;
    settle_request along{.server = r.server, .then = r};
    if (door_ == conformance_door::settle_one) {
        along.outcomes = {&unheard_of, 1};
    }
    auto answer = settle(along);
    expect(
        answer.results == std::vector(along.outcomes.size(), settle_status::stale),
        "the outcome settled to be stale"
    );
    expect(answer.acquired.has_value(), "settle to answer what it was to take along");
    return std::move(*answer.acquired);
}

inline wait_status bench::end_of(started_wait& w, place const& where) {
    runner_.run_until(w.done, "the wait to end", where);
    if (w.error) {
        std::rethrow_exception(w.error);
    }
    return w.answer->status;
}

inline void bench::wait_for_timeout(wait_terms const& terms, place const& where) {
    for (int spurious = 0; spurious != 1'000; ++spurious) {
        if (wait(terms, where) == wait_status::timeout) {
            return;
        }
    }
    throw conformance_failure(where, "the wait to time out", "changed, a thousand times");
}

inline time_point bench::now() {
    return model_.follows_clock ? clock.wall_now() : read(read_counts{}).now;
}

inline void bench::advance(duration d) {
    if (living_.empty()) {
        server({}); // somebody has to come by
    }
    duration step = d;
    for (auto const& [instance, s] : living_) {
        if (s.lease) {
            step = std::min(step, *s.lease / 2);
        }
    }
    do {
        duration const by = std::min(step, d);
        clock.advance(by);
        d -= by;
        for (auto const& [instance, s] : living_) {
            for (bool more = true; more;) {
                auto const answer = tick({.server = instance});
                for (storage_notice const& n : answer.notices) {
                    (n.id.is_nil() ? unhandled : notices).push_back(n);
                }
                more = answer.more;
            }
        }
    } while (d > 0us);
}

inline job_id bench::new_id() {
    ++last_id_;
    return job_id::make(clock.wall_now(), 0, last_id_);
}

inline new_job bench::job(std::string type, job_settings settings) {
    new_job j;
    j.id = new_id();
    j.type = std::move(type);
    j.arguments = "[" + std::to_string(last_id_) + "]";
    j.settings = std::make_shared<job_settings const>(std::move(settings));
    return j;
}

inline new_job bench::keyed(std::string key, unique_hold hold, duplicate_policy on_duplicate) {
    new_job j = job();
    j.unique_key.emplace();
    j.unique_key->text = "type/work/" + std::move(key);
    j.unique_key->hold = hold;
    j.unique_key->on_duplicate = on_duplicate;
    if (hold == unique_hold::for_a_time) {
        j.unique_key->hold_for = 1h;
    }
    return j;
}

inline new_job bench::limited(std::string key, std::uint32_t limit) {
    new_job j = job();
    j.limits.push_back({.key = std::move(key), .limit = limit});
    return j;
}

inline new_job bench::after(job_id parent, parent_condition on) {
    new_job j = job();
    j.parents.push_back({.id = parent, .on = on});
    return j;
}

inline insert_result bench::insert_one(new_job const& j) {
    auto const answer = insert({.jobs = {&j, 1}});
    expect_equal(answer.results.size(), 1U, "the number of results");
    return answer.results[0];
}

inline job_id bench::put(new_job const& j, place const& where) {
    auto const result = insert_one(j);
    expect_equal(result.status, insert_status::inserted, "the status of an insert", where);
    expect_equal(result.id, j.id, "the id of a job inserted", where);
    return j.id;
}

inline std::vector<job_id> bench::put_many(std::size_t count) {
    std::vector<job_id> ids;
    while (ids.size() != count) {
        ids.push_back(put(job()));
    }
    return ids;
}

inline job_record bench::get(job_id id, place const& where) {
    auto const answer = read(read_get{.ids = {&id, 1}});
    if (answer.jobs.size() != 1) {
        throw conformance_failure(
            where, "to get the job " + id.to_string(), shown(answer.jobs.size()) + " jobs"
        );
    }
    expect_equal(answer.jobs[0].id, id, "the id of a job got", where);
    expect(answer.jobs[0].settings != nullptr, "a job's settings never to be null", where);
    return answer.jobs[0];
}

inline bool bench::knows(job_id id) {
    return !read(read_get{.ids = {&id, 1}}).jobs.empty();
}

inline void bench::expect_state(job_id id, job_state state, place const& where) {
    expect_equal(get(id, where).state, state, "the job's state", where);
}

inline server_instance bench::server(std::vector<std::string> const& types) {
    server_announce a;
    a.name = "conformance";
    for (auto const& type : types) {
        a.types.push_back({.name = type});
    }
    a.queues = {"default"};
    a.slots = 100;
    a.version = "1";
    return announce(a);
}

inline server_instance bench::announce(server_announce const& a) {
    auto const answer = servers(a);
    living_[answer.instance] = {answer.presence, answer.lease};
    return answer.instance;
}

inline void bench::kill(server_instance s) {
    auto const found = living_.find(s);
    auto const lease = found->second.lease;
    living_.erase(found); // and its presence with it
    if (living_.empty()) {
        server({}); // somebody has to come by
    }
    advance(lease ? *lease + 1s : 0us);
}

inline void bench::retire(server_instance s) {
    servers(server_retire{.server = s});
    living_.erase(s);
}

inline std::vector<acquired_job>
bench::take(server_instance s, std::uint32_t limit, std::string_view queue) {
    queue_take const from{.queue = queue};
    return acquire({.server = s, .takes = {&from, 1}, .limit = limit}).jobs;
}

inline acquired_job bench::take_one(server_instance s, place const& where) {
    auto const jobs = take(s, 1);
    expect_equal(jobs.size(), 1U, "the number of jobs taken", where);
    return jobs[0];
}

inline run_outcome bench::outcome(acquired_job const& run, outcome_kind kind) {
    run_outcome o;
    o.id = run.id;
    o.epoch = run.epoch;
    o.kind = kind;
    if (kind == outcome_kind::retry || kind == outcome_kind::snoozed) {
        o.at = now() + 1min;
    }
    if (kind != outcome_kind::released && kind != outcome_kind::parked) {
        o.started = now();
    }
    if (kind == outcome_kind::failed || kind == outcome_kind::retry) {
        o.error = error_info{.type = "std::runtime_error", .message = "broken", .fingerprint = 7};
    }
    return o;
}

inline settle_status bench::settle_one(server_instance s, run_outcome const& o) {
    auto const answer = settle({.server = s, .outcomes = {&o, 1}});
    expect_equal(answer.results.size(), 1U, "the number of settle results");
    return answer.results[0];
}

inline void
bench::finish(server_instance s, acquired_job const& run, outcome_kind kind, place const& where) {
    expect_equal(settle_one(s, outcome(run, kind)), settle_status::done, "the settle", where);
}

inline job_id bench::put_and_finish(server_instance s, outcome_kind kind, std::string type) {
    auto const id = put(job(std::move(type)));
    auto const run = take_one(s);
    expect_equal(run.id, id, "the job taken");
    finish(s, run, kind);
    return id;
}

inline std::vector<run_signal> bench::signals(server_instance s) {
    return tick({.server = s}).signals;
}

inline change_answer
bench::change_ids(change_kind kind, std::vector<job_id> const& ids, change_request more) {
    more.kind = kind;
    more.ids = ids;
    return change(more);
}

inline std::vector<job_id> bench::find(job_filter const& filter) {
    std::vector<job_id> ids;
    for (auto const& j : read(read_find{.filter = filter, .rows = 500}).jobs) {
        ids.push_back(j.id);
    }
    return sorted(std::move(ids));
}

inline std::string bench::picture() {
    std::string text;
    auto const add = [&text](auto const&... values) {
        ((text += shown(values) + ' '), ...);
        text += '\n';
    };
    auto const c = counts();
    add(c.by_state,
        c.inserted,
        c.succeeded,
        c.attempts_failed,
        c.failed,
        c.deleted,
        c.lost,
        c.removed);
    auto jobs = read(read_find{.rows = 500}).jobs;
    std::ranges::sort(jobs, {}, &job_record::id);
    for (auto const& j : jobs) {
        add(j.id,
            j.type,
            j.state,
            j.sub_state,
            j.attempt,
            j.lost,
            j.epoch,
            j.server,
            j.due,
            j.reason);
        add(j.result, j.unique_key, j.continuations, j.history.size(), j.settings->queue);
        add(j.settings->priority, j.log.size(), j.finished, j.started);
    }
    auto const lines = queues(queue_list{});
    for (auto const& q : lines.queues) {
        add(q.name, q.paused, q.waiting, q.parked_by_limit, q.processing);
    }
    for (auto const& l : lines.limits) {
        add(l.key, l.limit, l.used, l.parked);
    }
    for (auto const& r : recurring(recurring_list{}).records) {
        add(r.id, r.revision, r.next, r.paused, r.error, r.fired, r.skipped, r.definition.cron);
    }
    for (auto const& s : servers(server_list{}).servers) {
        add(s.instance, s.name, s.held, s.command);
    }
    return text;
}

} // namespace cofire::testing::conformance

#endif
