// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOURNAL_JOB_JSON_HPP
#define COFIRE_JOURNAL_JOB_JSON_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/core/time_point.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cofire_journal {

/// "2026-01-31T12:00:00.000000Z".
[[nodiscard]] std::string time_text(cofire::time_point t);

/// `text`, with U+FFFD for each byte that is no UTF-8.
[[nodiscard]] std::string valid_text(std::string_view text);

/// The bytes in base64, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

/// A job with all that is known of it: a JSON object in one line. Arguments and result stand in it as JSON,
/// to the character; what is no JSON is in arguments_base64 or result_base64.
[[nodiscard]] std::string job_line(cofire::job_record const& job);

} // namespace cofire_journal

#endif
