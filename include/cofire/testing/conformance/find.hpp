// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_FIND_HPP
#define COFIRE_TESTING_CONFORMANCE_FIND_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// Jobs by filter, in order, page by page.
namespace cofire::testing::conformance::on_find {

inline void expect_found(
    bench& t,
    job_filter const& filter,
    std::vector<job_id> const& ids,
    place const& where = place::current()
) {
    expect_equal(t.find(filter), sorted(ids), "the jobs found", where);
}

/// By state, and by sub-state.
inline void finds_by_state(bench& t) {
    auto const s = t.server();
    auto const done = t.put_and_finish(s);
    auto const running = t.put(t.limited("disk"));
    t.take_one(s);
    auto const waiting = t.put(t.job());
    auto const strange = t.put(t.job("strange"));
    auto const blocked = t.put(t.limited("disk"));
    auto const child = t.put(t.after(waiting));
    t.take(s, 0);
    expect_found(t, {.state = job_state::succeeded}, {done});
    expect_found(t, {.state = job_state::processing}, {running});
    expect_found(t, {.state = job_state::enqueued}, {waiting, strange, blocked});
    expect_found(t, {.state = job_state::awaiting}, {child});
    expect_found(t, {.sub_state = job_sub_state::parked_by_type}, {strange});
    expect_found(t, {.sub_state = job_sub_state::running}, {running});
    expect_found(t, {.state = job_state::failed}, {});
    expect_found(t, {}, {done, running, waiting, strange, blocked, child});
}

/// By queue, also of jobs that have ended.
inline void finds_by_queue(bench& t) {
    auto const s = t.server();
    auto const done = t.put(t.job("work", {.queue = "a"}));
    t.finish(s, t.take(s, 1, "a").at(0));
    auto const waiting = t.put(t.job("work", {.queue = "a"}));
    t.put(t.job("work", {.queue = "b"}));
    expect_found(t, {.queue = "a"}, {done, waiting});
    expect_found(t, {.state = job_state::succeeded, .queue = "a"}, {done});
    expect_found(t, {.queue = "c"}, {});
}

/// By type.
inline void finds_by_type(bench& t) {
    auto const a = t.put(t.job("a"));
    t.put(t.job("ab"));
    expect_found(t, {.type = "a"}, {a});
    expect_found(t, {.type = "b"}, {});
}

/// By tag.
inline void finds_by_tag(bench& t) {
    auto const both = t.put(t.job("work", {.tags = {"x", "y"}}));
    auto const one = t.put(t.job("work", {.tags = {"x"}}));
    t.put(t.job());
    expect_found(t, {.tag = "x"}, {both, one});
    expect_found(t, {.tag = "y"}, {both});
    expect_found(t, {.tag = "xy"}, {});
}

/// By recurring job.
inline void finds_by_recurring_job(bench& t) {
    new_job j = t.job();
    j.recurring_id = "nightly";
    t.put(j);
    t.put(t.job());
    expect_found(t, {.recurring_id = "nightly"}, {j.id});
}

/// By the fingerprint of the last error.
inline void finds_by_fingerprint(bench& t) {
    auto const s = t.server();
    auto const id = t.put_and_finish(s, outcome_kind::failed);
    t.put_and_finish(s);
    expect_found(t, {.fingerprint = 7}, {id});
    expect_found(t, {.fingerprint = 8}, {});
}

/// By the time of the insert, from the first moment to before the last.
inline void finds_by_creation(bench& t) {
    std::vector<job_id> ids;
    std::vector<time_point> times;
    for (int i = 0; i != 3; ++i) {
        times.push_back(t.now());
        ids.push_back(t.put(t.job()));
        t.advance(1min);
    }
    expect_found(t, {.created_from = times[1]}, {ids[1], ids[2]});
    expect_found(t, {.created_before = times[1]}, {ids[0]});
    expect_found(t, {.created_from = times[1], .created_before = times[2]}, {ids[1]});
}

/// By text, in the type, the arguments or the last error.
inline void finds_by_text(bench& t) {
    auto const s = t.server();
    auto const by_type = t.put(t.job("make_coffee"));
    new_job j = t.job();
    j.arguments = "[\"coffee\"]";
    t.put(j);
    auto o = t.outcome(t.take_one(s), outcome_kind::failed);
    o.error->message = "no milk";
    t.settle_one(s, o);
    expect_found(t, {.text = "coffee"}, {by_type, j.id});
    expect_found(t, {.text = "no milk"}, {j.id});
    expect_found(t, {.text = "tea"}, {});
}

/// All members of a filter have to fit.
inline void a_filter_means_all_of_its_members(bench& t) {
    auto const wanted = t.put(t.job("a", {.queue = "x", .tags = {"t"}}));
    t.put(t.job("a", {.queue = "y", .tags = {"t"}}));
    t.put(t.job("b", {.queue = "x", .tags = {"t"}}));
    t.put(t.job("a", {.queue = "x"}));
    expect_found(t, {.queue = "x", .type = "a", .tag = "t"}, {wanted});
}

/// Jobs that have ended, by the time of their end.
inline void finds_in_the_order_of_the_end(bench& t) {
    auto const s = t.server();
    t.put_many(3);
    auto const runs = t.take(s);
    for (auto const i : {1, 2, 0}) {
        t.advance(1s);
        t.finish(s, runs[static_cast<std::size_t>(i)]);
    }
    std::vector const wanted{runs[1].id, runs[2].id, runs[0].id};
    for (auto const order : {find_order::oldest, find_order::newest}) {
        std::vector<job_id> ids;
        for (auto const& j :
             t.read(read_find{.filter = {.state = job_state::succeeded}, .order = order}).jobs) {
            ids.push_back(j.id);
        }
        if (order == find_order::newest) {
            std::ranges::reverse(ids);
        }
        expect_equal(ids, wanted, "the order, the oldest first");
    }
}

/// Page by page every job comes once, and the pages have the rows asked for.
inline void finds_page_by_page(bench& t) {
    auto const ids = t.put_many(11);
    for (auto const order : {find_order::oldest, find_order::newest}) {
        std::vector<job_id> got;
        std::string cursor;
        int pages = 0;
        do {
            auto const answer = t.read(read_find{.order = order, .rows = 4, .cursor = cursor});
            expect(answer.jobs.size() <= 4, "no more rows than asked for");
            for (auto const& j : answer.jobs) {
                got.push_back(j.id);
            }
            cursor = answer.cursor;
            expect(++pages < 100, "the pages to come to an end");
        } while (!cursor.empty());
        expect_equal(sorted(got), sorted(ids), "the jobs of all pages");
    }
}

/// No page looks at more jobs than its budget; it says so, and the next goes on.
inline void a_page_looks_at_no_more_than_its_budget(bench& t) {
    for (int i = 0; i != 20; ++i) {
        t.put(t.job(i % 5 == 4 ? "rare" : "work"));
    }
    std::size_t found = 0;
    std::string cursor;
    int pages = 0;
    do {
        auto const answer =
            t.read(read_find{.filter = {.type = "rare"}, .budget = 5, .cursor = cursor});
        found += answer.jobs.size();
        cursor = answer.cursor;
        expect(answer.exact || !cursor.empty(), "a page that is not exact to go on");
        expect(++pages < 100, "the pages to come to an end");
    } while (!cursor.empty());
    expect_equal(found, 4U, "the jobs found");
    expect(pages >= 4, "no page to look at more than its budget");
}

/// A page that ends without looking further is exact only if it reached the end.
inline void the_last_page_is_exact(bench& t) {
    t.put_many(3);
    auto const answer = t.read(read_find{});
    expect(answer.exact && answer.cursor.empty(), "one page to reach the end");
    expect_equal(answer.jobs.size(), 3U, "the jobs found");
}

/// It tells how far it looked.
inline void tells_how_far_it_looked(bench& t) {
    auto const s = t.server();
    auto const id = t.put_and_finish(s);
    auto const finished = t.get(id).finished;
    t.advance(1min);
    t.put_and_finish(s);
    auto const reached = t.read(read_find{.filter = {.state = job_state::succeeded}}).reached;
    expect_equal(reached, finished, "when the last job looked at ended");
    new_job const j = t.job();
    t.put(j);
    auto const waiting = t.read(read_find{.filter = {.state = job_state::enqueued}}).reached;
    expect_equal(waiting, std::optional(t.now()), "when the last job looked at was inserted");
}

/// A cursor that no page gave is refused, and does not mean the first page.
inline void refuses_a_cursor_that_no_page_gave(bench& t) {
    t.put_many(3);
    for (std::string const bad : {"nonsense", "-", "1:x"}) {
        t.expect_refused(errc::bad_option, [&] { t.read(read_find{.cursor = bad}); });
        t.expect_refused(errc::bad_option, [&] { t.read(read_groups{.cursor = bad}); });
    }
}

/// A page has at most 500 rows, whatever is asked for, and at least one.
inline void a_page_has_at_most_500_rows(bench& t) {
    t.put_many(502);
    auto const most = t.read(read_find{.rows = 1'000'000});
    expect_equal(most.jobs.size(), 500U, "the rows of the largest page");
    expect(!most.cursor.empty(), "a cursor to go on with");
    expect_equal(t.read(read_find{.rows = 0}).jobs.size(), 1U, "the rows of the smallest");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"read.finds_by_state", finds_by_state},
    {"read.finds_by_queue", finds_by_queue},
    {"read.finds_by_type", finds_by_type},
    {"read.finds_by_tag", finds_by_tag},
    {"read.finds_by_recurring_job", finds_by_recurring_job},
    {"read.finds_by_fingerprint", finds_by_fingerprint},
    {"read.finds_by_creation", finds_by_creation, conformance_need::clock},
    {"read.finds_by_text", finds_by_text},
    {"read.a_filter_means_all_of_its_members", a_filter_means_all_of_its_members},
    {"read.finds_in_the_order_of_the_end", finds_in_the_order_of_the_end, conformance_need::clock},
    {"read.finds_page_by_page", finds_page_by_page},
    {"read.a_page_looks_at_no_more_than_its_budget", a_page_looks_at_no_more_than_its_budget},
    {"read.the_last_page_is_exact", the_last_page_is_exact},
    {"read.refuses_a_cursor_that_no_page_gave", refuses_a_cursor_that_no_page_gave},
    {"read.tells_how_far_it_looked", tells_how_far_it_looked, conformance_need::clock},
    {"read.a_page_has_at_most_500_rows", a_page_has_at_most_500_rows},
};

} // namespace cofire::testing::conformance::on_find

#endif
