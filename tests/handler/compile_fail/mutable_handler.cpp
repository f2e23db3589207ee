// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: several jobs call a handler at a time

#include <cofire/handler/registry.hpp>

cofire::asio::awaitable<void> deliver(int to);
void add(cofire::registry& registry) {
    registry.add<deliver>([n = 0](int to) mutable {
        n += to;
        return deliver(n);
    });
}
