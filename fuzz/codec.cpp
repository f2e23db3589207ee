// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any text as the stored arguments of job types of many kinds: it is refused with a typed error in
// readable words, or what was decoded can be stored again and comes back the same.
// Input: 1 byte that chooses the type, 1 for the version, the text.

#include "fuzz.hpp"

#include <cofire/core/utf8.hpp>
#include <cofire/job/codec.hpp>
#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace fuzz_jobs {

enum class color { red, green, blue };
BOOST_DESCRIBE_ENUM(color, red, green, blue)
enum class level : signed char {};

struct address {
    std::string street;
    std::optional<std::string> city = "Isfahan";
    static constexpr std::array required{"street"};
};
BOOST_DESCRIBE_STRUCT(address, (), (street, city))

struct exact {
    bool on = true;
    static constexpr bool strict = true;
};
BOOST_DESCRIBE_STRUCT(exact, (), (on))

struct tree {
    std::string name;
    std::vector<tree> below;
    std::map<std::string, tree> named;
};
BOOST_DESCRIBE_STRUCT(tree, (), (name, below, named))

struct numbers {
    std::int8_t a = -1;
    std::uint8_t b = 2;
    std::int16_t c = -3;
    std::uint32_t d = 4;
    std::int64_t e = -5;
    std::uint64_t f = 6;
    float g = 0.5F;
    double h = -0.25;
    std::chrono::milliseconds i{7};
    std::chrono::duration<double> j{8};
    std::chrono::sys_time<std::chrono::seconds> k{};
    level l{};
};
BOOST_DESCRIBE_STRUCT(numbers, (), (a, b, c, d, e, f, g, h, i, j, k, l))

struct order : numbers {
    address to;
    std::optional<address> bill_to;
    exact only;
    color paint = color::blue;
    cofire::job_id job;
    std::vector<std::optional<int>> sizes;
    std::map<std::string, std::vector<double>> prices;
    std::set<std::string> words;
    std::deque<std::pair<bool, std::string>> notes;
    std::array<std::uint16_t, 3> three{};
    std::tuple<> nothing;
    boost::json::value any;
};
BOOST_DESCRIBE_STRUCT(
    order,
    (numbers),
    (to, bill_to, only, paint, job, sizes, prices, words, notes, three, nothing, any)
)

// Version 1 had `path`, version 2 `file` as text; now there are several.
struct crop {
    std::vector<std::string> files;
    int width = 800;
    static constexpr std::uint32_t version = 3;
    static boost::json::value upgrade(boost::json::value stored, std::uint32_t from) {
        auto& object = stored.as_object();
        boost::json::value old = object.at(from == 1 ? "path" : "file");
        if (from == 1) {
            object["file"] = std::move(old);
        } else {
            boost::json::array all;
            all.push_back(std::move(old));
            object["files"] = std::move(all);
        }
        return stored;
    }
};
BOOST_DESCRIBE_STRUCT(crop, (), (files, width))

void send(std::string, int, std::optional<double>, std::optional<std::vector<color>>) {}

// Plain ones, which are read in a way of their own.
struct plain {
    std::string path;
    int width = 800;
    std::int8_t small = -1;
    std::uint64_t large = 0;
    bool on = false;
};
BOOST_DESCRIBE_STRUCT(plain, (), (path, width, small, large, on))

void call(std::string, std::int64_t, bool, std::uint16_t) {}

} // namespace fuzz_jobs

namespace {

bool is_readable(std::string_view text) {
    while (!text.empty()) {
        auto const length = cofire::detail::utf8_sequence(text);
        if (length == 0 || static_cast<unsigned char>(text.front()) < 0x20) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

void check_error(cofire::error const& e, std::string_view text) {
    using cofire::errc;
    fuzz::require(
        e.value() == errc::bad_arguments || e.value() == errc::json_too_deep,
        "bad_arguments or json_too_deep",
        text,
        e.what()
    );
    fuzz::require(is_readable(e.what()), "an error is one line of UTF-8", text, e.what());
}

template <class Definition>
std::string encode(typename Definition::arguments const& value) {
    if constexpr (requires { std::tuple_size<typename Definition::arguments>::value; }) {
        return std::apply([](auto const&... a) { return Definition::encode(a...); }, value);
    } else {
        return Definition::encode(value);
    }
}

template <class Definition>
void job(std::string_view text, std::uint32_t version) {
    auto const decode = [version](std::string_view json) {
        std::optional<typename Definition::arguments> value;
        try {
            value.emplace(Definition::decode(json, version));
        } catch (cofire::error const& e) {
            check_error(e, json);
        }
        return value;
    };
    auto const decoded = decode(text);
    // A space is no part of the forms that are read quickly.
    auto const spaced = decode(' ' + std::string(text));
    fuzz::require(decoded.has_value() == spaced.has_value(), "a space changes nothing", text);
    if (!decoded) {
        return;
    }
    fuzz::require(
        encode<Definition>(*decoded) == encode<Definition>(*spaced), "a space changes nothing", text
    );
    fuzz::require(version <= Definition::argument_version, "no later version is decoded", text);
    auto const stored = encode<Definition>(*decoded);
    auto const again = encode<Definition>(Definition::decode(stored));
    fuzz::require(stored == again, "what was decoded comes back", stored, again);
}

template <class T>
void result(std::string_view text) {
    std::optional<T> decoded;
    try {
        decoded.emplace(cofire::decode_value<T>(text, cofire::errc::bad_arguments));
    } catch (cofire::error const& e) {
        check_error(e, text);
        return;
    }
    auto const stored = cofire::encode_value(*decoded);
    auto const again = cofire::encode_value(cofire::decode_value<T>(stored));
    fuzz::require(stored == again, "what was decoded comes back", stored, again);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace fuzz_jobs;
    fuzz::input in(data, size);
    auto const choice = in.byte();
    std::uint32_t const version = in.byte() % 5;
    auto const text = in.rest();
    switch (choice % 10) {
    case 0: job<cofire::struct_job<order>>(text, version); break;
    case 1: job<cofire::struct_job<tree>>(text, version); break;
    case 2: job<cofire::struct_job<crop>>(text, version); break;
    case 3: job<cofire::struct_job<numbers>>(text, version); break;
    case 4: job<cofire::function_job<send>>(text, version); break;
    case 5: result<boost::json::value>(text); break;
    case 6: result<std::vector<std::map<std::string, std::optional<double>>>>(text); break;
    case 7: result<std::string>(text); break;
    case 8: job<cofire::struct_job<plain>>(text, version); break;
    default: job<cofire::function_job<call>>(text, version); break;
    }
    return 0;
}
