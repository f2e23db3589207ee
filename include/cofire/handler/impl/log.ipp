// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_LOG_IPP
#define COFIRE_HANDLER_IMPL_LOG_IPP

#include <cofire/handler/log.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace cofire {

namespace detail {

COFIRE_DECL std::string format_log_line(log_level level, std::string_view line) {
    constexpr char hex[] = "0123456789abcdef";
    std::string text = "cofire: ";
    text += to_string(level);
    text += ": ";
    text.reserve(text.size() + line.size() + 1);
    bool c1 = false; // the second byte of U+0080 to U+009F, which terminals obey as well
    for (std::size_t i = 0; i != line.size(); ++i) {
        auto const byte = static_cast<unsigned char>(line[i]);
        auto const next = i + 1 < line.size() ? static_cast<unsigned char>(line[i + 1]) : 0U;
        bool const starts_c1 = byte == 0xC2 && next >= 0x80 && next <= 0x9F;
        if (byte == '\n') {
            text += "\\n";
        } else if (byte < 0x20 || byte == 0x7F || starts_c1 || c1) {
            text += "\\x";
            text += hex[byte >> 4];
            text += hex[byte & 15];
        } else {
            text += line[i];
        }
        c1 = starts_c1;
    }
    text += '\n';
    return text;
}

COFIRE_DECL void write_log(log_sink const& sink, log_level level, std::string_view line) noexcept {
    try {
        if (sink) {
            sink(level, line);
        } else if (level != log_level::debug) {
            std::fputs(format_log_line(level, line).c_str(), stderr);
        }
    } catch (...) { // NOLINT(bugprone-empty-catch): there is nowhere left to report it to
    }
}

} // namespace detail

COFIRE_DECL log_sink default_log_sink() {
    return
        [](log_level level, std::string_view line) { detail::write_log(log_sink{}, level, line); };
}

} // namespace cofire

#endif
