// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_EXPECT_HPP
#define COFIRE_TESTING_CONFORMANCE_EXPECT_HPP

#include <cofire/core/error.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/job_state.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/testing/conformance/case.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <ranges>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>

namespace cofire::testing::conformance {

/// A value as a failure shows it.
template <class T>
[[nodiscard]] std::string shown(T const& value) {
    if constexpr (std::same_as<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::same_as<T, job_state> || std::same_as<T, job_sub_state>) {
        return std::string(to_string(value));
    } else if constexpr (std::is_enum_v<T>) {
        return std::to_string(static_cast<int>(value));
    } else if constexpr (std::is_arithmetic_v<T>) {
        return std::to_string(value);
    } else if constexpr (std::convertible_to<T, std::string_view>) {
        return quoted(std::string_view(value));
    } else if constexpr (std::same_as<T, job_id>) {
        return value.to_string();
    } else if constexpr (std::same_as<T, time_point>) {
        return std::to_string(value.time_since_epoch().count()) + " us since 1970";
    } else if constexpr (std::convertible_to<T, duration>) {
        return std::to_string(duration(value).count()) + " us";
    } else if constexpr (std::ranges::range<T>) {
        std::string text = "[";
        for (auto const& element : value) {
            text += (text.size() > 1 ? ", " : "") + shown(element);
        }
        return text + "]";
    } else if constexpr (requires { value.has_value(); }) {
        return value ? shown(*value) : "nothing";
    } else {
        return "another value";
    }
}

/// Fails unless `good`. `what` completes "expected ...".
inline void expect(
    bool good,
    std::string_view what,
    std::source_location const& where = std::source_location::current()
) {
    if (!good) {
        throw conformance_failure(where, std::string(what), "something else");
    }
}

/// Fails unless `came == wanted`. `what` names the value.
template <class A, class B>
void expect_equal(
    A const& came,
    B const& wanted,
    std::string_view what,
    std::source_location const& where = std::source_location::current()
) {
    if (!(came == wanted)) {
        throw conformance_failure(
            where, std::string(what) + " to be " + shown(wanted), shown(came)
        );
    }
}

/// Fails unless `action()` throws a cofire::error with this code. `what` completes "expected ...".
template <class Action>
void expect_error(
    errc code,
    Action&& action,
    std::string_view what = "the call",
    std::source_location const& where = std::source_location::current()
) {
    auto const wanted = [&] {
        return std::string(what) + " to be refused with \"" + make_error_code(code).message() +
               "\"";
    };
    try {
        action();
    } catch (error const& e) {
        if (e.value() != code) {
            throw conformance_failure(where, wanted(), e.what());
        }
        return;
    } catch (conformance_failure const&) {
        throw;
    } catch (std::exception const& e) {
        throw conformance_failure(where, wanted(), std::string("another exception: ") + e.what());
    }
    throw conformance_failure(where, wanted(), "no error");
}

} // namespace cofire::testing::conformance

#endif
