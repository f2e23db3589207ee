// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_DECODE_HPP
#define COFIRE_JOB_DECODE_HPP

#include <cofire/job/described.hpp>
#include <cofire/job/json_document.hpp>
#include <cofire/job/json_kind.hpp>
#include <cofire/job/json_path.hpp>

#include <boost/describe/enum_from_string.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire::detail {

/// Throws at.fail("expected <wanted>, found <what is there>").
[[noreturn]] void
fail_expected(std::string const& wanted, boost::json::value const& found, json_path const& at);

/// Throws at.fail about the number of elements; `fewest` and `most` were expected.
[[noreturn]] void
fail_count(std::size_t found, std::size_t fewest, std::size_t most, json_path const& at);

/// The integer in `from`, if it is one of -2^63 to 2^64-1; its low 64 bits, and if it is negative.
/// A floating number counts if it is whole and at most 2^53 in size: other writers print 3 as 3.0.
struct wide_integer {
    std::uint64_t bits;
    bool negative;
};
[[nodiscard]] std::optional<wide_integer> to_integer(boost::json::value const& from);

/// The number in `from`, if it is one.
[[nodiscard]] std::optional<double> to_floating(boost::json::value const& from);

template <class T>
[[nodiscard]] T decode(boost::json::value const& from, json_path const& at);

template <class T>
T decode_integer(boost::json::value const& from, json_path const& at) {
    using limits = std::numeric_limits<T>;
    std::optional<wide_integer> const wide = to_integer(from);
    if (!wide) {
        fail_expected("an integer", from, at);
    }
    bool const fits = wide->negative
                          ? std::is_signed_v<T> && static_cast<std::int64_t>(wide->bits) >=
                                                       static_cast<std::int64_t>(limits::min())
                          : wide->bits <= static_cast<std::uint64_t>(limits::max());
    if (!fits) {
        fail_expected(
            "an integer from " + std::to_string(limits::min()) + " to " +
                std::to_string(limits::max()),
            from,
            at
        );
    }
    return static_cast<T>(wide->bits);
}

template <class T>
T decode_floating(boost::json::value const& from, json_path const& at) {
    std::optional<double> const number = to_floating(from);
    if (!number) {
        fail_expected("a number", from, at);
    }
    constexpr T most = std::numeric_limits<T>::max();
    if (*number > static_cast<double>(most) || *number < -static_cast<double>(most)) {
        // The shortest text of the greatest float is a little more than its value.
        if constexpr (sizeof(T) < sizeof(double)) {
            constexpr double rounds_down = 0x1.ffffffp127; // below this, to that float
            if (*number<rounds_down&& * number> - rounds_down) {
                return *number < 0 ? -most : most;
            }
        }
        fail_expected("a number that a float can hold", from, at);
    }
    return static_cast<T>(*number);
}

template <class T>
T decode_enum(boost::json::value const& from, json_path const& at) {
    if constexpr (boost::describe::has_describe_enumerators<T>::value) {
        T value{};
        if (!from.is_string() ||
            !boost::describe::enum_from_string(from.get_string().c_str(), value)) {
            std::string wanted = "one of";
            boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
                wanted += wanted.ends_with('f') ? " " : ", ";
                wanted += d.name;
            });
            fail_expected(wanted, from, at);
        }
        return value;
    } else {
        return static_cast<T>(decode_integer<std::underlying_type_t<T>>(from, at));
    }
}

template <class T>
T decode_user(boost::json::value const& from, json_path const& at) {
    try {
        return boost::json::value_to<T>(from);
    } catch (error const&) {
        throw;
    } catch (std::exception const& e) {
        at.fail(
            "the type's own conversion failed: " + std::string(e.what()) + ", from " +
            describe_json(from)
        );
    }
}

inline boost::json::array const& array_of(boost::json::value const& from, json_path const& at) {
    if (!from.is_array()) {
        fail_expected("an array", from, at);
    }
    return from.get_array();
}

inline boost::json::object const& object_of(boost::json::value const& from, json_path const& at) {
    if (!from.is_object()) {
        fail_expected("an object", from, at);
    }
    return from.get_object();
}

template <class T>
T decode_sequence(boost::json::value const& from, json_path const& at) {
    boost::json::array const& elements = array_of(from, at);
    T value;
    if constexpr (requires { value.reserve(elements.size()); }) {
        value.reserve(elements.size());
    }
    for (std::size_t i = 0; i != elements.size(); ++i) {
        value.insert(value.end(), decode<typename T::value_type>(elements[i], json_path(at, i)));
    }
    return value;
}

template <class T>
T decode_map(boost::json::value const& from, json_path const& at) {
    T value;
    for (boost::json::key_value_pair const& member : object_of(from, at)) {
        std::string key(member.key().data(), member.key().size());
        json_path const here(at, key);
        auto element = decode<typename T::mapped_type>(member.value(), here);
        value.insert_or_assign(std::move(key), std::move(element));
    }
    return value;
}

inline boost::json::array const&
array_of_size(boost::json::value const& from, std::size_t size, json_path const& at) {
    boost::json::array const& elements = array_of(from, at);
    if (elements.size() != size) {
        fail_count(elements.size(), size, size, at);
    }
    return elements;
}

template <class T, std::size_t... I>
T decode_tuple(boost::json::value const& from, json_path const& at, std::index_sequence<I...>) {
    [[maybe_unused]] auto const& elements = array_of_size(from, sizeof...(I), at);
    // Braces evaluate from left to right, so the first wrong element is the one reported.
    return T{decode<std::tuple_element_t<I, T>>(elements[I], json_path(at, I))...};
}

template <class T>
T decode_described(boost::json::value const& from, json_path const& at) {
    T value{};
    boost::json::object const& object = object_of(from, at);
    if constexpr (is_strict<T>()) {
        static constexpr auto names = member_names<T>();
        for (boost::json::key_value_pair const& member : object) {
            std::string_view const key(member.key().data(), member.key().size());
            if (std::find(names.begin(), names.end(), key) == names.end()) {
                json_path(at, key).fail("unknown member");
            }
        }
    }
    if constexpr (described_check<T>::ok) {
        for_each_member<T>([&]<class D>() {
            json_path const here(at, std::string_view(D::name));
            if (boost::json::value const* member = object.if_contains(D::name)) {
                value.*D::pointer = decode<member_type<T, D>>(*member, here);
            } else if (is_required<T>(D::name)) {
                here.fail("required, but missing");
            }
        });
    }
    return value;
}

// Reads a `T` in its JSON form. Throws by at.fail.
template <class T>
T decode(boost::json::value const& from, json_path const& at) {
    constexpr json_kind kind = kind_of<T>();
    if constexpr (kind == json_kind::user) {
        return decode_user<T>(from, at);
    } else if constexpr (kind == json_kind::any) {
        return boost::json::value(from, boost::json::storage_ptr());
    } else if constexpr (kind == json_kind::boolean) {
        if (!from.is_bool()) {
            fail_expected("true or false", from, at);
        }
        return from.get_bool();
    } else if constexpr (kind == json_kind::integer) {
        return decode_integer<T>(from, at);
    } else if constexpr (kind == json_kind::floating) {
        return decode_floating<T>(from, at);
    } else if constexpr (kind == json_kind::text) {
        if (!from.is_string()) {
            fail_expected("a string", from, at);
        }
        return std::string(from.get_string().data(), from.get_string().size());
    } else if constexpr (kind == json_kind::id) {
        std::optional<job_id> id;
        if (from.is_string()) {
            id = job_id::parse({from.get_string().data(), from.get_string().size()});
        }
        if (!id) {
            fail_expected("a job id", from, at);
        }
        return *id;
    } else if constexpr (kind == json_kind::enumeration) {
        return decode_enum<T>(from, at);
    } else if constexpr (kind == json_kind::optional) {
        if (from.is_null()) {
            return T();
        }
        return T(decode<typename T::value_type>(from, at));
    } else if constexpr (kind == json_kind::duration) {
        return T(decode<typename T::rep>(from, at));
    } else if constexpr (kind == json_kind::time_point) {
        return T(decode<typename T::duration>(from, at));
    } else if constexpr (kind == json_kind::map) {
        return decode_map<T>(from, at);
    } else if constexpr (kind == json_kind::sequence) {
        return decode_sequence<T>(from, at);
    } else if constexpr (kind == json_kind::fixed_array) {
        auto const& elements = array_of_size(from, std::tuple_size_v<T>, at);
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{{decode<typename T::value_type>(elements[I], json_path(at, I))...}};
        }
        (std::make_index_sequence<std::tuple_size_v<T>>());
    } else if constexpr (kind == json_kind::tuple) {
        return decode_tuple<T>(from, at, std::make_index_sequence<std::tuple_size_v<T>>());
    } else if constexpr (kind == json_kind::described) {
        return decode_described<T>(from, at);
    } else if constexpr (kind == json_kind::empty) {
        object_of(from, at);
        return T{};
    } else {
        static_assert(
            kind != json_kind::none, "cofire: this type has no JSON form; see docs/job.md"
        );
    }
}

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/job/impl/decode.ipp>
#endif

#endif
