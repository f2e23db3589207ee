// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_READ_HPP
#define COFIRE_TESTING_CONFORMANCE_READ_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <map>
#include <string>
#include <vector>

/// Answers about single jobs and the whole: counts, get, groups, names, health; and that asking
/// changes nothing.
namespace cofire::testing::conformance::on_read {

/// Unknown ids are left out.
inline void get_leaves_unknown_jobs_out(bench& t) {
    auto const known = t.put(t.job());
    std::vector const ids{t.new_id(), known, t.new_id()};
    auto const jobs = t.read(read_get{.ids = ids}).jobs;
    expect_equal(jobs.size(), 1U, "the jobs got");
    expect_equal(jobs[0].id, known, "the job got");
    expect(t.read(read_get{}).jobs.empty(), "nothing when nothing is asked for");
}

/// Many are got in one call, and not one more.
inline void get_takes_ten_thousand_ids_and_no_more(bench& t) {
    std::vector<new_job> jobs(10'000, t.job());
    std::vector<job_id> ids;
    for (auto& j : jobs) {
        j.id = t.new_id();
        ids.push_back(j.id);
    }
    t.insert({.jobs = jobs});
    expect_equal(t.read(read_get{.ids = ids}).jobs.size(), 10'000U, "the jobs got");
    ids.push_back(t.new_id());
    expect_error(errc::too_many_items, [&] { t.read(read_get{.ids = ids}); });
}

/// An answer tells the storage's time.
inline void answers_the_storages_time(bench& t) {
    expect_equal(t.read(read_counts{}).now, t.clock.wall_now(), "the time");
    t.clock.advance(1h);
    expect_equal(t.read(read_counts{}).now, t.clock.wall_now(), "the time later");
}

/// A fresh storage has nothing to count.
inline void a_fresh_storage_is_empty(bench& t) {
    auto const c = t.counts();
    for (auto const n : c.by_state) {
        expect_equal(n, 0U, "the jobs of a state");
    }
    expect(c.inserted == 0 && c.succeeded == 0 && c.failed == 0 && c.removed == 0, "no totals");
    expect(t.find({}).empty(), "no jobs");
    expect(t.recurring(recurring_list{}).records.empty(), "no recurring jobs");
    expect(t.servers(server_list{}).servers.empty(), "no servers");
}

/// The jobs of all states add up to what is there.
inline void counts_add_up(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job());
    t.put(t.after(parent));
    new_job j = t.job();
    j.due = t.now() + 1h;
    t.put(j);
    t.take_one(s);
    t.put_and_finish(s);
    t.put_and_finish(s, outcome_kind::failed);
    t.put(t.job());
    auto const c = t.counts();
    expect_equal(c[job_state::processing], 1U, "jobs processing");
    expect_equal(c[job_state::awaiting], 1U, "jobs awaiting");
    expect_equal(c[job_state::scheduled], 1U, "jobs scheduled");
    expect_equal(c[job_state::enqueued], 1U, "jobs enqueued");
    expect_equal(c[job_state::succeeded], 1U, "jobs succeeded");
    expect_equal(c[job_state::failed], 1U, "jobs failed");
    std::uint64_t sum = 0;
    for (auto const n : c.by_state) {
        sum += n;
    }
    expect_equal(sum, t.find({}).size(), "the sum of all states");
}

/// Who was answered sees what it did.
inline void an_answer_is_seen_by_the_next_read(bench& t) {
    for (int i = 1; i != 50; ++i) {
        auto const id = t.put(t.job());
        expect(t.knows(id), "a job that was inserted to be known");
        expect_equal(t.counts().inserted, static_cast<std::uint64_t>(i), "the jobs inserted");
    }
}

/// Reading changes nothing.
inline void reading_changes_nothing(bench& t) {
    auto const s = t.server();
    t.put_and_finish(s, outcome_kind::failed);
    t.put_many(3);
    new_job const j = t.job();
    auto const seen = t.insert({.jobs = {&j, 1}}).seen;
    auto const before = t.picture();
    auto const ids = t.find({});
    t.read(read_groups{});
    t.read(read_series{.from = t.now() - 1h});
    t.read(read_names{});
    t.read(read_health{});
    t.read(read_get{.ids = ids});
    expect(t.picture() == before, "all to be as before");
    expect(t.acquire({.server = s}).seen.value >= seen.value, "what was seen not to fall");
}

/// The types and queues there are.
inline void names_the_types_and_queues(bench& t) {
    t.put(t.job("b", {.queue = "y"}));
    t.put(t.job("a", {.queue = "x"}));
    auto const names = t.read(read_names{});
    for (std::string const type : {"a", "b"}) {
        expect(std::ranges::find(names.types, type) != names.types.end(), "each type to be named");
    }
    for (std::string const queue : {"x", "y"}) {
        expect(
            std::ranges::find(names.queues, queue) != names.queues.end(), "each queue to be named"
        );
    }
}

/// All is well, and how much there is.
inline void health_tells_how_much_there_is(bench& t) {
    t.put_many(3);
    auto const h = t.read(read_health{}).health;
    expect(h.ok, "it to be well");
    expect_equal(h.message, "", "the message");
    expect_equal(h.jobs, 3U, "the jobs");
    expect(h.job_limit == 0 || h.job_limit >= h.jobs, "the limit not to be exceeded");
}

inline job_id
fail_with(bench& t, server_instance s, std::uint64_t fingerprint, std::string message) {
    auto const id = t.put(t.job());
    auto o = t.outcome(t.take_one(s), outcome_kind::failed);
    o.error =
        error_info{.type = "error", .message = std::move(message), .fingerprint = fingerprint};
    t.settle_one(s, o);
    return id;
}

/// Failed jobs by what went wrong, the largest group first, with an example.
inline void groups_failures_by_fingerprint(bench& t) {
    auto const s = t.server();
    fail_with(t, s, 1, "one");
    fail_with(t, s, 2, "two, first");
    auto const latest = fail_with(t, s, 2, "two, last");
    t.put_and_finish(s);
    auto const answer = t.read(read_groups{});
    expect_equal(answer.groups.size(), 2U, "the groups");
    auto const& g = answer.groups[0];
    expect_equal(g.fingerprint, 2U, "the largest group");
    expect_equal(g.count, 2U, "its size");
    expect_equal(g.type, "work", "its type");
    expect_equal(g.latest, latest, "the latest of it");
    expect_equal(g.sample.message, "two, last", "the error of the latest");
    expect_equal(answer.groups[1].count, 1U, "the size of the other");
    expect(answer.exact && answer.cursor.empty(), "the end to be reached");
}

/// Page by page every failure is counted once.
inline void groups_come_page_by_page(bench& t) {
    auto const s = t.server();
    for (std::uint64_t i = 0; i != 10; ++i) {
        fail_with(t, s, 1 + i % 3, "broken");
    }
    std::map<std::uint64_t, std::uint64_t> sums;
    std::string cursor;
    int pages = 0;
    do {
        auto const answer = t.read(read_groups{.budget = 4, .cursor = cursor});
        for (auto const& g : answer.groups) {
            sums[g.fingerprint] += g.count;
        }
        expect_equal(answer.exact, answer.cursor.empty(), "exact, only at the end,");
        cursor = answer.cursor;
        expect(++pages < 100, "the pages to come to an end");
    } while (!cursor.empty());
    expect(pages >= 3, "no page to look at more than its budget");
    expect(sums[1] == 4 && sums[2] == 3 && sums[3] == 3, "the sums of all pages");
}

/// Only what has failed is grouped.
inline void groups_only_failures(bench& t) {
    auto const s = t.server();
    fail_with(t, s, 1, "one");
    t.put_and_finish(s, outcome_kind::retry);
    expect(
        t.read(read_groups{.filter = {.state = job_state::scheduled}}).groups.empty(),
        "no groups of another state"
    );
    expect_equal(t.read(read_groups{}).groups.size(), 1U, "the groups");
    expect(t.read(read_groups{.filter = {.type = "other"}}).groups.empty(), "none of another type");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"read.get_leaves_unknown_jobs_out", get_leaves_unknown_jobs_out},
    {"read.get_takes_ten_thousand_ids_and_no_more", get_takes_ten_thousand_ids_and_no_more},
    {"read.answers_the_storages_time", answers_the_storages_time, conformance_need::clock},
    {"read.a_fresh_storage_is_empty", a_fresh_storage_is_empty},
    {"read.counts_add_up", counts_add_up},
    {"read.an_answer_is_seen_by_the_next_read", an_answer_is_seen_by_the_next_read},
    {"read.reading_changes_nothing", reading_changes_nothing},
    {"read.names_the_types_and_queues", names_the_types_and_queues},
    {"read.health_tells_how_much_there_is", health_tells_how_much_there_is},
    {"read.groups_failures_by_fingerprint", groups_failures_by_fingerprint},
    {"read.groups_come_page_by_page", groups_come_page_by_page},
    {"read.groups_only_failures", groups_only_failures},
};

} // namespace cofire::testing::conformance::on_read

#endif
