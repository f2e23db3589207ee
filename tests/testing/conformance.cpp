// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "models.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(conformance)

namespace {

using namespace testing_tests;
using cofire::testing::conformance_case;
using cofire::testing::conformance_cases;
using cofire::testing::conformance_failure;
using cofire::testing::conformance_options;
using cofire::testing::run_conformance;

// One test of Boost.Test for each case: it is listed, chosen and reported by its name.
struct registration {
    registration() {
        auto* const suite = new boost::unit_test::test_suite(
            "memory_storage", __FILE__, __LINE__
        ); // owned by the tree
        for (auto const& c : conformance_cases()) {
            if (conformance_skip_reason(c, memory_model()).empty()) {
                suite->add(boost::unit_test::make_test_case(
                    [&c] { run_conformance_case(c, memory_model()); },
                    std::string(c.name),
                    __FILE__,
                    __LINE__
                ));
            }
        }
        boost::unit_test::framework::master_test_suite().add(suite);
    }
} const at_start;

BOOST_AUTO_TEST_CASE(there_are_cases_for_every_operation_each_with_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (auto const& c : conformance_cases()) {
        BOOST_TEST(names.insert(c.name).second, c.name);
    }
    for (std::string_view const operation :
         {"insert.",
          "acquire.",
          "settle.",
          "tick.",
          "change.",
          "recurring.",
          "queues.",
          "servers.",
          "read.",
          "wait."}) {
        BOOST_TEST(
            std::ranges::any_of(names, [&](auto name) { return name.starts_with(operation); }),
            operation
        );
    }
}

BOOST_AUTO_TEST_CASE(a_model_that_pretends_to_be_durable_is_asked_for_it) {
    auto const report = run_conformance(durable_model());
    BOOST_TEST(report.ok(), report);
    for (auto const& skip : report.skipped) {
        bool const shared = skip.name.starts_with("shared.");
        BOOST_TEST((shared || skip.name == "wait.closing_ends_it"), skip.name);
    }
}

BOOST_AUTO_TEST_CASE(a_model_with_leases_is_kept_alive_by_ticks_and_killed_by_time) {
    auto const report = run_conformance(shared_model());
    BOOST_TEST(report.ok(), report);
    for (auto const& skip : report.skipped) {
        bool const durable = skip.name.starts_with("durable.");
        BOOST_TEST((durable || skip.name == "wait.closing_ends_it"), skip.name);
    }
}

BOOST_AUTO_TEST_CASE(a_model_may_have_a_clock_and_limits_of_its_own) {
    conformance_model model;
    model.name = "on the system's clock";
    model.make = [](conformance_setup const&) { return any_storage(memory_storage()); };
    model.follows_clock = false;
    model.follows_limits = false;
    auto const report = run_conformance(model);
    BOOST_TEST(report.ok(), report);
    BOOST_TEST(report.passed > 200U);
}

BOOST_AUTO_TEST_CASE(what_does_not_apply_is_listed_as_skipped) {
    auto model = memory_model();
    model.follows_clock = false;
    model.follows_limits = false;
    auto const report = run_conformance(model, {.only = "tick."});
    BOOST_TEST(report.ok(), report);
    std::ostringstream text;
    text << report;
    BOOST_TEST(
        text.str().find("skipped tick.promotes_what_is_due: it has a clock of its own\n") !=
        std::string::npos
    );
    BOOST_TEST(text.str().ends_with(
        "memory_storage: " + std::to_string(report.passed) + " passed, 0 failed, " +
        std::to_string(report.skipped.size()) + " skipped\n"
    ));
}

BOOST_AUTO_TEST_CASE(a_failure_tells_where_it_was_seen_what_was_expected_and_what_came) {
    namespace on = cofire::testing::conformance;
    try {
        on::expect_equal(1, 2, "the number");
        BOOST_ERROR("no failure");
    } catch (conformance_failure const& e) {
        BOOST_TEST(std::string_view(e.file()).ends_with("conformance.cpp"));
        BOOST_TEST(e.line() > 0U);
        BOOST_TEST(e.expected() == "the number to be 2");
        BOOST_TEST(e.came() == "1");
    }
    BOOST_CHECK_THROW(on::expect(false, "truth"), conformance_failure);
    BOOST_CHECK_THROW(on::expect_error(cofire::errc::closed, [] {}), conformance_failure);
    BOOST_CHECK_THROW(
        on::expect_error(
            cofire::errc::closed, [] { throw cofire::error(cofire::errc::bad_id, ""); }
        ),
        conformance_failure
    );
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
