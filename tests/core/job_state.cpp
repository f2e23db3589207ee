// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/job_state.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <string>

BOOST_AUTO_TEST_SUITE(job_state)

namespace {

using state = cofire::job_state;

static_assert(!is_final(state::processing) && is_final(state::succeeded));
static_assert(is_final(state::failed) && is_final(state::deleted));

// From each state: enqueued, scheduled, awaiting, processing, succeeded, failed, deleted.
BOOST_AUTO_TEST_CASE(the_lifecycle_table) {
    std::array<std::string, cofire::job_state_count> const expected{
        ".s.p..d", // enqueued
        "es....d", // scheduled
        "es....d", // awaiting
        "es..SFD", // processing
        "es.....", // succeeded
        "es.....", // failed
        "es.....", // deleted
    };
    for (std::size_t from = 0; from != expected.size(); ++from) {
        for (std::size_t to = 0; to != expected.size(); ++to) {
            BOOST_TEST_CONTEXT(
                to_string(static_cast<state>(from)) << " -> " << to_string(static_cast<state>(to))
            ) {
                bool const may = may_become(static_cast<state>(from), static_cast<state>(to));
                BOOST_TEST(may == (expected[from][to] != '.'));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(names_and_back) {
    for (std::size_t s = 0; s != cofire::job_state_count; ++s) {
        auto const known = static_cast<state>(s);
        BOOST_TEST((cofire::parse_job_state(to_string(known)) == known));
    }
    BOOST_TEST(to_string(state::awaiting) == "awaiting");
    for (auto bad : {"", "Enqueued", "enqueued ", "unknown", "parents"}) {
        BOOST_TEST(!cofire::parse_job_state(bad).has_value());
    }
    BOOST_TEST(to_string(static_cast<state>(77)) == "unknown");
    BOOST_TEST(to_string(cofire::job_sub_state::none) == "");
    BOOST_TEST(to_string(cofire::job_sub_state::parked_by_type) == "parked by type");
    BOOST_TEST(to_string(cofire::job_sub_state::parents) == "parents");
    BOOST_TEST(to_string(static_cast<cofire::job_sub_state>(77)) == "unknown");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
