// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/function_job.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace job_tests::functions {

namespace asio = boost::asio;

struct address {
    std::string street;
    int number = 1;
};
BOOST_DESCRIBE_STRUCT(address, (), (street, number))

// None of these is defined: who enqueues needs the declaration only. It shows when this links, with
// debug information, on clang too.
asio::awaitable<void> notify(std::string user);
asio::awaitable<std::size_t> backup(cofire::job_context& ctx, std::string const& database) noexcept;
void narrow(std::int8_t, std::uint16_t, float, bool);
void wide(std::int64_t, std::uint64_t, double);
void ship(address to, std::chrono::milliseconds in);
struct mailer {
    asio::awaitable<void> send(std::string to) const;
};

// Those that are decoded, too, are: a server links them.
inline void nothing() {}
inline void optional_end(int, std::optional<int>, std::optional<std::string>) {}
inline void optional_middle(std::optional<int>, int) {}
inline int add(int a, std::vector<int> const& b) {
    return a + static_cast<int>(b.size());
}
inline void deliver(address, int) {}
inline void versioned(std::string, int) {}
inline void broken_upgrade(int) {}

} // namespace job_tests::functions

template <>
struct cofire::job_traits<job_tests::functions::versioned> {
    static constexpr std::uint32_t version = 3;
    // 1: ["text"]; 2: ["text", number]; 3: the number is in other units.
    static boost::json::value upgrade(boost::json::value stored, std::uint32_t from) {
        boost::json::array& a = stored.as_array();
        if (from == 1) {
            a.push_back(5);
        } else {
            a.at(1) = a.at(1).as_int64() * 1000;
        }
        return stored;
    }
};

template <>
struct cofire::job_traits<job_tests::functions::broken_upgrade> {
    static constexpr std::uint32_t version = 2;
    static boost::json::value upgrade(boost::json::value, std::uint32_t) {
        throw std::runtime_error("cannot");
    }
};

BOOST_AUTO_TEST_SUITE(function_job)
namespace {

namespace jobs = job_tests::functions;
template <auto F>
using job = cofire::function_job<F>;

template <class F>
std::string message_of(cofire::errc code, F f) {
    try {
        f();
    } catch (cofire::error const& e) {
        BOOST_TEST((e.value() == code));
        return e.what();
    }
    BOOST_ERROR("nothing was thrown");
    return "";
}

void refused(std::string const& what, std::string_view part) {
    BOOST_TEST_CONTEXT(what) BOOST_TEST((what.find(part) != what.npos));
}

template <auto F>
void decode_refused(std::string_view json, std::string_view part) {
    refused(message_of(cofire::errc::bad_arguments, [&] { (void)job<F>::decode(json); }), part);
}

BOOST_AUTO_TEST_CASE(arguments_become_an_array_without_the_context) {
    BOOST_TEST(job<jobs::notify>::encode("alice") == R"(["alice"])");
    BOOST_TEST(job<jobs::backup>::encode(std::string("crm")) == R"(["crm"])");
    BOOST_TEST(job<&jobs::mailer::send>::encode(std::string_view("a@b")) == R"(["a@b"])");
    BOOST_TEST(job<jobs::nothing>::encode() == "[]");
    BOOST_TEST(job<jobs::wide>::encode(1, 2, 3) == "[1,2,3]");
    BOOST_TEST(job<jobs::narrow>::encode(-1, 2L, 0.1, true) == "[-1,2,0.1,true]");
    jobs::address const home{"Naqsh-e Jahan", 2};
    BOOST_TEST(
        job<jobs::ship>::encode(home, std::chrono::seconds(2)) ==
        R"([{"street":"Naqsh-e Jahan","number":2},2000])"
    );
    BOOST_TEST(job<jobs::nothing>::name == "job_tests::functions::nothing");
}

BOOST_AUTO_TEST_CASE(results_and_arguments_are_told) {
    BOOST_TEST((std::is_same_v<job<jobs::backup>::result, std::size_t>));
    BOOST_TEST((std::is_same_v<job<jobs::add>::result, int>));
    BOOST_TEST(std::is_void_v<job<jobs::notify>::result>);
    BOOST_TEST((std::is_same_v<job<jobs::add>::arguments, std::tuple<int, std::vector<int>>>));
}

BOOST_AUTO_TEST_CASE(they_come_back) {
    auto const arguments =
        job<jobs::add>::decode(job<jobs::add>::encode(3, std::vector<int>{1, 2}));
    BOOST_TEST(std::get<0>(arguments) == 3);
    BOOST_TEST(std::get<1>(arguments).size() == 2U);
    BOOST_TEST(std::apply(jobs::add, arguments) == 5);
    BOOST_TEST((job<jobs::nothing>::decode("[]") == std::tuple<>()));
}

BOOST_AUTO_TEST_CASE(integers_of_another_width_or_sign_are_checked_when_known) {
    using j = job<jobs::narrow>;
    auto const encode = [](auto a, auto b) { (void)j::encode(a, b, 1.0F, true); };
    auto const bad = [&](auto a, auto b, std::string_view part) {
        refused(message_of(cofire::errc::bad_arguments, [&] { encode(a, b); }), part);
    };
    encode(-128, 65535);
    bad(128,
        0,
        "job_tests::functions::narrow: $[0]: expected an integer from -128 to 127, found 128");
    bad(0, -1, "$[1]: expected an integer from 0 to 65535, found -1");
    bad(0, std::numeric_limits<std::uint64_t>::max(), "found 18446744073709551615");
    auto const big = std::numeric_limits<std::uint64_t>::max();
    refused(
        message_of(
            cofire::errc::bad_arguments, [&] { (void)job<jobs::wide>::encode(big, 0, 0.0); }
        ),
        "$[0]: expected an integer from -9223372036854775808"
    );
    BOOST_TEST(job<jobs::wide>::encode(0, big, 0.0) == "[0,18446744073709551615,0]");
}

BOOST_AUTO_TEST_CASE(numbers_that_a_floating_parameter_cannot_hold_are_refused) {
    auto const bad = [](auto value, std::string_view part) {
        refused(
            message_of(
                cofire::errc::bad_arguments, [&] { (void)job<jobs::wide>::encode(0, 0, value); }
            ),
            part
        );
    };
    bad((std::int64_t(1) << 53) + 1, "$[2]: a floating-point parameter cannot hold the integer");
    bad(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
    bad(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
    bad(std::numeric_limits<double>::quiet_NaN(), "JSON has no infinity and no NaN");
    BOOST_TEST(
        job<jobs::wide>::encode(0, 0, std::numeric_limits<std::int64_t>::min()) ==
        "[0,0,-9223372036854775808]"
    );
    refused(
        message_of(
            cofire::errc::bad_arguments, [] { (void)job<jobs::narrow>::encode(0, 0, 1e39, true); }
        ),
        "$[2]: a float cannot hold the number 1e+39"
    );
}

BOOST_AUTO_TEST_CASE(text_is_checked) {
    refused(
        message_of(cofire::errc::bad_arguments, [] { (void)job<jobs::notify>::encode("\xFF"); }),
        "$[0]: the text is not UTF-8"
    );
    char const* none = nullptr;
    refused(
        message_of(cofire::errc::bad_arguments, [&] { (void)job<jobs::notify>::encode(none); }),
        "$[0]: a null pointer as text"
    );
    char const buffer[8] = "abc";
    BOOST_TEST(job<jobs::notify>::encode(buffer) == R"(["abc"])");
}

BOOST_AUTO_TEST_CASE(optional_arguments_at_the_end_may_be_left_out) {
    using j = job<jobs::optional_end>;
    BOOST_TEST(j::fewest_arguments == 1U);
    BOOST_TEST(j::encode(1) == "[1]");
    BOOST_TEST(j::encode(1, std::nullopt, "x") == R"([1,null,"x"])");
    BOOST_TEST(j::encode(1, std::optional<short>(2)) == "[1,2]");
    BOOST_TEST((j::decode("[1]") == j::arguments(1, std::nullopt, std::nullopt)));
    BOOST_TEST((j::decode(R"([1,null,"x"])") == j::arguments(1, std::nullopt, "x")));
    BOOST_TEST(job<jobs::optional_middle>::fewest_arguments == 2U);
    BOOST_TEST(job<jobs::optional_middle>::encode(std::nullopt, 1) == "[null,1]");
}

BOOST_AUTO_TEST_CASE(what_the_function_does_not_take_is_refused) {
    decode_refused<jobs::optional_end>("[]", "$: expected 1 to 3 elements, found 0");
    decode_refused<jobs::optional_end>("[1,2,\"x\",4]", "found 4");
    decode_refused<jobs::add>("[1]", "$: expected 2 elements, found 1");
    decode_refused<jobs::add>(
        "{}", "job_tests::functions::add: $: expected an array, found an object"
    );
    decode_refused<jobs::add>(R"([1,[2,"x"]])", R"($[1][1]: expected an integer, found "x")");
    decode_refused<jobs::deliver>(R"([{"street":1},2])", "$[0].street: expected a string, found 1");
    decode_refused<jobs::add>("[1,", "not JSON");
    message_of(cofire::errc::json_too_deep, [] {
        (void)job<jobs::nothing>::decode(std::string(65, '[') + std::string(65, ']'));
    });
}

BOOST_AUTO_TEST_CASE(older_arguments_are_brought_up_step_by_step) {
    using j = job<jobs::versioned>;
    BOOST_TEST((j::decode(R"(["x"])", 1) == j::arguments("x", 5000)));
    BOOST_TEST((j::decode(R"(["x",7])", 2) == j::arguments("x", 7000)));
    BOOST_TEST((j::decode(R"(["x",7])", 3) == j::arguments("x", 7)));
    BOOST_TEST((j::decode(R"(["x",7])") == j::arguments("x", 7)));
    BOOST_TEST((j::decode(R"(["x",7])", 0) == j::arguments("x", 7)));
}

BOOST_AUTO_TEST_CASE(later_versions_and_failed_upgrades_are_refused) {
    refused(
        message_of(
            cofire::errc::bad_arguments, [] { (void)job<jobs::versioned>::decode("[]", 4); }
        ),
        "of version 4, this program knows versions up to 3"
    );
    refused(
        message_of(
            cofire::errc::bad_arguments, [] { (void)job<jobs::broken_upgrade>::decode("[1]", 1); }
        ),
        "the upgrade from version 1 failed: cannot"
    );
    // What Boost.JSON throws when the stored text is not what the upgrade expects.
    message_of(cofire::errc::bad_arguments, [] { (void)job<jobs::versioned>::decode("{}", 1); });
}

BOOST_AUTO_TEST_CASE(what_is_accepted_is_known_at_compile_time) {
    using narrow = job<jobs::narrow>;
    static_assert(narrow::accepts<int, int&, double, bool>());
    static_assert(!narrow::accepts<double, int, double, bool>());
    static_assert(!narrow::accepts<int, int, double, char const*>());
    static_assert(!narrow::accepts<int, int, double, int>());
    static_assert(!narrow::accepts<int, int, double>());
    static_assert(!narrow::accepts<std::integral_constant<int, 300>, int, float, bool>());
    static_assert(narrow::accepts<std::integral_constant<int, 127>, int, float, bool>());
    using text = job<jobs::notify>;
    static_assert(text::accepts<char const(&)[3]>());
    static_assert(text::accepts<std::string&>());
    static_assert(!text::accepts<std::nullptr_t>());
    static_assert(!text::accepts<int>());
    static_assert(!text::accepts<>());
    using ship = job<jobs::ship>;
    static_assert(ship::accepts<jobs::address const&, std::chrono::seconds>());
    static_assert(!ship::accepts<jobs::address const&, std::chrono::nanoseconds>());
    static_assert(!ship::accepts<jobs::address const&, int>());
    static_assert(
        ship::accepts<jobs::address, std::chrono::seconds>() ==
        cofire::detail::rvalue_aggregates_are_safe
    );
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(the_schema_describes_the_array) {
    BOOST_TEST(
        job<jobs::optional_end>::schema() ==
        R"({"title":"job_tests::functions::optional_end","type":"array","prefixItems":[)"
        R"({"type":"integer","minimum":-2147483648,"maximum":2147483647},)"
        R"({"anyOf":[{"type":"integer","minimum":-2147483648,"maximum":2147483647},{"type":"null"}]},)"
        R"({"anyOf":[{"type":"string"},{"type":"null"}]}],"items":false,"minItems":1})"
    );
    BOOST_TEST(
        job<jobs::nothing>::schema() ==
        R"({"title":"job_tests::functions::nothing","type":"array","prefixItems":[],"items":false,"minItems":0})"
    );
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
