// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_PLAIN_TEXT_HPP
#define COFIRE_JOB_PLAIN_TEXT_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cofire::detail {

/// True if `c` stands in a JSON string as it is: ASCII, but no control character, quote or backslash.
[[nodiscard]] constexpr bool is_plain(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/// How many characters at the beginning of `text` are plain. Eight at a time.
[[nodiscard]] inline std::size_t plain_prefix(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = 0x8080808080808080U;
    constexpr std::size_t step = sizeof(std::uint64_t);
    // Not 0 if any byte of `word`, all ASCII, is below `n`.
    auto const any_below = [](std::uint64_t word, std::uint64_t n) {
        return (word - ones * n) & ~word & tops;
    };
    auto const all_plain = [&](std::size_t at) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, step);
        return ((word & tops) | any_below(word, 0x20) | any_below(word ^ (ones * '"'), 1) |
                any_below(word ^ (ones * '\\'), 1)) == 0;
    };
    std::size_t i = 0;
    while (text.size() - i >= step && all_plain(i)) {
        i += step;
    }
    if (i != 0 && text.size() - i < step && all_plain(text.size() - step)) {
        return text.size(); // the rest, with some of what was looked at
    }
    while (i != text.size() && is_plain(text[i])) {
        ++i;
    }
    return i;
}

} // namespace cofire::detail

#endif
