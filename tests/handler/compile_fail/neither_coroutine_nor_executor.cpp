// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this handler is neither a coroutine nor told where to run

#include <cofire/handler/registry.hpp>

void make_thumbnail(int width);
void add(cofire::registry& registry) {
    registry.add<make_thumbnail>();
}
