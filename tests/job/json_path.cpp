// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/json_path.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

BOOST_AUTO_TEST_SUITE(json_path)

using cofire::detail::json_path;

std::string shown(std::string const& key) {
    json_path const root("", cofire::errc::bad_arguments);
    return json_path(root, key).to_string();
}

BOOST_AUTO_TEST_CASE(says_where_in_a_text) {
    json_path const root("", cofire::errc::bad_arguments);
    json_path const sizes(root, "sizes");
    json_path const third(sizes, 2);
    BOOST_TEST(json_path(third, "width").to_string() == "$.sizes[2].width");
    BOOST_TEST(third.depth() == 2U);
}

BOOST_AUTO_TEST_CASE(odd_keys_are_quoted_and_stay_one_line) {
    BOOST_TEST(shown("a b") == "$.a b");
    BOOST_TEST(shown("a\"b") == "$.\"a\\\"b\"");
    BOOST_TEST(shown("a\nb") == "$.\"a\\x0ab\"");
    BOOST_TEST(shown(std::string(100, 'k')) == "$.\"" + std::string(64, 'k') + "...\"");
    // What the escape adds is as long as what is left out.
    std::string const key = std::string(62, 'k') + "\n" + std::string(6, 'k');
    BOOST_TEST(shown(key) == "$.\"" + std::string(62, 'k') + "\\x0a...\"");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
