// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this is no handler for the job

#include <cofire/handler/registry.hpp>

#include <string>

cofire::asio::awaitable<void> deliver(int to);
void add(cofire::registry& registry) {
    registry.add<deliver>([](std::string) { return deliver(1); });
}
