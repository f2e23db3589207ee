// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_IMPL_TEXT_IPP
#define COFIRE_CORE_IMPL_TEXT_IPP

#include <cofire/core/text.hpp>
#include <cofire/core/utf8.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace cofire::detail {

COFIRE_DECL std::string clean_utf8(std::string_view text, std::size_t most) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string clean;
    while (!text.empty()) {
        std::size_t const length = utf8_sequence(text);
        std::string_view const next = length == 0 ? replacement : text.substr(0, length);
        if (next.size() > most - clean.size()) {
            break;
        }
        clean += next;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return clean;
}

COFIRE_DECL std::string time_text(time_point t) {
    auto const day = std::chrono::floor<std::chrono::days>(t);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{t - day};
    std::array<char, 64> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count())
    );
    return text.data();
}

COFIRE_DECL std::string fingerprint_text(std::uint64_t fingerprint) {
    std::array<char, 20> text{};
    std::snprintf(
        text.data(), text.size(), "%016llx", static_cast<unsigned long long>(fingerprint)
    );
    return text.data();
}

} // namespace cofire::detail

#endif
