// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_HPP
#define COFIRE_TESTING_HPP

/// What the tests of a program with jobs need.

#include <cofire/testing/harness.hpp>
#include <cofire/testing/manual_clock.hpp>
#include <cofire/testing/simulation.hpp>

#endif
