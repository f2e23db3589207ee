// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_KEYS_HPP
#define COFIRE_TESTING_CONFORMANCE_KEYS_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// Unique keys: who holds one, for how long, and what an insert does that finds one held.
namespace cofire::testing::conformance::on_keys {

/// The holder is named and nothing is stored.
inline void a_held_key_names_the_holder(bench& t) {
    auto const holder = t.put(t.keyed("k"));
    auto const before = t.picture();
    new_job const other = t.keyed("k");
    auto const result = t.insert_one(other);
    expect_equal(result.status, insert_status::held, "the status");
    expect_equal(result.id, holder, "the holder");
    expect(!t.knows(other.id) && t.picture() == before, "nothing to be stored");
}

/// A held key does not hinder the other jobs of the call.
inline void a_held_key_does_not_hinder_others(bench& t) {
    t.put(t.keyed("k"));
    std::vector<new_job> const jobs{t.job(), t.keyed("k"), t.job()};
    auto const r = t.insert({.jobs = jobs}).results;
    expect_equal(r.at(0).status, insert_status::inserted, "the first status");
    expect_equal(r.at(1).status, insert_status::held, "the second status");
    expect_equal(r.at(2).status, insert_status::inserted, "the third status");
}

/// Of several jobs of one call with the same key the first counts.
inline void the_first_of_one_call_holds_the_key(bench& t) {
    std::vector<new_job> const jobs{t.keyed("k"), t.keyed("k")};
    auto const r = t.insert({.jobs = jobs}).results;
    expect_equal(r.at(0).status, insert_status::inserted, "the first status");
    expect_equal(r.at(1).status, insert_status::held, "the second status");
    expect_equal(r.at(1).id, jobs[0].id, "the holder");
    expect(!t.knows(jobs[1].id), "the second not to be stored");
}

/// A job never conflicts with itself.
inline void a_repeated_job_does_not_conflict_with_itself(bench& t) {
    new_job const j = t.keyed("k");
    t.put(j);
    expect_equal(t.insert_one(j).status, insert_status::existed, "the status");
}

/// Keys are compared as they are stored, byte by byte.
inline void different_keys_do_not_meet(bench& t) {
    t.put(t.keyed("k"));
    t.put(t.keyed("K"));
    t.put(t.keyed("k "));
    new_job j = t.keyed("k");
    j.unique_key->text = "queue/work/k";
    t.put(j);
}

inline void
expect_held(bench& t, std::string const& key, job_id by, place const& where = place::current()) {
    auto const result = t.insert_one(t.keyed(key));
    expect_equal(result.status, insert_status::held, "the key: the status", where);
    expect_equal(result.id, by, "the holder", where);
}

/// Through runs, retries and hand-backs an unfinished job keeps its key.
inline void an_unfinished_job_keeps_its_key(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.keyed("k"));
    auto run = t.take_one(s);
    expect_held(t, "k", id);
    t.finish(s, run, outcome_kind::released);
    expect_held(t, "k", id);
    t.finish(s, t.take_one(s), outcome_kind::retry);
    expect_held(t, "k", id);
}

inline void freed_by(bench& t, outcome_kind kind) {
    auto const s = t.server();
    t.put(t.keyed("k"));
    t.finish(s, t.take_one(s), kind);
    t.put(t.keyed("k"));
}

/// Success frees the key, in the same step.
inline void success_frees_the_key(bench& t) {
    freed_by(t, outcome_kind::succeeded);
}

/// So does failure.
inline void failure_frees_the_key(bench& t) {
    freed_by(t, outcome_kind::failed);
}

/// So does a deletion, while it waits or by its run.
inline void deletion_frees_the_key(bench& t) {
    freed_by(t, outcome_kind::deleted);
    t.change_ids(change_kind::delete_job, t.find({.state = job_state::enqueued}));
    t.put(t.keyed("k"));
}

/// unique_hold::until_started: held until the first run starts, and not again in later runs.
inline void until_started_is_held_until_the_first_run(bench& t) {
    auto const s = t.server();
    new_job const first = t.keyed("k", unique_hold::until_started);
    t.put(first);
    expect_held(t, "k", first.id);
    auto const run = t.take_one(s);
    auto const second = t.put(t.keyed("k", unique_hold::until_started));
    auto retry = t.outcome(run, outcome_kind::retry);
    expect_equal(t.settle_one(s, retry), settle_status::done, "the retry");
    expect_held(t, "k", second);
}

/// unique_hold::for_a_time: held for that time from the insert, whatever becomes of the job.
inline void for_a_time_is_held_for_that_time(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.keyed("k", unique_hold::for_a_time));
    t.finish(s, t.take_one(s));
    t.advance(1h - 1us);
    expect_held(t, "k", id);
    t.advance(1us);
    t.put(t.keyed("k"));
}

/// It ends although the job has not, too.
inline void for_a_time_ends_while_the_job_waits(bench& t) {
    t.put(t.keyed("k", unique_hold::for_a_time));
    t.advance(1h);
    t.put(t.keyed("k"));
}

inline void replaced_by_another(bench& t, new_job const& holder) {
    t.put(holder);
    auto const next = t.keyed("k", unique_hold::unfinished, duplicate_policy::replace);
    auto const result = t.insert_one(next);
    expect_equal(result.status, insert_status::replaced, "the status");
    expect_equal(result.id, next.id, "the id");
    t.expect_state(holder.id, job_state::deleted);
    expect(!t.get(holder.id).reason.empty(), "the deletion to have a reason");
    t.expect_state(next.id, job_state::enqueued);
    expect_held(t, "k", next.id);
}

/// duplicate_policy::replace: a holder in line is deleted and the new job takes its place.
inline void replace_takes_the_place_of_an_enqueued_job(bench& t) {
    replaced_by_another(t, t.keyed("k"));
}

/// Likewise a scheduled holder.
inline void replace_takes_the_place_of_a_scheduled_job(bench& t) {
    new_job j = t.keyed("k");
    j.due = t.now() + 1h;
    replaced_by_another(t, j);
}

/// Likewise one that waits for a parent.
inline void replace_takes_the_place_of_an_awaiting_job(bench& t) {
    new_job j = t.keyed("k");
    j.parents.push_back({.id = t.put(t.job())});
    replaced_by_another(t, j);
}

/// A running holder stays.
inline void replace_leaves_a_running_job(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.keyed("k"));
    t.take_one(s);
    auto const result =
        t.insert_one(t.keyed("k", unique_hold::unfinished, duplicate_policy::replace));
    expect_equal(result.status, insert_status::held, "the status");
    expect_equal(result.id, id, "the holder");
    t.expect_state(id, job_state::processing);
}

/// The continuations of a job that was replaced are decided in the same step.
inline void replace_decides_the_continuations_of_the_old_job(bench& t) {
    auto const old = t.put(t.keyed("k"));
    auto const on_success = t.put(t.after(old));
    auto const on_any_end = t.put(t.after(old, parent_condition::on_any_end));
    t.insert_one(t.keyed("k", unique_hold::unfinished, duplicate_policy::replace));
    t.expect_state(on_success, job_state::deleted);
    t.expect_state(on_any_end, job_state::enqueued);
}

/// If a parent in the same call was not stored because its key is held, the holder stands for it.
inline void a_holder_stands_for_a_parent_not_stored(bench& t) {
    auto const s = t.server();
    auto const holder = t.put(t.keyed("k"));
    std::vector<new_job> jobs{t.keyed("k")};
    jobs.push_back(t.after(jobs[0].id));
    auto const r = t.insert({.jobs = jobs}).results;
    expect_equal(r.at(0).status, insert_status::held, "the parent's status");
    expect_equal(r.at(1).status, insert_status::inserted, "the child's status");
    t.expect_state(jobs[1].id, job_state::awaiting);
    t.finish(s, t.take_one(s));
    t.expect_state(holder, job_state::succeeded);
    t.expect_state(jobs[1].id, job_state::enqueued);
}

/// A job that is not stored because its key is held is not refused for its parents either.
inline void parents_of_a_job_not_stored_do_not_matter(bench& t) {
    auto const holder = t.put(t.keyed("k"));
    new_job j = t.keyed("k");
    j.parents.push_back({.id = t.new_id()});
    auto const result = t.insert_one(j);
    expect_equal(result.status, insert_status::held, "the status");
    expect_equal(result.id, holder, "the holder");
}

/// A requeued job takes its key again.
inline void a_requeued_job_holds_its_key_again(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.keyed("k"));
    t.finish(s, t.take_one(s), outcome_kind::failed);
    expect_equal(t.change_ids(change_kind::requeue, {id}).changed, 1U, "the jobs changed");
    expect_held(t, "k", id);
}

/// A requeue that needs a key which another job holds now is skipped.
inline void a_requeue_is_skipped_while_another_holds_the_key(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.keyed("k"));
    t.finish(s, t.take_one(s), outcome_kind::failed);
    auto const other = t.put(t.keyed("k"));
    for (auto const kind : {change_kind::requeue, change_kind::reschedule}) {
        auto const answer = t.change_ids(kind, {id}, {.due = t.now() + 1h});
        expect_equal(answer.changed, 0U, "the jobs changed");
        expect_equal(answer.skipped.size(), 1U, "the jobs skipped");
        expect_equal(answer.skipped[0].why, skip_reason::key_held, "why it was skipped");
    }
    t.expect_state(id, job_state::failed);
    expect_held(t, "k", other);
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"insert.a_held_key_names_the_holder", a_held_key_names_the_holder},
    {"insert.a_held_key_does_not_hinder_others", a_held_key_does_not_hinder_others},
    {"insert.the_first_of_one_call_holds_the_key", the_first_of_one_call_holds_the_key},
    {"insert.a_repeated_job_does_not_conflict_with_itself",
     a_repeated_job_does_not_conflict_with_itself},
    {"insert.different_keys_do_not_meet", different_keys_do_not_meet},
    {"insert.an_unfinished_job_keeps_its_key", an_unfinished_job_keeps_its_key},
    {"insert.success_frees_the_key", success_frees_the_key},
    {"insert.failure_frees_the_key", failure_frees_the_key},
    {"insert.deletion_frees_the_key", deletion_frees_the_key},
    {"insert.until_started_is_held_until_the_first_run", until_started_is_held_until_the_first_run},
    {"insert.for_a_time_is_held_for_that_time",
     for_a_time_is_held_for_that_time,
     conformance_need::clock},
    {"insert.for_a_time_ends_while_the_job_waits",
     for_a_time_ends_while_the_job_waits,
     conformance_need::clock},
    {"insert.replace_takes_the_place_of_an_enqueued_job",
     replace_takes_the_place_of_an_enqueued_job},
    {"insert.replace_takes_the_place_of_a_scheduled_job",
     replace_takes_the_place_of_a_scheduled_job},
    {"insert.replace_takes_the_place_of_an_awaiting_job",
     replace_takes_the_place_of_an_awaiting_job},
    {"insert.replace_leaves_a_running_job", replace_leaves_a_running_job},
    {"insert.replace_decides_the_continuations_of_the_old_job",
     replace_decides_the_continuations_of_the_old_job},
    {"insert.a_holder_stands_for_a_parent_not_stored", a_holder_stands_for_a_parent_not_stored},
    {"insert.parents_of_a_job_not_stored_do_not_matter", parents_of_a_job_not_stored_do_not_matter},
    {"insert.a_requeued_job_holds_its_key_again", a_requeued_job_holds_its_key_again},
    {"insert.a_requeue_is_skipped_while_another_holds_the_key",
     a_requeue_is_skipped_while_another_holds_the_key},
};

} // namespace cofire::testing::conformance::on_keys

#endif
