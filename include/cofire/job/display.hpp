// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_DISPLAY_HPP
#define COFIRE_JOB_DISPLAY_HPP

#include <cofire/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cofire {

/// How many bytes of one argument a display name shows at most.
inline constexpr std::size_t display_value_limit = 60;

/// The name shown to people: `pattern` with {0}, {1}, ... (arguments that are an array) and {name}
/// (that are an object) replaced by the values in `arguments`, which is JSON text. Strings are
/// shown bare, with control characters as spaces, other values as JSON; long ones are cut and end
/// in "...". Whatever names no value stays as it is, so a bad pattern or arguments that are no JSON
/// show the pattern; nothing of that is an error.
///
/// Distinct objects: safe. Shared objects: safe.
[[nodiscard]] std::string render_display(std::string_view pattern, std::string_view arguments);

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/job/impl/display.ipp>
#endif

#endif
