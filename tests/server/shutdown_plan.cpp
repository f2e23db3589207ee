// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/server/detail/shutdown_plan.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(shutdown_plan)

namespace {

using namespace std::chrono_literals;
using plan = cofire::detail::shutdown_plan;
using action = plan::action;

constexpr cofire::steady_point t0{1000s};

BOOST_AUTO_TEST_CASE(does_nothing_before_it_begins) {
    plan p(5s, 8s);
    BOOST_TEST(!p.begun());
    BOOST_TEST(!p.next_at().has_value());
    BOOST_TEST((p.due(t0 + 100s) == action::none));
    p.hurry(1); // is kept for the beginning
    BOOST_TEST((p.due(t0) == action::none));
    p.begin(t0);
    BOOST_TEST((p.due(t0) == action::cancel));
    BOOST_TEST((p.due(t0) == action::none));
}

BOOST_AUTO_TEST_CASE(gives_each_step_once_at_its_time) {
    plan p(5s, 8s);
    p.begin(t0);
    p.begin(t0 + 3s); // changes nothing
    BOOST_TEST((p.due(t0 + 5s - 1us) == action::none));
    BOOST_TEST((*p.next_at() == t0 + 5s));
    BOOST_TEST((p.due(t0 + 5s) == action::cancel));
    BOOST_TEST((p.due(t0 + 5s) == action::none));
    BOOST_TEST((*p.next_at() == t0 + 8s));
    BOOST_TEST((p.due(t0 + 8s) == action::hand_back));
    BOOST_TEST(p.over());
    BOOST_TEST((p.due(t0 + 9s) == action::none));
    BOOST_TEST(!p.next_at().has_value());
}

BOOST_AUTO_TEST_CASE(gives_both_steps_after_a_long_sleep) {
    plan p(5s, 8s);
    p.begin(t0);
    BOOST_TEST((p.due(t0 + 60s) == action::cancel));
    BOOST_TEST((p.due(t0 + 60s) == action::hand_back));
    BOOST_TEST((p.due(t0 + 60s) == action::none));
}

BOOST_AUTO_TEST_CASE(hurries_one_step_a_call) {
    plan p(5s, 8s);
    p.begin(t0);
    p.hurry(1);
    BOOST_TEST((p.due(t0) == action::cancel));
    BOOST_TEST((p.due(t0) == action::none));
    BOOST_TEST((*p.next_at() == t0 + 8s));
    p.hurry(1);
    BOOST_TEST((p.due(t0) == action::hand_back));
    p.hurry(1);
    BOOST_TEST((p.due(t0) == action::none));
}

BOOST_AUTO_TEST_CASE(hurries_both_steps_for_two_calls) {
    plan p(5s, 8s);
    p.begin(t0);
    p.hurry(2);
    BOOST_TEST((p.due(t0) == action::cancel));
    BOOST_TEST((p.due(t0) == action::hand_back));
}

BOOST_AUTO_TEST_CASE(takes_the_longest_times) {
    plan p(cofire::duration::max(), cofire::duration::max());
    p.begin(t0);
    BOOST_TEST((*p.next_at() > t0));
    BOOST_TEST((p.due(t0 + 1000h) == action::none));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
