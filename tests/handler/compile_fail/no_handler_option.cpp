// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: what follows the handler in registry.add

#include <cofire/handler/registry.hpp>

cofire::asio::awaitable<void> deliver(int to);
void add(cofire::registry& registry) {
    registry.add<deliver>([](int to) { return deliver(to); }, 3);
}
