// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/core/error.hpp>
#include <cofire/job/function_job.hpp>
#include <cofire/job/quick_reader.hpp>
#include <cofire/job/struct_job.hpp>
#include <cofire/time/random.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace job_tests::quick {

boost::asio::awaitable<void> mixed(std::string, int, bool, std::uint8_t) {
    co_return;
}

struct plain {
    std::string path;
    std::int64_t width = 800;
    bool grey = false;
    friend bool operator==(plain const&, plain const&) = default;
};
BOOST_DESCRIBE_STRUCT(plain, (), (path, width, grey))

} // namespace job_tests::quick

BOOST_AUTO_TEST_SUITE(quick_reader)

namespace {

using mixed = cofire::function_job<&job_tests::quick::mixed>;
using plain = cofire::struct_job<job_tests::quick::plain>;

BOOST_AUTO_TEST_CASE(a_plain_prefix_ends_at_the_first_character_that_needs_more) {
    for (std::size_t length = 0; length != 40; ++length) {
        std::string const text(length, 'x');
        BOOST_TEST(cofire::detail::plain_prefix(text) == length);
        for (std::size_t at = 0; at != length; ++at) {
            for (int c = 0; c != 256; ++c) {
                std::string changed = text;
                changed[at] = static_cast<char>(c);
                bool const stays = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
                if (cofire::detail::plain_prefix(changed) != (stays ? length : at)) {
                    BOOST_ERROR("character " << c << " at " << at << " of " << length);
                }
            }
        }
    }
}

/// What `Job` makes of `json`, as text; or the error.
template <class Job>
std::optional<typename Job::arguments> decoded(std::string_view json, std::string& error) {
    try {
        return Job::decode(json);
    } catch (cofire::error const& e) {
        error = e.code().message();
        return std::nullopt;
    }
}

/// How many of the changed copies of `json` are read quickly. Each is read as the general way reads it,
/// to which the space before it leads.
template <class Job>
int compare(std::string const& json, std::uint64_t seed) {
    constexpr std::string_view pieces[] = {
        "\"",
        "\\",
        ",",
        ":",
        "[",
        "]",
        "{",
        "}",
        "0",
        "1",
        "-",
        ".",
        "e",
        "true",
        "false",
        " ",
        "\n",
        "é",
        "\x80",
        "\x1f",
        "null",
        "-0",
        "00",
        "9",
        "256",
        "1.0",
        "1e2",
        "\"a\"",
        "width",
        "\\u0041",
        "99999999999999999999"};
    cofire::random_source random(seed);
    int quick = 0;
    for (int i = 0; i != 20'000; ++i) {
        std::string text = json;
        for (std::uint64_t changes = random.next() % 3; changes != 0; --changes) {
            std::size_t const at = random.next() % (text.size() + 1);
            std::size_t const cut = random.next() % 3;
            std::string_view const piece = pieces[random.next() % std::size(pieces)];
            text.replace(at, cut, random.next() % 4 == 0 ? std::string_view() : piece);
        }
        typename Job::arguments read{};
        bool const is_quick = cofire::detail::read_quickly(text, read);
        std::string error;
        std::string general_error;
        auto const value = decoded<Job>(text, error);
        auto const general = decoded<Job>(" " + text, general_error);
        if (value != general || error != general_error || (is_quick && value != read)) {
            BOOST_ERROR("read in two ways: " << text);
        }
        quick += is_quick ? 1 : 0;
    }
    return quick;
}

BOOST_AUTO_TEST_CASE(it_reads_what_the_general_way_reads_and_nothing_else) {
    BOOST_TEST(compare<mixed>(R"(["some text",-17,true,200])", 1) > 1000);
    BOOST_TEST(compare<mixed>(R"(["",0,false,0])", 2) > 1000);
    BOOST_TEST(compare<plain>(R"({"path":"cat.png","width":200,"grey":true})", 3) > 1000);
}

BOOST_AUTO_TEST_CASE(it_reads_what_is_written) {
    std::tuple<std::string, int, bool, std::uint8_t> t;
    BOOST_TEST(cofire::detail::read_quickly(mixed::encode("a", -2147483648, true, 255), t));
    BOOST_TEST((t == std::tuple<std::string, int, bool, std::uint8_t>("a", -2147483648, true, 255))
    );
    job_tests::quick::plain p;
    BOOST_TEST(cofire::detail::read_quickly(plain::encode("cat.png", 5, true), p));
    BOOST_TEST((p == job_tests::quick::plain{"cat.png", 5, true}));
    BOOST_TEST(!cofire::detail::read_quickly(plain::encode("c\"t", 5, true), p)); // escapes
    static_assert(!cofire::detail::is_quick_tuple<std::tuple<double>>);
    static_assert(!cofire::detail::is_quick_tuple<std::tuple<std::optional<int>>>);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
