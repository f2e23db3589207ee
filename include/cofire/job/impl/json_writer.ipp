// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_IMPL_JSON_WRITER_IPP
#define COFIRE_JOB_IMPL_JSON_WRITER_IPP

#include <cofire/core/utf8.hpp>
#include <cofire/job/json_writer.hpp>
#include <cofire/job/plain_text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <cstdint>

namespace cofire::detail {

COFIRE_DECL void json_writer::grow(std::size_t more) {
    std::size_t const wanted = 2 * capacity_ + more;
    if (large_.empty()) {
        large_.reserve(wanted);
        large_.assign(small_.data(), small_.data() + size_);
    }
    large_.resize(wanted);
    data_ = large_.data();
    capacity_ = large_.size();
}

COFIRE_DECL void json_writer::fail_too_deep(json_path const& at) {
    at.fail(
        errc::json_too_deep, "more than " + std::to_string(json_depth_limit) + " levels of nesting"
    );
}

COFIRE_DECL void json_writer::text(std::string_view value, json_path const& at) {
    static constexpr char digits[] = "0123456789abcdef";
    raw('"');
    std::size_t from = 0;
    std::size_t i = 0;
    while (i != value.size()) {
        auto const byte = static_cast<unsigned char>(value[i]);
        if (byte >= 0x80) {
            std::size_t const length = utf8_sequence(value.substr(i));
            if (length == 0) {
                std::string const code{'0', 'x', digits[byte >> 4], digits[byte & 15U]};
                at.fail(
                    "the text is not UTF-8: byte " + code + " after " + quoted(value.substr(0, i))
                );
            }
            i += length;
            continue;
        }
        if (std::size_t const plain = plain_prefix(value.substr(i)); plain != 0) {
            i += plain;
            continue;
        }
        raw(value.substr(from, i - from));
        switch (byte) {
        case '"': raw("\\\""); break;
        case '\\': raw("\\\\"); break;
        case '\n': raw("\\n"); break;
        case '\r': raw("\\r"); break;
        case '\t': raw("\\t"); break;
        default:
            raw("\\u00");
            raw(digits[byte >> 4]);
            raw(digits[byte & 15U]);
        }
        from = ++i;
    }
    raw(value.substr(from));
    raw('"');
}

COFIRE_DECL void json_writer::value(boost::json::value const& value, json_path const& at) {
    switch (value.kind()) {
    case boost::json::kind::null: raw("null"); return;
    case boost::json::kind::bool_: raw(value.get_bool() ? "true" : "false"); return;
    case boost::json::kind::int64: integer(value.get_int64()); return;
    case boost::json::kind::uint64: integer(value.get_uint64()); return;
    case boost::json::kind::double_: number(value.get_double(), at); return;
    case boost::json::kind::string: {
        auto const& s = value.get_string();
        text(std::string_view(s.data(), s.size()), at);
        return;
    }
    case boost::json::kind::array: {
        open('[', at);
        std::size_t i = 0;
        for (boost::json::value const& element : value.get_array()) {
            if (i != 0) {
                raw(',');
            }
            this->value(element, json_path(at, i++));
        }
        raw(']');
        return;
    }
    case boost::json::kind::object: {
        open('{', at);
        bool first = true;
        for (boost::json::key_value_pair const& member : value.get_object()) {
            if (!first) {
                raw(',');
            }
            first = false;
            json_path const here(at, std::string_view(member.key().data(), member.key().size()));
            text(std::string_view(member.key().data(), member.key().size()), here);
            raw(':');
            this->value(member.value(), here);
        }
        raw('}');
        return;
    }
    }
}

} // namespace cofire::detail

#endif
