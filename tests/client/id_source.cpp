// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/client/id_source.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(id_source)
namespace {

using namespace std::chrono_literals;

constexpr cofire::time_point now{1'700'000'000s};

BOOST_AUTO_TEST_CASE(ids_are_of_version_7_and_hold_the_time) {
    cofire::detail::id_source ids(cofire::random_source(1));
    cofire::job_id const id = ids.next(now + 1234us);
    BOOST_CHECK_EQUAL(id.to_string()[14], '7');
    BOOST_CHECK(id.made_at() == now + 1ms);
}

BOOST_AUTO_TEST_CASE(ids_grow_within_a_millisecond) {
    cofire::detail::id_source ids(cofire::random_source(1));
    cofire::job_id last = ids.next(now);
    for (int i = 0; i != 100'000; ++i) {
        cofire::job_id const id = ids.next(now);
        BOOST_REQUIRE(id > last);
        last = id;
    }
    BOOST_CHECK(last.made_at() - now < 1s);
}

BOOST_AUTO_TEST_CASE(ids_grow_when_the_clock_is_set_back) {
    cofire::detail::id_source ids(cofire::random_source(1));
    cofire::job_id const first = ids.next(now);
    cofire::job_id const second = ids.next(now - 1h);
    cofire::job_id const third = ids.next(now + 1ms);
    BOOST_CHECK(first < second);
    BOOST_CHECK(second < third);
    BOOST_CHECK(third.made_at() == now + 1ms);
}

BOOST_AUTO_TEST_CASE(times_before_1970_do_not_matter) {
    cofire::detail::id_source ids(cofire::random_source(1));
    cofire::job_id const first = ids.next(cofire::time_point{-1h});
    BOOST_CHECK(!first.is_nil());
    BOOST_CHECK(first < ids.next(cofire::time_point{-1h}));
    BOOST_CHECK(ids.next(now).made_at() == now);
}

BOOST_AUTO_TEST_CASE(the_seed_decides) {
    cofire::detail::id_source a(cofire::random_source(7));
    cofire::detail::id_source b(cofire::random_source(7));
    cofire::detail::id_source c(cofire::random_source(8));
    cofire::job_id const first = a.next(now);
    BOOST_CHECK(first == b.next(now));
    BOOST_CHECK(first != c.next(now));
}

BOOST_AUTO_TEST_CASE(threads_get_different_ids) {
    cofire::detail::id_source ids(cofire::random_source(1));
    std::vector<std::vector<cofire::job_id>> made(4);
    std::vector<std::thread> threads;
    for (auto& mine : made) {
        threads.emplace_back([&ids, &mine] {
            for (int i = 0; i != 5'000; ++i) {
                mine.push_back(ids.next(now));
            }
        });
    }
    for (std::thread& t : threads) {
        t.join();
    }
    std::vector<cofire::job_id> all;
    for (auto const& mine : made) {
        BOOST_CHECK(std::is_sorted(mine.begin(), mine.end()));
        all.insert(all.end(), mine.begin(), mine.end());
    }
    std::sort(all.begin(), all.end());
    BOOST_CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
