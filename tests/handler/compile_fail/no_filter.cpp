// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a filter is called as asio::awaitable<void>(cofire::job_context&

#include <cofire/handler/registry.hpp>

void add(cofire::registry& registry) {
    registry.add_filter([](cofire::job_context&) {});
}
