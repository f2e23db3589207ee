// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_ASSETS_HPP
#define COFIRE_DASHBOARD_ASSETS_HPP

#include <cofire/dashboard/asset.hpp>

namespace cofire::detail {

inline constexpr char dashboard_index[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>cofire</title>"
    "<h1>cofire</h1><p>The dashboard's API is at <a href=\"api/overview\">api/overview</a>.</p></html>";

/// The files of the page.
inline constexpr dashboard_asset dashboard_assets[] = {
    {"index.html",
     "text/html; charset=utf-8",
     "\"placeholder-1\"",
     dashboard_index,
     sizeof dashboard_index - 1,
     false},
};

} // namespace cofire::detail

#endif
