// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_DESCRIBED_HPP
#define COFIRE_JOB_DESCRIBED_HPP

#include <cofire/job/json_kind.hpp>

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire::detail {

template <class T>
inline constexpr std::size_t member_count = boost::mp11::mp_size<members_of<T>>::value;

template <class T, std::size_t I>
using member_at = boost::mp11::mp_at_c<members_of<T>, I>;

// The members' names, in order.
template <class T>
constexpr auto member_names() {
    return []<template <class...> class List, class... D>(List<D...>) {
        return std::array<std::string_view, sizeof...(D)>{std::string_view(D::name)...};
    }(members_of<T>());
}

// Data members of these names count as members; only static ones speak about the struct.
template <class T>
concept has_required = !std::is_member_pointer_v<decltype(&T::required)>;

template <class T>
concept has_strict = !std::is_member_pointer_v<decltype(&T::strict)>;

template <class T>
constexpr bool is_strict() {
    if constexpr (has_strict<T>) {
        return T::strict;
    } else {
        return false;
    }
}

template <class T>
constexpr bool is_required(std::string_view member) {
    if constexpr (has_required<T>) {
        for (auto const& name : T::required) {
            if (std::string_view(name) == member) {
                return true;
            }
        }
    }
    return false;
}

template <class T>
constexpr bool required_are_members() {
    if constexpr (has_required<T>) {
        constexpr auto names = member_names<T>();
        for (auto const& wanted : T::required) {
            bool found = false;
            for (std::string_view name : names) {
                found = found || name == std::string_view(wanted);
            }
            if (!found) {
                return false;
            }
        }
    }
    return true;
}

// Says in words what is wrong with a described struct. Instantiated wherever one is coded.
template <class T>
struct described_check {
    static_assert(
        std::is_default_constructible_v<T>,
        "cofire: a described struct must be default-constructible: absent members keep their "
        "default"
    );
    static_assert(
        required_are_members<T>(),
        "cofire: 'required' names something that is no described member of the struct"
    );
    static constexpr bool members_are_json =
        []<template <class...> class List, class... D>(List<D...>) {
            return (is_json<member_type<T, D>>() && ...);
        }(members_of<T>());
    static_assert(
        members_are_json,
        "cofire: a member of the struct is of a type that has no JSON form; see docs/job.md"
    );
    static constexpr bool ok = members_are_json;
};

// Calls f.operator()<D>() for every member, in order.
template <class T, class F>
constexpr void for_each_member(F&& f) {
    [&]<template <class...> class List, class... D>(List<D...>) {
        (f.template operator()<D>(), ...);
    }(members_of<T>());
}

} // namespace cofire::detail

#endif
