// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_HPP
#define COFIRE_DASHBOARD_HPP

/// The dashboard. Not part of <cofire.hpp>, because it needs Boost.Beast.

#include <cofire/dashboard/dashboard.hpp>

#endif
