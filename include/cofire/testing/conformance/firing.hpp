// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_FIRING_HPP
#define COFIRE_TESTING_CONFORMANCE_FIRING_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <string>
#include <vector>

/// Occurrences: each fires once, under its overlap policy, with its jobs in the same step.
namespace cofire::testing::conformance::on_firing {

/// An occurrence inserts its job and moves the next time on.
inline void an_occurrence_inserts_its_job(bench& t) {
    auto const due = put_due(t, "nightly");
    new_job j = t.job();
    j.recurring_id = "nightly";
    j.occurrence = due;
    auto const answer = fire(t, "nightly", due, {&j, 1});
    expect_equal(answer.status, fire_status::fired, "the status");
    expect_equal(answer.jobs.size(), 1U, "the jobs answered");
    expect_equal(answer.jobs[0].id, j.id, "the job");
    expect_equal(answer.jobs[0].status, insert_status::inserted, "its status");
    auto const r = record(t, "nightly");
    expect_equal(r.next, std::optional(due + 24h), "the next occurrence");
    expect_equal(r.fired, 1U, "the occurrences fired");
    expect_equal(r.last_job, std::optional(j.id), "the last job");
    expect_equal(r.last_occurrence, std::optional(j.id), "the last job of an occurrence");
    expect(r.last_fired.has_value(), "to know when it fired");
    auto const stored = t.get(j.id);
    expect_equal(stored.recurring_id, "nightly", "the job's recurring id");
    expect_equal(stored.occurrence, std::optional(due), "the job's occurrence");
}

/// A second server with the same knowledge comes too late.
inline void an_occurrence_fires_once(bench& t) {
    auto const due = put_due(t, "nightly");
    auto const r = record(t, "nightly");
    new_job const first = t.job();
    fire(t, "nightly", due, {&first, 1});
    new_job const second = t.job();
    auto const before = t.picture();
    auto const answer = fire_one(
        t,
        {.id = "nightly",
         .revision = r.revision,
         .expected = due,
         .next = due + 24h,
         .jobs = {&second, 1}}
    );
    expect_equal(answer.status, fire_status::lost, "the status");
    expect(answer.jobs.empty(), "no jobs answered");
    expect(t.picture() == before, "it to change nothing");
}

/// Who knows an older definition comes too late.
inline void an_old_revision_does_not_fire(bench& t) {
    auto const due = put_due(t, "nightly");
    auto const old = record(t, "nightly").revision;
    auto d = daily(t);
    d.arguments = "[2]";
    put(t, "nightly", d, due);
    new_job const j = t.job();
    auto const answer = fire_one(
        t, {.id = "nightly", .revision = old, .expected = due, .next = due + 24h, .jobs = {&j, 1}}
    );
    expect_equal(answer.status, fire_status::lost, "the status");
    expect(!t.knows(j.id), "no job to be inserted");
}

/// An occurrence without a job is skipped, and counted.
inline void an_occurrence_given_up_is_counted(bench& t) {
    auto const due = put_due(t, "nightly");
    auto const answer = fire_one(
        t,
        {.id = "nightly",
         .revision = record(t, "nightly").revision,
         .expected = due,
         .next = due + 24h,
         .skipped = 3}
    );
    expect_equal(answer.status, fire_status::skipped, "the status");
    auto const r = record(t, "nightly");
    expect_equal(r.skipped, 3U, "the occurrences skipped");
    expect_equal(r.fired, 0U, "the occurrences fired");
    expect_equal(r.next, std::optional(due + 24h), "the next occurrence");
}

/// Several occurrences at once have a job each.
inline void several_occurrences_have_a_job_each(bench& t) {
    auto const due = put_due(t, "nightly", overlap_policy::allow);
    std::vector<new_job> const jobs{t.job(), t.job(), t.job()};
    auto const answer = fire(t, "nightly", due, jobs);
    expect_equal(answer.status, fire_status::fired, "the status");
    expect_equal(answer.jobs.size(), 3U, "the jobs answered");
    expect_equal(record(t, "nightly").fired, 3U, "the occurrences fired");
    expect_equal(t.counts()[job_state::enqueued], 3U, "the jobs inserted");
}

/// Fired by hand: at once, whatever runs, and the next time stays.
inline void fired_by_hand_the_next_time_stays(bench& t) {
    auto const due = put_due(t, "nightly", overlap_policy::skip);
    new_job const first = t.job();
    fire(t, "nightly", due, {&first, 1});
    new_job const by_hand = t.job();
    auto const answer = fire_one(
        t, {.id = "nightly", .revision = record(t, "nightly").revision, .jobs = {&by_hand, 1}}
    );
    expect_equal(answer.status, fire_status::fired, "the status");
    auto const r = record(t, "nightly");
    expect_equal(r.next, std::optional(due + 24h), "the next occurrence");
    expect_equal(r.last_job, std::optional(by_hand.id), "the last job");
    expect_equal(r.last_occurrence, std::optional(first.id), "the last job of an occurrence");
}

/// A call whose first firing is refused throws and changes nothing.
inline void a_refused_firing_changes_nothing(bench& t) {
    auto const due = put_due(t, "nightly");
    new_job bad = t.job();
    bad.id = {};
    t.expect_refused(errc::bad_id, [&] { fire(t, "nightly", due, {&bad, 1}); });
    new_job good = t.job();
    good.parents.push_back({.id = t.new_id()});
    t.expect_refused(errc::missing_parent, [&] { fire(t, "nightly", due, {&good, 1}); });
}

/// If a later one is refused, it and those behind it are answered as lost; those before it count.
inline void a_later_refusal_is_answered_as_lost(bench& t) {
    std::vector<std::string> const ids{"a", "b", "c"};
    std::vector<new_job> jobs{t.job(), t.job(), t.job()};
    jobs[1].id = {};
    std::vector<recurring_firing> firings;
    for (std::size_t i = 0; i != 3; ++i) {
        auto const due = put_due(t, ids[i]);
        firings.push_back(
            {.id = ids[i],
             .revision = record(t, ids[i]).revision,
             .expected = due,
             .next = due + 24h,
             .jobs = {&jobs[i], 1}}
        );
    }
    auto const fired = t.recurring(recurring_fire{.firings = firings}).fired;
    expect_equal(fired.size(), 3U, "the answers");
    expect_equal(fired[0].status, fire_status::fired, "the first");
    expect_equal(fired[1].status, fire_status::lost, "the second");
    expect_equal(fired[2].status, fire_status::lost, "the third");
    expect_equal(record(t, "c").next, firings[2].expected, "the third's next occurrence");
    expect(!t.knows(jobs[2].id), "the third's job not to be inserted");
}

/// Each firing stands for itself: one lost does not hinder the next.
inline void a_lost_firing_does_not_hinder_others(bench& t) {
    auto const due = put_due(t, "b");
    std::vector<new_job> const jobs{t.job(), t.job()};
    std::vector<recurring_firing> const firings{
        {.id = "a", .revision = 1, .expected = due, .jobs = {&jobs[0], 1}},
        {.id = "b",
         .revision = record(t, "b").revision,
         .expected = due,
         .next = due + 24h,
         .jobs = {&jobs[1], 1}}};
    auto const fired = t.recurring(recurring_fire{.firings = firings}).fired;
    expect_equal(fired.at(0).status, fire_status::lost, "the first");
    expect_equal(fired.at(1).status, fire_status::fired, "the second");
}

/// At most 10,000 firings.
inline void too_many_firings_are_refused(bench& t) {
    put_due(t, "nightly");
    std::vector<recurring_firing> const firings(10'001, recurring_firing{.id = "nightly"});
    t.expect_refused(errc::too_many_items, [&] {
        t.recurring(recurring_fire{.firings = firings});
    });
}

/// An error says why it fires no more; a new definition takes it away.
inline void an_error_is_kept_until_the_definition_changes(bench& t) {
    auto const due = put_due(t, "nightly");
    new_job const j = t.job();
    fire_one(
        t,
        {.id = "nightly",
         .revision = record(t, "nightly").revision,
         .expected = due,
         .jobs = {&j, 1},
         .error = "unknown zone"}
    );
    auto const r = record(t, "nightly");
    expect_equal(r.error, "unknown zone", "the error");
    expect(!r.next, "no next occurrence");
    auto d = daily(t);
    d.zone = "Asia/Tehran";
    put(t, "nightly", d, due);
    expect_equal(record(t, "nightly").error, "", "the error then");
}

/// A held key: the occurrence is served, and the answer names the holder.
inline void a_held_key_is_answered(bench& t) {
    auto const holder = t.put(t.keyed("k"));
    auto const due = put_due(t, "nightly");
    new_job const j = t.keyed("k");
    auto const answer = fire(t, "nightly", due, {&j, 1});
    expect(answer.status != fire_status::lost, "the occurrence to be served");
    expect(!t.knows(j.id), "no job to be inserted");
    expect_equal(record(t, "nightly").next, std::optional(due + 24h), "the next occurrence");
    if (!answer.jobs.empty()) {
        expect_equal(answer.jobs[0].status, insert_status::held, "the job's status");
        expect_equal(answer.jobs[0].id, holder, "the holder");
    }
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"recurring.an_occurrence_inserts_its_job", an_occurrence_inserts_its_job},
    {"recurring.an_occurrence_fires_once", an_occurrence_fires_once},
    {"recurring.an_old_revision_does_not_fire", an_old_revision_does_not_fire},
    {"recurring.an_occurrence_given_up_is_counted", an_occurrence_given_up_is_counted},
    {"recurring.several_occurrences_have_a_job_each", several_occurrences_have_a_job_each},
    {"recurring.fired_by_hand_the_next_time_stays", fired_by_hand_the_next_time_stays},
    {"recurring.a_refused_firing_changes_nothing", a_refused_firing_changes_nothing},
    {"recurring.a_later_refusal_is_answered_as_lost", a_later_refusal_is_answered_as_lost},
    {"recurring.a_lost_firing_does_not_hinder_others", a_lost_firing_does_not_hinder_others},
    {"recurring.too_many_firings_are_refused", too_many_firings_are_refused},
    {"recurring.an_error_is_kept_until_the_definition_changes",
     an_error_is_kept_until_the_definition_changes},
    {"recurring.a_held_key_is_answered", a_held_key_is_answered},
};

} // namespace cofire::testing::conformance::on_firing

#endif
