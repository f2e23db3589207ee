// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_ANSWERS_HPP
#define COFIRE_TESTING_CONFORMANCE_ANSWERS_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <string>
#include <vector>

/// What all answers have in common.
namespace cofire::testing::conformance::on_answers {

/// Every answer tells the storage's time, the one at which it was given.
inline void tell_the_storages_time(bench& t) {
    auto last = t.now();
    auto const is_now = [&](time_point now, std::string_view what, place const& where) {
        expect(last <= now && now <= t.now(), what, where);
        t.clock.advance(1ms);
        last = t.now();
    };
    auto const tells = [&](auto const& answer, place const& where = place::current()) {
        is_now(answer.now, "an answer to tell the storage's time", where);
    };
    auto const announced = t.servers(server_announce{.name = "one", .types = {{.name = "work"}}});
    tells(announced);
    auto const s = announced.instance;
    std::vector<new_job> const jobs{t.job(), t.job()};
    tells(t.insert({.jobs = jobs}));
    queue_take const from{.queue = "default"};
    acquire_request const one{.server = s, .takes = {&from, 1}, .limit = 1};
    auto const acquired = t.acquire(one);
    tells(acquired);
    auto const o = t.outcome(acquired.jobs.at(0), outcome_kind::succeeded);
    tells(t.settle({.server = s, .outcomes = {&o, 1}}));
    auto const settled = t.settle({.server = s, .then = one});
    expect(settled.acquired && settled.acquired->now == settled.now, "both times to be the same");
    tells(*settled.acquired);
    tells(t.tick({.server = s}));
    tells(t.change_ids(change_kind::requeue, {jobs[0].id}));
    tells(t.change({.kind = change_kind::delete_job, .filter = job_filter{}}));
    tells(put(t, "nightly", daily(t), t.now() + 24h));
    tells(t.recurring(recurring_list{}));
    new_job const j = t.job();
    recurring_firing const f{
        .id = "nightly",
        .revision = record(t, "nightly").revision,
        .next = t.now() + 24h,
        .jobs = {&j, 1}};
    tells(t.recurring(recurring_fire{.firings = {&f, 1}}));
    tells(t.recurring(recurring_pause{.id = "nightly"}));
    tells(t.recurring(recurring_remove{.id = "nightly"}));
    tells(t.queues(queue_pause{.queue = "default"}));
    tells(t.queues(limit_put{.key = "disk", .limit = 2}));
    tells(t.queues(queue_list{}));
    tells(t.read(read_get{}));
    tells(t.read(read_find{}));
    tells(t.read(read_groups{}));
    tells(t.read(read_series{.from = t.now() - 1h}));
    tells(t.read(read_names{}));
    tells(t.read(read_health{}));
    tells(t.servers(server_order{.server = s, .command = server_command::drain}));
    tells(t.servers(server_list{}));
    tells(t.servers(server_retire{.server = s}));
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"answers.tell_the_storages_time", tell_the_storages_time},
};

} // namespace cofire::testing::conformance::on_answers

#endif
