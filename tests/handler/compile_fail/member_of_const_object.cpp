// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a member function needs an object of its class

#include <cofire/handler/registry.hpp>

struct mailer {
    cofire::asio::awaitable<void> deliver(int to);
};
void add(cofire::registry& registry, mailer const& mail) {
    registry.add<&mailer::deliver>(mail);
}
