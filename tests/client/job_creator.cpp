// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "client_support.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(job_creator)
namespace {

using namespace std::chrono_literals;
using namespace client_tests;

BOOST_AUTO_TEST_CASE(enqueue_stores_name_arguments_and_defaults) {
    fake_client t;
    cofire::enqueued const e = run(t.jobs.enqueue<send_mail>("alice"));
    BOOST_CHECK(e.inserted());
    BOOST_REQUIRE_EQUAL(t.storage.jobs.size(), 1U);
    cofire::new_job const& job = t.storage.jobs[0];
    BOOST_CHECK(job.id == e.id);
    BOOST_CHECK(job.id.made_at() == start);
    BOOST_CHECK_EQUAL(job.type, "client_tests::send_mail");
    BOOST_CHECK_EQUAL(job.arguments, R"(["alice"])");
    BOOST_CHECK_EQUAL(job.argument_version, 1U);
    BOOST_CHECK(*job.settings == cofire::job_settings());
    BOOST_CHECK(!job.due);
    BOOST_CHECK(!job.unique_key);
    BOOST_CHECK(job.limits.empty());
    BOOST_CHECK(job.parents.empty());
    BOOST_CHECK(t.storage.mode == cofire::insert_mode::fresh);
}

BOOST_AUTO_TEST_CASE(enqueue_takes_structs_and_members) {
    fake_client t;
    run(t.jobs.enqueue<resize_image>("cat.png", 200));
    run(t.jobs.enqueue<resize_image>("dog.png"));
    resize_image const job{"bird.png", 300};
    run(t.jobs.enqueue<resize_image>(job));
    run(t.jobs.enqueue<&mailer::send>("alice@example.com"));
    run(t.jobs.enqueue<blocking>("file"));
    BOOST_REQUIRE_EQUAL(t.storage.jobs.size(), 5U);
    BOOST_CHECK_EQUAL(t.storage.jobs[0].arguments, R"({"path":"cat.png","width":200})");
    BOOST_CHECK_EQUAL(t.storage.jobs[0].settings->queue, "images");
    BOOST_CHECK(t.storage.jobs[0].settings->timeout == 30s);
    BOOST_CHECK_EQUAL(t.storage.jobs[1].arguments, R"({"path":"dog.png","width":800})");
    BOOST_CHECK_EQUAL(t.storage.jobs[2].arguments, R"({"path":"bird.png","width":300})");
    BOOST_CHECK_EQUAL(t.storage.jobs[3].type, "client_tests::mailer::send");
    BOOST_CHECK_EQUAL(t.storage.jobs[4].arguments, R"(["file"])");
}

BOOST_AUTO_TEST_CASE(arguments_are_encoded_at_once) {
    fake_client t;
    std::string text = "before";
    auto op = t.jobs.enqueue<send_mail>(text);
    text = "after!";
    run(std::move(op));
    BOOST_CHECK_EQUAL(t.storage.jobs.at(0).arguments, R"(["before"])");
}

BOOST_AUTO_TEST_CASE(nothing_happens_before_the_await) {
    fake_client t;
    { auto op = t.jobs.enqueue<send_mail>("alice"); }
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
}

BOOST_AUTO_TEST_CASE(an_operation_outlives_the_client) {
    fake_storage storage;
    auto make = [&storage] {
        cofire::client jobs(storage);
        return jobs.with({.queue = "mail"}).enqueue<send_mail>("alice");
    };
    run(make());
    BOOST_CHECK_EQUAL(storage.jobs.at(0).settings->queue, "mail");
}

BOOST_AUTO_TEST_CASE(settings_are_shared_by_the_jobs_of_a_type) {
    fake_client t;
    run(t.jobs.enqueue<send_mail>("a"));
    run(t.jobs.enqueue<send_mail>("b"));
    BOOST_CHECK(t.storage.jobs[0].settings == t.storage.jobs[1].settings);
}

BOOST_AUTO_TEST_CASE(with_goes_before_the_type_and_that_before_the_client) {
    cofire::client_options options;
    options.defaults.queue = "client";
    options.defaults.priority = 7;
    options.defaults.max_attempts = 9;
    options.defaults.timeout = 1h;
    fake_client t(std::move(options));

    run(t.jobs.with({.priority = 1}).enqueue<tuned>("x"));
    run(t.jobs.enqueue<tuned>("x"));
    run(t.jobs.enqueue<send_mail>("x"));

    cofire::job_settings const& called = *t.storage.jobs.at(0).settings;
    BOOST_CHECK_EQUAL(called.queue, "low");
    BOOST_CHECK_EQUAL(called.priority, 1);
    BOOST_CHECK_EQUAL(called.max_attempts, 3);
    BOOST_CHECK(called.timeout == 1h);
    BOOST_CHECK(called.tags == std::vector<std::string>{"trait"});
    BOOST_CHECK_EQUAL(t.storage.jobs[0].type, "tuned-job");
    BOOST_CHECK_EQUAL(t.storage.jobs[0].argument_version, 3U);
    BOOST_CHECK_EQUAL(t.storage.jobs[1].settings->priority, 2);
    cofire::job_settings const& plain = *t.storage.jobs[2].settings;
    BOOST_CHECK_EQUAL(plain.queue, "client");
    BOOST_CHECK_EQUAL(plain.priority, 7);
    BOOST_CHECK_EQUAL(plain.max_attempts, 9);
    BOOST_CHECK(plain.tags.empty());
}

BOOST_AUTO_TEST_CASE(with_copies_at_once_and_adds_up) {
    fake_client t;
    std::string queue = "critical-and-longer-than-sso-is";
    std::string tag = "crm";
    auto jobs = t.jobs.with({.queue = queue, .tags = {tag}});
    queue.assign(queue.size(), '?');
    tag = "???";
    run(jobs.with({.priority = 9}).enqueue<send_mail>("x"));
    run(jobs.enqueue<send_mail>("x"));
    BOOST_CHECK_EQUAL(t.storage.jobs[0].settings->queue, "critical-and-longer-than-sso-is");
    BOOST_CHECK_EQUAL(t.storage.jobs[0].settings->priority, 9);
    BOOST_CHECK(t.storage.jobs[0].settings->tags == std::vector<std::string>{"crm"});
    BOOST_CHECK_EQUAL(t.storage.jobs[1].settings->priority, 5);
}

BOOST_AUTO_TEST_CASE(every_option_is_resolved) {
    fake_client t;
    run(t.jobs
            .with({
                .queue = "q",
                .priority = 15,
                .max_attempts = 4,
                .delays = {1s, 2s},
                .timeout = 3s,
                .expires = 4s,
                .unique_key = "k",
                .unique_mode = cofire::unique_hold::for_a_time,
                .unique_for = 5s,
                .on_duplicate = cofire::duplicate_policy::replace,
                .limit_key = "l",
                .limit = 6,
                .on_exhausted = cofire::exhausted_policy::delete_job,
                .durability = cofire::durability_level::none,
                .tags = {"a", "b"},
            })
            .enqueue<send_mail>("x"));
    cofire::new_job const& job = t.storage.jobs.at(0);
    cofire::job_settings const& s = *job.settings;
    BOOST_CHECK_EQUAL(s.queue, "q");
    BOOST_CHECK_EQUAL(s.priority, 15);
    BOOST_CHECK_EQUAL(s.max_attempts, 4);
    BOOST_CHECK((s.delays == std::vector<cofire::duration>{1s, 2s}));
    BOOST_CHECK(s.timeout == 3s);
    BOOST_CHECK(s.expires == 4s);
    BOOST_CHECK(s.on_exhausted == cofire::exhausted_policy::delete_job);
    BOOST_CHECK(s.durability == cofire::durability_level::none);
    BOOST_CHECK((s.tags == std::vector<std::string>{"a", "b"}));
    BOOST_REQUIRE(job.unique_key);
    BOOST_CHECK_EQUAL(job.unique_key->text, "type/client_tests::send_mail/k");
    BOOST_CHECK(job.unique_key->hold == cofire::unique_hold::for_a_time);
    BOOST_CHECK(job.unique_key->hold_for == 5s);
    BOOST_CHECK(job.unique_key->on_duplicate == cofire::duplicate_policy::replace);
    BOOST_REQUIRE_EQUAL(job.limits.size(), 1U);
    BOOST_CHECK_EQUAL(job.limits[0].key, "l");
    BOOST_CHECK_EQUAL(job.limits[0].limit, 6U);
}

BOOST_AUTO_TEST_CASE(unique_keys_hold_their_scope) {
    fake_client t;
    using cofire::unique_scope_kind;
    cofire::job_options o{.queue = "q", .unique_key = "k"};
    o.unique_scope = unique_scope_kind::queue;
    run(t.jobs.with(o).enqueue<send_mail>("x"));
    o.unique_scope = unique_scope_kind::global;
    run(t.jobs.with(o).enqueue<send_mail>("x"));
    BOOST_CHECK_EQUAL(t.storage.jobs[0].unique_key->text, "queue/q/k");
    BOOST_CHECK_EQUAL(t.storage.jobs[1].unique_key->text, "global/k");
}

BOOST_AUTO_TEST_CASE(an_id_of_ones_own_may_be_a_repetition) {
    fake_client t;
    cofire::job_id const id = cofire::job_id::make(start, 1, 2);
    cofire::enqueued const e = run(t.jobs.with({.id = id}).enqueue<send_mail>("x"));
    BOOST_CHECK(e.id == id);
    BOOST_CHECK(t.storage.jobs.at(0).id == id);
    BOOST_CHECK(t.storage.mode == cofire::insert_mode::repeat);
}

BOOST_AUTO_TEST_CASE(the_storages_answer_is_passed_on) {
    fake_client t;
    cofire::job_id const holder = cofire::job_id::make(start, 1, 2);
    t.storage.insert_results.push_back({holder, cofire::insert_status::held});
    cofire::enqueued const e = run(t.jobs.with({.unique_key = "k"}).enqueue<send_mail>("x"));
    BOOST_CHECK(e.held());
    BOOST_CHECK(e.id == holder);
}

BOOST_AUTO_TEST_CASE(schedule_counts_from_the_call) {
    fake_client t;
    auto op = t.jobs.schedule<send_mail>(1min, "bob");
    t.clock.advance(10s);
    run(std::move(op));
    run(t.jobs.schedule<resize_image>(start + 1h, "x", 1));
    run(t.jobs.with({.queue = "q"}).schedule<send_mail>(0s, "bob"));
    BOOST_CHECK(t.storage.jobs.at(0).due == start + 1min);
    BOOST_CHECK(t.storage.jobs.at(1).due == start + 1h);
    BOOST_CHECK(t.storage.jobs.at(2).due == start + 10s);
}

BOOST_AUTO_TEST_CASE(continue_with_takes_one_several_or_many) {
    fake_client t;
    auto const a = run(t.jobs.enqueue<send_mail>("a"));
    auto const b = run(t.jobs.enqueue<send_mail>("b"));
    std::vector<cofire::job_id> const many(20, a.id);
    run(t.jobs.continue_with<send_mail>(a, "x"));
    run(t.jobs.continue_with<send_mail>({a, b}, "x"));
    run(t.jobs.continue_with<resize_image>(cofire::on_failure({a, b}), "x", 1));
    run(t.jobs.with({.queue = "q"}).continue_with<send_mail>(cofire::on_any_end(many), "x"));
    auto const& jobs = t.storage.jobs;
    using cofire::parent_condition;
    using refs = std::vector<cofire::parent_ref>;
    BOOST_CHECK((jobs.at(2).parents == refs{{a.id, parent_condition::on_success}}));
    BOOST_CHECK(
        (jobs.at(3).parents ==
         refs{{a.id, parent_condition::on_success}, {b.id, parent_condition::on_success}})
    );
    BOOST_CHECK(
        (jobs.at(4).parents ==
         refs{{a.id, parent_condition::on_failure}, {b.id, parent_condition::on_failure}})
    );
    BOOST_CHECK_EQUAL(jobs.at(5).parents.size(), 20U);
}

// The lines of a program, as they stand in a coroutine: g++ 12 destroys some temporaries twice there.
asio::awaitable<int> a_program(cofire::client& jobs) {
    auto id = co_await jobs.enqueue<send_mail>("alice");
    co_await jobs.enqueue<resize_image>("cat.png", 200);
    co_await jobs.enqueue<&mailer::send>(std::string("alice@example.com, and then some more"));
    co_await jobs.schedule<send_mail>(1min, "bob");
    co_await jobs.continue_with<send_mail>(id, "done");
    auto other = co_await jobs.enqueue<send_mail>("bob");
    co_await jobs.continue_with<send_mail>({id, other}, "done");
    co_await jobs.continue_with<send_mail>(cofire::on_failure({id, other}), "done");
    co_await jobs.continue_with<send_mail>(cofire::on_any_end({id, other}), "done");
    co_await jobs
        .with(
            {.queue = "critical",
             .priority = 9,
             .unique_key = std::string("a key that is too long to be kept in place"),
             .tags = {"crm", "a tag"}}
        )
        .enqueue<send_mail>("crm");
    co_await jobs.with({.zone = "UTC"}).recurring<send_mail>("my-daily-job", "0 3 * * *", "all");
    co_await jobs.recurring<resize_image>("captcha", "*/5 * * * *", "x", 3);
    co_await jobs.enqueue_raw("nightly-backup", R"(["crm"])");
    std::vector<std::string> const names{"a", "b"};
    auto all = co_await jobs.enqueue_many<send_mail>(names);
    co_await jobs.continue_with<send_mail>(all, "done");
    co_return static_cast<int>(all.size());
}

BOOST_AUTO_TEST_CASE(the_lines_of_a_program_work_beside_co_await) {
    fake_client t;
    BOOST_CHECK_EQUAL(run(a_program(t.jobs)), 2);
    BOOST_CHECK_EQUAL(t.storage.jobs.size(), 14U);
    BOOST_CHECK_EQUAL(t.storage.definitions.size(), 2U);
    BOOST_CHECK_EQUAL(
        t.storage.jobs.at(9).unique_key.value().text,
        "type/client_tests::send_mail/a key that is too long to be kept in place"
    );
}

BOOST_AUTO_TEST_CASE(enqueue_many_takes_ranges_of_tuples) {
    fake_client t;
    std::vector<std::tuple<int, int>> const tuples{{1, 2}, {3, 4}};
    std::array<std::pair<int, int>, 1> const pairs{{{5, 6}}};
    std::vector<std::string> const names{"a"};
    std::vector<std::vector<std::string>> const parts{{"x", "y"}};
    std::vector<std::tuple<>> const nothing(2);
    std::vector<resize_image> const structs{{"p", 1}};
    std::vector<std::tuple<std::string, int>> const members{{"q", 2}};
    auto const ids = run(t.jobs.enqueue_many<add>(tuples));
    run(t.jobs.enqueue_many<add>(pairs));
    run(t.jobs.enqueue_many<send_mail>(names));
    run(t.jobs.enqueue_many<thousandfold>(parts));
    run(t.jobs.enqueue_many<prepared>(nothing));
    run(t.jobs.with({.queue = "q"}).enqueue_many<resize_image>(structs));
    run(t.jobs.enqueue_many<resize_image>(members));
    std::vector<std::string> arguments;
    for (cofire::new_job const& job : t.storage.jobs) {
        arguments.push_back(job.arguments);
    }
    std::vector<std::string> const expected{
        "[1,2]",
        "[3,4]",
        "[5,6]",
        R"(["a"])",
        R"([["x","y"]])",
        "[]",
        "[]",
        R"({"path":"p","width":1})",
        R"({"path":"q","width":2})"};
    BOOST_CHECK(arguments == expected);
    BOOST_REQUIRE_EQUAL(ids.size(), 2U);
    BOOST_CHECK(ids[1].id == t.storage.jobs[1].id);
    BOOST_CHECK(ids[0].id < ids[1].id);
    BOOST_CHECK_EQUAL(t.storage.jobs[7].settings->queue, "q");
}

BOOST_AUTO_TEST_CASE(enqueue_many_splits_by_number) {
    fake_client t;
    std::vector<std::tuple<>> const items(25'000);
    auto const ids = run(t.jobs.enqueue_many<prepared>(items));
    BOOST_CHECK_EQUAL(ids.size(), 25'000U);
    BOOST_CHECK((t.storage.insert_sizes == std::vector<std::size_t>{10'000, 10'000, 5'000}));
    std::vector<std::tuple<>> const none;
    BOOST_CHECK(run(t.jobs.enqueue_many<prepared>(none)).empty());
    BOOST_CHECK_EQUAL(t.storage.insert_sizes.size(), 3U);
}

BOOST_AUTO_TEST_CASE(enqueue_many_splits_by_size) {
    fake_client t;
    std::vector<std::string> const items(9, std::string(1'000'000, 'x'));
    run(t.jobs.enqueue_many<send_mail>(items));
    BOOST_CHECK((t.storage.insert_sizes == std::vector<std::size_t>{4, 4, 1}));
}

BOOST_AUTO_TEST_CASE(enqueue_many_says_how_far_it_came) {
    fake_client t;
    std::vector<std::tuple<>> const items(25'000);
    t.storage.on_insert = [&t] {
        if (t.storage.insert_sizes.size() == 2) {
            throw cofire::error(cofire::errc::storage_full, "full");
        }
    };
    std::string message;
    auto const code = code_of(t.jobs.enqueue_many<prepared>(items), message);
    BOOST_CHECK(code == cofire::errc::storage_full);
    BOOST_CHECK(message.find("20000 of 25000 jobs were stored") == 0);
}

BOOST_AUTO_TEST_CASE(enqueue_many_checks_all_before_it_stores_any) {
    fake_client t;
    std::vector<std::string> const items{"good", "\xff"};
    std::string message;
    BOOST_CHECK(
        code_of(t.jobs.enqueue_many<send_mail>(items), message) == cofire::errc::bad_arguments
    );
    cofire::job_id const id = cofire::job_id::make(start, 1, 2);
    BOOST_CHECK(
        code_of(t.jobs.with({.id = id}).enqueue_many<send_mail>(items), message) ==
        cofire::errc::bad_option
    );
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
}

BOOST_AUTO_TEST_CASE(raw_jobs_are_stored_by_name) {
    fake_client t;
    run(t.jobs.enqueue_raw("nightly-backup", R"( ["crm"] )"));
    run(t.jobs.with({.queue = "q"}).schedule_raw(1min, "x", "{}", 2));
    run(t.jobs.continue_with_raw(t.storage.jobs.at(0).id, "y", "[]"));
    auto const& jobs = t.storage.jobs;
    BOOST_CHECK_EQUAL(jobs.at(0).type, "nightly-backup");
    BOOST_CHECK_EQUAL(jobs.at(0).arguments, R"( ["crm"] )");
    BOOST_CHECK_EQUAL(jobs.at(1).argument_version, 2U);
    BOOST_CHECK(jobs.at(1).due == start + 1min);
    BOOST_CHECK_EQUAL(jobs.at(1).settings->queue, "q");
    BOOST_CHECK_EQUAL(jobs.at(2).parents.size(), 1U);
}

BOOST_AUTO_TEST_CASE(recurring_computes_the_first_time) {
    fake_client t;
    auto const record = run(t.jobs.recurring<tuned>("daily", "0 3 * * *", "all"));
    BOOST_REQUIRE_EQUAL(t.storage.definitions.size(), 1U);
    cofire::recurring_definition const& d = t.storage.definitions[0];
    BOOST_CHECK_EQUAL(d.cron, "0 3 * * *");
    BOOST_CHECK_EQUAL(d.zone, "UTC");
    BOOST_CHECK_EQUAL(d.type, "tuned-job");
    BOOST_CHECK_EQUAL(d.arguments, R"(["all"])");
    BOOST_CHECK_EQUAL(d.argument_version, 3U);
    BOOST_CHECK_EQUAL(d.settings.queue, "low");
    BOOST_CHECK(d.misfire == cofire::misfire_policy::once);
    BOOST_CHECK(d.overlap == cofire::overlap_policy::skip);
    BOOST_CHECK_EQUAL(record.id, "daily");
    BOOST_CHECK(record.next == start + 17h);
}

BOOST_AUTO_TEST_CASE(recurring_takes_zone_policies_and_limits) {
    fake_client t;
    auto jobs = t.jobs.with({
        .limit_key = "l",
        .limit = 2,
        .zone = "+03:30",
        .misfire = cofire::misfire_policy::all,
        .overlap = cofire::overlap_policy::allow,
    });
    auto const record = run(jobs.recurring<resize_image>("daily", "0 3 * * *", "x"));
    cofire::recurring_definition const& d = record.definition;
    BOOST_CHECK_EQUAL(d.zone, "+03:30");
    BOOST_CHECK(d.misfire == cofire::misfire_policy::all);
    BOOST_CHECK(d.overlap == cofire::overlap_policy::allow);
    BOOST_REQUIRE_EQUAL(d.limits.size(), 1U);
    BOOST_CHECK_EQUAL(d.limits[0].key, "l");
    BOOST_CHECK_EQUAL(d.limits[0].limit, 2U);
    BOOST_CHECK(record.next == start + 13h + 30min);
}

BOOST_AUTO_TEST_CASE(recurring_takes_parsed_expressions) {
    fake_client t;
    auto const cron = cofire::cron_expression::parse("@never");
    auto const record = run(t.jobs.recurring_raw("never", cron, "x", "[]"));
    BOOST_CHECK(!record.next);
    BOOST_CHECK(
        cofire::cron_expression::parse(record.definition.cron) == cofire::cron_expression::never()
    );
}

BOOST_AUTO_TEST_CASE(a_storage_that_does_not_answer_is_an_error) {
    fake_client t;
    t.storage.answer_nothing = true;
    std::string message;
    std::vector<std::string> const names{"a"};
    BOOST_CHECK(code_of(t.jobs.enqueue<send_mail>("x"), message) == cofire::errc::storage_failed);
    BOOST_CHECK(
        code_of(t.jobs.enqueue_many<send_mail>(names), message) == cofire::errc::storage_failed
    );
    BOOST_CHECK(
        code_of(t.jobs.recurring<send_mail>("r", "@daily", "x"), message) ==
        cofire::errc::storage_failed
    );
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
