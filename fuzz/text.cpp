// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any text as a job id, a zone's name, a display name's pattern with arguments, text in an error.
// Input: 1 byte that chooses, the text; for display the pattern, a zero byte, the arguments.

#include "fuzz.hpp"

#include <cofire/core/error.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/utf8.hpp>
#include <cofire/job/display.hpp>
#include <cofire/time/zone.hpp>

#include <algorithm>
#include <cctype>

namespace {

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        auto const length = cofire::detail::utf8_sequence(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

bool is_one_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

void job_id(std::string_view text) {
    auto const id = cofire::job_id::parse(text);
    if (id) {
        std::string lower(text);
        std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        fuzz::require(id->to_string() == lower, "an id's text is its own", text, id->to_string());
        (void)id->made_at();
    }
}

void zone(std::string_view text) {
    try {
        auto const found = cofire::zone::locate(text);
        auto const name = found.name();
        fuzz::require(
            cofire::zone::locate(name) == found, "a zone is found by its name", text, name
        );
        auto const period = found.at({});
        fuzz::require(period.begin <= period.end, "a period begins before it ends", text);
    } catch (cofire::error const& e) {
        fuzz::require(e.value() == cofire::errc::unknown_zone, "unknown_zone", text, e.what());
        fuzz::require(is_utf8(e.what()), "an error is UTF-8", text, e.what());
        fuzz::require(is_one_line(e.what()), "an error is one line", text, e.what());
    }
}

void display(fuzz::input in) {
    auto const pattern = in.word();
    auto const arguments = in.rest();
    auto const name = cofire::render_display(pattern, arguments);
    // Each {...} has two bytes at least, and stands for at most the limit and some dots.
    auto const most = pattern.size() + (pattern.size() / 2 + 1) * (cofire::display_value_limit + 3);
    fuzz::require(name.size() <= most, "a display name is short", pattern, name);
    if (is_utf8(pattern)) {
        fuzz::require(is_utf8(name), "a display name is UTF-8", pattern, name);
    }
}

void quoted(fuzz::input in) {
    auto const most = static_cast<std::size_t>(in.byte());
    auto const text = in.rest();
    auto const shown = cofire::quoted(text, most);
    fuzz::require(is_utf8(shown), "quoted text is UTF-8", text, shown);
    fuzz::require(is_one_line(shown), "quoted text is one line", text, shown);
    fuzz::require(shown.size() <= most + 16, "quoted text is short", text, shown);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.byte() % 4) {
    case 0: job_id(in.rest()); break;
    case 1: zone(in.rest()); break;
    case 2: display(in); break;
    default: quoted(in); break;
    }
    return 0;
}
