// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_ENCODE_ARGUMENT_HPP
#define COFIRE_JOB_ENCODE_ARGUMENT_HPP

#include <cofire/job/argument_check.hpp>
#include <cofire/job/encode.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire::detail {

// What `Argument` is called in a message: its value, or nothing if it is no number.
template <class T>
std::string number_text(T value) {
    json_writer to;
    if constexpr (std::is_floating_point_v<T>) {
        to.number(value, json_path("", errc::bad_arguments));
    } else {
        to.integer(value);
    }
    return to.to_string();
}

// An integer given for an integer parameter of another width or sign: checked when it is known.
template <class Parameter, class Given>
void encode_converted_integer(json_writer& to, Given given, json_path const& at) {
    using limits = std::numeric_limits<Parameter>;
    if (std::cmp_less(given, limits::min()) || std::cmp_greater(given, limits::max())) {
        at.fail(
            "expected an integer from " + std::to_string(limits::min()) + " to " +
            std::to_string(limits::max()) + ", found " + number_text(given)
        );
    }
    to.integer(given);
}

// An integer given for a floating-point parameter must not change its value.
template <class Parameter, class Given>
void encode_integer_as_floating(json_writer& to, Given given, json_path const& at) {
    auto const number = static_cast<Parameter>(given);
    // 2^digits is not in Given's range, though rounding may lead there.
    bool const in_range =
        number < std::ldexp(Parameter(1), std::numeric_limits<Given>::digits) || number < 1;
    if (!in_range || static_cast<Given>(number) != given) {
        at.fail("a floating-point parameter cannot hold the integer " + number_text(given));
    }
    to.number(number, at);
}

template <class Parameter, class Given>
void encode_narrowed_floating(json_writer& to, Given given, json_path const& at) {
    auto const number = static_cast<Parameter>(given);
    if (std::isfinite(given) && !std::isfinite(number)) {
        at.fail("a float cannot hold the number " + number_text(static_cast<double>(given)));
    }
    to.number(number, at);
}

// Writes `given` as the owned type `Parameter` would be written, without making one where that can
// be avoided. Throws by at.fail.
template <class Parameter, class Argument>
void encode_argument(json_writer& to, Argument&& given, json_path const& at) {
    using plain = std::remove_cvref_t<Argument>;
    if constexpr (std::is_same_v<plain, Parameter>) {
        encode<Parameter>(to, given, at);
    } else if constexpr (is_optional<Parameter>) {
        using inner = typename Parameter::value_type;
        if constexpr (std::is_same_v<plain, std::nullopt_t>) {
            to.raw("null");
        } else if constexpr (is_optional<plain>) {
            if (given) {
                encode_argument<inner>(to, *given, at);
            } else {
                to.raw("null");
            }
        } else {
            encode_argument<inner>(to, std::forward<Argument>(given), at);
        }
    } else if constexpr (std::is_same_v<Parameter, std::string> && std::is_convertible_v<Argument, std::string_view>) {
        if constexpr (std::is_pointer_v<std::decay_t<Argument>>) {
            // Through the pointer, so that an array ends at its first zero, as a string made of it.
            char const* text = given;
            if (text == nullptr) {
                at.fail("a null pointer as text");
            }
            to.text(text, at);
        } else {
            to.text(given, at);
        }
    } else if constexpr (is_integer<Parameter> && is_integer<plain> && !is_character<plain>) {
        encode_converted_integer<Parameter>(to, given, at);
    } else if constexpr (std::is_floating_point_v<Parameter> && is_integer<plain> && !is_character<plain>) {
        encode_integer_as_floating<Parameter>(to, given, at);
    } else if constexpr (std::is_floating_point_v<Parameter> && std::is_floating_point_v<plain>) {
        encode_narrowed_floating<Parameter>(to, given, at);
    } else if constexpr (is_integer<Parameter> && std::is_enum_v<plain>) {
        // An enumeration without scope: its number.
        encode_converted_integer<Parameter>(
            to, static_cast<std::common_type_t<std::underlying_type_t<plain>, int>>(given), at
        );
    } else {
        Parameter const converted = std::forward<Argument>(given);
        encode(to, converted, at);
    }
}

} // namespace cofire::detail

#endif
