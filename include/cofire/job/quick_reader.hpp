// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_QUICK_READER_HPP
#define COFIRE_JOB_QUICK_READER_HPP

#include <cofire/job/described.hpp>
#include <cofire/job/json_kind.hpp>
#include <cofire/job/plain_text.hpp>

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cofire::detail {

/// True if quick_reader can read a `T`.
template <class T>
inline constexpr bool is_quick = std::is_same_v<T, std::string> || std::is_same_v<T, bool> ||
                                 (kind_of<T>() == json_kind::integer && std::is_integral_v<T>);

/// Reads the plainest arguments without a tree: text without escapes, integers and booleans, in the
/// order and form in which json_writer writes them. Whatever it does not read is read in the general
/// way, or refused there: so it takes nothing that the general way would not take, nor otherwise.
///
/// Distinct objects: safe. Shared objects: unsafe.
class quick_reader {
public:
    explicit quick_reader(std::string_view text) : rest_(text) {}

    /// True if `text` comes next.
    [[nodiscard]] bool skip(std::string_view text) {
        if (!rest_.starts_with(text)) {
            return false;
        }
        rest_.remove_prefix(text.size());
        return true;
    }

    [[nodiscard]] bool read(std::string& to) {
        if (!skip("\"")) {
            return false;
        }
        std::size_t const length = plain_prefix(rest_);
        if (length == rest_.size() || rest_[length] != '"') {
            return false;
        }
        to.assign(rest_.data(), length);
        rest_.remove_prefix(length + 1);
        return true;
    }

    [[nodiscard]] bool read(bool& to) {
        to = skip("true");
        return to || skip("false");
    }

    template <class T>
    requires is_quick<T>
    [[nodiscard]] bool read(T& to) {
        std::size_t const digits = rest_.starts_with('-') ? 1 : 0;
        if (rest_.size() > digits && rest_[digits] == '0' && (digits != 0 || more_digits())) {
            return false; // -0, and what is no JSON
        }
        auto const end = std::from_chars(rest_.data(), rest_.data() + rest_.size(), to);
        if (end.ec != std::errc()) {
            return false;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end.ptr - rest_.data()));
        return rest_.starts_with(',') || ends_here(); // and no fraction, no exponent
    }

    /// True if everything was read.
    [[nodiscard]] bool done() const { return rest_.empty(); }

private:
    [[nodiscard]] bool more_digits() const {
        return rest_.size() > 1 && rest_[1] >= '0' && rest_[1] <= '9';
    }
    [[nodiscard]] bool ends_here() const {
        return rest_.starts_with(']') || rest_.starts_with('}');
    }

    std::string_view rest_;
};

template <class Tuple>
inline constexpr bool is_quick_tuple = false;
template <class... T>
inline constexpr bool is_quick_tuple<std::tuple<T...>> = (is_quick<T> && ... && true);

/// Reads a JSON array into `to`. False: it is another one; `to` may have changed.
template <class... T>
[[nodiscard]] bool read_quickly(std::string_view json, std::tuple<T...>& to) {
    quick_reader from(json);
    bool first = true;
    auto const element = [&](auto& e) {
        return (std::exchange(first, false) || from.skip(",")) && from.read(e);
    };
    return from.skip("[") && std::apply([&](T&... e) { return (element(e) && ... && true); }, to) &&
           from.skip("]") && from.done();
}

template <class T>
constexpr bool is_quick_struct() {
    if constexpr (kind_of<T>() == json_kind::described && std::is_default_constructible_v<T>) {
        return []<template <class...> class List, class... D>(List<D...>) {
            return (is_quick<member_type<T, D>> && ... && true);
        }(members_of<T>());
    } else {
        return false;
    }
}

/// Reads a JSON object with all members of the struct `to`, in their order. False: it is another one;
/// `to` may have changed.
template <class T>
requires(is_quick_struct<T>()) [[nodiscard]] bool read_quickly(std::string_view json, T& to) {
    quick_reader from(json);
    bool ok = from.skip("{");
    bool first = true;
    for_each_member<T>([&]<class D>() {
        ok = ok && (std::exchange(first, false) || from.skip(",")) && from.skip("\"") &&
             from.skip(D::name) && from.skip("\":") && from.read(to.*D::pointer);
    });
    return ok && from.skip("}") && from.done();
}

} // namespace cofire::detail

#endif
