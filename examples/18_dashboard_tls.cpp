// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The dashboard over TLS, for a port that others than this machine can reach:
//
//     example_18_dashboard_tls CERTIFICATE.pem KEY.pem [PORT]
//
// Without arguments it makes a certificate that nobody vouches for, asks its dashboard two things over
// TLS and one without, and ends.

#include <cofire.hpp>
#include <cofire/dashboard.hpp>
#include <cofire/dashboard/tls.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;

namespace {

template <auto Free>
struct freed {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};

// A key, and a certificate that it has signed itself: for one day, to try things out. A real one comes
// from an authority.
void make_certificate(std::string const& certificate_file, std::string const& key_file) {
    std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>> const key(EVP_EC_gen("P-256"));
    std::unique_ptr<X509, freed<X509_free>> const made(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 24L * 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_sign(made.get(), key.get(), EVP_sha256());
    std::unique_ptr<std::FILE, freed<std::fclose>> const to(std::fopen(key_file.c_str(), "wx"));
    std::unique_ptr<std::FILE, freed<std::fclose>> const and_to(
        std::fopen(certificate_file.c_str(), "wx")
    );
    if (!to || !and_to ||
        PEM_write_PrivateKey(to.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
        PEM_write_X509(and_to.get(), made.get()) != 1) {
        throw std::runtime_error("cannot write " + certificate_file + " and " + key_file);
    }
}

template <class Stream>
asio::awaitable<unsigned> ask(Stream& stream, std::string path, std::string authorization) {
    http::request<http::empty_body> request(http::verb::get, path, 11);
    request.set(http::field::host, "localhost");
    if (!authorization.empty()) {
        request.set(http::field::authorization, authorization);
    }
    auto send = http::async_write(stream, request, asio::use_awaitable);
    co_await std::move(send);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    auto read = http::async_read(stream, buffer, response, asio::use_awaitable);
    co_await std::move(read);
    co_return response.result_int();
}

// True if all is as it should be: the page with the token only, and nothing without TLS.
asio::awaitable<bool> look_around(tcp::endpoint where, std::string token) {
    ssl::context trusting(ssl::context::tls_client); // a real client verifies the certificate
    ssl::stream<tcp::socket> stream(co_await asio::this_coro::executor, trusting);
    auto connect = stream.next_layer().async_connect(where, asio::use_awaitable);
    co_await std::move(connect);
    auto shake = stream.async_handshake(ssl::stream_base::client, asio::use_awaitable);
    co_await std::move(shake);
    unsigned const stranger = co_await ask(stream, "/cofire/api/jobs", "");
    unsigned const known = co_await ask(stream, "/cofire/api/jobs", "Bearer " + token);
    tcp::socket plain(co_await asio::this_coro::executor);
    auto connect_plain = plain.async_connect(where, asio::use_awaitable);
    co_await std::move(connect_plain);
    bool answered = true;
    try {
        auto op = ask(plain, "/cofire/api/jobs", "Bearer " + token);
        co_await std::move(op);
    } catch (boost::system::system_error const&) {
        answered = false;
    }
    std::printf(
        "over TLS without the token: %u, with it: %u; without TLS: %s\n",
        stranger,
        known,
        answered ? "an answer" : "no answer"
    );
    co_return stranger == 401 && known == 200 && !answered;
}

} // namespace

int main(int argc, char** argv) {
    asio::io_context io(1);
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};

    bool const real = argc > 2;
    std::filesystem::path folder;
    std::string certificate = real ? argv[1] : "";
    std::string key = real ? argv[2] : "";
    if (!real) {
        std::string name = (std::filesystem::temp_directory_path() / "cofire-tls-XXXXXX").string();
        folder = mkdtemp(name.data()) == nullptr ? "" : name;
        certificate = folder / "certificate.pem";
        key = folder / "key.pem";
        make_certificate(certificate, key);
    }

    std::string const token = cofire::random_token();
    cofire::dashboard_options options;
    options.authorizer = cofire::token_authorizer(token);
    options.allowed_hosts = {"*"}; // better: the names by which it is reached
    cofire::dashboard const dashboard{jobs, std::move(options)};
    auto const address = real ? asio::ip::address(asio::ip::address_v4::any())
                              : asio::ip::address(asio::ip::address_v4::loopback());
    auto const port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 0);
    tcp::acceptor acceptor(io, tcp::endpoint(address, port));
    tcp::endpoint const where = acceptor.local_endpoint();
    asio::cancellation_signal stop;
    asio::co_spawn(
        io,
        dashboard.serve(
            std::move(acceptor), cofire::over_tls(cofire::tls_context(certificate, key))
        ),
        asio::bind_cancellation_slot(stop.slot(), asio::detached)
    );
    jobs.start();
    bool good = real;
    auto const end = [&] {
        stop.emit(asio::cancellation_type::total);
        jobs.stop();
    };
    if (real) {
        std::printf(
            "https://<this host>:%u/cofire/ token %s\n", unsigned{where.port()}, token.c_str()
        );
        std::fflush(stdout);
        jobs.stop_on_signals([&] { stop.emit(asio::cancellation_type::total); });
    } else {
        asio::co_spawn(io, look_around(where, token), [&](std::exception_ptr error, bool result) {
            good = error == nullptr && result;
            end();
        });
    }
    io.run();
    if (!real) {
        std::filesystem::remove_all(folder);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
