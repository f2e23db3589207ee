// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_SCHEMA_HPP
#define COFIRE_JOB_SCHEMA_HPP

#include <cofire/job/described.hpp>
#include <cofire/job/encode.hpp>
#include <cofire/job/json_kind.hpp>
#include <cofire/job/json_writer.hpp>

#include <boost/describe/enumerators.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cofire::detail {

// The schemas are in a subset of JSON Schema, draft 2020-12: title, description, type, minimum,
// maximum, enum, anyOf, items, prefixItems, minItems, maxItems, properties, required, default,
// additionalProperties. A struct that contains itself is cut off at this depth.
inline constexpr std::size_t schema_depth_limit = 6;

template <class T>
void write_schema(json_writer& to, std::size_t depth);

template <class T>
constexpr std::string_view duration_unit() {
    using ratio = typename T::period;
    if constexpr (std::is_same_v<ratio, std::nano>) {
        return "nanoseconds";
    } else if constexpr (std::is_same_v<ratio, std::micro>) {
        return "microseconds";
    } else if constexpr (std::is_same_v<ratio, std::milli>) {
        return "milliseconds";
    } else if constexpr (std::is_same_v<ratio, std::ratio<1>>) {
        return "seconds";
    } else if constexpr (std::is_same_v<ratio, std::ratio<60>>) {
        return "minutes";
    } else if constexpr (std::is_same_v<ratio, std::ratio<3600>>) {
        return "hours";
    } else {
        return "ticks of the type's own length";
    }
}

template <class T>
void write_integer_schema(json_writer& to) {
    to.raw(R"({"type":"integer","minimum":)");
    to.integer(std::numeric_limits<T>::min());
    to.raw(R"(,"maximum":)");
    to.integer(std::numeric_limits<T>::max());
    to.raw('}');
}

template <class T>
void write_enum_schema(json_writer& to) {
    if constexpr (boost::describe::has_describe_enumerators<T>::value) {
        to.raw(R"({"enum":[)");
        bool first = true;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
            to.raw(first ? "\"" : ",\"");
            to.raw(d.name);
            to.raw('"');
            first = false;
        });
        to.raw("]}");
    } else {
        write_integer_schema<std::underlying_type_t<T>>(to);
    }
}

// `title` and `fewest` are for a job's arguments; a nested tuple has no title.
template <class T>
void write_tuple_schema(
    json_writer& to, std::string_view title, std::size_t fewest, std::size_t depth
) {
    to.raw('{');
    if (!title.empty()) {
        to.raw(R"("title":")");
        to.raw(title);
        to.raw("\",");
    }
    to.raw(R"("type":"array","prefixItems":[)");
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((I == 0 ? void() : to.raw(','), write_schema<std::tuple_element_t<I, T>>(to, depth + 1)),
         ...);
    }
    (std::make_index_sequence<std::tuple_size_v<T>>());
    to.raw(R"(],"items":false,"minItems":)");
    to.integer(fewest);
    to.raw('}');
}

// The default of a member, as an annotation; members whose default has no JSON form have none.
template <class T>
void write_default(json_writer& to, T const& value) {
    try {
        json_writer text;
        encode(text, value, json_path("", errc::bad_arguments));
        to.raw(text.to_string());
    } catch (error const&) {
        to.raw("null");
    }
}

template <class T>
void write_described_schema(json_writer& to, std::string_view title, std::size_t depth) {
    to.raw('{');
    if (!title.empty()) {
        to.raw(R"("title":")");
        to.raw(title);
        to.raw("\",");
    }
    to.raw(R"("type":"object","properties":{)");
    if constexpr (described_check<T>::ok) {
        T const defaults{};
        bool first = true;
        std::string required;
        for_each_member<T>([&]<class D>() {
            encode_key(to, first, D::name);
            first = false;
            write_schema<member_type<T, D>>(to, depth + 1);
            if (is_required<T>(D::name)) {
                required += required.empty() ? "\"" : ",\"";
                required += D::name;
                required += '"';
            }
        });
        to.raw(R"(},"default":)");
        write_default(to, defaults);
        to.raw(R"(,"required":[)");
        to.raw(required);
        to.raw(']');
    } else {
        to.raw('}');
    }
    to.raw(is_strict<T>() ? R"(,"additionalProperties":false})" : "}");
}

// Appends the schema of `T`.
template <class T>
void write_schema(json_writer& to, std::size_t depth) {
    constexpr json_kind kind = kind_of<T>();
    if (depth > schema_depth_limit || kind == json_kind::user || kind == json_kind::any) {
        to.raw("{}");
        return;
    }
    if constexpr (kind == json_kind::boolean) {
        to.raw(R"({"type":"boolean"})");
    } else if constexpr (kind == json_kind::integer) {
        write_integer_schema<T>(to);
    } else if constexpr (kind == json_kind::floating) {
        to.raw(R"({"type":"number"})");
    } else if constexpr (kind == json_kind::text) {
        to.raw(R"({"type":"string"})");
    } else if constexpr (kind == json_kind::id) {
        to.raw(R"({"type":"string","format":"uuid"})");
    } else if constexpr (kind == json_kind::enumeration) {
        write_enum_schema<T>(to);
    } else if constexpr (kind == json_kind::optional) {
        to.raw(R"({"anyOf":[)");
        write_schema<typename T::value_type>(to, depth + 1);
        to.raw(R"(,{"type":"null"}]})");
    } else if constexpr (kind == json_kind::duration) {
        to.raw(
            std::is_integral_v<typename T::rep> ? R"({"type":"integer")" : R"({"type":"number")"
        );
        to.raw(R"(,"description":")");
        to.raw(duration_unit<T>());
        to.raw("\"}");
    } else if constexpr (kind == json_kind::time_point) {
        to.raw(R"({"type":"integer","description":")");
        to.raw(duration_unit<typename T::duration>());
        to.raw(" since 1970-01-01T00:00Z\"}");
    } else if constexpr (kind == json_kind::map) {
        to.raw(R"({"type":"object","additionalProperties":)");
        write_schema<typename T::mapped_type>(to, depth + 1);
        to.raw('}');
    } else if constexpr (kind == json_kind::sequence) {
        to.raw(R"({"type":"array","items":)");
        write_schema<typename T::value_type>(to, depth + 1);
        to.raw('}');
    } else if constexpr (kind == json_kind::fixed_array) {
        to.raw(R"({"type":"array","items":)");
        write_schema<typename T::value_type>(to, depth + 1);
        to.raw(R"(,"minItems":)");
        to.integer(std::tuple_size_v<T>);
        to.raw(R"(,"maxItems":)");
        to.integer(std::tuple_size_v<T>);
        to.raw('}');
    } else if constexpr (kind == json_kind::tuple) {
        write_tuple_schema<T>(to, "", std::tuple_size_v<T>, depth);
    } else if constexpr (kind == json_kind::described) {
        write_described_schema<T>(to, "", depth);
    } else {
        to.raw(R"({"type":"object"})");
    }
}

// The schema of a function job's arguments.
template <class Tuple>
std::string schema_of_tuple(std::string_view title, std::size_t fewest) {
    json_writer to;
    write_tuple_schema<Tuple>(to, title, fewest, 0);
    return to.to_string();
}

// The schema of a struct job.
template <class J>
std::string schema_of_struct(std::string_view title) {
    json_writer to;
    if constexpr (kind_of<J>() == json_kind::described) {
        write_described_schema<J>(to, title, 0);
    } else {
        to.raw(R"({"title":")");
        to.raw(title);
        to.raw("\"}");
    }
    return to.to_string();
}

} // namespace cofire::detail

#endif
