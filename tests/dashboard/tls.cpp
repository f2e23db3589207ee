// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#ifdef COFIRE_TEST_TLS

#include <cofire/dashboard/tls.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace {

using namespace dashboard_tests;
namespace ssl = asio::ssl;

// A context with a key and a certificate made for it.
std::shared_ptr<ssl::context> server_context() {
    static EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_use_certificate(context->native_handle(), certificate);
    SSL_CTX_use_PrivateKey(context->native_handle(), key);
    X509_free(certificate);
    return context;
}

/// One connection over TLS, used without coroutines.
class tls_client {
public:
    explicit tls_client(std::uint16_t port, int newest = TLS1_3_VERSION)
        : stream_(io_, context(newest)) {
        stream_.next_layer().connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
        stream_.handshake(ssl::stream_base::client, refused);
    }
    void send(std::string const& bytes) { asio::write(stream_, asio::buffer(bytes)); }
    answer receive() { return read_answer(stream_, buffer_); }
    std::string read_until(std::string_view mark) { return read_past(stream_, text_, mark); }
    /// Reads until an event says `mark`, while the time of `w` passes: the stream may not have begun to
    /// wait yet.
    bool hears(world& w, std::string_view mark) {
        for (bool ended = false; !ended;) {
            bool read = false;
            asio::async_read_until(
                stream_,
                asio::dynamic_buffer(text_),
                "\n\n",
                [&](boost::system::error_code ec, std::size_t) {
                    ended = static_cast<bool>(ec);
                    read = true;
                }
            );
            while (!read) {
                io_.restart();
                if (io_.run_for(1ms) == 0) {
                    w.clock.advance(2s);
                }
            }
            io_.restart();
            if (!ended && read_until("\n\n").find(mark) != std::string::npos) {
                return true;
            }
        }
        return false;
    }
    /// How the other side ends it.
    boost::system::error_code end() {
        char c = 0;
        boost::system::error_code ec;
        stream_.read_some(asio::buffer(&c, 1), ec);
        return ec;
    }

    boost::system::error_code refused;

private:
    ssl::context& context(int newest) {
        SSL_CTX_set_max_proto_version(context_.native_handle(), newest);
        if (newest < TLS1_2_VERSION) { // which the library alone would not speak any more
            SSL_CTX_set_security_level(context_.native_handle(), 0);
        }
        return context_;
    }

    asio::io_context io_;
    ssl::context context_{ssl::context::tls_client};
    ssl::stream<tcp::socket> stream_;
    boost::beast::flat_buffer buffer_;
    std::string text_;
};

std::string get_text(std::string const& path, std::string const& more = {}) {
    return "GET /cofire" + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(a_port_of_its_own_over_tls) {
    world w;
    w.enqueue("backup");
    served s(w.jobs, {}, cofire::over_tls(server_context()));
    tls_client c(s.port);
    BOOST_REQUIRE(!c.refused);
    c.send(get_text("/"));
    answer const page = c.receive();
    BOOST_TEST(page.status == 200U);
    BOOST_TEST(page.header["Strict-Transport-Security"] == "max-age=2592000");
    c.send(get_text("/nowhere"));
    answer const none = c.receive();
    BOOST_TEST(none.status == 404U);
    BOOST_TEST(none.header["Strict-Transport-Security"] == "max-age=2592000");
    c.send(get_text("/api/session"));
    std::string const csrf = c.receive().text("csrf");
    std::string const body = R"({"queue":"slow"})";
    c.send(
        "POST /cofire/api/queues/pause HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\n"
        "Content-Type: application/json\r\nX-Cofire-CSRF: " +
        csrf + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
    );
    BOOST_TEST(c.receive().status == 200U);
    c.send(get_text("/health/live", "Connection: close\r\n"));
    BOOST_TEST(c.receive().status == 200U);
    BOOST_TEST((c.end() == asio::error::eof)); // told, not cut
}

BOOST_AUTO_TEST_CASE(cookies_over_tls_are_secure) {
    world w;
    cofire::dashboard_options o;
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    served s(w.jobs, std::move(o), cofire::over_tls(server_context()));
    tls_client c(s.port);
    std::string const body = R"({"password":"a token of 24 characters"})";
    c.send(
        "POST /cofire/api/log-in HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body
    );
    answer const a = c.receive();
    BOOST_TEST(a.status == 200U);
    std::string const set(a.header[http::field::set_cookie]);
    BOOST_TEST(set.starts_with("__Host-cofire-session="));
    BOOST_TEST(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"));
    c.send(get_text("/api/session", "Cookie: " + set.substr(0, set.find(';')) + "\r\n"));
    BOOST_TEST(c.receive().text("user") == "token");
}

BOOST_AUTO_TEST_CASE(event_streams_over_tls) {
    world w;
    served s(w.jobs, {}, cofire::over_tls(server_context()));
    tls_client c(s.port);
    c.send(get_text("/api/events"));
    BOOST_TEST(c.read_until("\r\n\r\n").find("text/event-stream") != std::string::npos);
    BOOST_TEST(c.hears(w, "event: overview"));
    w.enqueue("backup");
    BOOST_TEST(c.hears(w, "\"enqueued\":1"));
    s.stop(); // and it ends, with the stream open
    BOOST_TEST((s.error == nullptr));
}

BOOST_AUTO_TEST_CASE(what_is_no_tls_is_cut) {
    world w;
    cofire::dashboard_options o;
    o.limits.header_time = 5ms;
    served s(w.jobs, std::move(o), cofire::over_tls(server_context(), 0s));
    connection silent(s.port); // says nothing
    BOOST_TEST(silent.closed());
    connection plain(s.port);
    plain.send(get_text("/"));
    std::string heard(64, '\0');
    boost::system::error_code ec;
    auto const n = asio::read(plain.socket(), asio::buffer(heard), ec);
    BOOST_TEST(heard.substr(0, n).find("HTTP") == std::string::npos);
    BOOST_TEST(static_cast<bool>(ec));
    tls_client const old(s.port, TLS1_1_VERSION);
    BOOST_TEST(static_cast<bool>(old.refused));
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_tls_elsewhere) {
    world w;
    served plain(w);
    BOOST_TEST(plain.get("/").header.count("Strict-Transport-Security") == 0U);
    served s(w.jobs, {}, cofire::over_tls(server_context(), 0s));
    tls_client c(s.port);
    c.send(get_text("/"));
    answer const a = c.receive();
    BOOST_TEST(a.status == 200U);
    BOOST_TEST(a.header.count("Strict-Transport-Security") == 0U);
}

BOOST_AUTO_TEST_CASE(tls_still_asks_who_it_is) {
    world w;
    tcp::endpoint const everywhere(asio::ip::address_v4::any(), 0);
    auto const transport = cofire::over_tls(server_context());
    BOOST_CHECK_THROW(w.run(cofire::dashboard(w.jobs).serve(everywhere, transport)), cofire::error);
    cofire::dashboard_options o;
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    cofire::dashboard const dashboard(w.jobs, o);
    asio::io_context io;
    asio::cancellation_signal stop;
    bool ended = false;
    asio::co_spawn(
        io,
        dashboard.serve(everywhere, transport), // no allow_plain_http is needed
        asio::bind_cancellation_slot(
            stop.slot(),
            [&](std::exception_ptr e) {
                BOOST_TEST((e == nullptr));
                ended = true;
            }
        )
    );
    io.poll();
    BOOST_TEST(!ended);
    stop.emit(asio::cancellation_type::total);
    io.run();
    BOOST_TEST(ended);

    auto const empty = std::make_shared<ssl::context>(ssl::context::tls_server);
    BOOST_CHECK_THROW((void)cofire::over_tls(empty), cofire::error);
    auto const whole = server_context();
    SSL_CTX_use_certificate(
        empty->native_handle(), SSL_CTX_get0_certificate(whole->native_handle())
    );
    BOOST_CHECK_THROW((void)cofire::over_tls(empty), cofire::error); // without its key
    BOOST_CHECK_THROW((void)cofire::over_tls(nullptr), cofire::error);
    BOOST_CHECK_THROW((void)cofire::over_tls(server_context(), -1s), cofire::error);
    BOOST_CHECK_THROW((void)cofire::tls_context("/nonexistent", "/nonexistent"), cofire::error);
}

// The program's own server: one connection.
template <class Stream>
asio::awaitable<void> answer_all(Stream& stream, cofire::dashboard dashboard) {
    auto shake = stream.async_handshake(ssl::stream_base::server, asio::use_awaitable);
    co_await std::move(shake);
    boost::beast::flat_buffer buffer;
    for (bool stays = true; stays;) {
        http::request<http::string_body> request;
        auto read = http::async_read(stream, buffer, request, asio::use_awaitable);
        co_await std::move(read);
        cofire::dashboard_identity const ann{"ann", cofire::role::viewer};
        auto op = dashboard.handle(stream, std::move(request), ann);
        stays = co_await std::move(op);
    }
}

// A page and an event stream by handle().
template <class Stream>
void handle_over() {
    world w;
    cofire::dashboard const dashboard(w.jobs);
    auto const context = server_context();
    asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    auto const port = acceptor.local_endpoint().port();
    std::thread server([&] {
        Stream stream(acceptor.accept(), *context);
        asio::co_spawn(io, answer_all(stream, dashboard), [](std::exception_ptr) {});
        io.run();
    });
    {
        tls_client c(port);
        BOOST_TEST(!c.refused);
        c.send(get_text("/api/session"));
        answer const a = c.receive();
        BOOST_TEST(a.text("user") == "ann");
        BOOST_TEST(a.header.count("Strict-Transport-Security") == 0U); // is the program's to say
        c.send(get_text("/"));
        BOOST_TEST(c.receive().status == 200U);
        c.send(get_text("/api/events"));
        BOOST_TEST(c.hears(w, "event: overview"));
        w.enqueue("backup");
        BOOST_TEST(c.hears(w, "\"enqueued\":1"));
    }
    io.stop();
    server.join();
}

BOOST_AUTO_TEST_CASE(inside_of_ones_own_server) {
    handle_over<ssl::stream<tcp::socket>>();
    handle_over<ssl::stream<boost::beast::tcp_stream>>();
    handle_over<boost::beast::ssl_stream<boost::beast::tcp_stream>>();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace

#endif
