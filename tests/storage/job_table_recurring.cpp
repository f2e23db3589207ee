// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_recurring)

namespace {

using namespace storage_tests;
using cofire::definition_origin;
using cofire::fire_status;
using cofire::overlap_policy;
using cofire::recurring_definition;
using cofire::recurring_firing;
using cofire::recurring_record;

recurring_definition definition(std::string cron = "* * * * *") {
    recurring_definition made;
    made.cron = std::move(cron);
    made.type = "t";
    made.arguments = "[]";
    return made;
}

struct fixture : table_fixture {
    std::uint64_t next_job = 1;

    cofire::recurring_answer
    put(recurring_definition const& d,
        std::optional<time_point> next = start + 1min,
        definition_origin origin = definition_origin::code,
        std::string_view id = "r") {
        return table.recurring(
            cofire::recurring_put{.id = id, .definition = &d, .origin = origin, .next = next}, now
        );
    }
    recurring_record get(std::string_view id = "r") {
        return table.recurring(cofire::recurring_list{.id = id}, now).records.at(0);
    }
    cofire::fire_result fire(std::size_t jobs = 1, recurring_firing f = {}, bool by_hand = false) {
        auto const record = get();
        std::vector<new_job> made;
        for (std::size_t i = 0; i != jobs; ++i) {
            made.push_back(job(next_job++));
            made.back().recurring_id = "r";
        }
        f.id = "r";
        f.revision = f.revision != 0 ? f.revision : record.revision;
        f.expected = by_hand ? std::nullopt : record.next;
        f.next = f.next ? f.next : std::optional(*record.next + 1min);
        f.jobs = made;
        auto const answer = table.recurring(cofire::recurring_fire{.firings = {&f, 1}}, now);
        check();
        return answer.fired.at(0);
    }
};

BOOST_AUTO_TEST_CASE(put_creates_and_updates) {
    fixture t;
    BOOST_TEST(t.put(definition()).changed);
    auto r = t.get();
    BOOST_TEST(r.id == "r");
    BOOST_TEST(r.revision == 1U);
    BOOST_TEST((r.next == start + 1min));
    BOOST_TEST(!t.put(definition(), start + 9min).changed); // nothing new: the time stays
    BOOST_TEST((t.get().next == start + 1min));
    t.table.recurring(cofire::recurring_pause{.id = "r"}, t.now);
    BOOST_TEST(t.put(definition("0 * * * *"), start + 1h).changed);
    r = t.get();
    BOOST_TEST(r.paused);
    BOOST_TEST((r.next == start + 1h));
    BOOST_TEST(r.definition.cron == "0 * * * *");
    BOOST_TEST(r.revision == 3U);
}

BOOST_AUTO_TEST_CASE(an_edit_by_hand_holds_until_the_code_changes) {
    fixture t;
    t.put(definition("1 * * * *"));
    t.put(definition("2 * * * *"), start + 2min, definition_origin::by_hand);
    auto r = t.get();
    BOOST_TEST(r.definition.cron == "2 * * * *");
    BOOST_TEST(r.code_definition->cron == "1 * * * *");
    BOOST_TEST(!t.put(definition("1 * * * *")).changed);
    BOOST_TEST(t.get().definition.cron == "2 * * * *");
    t.put(definition("3 * * * *"), start, definition_origin::by_hand);
    BOOST_TEST(t.get().code_definition->cron == "1 * * * *");
    BOOST_TEST(!t.put(definition("3 * * * *"), start + 9h, definition_origin::by_hand).changed);
    BOOST_TEST(t.put(definition("4 * * * *")).changed);
    r = t.get();
    BOOST_TEST(r.definition.cron == "4 * * * *");
    BOOST_TEST((r.origin == definition_origin::code));
    BOOST_TEST(!r.code_definition.has_value());
}

BOOST_AUTO_TEST_CASE(bad_input_is_refused) {
    fixture t;
    auto const d = definition();
    for (auto const& id : {std::string(), std::string(257, 'x')}) {
        BOOST_CHECK_EXCEPTION(
            t.put(d, start, definition_origin::code, id),
            cofire::error,
            [](auto const& e) { return e.value() == errc::bad_recurring_id; }
        );
    }
    auto bad = d;
    bad.settings.priority = 16;
    BOOST_CHECK_THROW(t.put(bad), cofire::error);
    BOOST_TEST(t.table.recurring(cofire::recurring_list{}, t.now).records.empty());
    auto const unknown = [](auto const& e) { return e.value() == errc::unknown_recurring; };
    BOOST_CHECK_EXCEPTION(t.get("x"), cofire::error, unknown);
    BOOST_CHECK_EXCEPTION(
        t.table.recurring(cofire::recurring_remove{"x"}, t.now), cofire::error, unknown
    );
    BOOST_CHECK_EXCEPTION(
        t.table.recurring(cofire::recurring_pause{.id = "x"}, t.now), cofire::error, unknown
    );
    std::vector<recurring_firing> const many(10'001);
    BOOST_CHECK_THROW(
        t.table.recurring(cofire::recurring_fire{.firings = many}, t.now), cofire::error
    );
}

BOOST_AUTO_TEST_CASE(each_occurrence_fires_once) {
    fixture t;
    t.put(definition());
    t.now += 1min;
    auto const stale = t.get();
    auto const fired = t.fire();
    BOOST_TEST((fired.status == fire_status::fired));
    BOOST_TEST((fired.jobs.at(0).id == id_of(1)));
    BOOST_TEST(t.record(1).recurring_id == "r");
    auto const r = t.get();
    BOOST_TEST((r.next == start + 2min));
    BOOST_TEST((r.last_fired == t.now && r.last_job == id_of(1)));
    BOOST_TEST(r.fired == 1U);
    BOOST_TEST(r.revision == stale.revision);
    // Another server comes late with the same occurrence.
    auto const two = job(2);
    recurring_firing const late{
        .id = "r",
        .revision = stale.revision,
        .expected = stale.next,
        .next = start + 2min,
        .jobs = {&two, 1}};
    auto const lost = t.table.recurring(cofire::recurring_fire{.firings = {&late, 1}}, t.now);
    BOOST_TEST((lost.fired.at(0).status == fire_status::lost));
    BOOST_TEST(t.state(2) == "gone");
    BOOST_TEST((t.fire(1, {.revision = 99}).status == fire_status::lost));
    t.table.recurring(cofire::recurring_pause{.id = "r"}, t.now);
    BOOST_TEST((t.fire().status == fire_status::lost));
    BOOST_TEST((t.fire(1, {}, true).status == fire_status::fired)); // by hand, paused or not
    BOOST_TEST((t.get().next == start + 2min));
    t.table.recurring(cofire::recurring_pause{"r", false, start + 9min}, t.now);
    BOOST_TEST((t.get().next == start + 9min));
    t.table.recurring(cofire::recurring_remove{"r"}, t.now);
    BOOST_TEST(t.state(1) == "enqueued");
}

BOOST_AUTO_TEST_CASE(overlap) {
    auto const run = [](overlap_policy overlap, std::size_t jobs_each, int firings) {
        fixture t;
        auto const s = t.server();
        auto d = definition();
        d.overlap = overlap;
        t.put(d);
        std::string text;
        for (int i = 0; i != firings; ++i) {
            auto const r = t.fire(jobs_each);
            text += r.status == fire_status::fired ? "f" : "s";
            for (auto const& j : r.jobs) {
                text += "iehr"[static_cast<int>(j.status)];
            }
            if (i == 0) {
                t.acquire(s);
            }
        }
        auto const r = t.get();
        return text + " " + std::to_string(r.fired) + "+" + std::to_string(r.skipped) + " " +
               std::to_string(t.counts()[job_state::awaiting]);
    };
    BOOST_TEST(run(overlap_policy::skip, 1, 3) == "fishsh 1+2 0");
    BOOST_TEST(run(overlap_policy::allow, 1, 3) == "fififi 3+0 0");
    BOOST_TEST(run(overlap_policy::queue_one, 1, 4) == "fifishsh 2+2 1");
    BOOST_TEST(run(overlap_policy::skip, 3, 1) == "fihh 1+2 0");
    BOOST_TEST(run(overlap_policy::allow, 3, 1) == "fiii 3+0 0");
    BOOST_TEST(run(overlap_policy::queue_one, 3, 1) == "fiih 2+1 1");
}

BOOST_AUTO_TEST_CASE(queued_one_runs_when_the_last_has_ended_however) {
    fixture t;
    auto const s = t.server();
    auto d = definition();
    d.overlap = overlap_policy::queue_one;
    t.put(d);
    t.fire();
    auto const j = t.take_one(s);
    t.fire();
    BOOST_TEST(t.state(2) == "awaiting");
    t.settle(s, j, outcome_kind::failed);
    BOOST_TEST(t.state(2) == "enqueued");
    t.fire();
    BOOST_TEST(t.state(3) == "awaiting");
}

BOOST_AUTO_TEST_CASE(skipped_and_in_error) {
    fixture t;
    auto const s = t.server();
    t.put(definition());
    t.table.recurring(cofire::recurring_list{.server = s}, t.now);
    BOOST_TEST(!t.tick(s).recurring_changed);
    BOOST_TEST((t.fire(0, {.skipped = 5}).status == fire_status::skipped));
    BOOST_TEST(t.get().skipped == 5U);
    BOOST_TEST(!t.tick(s).recurring_changed);
    auto const before = t.get().revision;
    recurring_firing f{.id = "r", .revision = before, .expected = t.get().next};
    f.error = "no such zone";
    t.table.recurring(cofire::recurring_fire{.firings = {&f, 1}}, t.now);
    BOOST_TEST(t.get().error == "no such zone");
    BOOST_TEST(!t.get().next.has_value());
    BOOST_TEST(t.get().revision == before + 1);
    BOOST_TEST(t.tick(s).recurring_changed);
    // The program starts again, where the zone is known.
    BOOST_TEST(t.put(definition(), start + 3min).changed);
    BOOST_TEST(t.get().error == "");
    BOOST_TEST((t.get().next == start + 3min));
}

BOOST_AUTO_TEST_CASE(servers_are_told_of_changes) {
    fixture t;
    auto const s = t.server();
    BOOST_TEST(t.tick(s).recurring_changed);
    auto const told = [&] {
        bool const before = t.tick(s).recurring_changed;
        t.table.recurring(cofire::recurring_list{.server = s}, t.now);
        return before && !t.tick(s).recurring_changed;
    };
    BOOST_TEST(told());
    auto const seen = t.tick(s).seen;
    t.put(definition());
    BOOST_TEST(t.table.changed({.server = s}, seen));
    BOOST_TEST(told());
    t.table.recurring(cofire::recurring_pause{.id = "r"}, t.now);
    BOOST_TEST(told());
    t.table.recurring(cofire::recurring_pause{.id = "r"}, t.now); // no change
    BOOST_TEST(!t.tick(s).recurring_changed);
    t.table.recurring(cofire::recurring_remove{"r"}, t.now);
    BOOST_TEST(told());
}

BOOST_AUTO_TEST_CASE(a_firing_that_finds_no_room_changes_nothing) {
    table_fixture full({.jobs = 2});
    auto const d = definition();
    for (std::string_view id : {"a", "b"}) {
        full.table.recurring(
            cofire::recurring_put{.id = id, .definition = &d, .next = start}, start
        );
    }
    std::vector<new_job> const jobs{job(1), job(2), job(3)};
    auto const firing = [&](std::string_view id, std::size_t from, std::size_t count) {
        return recurring_firing{
            .id = id,
            .revision = 1,
            .expected = start,
            .next = start + 1min,
            .jobs = std::span(jobs).subspan(from, count)};
    };
    auto allow = definition("1 * * * *");
    allow.overlap = overlap_policy::allow;
    full.table.recurring(
        cofire::recurring_put{.id = "c", .definition = &allow, .next = start}, start
    );
    std::vector<recurring_firing> f{firing("c", 0, 3)};
    auto const next = [&](std::string_view id) {
        return *full.table.recurring(cofire::recurring_list{.id = id}, start).records.at(0).next;
    };
    BOOST_CHECK_EXCEPTION(
        full.table.recurring(cofire::recurring_fire{.firings = f}, start),
        cofire::error,
        [](auto const& e) { return e.value() == errc::storage_full; }
    );
    BOOST_TEST(full.table.size() == 0U);
    BOOST_TEST((next("c") == start));
    // Not the first: those before it are answered, it and those behind it count as lost.
    f = {firing("a", 0, 1), firing("c", 1, 2), firing("b", 1, 1)};
    auto const answer = full.table.recurring(cofire::recurring_fire{.firings = f}, start);
    BOOST_REQUIRE(answer.fired.size() == 3U);
    BOOST_TEST((answer.fired[0].status == fire_status::fired));
    BOOST_TEST((answer.fired[1].status == fire_status::lost));
    BOOST_TEST((answer.fired[2].status == fire_status::lost));
    BOOST_TEST((next("c") == start && next("b") == start));
    BOOST_TEST(full.table.size() == 1U);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
