// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_ENCODE_HPP
#define COFIRE_JOB_ENCODE_HPP

#include <cofire/job/described.hpp>
#include <cofire/job/json_kind.hpp>
#include <cofire/job/json_path.hpp>
#include <cofire/job/json_writer.hpp>

#include <boost/describe/enum_to_string.hpp>

#include <cmath>
#include <cstddef>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire::detail {

template <class T>
void encode(json_writer& to, T const& value, json_path const& at);

template <class T>
void encode_enum(json_writer& to, T value, json_path const& at) {
    auto const number = static_cast<std::underlying_type_t<T>>(value);
    if constexpr (boost::describe::has_describe_enumerators<T>::value) {
        char const* name = boost::describe::enum_to_string(value, nullptr);
        if (name == nullptr) {
            at.fail("no enumerator has the value " + std::to_string(number));
        }
        to.text(name, at);
    } else {
        to.integer(static_cast<std::conditional_t<
                       std::is_signed_v<decltype(number)>,
                       long long,
                       unsigned long long>>(number));
    }
}

template <class T>
void encode_user(json_writer& to, T const& value, json_path const& at) {
    boost::json::value tree;
    try {
        tree = boost::json::value_from(value);
    } catch (error const&) {
        throw;
    } catch (std::exception const& e) {
        at.fail(std::string("the type's own conversion failed: ") + e.what());
    }
    to.value(tree, at);
}

template <class T>
void encode_elements(json_writer& to, T const& values, json_path const& at) {
    to.open('[', at);
    std::size_t i = 0;
    for (typename T::value_type const& value : values) {
        if (i != 0) {
            to.raw(',');
        }
        encode(to, value, json_path(at, i++));
    }
    to.raw(']');
}

template <class T>
void encode_map(json_writer& to, T const& map, json_path const& at) {
    to.open('{', at);
    bool first = true;
    for (auto const& [key, value] : map) {
        if (!first) {
            to.raw(',');
        }
        first = false;
        json_path const here(at, std::string_view(key));
        to.text(key, here);
        to.raw(':');
        encode(to, value, here);
    }
    to.raw('}');
}

template <class T, std::size_t... I>
void encode_tuple(json_writer& to, T const& t, json_path const& at, std::index_sequence<I...>) {
    to.open('[', at);
    ((I == 0 ? void() : to.raw(','), encode(to, std::get<I>(t), json_path(at, I))), ...);
    to.raw(']');
}

// `"name":`, with a comma before all but the first.
inline void encode_key(json_writer& to, bool first, std::string_view name) {
    to.raw(first ? "\"" : ",\"");
    to.raw(name);
    to.raw("\":");
}

template <class T>
void encode_described(json_writer& to, T const& value, json_path const& at) {
    to.open('{', at);
    if constexpr (described_check<T>::ok) {
        bool first = true;
        for_each_member<T>([&]<class D>() {
            encode_key(to, first, D::name);
            first = false;
            encode(to, value.*D::pointer, json_path(at, std::string_view(D::name)));
        });
    }
    to.raw('}');
}

// Writes `value` in the JSON form of its type. Throws by at.fail.
template <class T>
void encode(json_writer& to, T const& value, json_path const& at) {
    constexpr json_kind kind = kind_of<T>();
    if constexpr (kind == json_kind::user) {
        encode_user(to, value, at);
    } else if constexpr (kind == json_kind::any) {
        to.value(value, at);
    } else if constexpr (kind == json_kind::boolean) {
        to.raw(value ? "true" : "false");
    } else if constexpr (kind == json_kind::integer) {
        to.integer(value);
    } else if constexpr (kind == json_kind::floating) {
        to.number(value, at);
    } else if constexpr (kind == json_kind::text) {
        to.text(value, at);
    } else if constexpr (kind == json_kind::id) {
        to.text(value.to_string(), at);
    } else if constexpr (kind == json_kind::enumeration) {
        encode_enum(to, value, at);
    } else if constexpr (kind == json_kind::optional) {
        if (value) {
            encode(to, *value, at);
        } else {
            to.raw("null");
        }
    } else if constexpr (kind == json_kind::duration) {
        encode(to, value.count(), at);
    } else if constexpr (kind == json_kind::time_point) {
        encode(to, value.time_since_epoch(), at);
    } else if constexpr (kind == json_kind::map) {
        encode_map(to, value, at);
    } else if constexpr (kind == json_kind::sequence || kind == json_kind::fixed_array) {
        encode_elements(to, value, at);
    } else if constexpr (kind == json_kind::tuple) {
        encode_tuple(to, value, at, std::make_index_sequence<std::tuple_size_v<T>>());
    } else if constexpr (kind == json_kind::described) {
        encode_described(to, value, at);
    } else if constexpr (kind == json_kind::empty) {
        to.open('{', at);
        to.raw('}');
    } else {
        static_assert(
            kind != json_kind::none, "cofire: this type has no JSON form; see docs/job.md"
        );
    }
}

} // namespace cofire::detail

#endif
