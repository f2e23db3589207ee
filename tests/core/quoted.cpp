// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// <iomanip> first: std::quoted must not be found in place of cofire's.
#include <cofire/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <iomanip>
#include <string>

BOOST_AUTO_TEST_SUITE(quoted)

namespace {

BOOST_AUTO_TEST_CASE(a_string_argument_does_not_find_the_standard_library_s) {
    std::string const text = "a\nb";
    using cofire::quoted;
    std::string const message = "no " + quoted(text);
    BOOST_TEST(message == "no \"a\\x0ab\"");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
