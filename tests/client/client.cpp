// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "client_support.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// Each operation against the fake: what it asks for, and what it makes of the answer.
BOOST_AUTO_TEST_SUITE(client)
namespace {

using namespace std::chrono_literals;
using namespace client_tests;
using cofire::change_kind;
using cofire::errc;
using cofire::job_state;

cofire::job_id const some_id = cofire::job_id::make(start, 1, 2);

cofire::read_answer job_in(job_state state) {
    cofire::read_answer answer;
    answer.jobs.emplace_back();
    answer.jobs[0].id = some_id;
    answer.jobs[0].state = state;
    return answer;
}

cofire::change_answer skipping(cofire::skip_reason why, job_state state) {
    cofire::change_answer answer;
    answer.skipped_count = 1;
    answer.skipped.push_back({some_id, why, state});
    return answer;
}

BOOST_AUTO_TEST_CASE(is_an_ordinary_copyable_class) {
    static_assert(std::is_copy_constructible_v<cofire::client>);
    static_assert(std::is_copy_assignable_v<cofire::client>);
    static_assert(!std::is_final_v<cofire::client>);
    static_assert(!std::is_aggregate_v<cofire::client>);
    static_assert(!std::is_convertible_v<fake_storage&, cofire::client>);
    fake_storage storage;
    cofire::client jobs{storage};
    cofire::client const copy = jobs;
    run(copy.enqueue<prepared>());
    BOOST_CHECK_EQUAL(storage.jobs.size(), 1U);
    BOOST_CHECK(copy.storage() == cofire::storage_ref(storage));
    BOOST_CHECK(copy.clock().is_system());
}

BOOST_AUTO_TEST_CASE(copies_share_ids) {
    fake_client t;
    cofire::client const copy = t.jobs;
    auto const a = run(t.jobs.enqueue<prepared>());
    auto const b = run(copy.enqueue<prepared>());
    auto const c = run(t.jobs.enqueue<prepared>());
    BOOST_CHECK(a.id < b.id);
    BOOST_CHECK(b.id < c.id);
}

BOOST_AUTO_TEST_CASE(get_finds_the_job_or_throws) {
    fake_client t;
    t.storage.read_answers.push_back(job_in(job_state::scheduled));
    cofire::job_record const job = run(t.jobs.get(some_id));
    BOOST_CHECK(job.id == some_id);
    std::string message;
    BOOST_CHECK(code_of(t.jobs.get(some_id), message) == errc::unknown_job);
    BOOST_CHECK(message.find(some_id.to_string()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(find_owns_what_it_asks_with) {
    fake_client t;
    std::string type = "a type with a long name, to be sure";
    std::string cursor = "cursor";
    cofire::read_find query;
    query.filter.type = type;
    query.cursor = cursor;
    auto op = t.jobs.find(query);
    type.assign(type.size(), '?');
    cursor = "??????";
    run(std::move(op));
    std::vector<std::string> const expected{"a type with a long name, to be sure", "cursor"};
    BOOST_CHECK(t.storage.texts == expected);
}

BOOST_AUTO_TEST_CASE(counts_and_health_are_read) {
    fake_client t;
    cofire::read_answer counts;
    counts.counts.inserted = 7;
    cofire::read_answer health;
    health.health.jobs = 8;
    t.storage.read_answers = {counts, health};
    BOOST_CHECK_EQUAL(run(t.jobs.counts()).inserted, 7U);
    BOOST_CHECK_EQUAL(run(t.jobs.health()).jobs, 8U);
}

BOOST_AUTO_TEST_CASE(a_change_names_kind_job_time_and_reason) {
    fake_client t;
    std::string reason = "because, and this is long enough";
    auto op = t.jobs.requeue(some_id, reason);
    reason.assign(reason.size(), '?');
    run(std::move(op));
    run(t.jobs.remove(some_id));
    run(t.jobs.cancel(some_id));
    run(t.jobs.reschedule(some_id, 5min));
    run(t.jobs.reschedule(some_id, start + 1h));
    auto const& changes = t.storage.changes;
    BOOST_REQUIRE_EQUAL(changes.size(), 5U);
    BOOST_CHECK(changes[0].kind == change_kind::requeue);
    BOOST_CHECK(changes[1].kind == change_kind::delete_job);
    BOOST_CHECK(changes[2].kind == change_kind::cancel);
    BOOST_CHECK(changes[3].kind == change_kind::reschedule);
    BOOST_CHECK(changes[3].due == start + 5min);
    BOOST_CHECK(changes[4].due == start + 1h);
    BOOST_CHECK_EQUAL(t.storage.texts[0], "because, and this is long enough");
    for (auto const& ids : t.storage.change_ids) {
        BOOST_CHECK(ids == std::vector<cofire::job_id>{some_id});
    }
}

BOOST_AUTO_TEST_CASE(a_change_that_is_skipped_throws) {
    fake_client t;
    std::string message;
    t.storage.change_answers = {
        skipping(cofire::skip_reason::unknown, job_state::enqueued),
        skipping(cofire::skip_reason::wrong_state, job_state::succeeded),
        skipping(cofire::skip_reason::key_held, job_state::failed),
    };
    BOOST_CHECK(code_of(t.jobs.cancel(some_id), message) == errc::unknown_job);
    BOOST_CHECK(message.find("cancel of job " + some_id.to_string()) == 0);
    BOOST_CHECK(code_of(t.jobs.remove(some_id), message) == errc::wrong_state);
    BOOST_CHECK(message.find("remove of job " + some_id.to_string() + ", which is succeeded") == 0);
    BOOST_CHECK(code_of(t.jobs.requeue(some_id), message) == errc::wrong_state);
    BOOST_CHECK(message.find("unique key") != std::string::npos);
    BOOST_CHECK(code_of(t.jobs.reschedule(some_id, -1s), message) == errc::bad_option);
    BOOST_CHECK_EQUAL(t.storage.changes.size(), 3U);
}

BOOST_AUTO_TEST_CASE(long_lists_are_changed_in_slices) {
    fake_client t;
    std::vector<cofire::job_id> ids(25'000, some_id);
    auto op = t.jobs.cancel(ids);
    ids.clear();
    cofire::change_answer const answer = run(std::move(op));
    BOOST_CHECK_EQUAL(answer.changed, 25'000U);
    BOOST_REQUIRE_EQUAL(t.storage.change_ids.size(), 3U);
    BOOST_CHECK_EQUAL(t.storage.change_ids[0].size(), 10'000U);
    BOOST_CHECK_EQUAL(t.storage.change_ids[2].size(), 5'000U);
}

BOOST_AUTO_TEST_CASE(an_empty_list_changes_nothing) {
    fake_client t;
    std::vector<cofire::job_id> const none;
    BOOST_CHECK_EQUAL(run(t.jobs.remove(none)).changed, 0U);
    BOOST_CHECK_EQUAL(run(t.jobs.reschedule(none, 1s)).changed, 0U);
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
}

BOOST_AUTO_TEST_CASE(skipped_jobs_of_a_list_are_counted) {
    fake_client t;
    std::vector<cofire::job_id> const ids(20'000, some_id);
    cofire::change_answer slice;
    slice.changed = 9'900;
    slice.skipped_count = 100;
    slice.skipped.resize(100);
    t.storage.change_answers = {slice, slice};
    cofire::change_answer const answer = run(t.jobs.requeue(ids));
    BOOST_CHECK_EQUAL(answer.changed, 19'800U);
    BOOST_CHECK_EQUAL(answer.skipped_count, 200U);
    BOOST_CHECK_EQUAL(answer.skipped.size(), 100U);
}

BOOST_AUTO_TEST_CASE(a_filter_is_walked_to_its_end) {
    fake_client t;
    cofire::change_answer first;
    first.changed = 3;
    first.cursor = "a cursor that is too long for its own good";
    cofire::change_answer second;
    second.changed = 4;
    t.storage.change_answers = {first, second};
    std::string type = "a type with a long name, to be sure";
    auto op = t.jobs.remove({.state = job_state::failed, .type = type}, "by filter");
    type.assign(type.size(), '?');
    cofire::change_answer const answer = run(std::move(op));
    BOOST_CHECK_EQUAL(answer.changed, 7U);
    BOOST_CHECK(answer.cursor.empty());
    std::vector<std::string> const expected{
        "by filter",
        "",
        "a type with a long name, to be sure",
        "by filter",
        "a cursor that is too long for its own good",
        "a type with a long name, to be sure"};
    BOOST_CHECK(t.storage.texts == expected);
    BOOST_CHECK(t.storage.changes.at(1).filter->state == job_state::failed);
}

BOOST_AUTO_TEST_CASE(result_waits_until_the_end) {
    fake_client t;
    auto done = job_in(job_state::succeeded);
    done.jobs[0].result = "42";
    t.storage.read_answers = {
        job_in(job_state::enqueued), job_in(job_state::processing), done, done};
    BOOST_CHECK_EQUAL(run(t.jobs.result<int>(some_id)), 42);
    BOOST_CHECK_EQUAL(t.storage.waits, 3U);
    run(t.jobs.result(some_id));
}

BOOST_AUTO_TEST_CASE(result_throws_what_became_of_the_job) {
    fake_client t;
    auto failed = job_in(job_state::failed);
    failed.jobs[0].error = cofire::error_info{"std::runtime_error", "disk full", 1};
    auto deleted = job_in(job_state::deleted);
    deleted.jobs[0].reason = "expired";
    auto text = job_in(job_state::succeeded);
    text.jobs[0].result = R"("text")";
    t.storage.read_answers = {failed, deleted, text, job_in(job_state::succeeded)};
    std::string message;
    BOOST_CHECK(code_of(t.jobs.result<int>(some_id), message) == errc::job_failed);
    BOOST_CHECK(message.find("disk full") != std::string::npos);
    BOOST_CHECK(code_of(t.jobs.result<int>(some_id), message) == errc::job_deleted);
    BOOST_CHECK(message.find("expired") != std::string::npos);
    BOOST_CHECK(code_of(t.jobs.result<int>(some_id), message) == errc::bad_result);
    BOOST_CHECK(message.find(some_id.to_string()) != std::string::npos);
    BOOST_CHECK(code_of(t.jobs.result<int>(some_id), message) == errc::bad_result);
    BOOST_CHECK(message.find("it has none") != std::string::npos);
    BOOST_CHECK(code_of(t.jobs.result<int>(some_id), message) == errc::unknown_job);
    t.storage.read_answers = {failed};
    BOOST_CHECK(code_of(t.jobs.result(some_id), message) == errc::job_failed);
}

BOOST_AUTO_TEST_CASE(trigger_fires_a_job_made_of_the_definition) {
    fake_client t;
    auto record = run(t.jobs.recurring<send_mail>("daily", "@daily", "all"));
    record.revision = 17;
    t.storage.records.push_back(record);
    cofire::enqueued const e = run(t.jobs.trigger_recurring("daily"));
    BOOST_CHECK(e.inserted());
    cofire::new_job const& job = t.storage.fired.at(0);
    BOOST_CHECK(job.id == e.id);
    BOOST_CHECK_EQUAL(job.recurring_id, "daily");
    BOOST_CHECK_EQUAL(job.arguments, R"(["all"])");
}

BOOST_AUTO_TEST_CASE(trigger_looks_again_when_the_recurring_job_has_changed) {
    fake_client t;
    t.storage.records.emplace_back();
    cofire::fire_result skipped;
    skipped.status = cofire::fire_status::skipped;
    t.storage.fire_results = {cofire::fire_result(), cofire::fire_result(), skipped};
    t.storage.records[0].last_job = some_id;
    cofire::enqueued const e = run(t.jobs.trigger_recurring("daily"));
    BOOST_CHECK(e.held());
    BOOST_CHECK(e.id == some_id);
    BOOST_CHECK_EQUAL(t.storage.recurrings.size(), 6U);
}

BOOST_AUTO_TEST_CASE(unknown_recurring_jobs_are_errors) {
    fake_client t;
    std::string message;
    BOOST_CHECK(code_of(t.jobs.trigger_recurring("none"), message) == errc::unknown_recurring);
    BOOST_CHECK(message.find("\"none\"") != std::string::npos);
    BOOST_CHECK(code_of(t.jobs.resume_recurring("none"), message) == errc::unknown_recurring);
    BOOST_CHECK(code_of(t.jobs.get_recurring("none"), message) == errc::unknown_recurring);
}

BOOST_AUTO_TEST_CASE(resume_gives_the_next_time_from_now) {
    fake_client t;
    t.storage.records.push_back(run(t.jobs.recurring<send_mail>("daily", "0 3 * * *", "all")));
    run(t.jobs.pause_recurring("daily"));
    t.clock.advance(48h);
    run(t.jobs.resume_recurring("daily"));
    run(t.jobs.remove_recurring("daily"));
    auto const& asked = t.storage.recurrings;
    BOOST_REQUIRE_EQUAL(asked.size(), 5U); // put, pause, list, pause, remove
    BOOST_CHECK(std::get<cofire::recurring_pause>(asked[1]).paused);
    BOOST_CHECK(!std::get<cofire::recurring_pause>(asked[1]).next);
    BOOST_CHECK(!std::get<cofire::recurring_pause>(asked[3]).paused);
    BOOST_CHECK(std::get<cofire::recurring_pause>(asked[3]).next == start + 48h + 17h);
    BOOST_CHECK(std::holds_alternative<cofire::recurring_remove>(asked[4]));
}

BOOST_AUTO_TEST_CASE(queues_are_paused_and_resumed) {
    fake_client t;
    run(t.jobs.pause_queue("images"));
    run(t.jobs.resume_queue("images"));
    BOOST_CHECK(std::get<cofire::queue_pause>(t.storage.queue_requests.at(0)).paused);
    BOOST_CHECK(!std::get<cofire::queue_pause>(t.storage.queue_requests.at(1)).paused);
    BOOST_CHECK((t.storage.texts == std::vector<std::string>{"images", "images"}));
    BOOST_CHECK(run(t.jobs.queues()).empty());
}

BOOST_AUTO_TEST_CASE(errors_of_the_storage_come_through) {
    fake_client t;
    t.storage.on_insert = [] { throw cofire::error(cofire::errc::storage_full, "full"); };
    std::string message;
    BOOST_CHECK(code_of(t.jobs.enqueue<prepared>(), message) == errc::storage_full);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
