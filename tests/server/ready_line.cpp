// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/server/detail/ready_line.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(ready_line)

namespace {

using line = cofire::detail::ready_line;

void push(line& l, std::uint64_t number) {
    cofire::acquired_job job;
    job.epoch = number;
    l.push_back(std::move(job), nullptr);
}

std::vector<std::uint64_t> numbers(line const& l) {
    std::vector<std::uint64_t> result;
    for (cofire::detail::ready_job const& r : l.all()) {
        result.push_back(r.job.epoch);
    }
    return result;
}

BOOST_AUTO_TEST_CASE(gives_jobs_in_their_order) {
    line l;
    BOOST_TEST(l.empty());
    for (std::uint64_t i = 0; i != 3; ++i) {
        push(l, i);
    }
    BOOST_TEST(l.size() == 3U);
    BOOST_TEST(l.front().job.epoch == 0U);
    l.pop_front();
    BOOST_TEST((numbers(l) == std::vector<std::uint64_t>{1, 2}));
    l.pop_front();
    l.pop_front();
    BOOST_TEST(l.empty());
    BOOST_TEST(l.size() == 0U);
}

BOOST_AUTO_TEST_CASE(is_a_line_however_it_grows_and_shrinks) {
    line l;
    std::deque<std::uint64_t> expected;
    std::uint64_t next = 0;
    for (std::uint64_t round = 0; round != 5000; ++round) {
        for (std::uint64_t i = 0; i != round * 7 % 5; ++i) {
            push(l, next);
            expected.push_back(next++);
        }
        for (std::uint64_t i = 0; i != round * 11 % 4 && !expected.empty(); ++i) {
            BOOST_REQUIRE(l.front().job.epoch == expected.front());
            l.pop_front();
            expected.pop_front();
        }
        if (round % 97 == 0 && !expected.empty()) {
            std::size_t const at = round % expected.size();
            l.erase(at);
            expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(at));
        }
        BOOST_REQUIRE(l.size() == expected.size());
    }
    BOOST_TEST((numbers(l) == std::vector<std::uint64_t>(expected.begin(), expected.end())));
    l.clear();
    BOOST_TEST(l.empty());
    push(l, 1);
    BOOST_TEST(l.front().job.epoch == 1U);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
