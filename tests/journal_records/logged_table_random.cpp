// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Random scripts against the naive model, by a table whose records another one replays as they come.

#include "differential/check.hpp"
#include "logged_subject.hpp"
#include "support/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace {

using namespace cofire::journal_tests;

// COFIRE_SCRIPTS and COFIRE_FIRST_SEED say how many scripts to run, and from which seed on.
using cofire_tests::asked;

std::unique_ptr<cofire::differential::subject> make_logged(cofire::table_limits const& limits) {
    return std::make_unique<logged_subject>(limits);
}

BOOST_AUTO_TEST_SUITE(logged_table_random)

BOOST_AUTO_TEST_CASE(what_is_replayed_is_the_same_table) {
    auto const report = cofire::differential::check_scripts(
        make_logged, asked("COFIRE_FIRST_SEED", 1), asked("COFIRE_SCRIPTS", 30), 200
    );
    BOOST_TEST(report == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
