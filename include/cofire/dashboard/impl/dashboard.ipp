// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_IMPL_DASHBOARD_IPP
#define COFIRE_DASHBOARD_IMPL_DASHBOARD_IPP

#include <cofire/core/error.hpp>
#include <cofire/dashboard/dashboard.hpp>
#include <cofire/dashboard/dashboard_transport.hpp>
#include <cofire/dashboard/detail/dashboard_server.hpp>

#include <exception>
#include <optional>

namespace cofire {

namespace detail {

/// Refuses to be open to others without anybody who decides who they are, or where what they show
/// for it can be read on the way, unless that is wanted.
COFIRE_DECL void check_endpoint(
    dashboard_core const& core, asio::ip::tcp::endpoint const& endpoint, bool encrypted
) {
    dashboard_options const& o = core.options();
    if (!o.authorizer.decide && !(o.allowed_hosts.empty() && o.trusted_proxies.empty())) {
        throw error(
            errc::bad_dashboard_option,
            "allowed_hosts or trusted_proxies say that others come here, by a proxy perhaps, and "
            "there is no authorizer"
        );
    }
    if (endpoint.address().is_loopback()) {
        return;
    }
    std::string const what = endpoint.address().to_string() + " is no loopback address, and ";
    if (!core.options().authorizer.decide) {
        throw error(errc::bad_dashboard_option, what + "there is no authorizer");
    }
    if (!encrypted && !core.options().allow_plain_http) {
        throw error(
            errc::bad_dashboard_option,
            what +
                "credentials could be read on the way: serve it over TLS, or set allow_plain_http"
        );
    }
}

COFIRE_DECL asio::awaitable<void> listen_and_serve(
    std::shared_ptr<dashboard_core> core,
    asio::ip::tcp::endpoint endpoint,
    dashboard_transport transport
) {
    check_endpoint(*core, endpoint, transport.encrypted());
    asio::ip::tcp::acceptor acceptor(co_await asio::this_coro::executor);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    auto op = serve_all(std::move(core), std::move(acceptor), transport.maker());
    co_await std::move(op);
}

COFIRE_DECL asio::awaitable<void> check_and_serve(
    std::shared_ptr<dashboard_core> core,
    asio::ip::tcp::acceptor acceptor,
    dashboard_transport transport
) {
    check_endpoint(*core, acceptor.local_endpoint(), transport.encrypted());
    auto op = serve_all(std::move(core), std::move(acceptor), transport.maker());
    co_await std::move(op);
}

[[nodiscard]] inline dashboard_transport plain_transport() {
    return dashboard_transport(make_plain_connection, false);
}

} // namespace detail

COFIRE_DECL asio::awaitable<void> dashboard::serve(asio::ip::tcp::endpoint endpoint) const {
    return detail::listen_and_serve(core_.share(), std::move(endpoint), detail::plain_transport());
}

COFIRE_DECL asio::awaitable<void> dashboard::serve(asio::ip::tcp::acceptor acceptor) const {
    return detail::check_and_serve(core_.share(), std::move(acceptor), detail::plain_transport());
}

COFIRE_DECL asio::awaitable<void>
dashboard::serve(asio::ip::tcp::endpoint endpoint, dashboard_transport transport) const {
    return detail::listen_and_serve(core_.share(), std::move(endpoint), std::move(transport));
}

COFIRE_DECL asio::awaitable<void>
dashboard::serve(asio::ip::tcp::acceptor acceptor, dashboard_transport transport) const {
    return detail::check_and_serve(core_.share(), std::move(acceptor), std::move(transport));
}

} // namespace cofire

#endif
