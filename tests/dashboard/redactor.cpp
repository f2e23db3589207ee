// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <cofire/dashboard/detail/redactor.hpp>

namespace {

using namespace dashboard_tests;
using cofire::detail::redactor;

BOOST_AUTO_TEST_SUITE(redactor_)

BOOST_AUTO_TEST_CASE(what_is_not_hidden_stays_as_it_is_written) {
    redactor const r({"password", "login[1]"});
    std::string const numbers =
        R"([{"a": 42.0, "b":12345678901234567890123, "c":0.10, "d":1E5, "e":-0.0}, 7.50])";
    BOOST_TEST(r.hide("other", numbers) == numbers);
    BOOST_TEST(
        r.hide("login", numbers) ==
        R"([{"a": 42.0, "b":12345678901234567890123, "c":0.10, "d":1E5, "e":-0.0}, "[redacted]"])"
    );
    BOOST_TEST(
        r.hide("x", R"({"PassWord":{"deep":[1]},"o":[{"p\u0061ssword" : 1.0}], "s":"a\"}"})") ==
        R"({"PassWord":"[redacted]","o":[{"p\u0061ssword" : "[redacted]"}], "s":"a\"}"})"
    );
    BOOST_TEST(r.hide("x", "no JSON") == R"("[redacted]")");
    BOOST_TEST(r.hide("x", std::string(1000, '[') + std::string(1000, ']')) == R"("[redacted]")");
    BOOST_TEST(r.hide("x", "") == "");
    BOOST_TEST(r.hide("x", " {} ") == " {} ");
}

BOOST_AUTO_TEST_CASE(marks_are_replaced_by_what_was_there) {
    redactor const r({"password", "login[1]"});
    std::string const original = R"([{"a":42.0,"password":1.50,"b":18446744073709551616},9E2])";
    std::string const edited = R"( [{"a":43.0, "password":"[redacted]","b":1.10},"[redacted]"] )";
    BOOST_TEST(
        r.restore("login", edited, original) == R"( [{"a":43.0, "password":1.50,"b":1.10},9E2] )"
    );
    // Nothing to replace: not a byte changes.
    for (std::string const& text :
         {std::string(R"([ {"a":42.0} , 7.0 ])"),
          std::string(R"([{"a":"[redacted]"}])"),
          std::string(R"([{"password":"new"},8.0])"),
          std::string("[]"),
          std::string("no JSON")}) {
        BOOST_TEST(r.restore("login", text, original) == text);
    }
    BOOST_TEST(r.restore("x", R"([1,"[redacted]"])", original) == R"([1,"[redacted]"])");
    BOOST_TEST(r.restore("login", R"([1,"[redacted]"])", "no JSON") == R"([1,"[redacted]"])");
}

BOOST_AUTO_TEST_CASE(names_that_hide_nothing_are_refused) {
    world w;
    auto const refused = [&](std::string const& name) {
        cofire::dashboard_options o;
        o.redact = {"password", name};
        try {
            cofire::dashboard const d(w.jobs, o);
            return false;
        } catch (cofire::error const& e) {
            return e.value() == cofire::errc::bad_dashboard_option &&
                   std::string_view(e.what()).find("redact") != std::string_view::npos;
        }
    };
    for (char const* good : {"token", "api key", "login[0]", "mailer::send[12]", "user.name"}) {
        BOOST_TEST(!refused(good), good);
    }
    for (char const* bad :
         {"",
          " token",
          "token ",
          "to\nken",
          "\x7f",
          "login[",
          "login]",
          "login[]",
          "login[x]",
          "login[-1]",
          "login[1]x",
          "login[1][2]",
          "login[99999999999999999999]",
          "[1]",
          "log in[1]"}) {
        BOOST_TEST(refused(bad), bad);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
