// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this is no handler for the job

#include <cofire/handler/registry.hpp>

#include <string>

cofire::asio::awaitable<void> send(int to);
void add(cofire::registry& registry) {
    registry.add<send>([](std::string) { return send(1); });
}
