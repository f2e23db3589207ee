// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_IMPL_DECODE_IPP
#define COFIRE_JOB_IMPL_DECODE_IPP

#include <cofire/job/decode.hpp>

namespace cofire::detail {

COFIRE_DECL void
fail_expected(std::string const& wanted, boost::json::value const& found, json_path const& at) {
    at.fail("expected " + wanted + ", found " + describe_json(found));
}

COFIRE_DECL void
fail_count(std::size_t found, std::size_t fewest, std::size_t most, json_path const& at) {
    std::string wanted = std::to_string(fewest);
    if (fewest != most) {
        wanted += " to " + std::to_string(most);
    }
    at.fail("expected " + wanted + " elements, found " + std::to_string(found));
}

COFIRE_DECL std::optional<wide_integer> to_integer(boost::json::value const& from) {
    if (from.is_int64()) {
        return wide_integer{static_cast<std::uint64_t>(from.get_int64()), from.get_int64() < 0};
    }
    if (from.is_uint64()) {
        return wide_integer{from.get_uint64(), false};
    }
    if (from.is_double()) {
        constexpr double limit = 9007199254740992.0; // 2^53: beyond, neighbours look the same
        double const number = from.get_double();
        if (number >= -limit && number <= limit) {
            auto const whole = static_cast<std::int64_t>(number);
            if (static_cast<double>(whole) == number) {
                return wide_integer{static_cast<std::uint64_t>(whole), whole < 0};
            }
        }
    }
    return std::nullopt;
}

COFIRE_DECL std::optional<double> to_floating(boost::json::value const& from) {
    if (from.is_double()) {
        return from.get_double();
    }
    if (from.is_int64()) {
        return static_cast<double>(from.get_int64());
    }
    if (from.is_uint64()) {
        return static_cast<double>(from.get_uint64());
    }
    return std::nullopt;
}

} // namespace cofire::detail

#endif
