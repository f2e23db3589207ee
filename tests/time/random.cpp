// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/time/random.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <set>

BOOST_AUTO_TEST_SUITE(random_)

namespace {

using cofire::random_source;

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_numbers) {
    random_source a{42};
    random_source b{42};
    random_source other{43};
    int same = 0;
    for (int i = 0; i != 1000; ++i) {
        auto const number = a.next();
        BOOST_TEST_REQUIRE(number == b.next());
        same += number == other.next() ? 1 : 0;
    }
    BOOST_TEST(same == 0);
    // Pinned, so that a stored seed means the same in every version.
    constexpr auto first = random_source{0}.next();
    static_assert(first == 5987356902031041503U);
}

BOOST_AUTO_TEST_CASE(below_stays_below_and_reaches_all) {
    random_source source{7};
    std::array<int, 6> counts{};
    for (int i = 0; i != 60'000; ++i) {
        auto const number = source.below(6);
        BOOST_TEST_REQUIRE(number < 6u);
        ++counts[static_cast<std::size_t>(number)];
    }
    for (int const count : counts) {
        BOOST_TEST(count > 9'500); // five standard deviations, and the seed is fixed
        BOOST_TEST(count < 10'500);
    }
    BOOST_TEST(source.below(1) == 0u);
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    BOOST_TEST(source.below(most) < most);
}

BOOST_AUTO_TEST_CASE(below_does_not_favour_small_numbers) {
    // With n = 3/4 of 2^64 a plain remainder would fall into the lowest third half of the time.
    constexpr std::uint64_t n = std::uint64_t{3} << 62;
    random_source source{11};
    int low = 0;
    for (int i = 0; i != 30'000; ++i) {
        low += source.below(n) < n / 3 ? 1 : 0;
    }
    BOOST_TEST(low > 9'500);
    BOOST_TEST(low < 10'500);
}

BOOST_AUTO_TEST_CASE(seeds_differ) {
    std::set<std::uint64_t> seeds;
    for (int i = 0; i != 10'000; ++i) {
        seeds.insert(cofire::random_seed());
    }
    BOOST_TEST(seeds.size() == 10'000u);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
