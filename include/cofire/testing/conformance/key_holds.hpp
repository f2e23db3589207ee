// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_KEY_HOLDS_HPP
#define COFIRE_TESTING_CONFORMANCE_KEY_HOLDS_HPP

#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/keys.hpp>

/// How long a unique key is held that is not held until the job's end.
namespace cofire::testing::conformance::on_key_holds {

using on_keys::expect_held;

/// A key for a time is free at its end to the microsecond, also if no server has come by.
inline void for_a_time_ends_without_a_server(bench& t) {
    auto const holder = t.put(t.keyed("k", unique_hold::for_a_time));
    t.clock.advance(1h - 1us);
    expect_held(t, "k", holder);
    t.clock.advance(1us);
    t.put(t.keyed("k"));
}

/// The end of one holder's time does not end that of the next.
inline void for_a_time_is_counted_for_each_holder(bench& t) {
    t.put(t.keyed("k", unique_hold::for_a_time));
    t.advance(30min);
    new_job const next = t.keyed("k", unique_hold::for_a_time, duplicate_policy::replace);
    expect_equal(t.insert_one(next).status, insert_status::replaced, "the status");
    t.advance(30min);
    expect_held(t, "k", next.id);
    t.advance(30min);
    t.put(t.keyed("k"));
}

/// A key held until the first start is free after it, though the server leaves without an outcome.
inline void until_started_stays_free_when_the_server_leaves(bench& t) {
    auto const s = t.server();
    t.put(t.keyed("k", unique_hold::until_started));
    t.take_one(s);
    t.retire(s);
    t.put(t.keyed("k"));
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"insert.for_a_time_ends_without_a_server",
     for_a_time_ends_without_a_server,
     conformance_need::clock},
    {"insert.for_a_time_is_counted_for_each_holder",
     for_a_time_is_counted_for_each_holder,
     conformance_need::clock},
    {"insert.until_started_stays_free_when_the_server_leaves",
     until_started_stays_free_when_the_server_leaves},
};

} // namespace cofire::testing::conformance::on_key_holds

#endif
