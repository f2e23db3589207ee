// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_IMPL_DISPLAY_IPP
#define COFIRE_JOB_IMPL_DISPLAY_IPP

#include <cofire/job/display.hpp>
#include <cofire/job/json_document.hpp>
#include <cofire/job/json_writer.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <charconv>
#include <system_error>
#include <utility>

namespace cofire {
namespace detail {

// The value a placeholder names; null if there is none.
COFIRE_DECL boost::json::value const*
display_argument(boost::json::value const& arguments, std::string_view key) {
    if (arguments.is_object()) {
        return arguments.get_object().if_contains(boost::json::string_view(key.data(), key.size()));
    }
    std::size_t index = 0;
    char const* const end = key.data() + key.size();
    auto const number = std::from_chars(key.data(), end, index);
    if (!arguments.is_array() || number.ec != std::errc() || number.ptr != end) {
        return nullptr;
    }
    return arguments.get_array().if_contains(index);
}

// Cuts at the beginning of a UTF-8 sequence.
COFIRE_DECL std::string display_shortened(std::string text) {
    if (text.size() <= display_value_limit) {
        return text;
    }
    std::size_t end = display_value_limit;
    while (end != 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    text.resize(end);
    text += "...";
    return text;
}

COFIRE_DECL std::string display_text(boost::json::value const& value) {
    if (value.is_string()) {
        auto const& s = value.get_string();
        std::string text(s.data(), s.size());
        for (char& c : text) {
            auto const byte = static_cast<unsigned char>(c);
            c = byte < 0x20 || byte == 0x7F ? ' ' : c;
        }
        return display_shortened(std::move(text));
    }
    json_writer to;
    to.value(value, json_path("", errc::bad_arguments));
    return display_shortened(to.to_string());
}

COFIRE_DECL std::string
display_filled(std::string_view pattern, boost::json::value const& arguments) {
    std::string text;
    while (true) {
        std::size_t const open = pattern.find('{');
        std::size_t const close = pattern.find('}', open == pattern.npos ? 0 : open);
        if (open == pattern.npos || close == pattern.npos) {
            return text.append(pattern);
        }
        std::string_view const key = pattern.substr(open + 1, close - open - 1);
        text.append(pattern.substr(0, open));
        if (boost::json::value const* value = display_argument(arguments, key)) {
            text += display_text(*value);
            pattern.remove_prefix(close + 1);
        } else {
            // The brace alone stays: a placeholder may begin behind it.
            text += '{';
            pattern.remove_prefix(open + 1);
        }
    }
}

} // namespace detail

COFIRE_DECL std::string render_display(std::string_view pattern, std::string_view arguments) {
    if (pattern.find('{') == pattern.npos) {
        return std::string(pattern);
    }
    try {
        detail::json_document const document(arguments, detail::json_path("", errc::bad_arguments));
        return detail::display_filled(pattern, document.root());
    } catch (error const&) {
        return std::string(pattern);
    }
}

} // namespace cofire

#endif
