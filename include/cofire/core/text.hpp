// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_TEXT_HPP
#define COFIRE_CORE_TEXT_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofire::detail {

/// `text` as valid UTF-8 of at most `most` bytes: bytes that are not become U+FFFD, and it is cut
/// between two characters.
[[nodiscard]] std::string clean_utf8(std::string_view text, std::size_t most = std::string::npos);

/// The moment as RFC 3339 in UTC with microseconds: "2026-01-31T12:00:00.000000Z".
[[nodiscard]] std::string time_text(time_point t);

/// The 16 hexadecimal digits of an error's fingerprint.
[[nodiscard]] std::string fingerprint_text(std::uint64_t fingerprint);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/core/impl/text.ipp>
#endif

#endif
