// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_QUEUES_HPP
#define COFIRE_TESTING_CONFORMANCE_QUEUES_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// Queues: what is listed of them, and pauses.
namespace cofire::testing::conformance::on_queues {

inline queue_info info(bench& t, std::string_view name, place const& where = place::current()) {
    for (auto const& q : t.queues(queue_list{}).queues) {
        if (q.name == name) {
            return q;
        }
    }
    throw conformance_failure(where, "the queue to be listed", "no queue of that name");
}

/// A queue tells what waits in it and what is held of it.
inline void tell_what_waits_and_what_is_held(bench& t) {
    auto const s = t.server();
    t.put_many(5);
    t.take(s, 2);
    t.put(t.limited("disk"));
    t.put(t.limited("disk"));
    t.put(t.job("strange")); // parked by type: in the line all the same
    t.take(s, 0);
    auto const q = info(t, "default");
    expect_equal(q.processing, 2U, "the jobs held");
    expect_equal(q.waiting + q.parked_by_limit, 6U, "the jobs not held");
    expect(!q.paused, "it not to be paused");
}

/// Jobs that wait for a limit are told apart.
inline void tell_what_waits_for_a_limit(bench& t) {
    auto const s = t.server();
    for (int i = 0; i != 3; ++i) {
        t.put(t.limited("disk"));
    }
    t.take(s);
    auto const q = info(t, "default");
    expect_equal(q.processing, 1U, "the jobs held");
    expect_equal(q.parked_by_limit, 2U, "the jobs that wait for the limit");
    expect_equal(q.waiting, 0U, "the jobs in line");
}

/// The age of the line is that of its oldest job.
inline void tell_since_when_the_oldest_waits(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const first = t.now();
    t.advance(1min);
    t.put(t.job());
    expect_equal(info(t, "default").oldest, std::optional(first), "since when");
    t.take(s, 1);
    expect_equal(info(t, "default").oldest, std::optional(first + 1min), "since when, then");
}

/// Jobs that were handed back or lost wait in the same line.
inline void count_what_came_back_as_the_oldest(bench& t) {
    auto const dead = t.server();
    t.put(t.job());
    auto const first = t.now();
    auto const run = t.take_one(dead);
    t.advance(1min);
    t.put(t.job());
    t.finish(dead, run, outcome_kind::released);
    expect_equal(info(t, "default").oldest, std::optional(first), "since when, handed back");
    t.change({.kind = change_kind::delete_job, .filter = job_filter{}});
    auto const id = t.put(t.job());
    t.take_one(dead);
    auto const s = t.server();
    t.kill(dead);
    t.advance(1min);
    auto const lost = t.get(id);
    expect_equal(lost.lost, 1U, "lost");
    expect_equal(lost.state, job_state::enqueued, "the state of the lost job");
    t.put(t.job());
    expect_equal(info(t, "default").oldest, std::optional(lost.due), "since when, lost");
    expect_equal(t.take(s, 1).size(), 1U, "the jobs taken");
}

/// They are listed by name.
inline void are_listed_by_name(bench& t) {
    for (char const* name : {"b", "c", "a"}) {
        t.put(t.job("work", {.queue = name}));
    }
    std::vector<std::string> names;
    for (auto const& q : t.queues(queue_list{}).queues) {
        names.push_back(q.name);
    }
    expect(std::ranges::is_sorted(names), "the names in order");
    expect(names.size() >= 3, "all of them");
}

/// A queue that nobody has used yet can be paused; what comes into it later stays.
inline void can_be_paused_before_they_are_used(bench& t) {
    auto const s = t.server();
    t.queues(queue_pause{.queue = "later"});
    expect(info(t, "later").paused, "it to be paused");
    t.put(t.job("work", {.queue = "later"}));
    expect(t.take(s, 9, "later").empty(), "nothing to be taken");
    t.queues(queue_pause{.queue = "later", .paused = false});
    expect_equal(t.take(s, 9, "later").size(), 1U, "the jobs taken then");
}

/// To pause twice is to pause once.
inline void a_pause_is_no_counter(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    t.queues(queue_pause{.queue = "default"});
    t.queues(queue_pause{.queue = "default"});
    t.queues(queue_pause{.queue = "default", .paused = false});
    expect_equal(t.take(s).size(), 1U, "the jobs taken");
    t.queues(queue_pause{.queue = "default", .paused = false});
}

/// Pauses let runs end and jobs be inserted; what falls due stays as well.
inline void a_pause_concerns_only_acquiring(bench& t) {
    auto const s = t.server();
    t.put(t.job());
    auto const run = t.take_one(s);
    t.queues(queue_pause{.queue = "default"});
    t.finish(s, run);
    new_job j = t.job();
    j.due = t.now() + 1min;
    t.put(j);
    t.advance(1min);
    t.expect_state(j.id, job_state::enqueued);
    expect(t.take(s).empty(), "nothing to be taken");
}

/// A queue has a name.
inline void without_a_name_are_refused(bench& t) {
    t.put(t.job());
    t.expect_refused(errc::bad_queue, [&] { t.queues(queue_pause{}); });
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"queues.tell_what_waits_and_what_is_held", tell_what_waits_and_what_is_held},
    {"queues.tell_what_waits_for_a_limit", tell_what_waits_for_a_limit},
    {"queues.tell_since_when_the_oldest_waits",
     tell_since_when_the_oldest_waits,
     conformance_need::clock},
    {"queues.are_listed_by_name", are_listed_by_name},
    {"queues.can_be_paused_before_they_are_used", can_be_paused_before_they_are_used},
    {"queues.a_pause_is_no_counter", a_pause_is_no_counter},
    {"queues.a_pause_concerns_only_acquiring",
     a_pause_concerns_only_acquiring,
     conformance_need::clock},
    {"queues.without_a_name_are_refused", without_a_name_are_refused},
    {"queues.count_what_came_back_as_the_oldest",
     count_what_came_back_as_the_oldest,
     conformance_need::clock},
};

} // namespace cofire::testing::conformance::on_queues

#endif
