// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/text.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(text)

namespace {

using cofire::detail::clean_utf8;

BOOST_AUTO_TEST_CASE(texts_are_valid_utf8) {
    BOOST_TEST(clean_utf8("plain") == "plain");
    BOOST_TEST(
        clean_utf8("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"
    );
    BOOST_TEST(
        clean_utf8("a\xFF"
                   "b") == "a\xEF\xBF\xBD"
                           "b"
    );
    BOOST_TEST(clean_utf8("\xC0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD");             // overlong
    BOOST_TEST(clean_utf8("\xED\xA0\x80").find('\xED') == std::string::npos);     // surrogate
    BOOST_TEST(clean_utf8("\xF4\x90\x80\x80").find('\xF4') == std::string::npos); // too large
    BOOST_TEST(clean_utf8("a\xE2\x82") == "a\xEF\xBF\xBD\xEF\xBF\xBD");           // cut short
}

BOOST_AUTO_TEST_CASE(long_texts_are_cut_between_characters) {
    BOOST_TEST(clean_utf8("abc", 2) == "ab");
    BOOST_TEST(clean_utf8("a\xC3\xA9", 2) == "a");
    BOOST_TEST(clean_utf8("\xFF\xFF", 5) == "\xEF\xBF\xBD");
    BOOST_TEST(clean_utf8("abc", 0).empty());
}

BOOST_AUTO_TEST_CASE(times_are_written_to_the_microsecond) {
    using namespace std::chrono_literals;
    std::chrono::sys_days const day(2026y / 1 / 31);
    BOOST_TEST(cofire::detail::time_text(day + 12h) == "2026-01-31T12:00:00.000000Z");
    BOOST_TEST(
        cofire::detail::time_text(day + 1h + 2min + 3s + 4us) == "2026-01-31T01:02:03.000004Z"
    );
    std::chrono::sys_days const before_the_epoch(1969y / 12 / 31);
    BOOST_TEST(cofire::detail::time_text(before_the_epoch + 1us) == "1969-12-31T00:00:00.000001Z");
}

BOOST_AUTO_TEST_CASE(a_fingerprint_has_sixteen_digits) {
    BOOST_TEST(cofire::detail::fingerprint_text(0x1F) == "000000000000001f");
    BOOST_TEST(cofire::detail::fingerprint_text(~0ULL) == "ffffffffffffffff");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
