// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_SCHEMA_CHECK_HPP
#define COFIRE_DASHBOARD_DETAIL_SCHEMA_CHECK_HPP

#include <cofire/core/config.hpp>

#include <string_view>

namespace cofire::detail {

/// Throws web_problem, 400 bad_arguments with the place as its field, unless the JSON text `arguments` is
/// as the JSON Schema `schema` says, as far as that is in the subset that servers announce: type, enum,
/// minimum, maximum, anyOf, items, prefixItems, minItems, maxItems, properties, required,
/// additionalProperties. An empty schema, or one that is no JSON, allows everything that is JSON.
void check_against_schema(std::string_view schema, std::string_view arguments);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/schema_check.ipp>
#endif

#endif
