// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_read)

namespace {

using namespace storage_tests;
using cofire::find_order;
using cofire::read_find;

std::string page(cofire::read_answer const& answer) {
    std::string text;
    for (auto const& r : answer.jobs) {
        text += (text.empty() ? "" : " ") + std::to_string(r.id.bytes()[15]);
    }
    return text;
}

BOOST_AUTO_TEST_CASE(get_leaves_out_what_is_unknown) {
    table_fixture t;
    t.insert({job(1), job(2)});
    std::vector<job_id> const ids{id_of(2), id_of(9), id_of(1)};
    auto const answer = t.table.read(cofire::read_get{ids}, t.now);
    BOOST_TEST(page(answer) == "2 1");
    std::vector<job_id> const many(10'001);
    BOOST_CHECK_THROW(t.table.read(cofire::read_get{many}, t.now), cofire::error);
}

BOOST_AUTO_TEST_CASE(pages_in_both_orders) {
    table_fixture t;
    for (std::uint64_t n = 1; n <= 7; ++n) {
        t.insert(job(n));
    }
    auto const pages = [&](find_order order) {
        std::string text;
        std::string cursor;
        do {
            auto const a = t.table.read(
                read_find{
                    .filter = {.state = job_state::enqueued},
                    .order = order,
                    .rows = 3,
                    .cursor = cursor},
                t.now
            );
            BOOST_TEST(a.exact);
            text += "[" + page(a) + "]";
            cursor = a.cursor;
        } while (!cursor.empty());
        return text;
    };
    BOOST_TEST(pages(find_order::newest) == "[7 6 5][4 3 2][1]");
    BOOST_TEST(pages(find_order::oldest) == "[1 2 3][4 5 6][7]");
}

BOOST_AUTO_TEST_CASE(pages_while_jobs_move) {
    table_fixture t;
    for (std::uint64_t n = 1; n <= 8; ++n) {
        t.insert(job(n));
    }
    for (auto order : {find_order::newest, find_order::oldest}) {
        read_find q{.filter = {.state = job_state::enqueued}, .order = order, .rows = 3};
        auto const first = t.table.read(q, t.now);
        bool const newest = order == find_order::newest;
        BOOST_TEST(page(first) == (newest ? "8 7 6" : "1 2 3"));
        // The last of the page goes away, and one comes back to where the page has been.
        std::uint64_t const last = newest ? 6 : 3;
        t.change(change_kind::delete_job, last);
        q.cursor = first.cursor;
        auto const second = t.table.read(q, t.now);
        BOOST_TEST(page(second) == (newest ? "5 4 3" : "4 5 7"));
    }
}

BOOST_AUTO_TEST_CASE(all_states_and_a_budget) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2)});
    t.run_one(s);
    t.insert({due(job(3), 1h), after(job(4), 2), job(5)});
    std::string text;
    std::string cursor;
    int calls = 0;
    do {
        auto const a = t.table.read(read_find{.budget = 2, .cursor = cursor}, t.now);
        text += page(a) + (a.exact ? "." : ",");
        cursor = a.cursor;
        BOOST_TEST(a.reached.has_value());
        BOOST_REQUIRE(++calls < 10);
    } while (!cursor.empty());
    BOOST_TEST(text == "5 2,3 4,1.");
    auto const nothing = t.table.read(read_find{.filter = {.type = "x"}, .budget = 1}, t.now);
    BOOST_TEST(!nothing.exact);
    BOOST_TEST(!nothing.cursor.empty());
    BOOST_TEST(t.table.read(read_find{.budget = 0}, t.now).jobs.size() == 1U);
    BOOST_TEST(t.table.read(read_find{.rows = 0}, t.now).jobs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(groups_of_failures) {
    table_fixture t;
    auto const s = t.server();
    for (std::uint64_t n = 1; n <= 6; ++n) {
        t.insert(job(n));
        auto const j = t.take_one(s);
        run_outcome o{.id = j.id, .epoch = j.epoch, .kind = outcome_kind::failed};
        o.error = cofire::error_info{
            .type = "e", .message = std::to_string(n), .fingerprint = n % 3 == 0 ? 2U : 1U};
        t.end(s, o);
    }
    auto const a = t.table.read(cofire::read_groups{}, t.now);
    BOOST_REQUIRE(a.groups.size() == 2U);
    BOOST_TEST(a.groups[0].fingerprint == 1U);
    BOOST_TEST(a.groups[0].count == 4U);
    BOOST_TEST((a.groups[0].latest == id_of(5)));
    BOOST_TEST(a.groups[0].sample.message == "5");
    BOOST_TEST(a.groups[1].count == 2U);
    BOOST_TEST(a.exact);
    BOOST_TEST(!t.table.read(cofire::read_groups{.budget = 3}, t.now).exact);
    auto const filtered = t.table.read(cofire::read_groups{.filter = {.fingerprint = 2}}, t.now);
    BOOST_TEST(filtered.groups.size() == 1U);
}

BOOST_AUTO_TEST_CASE(counts_series_names_health) {
    table_fixture t({.jobs = 4});
    auto const s = t.server();
    t.insert({job(1), job(2), with_settings(job(3), settings(5, "q"))});
    t.run_one(s);
    t.now += 1min;
    t.run_one(s, outcome_kind::retry);
    t.change(change_kind::delete_job, 3);
    auto const c = t.counts();
    BOOST_TEST(c[job_state::succeeded] == 1U);
    BOOST_TEST(c[job_state::scheduled] == 1U);
    BOOST_TEST(c[job_state::deleted] == 1U);
    BOOST_TEST(c.inserted == 3U);
    auto series = t.table.read(cofire::read_series{}, t.now).series;
    BOOST_REQUIRE(series.size() == 2U);
    BOOST_TEST((series[0].from == start));
    BOOST_TEST(series[0].inserted == 3U);
    BOOST_TEST(series[0].succeeded == 1U);
    BOOST_TEST(series[1].attempts_failed == 1U);
    BOOST_TEST(series[1].deleted == 1U);
    t.now += 30s;
    series = t.table.read(cofire::read_series{.from = t.now}, t.now).series;
    BOOST_TEST(series.size() == 1U);
    auto const names = t.table.read(cofire::read_names{}, t.now);
    BOOST_TEST(names.types == std::vector<std::string>{"t"}, boost::test_tools::per_element());
    BOOST_TEST(
        names.queues == (std::vector<std::string>{"default", "q"}), boost::test_tools::per_element()
    );
    auto health = t.table.read(cofire::read_health{}, t.now).health;
    BOOST_TEST(health.ok);
    BOOST_TEST(health.jobs == 3U);
    BOOST_TEST(health.job_limit == 4U);
    BOOST_TEST(health.bytes > 0U);
    t.insert({job(4), job(5), job(6)});
    health = t.table.read(cofire::read_health{}, t.now).health;
    BOOST_TEST(!health.ok);
    BOOST_TEST(!health.message.empty());
}

BOOST_AUTO_TEST_CASE(queues_and_their_oldest_job) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    auto const first = t.take_one(s);
    t.now += 1s;
    t.insert({job(2), with_settings(job(3), settings(9))});
    t.settle(s, first, outcome_kind::released);
    auto const q = t.queues().queues.at(0);
    BOOST_TEST(q.name == "default");
    BOOST_TEST(q.waiting == 3U);
    BOOST_TEST(q.processing == 0U);
    BOOST_TEST((q.oldest == start));
}

BOOST_AUTO_TEST_CASE(what_a_wait_is_told) {
    table_fixture t;
    auto const s = t.server();
    std::string_view const name = "default";
    cofire::wait_interest const queue{.server = s, .queues = {&name, 1}};
    BOOST_TEST(t.table.changed({.server = 99}, {.value = 99}));
    auto seen = t.table.acquire({.server = s}, t.now).seen;
    BOOST_TEST(!t.table.changed(queue, seen));
    t.insert(with_settings(job(1), settings(5, "other")));
    BOOST_TEST(!t.table.changed(queue, seen));
    t.insert(job(2));
    BOOST_TEST(t.table.changed(queue, seen));
    BOOST_TEST(!t.table.changed({.server = s}, seen));
    seen = t.table.acquire({.server = s}, t.now).seen;
    t.insert(due(job(3), 10s));
    BOOST_TEST(t.table.changed({.server = s}, seen));
    BOOST_TEST(t.table.changed({.server = s, .due_before = start + 11s}, seen));
    BOOST_TEST(!t.table.changed({.server = s, .due_before = start + 5s}, seen));
    job_id const id = id_of(2);
    cofire::wait_interest const end{.jobs = {&id, 1}};
    BOOST_TEST(!t.table.changed(end, {}));
    BOOST_TEST(t.table.watch(id));
    (void)t.table.take_effects();
    t.run_one(s);
    BOOST_TEST(t.table.changed(end, {}));
    auto const effects = t.table.take_effects();
    BOOST_TEST(effects.ended.size() == 1U);
    BOOST_TEST(!t.table.watch(id));
    BOOST_TEST(!t.table.watch(id_of(77)));
    job_id const unknown = id_of(77);
    BOOST_TEST(t.table.changed({.jobs = {&unknown, 1}}, {}));
}

BOOST_AUTO_TEST_CASE(series_of_runs) {
    table_fixture t;
    auto const s = t.server();
    auto const total = [&](std::string_view queue) {
        auto series = t.table.read(cofire::read_series{.step = 1h, .queue = queue}, t.now).series;
        return series.empty() ? cofire::series_point{} : series.back();
    };
    t.insert({job(1), job(2), with_settings(job(3), settings(5, "q")), job(4), job(5)});
    t.now += 2s;
    auto const got = t.acquire(s);
    auto const end = [&](std::size_t i, outcome_kind kind, std::optional<time_point> started) {
        t.end(
            s,
            {.id = got[i].id,
             .epoch = got[i].epoch,
             .kind = kind,
             .at = t.now + 1s,
             .started = started,
             .run_time = 5s}
        );
    };
    end(0, outcome_kind::succeeded, start + 3s);
    end(1, outcome_kind::failed, start + 2s);
    end(2, outcome_kind::released, std::nullopt); // not started: no run
    auto p = total("");
    BOOST_TEST(p.inserted == 5U);
    BOOST_TEST(p.runs == 2U);
    BOOST_TEST((p.run_time == 10s));
    BOOST_TEST((p.lateness == 5s));
    BOOST_TEST(p.failed == 1U);
    BOOST_TEST(p.attempts_failed == 1U);
    t.die(s);
    p = total("default");
    BOOST_TEST(p.runs == 3U); // the lost one; the fourth went back to the line
    BOOST_TEST((p.run_time == 10s));
    BOOST_TEST(p.inserted == 4U);
    BOOST_TEST(total("q").inserted == 1U);
    BOOST_TEST(total("q").runs == 0U);
    BOOST_TEST(total("unknown").inserted == 0U);
    BOOST_CHECK_EXCEPTION(
        t.table.read(cofire::read_series{.step = 30s}, t.now),
        cofire::error,
        [](auto const& e) { return e.value() == errc::bad_option; }
    );
}

BOOST_AUTO_TEST_CASE(how_far_a_find_has_looked) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2), job(3)});
    t.now += 1s;
    t.acquire(s, 1); // job 1, at 1 s
    auto const two = t.take_one(s);
    t.now += 1s;
    t.settle(s, two); // at 2 s
    t.now += 1s;
    auto const reached = [&](job_state state) {
        return *t.table.read(read_find{.filter = {.state = state}}, t.now).reached - start;
    };
    BOOST_TEST((reached(job_state::enqueued) == 0s));
    BOOST_TEST((reached(job_state::processing) == 1s));
    BOOST_TEST((reached(job_state::succeeded) == 2s));
    BOOST_TEST(
        !t.table.read(read_find{.filter = {.state = job_state::failed}}, t.now).reached.has_value()
    );
}

BOOST_AUTO_TEST_CASE(groups_page_by_page) {
    table_fixture t;
    auto const s = t.server();
    for (std::uint64_t n = 1; n <= 7; ++n) {
        t.insert(job(n));
        t.now += 1s;
        auto const j = t.take_one(s);
        run_outcome o{.id = j.id, .epoch = j.epoch, .kind = outcome_kind::failed};
        o.error = cofire::error_info{.type = "e", .message = "m", .fingerprint = n % 2};
        t.end(s, o);
    }
    std::string text;
    std::string cursor;
    do {
        auto const a = t.table.read(cofire::read_groups{.budget = 3, .cursor = cursor}, t.now);
        BOOST_REQUIRE(text.size() < 100U);
        BOOST_TEST(a.exact == a.cursor.empty());
        for (auto const& g : a.groups) {
            text += std::to_string(g.fingerprint) + "*" + std::to_string(g.count) + " ";
        }
        text += "@" + std::to_string((*a.reached - start) / 1s) + "; ";
        if (cursor.empty()) { // the last one looked at goes away
            t.change(change_kind::delete_job, 5);
            t.change(change_kind::requeue, 5);
        }
        cursor = a.cursor;
    } while (!cursor.empty());
    BOOST_TEST(text == "1*2 0*1 @5; 0*2 1*1 @2; 1*1 @1; ");
}

BOOST_AUTO_TEST_CASE(cursors_that_are_none) {
    table_fixture t;
    t.insert({job(1), job(2)});
    auto const is_named = [](std::string const& value) {
        return [value](cofire::error const& e) {
            return e.value() == errc::bad_option &&
                   std::string_view(e.what()).find(value) != std::string_view::npos;
        };
    };
    std::string const id = id_of(1).to_string();
    for (std::string const& bad : {std::string("x"), "1:" + id, "99:1:" + id, "1:1:" + id + "x"}) {
        BOOST_CHECK_EXCEPTION(
            t.table.read(read_find{.cursor = bad}, t.now), cofire::error, is_named(bad)
        );
    }
    for (std::string const& bad : {std::string("x"), "1:1:" + id}) {
        BOOST_CHECK_EXCEPTION(
            t.table.read(cofire::read_groups{.cursor = bad}, t.now), cofire::error, is_named(bad)
        );
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
