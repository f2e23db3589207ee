// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_acquire)

namespace {

using namespace storage_tests;

new_job of_type(new_job made, std::string type, std::uint32_t version = 1) {
    made.type = std::move(type);
    made.argument_version = version;
    return made;
}

BOOST_AUTO_TEST_CASE(hands_out_all_that_a_run_needs) {
    table_fixture t;
    auto const s = t.server();
    auto one = job(1);
    one.recurring_id = "r";
    one.argument_version = 1;
    t.insert(one);
    t.now += 1s;
    auto const j = t.take_one(s);
    BOOST_TEST((j.id == id_of(1)));
    BOOST_TEST(j.type == "t");
    BOOST_TEST(j.arguments == "[1]");
    BOOST_TEST(j.attempt == 0U);
    BOOST_TEST(j.lost == 0U);
    BOOST_TEST(j.recurring_id == "r");
    BOOST_TEST((*j.settings == *one.settings));
    BOOST_TEST((j.created == start && j.due == start));
    BOOST_TEST(t.acquire(s).empty());
    auto const r = t.record(1);
    BOOST_TEST((r.state == job_state::processing && r.server == s && r.epoch == j.epoch));
    BOOST_TEST((r.started == start + 1s));
}

BOOST_AUTO_TEST_CASE(queue_then_priority_then_position) {
    table_fixture t;
    auto const s = t.server({"t", "u"});
    t.insert(
        {job(1),
         with_settings(job(2), settings(9)),
         with_settings(of_type(job(3), "u"), settings(9)),
         with_settings(job(4), settings(15, "other")),
         of_type(job(5), "u"),
         job(6),
         with_settings(job(7), settings(0)),
         with_settings(job(8), settings(15))}
    );
    BOOST_TEST(numbers(t.acquire(s, 100, {{"default"}, {"other"}})) == "8 2 3 1 5 6 7 4");
}

BOOST_AUTO_TEST_CASE(caps_and_limit) {
    table_fixture t;
    auto const s = t.server();
    for (std::uint64_t n = 1; n != 6; ++n) {
        t.insert({job(n), with_settings(job(10 + n), settings(5, "other"))});
    }
    BOOST_TEST(t.acquire(s, 0).empty());
    BOOST_TEST(numbers(t.acquire(s, 3, {{"default", 2}, {"other", 2}})) == "1 2 11");
    BOOST_TEST(
        numbers(t.acquire(s, 9, {{"other", 1}, {"default", 2}, {"other"}})) == "12 3 4 13 14 15"
    );
    BOOST_TEST(t.acquire(s, 9, {{"nowhere"}}).empty());
}

BOOST_AUTO_TEST_CASE(only_announced_types_and_versions) {
    table_fixture t;
    cofire::server_announce a;
    a.types = {{.name = "t", .argument_version = 2}, {.name = "u", .argument_version = 1}};
    auto const s = t.table.servers(a, t.now).instance;
    t.insert(
        {of_type(job(1), "unknown"),
         of_type(job(2), "t", 3),
         of_type(job(3), "t", 2),
         of_type(job(4), "t", 1),
         of_type(job(5), "u", 2),
         of_type(job(6), "u", 1)}
    );
    BOOST_TEST(numbers(t.acquire(s)) == "3 4 6");
    BOOST_TEST((t.record(1).sub_state == cofire::job_sub_state::parked_by_type));
    BOOST_TEST((t.record(2).sub_state == cofire::job_sub_state::parked_by_type));
    BOOST_TEST(t.queues().queues.at(0).waiting == 3U);
    t.retire(s);
    BOOST_TEST((t.record(1).sub_state == cofire::job_sub_state::in_line)); // no server at all
    auto const u = t.server({"unknown"});
    BOOST_TEST(numbers(t.acquire(u)) == "1");
}

BOOST_AUTO_TEST_CASE(types_with_little_room) {
    table_fixture t;
    auto const s = t.server({"t", "u", "v"});
    t.insert({job(1), of_type(job(2), "u"), job(3), of_type(job(4), "v"), of_type(job(5), "u")});
    cofire::take const take{"default"};
    std::vector<std::string_view> const none{"t"};
    std::vector<std::string_view> const shared{"v", "u"};
    std::vector<cofire::type_cap> caps{{.types = none}, {.types = shared, .cap = 2}};
    auto const acquire = [&] {
        cofire::acquire_request r{.server = s, .takes = {&take, 1}, .caps = caps, .limit = 9};
        auto const got = t.table.acquire(r, t.now).jobs;
        t.check();
        return numbers(got);
    };
    BOOST_TEST(acquire() == "2 4");
    caps[1].cap = 0;
    BOOST_TEST(acquire() == "");
    caps[0].cap = 1;
    BOOST_TEST(acquire() == "1");
    caps.clear();
    BOOST_TEST(acquire() == "3 5");
}

BOOST_AUTO_TEST_CASE(a_paused_queue_gives_nothing) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    auto const seen = t.table.acquire({.server = s}, t.now).seen;
    t.table.queues(cofire::queue_pause{"default", true}, t.now);
    BOOST_TEST(t.queues().queues.at(0).paused);
    BOOST_TEST(t.acquire(s).empty());
    t.table.queues(cofire::queue_pause{"default", false}, t.now);
    std::string_view const name = "default";
    BOOST_TEST(t.table.changed({.server = s, .queues = {&name, 1}}, seen));
    BOOST_TEST(t.acquire(s).size() == 1U);
    t.table.queues(cofire::queue_pause{"not yet there", true}, t.now);
    t.insert(with_settings(job(2), settings(5, "not yet there")));
    BOOST_TEST(t.acquire(s, 9, {{"not yet there"}}).empty());
    BOOST_CHECK_THROW(t.table.queues(cofire::queue_pause{"", true}, t.now), cofire::error);
}

BOOST_AUTO_TEST_CASE(unknown_server) {
    table_fixture t;
    t.insert(job(1));
    BOOST_CHECK_EXCEPTION(t.acquire(7), cofire::error, [](auto const& e) {
        return e.value() == errc::unknown_server;
    });
    auto const s = t.server();
    t.retire(s);
    BOOST_CHECK_THROW(t.acquire(s), cofire::error);
    BOOST_TEST(t.server() > s);
}

BOOST_AUTO_TEST_CASE(epochs_only_grow) {
    table_fixture t;
    auto s = t.server();
    t.insert({job(1), job(2)});
    cofire::epoch_type last = 0;
    for (int i = 0; i != 5; ++i) {
        auto const j = t.take_one(s);
        BOOST_TEST(j.epoch > last);
        last = j.epoch;
        t.settle(s, j, i == 1 ? outcome_kind::failed : outcome_kind::released);
        if (i == 1) {
            t.change(change_kind::requeue, 1);
        }
        if (i == 2) {
            t.retire(s);
            s = t.server();
        }
    }
}

BOOST_AUTO_TEST_CASE(scheduled_jobs_come_in_the_order_of_their_times) {
    table_fixture t;
    auto const s = t.server();
    t.insert({due(job(1), 3s), due(job(2), 1s), due(job(3), 2s), due(job(4), 2s)});
    auto const first = t.table.acquire({.server = s}, t.now);
    BOOST_REQUIRE(first.next_due.has_value());
    BOOST_TEST((*first.next_due > start && *first.next_due <= start + 1s));
    t.now += 1s - 1us;
    BOOST_TEST(t.acquire(s).empty());
    t.now += 1us;
    BOOST_TEST(numbers(t.acquire(s)) == "2");
    t.now += 5s;
    auto const rest = t.acquire(s);
    BOOST_TEST(numbers(rest) == "3 4 1");
    BOOST_TEST((rest[0].due == start + 2s));
    BOOST_TEST(t.history(3) == "scheduled, enqueued, processing");
    BOOST_TEST((t.record(3).history[1].at == start + 2s));
    BOOST_TEST(!t.table.acquire({.server = s}, t.now).next_due.has_value());
}

BOOST_AUTO_TEST_CASE(the_wall_clock_jumps_back) {
    table_fixture t;
    auto const s = t.server();
    t.insert(due(job(1), 1s));
    t.now += 1h;
    t.run_one(s);
    t.now = start + 10s;
    t.insert({due(job(2), 20s), due(job(3), 15s)});
    auto const told = t.table.acquire({.server = s}, t.now).next_due;
    BOOST_REQUIRE(told.has_value());
    BOOST_TEST((*told <= start + 15s));
    BOOST_TEST(t.acquire(s).empty());
    t.now = start + 15s;
    BOOST_TEST(numbers(t.acquire(s)) == "3");
    t.now = start + 12s;
    BOOST_TEST(t.acquire(s).empty());
    t.now = start + 20s;
    BOOST_TEST(numbers(t.acquire(s)) == "2");
}

BOOST_AUTO_TEST_CASE(released_jobs_go_back_to_their_place) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2), job(3), job(4)});
    auto const got = t.acquire(s, 3);
    t.settle(s, got[1], outcome_kind::released);
    t.settle(s, got[2], outcome_kind::released);
    t.settle(s, got[0], outcome_kind::released);
    t.insert(with_settings(job(5), settings(9)));
    BOOST_TEST(numbers(t.acquire(s)) == "5 1 2 3 4");
    BOOST_TEST(t.record(1).attempt == 0U);
}

BOOST_AUTO_TEST_CASE(many_released_in_any_order) {
    table_fixture t;
    auto const s = t.server();
    std::vector<new_job> jobs;
    for (std::uint64_t n = 1; n <= 10'000; ++n) {
        jobs.push_back(job(n));
    }
    t.insert(jobs);
    auto const got = t.acquire(s, 9'999);
    std::vector<run_outcome> outcomes;
    for (std::size_t i = 0; i != got.size(); ++i) {
        auto const& j = got[i * 7919 % got.size()];
        outcomes.push_back({.id = j.id, .epoch = j.epoch, .kind = outcome_kind::released});
    }
    t.table.settle({.server = s, .outcomes = outcomes}, t.now);
    t.check();
    auto const again = t.acquire(s, 10'000);
    BOOST_REQUIRE(again.size() == 10'000U);
    for (std::size_t i = 0; i != again.size(); ++i) {
        BOOST_REQUIRE((again[i].id == jobs[i].id));
    }
    t.retire(s);
    BOOST_TEST(t.queues().queues.at(0).waiting == 10'000U);
}

BOOST_AUTO_TEST_CASE(a_limit_is_kept_and_no_job_stands_in_the_way) {
    table_fixture t;
    auto const s = t.server();
    t.insert(
        {with_limit(job(1), "l"),
         with_limit(job(2), "l"),
         job(3),
         with_limit(job(4), "m", 2),
         with_limit(job(5), "m", 2),
         with_limit(job(6), "m", 2),
         with_limit(job(7), "l")}
    );
    auto const got = t.acquire(s);
    BOOST_TEST(numbers(got) == "1 3 4 5");
    BOOST_TEST((t.record(2).sub_state == cofire::job_sub_state::parked_by_limit));
    auto const q = t.queues();
    BOOST_TEST(q.queues.at(0).parked_by_limit == 3U);
    BOOST_TEST(q.queues.at(0).waiting == 0U);
    BOOST_TEST(q.limits.at(0).key == "l");
    BOOST_TEST(q.limits.at(0).used == 1U);
    BOOST_TEST(q.limits.at(0).parked == 2U);
    BOOST_TEST(t.acquire(s).empty());
    t.settle(s, got[0]);
    BOOST_TEST(t.queues().limits.at(0).parked == 1U); // not more than there is room for
    BOOST_TEST(numbers(t.acquire(s)) == "2");
    t.settle(s, got[2], outcome_kind::retry);
    BOOST_TEST(numbers(t.acquire(s)) == "6");
}

BOOST_AUTO_TEST_CASE(parked_jobs_come_back_by_priority_and_age_before_newer_ones) {
    table_fixture t;
    auto const s = t.server();
    t.insert({with_limit(job(1), "l"), with_limit(job(2), "l"), with_limit(job(3), "l")});
    auto const one = t.acquire(s);
    t.insert(with_settings(with_limit(job(4), "l"), settings(9)));
    BOOST_TEST(t.acquire(s).empty());
    t.settle(s, one.at(0));
    t.insert(with_limit(job(5), "l"));
    auto got = t.acquire(s);
    BOOST_TEST(numbers(got) == "4");
    t.settle(s, got.at(0));
    got = t.acquire(s);
    BOOST_TEST(numbers(got) == "2");
}

// Whatever frees a limit must put a parked job back, and whatever takes one away too.
BOOST_AUTO_TEST_CASE(limits_do_not_leak) {
    auto const frees = [&](auto const& act) {
        table_fixture t;
        auto const s = t.server();
        t.insert({with_limit(job(1), "l"), with_limit(job(2), "l"), with_limit(job(3), "l")});
        auto const one = t.acquire(s).at(0);
        act(t, s, one);
        t.check();
        auto const other = t.server();
        BOOST_TEST(numbers(t.acquire(other)) != "");
        BOOST_TEST(t.queues().limits.at(0).used == 1U);
    };
    auto const settles = [&](outcome_kind kind) {
        frees([=](auto& t, auto s, auto& one) { t.settle(s, one, kind); });
    };
    for (auto kind :
         {outcome_kind::succeeded,
          outcome_kind::failed,
          outcome_kind::retry,
          outcome_kind::snoozed,
          outcome_kind::released,
          outcome_kind::deleted,
          outcome_kind::parked}) {
        settles(kind);
    }
    frees([](auto& t, auto s, auto&) { t.retire(s); });
    frees([](auto& t, auto s, auto&) { t.die(s); });
    frees([](auto& t, auto s, auto& one) { // the next in line is deleted, moved, rescheduled
        t.settle(s, one);
        t.change(change_kind::delete_job, 2);
    });
    frees([](auto& t, auto s, auto& one) {
        t.settle(s, one);
        t.change(change_kind::move, 2, {.queue = "other"});
    });
    frees([](auto& t, auto s, auto& one) {
        t.settle(s, one);
        t.change(change_kind::reschedule, 2, {.due = start + 1h});
    });
    frees([](auto& t, auto, auto&) {
        t.table.queues(cofire::limit_put{"l", 2}, t.now);
        t.table.queues(cofire::limit_put{"l", 1}, t.now); // lowered: what was put back is met again
        t.change(change_kind::delete_job, 1);
        auto const signals = t.tick(1).signals;
        BOOST_REQUIRE(signals.size() == 1U);
        t.end(1, {.id = signals[0].id, .epoch = signals[0].epoch, .kind = outcome_kind::deleted});
    });
}

// The first parked job is of a queue that is paused: it must not hold up the rest.
BOOST_AUTO_TEST_CASE(an_idle_lane_does_not_starve_the_others) {
    table_fixture t;
    auto const s = t.server();
    auto const all = std::vector<cofire::take>{{"default"}, {"other"}};
    t.insert(with_limit(job(1), "l"));
    auto const one = t.acquire(s, 9, all).at(0);
    t.insert({with_limit(with_settings(job(2), settings(5, "other")), "l"), with_limit(job(3), "l")}
    );
    BOOST_TEST(t.acquire(s, 9, all).empty());
    t.table.queues(cofire::queue_pause{"other", true}, t.now);
    t.settle(s, one);
    BOOST_TEST(numbers(t.acquire(s, 9, all)) == "3");
}

BOOST_AUTO_TEST_CASE(the_latest_job_sets_the_limit_unless_it_was_put) {
    table_fixture t;
    auto const s = t.server();
    t.insert({with_limit(job(1), "l"), with_limit(job(2), "l")});
    BOOST_TEST(numbers(t.acquire(s)) == "1");
    t.insert(with_limit(job(3), "l", 2));
    BOOST_TEST(numbers(t.acquire(s)) == "2");
    t.table.queues(cofire::limit_put{"l", 3}, t.now);
    BOOST_TEST(numbers(t.acquire(s)) == "3");
    t.insert({with_limit(job(4), "l", 9), with_limit(job(5), "l", 9)});
    BOOST_TEST(t.acquire(s).empty());
    BOOST_CHECK_THROW(t.table.queues(cofire::limit_put{"l", 0}, t.now), cofire::error);
    BOOST_CHECK_THROW(t.table.queues(cofire::limit_put{"", 1}, t.now), cofire::error);
}

BOOST_AUTO_TEST_CASE(limit_keys_that_nobody_uses_are_forgotten) {
    table_fixture t({.keep_count = 0});
    auto const s = t.server();
    t.insert(with_limit(job(1), "l"));
    t.run_one(s);
    t.tick(s);
    BOOST_TEST(t.queues().limits.empty());
}

// A job under several limits that leaves the place of one for the line of another must let the next
// one have that place.
BOOST_AUTO_TEST_CASE(several_limits_of_a_job) {
    table_fixture t;
    auto const s = t.server();
    t.insert({
        with_limit(with_limit(job(1), "a"), "b"),
        with_limit(job(2), "b"),
        with_limit(with_limit(job(3), "a"), "b"),
        with_limit(job(4), "a"),
        with_limit(job(5), "c", 9),
    });
    BOOST_TEST((t.record(1).limits == std::vector<cofire::job_limit>{{"a", 1}, {"b", 1}}));
    auto got = t.acquire(s);
    BOOST_TEST(numbers(got) == "1 5");
    t.settle(s, got[0]);
    got = t.acquire(s); // 2 has b, so 3 waits for it, and 4 has a
    BOOST_TEST(numbers(got) == "2 4");
    t.settle(s, got[0]);
    BOOST_TEST(numbers(t.acquire(s)) == "");
    t.settle(s, got[1]);
    BOOST_TEST(numbers(t.acquire(s)) == "3");
    for (auto const& limit : t.queues().limits) {
        BOOST_TEST(limit.used == 1U);
        BOOST_TEST(limit.parked == 0U);
    }
    std::vector<cofire::job_limit> const many(9, {"k"});
    for (auto const& bad :
         {many, {{"k"}, {"k", 2}}, {{"", 1}}, std::vector<cofire::job_limit>{{"k", 0}}}) {
        auto refused = job(6);
        refused.limits = bad;
        BOOST_TEST((t.refused({refused}) == cofire::errc::bad_option));
    }
}

// Of those that a limit lets in, a job that lost a server and cannot be handed out now is none.
BOOST_AUTO_TEST_CASE(suspects_take_no_place_of_healthy_jobs_with_their_limit) {
    table_fixture t;
    auto const dying = t.server();
    t.insert({job(1), with_limit(job(2), "l", 2), with_limit(job(3), "l", 2)});
    t.acquire(dying);
    t.die(dying);
    auto const s = t.server();
    t.insert({with_limit(job(4), "l", 2), with_limit(job(5), "l", 2)});
    auto const healthy = t.acquire(s);
    BOOST_TEST(numbers(healthy) == "4 5");
    t.now += 1h;
    auto const suspect = t.acquire(s);
    t.insert({with_limit(job(6), "l", 2), with_limit(job(7), "l", 2)});
    BOOST_TEST(numbers(suspect) == "1");
    auto const other = t.server();
    BOOST_TEST(numbers(t.acquire(other)) == ""); // all are behind the limit now
    for (auto const& j : healthy) {
        t.settle(s, j);
    }
    BOOST_TEST(numbers(t.acquire(s)) == "6 7");
    BOOST_TEST(numbers(t.acquire(other)) == "");
    t.settle(s, suspect.at(0));
    BOOST_TEST(numbers(t.acquire(s)) == ""); // the limit is full
}

// All jobs that wait for one limit may turn out to wait for another: not in one step.
BOOST_AUTO_TEST_CASE(blocked_jobs_change_places_in_slices) {
    constexpr std::uint64_t n = 12'000; // more than a step moves
    table_fixture t({.jobs = 2 * n});
    auto const s = t.server();
    std::vector<new_job> jobs;
    for (std::uint64_t i = 1; i <= n; ++i) {
        jobs.push_back(with_limit(with_limit(job(i), "a"), "b"));
        if (jobs.size() == 6'000) {
            t.insert(jobs);
            jobs.clear();
        }
    }
    t.insert({with_limit(job(n + 1), "a"), job(n + 2)});
    auto const acquire = [&] {
        auto answer = t.table.acquire(
            {.server = s, .takes = std::vector<cofire::take>{{"default"}}, .limit = 10}, t.now
        );
        t.check();
        return answer;
    };
    auto first = acquire();
    BOOST_TEST(numbers(first.jobs) == "1");
    std::vector<std::string_view> const queues{"default"};
    BOOST_TEST(t.queues().limits.at(0).parked == 10'000U);
    BOOST_TEST(t.table.changed({.server = s, .queues = queues}, first.seen)); // to go on at once
    auto second = acquire();
    BOOST_TEST(numbers(second.jobs) == std::to_string(n + 2));
    BOOST_TEST(!t.table.changed({.server = s, .queues = queues}, second.seen));
    BOOST_TEST(t.queues().limits.at(0).parked == n);

    // One with b alone goes first: all that wait for a come to wait for b.
    t.insert(with_settings(with_limit(job(n + 3), "b"), settings(9)));
    t.settle(s, first.jobs.at(0));
    auto third = acquire();
    BOOST_TEST(numbers(third.jobs) == std::to_string(n + 3));
    BOOST_TEST(t.queues().limits.at(1).parked == 10'000U);
    BOOST_TEST(t.table.changed({.server = s, .queues = queues}, third.seen));
    auto fourth = acquire();
    BOOST_TEST(numbers(fourth.jobs) == std::to_string(n + 1)); // a is free for it
    BOOST_TEST(t.queues().limits.at(0).parked == 0U);
    BOOST_TEST(t.queues().limits.at(1).parked == n - 1);
    t.settle(s, third.jobs.at(0));
    t.settle(s, fourth.jobs.at(0));
    std::vector<std::string> ran;
    for (int i = 0; i != 3; ++i) {
        auto const got = t.acquire(s);
        BOOST_REQUIRE(got.size() == 1U);
        ran.push_back(numbers(got));
        t.settle(s, got.at(0));
    }
    BOOST_TEST((ran == std::vector<std::string>{"2", "3", "4"}));
}

BOOST_AUTO_TEST_CASE(one_suspect_at_a_time) {
    table_fixture t;
    auto const dying = t.server();
    t.insert({job(1), job(2), job(3)});
    t.acquire(dying);
    t.die(dying);
    auto const s = t.server();
    t.insert(with_settings(job(4), settings(0)));
    t.now += 1h;
    auto const got = t.acquire(s);
    BOOST_TEST(numbers(got) == "1 4");
    auto const other = t.server();
    BOOST_TEST(numbers(t.acquire(other)) == "2");
    BOOST_TEST(t.acquire(s).empty());
    t.settle(s, got[0]);
    BOOST_TEST(numbers(t.acquire(s)) == "3");
}

BOOST_AUTO_TEST_CASE(jobs_expire_wherever_they_wait) {
    table_fixture t;
    auto const s = t.server();
    auto const soon = [&](new_job made) {
        return with_settings(std::move(made), settings(5, "default", 10s));
    };
    t.insert(
        {soon(with_limit(job(1), "l")),
         soon(with_limit(job(2), "l")),
         soon(of_type(job(3), "u")),
         soon(due(job(4), 5s)),
         soon(job(5)),
         with_key(soon(of_type(job(6), "u")), "k"),
         after(job(7), {{id_of(6), cofire::parent_condition::on_any_end}}),
         soon(after(job(8), 1))}
    );
    auto got = t.acquire(s);
    BOOST_TEST(numbers(got) == "1 5");
    t.settle(s, got[1], outcome_kind::parked);
    BOOST_TEST((*t.table.acquire({.server = s}, t.now).next_due <= start + 10s));
    t.now += 10s;
    t.tick(s);
    BOOST_TEST(t.state(1) == "processing"); // it started in time
    BOOST_TEST(t.state(2) == "deleted");
    BOOST_TEST(t.record(2).reason == "expired");
    BOOST_TEST(t.state(3) == "deleted");
    BOOST_TEST(t.state(4) == "enqueued");
    BOOST_TEST(t.state(5) == "enqueued"); // it has started once
    BOOST_TEST(t.state(6) == "deleted");
    BOOST_TEST(t.insert(with_key(job(9), "k")) == "i");
    BOOST_TEST(t.state(7) == "enqueued");
    t.settle(s, got[0]);
    t.now += 5s;
    t.tick(s);
    BOOST_TEST(t.state(4) == "deleted");
    BOOST_TEST(t.state(8) == "enqueued"); // its time counts from when it became due
    t.now += 5s;
    t.tick(s);
    BOOST_TEST(t.state(8) == "deleted");
}

BOOST_AUTO_TEST_CASE(retries_do_not_expire_but_what_never_started_does) {
    table_fixture t;
    auto const s = t.server();
    auto const soon = settings(5, "default", 10s);
    t.insert({with_settings(job(1), soon), with_settings(job(2), soon)});
    auto const got = t.acquire(s);
    t.settle(s, got.at(0), outcome_kind::retry);
    t.end(s, {.id = got.at(1).id, .epoch = got.at(1).epoch, .kind = outcome_kind::released});
    t.now += 1h;
    BOOST_TEST(numbers(t.acquire(s)) == "1");
    BOOST_TEST(t.state(2) == "deleted");
}

BOOST_AUTO_TEST_CASE(an_expired_job_gives_its_key_to_the_next_insert) {
    table_fixture t;
    t.insert(with_key(with_settings(job(1), settings(5, "default", 1s)), "k"));
    t.now += 1s;
    BOOST_TEST(t.insert(with_key(job(2), "k")) == "i");
}

BOOST_AUTO_TEST_CASE(a_wait_learns_of_a_nearer_expiry) {
    table_fixture t;
    auto const s = t.server();
    auto const first = t.table.acquire({.server = s}, t.now);
    t.table.queues(cofire::queue_pause{"default", true}, t.now);
    t.insert(with_settings(job(1), settings(5, "default", 10s)));
    BOOST_TEST(t.table.changed({.server = s, .due_before = start + 20s}, first.seen));
    BOOST_TEST(!t.table.changed({.server = s, .due_before = start + 5s}, first.seen));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
