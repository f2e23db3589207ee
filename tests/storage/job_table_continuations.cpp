// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_continuations)

namespace {

using namespace storage_tests;
using cofire::parent_condition;
constexpr auto on_success = parent_condition::on_success;
constexpr auto on_failure = parent_condition::on_failure;
constexpr auto on_any_end = parent_condition::on_any_end;

BOOST_AUTO_TEST_CASE(each_condition_for_each_end) {
    auto const child = [](parent_condition on, outcome_kind end, bool attach_later) {
        table_fixture t;
        auto const s = t.server();
        auto const two = after(job(2), {{id_of(1), on}});
        attach_later ? t.insert(job(1)) : t.insert({job(1), two});
        t.run_one(s, end);
        if (attach_later) {
            t.insert(two);
        }
        return t.state(2);
    };
    for (bool later : {false, true}) {
        BOOST_TEST(child(on_success, outcome_kind::succeeded, later) == "enqueued");
        BOOST_TEST(child(on_success, outcome_kind::failed, later) == "deleted");
        BOOST_TEST(child(on_success, outcome_kind::deleted, later) == "deleted");
        BOOST_TEST(child(on_failure, outcome_kind::succeeded, later) == "deleted");
        BOOST_TEST(child(on_failure, outcome_kind::failed, later) == "enqueued");
        BOOST_TEST(child(on_failure, outcome_kind::deleted, later) == "deleted");
        BOOST_TEST(child(on_any_end, outcome_kind::succeeded, later) == "enqueued");
        BOOST_TEST(child(on_any_end, outcome_kind::failed, later) == "enqueued");
        BOOST_TEST(child(on_any_end, outcome_kind::deleted, later) == "enqueued");
    }
}

BOOST_AUTO_TEST_CASE(results_come_along_in_the_order_of_the_parents) {
    table_fixture t;
    auto const s = t.server();
    t.insert(
        {job(1),
         job(2),
         after(job(3), {{id_of(2), on_any_end}, {id_of(1)}, {id_of(2), on_failure}})}
    );
    auto const got = t.acquire(s);
    t.settle(s, got.at(1), outcome_kind::failed);
    BOOST_TEST(t.state(3) == "awaiting");
    t.end(s, {.id = got[0].id, .epoch = got[0].epoch, .result = "[1]"});
    auto const j = t.take_one(s);
    BOOST_REQUIRE(j.parents.size() == 3U);
    BOOST_TEST((j.parents[0].id == id_of(2) && j.parents[0].state == job_state::failed));
    BOOST_TEST((j.parents[1].id == id_of(1) && j.parents[1].result == "[1]"));
    BOOST_TEST(t.history(3) == "awaiting, enqueued (parents ended), processing");
    auto const r = t.record(1);
    BOOST_REQUIRE(r.continuations.size() == 1U);
    BOOST_TEST((r.continuations[0] == id_of(3)));
}

BOOST_AUTO_TEST_CASE(a_delayed_continuation_waits_for_its_time_too) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), due(after(job(2), 1), 1h), due(after(job(3), 1), 1s)});
    t.now += 1min;
    t.run_one(s);
    BOOST_TEST(t.state(2) == "scheduled");
    BOOST_TEST(t.state(3) == "enqueued");
    BOOST_TEST((t.record(3).due == t.now));
    t.now = start + 1h;
    BOOST_TEST(numbers(t.acquire(s)) == "3 2");
    BOOST_TEST(t.history(2) == "awaiting, scheduled (parents ended), enqueued, processing");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_met_is_deleted_with_the_reason_and_all_that_follows) {
    table_fixture t;
    auto const s = t.server();
    t.insert(
        {job(1),
         after(job(2), 1),
         after(job(3), 2),
         after(job(4), {{id_of(3), on_any_end}}),
         after(job(5), {{id_of(2), on_failure}})}
    );
    t.run_one(s, outcome_kind::failed);
    BOOST_TEST(t.state(2) == "deleted");
    BOOST_TEST(t.record(2).reason == "condition: parent " + id_of(1).to_string() + " ended failed");
    BOOST_TEST(t.state(3) == "deleted");
    BOOST_TEST(t.state(4) == "enqueued");
    BOOST_TEST(t.state(5) == "deleted");
    auto const notices = t.tick(s).notices;
    BOOST_TEST(notices.size() == 3U);
    BOOST_TEST((notices.at(0).from == job_state::awaiting && notices[0].to == job_state::deleted));
    // Requeueing the parent does not bring them back.
    t.change(change_kind::requeue, 1);
    t.acquire(s);
    BOOST_TEST(t.state(2) == "deleted");
    BOOST_TEST(t.history(2).starts_with("awaiting, deleted (condition"));
}

BOOST_AUTO_TEST_CASE(exactly_once_though_the_parent_runs_again) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(9), after(job(2), 1), after(job(3), {{id_of(1)}, {id_of(9)}})});
    auto const got = t.acquire(s);
    t.settle(s, got.at(0));
    t.change(change_kind::requeue, 1);
    auto const again = t.acquire(s);
    BOOST_TEST(numbers(again) == "2 1");
    t.insert(after(job(4), {{id_of(1), on_failure}}));
    t.settle(s, again[1], outcome_kind::failed);
    BOOST_TEST(t.state(2) == "processing");
    BOOST_TEST(t.state(3) == "awaiting"); // the first end counts
    BOOST_TEST(t.state(4) == "enqueued");
    t.settle(s, got.at(1));
    BOOST_TEST(t.state(3) == "enqueued");
    BOOST_TEST(numbers(t.acquire(s)) == "4 3");
}

// What it is told is the end that counted, not that of a run since.
BOOST_AUTO_TEST_CASE(a_decided_edge_stays_while_the_other_parents_run) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(9), after(job(3), {{id_of(1)}, {id_of(9)}})});
    auto const got = t.acquire(s);
    t.end(s, {.id = got.at(0).id, .epoch = got.at(0).epoch, .result = "1"});
    t.change(change_kind::requeue, 1);
    auto const again = t.take_one(s);
    t.settle(s, again, outcome_kind::failed);
    t.change(change_kind::requeue, 1);
    t.end(s, {.id = got.at(1).id, .epoch = got.at(1).epoch, .result = "9"});
    auto const both = t.acquire(s);
    BOOST_TEST(numbers(both) == "1 3");
    auto const& parents = both.at(1).parents;
    BOOST_TEST((parents.at(0).state == job_state::succeeded));
    BOOST_TEST(parents.at(0).result == "1");
    BOOST_TEST(parents.at(1).result == "9");
}

BOOST_AUTO_TEST_CASE(a_continuation_requeued_by_hand_sees_how_its_parents_ended_since) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), after(job(2), 1)});
    t.run_one(s, outcome_kind::failed);
    BOOST_TEST(t.state(2) == "deleted");
    t.change(change_kind::requeue, 1);
    auto const j = t.take_one(s);
    t.end(s, {.id = j.id, .epoch = j.epoch, .result = "1"});
    t.change(change_kind::requeue, 2);
    auto const two = t.take_one(s);
    BOOST_TEST((two.parents.at(0).state == job_state::succeeded));
    BOOST_TEST(two.parents[0].result == "1");
}

BOOST_AUTO_TEST_CASE(a_continuation_stopped_before_its_parent_ended) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), after(job(2), 1), after(job(3), 2)});
    t.change(change_kind::cancel, 2);
    BOOST_TEST(t.state(3) == "deleted");
    t.change(change_kind::requeue, 2); // at once, without its parent
    BOOST_TEST(numbers(t.acquire(s)) == "1 2");
}

// The edge leads to an id under which another job is stored by now.
BOOST_AUTO_TEST_CASE(a_continuation_that_is_gone) {
    table_fixture t({.keep_count = 0});
    auto const s = t.server();
    t.insert({job(1), job(9), after(job(2), {{id_of(1)}, {id_of(9)}}), after(job(3), 1)});
    auto const got = t.acquire(s);
    t.change(change_kind::delete_job, 2);
    t.change(change_kind::delete_job, 3);
    t.tick(s);
    BOOST_TEST(t.insert({after(job(2), 9), job(3)}) == "ii");
    t.settle(s, got.at(0));
    BOOST_TEST(t.state(2) == "awaiting");
    BOOST_TEST(t.state(3) == "enqueued");
    t.settle(s, got.at(1));
    BOOST_TEST(t.state(2) == "enqueued");
}

BOOST_AUTO_TEST_CASE(wide_and_deep) {
    constexpr std::uint64_t n = 9'999;
    table_fixture t;
    auto const s = t.server();
    std::vector<new_job> fan; // 1 -> 2, 3, ..., n, all -> n + 1
    fan.push_back(job(1));
    auto join = job(n + 1);
    for (std::uint64_t i = 2; i <= n; ++i) {
        fan.push_back(after(job(i), 1));
        join.parents.push_back({id_of(i)});
    }
    fan.push_back(join);
    t.insert(fan);
    t.run_one(s);
    auto const got = t.acquire(s, 10'000);
    BOOST_TEST(got.size() == n - 1);
    std::vector<run_outcome> outcomes;
    for (auto const& j : got) {
        outcomes.push_back({.id = j.id, .epoch = j.epoch});
    }
    t.table.settle({.server = s, .outcomes = outcomes}, t.now);
    BOOST_TEST(t.state(n + 1) == "enqueued");

    std::vector<new_job> chain; // each waits for the one before; the last is first in the call
    for (std::uint64_t i = 10'000; i != 0; --i) {
        chain.push_back(i == 1 ? job(20'001) : after(job(20'000 + i), 20'000 + i - 1));
    }
    t.insert(chain);
    t.change(change_kind::delete_job, 20'001);
    BOOST_TEST(t.state(30'000) == "deleted");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
