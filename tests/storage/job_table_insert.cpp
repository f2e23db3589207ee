// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_insert)

namespace {

using namespace storage_tests;
using hold = cofire::unique_hold;
using on_duplicate = cofire::duplicate_policy;

BOOST_AUTO_TEST_CASE(stores_all_and_answers_in_order) {
    table_fixture t;
    auto const jobs = std::vector{job(1), due(job(2), 1s), after(job(3), 1)};
    BOOST_TEST(t.insert(jobs) == "iii");
    BOOST_TEST(t.state(1) == "enqueued");
    BOOST_TEST(t.state(2) == "scheduled");
    BOOST_TEST(t.state(3) == "awaiting");
    BOOST_TEST(t.counts().inserted == 3U);
    auto const r = t.record(2);
    BOOST_TEST(r.type == "t");
    BOOST_TEST(r.arguments == "[2]");
    BOOST_TEST((r.created == start));
    BOOST_TEST((r.due == start + 1s));
    BOOST_TEST(!r.started.has_value());
}

BOOST_AUTO_TEST_CASE(same_job_again_exists) {
    table_fixture t;
    BOOST_TEST(t.insert(job(1)) == "i");
    BOOST_TEST(t.insert(job(1)) == "e");
    BOOST_TEST(t.insert({job(1), job(2), job(2)}) == "eii");
    auto later = due(job(1), 1h); // no part of the content
    BOOST_TEST(t.insert(later) == "e");
    BOOST_TEST(t.state(1) == "enqueued");
    auto const s = t.server();
    t.run_one(s);
    BOOST_TEST(t.insert(job(1)) == "e");
    BOOST_TEST(t.state(1) == "succeeded");
}

BOOST_AUTO_TEST_CASE(same_id_with_other_content_is_refused) {
    table_fixture t;
    t.insert({job(1), job(2), after(with_key(job(3), "k"), 1)});
    auto other = job(1);
    other.arguments = "[]";
    BOOST_TEST((t.refused({job(9), other}) == errc::content_differs));
    other = job(1);
    other.type = "u";
    BOOST_TEST((t.refused({other}) == errc::content_differs));
    BOOST_TEST((t.refused({with_key(job(1), "k")}) == errc::content_differs));
    BOOST_TEST((t.refused({after(job(1), 2)}) == errc::content_differs));
    BOOST_TEST((t.refused({after(with_key(job(3), "k"), 2)}) == errc::content_differs));
    BOOST_TEST((t.refused({job(9), with_key(job(9), "k")}) == errc::content_differs));
    BOOST_TEST(t.state(9) == "gone");
}

BOOST_AUTO_TEST_CASE(bad_input_is_refused) {
    table_fixture t({.arguments = 10});
    auto bad = job(1);
    bad.id = {};
    BOOST_TEST((t.refused({job(2), bad}) == errc::bad_id));
    bad = job(1);
    bad.settings = nullptr;
    BOOST_TEST((t.refused({job(2), bad}) == errc::bad_option));
    for (int priority : {-1, 16}) {
        bad = with_settings(job(1), settings(priority));
        BOOST_TEST((t.refused({job(2), bad}) == errc::bad_option));
    }
    BOOST_TEST((t.refused({job(2), with_limit(job(1), "l", 0)}) == errc::bad_option));
    bad = job(1);
    bad.arguments = "\"too long\" ";
    BOOST_TEST((t.refused({job(2), bad}) == errc::arguments_too_large));
    BOOST_TEST((t.refused({job(2), after(job(1), 3)}) == errc::missing_parent));
    BOOST_TEST(t.counts().inserted == 0U);
}

BOOST_AUTO_TEST_CASE(one_call_is_bounded) {
    table_fixture t;
    std::vector<new_job> jobs;
    for (std::uint64_t n = 0; n != 10'001; ++n) {
        jobs.push_back(job(n + 1));
    }
    BOOST_TEST((t.refused(jobs) == errc::too_many_items));
    auto big = job(1);
    big.arguments.assign(std::size_t{1} << 20, ' ');
    jobs.assign(5, big);
    BOOST_TEST((t.refused(jobs) == errc::too_many_items));
    auto many = job(1);
    many.parents.assign(100'001, {id_of(2)});
    BOOST_TEST((t.refused({job(2), many}) == errc::too_many_items));
}

BOOST_AUTO_TEST_CASE(circles_are_refused) {
    table_fixture t;
    BOOST_TEST((t.refused({after(job(1), 1)}) == errc::parent_cycle));
    BOOST_TEST((t.refused({after(job(1), 2), after(job(2), 1)}) == errc::parent_cycle));
    BOOST_TEST(
        (t.refused({job(4), after(job(1), 2), after(job(2), 3), after(job(3), 1)}) ==
         errc::parent_cycle)
    );
    BOOST_TEST(t.insert({after(job(1), 2), after(job(2), 3), job(3)}) == "iii");
}

// Job 2 is not stored, because job 1 has its key; so 3 would wait for 1, which waits for 3.
BOOST_AUTO_TEST_CASE(circles_through_a_held_key_are_refused) {
    table_fixture t;
    auto const one = after(with_key(job(1), "k"), 3);
    BOOST_TEST((t.refused({one, with_key(job(2), "k"), after(job(3), 2)}) == errc::parent_cycle));
    auto const own = after(with_key(job(1), "k"), 2);
    BOOST_TEST((t.refused({own, with_key(job(2), "k")}) == errc::parent_cycle));
}

BOOST_AUTO_TEST_CASE(an_unfinished_job_holds_its_key) {
    table_fixture t;
    auto const s = t.server();
    BOOST_TEST(t.insert(with_key(job(1), "k")) == "i");
    auto const two = with_key(job(2), "k");
    auto const answer = t.table.insert({.jobs = {&two, 1}}, t.now);
    BOOST_TEST((answer.results[0].status == insert_status::held));
    BOOST_TEST((answer.results[0].id == id_of(1)));
    BOOST_TEST(t.state(2) == "gone");
    auto const running = t.take_one(s);
    BOOST_TEST(t.insert(two) == "h");
    t.settle(s, running, outcome_kind::retry);
    BOOST_TEST(t.insert(two) == "h");
    t.now += 10s;
    t.run_one(s);
    BOOST_TEST(t.insert(two) == "i");
    BOOST_TEST(t.change(change_kind::requeue, 1) == "key_held");
    BOOST_TEST(t.change(change_kind::delete_job, 2) == "ok");
    BOOST_TEST(t.change(change_kind::requeue, 1) == "ok");
    BOOST_TEST(t.insert(with_key(job(3), "k")) == "h");
}

BOOST_AUTO_TEST_CASE(a_key_until_started) {
    table_fixture t;
    auto const s = t.server();
    t.insert(with_key(job(1), "k", hold::until_started));
    BOOST_TEST(t.insert(with_key(job(2), "k")) == "h");
    auto const one = t.take_one(s);
    BOOST_TEST(t.insert(with_key(job(2), "k", hold::until_started)) == "i");
    auto const two = t.take_one(s);
    // One that never started takes its key back; one that has started does not.
    t.end(s, {.id = two.id, .epoch = two.epoch, .kind = outcome_kind::released});
    t.settle(s, one, outcome_kind::retry);
    BOOST_TEST(t.insert(with_key(job(3), "k")) == "h");
    t.run_one(s);
    BOOST_TEST(t.insert(with_key(job(3), "k")) == "i");
}

BOOST_AUTO_TEST_CASE(a_key_for_a_time) {
    table_fixture t;
    auto const s = t.server();
    auto const timed = with_key(job(1), "k", hold::for_a_time, on_duplicate::ignore, 10s);
    t.insert(timed);
    t.run_one(s);
    t.now += 10s - 1us;
    BOOST_TEST(t.insert(with_key(job(2), "k")) == "h");
    t.now += 1us;
    BOOST_TEST(t.insert(with_key(job(2), "k")) == "i");
    BOOST_TEST(t.insert(with_key(job(3), "k")) == "h");
    BOOST_TEST(t.change(change_kind::requeue, 1) == "ok"); // it needs its key no more
}

BOOST_AUTO_TEST_CASE(replacing) {
    table_fixture t;
    auto const s = t.server();
    auto const replacing = [&](std::uint64_t n) {
        return with_key(job(n), "k", hold::unfinished, on_duplicate::replace);
    };
    BOOST_TEST(t.insert(replacing(1)) == "i");
    t.insert(after(job(8), {{id_of(1), cofire::parent_condition::on_any_end}}));
    t.insert(after(job(9), 1));
    BOOST_TEST(t.insert(replacing(2)) == "r");
    BOOST_TEST(t.state(1) == "deleted");
    BOOST_TEST(t.record(1).reason == "replaced by " + id_of(2).to_string());
    BOOST_TEST(t.state(8) == "enqueued");
    BOOST_TEST(t.state(9) == "deleted");
    BOOST_TEST(numbers(t.acquire(s)) == "2 8");
    BOOST_TEST(t.insert(replacing(3)) == "h"); // a running one stays
    BOOST_TEST(t.counts().deleted == 2U);
}

BOOST_AUTO_TEST_CASE(of_one_call_the_first_with_a_key_counts) {
    table_fixture t;
    auto const answer = [&](std::vector<new_job> const& jobs) {
        return t.table.insert({.jobs = jobs}, t.now).results;
    };
    auto r = answer({with_key(job(1), "k"), with_key(job(2), "k"), after(job(3), 2)});
    BOOST_TEST((r[1].status == insert_status::held && r[1].id == id_of(1)));
    BOOST_TEST((t.record(3).parents[0].id == id_of(1)));
    BOOST_TEST(t.insert({with_key(job(1), "k"), with_key(job(2), "k"), after(job(3), 2)}) == "ehe");
    // Job 4 replaces job 1; so 5, which gives way, is told of 4 and not of 1.
    r = answer(
        {with_key(job(4), "k", hold::unfinished, on_duplicate::replace), with_key(job(5), "k")}
    );
    BOOST_TEST((r[0].status == insert_status::replaced));
    BOOST_TEST((r[1].status == insert_status::held && r[1].id == id_of(4)));
    t.check();
}

// The holder is gone and its id is used by another job, which has nothing to do with the key.
BOOST_AUTO_TEST_CASE(a_key_outlives_its_holder) {
    table_fixture t({.keep_count = 0});
    auto const s = t.server();
    t.insert(with_key(job(1), "k", hold::for_a_time, on_duplicate::ignore, 1h));
    t.run_one(s);
    t.tick(s);
    BOOST_TEST(t.state(1) == "gone");
    BOOST_TEST(t.insert(job(1)) == "i");
    BOOST_TEST(t.insert(with_key(job(2), "k")) == "h");
    BOOST_TEST(t.insert(with_key(job(2), "k", hold::unfinished, on_duplicate::replace)) == "r");
    BOOST_TEST(t.state(1) == "enqueued");
    t.insert(with_key(job(3), "l", hold::for_a_time, on_duplicate::ignore, 1h));
    t.change(change_kind::delete_job, 3);
    t.tick(s);
    BOOST_TEST(t.insert(job(3)) == "i");
    t.now += 2h;
    t.tick(s); // the key's time is over
    BOOST_TEST(t.insert(with_key(job(4), "l")) == "i");
}

BOOST_AUTO_TEST_CASE(full_storage_gives_up_final_jobs_first) {
    table_fixture t({.jobs = 3});
    auto const s = t.server();
    t.insert({job(1), job(2), job(3)});
    BOOST_TEST((t.refused({job(4)}) == errc::storage_full));
    BOOST_TEST(t.counts().refused == 1U);
    t.run_one(s);
    t.run_one(s);
    BOOST_TEST((t.refused({job(4), job(5), job(6)}) == errc::storage_full));
    BOOST_TEST(t.state(1) == "succeeded");
    BOOST_TEST(t.insert(job(4)) == "i");
    BOOST_TEST(t.state(1) == "gone"); // the older one
    BOOST_TEST(t.state(2) == "succeeded");
    BOOST_TEST(t.counts().removed == 1U);
}

BOOST_AUTO_TEST_CASE(kinds_of_jobs_are_limited) {
    table_fixture t({.kinds = 3});
    auto const of = [](std::uint64_t n, std::string type, std::string queue = "default") {
        new_job made = with_settings(job(n), settings(5, std::move(queue)));
        made.type = std::move(type);
        return made;
    };
    t.insert({of(1, "a"), of(2, "b"), of(3, "b")});
    BOOST_TEST((t.refused({of(4, "c"), of(5, "d")}) == errc::storage_full));
    BOOST_TEST(t.counts().refused == 2U);
    BOOST_TEST(t.insert({of(4, "c"), of(5, "c")}) == "ii");
    auto const says = [&](char const* part) {
        return [part](cofire::error const& e) {
            return e.value() == errc::storage_full &&
                   std::string_view(e.what()).find(part) != std::string_view::npos;
        };
    };
    auto const one = of(6, "b", "tenant-7");
    BOOST_CHECK_EXCEPTION(
        t.table.insert({.jobs = {&one, 1}}, t.now), cofire::error, says("\"tenant-7\"")
    );
    auto newer = of(6, "a");
    newer.argument_version = 2;
    BOOST_TEST((t.refused({newer}) == errc::storage_full));
    BOOST_TEST(t.insert(of(6, "a")) == "i"); // a known one
    BOOST_CHECK_EXCEPTION(
        t.change(change_kind::move, 1, {.queue = "elsewhere"}), cofire::error, says("elsewhere")
    );
    BOOST_TEST(t.queues().queues.size() == 1U);
    t.table.queues(cofire::queue_pause{.queue = "default"}, t.now);
    t.table.queues(cofire::queue_pause{.queue = "elsewhere"}, t.now); // no kind of jobs yet
    BOOST_CHECK_EXCEPTION( // nor does it help that the queue is known
        t.change({.kind = change_kind::move, .filter = cofire::job_filter(), .queue = "elsewhere"}),
        cofire::error,
        says("a move to queue \"elsewhere\"")
    );
    BOOST_TEST(t.change(change_kind::move, 1, {.queue = "default"}) == "ok"); // where it is
}

BOOST_AUTO_TEST_CASE(a_final_parent_counts_even_if_it_must_go) {
    table_fixture t({.jobs = 2});
    auto const s = t.server();
    t.insert(job(1));
    auto const one = t.take_one(s);
    t.end(s, {.id = one.id, .epoch = one.epoch, .result = "42"});
    BOOST_TEST(t.insert({job(2), after(job(3), 1)}) == "ii");
    BOOST_TEST(t.state(1) == "gone");
    auto const jobs = t.acquire(s);
    BOOST_TEST(numbers(jobs) == "2 3");
    BOOST_TEST(jobs[1].parents.at(0).result == "42");
}

BOOST_AUTO_TEST_CASE(a_replaced_job_makes_room) {
    table_fixture t({.jobs = 1});
    t.insert(with_key(job(1), "k"));
    BOOST_TEST((t.refused({job(2)}) == errc::storage_full));
    BOOST_TEST(t.insert(with_key(job(2), "k", hold::unfinished, on_duplicate::replace)) == "r");
    BOOST_TEST(t.state(1) == "gone");
}

BOOST_AUTO_TEST_CASE(bytes_are_limited_too) {
    table_fixture t({.bytes = 5'000});
    auto const s = t.server();
    auto const big = [](std::uint64_t n) {
        auto made = job(n);
        made.arguments = "[" + std::to_string(n) + "]" + std::string(1'500, ' ');
        return made;
    };
    BOOST_TEST(t.insert({big(1), big(2)}) == "ii");
    BOOST_TEST((t.refused({big(3)}) == errc::storage_full));
    t.run_one(s);
    BOOST_TEST(t.insert(big(3)) == "i");
    BOOST_TEST(t.state(1) == "gone");
}

BOOST_AUTO_TEST_CASE(times_far_away) {
    table_fixture t;
    auto far = with_settings(job(1), settings(5, "default", duration::max()));
    far.due = time_point::max();
    BOOST_TEST(t.insert(far) == "i");
    BOOST_TEST(t.state(1) == "scheduled");
    auto past = job(2);
    past.due = time_point::min();
    BOOST_TEST(t.insert(past) == "i");
    BOOST_TEST(t.state(2) == "enqueued");
    BOOST_TEST(
        t.insert(with_key(job(3), "k", hold::for_a_time, on_duplicate::ignore, duration::max())) ==
        "i"
    );
}

BOOST_AUTO_TEST_CASE(an_id_given_twice_has_one_answer) {
    table_fixture t;
    BOOST_TEST(t.insert({job(1), job(1)}) == "ii");
    BOOST_TEST(t.table.size() == 1U);
    BOOST_TEST(t.counts().inserted == 1U);
    BOOST_TEST(t.insert({job(1), job(1)}) == "ee");
    auto const replacing = [](std::uint64_t n) {
        return with_key(
            job(n), "k", cofire::unique_hold::unfinished, cofire::duplicate_policy::replace
        );
    };
    BOOST_TEST(t.insert(replacing(2)) == "i");
    BOOST_TEST(t.insert({replacing(3), replacing(3)}) == "rr");
    BOOST_TEST(t.table.size() == 3U);
    std::vector const jobs{with_key(job(4), "k"), job(5), with_key(job(4), "k"), after(job(6), 4)};
    auto const answer = t.table.insert({.jobs = jobs}, t.now);
    t.check();
    BOOST_TEST((answer.results[0].status == insert_status::held));
    BOOST_TEST((answer.results[2].status == insert_status::held));
    BOOST_TEST((answer.results[2].id == id_of(3)));
    BOOST_TEST(t.state(4) == "gone");
    BOOST_TEST((t.record(6).parents.at(0).id == id_of(3)));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
