// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_LOG_HPP
#define COFIRE_HANDLER_LOG_HPP

#include <cofire/core/config.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cofire {

/// How much a line matters.
enum class log_level : std::uint8_t {
    debug,   ///< for the programmer
    info,    ///< the usual course
    warning, ///< somebody should look at it some time
    error,   ///< something was lost, refused or failed
};

/// The level's name: "debug", "info", "warning", "error".
[[nodiscard]] constexpr std::string_view to_string(log_level l) {
    switch (l) {
    case log_level::debug: return "debug";
    case log_level::info: return "info";
    case log_level::warning: return "warning";
    case log_level::error: return "error";
    }
    return "unknown";
}

/// Takes the library's own lines, one at a time, without a line's end. It may be called from any
/// thread, also from several at once. What it throws is swallowed. Empty: default_log_sink().
using log_sink = std::function<void(log_level, std::string_view)>;

/// Writes "cofire: <level>: <line>" to stderr for every level but debug, one write a line, with
/// control characters escaped so that no line can look like two.
[[nodiscard]] log_sink default_log_sink();

namespace detail {

/// What default_log_sink() writes, the line's end included.
[[nodiscard]] std::string format_log_line(log_level level, std::string_view line);

/// Gives `line` to `sink`, or to the default one if it is empty. Never throws.
void write_log(log_sink const& sink, log_level level, std::string_view line) noexcept;

} // namespace detail
} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/log.ipp>
#endif

#endif
