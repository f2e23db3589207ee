// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_LIMITS_HPP
#define COFIRE_TESTING_CONFORMANCE_LIMITS_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// Limit keys: never more than so many at a time, and nobody behind a blocked job has to wait.
namespace cofire::testing::conformance::on_limits {

/// Of jobs with one key, servers hold at most the limit.
inline void hold_back_what_is_over_the_limit(bench& t) {
    auto const s = t.server();
    std::vector<job_id> ids;
    for (int i = 0; i != 4; ++i) {
        ids.push_back(t.put(t.limited("disk", 2)));
    }
    auto const runs = t.take(s);
    expect_equal(ids_of(runs), std::vector{ids[0], ids[1]}, "the jobs taken");
    expect(t.take(t.server()).empty(), "nothing more, for no server");
    auto const r = t.get(ids[2]);
    expect_equal(r.state, job_state::enqueued, "the state of one held back");
    expect_equal(r.sub_state, job_sub_state::parked_by_limit, "its sub-state");
    t.finish(s, runs[1]);
    expect_equal(ids_of(t.take(s)), std::vector{ids[2]}, "the job taken in its place");
}

/// What is held back stands in nobody's way.
inline void do_not_hinder_others(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    t.put(t.limited("disk"));
    auto const other = t.put(t.limited("net"));
    auto const plain = t.put(t.job());
    auto const got = ids_of(t.take(s));
    expect_equal(got.size(), 3U, "the jobs taken");
    expect(got[1] == other && got[2] == plain, "those behind a blocked job to be taken");
}

inline void freed_by(bench& t, outcome_kind kind) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    auto const next = t.put(t.limited("disk"));
    auto const run = t.take_one(s);
    expect(t.take(s).empty(), "the second to be held back");
    t.finish(s, run, kind);
    auto const got = ids_of(t.take(s));
    expect_equal(got.size(), 1U, "the jobs taken when one is freed");
    if (kind != outcome_kind::released) {
        expect_equal(got[0], next, "the job taken when one is freed");
    }
}

/// Success frees a place.
inline void are_freed_by_success(bench& t) {
    freed_by(t, outcome_kind::succeeded);
}

/// Failure frees a place.
inline void are_freed_by_failure(bench& t) {
    freed_by(t, outcome_kind::failed);
}

/// A retry to come frees the place meanwhile.
inline void are_freed_by_a_retry(bench& t) {
    freed_by(t, outcome_kind::retry);
}

/// So does a snooze.
inline void are_freed_by_a_snooze(bench& t) {
    freed_by(t, outcome_kind::snoozed);
}

/// So does a deletion.
inline void are_freed_by_deletion(bench& t) {
    freed_by(t, outcome_kind::deleted);
}

/// A hand-back frees the place, and one of the two has it then.
inline void are_freed_by_a_hand_back(bench& t) {
    freed_by(t, outcome_kind::released);
}

/// So does the parking of a job that cannot be decoded.
inline void are_freed_by_parking(bench& t) {
    freed_by(t, outcome_kind::parked);
}

/// So does the death of the server.
inline void are_freed_by_a_dead_server(bench& t) {
    auto const dead = t.server();
    t.put(t.limited("disk"));
    auto const next = t.put(t.limited("disk"));
    t.take_one(dead);
    auto const s = t.server();
    expect(t.take(s).empty(), "the second to be held back");
    t.kill(dead);
    expect_equal(ids_of(t.take(s)), std::vector{next}, "the job taken then");
}

/// So does its leaving.
inline void are_freed_by_a_retired_server(bench& t) {
    auto const gone = t.server();
    t.put(t.limited("disk"));
    t.put(t.limited("disk"));
    t.take_one(gone);
    t.retire(gone);
    auto const s = t.server();
    expect_equal(t.take(s).size(), 1U, "the jobs taken then");
}

/// A job with several keys needs a place under each.
inline void with_several_keys_all_apply(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    t.put(t.limited("net"));
    new_job both = t.limited("disk");
    both.limits.push_back({.key = "net", .limit = 1});
    t.put(both);
    auto const runs = t.take(s);
    expect_equal(runs.size(), 2U, "the jobs taken first");
    t.finish(s, runs[0]);
    expect(t.take(s).empty(), "the job with both keys to wait for the other, too");
    t.finish(s, runs[1]);
    expect_equal(t.take_one(s).id, both.id, "the job taken at last");
    t.put(t.limited("disk"));
    t.put(t.limited("net"));
    expect(t.take(s).empty(), "it to take a place under each key");
}

/// A job that waits for one of its keys takes no place under another meanwhile.
inline void with_several_keys_none_is_taken_in_vain(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    new_job both = t.limited("disk");
    both.limits.push_back({.key = "net", .limit = 1});
    t.put(both);
    auto const net = t.put(t.limited("net"));
    expect_equal(t.take(s, 1).size(), 1U, "the first job");
    expect_equal(ids_of(t.take(s)), std::vector{net}, "the job with the key that is free");
}

/// Freed places go by priority, then by position.
inline void are_given_by_priority(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    auto const run = t.take_one(s);
    new_job low = t.limited("disk");
    low.settings = t.job("work", {.priority = 1}).settings;
    t.put(low);
    new_job high = t.limited("disk");
    high.settings = t.job("work", {.priority = 9}).settings;
    t.put(high);
    expect(t.take(s).empty(), "both to be held back");
    t.finish(s, run);
    expect_equal(t.take_one(s).id, high.id, "the job of the higher priority");
}

/// The number of a key can be raised, over what the jobs say.
inline void can_be_raised(bench& t) {
    auto const s = t.server();
    for (int i = 0; i != 4; ++i) {
        t.put(t.limited("disk"));
    }
    expect_equal(t.take(s).size(), 1U, "the jobs taken first");
    t.queues(limit_put{.key = "disk", .limit = 3});
    expect_equal(t.take(s).size(), 2U, "the jobs taken when it was raised");
}

/// It can be lowered: those that run go on, and none is added until there is room.
inline void can_be_lowered(bench& t) {
    auto const s = t.server();
    for (int i = 0; i != 5; ++i) {
        t.put(t.limited("disk", 3));
    }
    auto const runs = t.take(s);
    expect_equal(runs.size(), 3U, "the jobs taken first");
    t.queues(limit_put{.key = "disk", .limit = 1});
    t.finish(s, runs[0]);
    t.finish(s, runs[1]);
    expect(t.take(s).empty(), "none to be added while one runs");
    t.finish(s, runs[2]);
    expect_equal(t.take(s).size(), 1U, "the jobs taken then");
}

/// A number below one is refused.
inline void of_zero_are_refused(bench& t) {
    t.put(t.limited("disk"));
    t.expect_refused(errc::bad_option, [&] { t.queues(limit_put{.key = "disk", .limit = 0}); });
}

/// They are listed by name, with who has places and who waits.
inline void are_listed(bench& t) {
    auto const s = t.server();
    for (int i = 0; i != 3; ++i) {
        t.put(t.limited("disk", 2));
    }
    t.put(t.limited("a", 4));
    t.take(s);
    auto const limits = t.queues(queue_list{}).limits;
    expect_equal(limits.size(), 2U, "the keys listed");
    expect_equal(limits[0].key, "a", "the first key");
    expect_equal(limits[0].limit, 4U, "its limit");
    expect_equal(limits[0].used, 1U, "its places in use");
    expect_equal(limits[1].key, "disk", "the second key");
    expect_equal(limits[1].used, 2U, "its places in use");
    expect_equal(limits[1].parked, 1U, "the jobs that wait for it");
}

/// A blocked job that is deleted or moved away frees nothing and blocks nothing.
inline void forget_a_deleted_job(bench& t) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    auto const blocked = t.put(t.limited("disk"));
    auto const next = t.put(t.limited("disk"));
    auto const run = t.take_one(s);
    expect(t.take(s).empty(), "the others to be held back");
    t.change_ids(change_kind::delete_job, {blocked});
    expect(t.take(s).empty(), "a deletion to free nothing");
    t.finish(s, run);
    expect_equal(ids_of(t.take(s)), std::vector{next}, "the job taken then");
}

/// What `give_up` does with the job that was put back for a free place leaves the place to the next.
template <class GiveUp>
void expect_passed_on(
    bench& t, job_settings const& settings, GiveUp give_up, place const& where = place::current()
) {
    auto const s = t.server();
    t.put(t.limited("disk"));
    new_job chosen = t.limited("disk");
    chosen.settings = t.job("work", settings).settings;
    t.put(chosen);
    auto const next = t.put(t.limited("disk"));
    auto const run = t.take_one(s);
    expect(t.take(s).empty(), "the others to be held back", where);
    t.finish(s, run);
    give_up(chosen.id);
    expect_equal(ids_of(t.take(s)), std::vector{next}, "the job that has the place then", where);
}

/// A job that leaves the line before it was taken leaves its place to the next.
inline void a_place_given_up_in_line_goes_to_the_next(bench& t) {
    change_request const later{.due = t.now() + 1h, .queue = "elsewhere"};
    for (auto const kind :
         {change_kind::delete_job,
          change_kind::cancel,
          change_kind::reschedule,
          change_kind::move}) {
        expect_passed_on(t, {}, [&](job_id id) {
            expect_equal(t.change_ids(kind, {id}, later).changed, 1U, "the jobs changed");
        });
        t.change({.kind = change_kind::delete_job, .filter = job_filter{}});
        for (auto const& s : t.servers(server_list{}).servers) {
            t.retire(s.instance);
        }
    }
}

/// So does one that expires there.
inline void the_place_of_an_expired_job_goes_to_the_next(bench& t) {
    expect_passed_on(t, {.expires = 1min}, [&](job_id id) {
        t.advance(2min);
        t.expect_state(id, job_state::deleted);
    });
}

/// So does one that is put behind the next.
inline void the_place_of_a_job_put_back_goes_to_the_next(bench& t) {
    expect_passed_on(t, {.priority = 5}, [&](job_id id) {
        t.change_ids(change_kind::reprioritise, {id}, {.priority = 0});
    });
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"limits.hold_back_what_is_over_the_limit", hold_back_what_is_over_the_limit},
    {"limits.do_not_hinder_others", do_not_hinder_others},
    {"limits.are_freed_by_success", are_freed_by_success},
    {"limits.are_freed_by_failure", are_freed_by_failure},
    {"limits.are_freed_by_a_retry", are_freed_by_a_retry},
    {"limits.are_freed_by_a_snooze", are_freed_by_a_snooze},
    {"limits.are_freed_by_deletion", are_freed_by_deletion},
    {"limits.are_freed_by_a_hand_back", are_freed_by_a_hand_back},
    {"limits.are_freed_by_parking", are_freed_by_parking},
    {"limits.are_freed_by_a_dead_server", are_freed_by_a_dead_server, conformance_need::clock},
    {"limits.are_freed_by_a_retired_server", are_freed_by_a_retired_server},
    {"limits.with_several_keys_all_apply", with_several_keys_all_apply},
    {"limits.with_several_keys_none_is_taken_in_vain", with_several_keys_none_is_taken_in_vain},
    {"limits.are_given_by_priority", are_given_by_priority},
    {"limits.can_be_raised", can_be_raised},
    {"limits.can_be_lowered", can_be_lowered},
    {"limits.of_zero_are_refused", of_zero_are_refused},
    {"limits.are_listed", are_listed},
    {"limits.forget_a_deleted_job", forget_a_deleted_job},
    {"limits.a_place_given_up_in_line_goes_to_the_next", a_place_given_up_in_line_goes_to_the_next},
    {"limits.the_place_of_an_expired_job_goes_to_the_next",
     the_place_of_an_expired_job_goes_to_the_next,
     conformance_need::clock},
    {"limits.the_place_of_a_job_put_back_goes_to_the_next",
     the_place_of_a_job_put_back_goes_to_the_next},
};

} // namespace cofire::testing::conformance::on_limits

#endif
