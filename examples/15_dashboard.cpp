// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The dashboard inside a program's own HTTP server, behind the program's own log-in: a cookie says who
// asks, and the program tells the dashboard. It runs a few requests against itself and ends.

#include <cofire.hpp>
#include <cofire/dashboard.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

asio::awaitable<void> send_report(std::string to) {
    std::printf("report for %s\n", to.c_str());
    co_return;
}

namespace {

// Who is logged in: the value of the cookie, and the name. A real program makes the value at random at
// each log-in, keeps it in a store of sessions, and sets it with HttpOnly, Secure and SameSite=Strict.
class sessions {
public:
    // The user whose session the request's cookie names; empty: nobody.
    [[nodiscard]] std::string user_of(http::fields const& header) const {
        std::string_view const cookie = header[http::field::cookie];
        constexpr std::string_view name = "__Host-session=";
        auto const at = cookie.find(name);
        if (at == std::string_view::npos) {
            return {};
        }
        std::string_view const value = cookie.substr(at + name.size());
        auto const found = open_.find(std::string(value.substr(0, value.find(';'))));
        return found == open_.end() ? std::string() : found->second;
    }

private:
    std::map<std::string, std::string> open_{
        {cofire::random_token(), "bob"}, {"the-session-of-ann", "ann"}};
};

http::response<http::string_body> plain(http::status status, std::string text) {
    http::response<http::string_body> r(status, 11);
    r.set(http::field::content_type, "text/plain");
    r.body() = std::move(text);
    r.prepare_payload();
    return r;
}

asio::awaitable<void> write(beast::tcp_stream& stream, http::response<http::string_body> r) {
    auto op = http::async_write(stream, r, asio::use_awaitable);
    co_await std::move(op);
}

// One connection of the program's own server.
asio::awaitable<void>
converse(tcp::socket socket, cofire::dashboard dashboard, sessions const& logged_in) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    for (bool stays = true; stays;) {
        http::request<http::string_body> request;
        stream.expires_after(std::chrono::seconds(30));
        auto read = http::async_read(stream, buffer, request, asio::as_tuple(asio::use_awaitable));
        auto const [ec, bytes] = co_await std::move(read);
        if (ec) {
            co_return;
        }
        stays = request.keep_alive();
        if (!dashboard.owns(request.target())) {
            co_await write(stream, plain(http::status::ok, "the program's own page\n"));
            continue;
        }
        std::string const user = logged_in.user_of(request);
        if (user.empty()) {
            co_await write(stream, plain(http::status::unauthorized, "log in first\n"));
            continue;
        }
        cofire::role const role = user == "ann" ? cofire::role::operator_ : cofire::role::viewer;
        stays = co_await dashboard.handle(stream, std::move(request), {.user = user, .role = role});
    }
}

asio::awaitable<void>
serve(tcp::acceptor& acceptor, cofire::dashboard dashboard, sessions const& logged_in) {
    for (;;) {
        auto accept = acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        auto [ec, socket] = co_await std::move(accept);
        if (ec) {
            co_return;
        }
        auto const executor = acceptor.get_executor();
        asio::co_spawn(executor, converse(std::move(socket), dashboard, logged_in), asio::detached);
    }
}

// What a browser would ask; the answer's status, and its body.
asio::awaitable<std::string>
ask(tcp::endpoint where, std::string target, std::string cookie, http::status& status) {
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    auto connect = stream.async_connect(where, asio::use_awaitable);
    co_await std::move(connect);
    http::request<http::empty_body> request(http::verb::get, target, 11);
    request.set(http::field::host, "localhost");
    if (!cookie.empty()) {
        request.set(http::field::cookie, "__Host-session=" + cookie);
    }
    request.keep_alive(false);
    auto send = http::async_write(stream, request, asio::use_awaitable);
    co_await std::move(send);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    auto read = http::async_read(stream, buffer, response, asio::use_awaitable);
    co_await std::move(read);
    status = response.result();
    co_return std::move(response.body());
}

asio::awaitable<bool> look_around(tcp::endpoint where, cofire::client const& jobs) {
    auto const id = co_await jobs.enqueue<send_report>("ann");
    co_await jobs.result(id);
    http::status own{};
    co_await ask(where, "/", "", own);
    http::status stranger{};
    co_await ask(where, "/cofire/api/jobs", "", stranger);
    http::status ann{};
    auto look = ask(where, "/cofire/api/jobs?state=succeeded", "the-session-of-ann", ann);
    std::string const list = co_await std::move(look);
    std::printf(
        "own page: %u, dashboard without log-in: %u, with: %u\n",
        static_cast<unsigned>(own),
        static_cast<unsigned>(stranger),
        static_cast<unsigned>(ann)
    );
    co_return own == http::status::ok&& stranger == http::status::unauthorized&& ann ==
        http::status::ok&& list.find("send_report") != std::string::npos;
}

} // namespace

int main() {
    asio::io_context io(1);
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<send_report>();
    jobs.start();

    cofire::dashboard const dashboard{jobs, {.prefix = "/cofire", .title = "Reports"}};
    sessions const logged_in;
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::co_spawn(io, serve(acceptor, dashboard, logged_in), asio::detached);

    bool good = false;
    asio::co_spawn(
        io,
        look_around(acceptor.local_endpoint(), jobs),
        [&](std::exception_ptr error, bool result) {
            good = error == nullptr && result;
            acceptor.close();
            jobs.stop();
        }
    );
    io.run();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
