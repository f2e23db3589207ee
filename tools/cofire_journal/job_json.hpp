// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOURNAL_JOB_JSON_HPP
#define COFIRE_JOURNAL_JOB_JSON_HPP

#include <cofire/core/job_record.hpp>

#include <string>

namespace cofire_journal {

/// A job with all that is known of it: a JSON object in one line. Arguments and result stand in it as JSON,
/// to the character; what is no JSON is in arguments_base64 or result_base64.
[[nodiscard]] std::string job_line(cofire::job_record const& job);

} // namespace cofire_journal

#endif
