// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The dashboard on a port of its own, with a page to log in. It logs in, looks around, logs out, and
// ends. With a number as argument it stores that many jobs, prints its address and the token for a
// browser, and stays until Ctrl+C.

#include <cofire.hpp>
#include <cofire/dashboard.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

asio::awaitable<void> send_report(std::string to);

namespace {

// One request to the dashboard, as its page sends it.
asio::awaitable<http::response<http::string_body>>
ask(tcp::endpoint where, http::request<http::string_body> request) {
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    auto connect = stream.async_connect(where, asio::use_awaitable);
    co_await std::move(connect);
    request.set(http::field::host, "localhost");
    request.set(http::field::content_type, "application/json");
    request.set("Sec-Fetch-Site", "same-origin");
    request.prepare_payload();
    auto send = http::async_write(stream, request, asio::use_awaitable);
    co_await std::move(send);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    auto read = http::async_read(stream, buffer, response, asio::use_awaitable);
    co_await std::move(read);
    co_return response;
}

http::request<http::string_body>
request_to(http::verb method, std::string const& path, std::string const& cookie) {
    http::request<http::string_body> r(method, "/cofire/" + path, 11);
    if (!cookie.empty()) {
        r.set(http::field::cookie, cookie);
    }
    return r;
}

asio::awaitable<bool> look_around(tcp::endpoint where, std::string token) {
    auto first = request_to(http::verb::get, "", "");
    first.set(http::field::accept, "text/html");
    auto const page = co_await ask(where, std::move(first)); // the page to log in
    auto log_in = request_to(http::verb::post, "api/log-in", "");
    log_in.body() = R"({"user":"ann","password":")" + token + "\"}";
    auto const entered = co_await ask(where, std::move(log_in));
    std::string cookie(entered[http::field::set_cookie]);
    cookie.resize(cookie.find(';'));
    auto const jobs = co_await ask(where, request_to(http::verb::get, "api/jobs", cookie));
    auto const session = co_await ask(where, request_to(http::verb::get, "api/session", cookie));
    auto log_out = request_to(http::verb::post, "api/log-out", cookie);
    auto const at = session.body().find("\"csrf\":\"") + 8;
    log_out.set("X-Cofire-CSRF", session.body().substr(at, 32));
    auto const left = co_await ask(where, std::move(log_out));
    auto const after = co_await ask(where, request_to(http::verb::get, "api/jobs", cookie));
    std::array<unsigned, 5> const codes{
        page.result_int(),
        entered.result_int(),
        jobs.result_int(),
        left.result_int(),
        after.result_int()};
    std::printf(
        "page to log in: %u, log in: %u, jobs: %u, log out: %u, jobs afterwards: %u\n",
        codes[0],
        codes[1],
        codes[2],
        codes[3],
        codes[4]
    );
    co_return codes == std::array<unsigned, 5>{401, 200, 200, 200, 401};
}

asio::awaitable<void> store_reports(cofire::client const& jobs, int count) {
    for (int i = 0; i != count; ++i) {
        co_await jobs.enqueue<send_report>("reader " + std::to_string(i));
    }
}

} // namespace

int main(int argc, char** argv) {
    int const stored = argc > 1 ? std::atoi(argv[1]) : 0;
    asio::io_context io(1);
    cofire::memory_storage const storage;
    cofire::client const jobs(storage); // no server: the dashboard shows a storage

    std::string const token = cofire::random_token();
    cofire::dashboard_options options;
    options.authorizer = cofire::token_authorizer(token, cofire::role::operator_, "ann");
    options.sessions.idle = std::chrono::minutes(10);
    cofire::dashboard const dashboard{jobs, std::move(options)};

    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::endpoint const where = acceptor.local_endpoint();
    asio::cancellation_signal stop;
    asio::co_spawn(
        io,
        dashboard.serve(std::move(acceptor)),
        asio::bind_cancellation_slot(stop.slot(), asio::detached)
    );
    asio::signal_set signals(io);
    bool good = false;
    if (stored > 0) {
        asio::co_spawn(io, store_reports(jobs, stored), asio::detached);
        signals.add(SIGINT);
        signals.add(SIGTERM);
        signals.async_wait([&](boost::system::error_code, int) {
            good = true;
            stop.emit(asio::cancellation_type::total);
        });
        std::printf("http://127.0.0.1:%u/cofire/ %s\n", unsigned{where.port()}, token.c_str());
        std::fflush(stdout);
    } else {
        asio::co_spawn(io, look_around(where, token), [&](std::exception_ptr error, bool result) {
            good = error == nullptr && result;
            stop.emit(asio::cancellation_type::total);
        });
    }
    io.run();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
