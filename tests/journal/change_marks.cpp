// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/storage/journal/change_marks.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(change_marks)

using cofire::detail::change_marks;

BOOST_AUTO_TEST_CASE(a_change_waits_for_the_first_record_that_has_it) {
    change_marks marks;
    marks.note(10, 1);
    marks.note(20, 3);
    marks.note(30, 3); // something that needs no record of its own
    marks.note(40, 7);
    BOOST_TEST(marks.size() == 3U);
    BOOST_TEST(marks.record_of(0, 9) == 0U);
    BOOST_TEST(marks.record_of(1, 9) == 1U);
    BOOST_TEST(marks.record_of(10, 9) == 1U);
    BOOST_TEST(marks.record_of(11, 9) == 3U);
    BOOST_TEST(marks.record_of(30, 9) == 3U);
    BOOST_TEST(marks.record_of(31, 9) == 7U);
    BOOST_TEST(marks.record_of(40, 9) == 7U);
    BOOST_TEST(marks.record_of(41, 9) == 9U); // not noted yet
}

BOOST_AUTO_TEST_CASE(what_is_stored_waits_for_nothing) {
    change_marks marks;
    marks.note(10, 1);
    marks.note(20, 3);
    marks.note(30, 7);
    marks.stored(2);
    BOOST_TEST(marks.size() == 2U);
    BOOST_TEST(marks.record_of(10, 7) == 0U);
    BOOST_TEST(marks.record_of(11, 7) == 3U);
    marks.stored(7);
    BOOST_TEST(marks.size() == 0U);
    BOOST_TEST(marks.record_of(30, 7) == 0U);
    marks.note(35, 7); // the passing of time, after what is stored
    BOOST_TEST(marks.size() == 0U);
    BOOST_TEST(marks.record_of(35, 7) == 0U);
    BOOST_TEST(marks.record_of(36, 7) == 7U);
    marks.stored(5); // no step back
    BOOST_TEST(marks.record_of(35, 7) == 0U);
    marks.note(50, 8);
    BOOST_TEST(marks.record_of(36, 8) == 8U);
}

BOOST_AUTO_TEST_SUITE_END()
