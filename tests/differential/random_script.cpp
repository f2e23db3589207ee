// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "check.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using cofire::differential::check_scripts;

// COFIRE_SCRIPTS and COFIRE_FIRST_SEED say how many scripts to run, and from which seed on.
std::uint64_t number(char const* variable, std::uint64_t otherwise) {
    char const* const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

BOOST_AUTO_TEST_SUITE(random_script)

BOOST_AUTO_TEST_CASE(the_table_answers_as_the_naive_model) {
    auto const report = check_scripts(
        cofire::differential::make_table,
        number("COFIRE_FIRST_SEED", 1),
        number("COFIRE_SCRIPTS", 800),
        200
    );
    BOOST_TEST(report == "");
}

BOOST_AUTO_TEST_CASE(memory_storage_answers_as_the_naive_model) {
    auto const report = check_scripts(
        cofire::differential::make_memory,
        number("COFIRE_FIRST_SEED", 1'000'001),
        number("COFIRE_SCRIPTS", 200),
        200
    );
    BOOST_TEST(report == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
