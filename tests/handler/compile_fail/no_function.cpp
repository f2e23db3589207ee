// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: registry.add<F> takes a function or a pointer to a member function

#include <cofire/handler/registry.hpp>

void add(cofire::registry& registry) {
    registry.add<42>();
}
