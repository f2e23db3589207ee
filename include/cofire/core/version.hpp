// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_VERSION_HPP
#define COFIRE_CORE_VERSION_HPP

// The one place that holds the version: the build, the package and the servers' announcements read
// it from here.

/// The version's first number: raised when users must change their code or their stored data.
#define COFIRE_VERSION_MAJOR 0
/// The version's second number: raised when something is added.
#define COFIRE_VERSION_MINOR 1
/// The version's third number: raised when something is mended.
#define COFIRE_VERSION_PATCH 0
/// The version as text, "major.minor.patch".
#define COFIRE_VERSION_STRING "0.1.0"

#endif
