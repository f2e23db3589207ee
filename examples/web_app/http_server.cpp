// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

namespace web {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

// co_await with this gives [error_code, ...] instead of throwing.
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string message_of(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& e) {
        return e.what();
    } catch (...) {
        return "unknown error";
    }
}

// For coroutines that nobody awaits: what they throw must not vanish.
void report(std::exception_ptr error) {
    if (error) {
        std::fprintf(stderr, "web_app: http server: %s\n", message_of(error).c_str());
    }
}

// What Beast found wrong with a request, as an answer.
response refusal(error_code ec) {
    if (ec == http::error::body_limit) {
        return problem(http::status::payload_too_large, "the body is too large");
    }
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
        return problem(
            http::status::request_header_fields_too_large, "the request's header is too large"
        );
    }
    return problem(http::status::bad_request, "this is no HTTP request: " + ec.message());
}

// Closes so that the answer arrives even if the client is still sending: a socket closed with unread
// data resets the connection, and the answer may be lost with it.
asio::awaitable<void> close_gently(beast::tcp_stream& stream) {
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream.expires_after(std::chrono::seconds(1));
    std::array<char, 4096> rest{};
    for (int i = 0; i != 256; ++i) {
        auto const [ec, bytes] = co_await stream.async_read_some(asio::buffer(rest), as_result);
        if (ec || bytes == 0) {
            break;
        }
    }
}

} // namespace

http_server::http_server(asio::io_context& io, request_handler handler, http_limits limits)
    : handler_(std::move(handler)), limits_(limits), acceptor_(io), stop_timer_(io) {}

std::uint16_t http_server::listen(asio::ip::address const& address, std::uint16_t port) {
    for (int tries = 0;; ++tries) {
        tcp::endpoint const endpoint(address, port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        error_code ec;
        acceptor_.bind(endpoint, ec);
        if (!ec) {
            acceptor_.listen(asio::socket_base::max_listen_connections, ec);
        }
        if (!ec) {
            return acceptor_.local_endpoint().port();
        }
        acceptor_.close();
        if (ec != asio::error::address_in_use || tries == 100 || port == 65535) {
            throw boost::system::system_error(ec, "cannot listen on port " + std::to_string(port));
        }
        ++port;
    }
}

void http_server::start() {
    asio::co_spawn(acceptor_.get_executor(), accept_all(), report);
}

void http_server::stop() {
    if (std::exchange(stopping_, true)) {
        return;
    }
    error_code ignored;
    acceptor_.close(ignored);
    for (session& s : sessions_) {
        if (s.idle) {
            s.stream.cancel();
        }
    }
    if (!sessions_.empty()) {
        asio::co_spawn(acceptor_.get_executor(), limit_stop(), report);
    }
}

asio::awaitable<void> http_server::limit_stop() {
    stop_timer_.expires_after(limits_.stop);
    auto const [ec] = co_await stop_timer_.async_wait(as_result);
    if (!ec) { // cancelled: the last session has ended
        for (session& s : sessions_) {
            s.stream.close();
        }
    }
}

asio::awaitable<void> http_server::accept_all() {
    while (!stopping_) {
        auto [ec, socket] = co_await acceptor_.async_accept(as_result);
        if (stopping_) {
            break;
        }
        if (ec) { // most likely no file descriptor is left: some session will end
            stop_timer_.expires_after(std::chrono::milliseconds(100));
            co_await stop_timer_.async_wait(as_result);
            continue;
        }
        if (sessions_.size() < limits_.connections) {
            sessions_.emplace_front(std::move(socket));
            asio::co_spawn(acceptor_.get_executor(), serve(sessions_.begin()), report);
        }
    }
}

asio::awaitable<void> http_server::serve(session_position s) {
    std::exception_ptr error;
    try {
        beast::flat_buffer buffer; // what was read of the next request already
        int left = limits_.requests_per_connection;
        bool go_on = true;
        while (go_on && !stopping_) {
            --left;
            go_on = co_await serve_one(*s, buffer, left == 0);
        }
    } catch (...) {
        error = std::current_exception();
    }
    report(error);
    sessions_.erase(s); // closes the socket
    if (sessions_.empty()) {
        stop_timer_.cancel();
    }
}

// Reads a request and answers it. False: the connection is to be closed.
asio::awaitable<bool> http_server::serve_one(session& s, beast::flat_buffer& buffer, bool last) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(limits_.header_bytes);
    parser.body_limit(limits_.body_bytes);

    s.idle = true;
    s.stream.expires_after(limits_.step);
    auto [ec, bytes] = co_await http::async_read_header(s.stream, buffer, parser, as_result);
    s.idle = false;

    if (!ec && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_ahead{http::status::continue_, 11};
        s.stream.expires_after(limits_.step);
        co_await http::async_write(s.stream, go_ahead, as_result);
    }
    if (!ec) {
        s.stream.expires_after(limits_.step);
        auto const result = co_await http::async_read(s.stream, buffer, parser, as_result);
        ec = std::get<0>(result);
    }

    bool const readable = !ec;
    if (!readable && ec.category() != make_error_code(http::error::bad_method).category()) {
        co_return false; // the connection is broken, was closed, or too slow
    }
    if (ec == http::error::end_of_stream) {
        co_return false;
    }

    std::optional<response> refused;
    if (readable && guard_) {
        auto op = guard_(parser.get());
        refused = co_await std::move(op);
    }
    for (mount const& m : mounts_) {
        if (readable && !refused && m.owns(parser.get().target())) {
            auto op = m.handle(s.stream, parser.release());
            bool const stays = co_await std::move(op);
            co_return stays && !last && !stopping_;
        }
    }

    response r;
    if (refused) {
        r = std::move(*refused);
    } else if (readable) {
        r = co_await answer(parser.get());
    } else {
        r = refusal(ec);
    }
    bool const keep_alive = readable && !last && !stopping_ && parser.get().keep_alive();
    r.version(11);
    r.keep_alive(keep_alive);
    r.set(http::field::server, "cofire-web-app");
    r.set("X-Content-Type-Options", "nosniff");
    r.set("Referrer-Policy", "no-referrer");
    r.set(http::field::cache_control, "no-store");
    r.prepare_payload();

    s.stream.expires_after(limits_.step);
    auto const written = co_await http::async_write(s.stream, r, as_result);
    if (std::get<0>(written)) {
        co_return false;
    }
    if (!keep_alive) {
        co_await close_gently(s.stream);
    }
    co_return keep_alive;
}

asio::awaitable<response> http_server::answer(request const& r) {
    std::string what;
    try {
        co_return co_await handler_(r);
    } catch (std::exception const& e) {
        what = e.what();
    }
    std::fprintf(stderr, "web_app: http server: %s\n", what.c_str());
    co_return problem(http::status::internal_server_error, "the server failed");
}

response json_response(http::status status, std::string body) {
    response r(status, 11);
    r.set(http::field::content_type, "application/json");
    r.body() = std::move(body);
    r.body() += '\n';
    return r;
}

response problem(http::status status, std::string const& detail, std::string const& field) {
    boost::json::object o;
    o["title"] = std::string(http::obsolete_reason(status));
    o["status"] = static_cast<unsigned>(status);
    o["detail"] = detail;
    if (!field.empty()) {
        o["field"] = field;
    }
    response r = json_response(status, boost::json::serialize(o));
    r.set(http::field::content_type, "application/problem+json");
    return r;
}

} // namespace web
