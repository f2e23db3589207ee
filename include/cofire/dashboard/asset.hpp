// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_ASSET_HPP
#define COFIRE_DASHBOARD_ASSET_HPP

#include <cstddef>
#include <string_view>

namespace cofire::detail {

/// A file of the dashboard's page, compiled into the program.
struct dashboard_asset {
    /// Its name in URLs: "index.html" is the page, others are found as assets/<name>.
    std::string_view name;
    /// The Content-Type.
    std::string_view type;
    /// The ETag, with its quotes.
    std::string_view etag;
    /// The bytes.
    char const* data = nullptr;
    /// How many.
    std::size_t size = 0;
    /// True: they are compressed by gzip.
    bool gzip = false;
};

} // namespace cofire::detail

#endif
