// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_MOVES_HPP
#define COFIRE_TESTING_CONFORMANCE_MOVES_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/change.hpp>

#include <string>
#include <vector>

/// What an operator does to jobs by their ids: reprioritise, move; and many at once.
namespace cofire::testing::conformance::on_moves {

using on_change::expect_changed;
using on_change::expect_skipped;
using on_change::scheduled_job;

/// Another priority counts in line, and is kept by what is not in line yet.
inline void reprioritise_changes_the_order(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job("work", {.priority = 15}));
    auto const awaiting = t.put(t.after(parent));
    auto const ids = t.put_many(3);
    expect_changed(t, change_kind::reprioritise, ids[1], {.priority = 9});
    expect_changed(t, change_kind::reprioritise, awaiting, {.priority = 10});
    expect_equal(t.get(ids[1]).settings->priority, 9, "the priority");
    t.finish(s, t.take_one(s));
    expect_equal(ids_of(t.take(s)), std::vector{awaiting, ids[1], ids[0], ids[2]}, "the order");
}

/// A priority is 0 to 15.
inline void reprioritise_refuses_what_is_out_of_range(bench& t) {
    auto const id = t.put(t.job());
    for (int const priority : {-1, 16}) {
        t.expect_refused(errc::bad_option, [&] {
            t.change_ids(change_kind::reprioritise, {id}, {.priority = priority});
        });
    }
}

/// A job in line goes to another queue and is taken from there.
inline void move_goes_to_another_queue(bench& t) {
    auto const s = t.server();
    auto const parent = t.put(t.job());
    auto const awaiting = t.put(t.after(parent));
    auto const enqueued = t.put(t.job());
    expect_changed(t, change_kind::move, enqueued, {.queue = "other"});
    expect_changed(t, change_kind::move, awaiting, {.queue = "other"});
    expect_equal(t.get(enqueued).settings->queue, "other", "the queue");
    t.finish(s, t.take_one(s));
    expect(t.take(s).empty(), "nothing to be left in the old queue");
    expect_equal(t.take(s, 9, "other").size(), 2U, "the jobs in the new queue");
}

/// A queue has a name. (Which characters it is made of is the client's matter.)
inline void move_refuses_a_queue_without_a_name(bench& t) {
    auto const id = t.put(t.job());
    t.expect_refused(errc::bad_queue, [&] { t.change_ids(change_kind::move, {id}); });
}

/// Final jobs have neither line nor priority.
inline void move_and_reprioritise_skip_final_jobs(bench& t) {
    auto const id = t.put_and_finish(t.server());
    expect_skipped(t, change_kind::move, id, {.queue = "other"});
    expect_skipped(t, change_kind::reprioritise, id, {.priority = 9});
}

/// Each job is changed by itself; what is unknown is said.
inline void each_job_is_changed_by_itself(bench& t) {
    auto const s = t.server();
    auto const unknown = t.new_id();
    auto const good = t.put_and_finish(s);
    auto const running = t.put(t.job());
    t.take_one(s);
    auto const also_good = scheduled_job(t);
    auto const answer = t.change_ids(change_kind::requeue, {unknown, good, running, also_good});
    expect_equal(answer.changed, 2U, "the jobs changed");
    expect_equal(answer.skipped_count, 2U, "the number of jobs skipped");
    expect_equal(answer.skipped.size(), 2U, "the jobs skipped");
    for (auto const& k : answer.skipped) {
        bool const is_unknown = k.id == unknown;
        expect(is_unknown || k.id == running, "those skipped to be named");
        expect_equal(
            k.why,
            is_unknown ? skip_reason::unknown : skip_reason::wrong_state,
            "why it was skipped"
        );
    }
    expect(answer.cursor.empty(), "no cursor with ids");
}

/// At most 10,000 ids.
inline void too_many_ids_are_refused(bench& t) {
    std::vector const ids(10'001, t.put(t.job()));
    t.expect_refused(errc::too_many_items, [&] { t.change_ids(change_kind::delete_job, ids); });
}

/// Of those skipped the first 100 are named.
inline void the_first_hundred_skipped_are_named(bench& t) {
    std::vector<job_id> ids;
    for (int i = 0; i != 150; ++i) {
        ids.push_back(t.new_id());
    }
    auto const answer = t.change_ids(change_kind::delete_job, ids);
    expect_equal(answer.skipped_count, 150U, "the number of jobs skipped");
    expect_equal(answer.skipped.size(), 100U, "the jobs named");
    expect_equal(answer.skipped[99].id, ids[99], "the last one named");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"change.reprioritise_changes_the_order", reprioritise_changes_the_order},
    {"change.reprioritise_refuses_what_is_out_of_range", reprioritise_refuses_what_is_out_of_range},
    {"change.move_goes_to_another_queue", move_goes_to_another_queue},
    {"change.move_refuses_a_queue_without_a_name", move_refuses_a_queue_without_a_name},
    {"change.move_and_reprioritise_skip_final_jobs", move_and_reprioritise_skip_final_jobs},
    {"change.each_job_is_changed_by_itself", each_job_is_changed_by_itself},
    {"change.too_many_ids_are_refused", too_many_ids_are_refused},
    {"change.the_first_hundred_skipped_are_named", the_first_hundred_skipped_are_named},
};

} // namespace cofire::testing::conformance::on_moves

#endif
