// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_CRON_WORDS_HPP
#define COFIRE_DASHBOARD_DETAIL_CRON_WORDS_HPP

#include <cofire/core/config.hpp>

#include <string>
#include <string_view>

namespace cofire::detail {

/// A cron expression in plain English: "at 03:00 every day", "every 5 minutes, Monday to Friday". `text` is
/// cron_expression::to_string's.
[[nodiscard]] std::string cron_words(std::string_view text);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/cron_words.ipp>
#endif

#endif
