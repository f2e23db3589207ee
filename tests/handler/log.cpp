// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/log.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(log)

using cofire::log_level;
using cofire::detail::format_log_line;

BOOST_AUTO_TEST_CASE(levels_have_names) {
    BOOST_TEST(to_string(log_level::debug) == "debug");
    BOOST_TEST(to_string(log_level::info) == "info");
    BOOST_TEST(to_string(log_level::warning) == "warning");
    BOOST_TEST(to_string(log_level::error) == "error");
}

BOOST_AUTO_TEST_CASE(a_line_stays_one_line) {
    BOOST_TEST(format_log_line(log_level::error, "it broke") == "cofire: error: it broke\n");
    BOOST_TEST(
        format_log_line(log_level::info, "a\nb\r\t\x1B[31m\x7F") ==
        "cofire: info: a\\nb\\x0d\\x09\\x1b[31m\\x7f\n"
    );
    BOOST_TEST(
        format_log_line(log_level::info, std::string_view("a\0b", 3)) == "cofire: info: a\\x00b\n"
    );
    // U+009B starts a terminal's sequence as well; U+00E9 is a letter.
    BOOST_TEST(
        format_log_line(log_level::info, "\xC2\x9B\xC3\xA9\xC2") ==
        "cofire: info: \\xc2\\x9b\xC3\xA9\xC2\n"
    );
}

BOOST_AUTO_TEST_CASE(a_sink_gets_level_and_line) {
    std::vector<std::string> lines;
    cofire::log_sink const sink = [&](log_level level, std::string_view line) {
        lines.push_back(std::string(to_string(level)) + "/" + std::string(line));
    };
    cofire::detail::write_log(sink, log_level::warning, "a\nb");
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(lines[0] == "warning/a\nb");
}

BOOST_AUTO_TEST_CASE(what_a_sink_throws_is_swallowed) {
    cofire::log_sink const sink = [](log_level, std::string_view) {
        throw std::runtime_error("no");
    };
    BOOST_CHECK_NO_THROW(cofire::detail::write_log(sink, log_level::error, "x"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
