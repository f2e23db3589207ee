// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/few.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

BOOST_AUTO_TEST_SUITE(few)

namespace {

using words = cofire::few<std::string_view, 3>;

static_assert(std::is_trivially_destructible_v<words>);
static_assert(words{}.empty());
static_assert(words{"a", "b"}.size() == 2 && words{"a", "b"}[1] == "b");
static_assert(!std::is_constructible_v<words, char const*, char const*, char const*, char const*>);
static_assert(!std::is_constructible_v<words, int>);
static_assert(std::is_same_v<words::value_type, std::string_view>);

struct options {
    words tags{};
};

BOOST_AUTO_TEST_CASE(a_braced_list) {
    options const o{.tags = {"x", "y", "z"}};
    std::vector<std::string_view> const copied(o.tags.begin(), o.tags.end());
    BOOST_TEST(
        copied == (std::vector<std::string_view>{"x", "y", "z"}), boost::test_tools::per_element()
    );
    BOOST_TEST(o.tags.data() == &o.tags[0]);
    BOOST_TEST(options{}.tags.empty());
}

BOOST_AUTO_TEST_CASE(elements_are_converted) {
    using namespace std::chrono_literals;
    cofire::few<std::chrono::microseconds, 4> const delays{1s, 2ms};
    BOOST_TEST((delays[0] == 1'000'000us && delays[1] == 2'000us));
    std::string const text = "from a string";
    words const w{text, "and a literal"};
    BOOST_TEST(w[0] == "from a string");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
