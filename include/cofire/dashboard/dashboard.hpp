// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DASHBOARD_HPP
#define COFIRE_DASHBOARD_DASHBOARD_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/dashboard/dashboard_options.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/dashboard/detail/write_reply.hpp>
#include <cofire/storage/storage_ref.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cofire {

class dashboard_transport;

/// A web page, and the API behind it, that shows the jobs of a storage and acts on them. It works on any
/// storage, also in a process that runs no server, and sends nothing to anybody but who asks.
///
/// It is mounted in an HTTP server on Boost.Beast by owns() and handle(), or listens on a port of its own by
/// serve().
///
/// A handle: copies share one dashboard; an operation under way keeps it alive. Destroying the last copy
/// ends the event streams, each at its next look. Distinct objects: safe, also copies of one. Shared
/// objects: safe, except to assign and to destroy.
class dashboard {
public:
    /// For what `jobs`, a client or host, works on. Throws errc::bad_dashboard_option.
    explicit dashboard(client const& jobs, dashboard_options options = dashboard_options())
        : core_(std::make_shared<detail::dashboard_core>(jobs, std::move(options)), closer{}) {}

    /// For a storage. Throws errc::bad_dashboard_option.
    explicit dashboard(storage_ref storage, dashboard_options options = dashboard_options())
        : dashboard(client(std::move(storage)), std::move(options)) {}

    /// True if a request for `target` is for the dashboard: below its prefix.
    [[nodiscard]] bool owns(std::string_view target) const { return core_.get()->owns(target); }

    /// Answers `request` on `stream`: writes the answer, an event stream to its end. `who` is taken at its
    /// word: the program has seen to that. Host, Origin and the token against forged requests are
    /// checked all the same.
    ///
    /// Returns true if the connection can be kept for another request; false: it is to be closed. If
    /// the stream's lowest layer is a beast::tcp_stream, each write has its time, of
    /// dashboard_limits::write_time, and the timer is off afterwards. Throws system_error if writing
    /// fails. Cancellation: ends it; the connection is to be closed.
    template <class Stream, class Body, class Allocator>
    [[nodiscard("co_await it")]] asio::awaitable<bool> handle(
        Stream& stream,
        boost::beast::http::request<Body, boost::beast::http::basic_fields<Allocator>> request,
        dashboard_identity const& who
    ) const {
        detail::web_identity owned;
        owned.user = who.user;
        owned.role = who.role;
        owned.from = who.from;
        bool const keep_alive = request.keep_alive();
        unsigned const version = request.version();
        return detail::handle_request(
            core_.share(),
            &stream,
            detail::to_web_request(std::move(request)),
            std::move(owned),
            keep_alive,
            version
        );
    }

    /// Listens on `endpoint` and answers until it is cancelled; then closes all connections. Throws
    /// errc::bad_dashboard_option, having opened nothing, if the address is not a loopback one and there
    /// is no authorizer, or dashboard_options::allow_plain_http is not set; system_error if it cannot
    /// listen there.
    [[nodiscard("co_await it")]] asio::awaitable<void> serve(asio::ip::tcp::endpoint endpoint
    ) const;

    /// The same on an acceptor that listens already, on the executor of the coroutine that awaits it.
    [[nodiscard("co_await it")]] asio::awaitable<void> serve(asio::ip::tcp::acceptor acceptor
    ) const;

    /// The same over TLS, for which <cofire/dashboard/tls.hpp> has over_tls(): allow_plain_http is not
    /// asked for, an authorizer is.
    [[nodiscard("co_await it")]] asio::awaitable<void>
    serve(asio::ip::tcp::endpoint endpoint, dashboard_transport transport) const;

    /// The same on an acceptor that listens already.
    [[nodiscard("co_await it")]] asio::awaitable<void>
    serve(asio::ip::tcp::acceptor acceptor, dashboard_transport transport) const;

private:
    struct closer {};
    // Ends the event streams when the last handle is gone; operations hold the core alone.
    class shared_core {
    public:
        shared_core(std::shared_ptr<detail::dashboard_core> core, closer)
            : core_(core), end_(nullptr, [core = std::move(core)](void*) { core->close(); }) {}
        [[nodiscard]] detail::dashboard_core* get() const { return core_.get(); }
        [[nodiscard]] std::shared_ptr<detail::dashboard_core> const& share() const { return core_; }

    private:
        std::shared_ptr<detail::dashboard_core> core_;
        std::shared_ptr<void> end_;
    };

    shared_core core_;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/impl/dashboard.ipp>
#endif

#endif
