// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_RECURRING_HPP
#define COFIRE_TESTING_CONFORMANCE_RECURRING_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/recurring_support.hpp>

#include <string>
#include <vector>

/// Recurring jobs as definitions: what put keeps, what it changes, pauses, removal.
namespace cofire::testing::conformance::on_recurring {

/// A new one is listed as it was put.
inline void a_new_one_is_listed_as_it_was_put(bench& t) {
    auto d = daily(t);
    d.zone = "Asia/Tehran";
    d.misfire = misfire_policy::all;
    d.overlap = overlap_policy::queue_one;
    d.arguments = "[\"\xC3\xA4\"]";
    d.argument_version = 2;
    d.settings.queue = "slow";
    d.limits = {{.key = "disk", .limit = 2}};
    auto const next = t.now() + 1h;
    auto const answer = t.recurring(recurring_put{.id = "nightly", .definition = &d, .next = next});
    expect(answer.changed, "something to have changed");
    expect_equal(answer.records.size(), 1U, "the records answered");
    for (auto const& r : {answer.records[0], record(t, "nightly")}) {
        expect_equal(r.id, "nightly", "the id");
        expect(r.definition == d, "the definition to be kept");
        expect_equal(r.origin, definition_origin::code, "who wrote it");
        expect_equal(r.next, std::optional(next), "the next occurrence");
        expect(!r.paused && r.error.empty() && !r.code_definition, "nothing else to be told");
        expect(!r.last_fired && !r.last_job && !r.last_occurrence, "nothing to have fired");
        expect(r.fired == 0 && r.skipped == 0, "nothing to be counted");
    }
}

/// Put again without a change, nothing changes, not even the next time.
inline void put_again_changes_nothing(bench& t) {
    auto const d = daily(t);
    auto const next = t.now() + 1h;
    put(t, "nightly", d, next);
    auto const before = t.picture();
    auto const answer =
        t.recurring(recurring_put{.id = "nightly", .definition = &d, .next = next + 5h});
    expect(!answer.changed, "nothing to have changed");
    expect(t.picture() == before, "all to be as before");
    expect_equal(record(t, "nightly").next, std::optional(next), "the next occurrence");
}

/// Another definition replaces it, with a new revision and its own next time.
inline void another_definition_replaces_it(bench& t) {
    auto d = daily(t);
    put(t, "nightly", d, t.now() + 1h);
    auto const before = record(t, "nightly");
    d.arguments = "[2]";
    auto const next = t.now() + 2h;
    expect(put(t, "nightly", d, next).changed, "something to have changed");
    auto const r = record(t, "nightly");
    expect(r.definition == d, "the definition to be the new one");
    expect(r.revision > before.revision, "a higher revision");
    expect_equal(r.next, std::optional(next), "the next occurrence");
}

/// A pause stays, whatever is put.
inline void put_keeps_a_pause(bench& t) {
    auto d = daily(t);
    put(t, "nightly", d, t.now() + 1h);
    t.recurring(recurring_pause{.id = "nightly"});
    put(t, "nightly", d, t.now() + 1h);
    expect(record(t, "nightly").paused, "the pause to stay");
    d.cron = "0 4 * * *";
    put(t, "nightly", d, t.now() + 1h);
    expect(record(t, "nightly").paused, "the pause to stay, with another definition");
}

/// An edit by hand holds against the program's unchanged definition, which is kept beside it.
inline void an_edit_by_hand_holds(bench& t) {
    auto const code = daily(t);
    put(t, "nightly", code, t.now() + 1h);
    auto hand = code;
    hand.cron = "0 5 * * *";
    auto const next = t.now() + 2h;
    put(t, "nightly", hand, next, definition_origin::by_hand);
    put(t, "nightly", code, t.now() + 3h);
    auto const r = record(t, "nightly");
    expect(r.definition == hand, "the definition by hand to be in force");
    expect_equal(r.origin, definition_origin::by_hand, "who wrote it");
    expect(r.code_definition == code, "the program's own to be kept beside it");
    expect_equal(r.next, std::optional(next), "the next occurrence");
    hand.cron = "0 6 * * *";
    put(t, "nightly", hand, next, definition_origin::by_hand);
    expect(record(t, "nightly").code_definition == code, "it to be kept at a second edit, too");
}

/// It holds until the program's definition changes.
inline void an_edit_by_hand_gives_way_to_new_code(bench& t) {
    auto code = daily(t);
    put(t, "nightly", code, t.now() + 1h);
    auto hand = code;
    hand.cron = "0 5 * * *";
    put(t, "nightly", hand, t.now() + 2h, definition_origin::by_hand);
    code.cron = "0 6 * * *";
    auto const next = t.now() + 3h;
    put(t, "nightly", code, next);
    auto const r = record(t, "nightly");
    expect(r.definition == code, "the new code's definition to be in force");
    expect_equal(r.origin, definition_origin::code, "who wrote it");
    expect_equal(r.next, std::optional(next), "the next occurrence");
}

/// All are listed by id, one alone by its own.
inline void are_listed_by_id(bench& t) {
    auto const d = daily(t);
    for (char const* id : {"b", "c", "a"}) {
        put(t, id, d, t.now() + 1h);
    }
    auto const all = t.recurring(recurring_list{}).records;
    expect_equal(all.size(), 3U, "the records");
    expect(all[0].id == "a" && all[1].id == "b" && all[2].id == "c", "the ids in order");
    auto const one = t.recurring(recurring_list{.id = "b"}).records;
    expect_equal(one.size(), 1U, "the records of one id");
    expect_equal(one[0].id, "b", "its id");
}

/// Removed, it fires no more; its jobs stay.
inline void a_removal_leaves_the_jobs(bench& t) {
    auto const due = put_due(t, "nightly");
    auto const j = t.job();
    fire(t, "nightly", due, {&j, 1});
    auto const revision = record(t, "nightly").revision;
    t.recurring(recurring_remove{.id = "nightly"});
    expect(t.recurring(recurring_list{}).records.empty(), "it not to be listed");
    t.expect_state(j.id, job_state::enqueued);
    auto const k = t.job();
    recurring_firing const f{
        .id = "nightly",
        .revision = revision,
        .expected = due + 24h,
        .next = due + 48h,
        .jobs = {&k, 1}};
    expect_equal(fire_one(t, f).status, fire_status::lost, "what a firing is answered");
    expect(!t.knows(k.id), "no job to be inserted");
}

/// What is not there can be neither removed nor paused nor listed by its id.
inline void unknown_ones_are_refused(bench& t) {
    put_due(t, "nightly");
    t.expect_refused(errc::unknown_recurring, [&] { t.recurring(recurring_remove{.id = "x"}); });
    t.expect_refused(errc::unknown_recurring, [&] { t.recurring(recurring_pause{.id = "x"}); });
    t.expect_refused(errc::unknown_recurring, [&] { t.recurring(recurring_list{.id = "x"}); });
}

/// An id is not empty.
inline void an_empty_id_is_refused(bench& t) {
    auto const d = daily(t);
    t.expect_refused(errc::bad_recurring_id, [&] { put(t, "", d, t.now() + 1h); });
}

/// While it is paused no occurrence fires.
inline void nothing_fires_during_a_pause(bench& t) {
    auto const due = put_due(t, "nightly");
    auto const before = record(t, "nightly");
    t.recurring(recurring_pause{.id = "nightly"});
    auto const r = record(t, "nightly");
    expect(r.paused, "it to be paused");
    expect(r.revision > before.revision, "a higher revision");
    for (auto const revision : {before.revision, r.revision}) {
        auto const j = t.job();
        auto const answer = fire_one(
            t,
            {.id = "nightly",
             .revision = revision,
             .expected = due,
             .next = due + 24h,
             .jobs = {&j, 1}}
        );
        expect(answer.status != fire_status::fired, "no occurrence to fire");
        expect(!t.knows(j.id), "no job to be inserted");
    }
}

/// A pause leaves the next time alone.
inline void a_pause_keeps_the_next_time(bench& t) {
    auto const due = put_due(t, "nightly");
    t.recurring(recurring_pause{.id = "nightly", .next = due + 48h});
    expect_equal(record(t, "nightly").next, std::optional(due), "the next occurrence");
    t.recurring(recurring_pause{.id = "nightly", .paused = false});
    t.recurring(recurring_pause{.id = "nightly", .paused = false, .next = due + 48h});
    expect_equal(record(t, "nightly").next, std::optional(due), "it without a pause to end");
}

/// A resume sets the next time from now on.
inline void a_resume_sets_the_next_time(bench& t) {
    auto const due = put_due(t, "nightly");
    t.recurring(recurring_pause{.id = "nightly"});
    t.recurring(recurring_pause{.id = "nightly", .paused = false, .next = due + 48h});
    auto const r = record(t, "nightly");
    expect(!r.paused, "it not to be paused any more");
    expect_equal(r.next, std::optional(due + 48h), "the next occurrence");
    t.recurring(recurring_pause{.id = "nightly"});
    t.recurring(recurring_pause{.id = "nightly", .paused = false});
    expect_equal(record(t, "nightly").next, std::optional(due + 48h), "the next occurrence kept");
}

/// Who names a revision changes it only while it has that one.
inline void a_known_revision_guards_a_change(bench& t) {
    auto d = daily(t);
    recurring_put p{.id = "nightly", .definition = &d, .next = t.now() + 1h, .revision = 1};
    auto answer = t.recurring(p);
    expect(answer.outdated && !answer.changed, "one that is not there to be outdated");
    t.expect_refused(errc::unknown_recurring, [&] { (void)record(t, "nightly"); });
    put(t, "nightly", d, t.now() + 1h);
    auto const known = record(t, "nightly").revision;
    p.revision = known;
    d.cron = "0 5 * * *";
    answer = t.recurring(p);
    expect(answer.changed && !answer.outdated, "a put with the revision to change it");
    d.cron = "0 6 * * *";
    answer = t.recurring(p);
    expect(answer.outdated && !answer.changed, "a put with an older one to be outdated");
    auto const r = record(t, "nightly");
    expect_equal(r.definition.cron, "0 5 * * *", "the definition that stays");
    expect(
        t.recurring(recurring_pause{.id = "nightly", .revision = known}).outdated,
        "a pause with an older one to be outdated"
    );
    expect(
        t.recurring(recurring_remove{.id = "nightly", .revision = known}).outdated,
        "a removal with an older one to be outdated"
    );
    expect(!record(t, "nightly").paused, "no pause");
    auto const paused =
        t.recurring(recurring_pause{.id = "nightly", .revision = r.revision}).records.at(0);
    expect(paused.paused, "a pause with the revision");
    t.recurring(recurring_remove{.id = "nightly", .revision = paused.revision});
    t.expect_refused(errc::unknown_recurring, [&] { (void)record(t, "nightly"); });
}

/// Servers that have asked for all are told when something changed.
inline void servers_are_told_of_changes(bench& t) {
    auto const s = t.server();
    t.recurring(recurring_list{.server = s});
    expect(!t.tick({.server = s}).recurring_changed, "no change at first");
    put_due(t, "nightly");
    expect(t.tick({.server = s}).recurring_changed, "a change to be told of");
    t.recurring(recurring_list{.server = s});
    expect(!t.tick({.server = s}).recurring_changed, "no change once they asked again");
    t.recurring(recurring_pause{.id = "nightly"});
    expect(t.tick({.server = s}).recurring_changed, "a pause to be told of");
    t.recurring(recurring_list{.server = s});
    t.recurring(recurring_remove{.id = "nightly"});
    expect(t.tick({.server = s}).recurring_changed, "a removal to be told of");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"recurring.a_new_one_is_listed_as_it_was_put", a_new_one_is_listed_as_it_was_put},
    {"recurring.put_again_changes_nothing", put_again_changes_nothing},
    {"recurring.a_known_revision_guards_a_change", a_known_revision_guards_a_change},
    {"recurring.another_definition_replaces_it", another_definition_replaces_it},
    {"recurring.put_keeps_a_pause", put_keeps_a_pause},
    {"recurring.an_edit_by_hand_holds", an_edit_by_hand_holds},
    {"recurring.an_edit_by_hand_gives_way_to_new_code", an_edit_by_hand_gives_way_to_new_code},
    {"recurring.are_listed_by_id", are_listed_by_id},
    {"recurring.a_removal_leaves_the_jobs", a_removal_leaves_the_jobs},
    {"recurring.unknown_ones_are_refused", unknown_ones_are_refused},
    {"recurring.an_empty_id_is_refused", an_empty_id_is_refused},
    {"recurring.nothing_fires_during_a_pause", nothing_fires_during_a_pause},
    {"recurring.a_resume_sets_the_next_time", a_resume_sets_the_next_time},
    {"recurring.servers_are_told_of_changes", servers_are_told_of_changes},
    {"recurring.a_pause_keeps_the_next_time", a_pause_keeps_the_next_time},
};

} // namespace cofire::testing::conformance::on_recurring

#endif
