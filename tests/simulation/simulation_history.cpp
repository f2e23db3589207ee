// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/testing/simulation_history.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace std::chrono_literals;
using cofire::job_id;
using cofire::testing::manual_clock;
using cofire::testing::simulation_history;

BOOST_AUTO_TEST_SUITE(simulation_history_test)

BOOST_AUTO_TEST_CASE(it_tells_the_last_events_a_line_each) {
    manual_clock clock;
    simulation_history h(clock);
    job_id const id = job_id::make({}, 1, 1);
    h.add({.what = "forgotten"});
    clock.advance(1500ms);
    h.add({.process = 2, .what = "acquired", .detail = "why", .id = id, .epoch = 7, .number = 3});
    h.add({.what = "no more faults"});
    BOOST_TEST(
        h.last(2) == "     1500 ms  process 2: acquired, job 1, epoch 7, 3 (why)\n"
                     "     1500 ms  the world: no more faults\n"
    );
    BOOST_TEST(h.last(100).starts_with("        0 ms  the world: forgotten\n"));
    BOOST_TEST(h.events().size() == 3U);
}

BOOST_AUTO_TEST_CASE(jobs_are_numbered_in_the_order_in_which_they_are_heard_of) {
    simulation_history h{manual_clock()};
    job_id const a = job_id::make({}, 1, 1);
    job_id const b = job_id::make({}, 1, 2);
    h.add({.what = "x", .id = b});
    BOOST_TEST(h.number_of(a) == 2U);
    BOOST_TEST(h.number_of(b) == 1U);
}

BOOST_AUTO_TEST_CASE(the_fingerprint_tells_two_courses_apart) {
    manual_clock clock;
    simulation_history a(clock);
    simulation_history b(clock);
    a.add({.what = "x"});
    b.add({.what = "x"});
    BOOST_TEST(a.fingerprint() == b.fingerprint());
    b.add({.process = 1, .what = "y"});
    BOOST_TEST(a.fingerprint() != b.fingerprint());
    a.add({.process = 2, .what = "y"});
    BOOST_TEST(a.fingerprint() != b.fingerprint());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
