// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Random scripts against the naive model, by the whole journal on a simulated disk; and random
// workloads of the simulation on it.

#include "differential/check.hpp"
#include "journal_subject.hpp"
#include "simulation/random_workload.hpp"
#include "support/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>

BOOST_AUTO_TEST_SUITE(journal_random)

namespace {

using namespace cofire::journal_tests;
using cofire::differential::command;
using cofire::differential::command_kind;
using cofire::differential::script;

// COFIRE_SCRIPTS and COFIRE_FIRST_SEED say how many scripts to run, and from which seed on.
using cofire_tests::asked;

std::unique_ptr<cofire::differential::subject> make_journal(cofire::table_limits const& limits) {
    return std::make_unique<journal_subject>(limits);
}

/// The same commands with the death of the process after each, and a server for the next one.
script reopened_after_each(script const& from) {
    script to;
    for (command const& c : from) {
        to.push_back(c);
        to.push_back({.kind = command_kind::recover});
        to.push_back({.kind = command_kind::announce});
    }
    return to;
}

template <class Make>
void run_scripts(char const* what, std::uint64_t usual, Make const& make) {
    auto const first = asked("COFIRE_FIRST_SEED", 1);
    auto const count = asked("COFIRE_SCRIPTS", usual);
    for (std::uint64_t seed = first; seed != first + count; ++seed) {
        auto const report = cofire::differential::check_script(
            make_journal, make(seed), cofire::differential::limits_of(seed)
        );
        BOOST_REQUIRE_MESSAGE(report.empty(), "seed " << seed << ", " << report);
    }
    BOOST_TEST_MESSAGE(count << " scripts " << what);
}

BOOST_AUTO_TEST_CASE(the_journal_answers_as_the_naive_model) {
    run_scripts("against the naive model", 12, [](std::uint64_t seed) {
        return cofire::differential::random_script(seed, 200);
    });
}

BOOST_AUTO_TEST_CASE(opened_anew_after_every_command_it_answers_as_the_naive_model) {
    run_scripts("opened anew after every command", 4, [](std::uint64_t seed) {
        return reopened_after_each(cofire::differential::random_script(seed, 100));
    });
}

BOOST_AUTO_TEST_CASE(no_seed_of_the_simulation_breaks_a_rule_on_a_journal) {
    auto const first = asked("COFIRE_SIMULATION_FIRST", 1);
    auto const count = asked("COFIRE_SIMULATION_SEEDS", 8);
    for (std::uint64_t seed = first; seed != first + count; ++seed) {
        auto options = simulation_tests::options_for(seed);
        options.storage = [](cofire::clock const& c) {
            cofire::journal_options o;
            o.clock = c;
            o.segment_bytes = 256U << 10U;
            o.compact_bytes = 16U << 10U;
            return cofire::any_storage(simulated::simulated_journal(simulated::simulated_disk(), o)
            );
        };
        auto const result = simulation_tests::run_with(options);
        BOOST_REQUIRE_MESSAGE(result.problem.empty(), result.problem);
    }
    BOOST_TEST_MESSAGE(count << " seeds of the simulation");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
