// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DASHBOARD_TRANSPORT_HPP
#define COFIRE_DASHBOARD_DASHBOARD_TRANSPORT_HPP

#include <cofire/dashboard/detail/dashboard_server.hpp>

#include <utility>

namespace cofire {

/// What a dashboard on its own port speaks over: over_tls() of <cofire/dashboard/tls.hpp> makes one.
///
/// Distinct objects: safe, also copies of one. Shared objects: safe to read, unsafe to change.
class dashboard_transport {
public:
    /// Of a function that makes connections; `encrypted`: nobody between can read them.
    explicit dashboard_transport(detail::connection_maker maker, bool encrypted)
        : maker_(std::move(maker)), encrypted_(encrypted) {}

    [[nodiscard]] detail::connection_maker const& maker() const { return maker_; }
    /// True if nobody between can read what is said.
    [[nodiscard]] bool encrypted() const { return encrypted_; }

private:
    detail::connection_maker maker_;
    bool encrypted_;
};

} // namespace cofire

#endif
