// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/error.hpp>
#include <cofire/handler/retry_policy.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(retry_policy)

using namespace std::chrono_literals;
using cofire::default_retry_delay;
using cofire::duration;
using cofire::retry_policy;

std::exception_ptr const logic = std::make_exception_ptr(std::logic_error("logic"));
std::exception_ptr const range = std::make_exception_ptr(std::out_of_range("range"));
std::exception_ptr const number = std::make_exception_ptr(42);

std::vector<duration> const none;

BOOST_AUTO_TEST_CASE(the_default_is_hangfires) {
    // (n-1)^4 + 15 + r * n, with r = random % 30
    BOOST_TEST((default_retry_delay(1, 0) == 15s));
    BOOST_TEST((default_retry_delay(1, 29) == 44s));
    BOOST_TEST((default_retry_delay(1, 30) == 15s));
    BOOST_TEST((default_retry_delay(2, 0) == 16s));
    BOOST_TEST((default_retry_delay(2, 7) == 30s));
    BOOST_TEST((default_retry_delay(3, 10) == 61s));
    BOOST_TEST((default_retry_delay(10, 29) == 6561s + 15s + 290s));
}

BOOST_AUTO_TEST_CASE(the_default_overflows_for_no_number) {
    constexpr int largest = std::numeric_limits<int>::max();
    constexpr auto random = std::numeric_limits<std::uint64_t>::max();
    BOOST_TEST((default_retry_delay(largest, random) == cofire::max_retry_delay));
    BOOST_TEST((default_retry_delay(7001, random) == cofire::max_retry_delay));
    BOOST_TEST((default_retry_delay(7000, random) == cofire::max_retry_delay));
    BOOST_TEST((default_retry_delay(300, 0) == cofire::max_retry_delay));
    BOOST_TEST(
        (default_retry_delay(200, 0) == duration(199LL * 199 * 199 * 199 * 1'000'000 + 15'000'000))
    );
    BOOST_TEST((default_retry_delay(0, 0) == 15s));
    BOOST_TEST((default_retry_delay(-largest, 0) == 15s));
    duration last{0};
    for (int n = 1; n != 8000; ++n) {
        auto const d = default_retry_delay(n, 0);
        BOOST_REQUIRE(d >= last);
        last = d;
    }
}

BOOST_AUTO_TEST_CASE(own_delays_in_their_order_and_the_last_repeats) {
    auto const policy = retry_policy{}.delays({1s, 10s});
    BOOST_TEST((policy.delay(1, logic, none, 99) == 1s));
    BOOST_TEST((policy.delay(2, logic, none, 99) == 10s));
    BOOST_TEST((policy.delay(3, logic, none, 99) == 10s));
    BOOST_TEST((policy.delay(1'000'000, logic, none, 99) == 10s));
}

BOOST_AUTO_TEST_CASE(the_jobs_delays_win_over_all_others) {
    std::vector<duration> const jobs{5s};
    auto const policy = retry_policy{}.delays({1s}).function([](int, std::exception_ptr) {
        return std::optional<duration>{2s};
    });
    BOOST_TEST((policy.delay(1, logic, jobs, 0) == 5s));
    BOOST_TEST((policy.delay(4, logic, jobs, 0) == 5s));
    BOOST_TEST((policy.delay(1, logic, none, 0) == 2s));
    BOOST_TEST((retry_policy{}.delay(1, logic, none, 0) == 15s));
}

BOOST_AUTO_TEST_CASE(a_function_sees_number_and_error_and_may_give_up) {
    auto const policy =
        retry_policy{}.function([](int retry, std::exception_ptr e) -> std::optional<duration> {
            try {
                std::rethrow_exception(e);
            } catch (std::out_of_range const&) {
                return std::nullopt;
            } catch (...) {
                return std::chrono::seconds(retry * 100);
            }
        });
    BOOST_TEST((policy.delay(3, logic, none, 0) == 300s));
    BOOST_TEST((policy.delay(3, number, none, 0) == 300s));
    BOOST_TEST(!policy.delay(3, range, none, 0).has_value());
}

BOOST_AUTO_TEST_CASE(a_function_that_throws_is_passed_over) {
    auto const policy =
        retry_policy{}.function([](int, std::exception_ptr) -> std::optional<duration> {
            throw std::runtime_error("no");
        });
    BOOST_TEST((policy.delay(2, logic, none, 0) == 16s));
}

BOOST_AUTO_TEST_CASE(what_a_function_says_is_bounded) {
    duration said{0};
    auto const policy =
        retry_policy{}.function([&](int, std::exception_ptr) { return std::optional(said); });
    said = -1s;
    BOOST_TEST((policy.delay(1, logic, none, 0) == 0s));
    said = duration::max();
    BOOST_TEST((policy.delay(1, logic, none, 0) == cofire::max_retry_delay));
    said = duration::min();
    BOOST_TEST((policy.delay(1, logic, none, 0) == 0s));
}

BOOST_AUTO_TEST_CASE(jitter_spreads_both_ways) {
    auto const policy = retry_policy{}.delays({100s}).jitter(0.25);
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    BOOST_TEST((policy.delay(1, logic, none, 0) == 75s));
    BOOST_TEST((policy.delay(1, logic, none, std::uint64_t{1} << 63) == 100s));
    auto const longest = *policy.delay(1, logic, none, most);
    BOOST_TEST((longest > 124s && longest <= 125s));
    auto const full = retry_policy{}.delays({cofire::max_retry_delay}).jitter(1);
    BOOST_TEST((full.delay(1, logic, none, most) == cofire::max_retry_delay));
    BOOST_TEST((full.delay(1, logic, none, 0) == 0s));
}

BOOST_AUTO_TEST_CASE(types_decide_whether) {
    BOOST_TEST(retry_policy{}.allows(logic));
    BOOST_TEST(retry_policy{}.allows(number));

    auto const only = retry_policy{}.retry_on<std::logic_error, int>();
    BOOST_TEST(only.allows(logic));
    BOOST_TEST(only.allows(range)); // derived
    BOOST_TEST(only.allows(number));
    BOOST_TEST(!only.allows(std::make_exception_ptr(std::runtime_error("x"))));

    auto const except = retry_policy{}.never_on<std::out_of_range>();
    BOOST_TEST(except.allows(logic));
    BOOST_TEST(!except.allows(range));

    auto const both = retry_policy{}.retry_on<std::logic_error>().never_on<std::out_of_range>();
    BOOST_TEST(both.allows(logic));
    BOOST_TEST(!both.allows(range));
    BOOST_TEST(!both.allows(number));
}

BOOST_AUTO_TEST_CASE(bad_values_change_nothing) {
    auto policy = retry_policy{}.delays({1s}).jitter(0);
    auto const bad_option = [](cofire::error const& e) {
        return e.value() == cofire::errc::bad_option;
    };
    BOOST_CHECK_EXCEPTION(policy.delays({2s, -1us}), cofire::error, [&](cofire::error const& e) {
        return bad_option(e) && std::string(e.what()).find("-1 us") != std::string::npos;
    });
    BOOST_CHECK_EXCEPTION(policy.jitter(1.5), cofire::error, bad_option);
    BOOST_CHECK_EXCEPTION(policy.jitter(-0.1), cofire::error, bad_option);
    BOOST_CHECK_EXCEPTION(
        policy.jitter(std::numeric_limits<double>::quiet_NaN()), cofire::error, bad_option
    );
    BOOST_TEST((policy.delay(1, logic, none, 0) == 1s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
