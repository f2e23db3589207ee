// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/display.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(display)
namespace {

using cofire::render_display;

BOOST_AUTO_TEST_CASE(placeholders_are_replaced) {
    BOOST_TEST(render_display("Backup of {0}", R"(["crm"])") == "Backup of crm");
    BOOST_TEST(render_display("{1}/{0}/{1}", R"([1,"x"])") == "x/1/x");
    BOOST_TEST(render_display("{path} to {width}", R"({"path":"a","width":2.5})") == "a to 2.5");
    BOOST_TEST(
        render_display("{0} {1} {2}", R"([true,null,[1,{"a":"b"}]])") ==
        R"(true null [1,{"a":"b"}])"
    );
    BOOST_TEST(render_display("no placeholder", "[]") == "no placeholder");
    BOOST_TEST(render_display("", "[1]").empty());
}

BOOST_AUTO_TEST_CASE(what_names_no_value_stays) {
    BOOST_TEST(render_display("{1} {x} {} {-1} {0x}", "[1]") == "{1} {x} {} {-1} {0x}");
    BOOST_TEST(render_display("{0}", R"({"a":1})") == "{0}");
    BOOST_TEST(render_display("{0", "[1]") == "{0");
    BOOST_TEST(render_display("} {0}", "[1]") == "} 1");
    BOOST_TEST(render_display("{{0}}", "[1]") == "{1}");
    BOOST_TEST(render_display("{0}", "1") == "{0}");
    BOOST_TEST(render_display("{99999999999999999999}", "[1]") == "{99999999999999999999}");
}

BOOST_AUTO_TEST_CASE(bad_input_is_no_error) {
    BOOST_TEST(render_display("{0}", "") == "{0}");
    BOOST_TEST(render_display("{0}", "[1") == "{0}");
    BOOST_TEST(render_display("{0}", std::string(1000, '[')) == "{0}");
    BOOST_TEST(render_display("{0}", "[\"\xFF\"]") == "{0}");
    // A number no double holds, and a value that holds a placeholder itself.
    BOOST_TEST(render_display("{0}", "[1e999]") == "{0}");
    BOOST_TEST(render_display("{0}", R"(["{0}"])") == "{0}");
}

BOOST_AUTO_TEST_CASE(values_are_one_short_line) {
    BOOST_TEST(render_display("{0}", R"(["a\nb\u0000c"])") == "a b c");
    std::string const cut = render_display("{0}", "[\"" + std::string(1000, 'x') + "\"]");
    BOOST_TEST(cut == std::string(cofire::display_value_limit, 'x') + "...");
    std::string const fits(cofire::display_value_limit, 'x');
    BOOST_TEST(render_display("{0}", "[\"" + fits + "\"]") == fits);
    // Not in the middle of a character: 59 bytes, then one of three.
    std::string const text = std::string(59, 'x') + "\xE2\x82\xAC";
    BOOST_TEST(render_display("{0}", "[\"" + text + "\"]") == std::string(59, 'x') + "...");
    BOOST_TEST(
        render_display("{0}", "[[" + std::string(80, '1') + ".5]]").size() <=
        cofire::display_value_limit + 3
    );
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
