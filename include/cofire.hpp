// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HPP
#define COFIRE_HPP

#include <cofire/cofire.hpp>

#endif
