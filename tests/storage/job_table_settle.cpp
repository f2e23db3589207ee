// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_settle)

namespace {

using namespace storage_tests;

BOOST_AUTO_TEST_CASE(success) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    t.now += 1s;
    auto const j = t.take_one(s);
    t.now += 2s;
    run_outcome const o{
        .id = j.id, .epoch = j.epoch, .started = start + 2s, .run_time = 1s, .result = "42"};
    BOOST_TEST((t.end(s, o) == settle_status::done));
    auto const r = t.record(1);
    BOOST_TEST((r.state == job_state::succeeded));
    BOOST_TEST(r.result == "42");
    BOOST_TEST(r.attempt == 1U);
    BOOST_TEST((r.started == start + 2s && r.finished == start + 3s));
    BOOST_REQUIRE(r.history.size() == 3U);
    BOOST_TEST((r.history[0].state == job_state::enqueued && r.history[0].at == start));
    BOOST_TEST((r.history[1].state == job_state::processing && r.history[1].at == start + 2s));
    BOOST_TEST(r.history[1].attempt == 0U);
    BOOST_TEST((r.history[1].epoch == j.epoch));
    BOOST_TEST((r.history[2].state == job_state::succeeded && r.history[2].at == start + 3s));
    BOOST_TEST(r.history[2].attempt == 1U);
    BOOST_TEST((r.history[2].run_time == 1s));
    BOOST_TEST(t.counts().succeeded == 1U);
}

BOOST_AUTO_TEST_CASE(retry_then_success) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    t.run_one(s, outcome_kind::retry);
    BOOST_TEST(t.state(1) == "scheduled");
    auto r = t.record(1);
    BOOST_TEST(r.attempt == 1U);
    BOOST_TEST((r.due == start + 10s));
    BOOST_TEST(r.error->message == "went wrong");
    BOOST_TEST(t.acquire(s).empty());
    t.now += 10s;
    auto const j = t.take_one(s);
    BOOST_TEST(j.attempt == 1U);
    t.settle(s, j);
    r = t.record(1);
    BOOST_TEST(r.attempt == 2U);
    BOOST_TEST(!r.error.has_value());
    BOOST_TEST(
        t.history(1) == "enqueued, processing, scheduled (retry), enqueued, processing, succeeded"
    );
    BOOST_TEST(r.history[1].attempt == 0U);
    BOOST_TEST(r.history[2].attempt == 1U);
    BOOST_TEST(r.history[2].error->type == "boom");
    BOOST_TEST(r.history[4].attempt == 1U);
    BOOST_TEST(!r.history[5].error.has_value());
    BOOST_TEST(t.counts().attempts_failed == 1U);
    BOOST_TEST(t.counts().failed == 0U);
}

BOOST_AUTO_TEST_CASE(failure) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    t.run_one(s, outcome_kind::failed);
    auto const r = t.record(1);
    BOOST_TEST((r.state == job_state::failed));
    BOOST_TEST(r.error->fingerprint == 7U);
    BOOST_TEST(t.history(1) == "enqueued, processing, failed");
    BOOST_TEST(r.history[2].error->message == "went wrong");
    BOOST_TEST(t.counts().failed == 1U);
    BOOST_TEST(t.counts().attempts_failed == 1U);
}

BOOST_AUTO_TEST_CASE(used_up_and_deleted) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    auto const j = t.take_one(s);
    run_outcome o{.id = j.id, .epoch = j.epoch, .kind = outcome_kind::deleted, .started = t.now};
    o.error = cofire::error_info{.type = "boom", .message = "m"};
    o.reason = "attempts used up";
    t.end(s, o);
    BOOST_TEST(t.record(1).attempt == 1U);
    BOOST_TEST(t.history(1) == "enqueued, processing, deleted (attempts used up)");
    BOOST_TEST(t.counts().attempts_failed == 1U);
    BOOST_TEST(t.counts().deleted == 1U);
}

BOOST_AUTO_TEST_CASE(snooze_and_release_count_no_attempt) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    t.run_one(s, outcome_kind::snoozed);
    t.now += 10s;
    t.run_one(s, outcome_kind::released);
    t.run_one(s);
    BOOST_TEST(t.record(1).attempt == 1U);
    BOOST_TEST(
        t.history(1) ==
        "enqueued, processing, scheduled (snoozed), enqueued, processing, enqueued (released), "
        "processing, succeeded"
    );
}

BOOST_AUTO_TEST_CASE(retry_at_once_enters_the_line) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2)});
    auto const j = t.take_one(s);
    t.end(s, {.id = j.id, .epoch = j.epoch, .kind = outcome_kind::retry, .at = t.now});
    BOOST_TEST(t.history(1) == "enqueued, processing, enqueued (retry)");
    BOOST_TEST(numbers(t.acquire(s)) == "2 1");
}

BOOST_AUTO_TEST_CASE(an_undecodable_job_waits_for_a_server_announced_later) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2)});
    auto const j = t.take_one(s);
    run_outcome o{.id = j.id, .epoch = j.epoch, .kind = outcome_kind::parked};
    o.reason = "no such member: name";
    t.end(s, o);
    auto r = t.record(1);
    BOOST_TEST((r.state == job_state::enqueued));
    BOOST_TEST((r.sub_state == cofire::job_sub_state::parked_by_type));
    BOOST_TEST(r.reason == o.reason);
    BOOST_TEST(r.attempt == 0U);
    BOOST_TEST(numbers(t.acquire(s)) == "2");
    t.server({"u"});
    BOOST_TEST(t.acquire(s).empty());
    t.insert(job(3));
    auto const next = t.server();
    BOOST_TEST(t.record(1).reason == "");
    BOOST_TEST(numbers(t.acquire(next)) == "1 3");
    BOOST_TEST(t.history(1) == "enqueued, processing, enqueued (no such member: name), processing");
}

BOOST_AUTO_TEST_CASE(repeated_and_stale) {
    table_fixture t;
    auto const s = t.server();
    auto const other = t.server();
    t.insert(job(1));
    auto const j = t.take_one(s);
    BOOST_TEST((t.settle(other, j) == settle_status::stale));
    BOOST_TEST((t.end(s, {.id = j.id, .epoch = j.epoch + 1}) == settle_status::stale));
    BOOST_TEST((t.end(s, {.id = id_of(9), .epoch = 1}) == settle_status::stale));
    BOOST_TEST(t.state(1) == "processing");
    BOOST_TEST(t.counts().stale == 3U);
    BOOST_TEST((t.settle(s, j) == settle_status::done));
    BOOST_TEST((t.settle(s, j) == settle_status::again));
    BOOST_TEST((t.settle(s, j, outcome_kind::failed) == settle_status::again));
    BOOST_TEST(t.counts().stale == 3U);
    BOOST_TEST(t.state(1) == "succeeded");
    t.change(change_kind::requeue, 1);
    BOOST_TEST((t.settle(s, j) == settle_status::again)); // its run did count
    BOOST_TEST(t.state(1) == "enqueued");
    auto const second = t.take_one(other);
    BOOST_TEST((t.settle(s, j) == settle_status::stale));
    BOOST_TEST((t.settle(other, second) == settle_status::done));
    BOOST_TEST(t.counts().succeeded == 2U);
}

BOOST_AUTO_TEST_CASE(what_was_taken_away_is_stale) {
    table_fixture t;
    auto const dying = t.server();
    auto const leaving = t.server();
    t.insert({job(1), job(2)});
    auto const one = t.take_one(dying);
    auto const two = t.take_one(leaving);
    t.die(dying);
    auto const s = t.server();
    BOOST_TEST((t.settle(dying, one) == settle_status::stale));
    BOOST_TEST(t.state(1) == "scheduled");
    t.retire(leaving);
    BOOST_TEST((t.settle(leaving, two) == settle_status::stale));
    BOOST_TEST(t.state(2) == "enqueued");
    t.now += 1h;
    auto const again = t.acquire(s);
    BOOST_TEST((t.settle(leaving, two) == settle_status::stale));
    for (auto const& j : again) {
        BOOST_TEST((t.settle(s, j) == settle_status::done));
    }
    BOOST_TEST(t.state(1) == "succeeded");
    BOOST_TEST(t.state(2) == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_stale_one_does_not_hinder_the_others_and_takes_the_next_along) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2), after(job(3), 2)});
    auto const got = t.acquire(s);
    std::vector<run_outcome> const outcomes{
        {.id = got[0].id, .epoch = 77},
        {.id = got[1].id, .epoch = got[1].epoch},
        {.id = got[1].id, .epoch = got[1].epoch}};
    cofire::take const take{"default"};
    cofire::acquire_request const then{.server = s, .takes = {&take, 1}, .limit = 5};
    auto const answer = t.table.settle({.server = s, .outcomes = outcomes, .then = then}, t.now);
    t.check();
    BOOST_TEST((answer.results[0] == settle_status::stale));
    BOOST_TEST((answer.results[1] == settle_status::done));
    BOOST_TEST((answer.results[2] == settle_status::again));
    BOOST_TEST(numbers(answer.acquired->jobs) == "3");
}

BOOST_AUTO_TEST_CASE(refused_calls_change_nothing) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    auto const j = t.take_one(s);
    run_outcome const o{.id = j.id, .epoch = j.epoch};
    cofire::acquire_request const then{.server = 99};
    BOOST_CHECK_EXCEPTION(
        t.table.settle({.server = s, .outcomes = {&o, 1}, .then = then}, t.now),
        cofire::error,
        [](auto const& e) { return e.value() == errc::unknown_server; }
    );
    BOOST_TEST(t.state(1) == "processing");
    std::vector<run_outcome> const many(10'001, o);
    BOOST_CHECK_THROW(t.table.settle({.server = s, .outcomes = many}, t.now), cofire::error);
    BOOST_TEST(t.state(1) == "processing");
}

// What an operator asked for while the job ran decides together with how the run ended.
BOOST_AUTO_TEST_CASE(deleted_or_cancelled_while_it_ran) {
    using kind = outcome_kind;
    auto const ends = [](change_kind change, kind outcome) {
        table_fixture t;
        auto const s = t.server();
        t.insert(with_key(job(1), "k"));
        auto const j = t.take_one(s);
        BOOST_TEST(t.change(change, 1, {.reason = "by ann"}) == "ok");
        BOOST_TEST((t.record(1).sub_state == cofire::job_sub_state::cancelling));
        BOOST_TEST(t.record(1).reason == "by ann");
        t.settle(s, j, outcome);
        BOOST_TEST(t.insert(with_key(job(2), "k")) == "i");
        if (t.state(1) == "deleted") {
            BOOST_TEST(t.history(1) == "enqueued, processing, deleted (by ann)");
        }
        return t.state(1);
    };
    for (kind k :
         {kind::succeeded,
          kind::failed,
          kind::retry,
          kind::snoozed,
          kind::released,
          kind::deleted,
          kind::parked}) {
        BOOST_TEST(ends(change_kind::delete_job, k) == "deleted");
        BOOST_TEST(
            ends(change_kind::cancel, k) == (k == kind::succeeded ? "succeeded" : "deleted")
        );
    }
}

BOOST_AUTO_TEST_CASE(long_histories_keep_their_beginning_and_end) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    for (int i = 0; i != 200; ++i) {
        t.now += 10s;
        t.run_one(s, outcome_kind::snoozed);
    }
    auto const h = t.record(1).history;
    BOOST_TEST(h.size() <= 101U);
    BOOST_TEST((h.front().at == start));
    BOOST_TEST((h[2].at == start + 10s));
    BOOST_TEST((h.back().at == t.now));
}

/// Settles three runs of which the second is refused; gives what the storage says of it.
std::string refused_beside_others(table_fixture& t, run_outcome const& given) {
    auto const s = t.server();
    t.insert({job(1), job(2), job(3)});
    auto const got = t.acquire(s);
    std::vector<run_outcome> outcomes;
    for (auto const& j : got) {
        outcomes.push_back({.id = j.id, .epoch = j.epoch, .started = t.now});
    }
    outcomes[1].kind = given.kind;
    outcomes[1].result = given.result;
    auto answer = t.table.settle({.server = s, .outcomes = outcomes}, t.now);
    t.check();
    using st = settle_status;
    BOOST_TEST((answer.results == std::vector{st::done, st::refused, st::done}));
    BOOST_TEST(t.state(1) == "succeeded");
    BOOST_TEST(t.state(2) == "processing");
    BOOST_TEST(t.state(3) == "succeeded");
    BOOST_REQUIRE(answer.refusals.size() == 1U);
    BOOST_TEST(answer.refusals[0].index == 1U);
    auto const held = t.table.tick({.server = s, .list_held = job_id()}, t.now).held;
    BOOST_TEST(held.size() == 1U);
    auto const message = answer.refusals[0].message;
    // Of another acquisition it is stale, not refused.
    run_outcome stale = outcomes[1];
    ++stale.epoch;
    answer = t.table.settle({.server = s, .outcomes = {&stale, 1}}, t.now);
    BOOST_TEST((answer.results.front() == st::stale));
    BOOST_TEST(answer.refusals.empty());
    // The run ends with another outcome; then the refused one comes too late.
    BOOST_TEST((t.settle(s, got[1], outcome_kind::failed) == st::done));
    BOOST_TEST(t.state(2) == "failed");
    answer = t.table.settle({.server = s, .outcomes = {&outcomes[1], 1}}, t.now);
    BOOST_TEST((answer.results.front() == st::again));
    return message;
}

BOOST_AUTO_TEST_CASE(a_result_too_long_is_refused) {
    table_fixture t({.result = 4});
    auto const message = refused_beside_others(t, {.id = {}, .result = "12345"});
    BOOST_TEST(message.find("5 bytes") != message.npos);
    BOOST_TEST(message.find("of 4") != message.npos);
    auto const s = t.server();
    t.insert(job(9));
    auto const j = t.take_one(s);
    BOOST_TEST((t.end(s, {.id = j.id, .epoch = j.epoch, .result = "1234"}) == settle_status::done));
}

BOOST_AUTO_TEST_CASE(suspended_is_refused) {
    table_fixture t;
    auto const message = refused_beside_others(t, {.id = {}, .kind = outcome_kind::suspended});
    BOOST_TEST(message.find("suspended") != message.npos);
}

BOOST_AUTO_TEST_CASE(history_names_the_servers) {
    table_fixture t;
    auto const a = t.server();
    auto const b = t.server();
    t.insert(due(job(1), 1s));
    t.now += 1s;
    t.run_one(a, outcome_kind::retry);
    t.now += 10s;
    t.run_one(b, outcome_kind::retry);
    t.change(change_kind::requeue, 1);
    t.change(change_kind::delete_job, 1);
    std::string text;
    for (auto const& e : t.record(1).history) {
        text += std::to_string(e.server == a ? 1 : (e.server == b ? 2 : e.server)) + "/" +
                std::to_string(e.epoch) + " ";
    }
    // scheduled, enqueued, processing, retry, enqueued, processing, retry, requeued, deleted
    BOOST_TEST(text == "0/0 0/0 1/1 1/1 1/1 2/2 2/2 2/2 2/2 ");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
