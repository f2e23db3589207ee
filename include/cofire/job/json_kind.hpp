// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_JSON_KIND_HPP
#define COFIRE_JOB_JSON_KIND_HPP

#include <cofire/core/job_id.hpp>

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cofire::detail {

// The JSON form a type has. docs/job.md lists the forms.
enum class json_kind {
    none,
    user, // has tag_invoke conversions of its own
    any,  // boost::json::value
    boolean,
    integer,
    floating,
    text,
    id, // job_id
    enumeration,
    optional,
    duration,
    time_point,
    map,
    sequence,
    fixed_array,
    tuple,
    described,
    empty, // a class without members
};

template <class T>
concept has_value_from = requires(boost::json::value& to, T const& from) {
    tag_invoke(boost::json::value_from_tag(), to, from);
};

template <class T>
concept has_value_to = requires(boost::json::value const& from) {
    { tag_invoke(boost::json::value_to_tag<T>(), from) } -> std::convertible_to<T>;
};

template <class T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = std::is_arithmetic_v<R>;

// The system clock's only: a steady clock's moment means nothing to another process.
template <class T>
inline constexpr bool is_time_point = false;
template <class D>
inline constexpr bool is_time_point<std::chrono::time_point<std::chrono::system_clock, D>> =
    is_duration<D>;

template <class T>
inline constexpr bool is_fixed_array = false;
template <class T, std::size_t N>
inline constexpr bool is_fixed_array<std::array<T, N>> = true;

template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool is_tuple<std::pair<A, B>> = true;

template <class T>
concept map_like = requires(T& map, typename T::mapped_type value) {
    requires std::same_as<typename T::key_type, std::string>;
    map.insert_or_assign(std::string(), std::move(value));
    map.begin();
    map.end();
};

template <class T>
concept has_mapped_type = requires {
    typename T::mapped_type;
};

template <class T>
concept sequence_like = requires(T& sequence, typename T::value_type value) {
    sequence.insert(sequence.end(), std::move(value));
    sequence.begin();
    requires !std::same_as<typename T::value_type, T>;
    requires !is_character<typename T::value_type>;
    requires !has_mapped_type<T>; // JSON's keys are text
};

template <class T>
constexpr json_kind kind_of() {
    if constexpr (!std::is_object_v<T> || std::is_pointer_v<T> || std::is_member_pointer_v<T>) {
        return json_kind::none;
    } else if constexpr (std::is_same_v<T, boost::json::value>) {
        return json_kind::any;
    } else if constexpr (std::is_same_v<T, bool>) {
        return json_kind::boolean;
    } else if constexpr (std::is_integral_v<T>) {
        return is_character<T> || sizeof(T) > 8 ? json_kind::none : json_kind::integer;
    } else if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) > sizeof(double) ? json_kind::none : json_kind::floating;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return json_kind::text;
    } else if constexpr (std::is_same_v<T, job_id>) {
        return json_kind::id;
    } else if constexpr (is_optional<T>) {
        return json_kind::optional; // before `user`: Boost.JSON itself has conversions for it
    } else if constexpr (has_value_from<T> || has_value_to<T>) {
        return json_kind::user;
    } else if constexpr (std::is_enum_v<T>) {
        return json_kind::enumeration;
    } else if constexpr (is_duration<T>) {
        return json_kind::duration;
    } else if constexpr (is_time_point<T>) {
        return json_kind::time_point;
    } else if constexpr (is_fixed_array<T>) {
        return json_kind::fixed_array;
    } else if constexpr (is_tuple<T>) {
        return json_kind::tuple;
    } else if constexpr (std::is_union_v<T> || !std::is_class_v<T>) {
        return json_kind::none;
    } else if constexpr (boost::describe::has_describe_members<T>::value) {
        return json_kind::described;
    } else if constexpr (map_like<T>) {
        return json_kind::map;
    } else if constexpr (sequence_like<T>) {
        return json_kind::sequence;
    } else if constexpr (std::is_empty_v<T> && std::is_aggregate_v<T>) {
        return json_kind::empty;
    } else {
        return json_kind::none;
    }
}

template <class T>
struct json_check;

// True if `T` has a JSON form: containers are looked into, described structs are trusted here (they
// may contain themselves) and checked member by member where they are written and read.
template <class T>
constexpr bool is_json() {
    return json_check<T>::value();
}

template <class T>
struct json_check {
    static constexpr bool value() {
        constexpr json_kind kind = kind_of<T>();
        if constexpr (kind == json_kind::none) {
            return false;
        } else if constexpr (kind == json_kind::user) {
            return has_value_from<T> && has_value_to<T>;
        } else if constexpr (kind == json_kind::map) {
            return is_json<typename T::mapped_type>();
        } else if constexpr (kind == json_kind::optional || kind == json_kind::sequence || kind == json_kind::fixed_array) {
            return is_json<typename T::value_type>();
        } else {
            return true;
        }
    }
};

template <class... T>
struct json_check<std::tuple<T...>> {
    static constexpr bool value() { return (is_json<T>() && ...); }
};

template <class A, class B>
struct json_check<std::pair<A, B>> {
    static constexpr bool value() { return is_json<A>() && is_json<B>(); }
};

// All data members, those of described bases first.
template <class T>
using members_of = boost::describe::
    describe_members<T, boost::describe::mod_any_access | boost::describe::mod_inherited>;

// The type of the data member behind a descriptor.
template <class T, class D>
using member_type = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;

} // namespace cofire::detail

namespace cofire {

/// A type that arguments and results may have: one with a JSON form.
template <class T>
concept json_compatible = detail::is_json<std::remove_cvref_t<T>>();

} // namespace cofire

#endif
