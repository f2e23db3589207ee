// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/codec.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace job_tests::codec {

enum class color { red, green };
BOOST_DESCRIBE_ENUM(color, red, green)
enum class level : unsigned char { low = 1, high = 200 };

struct animal {
    int legs = 4;
};
BOOST_DESCRIBE_STRUCT(animal, (), (legs))
struct cat : animal {
    std::string name = "cat";
    std::vector<cat> kittens;
};
BOOST_DESCRIBE_STRUCT(cat, (animal), (name, kittens))

struct address {
    std::string street;
    std::string city = "Isfahan";
    static constexpr std::array required{"street"};
};
BOOST_DESCRIBE_STRUCT(address, (), (street, city))

struct exact {
    int a = 1;
    static constexpr bool strict = true;
};
BOOST_DESCRIBE_STRUCT(exact, (), (a))

class money { // private members, conversions of its own
public:
    explicit money(long cents) : cents_(cents) {}
    long cents() const { return cents_; }
    friend void tag_invoke(boost::json::value_from_tag, boost::json::value& to, money const& m) {
        if (m.cents_ == 13) {
            throw std::runtime_error("unlucky");
        }
        to = {{"cents", m.cents_}};
    }
    friend money tag_invoke(boost::json::value_to_tag<money>, boost::json::value const& from) {
        return money(static_cast<long>(from.as_object().at("cents").as_int64()));
    }

private:
    long cents_;
};

struct bill {
    std::optional<double> total;
    std::map<std::string, std::array<int, 2>> lines;
    std::chrono::milliseconds due{5};
    std::chrono::sys_time<std::chrono::seconds> made{};
    cofire::job_id job{};
    color paint = color::red;
    std::tuple<int, std::string> pair{7, "x"};
    std::vector<bool> flags;
};
BOOST_DESCRIBE_STRUCT(bill, (), (total, lines, due, made, job, paint, pair, flags))

} // namespace job_tests::codec

BOOST_AUTO_TEST_SUITE(codec)
namespace {

namespace types = job_tests::codec;
using cofire::decode_value;
using cofire::encode_value;
using cofire::errc;

// The message of the error that `f` throws; it must have `code`.
template <class F>
std::string message_of(errc code, F f) {
    try {
        f();
    } catch (cofire::error const& e) {
        BOOST_TEST((e.value() == code));
        return e.what();
    }
    BOOST_ERROR("nothing was thrown");
    return "";
}

template <class T>
std::string decode_error(std::string_view json, errc code = errc::bad_result) {
    return message_of(code, [&] { (void)decode_value<T>(json); });
}

bool contains(std::string const& text, std::string_view part) {
    bool const found = text.find(part) != text.npos;
    BOOST_TEST_CONTEXT(text) BOOST_TEST(found);
    return found;
}

template <class T>
void round_trip(T const& value, std::string_view json) {
    BOOST_TEST(encode_value(value) == json);
    BOOST_TEST((decode_value<T>(json) == value));
}

BOOST_AUTO_TEST_CASE(simple_values) {
    round_trip(true, "true");
    round_trip(false, "false");
    round_trip(std::string("a"), R"("a")");
    round_trip(std::optional<int>(), "null");
    round_trip(std::optional<int>(3), "3");
    BOOST_TEST(encode_value("literal") == R"("literal")");
    BOOST_TEST(encode_value(std::string_view("view")) == R"("view")");
}

BOOST_AUTO_TEST_CASE(integers_are_exact_to_their_limits) {
    round_trip(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
    round_trip(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
    round_trip(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
    round_trip(std::int8_t(-128), "-128");
    round_trip(std::uint8_t(255), "255");
    BOOST_TEST(decode_value<int>("3.0") == 3);
    BOOST_TEST(decode_value<int>("2e3") == 2000);
    BOOST_TEST(decode_value<unsigned>("-0") == 0U);
}

BOOST_AUTO_TEST_CASE(integers_out_of_range_are_refused) {
    contains(
        decode_error<std::int8_t>("128"), "$: expected an integer from -128 to 127, found 128"
    );
    contains(decode_error<std::int8_t>("-129"), "found -129");
    contains(decode_error<std::uint8_t>("-1"), "from 0 to 255, found -1");
    contains(decode_error<std::int64_t>("9223372036854775808"), "found 9223372036854775808");
    contains(decode_error<std::uint64_t>("18446744073709551616"), "expected an integer");
    contains(decode_error<int>("1.5"), "expected an integer, found 1.5");
    contains(decode_error<std::int64_t>("9007199254740994.0"), "expected an integer");
    contains(decode_error<int>("true"), "found true");
    contains(decode_error<bool>("1"), "expected true or false, found 1");
}

BOOST_AUTO_TEST_CASE(floating_numbers_come_back_bit_by_bit) {
    std::uint64_t seed = 88172645463325252U; // xorshift: the same numbers every time
    int wrong = 0;
    for (int i = 0; i != 20000; ++i) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        auto const d = std::bit_cast<double>(seed);
        auto const f = std::bit_cast<float>(static_cast<std::uint32_t>(seed));
        if (std::isfinite(d)) {
            wrong += std::bit_cast<std::uint64_t>(decode_value<double>(encode_value(d))) != seed;
        }
        if (std::isfinite(f)) {
            wrong += decode_value<float>(encode_value(f)) != f;
        }
    }
    BOOST_TEST(wrong == 0);
    BOOST_TEST(encode_value(0.1) == "0.1");
    BOOST_TEST(encode_value(0.1F) == "0.1");
    BOOST_TEST(std::signbit(decode_value<double>(encode_value(-0.0))));
    BOOST_TEST(decode_value<double>("1e-400") == 0.0);
}

BOOST_AUTO_TEST_CASE(numbers_json_cannot_hold_are_refused) {
    double const inf = std::numeric_limits<double>::infinity();
    contains(
        message_of(
            errc::bad_result,
            [&] {
                (void)encode_value(std::vector<double>{1, inf});
            }
        ),
        "$[1]: JSON has no infinity"
    );
    message_of(errc::bad_result, [&] { (void)encode_value(std::nan("")); });
    message_of(errc::bad_result, [&] {
        (void)encode_value(-std::numeric_limits<float>::infinity());
    });
    contains(decode_error<double>("1e400"), "not JSON");
    contains(decode_error<float>("1e39"), "a number that a float can hold");
    // The shortest text of the greatest one is more than it is.
    auto const greatest = std::numeric_limits<float>::max();
    BOOST_TEST(encode_value(greatest) == "3.4028235e+38");
    BOOST_TEST(decode_value<float>("3.4028235e+38") == greatest);
    BOOST_TEST(decode_value<float>("-3.4028235e+38") == -greatest);
    contains(decode_error<float>("3.4028236e38"), "a number that a float can hold");
    contains(decode_error<float>("-3.4028236e38"), "a number that a float can hold");
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_and_come_back) {
    std::string all;
    for (int c = 0; c != 128; ++c) {
        all += static_cast<char>(c);
    }
    all += "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x88"; // two, three and four bytes
    BOOST_TEST(decode_value<std::string>(encode_value(all)) == all);
    BOOST_TEST(encode_value("\"\\\n\r\t\x01/") == R"("\"\\\n\r\t\u0001/")");
    BOOST_TEST(decode_value<std::string>(R"("\ud83d\udc08")") == "\xF0\x9F\x90\x88");
    std::string const big(10000, 'x');
    BOOST_TEST(encode_value(big) == '"' + big + '"');
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf_8_is_refused) {
    for (std::string_view bad :
         {"\xC0\x80",
          "\x80",
          "\xED\xA0\x80",
          "\xF4\x90\x80\x80",
          "\xE2\x82",
          "\xFF",
          "\xF0\x80\x80\x80",
          "\xE0\x80\x80"}) {
        std::string const text = "ab" + std::string(bad);
        std::string const what = message_of(errc::bad_result, [&] {
            (void)encode_value(std::vector<std::string>{text});
        });
        contains(what, "$[0]: the text is not UTF-8: byte 0x");
        contains(what, "after \"ab\"");
    }
    decode_error<std::string>("\"\xC0\x80\"");
}

BOOST_AUTO_TEST_CASE(containers) {
    round_trip(std::vector<int>{1, 2, 3}, "[1,2,3]");
    round_trip(std::vector<int>{}, "[]");
    round_trip(std::vector<bool>{true, false}, "[true,false]");
    round_trip(std::deque<std::string>{"a"}, R"(["a"])");
    round_trip(std::set<int>{3, 1}, "[1,3]");
    round_trip(std::array<int, 2>{1, 2}, "[1,2]");
    round_trip(std::array<int, 0>{}, "[]");
    round_trip(std::tuple<int, std::string>{1, "x"}, R"([1,"x"])");
    round_trip(std::tuple<>{}, "[]");
    round_trip(std::pair<int, bool>{1, true}, "[1,true]");
    round_trip(std::map<std::string, int>{{"a", 1}, {"b\"", 2}}, R"({"a":1,"b\"":2})");
    round_trip(std::unordered_map<std::string, int>{{"a", 1}}, R"({"a":1})");
    contains(decode_error<std::array<int, 2>>("[1]"), "expected 2 elements, found 1");
    contains((decode_error<std::pair<int, int>>("[1,2,3]")), "expected 2 elements, found 3");
    contains(
        decode_error<std::vector<int>>(R"([1,"x"])"), R"($[1]: expected an integer, found "x")"
    );
    contains(
        (decode_error<std::map<std::string, int>>(R"({"a":[]})")),
        "$.a: expected an integer, found an array"
    );
}

BOOST_AUTO_TEST_CASE(enumerations_by_name_or_number) {
    round_trip(types::color::green, R"("green")");
    round_trip(types::level::high, "200");
    contains(
        decode_error<types::color>(R"("blue")"), R"(expected one of red, green, found "blue")"
    );
    contains(decode_error<types::color>("1"), "found 1");
    contains(decode_error<types::level>("300"), "from 0 to 255");
    contains(
        message_of(errc::bad_result, [] { (void)encode_value(static_cast<types::color>(7)); }),
        "no enumerator has the value 7"
    );
}

BOOST_AUTO_TEST_CASE(time_is_a_count_of_the_types_own_unit) {
    round_trip(std::chrono::milliseconds(1500), "1500");
    round_trip(std::chrono::duration<double>(1.5), "1.5");
    round_trip(cofire::time_point(std::chrono::microseconds(1)), "1");
    round_trip(std::chrono::sys_days(std::chrono::days(19000)), "19000");
    static_assert(!cofire::json_compatible<std::chrono::steady_clock::time_point>);
}

BOOST_AUTO_TEST_CASE(job_ids_are_text) {
    auto const id = cofire::job_id::make(cofire::time_point(std::chrono::hours(1)), 1, 2);
    round_trip(id, '"' + id.to_string() + '"');
    contains(
        decode_error<cofire::job_id>(R"("nonsense")"), R"(expected a job id, found "nonsense")"
    );
    decode_error<cofire::job_id>("1");
}

BOOST_AUTO_TEST_CASE(described_structs_nested_and_derived) {
    types::cat c;
    c.kittens.resize(2);
    c.kittens[1].legs = 3;
    std::string const json = encode_value(c);
    BOOST_TEST(
        json == R"({"legs":4,"name":"cat","kittens":[{"legs":4,"name":"cat","kittens":[]},)"
                R"({"legs":3,"name":"cat","kittens":[]}]})"
    );
    BOOST_TEST(encode_value(decode_value<types::cat>(json)) == json);
    contains(
        decode_error<types::cat>(R"({"kittens":[{},{"legs":"x"}]})"),
        R"($.kittens[1].legs: expected an integer, found "x")"
    );
}

BOOST_AUTO_TEST_CASE(a_struct_of_everything_comes_back) {
    types::bill b;
    b.total = 0.5;
    b.lines["x"] = {1, 2};
    b.paint = types::color::green;
    b.flags = {true};
    std::string const json = encode_value(b);
    BOOST_TEST(encode_value(decode_value<types::bill>(json)) == json);
    types::bill const defaults = decode_value<types::bill>("{}");
    BOOST_TEST((defaults.due == std::chrono::milliseconds(5)));
    BOOST_TEST(std::get<1>(defaults.pair) == "x");
}

BOOST_AUTO_TEST_CASE(absent_members_keep_their_default_unless_required) {
    auto const a = decode_value<types::address>(R"({"street":"s","unknown":[{}]})");
    BOOST_TEST(a.city == "Isfahan");
    contains(decode_error<types::address>("{}"), "$.street: required, but missing");
    contains(decode_error<types::address>(R"({"street":null})"), "expected a string, found null");
}

BOOST_AUTO_TEST_CASE(strict_structs_refuse_unknown_members) {
    BOOST_TEST(decode_value<types::exact>("{}").a == 1);
    contains(decode_error<types::exact>(R"({"a":1,"b":2})"), "$.b: unknown member");
}

BOOST_AUTO_TEST_CASE(the_last_of_equal_members_counts) {
    BOOST_TEST(decode_value<types::exact>(R"({"a":1,"a":2})").a == 2);
}

BOOST_AUTO_TEST_CASE(conversions_of_boost_json_are_used) {
    BOOST_TEST(encode_value(types::money(250)) == R"({"cents":250})");
    BOOST_TEST(decode_value<std::vector<types::money>>(R"([{"cents":7}])").front().cents() == 7);
    contains(
        message_of(errc::bad_result, [] { (void)encode_value(types::money(13)); }),
        "failed: unlucky"
    );
    contains(decode_error<types::money>("[]"), "the type's own conversion failed");
    boost::json::value const any = {1, "x", {{"a", nullptr}}};
    BOOST_TEST(encode_value(any) == R"([1,"x",{"a":null}])");
    BOOST_TEST((decode_value<boost::json::value>(encode_value(any)) == any));
}

BOOST_AUTO_TEST_CASE(depth_is_limited_alike_in_both_directions) {
    auto const nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    auto const value = decode_value<boost::json::value>(nested(64));
    BOOST_TEST(encode_value(value) == nested(64));
    decode_error<boost::json::value>(nested(65), errc::json_too_deep);
    decode_error<boost::json::value>(nested(100000), errc::json_too_deep);
    boost::json::array deeper;
    deeper.push_back(value);
    message_of(errc::json_too_deep, [&] { (void)encode_value(boost::json::value(deeper)); });
    types::cat chain;
    for (int i = 0; i != 33; ++i) {
        types::cat parent;
        parent.kittens.push_back(chain);
        chain = parent;
    }
    message_of(errc::json_too_deep, [&] { (void)encode_value(chain); });
}

BOOST_AUTO_TEST_CASE(text_that_is_no_json_is_refused) {
    for (std::string_view bad :
         {"", " ", "[1,2", "[1] x", "{a:1}", "[1,]", "nul", "01", "'a'", "\"\n\"", "// x\n1"}) {
        BOOST_TEST_CONTEXT(bad) contains(decode_error<boost::json::value>(bad), "$: not JSON: ");
    }
    BOOST_TEST(decode_value<int>(" 1 \n") == 1);
}

BOOST_AUTO_TEST_CASE(types_without_a_json_form_are_told) {
    static_assert(!cofire::json_compatible<int*>);
    static_assert(!cofire::json_compatible<char>);
    static_assert(!cofire::json_compatible<long double>);
    static_assert(!cofire::json_compatible<std::string_view>);
    static_assert(!cofire::json_compatible<std::vector<std::string_view>>);
    static_assert(!cofire::json_compatible<std::optional<char const*>>);
    static_assert(!cofire::json_compatible<std::map<int, int>>);
    static_assert(!cofire::json_compatible<std::tuple<int, void*>>);
    static_assert(cofire::json_compatible<std::vector<std::map<std::string, types::cat>> const&>);
    BOOST_TEST(true);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
