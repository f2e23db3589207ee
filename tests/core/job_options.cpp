// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/job_options.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string_view>

BOOST_AUTO_TEST_SUITE(job_options)

namespace {

using namespace std::chrono_literals;
using cofire::job_options;

// The order of the members is part of the interface; this does not compile in another one.
constexpr job_options all{
    .id = cofire::job_id{},
    .queue = "q",
    .priority = 9,
    .max_attempts = 3,
    .delays = {1s, 2s},
    .timeout = 30s,
    .expires = 1h,
    .unique_key = "k",
    .unique_scope = cofire::unique_scope_kind::global,
    .unique_mode = cofire::unique_hold::for_a_time,
    .unique_for = 5min,
    .on_duplicate = cofire::duplicate_policy::replace,
    .limit_key = "l",
    .limit = 2,
    .zone = "Asia/Tehran",
    .misfire = cofire::misfire_policy::all,
    .overlap = cofire::overlap_policy::queue_one,
    .on_exhausted = cofire::exhausted_policy::delete_job,
    .durability = cofire::durability_level::none,
    .tags = {"a", "b"}};

void check_all(job_options const& o) {
    BOOST_TEST(o.id.has_value());
    BOOST_TEST((o.queue == "q"));
    BOOST_TEST((o.priority == 9));
    BOOST_TEST((o.max_attempts == 3));
    BOOST_TEST((o.delays.size() == 2 && o.delays[1] == 2s));
    BOOST_TEST((o.timeout == 30s));
    BOOST_TEST((o.expires == 1h));
    BOOST_TEST((o.unique_key == "k"));
    BOOST_TEST((o.unique_scope == cofire::unique_scope_kind::global));
    BOOST_TEST((o.unique_mode == cofire::unique_hold::for_a_time));
    BOOST_TEST((o.unique_for == 5min));
    BOOST_TEST((o.on_duplicate == cofire::duplicate_policy::replace));
    BOOST_TEST((o.limit_key == "l"));
    BOOST_TEST((o.limit == 2));
    BOOST_TEST((o.zone == "Asia/Tehran"));
    BOOST_TEST((o.misfire == cofire::misfire_policy::all));
    BOOST_TEST((o.overlap == cofire::overlap_policy::queue_one));
    BOOST_TEST((o.on_exhausted == cofire::exhausted_policy::delete_job));
    BOOST_TEST((o.durability == cofire::durability_level::none));
    BOOST_TEST((o.tags.size() == 2 && o.tags[0] == "a"));
}

BOOST_AUTO_TEST_CASE(what_is_not_set_comes_from_below) {
    check_all(merge(job_options{}, all));
    check_all(merge(all, job_options{}));
    check_all(merge(all, {.queue = "other", .tags = {"x", "y", "z"}}));
}

BOOST_AUTO_TEST_CASE(what_is_set_wins_and_lists_replace_each_other) {
    constexpr job_options upper{.queue = "u", .priority = 0, .delays = {7s}, .tags = {"c"}};
    constexpr job_options merged = merge(upper, all);
    BOOST_TEST((merged.queue == "u"));
    BOOST_TEST((merged.priority == 0));
    BOOST_TEST((merged.delays.size() == 1 && merged.delays[0] == 7s));
    BOOST_TEST((merged.tags.size() == 1 && merged.tags[0] == "c"));
    BOOST_TEST((merged.max_attempts == 3));
}

BOOST_AUTO_TEST_CASE(nothing_set_stays_so) {
    constexpr job_options merged = merge(job_options{}, job_options{});
    BOOST_TEST(!merged.queue.has_value());
    BOOST_TEST(!merged.limit.has_value());
    BOOST_TEST(merged.tags.empty());
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
