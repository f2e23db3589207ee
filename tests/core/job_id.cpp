// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/job_id.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(job_id)

namespace {

using cofire::time_point;
using namespace std::chrono_literals;

static_assert(cofire::job_id{}.is_nil());
static_assert(cofire::job_id{} == cofire::job_id{});

constexpr time_point moment{0x0123456789ABms};

BOOST_AUTO_TEST_CASE(version_7_with_the_time_first) {
    auto const id = cofire::job_id::make(moment + 999us, ~std::uint64_t{0}, ~std::uint64_t{0});
    BOOST_TEST(id.to_string() == "01234567-89ab-7fff-bfff-ffffffffffff");
    BOOST_TEST((id.made_at() == moment));
    BOOST_TEST(
        cofire::job_id::make(moment, 0, 0).to_string() == "01234567-89ab-7000-8000-000000000000"
    );
    BOOST_TEST(!cofire::job_id::make(time_point{}, 0, 0).is_nil());
}

BOOST_AUTO_TEST_CASE(later_ids_are_greater) {
    auto const early = cofire::job_id::make(moment, ~std::uint64_t{0}, ~std::uint64_t{0});
    auto const late = cofire::job_id::make(moment + 1ms, 0, 0);
    BOOST_TEST((early < late));
    BOOST_TEST((early.to_string() < late.to_string()));
}

BOOST_AUTO_TEST_CASE(text_and_back) {
    std::string const text = "01234567-89ab-7cde-8f01-23456789abcd";
    auto const id = cofire::job_id::parse(text);
    BOOST_REQUIRE(id.has_value());
    BOOST_TEST(id->to_string() == text);
    BOOST_TEST(id->bytes()[0] == 0x01);
    BOOST_TEST(id->bytes()[15] == 0xCD);
    BOOST_TEST((cofire::job_id::parse("01234567-89AB-7CDE-8F01-23456789ABCD") == id));
    BOOST_TEST((cofire::job_id(id->bytes()) == *id));
}

BOOST_AUTO_TEST_CASE(any_other_text_is_no_id) {
    std::string const good = "01234567-89ab-7cde-8f01-23456789abcd";
    for (std::size_t i = 0; i != good.size(); ++i) {
        for (char c : {'g', '-', ' ', '\0', '/', ':', '@', '`'}) {
            std::string bad = good;
            bad[i] = c;
            if (bad != good) {
                BOOST_TEST(!cofire::job_id::parse(bad).has_value());
            }
        }
        std::string shorter = good;
        BOOST_TEST(!cofire::job_id::parse(shorter.erase(i, 1)).has_value());
    }
    BOOST_TEST(!cofire::job_id::parse("").has_value());
    BOOST_TEST(!cofire::job_id::parse(good + "0").has_value());
    BOOST_TEST(!cofire::job_id::parse("{" + good + "}").has_value());
}

BOOST_AUTO_TEST_CASE(hashes_differ) {
    std::set<std::size_t> hashes;
    for (std::uint64_t n = 0; n != 1'000; ++n) {
        auto const id = cofire::job_id::make(moment, 0, n);
        hashes.insert(std::hash<cofire::job_id>{}(id));
        BOOST_TEST(std::hash<cofire::job_id>{}(id) == hash_value(id));
    }
    BOOST_TEST(hashes.size() == 1'000U);
}

// Neither the low nor the high bits of the hashes of ids made one after the other pile up.
BOOST_AUTO_TEST_CASE(hashes_spread) {
    constexpr std::size_t buckets = 1'024;
    constexpr std::uint64_t ids = 64 * buckets;
    for (unsigned step : {0U, 8U, 20U, 32U, 48U}) {
        std::array<unsigned, buckets> low{};
        std::array<unsigned, buckets> high{};
        for (std::uint64_t n = 0; n != ids; ++n) {
            auto const id = cofire::job_id::make(moment + 1ms * (n / 100), n, n << step);
            auto const hash = hash_value(id);
            ++low[hash % buckets];
            ++high[hash >> (8 * sizeof hash - 10)];
        }
        BOOST_TEST(*std::max_element(low.begin(), low.end()) < 128U);
        BOOST_TEST(*std::max_element(high.begin(), high.end()) < 128U);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
