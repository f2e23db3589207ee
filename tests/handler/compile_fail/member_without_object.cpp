// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a member function needs its object

#include <cofire/handler/registry.hpp>

struct mailer {
    cofire::asio::awaitable<void> deliver(int to);
};
void add(cofire::registry& registry) {
    registry.add<&mailer::deliver>();
}
