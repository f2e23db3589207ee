// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A second translation unit: whatever the headers define must be inline.
#include <cofire.hpp>

char const* version_seen_elsewhere() {
    return COFIRE_VERSION_STRING;
}
