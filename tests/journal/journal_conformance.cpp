// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "engine_model.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using cofire::testing::conformance_cases;

// One test for each case of the suite.
struct journal_registration {
    journal_registration() {
        auto* const suite =
            new boost::unit_test::test_suite("journal_conformance", __FILE__, __LINE__);
        for (auto const& c : conformance_cases()) {
            if (conformance_skip_reason(c, journal_tests::journal_model()).empty()) {
                suite->add(boost::unit_test::make_test_case(
                    [&c] { run_conformance_case(c, journal_tests::journal_model()); },
                    std::string(c.name),
                    __FILE__,
                    __LINE__
                ));
            }
        }
        boost::unit_test::framework::master_test_suite().add(suite);
    }
} const journal_at_start;

} // namespace
