// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "check.hpp"
#include "support/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace {

using cofire::differential::check_scripts;

// COFIRE_SCRIPTS and COFIRE_FIRST_SEED say how many scripts to run, and from which seed on.
using cofire_tests::asked;

BOOST_AUTO_TEST_SUITE(random_script)

BOOST_AUTO_TEST_CASE(the_table_answers_as_the_naive_model) {
    auto const report = check_scripts(
        cofire::differential::make_table,
        asked("COFIRE_FIRST_SEED", 1),
        asked("COFIRE_SCRIPTS", 800),
        200
    );
    BOOST_TEST(report == "");
}

BOOST_AUTO_TEST_CASE(memory_storage_answers_as_the_naive_model) {
    auto const report = check_scripts(
        cofire::differential::make_memory,
        asked("COFIRE_FIRST_SEED", 1'000'001),
        asked("COFIRE_SCRIPTS", 200),
        200
    );
    BOOST_TEST(report == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
