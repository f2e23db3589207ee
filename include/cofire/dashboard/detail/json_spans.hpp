// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_JSON_SPANS_HPP
#define COFIRE_DASHBOARD_DETAIL_JSON_SPANS_HPP

#include <cofire/core/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// Where a value stands in a JSON text.
///
/// Distinct objects: safe. Shared objects: safe to read.
struct json_span {
    std::size_t begin = 0; ///< its first byte
    std::size_t end = 0;   ///< behind its last one
    bool is_object = false;
    std::string key{}; ///< of a member of an object, without escapes
    std::vector<json_span> children{};
};

/// Where the values in `text` stand; nothing if it is no JSON, or nested deeper than 128.
[[nodiscard]] std::optional<json_span> json_spans(std::string_view text);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/json_spans.ipp>
#endif

#endif
