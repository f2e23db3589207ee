// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_UTF8_HPP
#define COFIRE_CORE_UTF8_HPP

#include <cstddef>
#include <string_view>

namespace cofire::detail {

/// How many bytes the UTF-8 sequence at the beginning of `text` has; 0 if it is none. By the table
/// of well-formed sequences in the Unicode standard: no overlong forms, no surrogates, nothing above
/// U+10FFFF.
[[nodiscard]] constexpr std::size_t utf8_sequence(std::string_view text) {
    auto const byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    auto const follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    unsigned const first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return follows(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        bool const low = first != 0xE0 || byte(1) >= 0xA0;
        bool const high = first != 0xED || byte(1) <= 0x9F;
        return follows(1) && follows(2) && low && high ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        bool const low = first != 0xF0 || byte(1) >= 0x90;
        bool const high = first != 0xF4 || byte(1) <= 0x8F;
        return follows(1) && follows(2) && follows(3) && low && high ? 4 : 0;
    }
    return 0;
}

/// True if all of `text` is UTF-8.
[[nodiscard]] constexpr bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        std::size_t const n = utf8_sequence(text);
        if (n == 0) {
            return false;
        }
        text.remove_prefix(n);
    }
    return true;
}

} // namespace cofire::detail

#endif
