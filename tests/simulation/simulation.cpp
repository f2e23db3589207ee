// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "random_workload.hpp"
#include "support/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace simulation_tests;
using cofire::testing::simulated_server;
using cofire::testing::simulation;
using cofire::testing::simulation_failure;
using cofire::testing::simulation_faults;
using cofire::testing::simulation_options;

using cofire_tests::asked;

simulation_options quiet(std::uint64_t seed = 1) {
    simulation_options o;
    o.seed = seed;
    o.faults = simulation_faults::none();
    o.steps = 0;
    return o;
}

/// What run() says is wrong; empty: nothing.
std::string problem_of(simulation& s) {
    try {
        s.run();
    } catch (simulation_failure const& e) {
        return e.what();
    }
    return {};
}

bool contains(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(simulation_test)

// COFIRE_SIMULATION_SEEDS and COFIRE_SIMULATION_FIRST ask for more, or for one of them.
BOOST_AUTO_TEST_CASE(no_seed_breaks_a_rule) {
    auto const first = asked("COFIRE_SIMULATION_FIRST", 1);
    auto const count = asked("COFIRE_SIMULATION_SEEDS", 100);
    std::uint64_t runs = 0;
    for (std::uint64_t seed = first; seed != first + count; ++seed) {
        auto const result = run_seed(seed);
        BOOST_REQUIRE_MESSAGE(result.problem.empty(), result.problem);
        runs += result.runs;
    }
    BOOST_TEST(runs > count * 10);
}

// A storage failed, and answered then that the lease was lost: the server stopped with that as its error.
BOOST_AUTO_TEST_CASE(a_seed_that_found_something) {
    auto const result = run_seed(92461);
    BOOST_TEST(result.problem.empty(), result.problem);
}

// A job that had expired when it was requeued began again: that was taken for a lost count.
BOOST_AUTO_TEST_CASE(a_seed_that_found_a_fault_of_the_checker) {
    auto const result = run_seed(63441);
    BOOST_TEST(result.problem.empty(), result.problem);
}

// A server that was stopped among faults gave up just after the last of them.
BOOST_AUTO_TEST_CASE(a_seed_that_found_a_fault_of_the_simulation) {
    auto const result = run_seed(65803);
    BOOST_TEST(result.problem.empty(), result.problem);
}

// A settle and an acquire crossed, and the server did not ask again for what the settle had made room for.
BOOST_AUTO_TEST_CASE(a_seed_that_found_a_fault_of_the_server) {
    auto const result = run_seed(97493);
    BOOST_TEST(result.problem.empty(), result.problem);
}

BOOST_AUTO_TEST_CASE(a_seed_takes_the_same_course_each_time) {
    for (std::uint64_t seed : {7U, 8U, 9U}) {
        auto const once = run_seed(seed);
        auto const again = run_seed(seed);
        BOOST_TEST(once.fingerprint == again.fingerprint);
        BOOST_TEST(once.events == again.events);
    }
    BOOST_TEST(run_seed(7).fingerprint != run_seed(8).fingerprint);
}

BOOST_AUTO_TEST_CASE(a_client_that_throws_fails_the_run) {
    simulation s(quiet(17));
    s.add_client([](cofire::client) -> asio::awaitable<void> {
        throw std::runtime_error("out of cheese");
        co_return;
    });
    auto const problem = problem_of(s);
    BOOST_TEST(contains(problem, "seed 17: a client's work threw: out of cheese"));
}

BOOST_AUTO_TEST_CASE(work_that_does_not_end_fails_the_run_and_names_the_job) {
    auto options = quiet();
    options.most_steps = 20;
    simulation s(options);
    diary d;
    s.on_server([&d](simulated_server& p) { set_up(p, d); });
    s.add_client([](cofire::client jobs) -> asio::awaitable<void> {
        auto op = jobs.enqueue<act>(1, "e", 0);
        co_await std::move(op);
    });
    auto const problem = problem_of(s);
    BOOST_TEST(contains(problem, "I1: job 1 is stuck: processing"));
    BOOST_TEST(contains(problem, "run starts, job 1"));
}

BOOST_AUTO_TEST_CASE(a_check_that_fails_names_the_seed) {
    simulation s(quiet(23));
    s.run();
    s.check("so it is", true);
    try {
        s.check("one is two", false);
        BOOST_ERROR("no exception");
    } catch (simulation_failure const& e) {
        BOOST_TEST(contains(e.what(), "seed 23: not so: one is two"));
    }
}

BOOST_AUTO_TEST_CASE(a_process_that_dies_loses_its_runs_and_comes_back) {
    auto options = quiet();
    options.faults.deaths = 20;
    options.steps = 2000;
    options.servers = 2;
    simulation s(options);
    diary d;
    int started = 0;
    s.on_server([&](simulated_server& p) {
        ++started;
        set_up(p, d);
    });
    s.add_client([&s](cofire::client jobs) -> asio::awaitable<void> {
        for (int i = 0; i != 20; ++i) {
            auto op = jobs.enqueue<act>(i, "w", 2000);
            co_await std::move(op);
            auto pause = s.sleep_for(300ms);
            co_await std::move(pause);
        }
    });
    s.run();
    BOOST_TEST(started > 2);
    bool any_lost = false;
    for (cofire::job_record const& job : s.jobs()) {
        any_lost = any_lost || job.lost != 0;
        BOOST_TEST(cofire::is_final(job.state));
    }
    BOOST_TEST(any_lost);
}

BOOST_AUTO_TEST_CASE(a_process_that_stands_still_for_longer_than_its_lease_loses_its_runs) {
    auto options = quiet();
    options.faults.stalls = 30;
    options.lease = 1s;
    options.steps = 2000;
    simulation s(options);
    diary d;
    s.on_server([&](simulated_server& p) { set_up(p, d); });
    s.add_client([&s](cofire::client jobs) -> asio::awaitable<void> {
        for (int i = 0; i != 20; ++i) {
            auto op = jobs.enqueue<act>(i, "w", 1000);
            co_await std::move(op);
            auto pause = s.sleep_for(200ms);
            co_await std::move(pause);
        }
    });
    s.run();
    bool any_lost = false;
    for (cofire::job_record const& job : s.jobs()) {
        any_lost = any_lost || job.lost != 0;
    }
    BOOST_TEST(any_lost);
    BOOST_TEST(contains(s.history().last(1'000'000), "is taken for dead"));
}

BOOST_AUTO_TEST_CASE(repeat_goes_on_until_the_storage_takes_it) {
    auto options = quiet();
    options.faults.failed_calls = 700;
    simulation s(options);
    diary d;
    s.on_server([&](simulated_server& p) { set_up(p, d); });
    int tries = 0;
    s.add_client([&](cofire::client jobs) -> asio::awaitable<void> {
        for (int i = 0; i != 10; ++i) {
            auto const make = [&] {
                ++tries;
                return jobs.enqueue<act>(1, "o", 0);
            };
            auto op = s.repeat(make);
            co_await std::move(op);
        }
    });
    s.run();
    BOOST_TEST(tries > 10);
    BOOST_TEST(s.jobs().size() == 10U);
}

BOOST_AUTO_TEST_CASE(it_runs_once) {
    simulation s(quiet());
    s.run();
    BOOST_CHECK_THROW(s.run(), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
