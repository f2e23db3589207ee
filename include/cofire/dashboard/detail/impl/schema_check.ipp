// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_SCHEMA_CHECK_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_SCHEMA_CHECK_IPP

#include <cofire/dashboard/detail/exchange.hpp>
#include <cofire/dashboard/detail/schema_check.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

namespace cofire::detail {

[[nodiscard]] inline bool is_integral(boost::json::value const& v) {
    return v.is_int64() || v.is_uint64() ||
           (v.is_double() && std::floor(v.get_double()) == v.get_double());
}

[[nodiscard]] inline bool has_json_type(boost::json::value const& v, std::string_view type) {
    return (type == "object" && v.is_object()) || (type == "array" && v.is_array()) ||
           (type == "string" && v.is_string()) || (type == "boolean" && v.is_bool()) ||
           (type == "null" && v.is_null()) || (type == "number" && v.is_number()) ||
           (type == "integer" && is_integral(v));
}

// Where `a` < `b`, exactly for whole numbers.
[[nodiscard]] inline bool is_less(boost::json::value const& a, boost::json::value const& b) {
    if (a.is_double() || b.is_double()) {
        return a.to_number<double>() < b.to_number<double>();
    }
    if (a.is_uint64() || b.is_uint64()) {
        bool const a_negative = a.is_int64() && a.get_int64() < 0;
        bool const b_negative = b.is_int64() && b.get_int64() < 0;
        if (a_negative || b_negative) {
            return a_negative && !b_negative;
        }
        return a.to_number<std::uint64_t>() < b.to_number<std::uint64_t>();
    }
    return a.get_int64() < b.get_int64();
}

// What is wrong with a value, and where.
struct schema_fault {
    std::string at;
    std::string why;
};

[[nodiscard]] inline std::optional<schema_fault>
find_fault(boost::json::value const& schema, boost::json::value const& v, std::string const& at);

[[nodiscard]] inline std::optional<schema_fault>
find_array_fault(boost::json::object const& s, boost::json::array const& a, std::string const& at) {
    auto const* const fewest = s.if_contains("minItems");
    auto const* const most = s.if_contains("maxItems");
    if (fewest != nullptr && fewest->is_number() &&
        static_cast<double>(a.size()) < fewest->to_number<double>()) {
        return schema_fault{at, "has " + std::to_string(a.size()) + " values, too few"};
    }
    if (most != nullptr && most->is_number() &&
        static_cast<double>(a.size()) > most->to_number<double>()) {
        return schema_fault{at, "has " + std::to_string(a.size()) + " values, too many"};
    }
    auto const* const first = s.if_contains("prefixItems");
    auto const* const rest = s.if_contains("items");
    std::size_t const named = first != nullptr && first->is_array() ? first->get_array().size() : 0;
    for (std::size_t i = 0; i != a.size(); ++i) {
        std::string const place = at + '/' + std::to_string(i);
        if (i < named) {
            if (auto fault = find_fault(first->get_array()[i], a[i], place)) {
                return fault;
            }
        } else if (rest != nullptr) {
            if (auto fault = find_fault(*rest, a[i], place)) {
                return fault;
            }
        }
    }
    return std::nullopt;
}

[[nodiscard]] inline std::optional<schema_fault> find_object_fault(
    boost::json::object const& s, boost::json::object const& o, std::string const& at
) {
    if (auto const* const required = s.if_contains("required");
        required != nullptr && required->is_array()) {
        for (boost::json::value const& name : required->get_array()) {
            if (name.is_string() && !o.contains(name.get_string())) {
                return schema_fault{at + '/' + std::string(name.get_string()), "is missing"};
            }
        }
    }
    auto const* const properties = s.if_contains("properties");
    auto const* const others = s.if_contains("additionalProperties");
    for (auto const& member : o) {
        std::string const place = at + '/' + std::string(member.key());
        boost::json::value const* known = nullptr;
        if (properties != nullptr && properties->is_object()) {
            known = properties->get_object().if_contains(member.key());
        }
        if (known == nullptr) {
            known = others;
        }
        if (known != nullptr) {
            if (auto fault = find_fault(*known, member.value(), place)) {
                return fault;
            }
        }
    }
    return std::nullopt;
}

inline std::optional<schema_fault>
find_fault(boost::json::value const& schema, boost::json::value const& v, std::string const& at) {
    if (schema.is_bool()) {
        return schema.get_bool() ? std::nullopt : std::optional(schema_fault{at, "is not known"});
    }
    if (!schema.is_object()) {
        return std::nullopt;
    }
    boost::json::object const& s = schema.get_object();
    if (auto const* const any = s.if_contains("anyOf"); any != nullptr && any->is_array()) {
        std::optional<schema_fault> first;
        for (boost::json::value const& one : any->get_array()) {
            auto fault = find_fault(one, v, at);
            if (!fault) {
                return std::nullopt;
            }
            first = first ? first : fault;
        }
        return first;
    }
    if (auto const* const allowed = s.if_contains("enum");
        allowed != nullptr && allowed->is_array()) {
        auto const& list = allowed->get_array();
        if (std::find(list.begin(), list.end(), v) == list.end()) {
            return schema_fault{at, "is none of " + boost::json::serialize(list)};
        }
    }
    if (auto const* const type = s.if_contains("type"); type != nullptr && type->is_string()) {
        if (!has_json_type(v, type->get_string())) {
            return schema_fault{at, "must be of the type " + std::string(type->get_string())};
        }
    }
    if (v.is_number()) {
        auto const* const least = s.if_contains("minimum");
        auto const* const most = s.if_contains("maximum");
        if (least != nullptr && least->is_number() && is_less(v, *least)) {
            return schema_fault{at, "is less than " + boost::json::serialize(*least)};
        }
        if (most != nullptr && most->is_number() && is_less(*most, v)) {
            return schema_fault{at, "is more than " + boost::json::serialize(*most)};
        }
    }
    if (v.is_array()) {
        return find_array_fault(s, v.get_array(), at);
    }
    if (v.is_object()) {
        return find_object_fault(s, v.get_object(), at);
    }
    return std::nullopt;
}

COFIRE_DECL void check_against_schema(std::string_view schema, std::string_view arguments) {
    boost::system::error_code ec;
    boost::json::parse_options how;
    how.max_depth = 128;
    boost::json::value const value = boost::json::parse(arguments, ec, {}, how);
    if (ec) {
        throw web_problem(
            400, "bad_arguments", "arguments: not JSON: " + ec.message(), "arguments"
        );
    }
    boost::json::value const rules = boost::json::parse(schema, ec, {}, how);
    if (ec) {
        return;
    }
    if (auto const fault = find_fault(rules, value, "arguments")) {
        throw web_problem(400, "bad_arguments", fault->at + ' ' + fault->why, fault->at);
    }
}

} // namespace cofire::detail

#endif
