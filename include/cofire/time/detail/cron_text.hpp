// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_DETAIL_CRON_TEXT_HPP
#define COFIRE_TIME_DETAIL_CRON_TEXT_HPP

#include <cofire/core/config.hpp>
#include <cofire/time/detail/cron_fields.hpp>
#include <cofire/time/detail/cron_parser.hpp>

#include <string>
#include <string_view>

namespace cofire::detail {

/// The canonical text of an expression; see cron_expression::to_string.
[[nodiscard]] std::string to_text(cron_fields const& fields);

/// What is wrong with `text`, in words; `parsed` is what parsing it gave, a problem.
[[nodiscard]] std::string explain(cron_parsed const& parsed, std::string_view text);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/time/impl/cron_text.ipp>
#endif

#endif
