// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_ARGUMENT_CHECK_HPP
#define COFIRE_JOB_ARGUMENT_CHECK_HPP

#include <cofire/job/json_kind.hpp>
#include <cofire/job/signature.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire::detail {

// g++ 12 destroys temporary aggregates twice when they stand beside co_await.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool rvalue_aggregates_are_safe = false;
#else
inline constexpr bool rvalue_aggregates_are_safe = true;
#endif

// `Argument` as deduced for Argument&&: a reference for an lvalue.
template <class Argument>
inline constexpr bool is_dangerous_rvalue =
    !rvalue_aggregates_are_safe && !std::is_reference_v<Argument> &&
    std::is_aggregate_v<Argument> && !std::is_trivially_destructible_v<Argument>;

enum class argument_verdict {
    fine,
    does_not_convert,
    floating_to_integer,
    pointer_to_bool,
    number_to_bool,
    nothing_to_text,
    constant_out_of_range,
    dangerous_rvalue,
};

template <class T>
concept integral_constant_like = requires {
    requires std::is_integral_v<typename T::value_type>;
    requires std::is_same_v<T, std::integral_constant<typename T::value_type, T::value>>;
};

template <class T>
inline constexpr bool is_integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

// May an argument of type `Argument` be given for a parameter of the owned type `Parameter`?
template <class Parameter, class Argument>
constexpr argument_verdict judge() {
    using given = std::remove_cvref_t<Argument>;
    using pointer = std::decay_t<Argument>;
    if constexpr (is_dangerous_rvalue<Argument>) {
        return argument_verdict::dangerous_rvalue;
    } else if constexpr (std::is_same_v<given, Parameter>) {
        return argument_verdict::fine;
    } else if constexpr (is_optional<Parameter>) {
        if constexpr (std::is_same_v<given, std::nullopt_t>) {
            return argument_verdict::fine;
        } else if constexpr (is_optional<given>) {
            return judge<typename Parameter::value_type, typename given::value_type const&>();
        } else {
            return judge<typename Parameter::value_type, Argument>();
        }
    } else if constexpr (std::is_same_v<Parameter, bool>) {
        if constexpr (std::is_pointer_v<pointer> || std::is_member_pointer_v<pointer> || std::is_null_pointer_v<pointer>) {
            return argument_verdict::pointer_to_bool;
        } else if constexpr (std::is_arithmetic_v<given> || std::is_enum_v<given>) {
            return argument_verdict::number_to_bool;
        } else {
            return std::is_convertible_v<Argument, bool> ? argument_verdict::fine
                                                         : argument_verdict::does_not_convert;
        }
    } else if constexpr (is_integer<Parameter> && std::is_floating_point_v<given>) {
        return argument_verdict::floating_to_integer;
    } else if constexpr (is_integer<Parameter> && integral_constant_like<given>) {
        return std::in_range<Parameter>(given::value) ? argument_verdict::fine
                                                      : argument_verdict::constant_out_of_range;
    } else if constexpr (std::is_same_v<Parameter, std::string>) {
        if constexpr (std::is_null_pointer_v<pointer>) {
            return argument_verdict::nothing_to_text;
        } else {
            // A view converts explicitly only, but nothing is lost by it.
            return std::is_convertible_v<Argument, std::string_view> ||
                           std::is_convertible_v<Argument, std::string>
                       ? argument_verdict::fine
                       : argument_verdict::does_not_convert;
        }
    } else {
        return std::is_convertible_v<Argument, Parameter> ? argument_verdict::fine
                                                          : argument_verdict::does_not_convert;
    }
}

// Says in words why `Argument` may not be given for `Parameter`; the compiler adds both types.
template <class Parameter, class Argument>
struct argument_check {
    static constexpr argument_verdict verdict = judge<Parameter, Argument>();
    static constexpr bool ok = verdict == argument_verdict::fine;
    static_assert(
        verdict != argument_verdict::does_not_convert,
        "cofire: an argument does not convert to the job's parameter"
    );
    static_assert(
        verdict != argument_verdict::floating_to_integer,
        "cofire: a floating-point argument for an integer parameter: convert it yourself, to say "
        "how "
        "to round"
    );
    static_assert(
        verdict != argument_verdict::pointer_to_bool,
        "cofire: a pointer, or a string literal, as an argument for a bool parameter"
    );
    static_assert(
        verdict != argument_verdict::number_to_bool,
        "cofire: a number as an argument for a bool parameter: write true, false or a comparison"
    );
    static_assert(
        verdict != argument_verdict::nothing_to_text, "cofire: nullptr as an argument for a string"
    );
    static_assert(
        verdict != argument_verdict::constant_out_of_range,
        "cofire: an integer constant outside the parameter's range"
    );
    static_assert(
        verdict != argument_verdict::dangerous_rvalue,
        "cofire: g++ 12 destroys temporary aggregates twice beside co_await: give the argument a "
        "name "
        "first and pass that"
    );
};

template <class T>
inline constexpr bool is_view = std::is_same_v<T, std::string_view>;
template <class T, std::size_t N>
inline constexpr bool is_view<std::span<T, N>> = true;
template <class C, class T>
inline constexpr bool is_view<std::basic_string_view<C, T>> = true;

// Says in words why `P`, a parameter as declared, cannot be a job's.
template <class P>
struct parameter_check {
    using plain = std::remove_cvref_t<P>;
    static constexpr bool context =
        std::is_same_v<std::remove_cv_t<std::remove_pointer_t<plain>>, job_context>;
    static constexpr bool view = is_view<plain>;
    static constexpr bool pointer = std::is_pointer_v<plain> && !context;
    static constexpr bool reference =
        (std::is_rvalue_reference_v<P> ||
         (std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>)) &&
        !context;
    static_assert(!context, "cofire: a job takes its context first, as cofire::job_context&");
    static_assert(
        !view,
        "cofire: a job owns its arguments: take std::string or std::vector in place of string_view "
        "or span"
    );
    static_assert(!pointer, "cofire: a job owns its arguments: a raw pointer cannot be stored");
    static_assert(
        !reference, "cofire: a job owns its arguments: take them by value or by reference to const"
    );
    static constexpr bool form_ok = !context && !view && !pointer && !reference;
    static constexpr bool json_ok = [] {
        if constexpr (form_ok) {
            return json_compatible<plain>;
        } else {
            return true;
        }
    }();
    static_assert(
        json_ok, "cofire: a parameter is of a type that has no JSON form; see docs/job.md"
    );
    static constexpr bool ok = form_ok && json_ok;
};

// All parameters of a job; instantiating it says what is wrong with each.
template <class List>
struct parameters_check;

template <class... P>
struct parameters_check<type_list<P...>> {
    static constexpr bool ok = (parameter_check<P>::ok && ... && true);
};

// How many of the parameters must be given: all but the optional ones at the end.
template <class List>
inline constexpr std::size_t required_count = 0;

template <class... P>
inline constexpr std::size_t required_count<type_list<P...>> = [] {
    std::size_t required = 0;
    std::size_t i = 0;
    ((++i, required = is_optional<std::remove_cvref_t<P>> ? required : i), ...);
    return required;
}();

} // namespace cofire::detail

#endif
