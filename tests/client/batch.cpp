// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "client_support.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(batch)
namespace {

using namespace std::chrono_literals;
using namespace client_tests;
using cofire::parent_condition;
using refs = std::vector<cofire::parent_ref>;

BOOST_AUTO_TEST_CASE(all_goes_in_one_insert) {
    fake_client t;
    cofire::batch b;
    auto const dump = b.add<send_mail>("crm");
    b.after({dump}).add<send_mail>("done");
    b.after_all().add<resize_image>("all", 2);
    BOOST_CHECK_EQUAL(b.size(), 3U);
    BOOST_CHECK(b.id(dump).is_nil());
    auto const made = run(t.jobs.submit(b));
    auto const& jobs = t.storage.jobs;
    BOOST_CHECK(t.storage.insert_sizes == std::vector<std::size_t>{3});
    BOOST_CHECK(t.storage.mode == cofire::insert_mode::fresh);
    BOOST_REQUIRE_EQUAL(made.size(), 3U);
    BOOST_CHECK(made[dump.index()].id == b.id(dump));
    BOOST_CHECK(jobs.at(0).id == b.id(dump));
    BOOST_CHECK(jobs[0].parents.empty());
    BOOST_CHECK((jobs[1].parents == refs{{jobs[0].id, parent_condition::on_success}}));
    BOOST_CHECK(
        (jobs[2].parents ==
         refs{
             {jobs[0].id, parent_condition::on_success},
             {jobs[1].id, parent_condition::on_success},
         })
    );
    BOOST_CHECK_EQUAL(jobs[2].arguments, R"({"path":"all","width":2})");
}

BOOST_AUTO_TEST_CASE(parents_are_items_and_stored_jobs) {
    fake_client t;
    auto const outside = run(t.jobs.enqueue<send_mail>("outside"));
    std::vector<cofire::job_id> const ids{outside.id};
    cofire::batch b;
    auto const x = b.add<send_mail>("x");
    auto const y = b.add<send_mail>("y");
    std::vector<cofire::batch_item> const items{x, y};
    b.after(x).add<prepared>();
    b.after({x, outside}).add<prepared>();
    b.after(outside).add<prepared>();
    b.after({outside, outside.id}).add<prepared>();
    b.after(cofire::on_failure({x, y})).add<prepared>();
    b.after(cofire::on_any_end(items)).add<prepared>();
    b.after(cofire::on_failure(ids)).add<prepared>();
    b.after(x).after(cofire::on_any_end(outside)).add<prepared>();
    b.after_all(parent_condition::on_any_end).add<prepared>();
    run(t.jobs.submit(b));
    auto const parents = [&](std::size_t i) { return t.storage.jobs.at(i + 1).parents; };
    cofire::job_id const xi = b.id(x);
    cofire::job_id const yi = b.id(y);
    auto const ok = parent_condition::on_success;
    auto const bad = parent_condition::on_failure;
    auto const any = parent_condition::on_any_end;
    BOOST_CHECK((parents(2) == refs{{xi, ok}}));
    BOOST_CHECK((parents(3) == refs{{xi, ok}, {outside.id, ok}}));
    BOOST_CHECK((parents(4) == refs{{outside.id, ok}}));
    BOOST_CHECK((parents(5) == refs{{outside.id, ok}, {outside.id, ok}}));
    BOOST_CHECK((parents(6) == refs{{xi, bad}, {yi, bad}}));
    BOOST_CHECK((parents(7) == refs{{xi, any}, {yi, any}}));
    BOOST_CHECK((parents(8) == refs{{outside.id, bad}}));
    BOOST_CHECK((parents(9) == refs{{xi, ok}, {outside.id, any}}));
    BOOST_CHECK_EQUAL(parents(10).size(), 10U);
    BOOST_CHECK(parents(10).at(9).on == any);
}

BOOST_AUTO_TEST_CASE(options_and_times_belong_to_the_place) {
    fake_client t;
    cofire::batch b;
    std::string queue = "images";
    auto const x = b.add<send_mail>("x");
    auto images = b.with({.queue = queue});
    queue = "??????";
    images.add<resize_image>("p");
    images.after(x).with({.priority = 9}).schedule<send_mail>(1min, "later");
    b.add_raw("by-name", "{}", 4);
    t.clock.advance(1s);
    run(t.jobs.submit(b));
    auto const& jobs = t.storage.jobs;
    BOOST_CHECK_EQUAL(jobs.at(0).settings->queue, "default");
    BOOST_CHECK_EQUAL(jobs.at(1).settings->queue, "images");
    BOOST_CHECK_EQUAL(jobs.at(2).settings->queue, "images");
    BOOST_CHECK_EQUAL(jobs.at(2).settings->priority, 9);
    BOOST_CHECK(jobs.at(2).due == start + 1s + 1min);
    BOOST_CHECK_EQUAL(jobs.at(2).parents.size(), 1U);
    BOOST_CHECK_EQUAL(jobs.at(3).type, "by-name");
    BOOST_CHECK_EQUAL(jobs.at(3).argument_version, 4U);
}

BOOST_AUTO_TEST_CASE(a_batch_submitted_again_keeps_its_ids) {
    fake_client t;
    cofire::batch b;
    b.add<send_mail>("x");
    b.after_all().add<send_mail>("y");
    t.storage.on_insert = [] { throw cofire::error(cofire::errc::outcome_unknown, "lost"); };
    std::string message;
    BOOST_CHECK(code_of(t.jobs.submit(b), message) == cofire::errc::outcome_unknown);
    t.storage.on_insert = [] {};
    run(t.jobs.submit(b));
    run(t.jobs.submit(b));
    BOOST_CHECK(t.storage.mode == cofire::insert_mode::repeat);
    auto const& jobs = t.storage.jobs;
    BOOST_REQUIRE_EQUAL(jobs.size(), 4U);
    BOOST_CHECK(jobs[0].id == jobs[2].id);
    BOOST_CHECK(jobs[1].id == jobs[3].id);
    BOOST_CHECK(jobs[1].parents == jobs[3].parents);
    BOOST_CHECK_EQUAL(jobs[2].arguments, R"(["x"])");
}

BOOST_AUTO_TEST_CASE(ids_may_be_chosen) {
    fake_client t;
    cofire::job_id const id = cofire::job_id::make(start, 1, 2);
    cofire::batch b;
    auto const x = b.with({.id = id}).add<send_mail>("x");
    b.after(x).add<prepared>();
    run(t.jobs.submit(b));
    BOOST_CHECK(t.storage.jobs.at(0).id == id);
    BOOST_CHECK(t.storage.jobs.at(1).parents.at(0).id == id);
    BOOST_CHECK(t.storage.mode == cofire::insert_mode::repeat);
}

BOOST_AUTO_TEST_CASE(an_empty_batch_stores_nothing) {
    fake_client t;
    cofire::batch const b;
    BOOST_CHECK(b.empty());
    BOOST_CHECK(run(t.jobs.submit(b)).empty());
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused_when_added) {
    cofire::batch b;
    BOOST_CHECK_EXCEPTION(b.add<send_mail>("\xff"), cofire::error, [](cofire::error const& e) {
        return e.value() == cofire::errc::bad_arguments;
    });
    BOOST_CHECK(b.empty());
}

BOOST_AUTO_TEST_CASE(one_bad_job_refuses_the_batch) {
    fake_client t;
    cofire::batch b;
    auto const x = b.add<send_mail>("x");
    b.with({.queue = "no queue"}).add<send_mail>("y");
    std::string message;
    BOOST_CHECK(code_of(t.jobs.submit(b), message) == cofire::errc::bad_queue);
    BOOST_CHECK(message.find("no queue") != std::string::npos);
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
    BOOST_CHECK(b.id(x).is_nil());
}

BOOST_AUTO_TEST_CASE(a_batch_has_a_limit) {
    fake_client t;
    cofire::batch b;
    for (int i = 0; i != 10'000; ++i) {
        b.add<prepared>();
    }
    cofire::batch more = b; // the same batch
    run(t.jobs.submit(b));
    more.add<prepared>();
    std::string message;
    BOOST_CHECK(code_of(t.jobs.submit(b), message) == cofire::errc::too_many_items);
    BOOST_CHECK(message.find("10001") != std::string::npos);
    BOOST_CHECK_EQUAL(t.storage.insert_sizes.size(), 1U);
}

BOOST_AUTO_TEST_CASE(items_stay_in_their_batch) {
    cofire::batch a;
    cofire::batch b;
    auto const x = a.add<prepared>();
    BOOST_CHECK_EXCEPTION(static_cast<void>(b.after(x)), cofire::error, [](cofire::error const& e) {
        return e.value() == cofire::errc::missing_parent;
    });
}

asio::awaitable<std::size_t> a_program(cofire::client& jobs) {
    auto outside = co_await jobs.enqueue<send_mail>("alice");
    cofire::batch b;
    auto dump = b.add<send_mail>("crm");
    b.after({dump, outside}).add<send_mail>("done");
    b.after_all().add<send_mail>("all done");
    auto made = co_await jobs.submit(b);
    co_return made.size();
}

BOOST_AUTO_TEST_CASE(works_beside_co_await) {
    fake_client t;
    BOOST_CHECK_EQUAL(run(a_program(t.jobs)), 3U);
    static_assert(std::is_trivially_destructible_v<cofire::batch_parents>);
    static_assert(std::is_trivially_destructible_v<cofire::batch_item>);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
