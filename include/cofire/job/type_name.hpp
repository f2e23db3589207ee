// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_TYPE_NAME_HPP
#define COFIRE_JOB_TYPE_NAME_HPP

#include <cofire/job/job_traits.hpp>

#include <cstddef>
#include <string_view>

namespace cofire {

/// True if `name` may be a job type's stored name: 1 to 128 letters, digits, _ : . and -.
[[nodiscard]] constexpr bool is_type_name(std::string_view name) {
    if (name.empty() || name.size() > 128) {
        return false;
    }
    for (char c : name) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool const digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '_' && c != ':' && c != '.' && c != '-') {
            return false;
        }
    }
    return true;
}

namespace detail {

// The return type must be spelled auto: a named alias would show in the text on g++.
template <auto F>
constexpr auto pretty_value() {
    return __PRETTY_FUNCTION__;
}

template <class T>
constexpr auto pretty_type() {
    return __PRETTY_FUNCTION__;
}

// "... [with auto F = crm::notify]" or "... [F = &crm::notify]", and T for types.
constexpr std::string_view cut_name(std::string_view text, std::string_view mark) {
    std::size_t const at = text.find(mark);
    text = text.substr(at + mark.size());
    text = text.substr(0, text.rfind(']'));
    if (text.starts_with('&')) {
        text.remove_prefix(1);
    }
    return text;
}

constexpr bool is_in_unnamed_namespace(std::string_view name) {
    return name.find("{anonymous}") != name.npos || name.find("(anonymous namespace)") != name.npos;
}

constexpr bool is_from_lambda(std::string_view name) {
    return name.find("lambda") != name.npos || name.find("(anonymous class)") != name.npos;
}

constexpr bool is_plain_name(std::string_view name) {
    return is_type_name(name) && name.find('.') == name.npos && name.find('-') == name.npos;
}

// One instantiation for each job type, so that the assertions speak once and name the type.
template <class Name>
constexpr std::string_view checked_default_name() {
    constexpr std::string_view name = Name::text();
    constexpr bool unnamed = is_in_unnamed_namespace(name);
    constexpr bool lambda = !unnamed && is_from_lambda(name);
    constexpr bool templated = !unnamed && !lambda && name.find('<') != name.npos;
    static_assert(
        !unnamed,
        "cofire: a job in an unnamed namespace has no stable name: give it one, by "
        "cofire::job_traits<f>::name for a function, by a static member 'name' for a struct"
    );
    static_assert(
        !lambda,
        "cofire: a lambda has no stable name and cannot be a job by itself: write a function, or "
        "give cofire::job_traits<f>::name"
    );
    static_assert(
        !templated,
        "cofire: compilers spell the names of templates differently: give the job a name, by "
        "cofire::job_traits<f>::name for a function, by a static member 'name' for a struct"
    );
    static_assert(
        unnamed || lambda || templated || is_plain_name(name),
        "cofire: this job's name cannot be stored, which takes 1 to 128 of [A-Za-z0-9_:]: give it "
        "another, by cofire::job_traits<f>::name for a function, by a static member 'name' for a "
        "struct"
    );
    return name;
}

template <auto F>
struct value_spelling {
    static constexpr std::string_view text() { return cut_name(pretty_value<F>(), "F = "); }
};

template <class T>
struct type_spelling {
    static constexpr std::string_view text() { return cut_name(pretty_type<T>(), "T = "); }
};

template <class Traits, class Spelling>
constexpr std::string_view stored_name() {
    if constexpr (has_static_name<Traits>) {
        constexpr std::string_view name = Traits::name;
        static_assert(
            is_type_name(name), "cofire: a job's name is 1 to 128 letters, digits, _ : . and -"
        );
        return name;
    } else {
        return checked_default_name<Spelling>();
    }
}

} // namespace detail

/// The default name of the function job `F`: its qualified name as written, the same on every
/// supported compiler. Does not compile for what has no such name: lambdas, templates, operators,
/// and whatever is in an unnamed namespace.
template <auto F>
[[nodiscard]] consteval std::string_view default_function_name() {
    return detail::checked_default_name<detail::value_spelling<F>>();
}

/// The default name of the struct job `J`; see default_function_name().
template <class J>
[[nodiscard]] consteval std::string_view default_struct_name() {
    return detail::checked_default_name<detail::type_spelling<J>>();
}

} // namespace cofire

#endif
