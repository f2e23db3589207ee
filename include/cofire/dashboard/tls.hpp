// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_TLS_HPP
#define COFIRE_DASHBOARD_TLS_HPP

#include <cofire/core/error.hpp>
#include <cofire/dashboard/dashboard.hpp>
#include <cofire/dashboard/dashboard_transport.hpp>
#include <cofire/dashboard/detail/answer_requests.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <utility>

// A dashboard that speaks TLS on its own port. Not part of <cofire/dashboard.hpp>, because it needs
// OpenSSL (CMake: cofire::dashboard_tls). dashboard::handle needs nothing of it: it answers on any stream.
namespace cofire {

namespace detail {

// One connection over TLS.
class tls_connection final : public web_connection {
public:
    // `context` lives as long as the connection: what it calls belongs to it.
    tls_connection(
        asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> context, std::string hsts
    )
        : context_(std::move(context)),
          stream_(beast::tcp_stream(std::move(socket)), *context_),
          hsts_(std::move(hsts)) {}

    [[nodiscard]] asio::any_io_executor get_executor() override { return stream_.get_executor(); }
    void close() override { stream_.next_layer().close(); }
    [[nodiscard]] asio::awaitable<void>
    serve(std::shared_ptr<dashboard_core> core, std::string peer) override {
        auto self = std::static_pointer_cast<tls_connection>(shared_from_this());
        return converse(std::move(self), std::move(core), std::move(peer));
    }

private:
    static asio::awaitable<void> converse(
        std::shared_ptr<tls_connection> self, std::shared_ptr<dashboard_core> core, std::string peer
    ) {
        auto& stream = self->stream_;
        auto& below = stream.next_layer();
        below.expires_after(core->options().limits.header_time);
        auto shake = stream.async_handshake(
            asio::ssl::stream_base::server, asio::as_tuple(asio::use_awaitable)
        );
        auto const [refused] = co_await std::move(shake);
        if (refused) {
            co_return; // too slow, plain HTTP, or an older TLS
        }
        auto answers = answer_requests(core, &stream, std::move(peer), true, self->hsts_);
        bool const done = co_await std::move(answers);
        if (!done) {
            co_return;
        }
        below.expires_after(std::chrono::seconds(1));
        auto end = stream.async_shutdown(asio::as_tuple(asio::use_awaitable));
        co_await std::move(end); // whatever the other side still sends is no answer to it
        auto rest = close_gently(&below);
        co_await std::move(rest);
    }

    std::shared_ptr<asio::ssl::context> context_;
    asio::ssl::stream<beast::tcp_stream> stream_;
    std::string hsts_;
};

// Makes them.
class tls_maker {
public:
    tls_maker(std::shared_ptr<asio::ssl::context> context, std::string hsts)
        : context_(std::move(context)), hsts_(std::move(hsts)) {}

    [[nodiscard]] std::shared_ptr<web_connection> operator()(asio::ip::tcp::socket socket) const {
        return std::make_shared<tls_connection>(std::move(socket), context_, hsts_);
    }

private:
    std::shared_ptr<asio::ssl::context> context_;
    std::string hsts_;
};

} // namespace detail

/// A context for over_tls(): the certificate, with those that vouch for it after it, and its key, from
/// files in PEM format, the key without a passphrase. Of TLS 1.2 it takes the cipher suites with forward
/// secrecy and authenticated encryption only. Throws errc::bad_dashboard_option, with the file's name, if
/// one cannot be read or they do not belong together.
/// Distinct calls: safe from any thread.
[[nodiscard]] inline std::shared_ptr<asio::ssl::context>
tls_context(std::string const& certificate_file, std::string const& key_file) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_cipher_list(context->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20"); // of TLS 1.2
    boost::system::error_code ec;
    context->set_password_callback( // otherwise OpenSSL asks on the terminal
        [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); },
        ec
    );
    context->use_certificate_chain_file(certificate_file, ec);
    if (ec) {
        throw error(errc::bad_dashboard_option, certificate_file + ": " + ec.message());
    }
    context->use_private_key_file(key_file, asio::ssl::context::pem, ec);
    if (ec) {
        throw error(errc::bad_dashboard_option, key_file + ": " + ec.message());
    }
    return context;
}

/// For dashboard::serve: TLS 1.2 or later by `context`, in which older versions are switched off. For
/// a new certificate cancel serve() and begin anew with another context.
///
/// `hsts`: for how long browsers are to remember that this host speaks TLS only, which they apply to
/// all its ports; zero: nothing is said. Throws errc::bad_dashboard_option if there is no context, it
/// has no certificate or not its key, or `hsts` is negative.
[[nodiscard]] inline dashboard_transport over_tls(
    std::shared_ptr<asio::ssl::context> context,
    std::chrono::seconds hsts = std::chrono::hours(24 * 30)
) {
    if (!context || SSL_CTX_get0_certificate(context->native_handle()) == nullptr) {
        throw error(errc::bad_dashboard_option, "TLS without a certificate");
    }
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
        throw error(errc::bad_dashboard_option, "TLS without the certificate's key");
    }
    if (hsts.count() < 0) {
        throw error(
            errc::bad_dashboard_option, "hsts of " + std::to_string(hsts.count()) + " s: negative"
        );
    }
    SSL_CTX* const native = context->native_handle();
    if (auto const least = SSL_CTX_get_min_proto_version(native); least < TLS1_2_VERSION) {
        SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    }
    std::string header;
    if (hsts.count() > 0) {
        header = "max-age=" + std::to_string(hsts.count());
    }
    return dashboard_transport(detail::tls_maker(std::move(context), std::move(header)), true);
}

} // namespace cofire

#endif
