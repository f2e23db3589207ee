// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#define BOOST_TEST_MODULE cofire_tools
#include <boost/test/unit_test.hpp>
