// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(error)

namespace {

using cofire::errc;

BOOST_AUTO_TEST_CASE(each_code_has_a_text_of_its_own) {
    std::set<std::string> texts;
    int const last = static_cast<int>(errc::bad_dashboard_option);
    for (int code = 1; code <= last; ++code) {
        auto const ec = make_error_code(static_cast<errc>(code));
        BOOST_TEST(ec.message() != "unknown cofire error");
        BOOST_TEST(texts.insert(ec.message()).second);
        char buffer[8];
        BOOST_TEST(ec.message() == ec.category().message(code, buffer, sizeof buffer));
    }
    BOOST_TEST(cofire::error_category().message(last + 1) == "unknown cofire error");
    BOOST_TEST(cofire::error_category().message(0) == "unknown cofire error");
    BOOST_TEST(std::string_view(cofire::error_category().name()) == "cofire");
}

BOOST_AUTO_TEST_CASE(codes_convert) {
    boost::system::error_code const ec = errc::closed;
    BOOST_TEST((ec == errc::closed));
    BOOST_TEST((ec != errc::stopped));
    BOOST_TEST(ec.failed());
    BOOST_TEST((ec.category() == cofire::error_category()));
}

BOOST_AUTO_TEST_CASE(an_error_says_what_and_which) {
    auto const id = cofire::job_id::parse("01234567-89ab-7cde-8f01-23456789abcd").value();
    cofire::error const with_job(errc::job_failed, id, "job x");
    BOOST_TEST((with_job.value() == errc::job_failed));
    BOOST_TEST((with_job.id() == id));
    BOOST_TEST(std::string_view(with_job.what()).starts_with("job x: the job failed"));
    cofire::error const without(errc::bad_queue, "\"a b\"");
    BOOST_TEST(without.id().is_nil());
    BOOST_TEST((without.code() == errc::bad_queue));
}

BOOST_AUTO_TEST_CASE(which_errors_may_pass) {
    std::set<errc> const retryable{
        errc::storage_full, errc::storage_failed, errc::outcome_unknown, errc::no_space};
    for (int code = 1; code <= static_cast<int>(errc::bad_dashboard_option); ++code) {
        auto const e = static_cast<errc>(code);
        BOOST_TEST(cofire::error(e, "x").is_retryable() == retryable.contains(e));
    }
}

BOOST_AUTO_TEST_CASE(quoting) {
    using cofire::quoted;
    BOOST_TEST(quoted("") == "\"\"");
    BOOST_TEST(quoted("plain") == "\"plain\"");
    BOOST_TEST(quoted("a\"b\\c") == "\"a\\\"b\\\\c\"");
    BOOST_TEST(quoted(std::string_view("\n\x01\x7F\0", 4)) == "\"\\x0a\\x01\\x7f\\x00\"");
    BOOST_TEST(quoted("caf\xC3\xA9") == "\"caf\xC3\xA9\"");
    BOOST_TEST(quoted("123456789", 5) == "\"12345...\"");
    BOOST_TEST(quoted("12345", 5) == "\"12345\"");
    BOOST_TEST(quoted(std::string(1'000, 'x')).size() < 100U);
    BOOST_TEST(quoted(std::string(1'000, '\n')).size() < 100U);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
