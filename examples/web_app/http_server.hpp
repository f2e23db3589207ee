// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_HTTP_SERVER_HPP
#define WEB_APP_HTTP_SERVER_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace web {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using request = http::request<http::string_body>;
using response = http::response<http::string_body>;

/// Answers one request. The server keeps the request alive until the answer is there.
using request_handler = std::function<asio::awaitable<response>(request const&)>;

/// Something that answers requests on the connection itself, such as cofire's dashboard.
struct mount {
    /// True if it is to answer a request for this target.
    std::function<bool(std::string_view)> owns;
    /// Answers; false: the connection is to be closed.
    std::function<asio::awaitable<bool>(beast::tcp_stream&, request)> handle;
};

/// Asked for every request first: an answer refuses it.
using request_guard = std::function<asio::awaitable<std::optional<response>>(request const&)>;

/// What the server puts up with.
struct http_limits {
    std::uint32_t header_bytes = 8 * 1024;
    std::uint64_t body_bytes = 16 * 1024;
    std::size_t connections = 64;
    int requests_per_connection = 1000;
    /// For each of: the next request's header (the idle time counts), its body, and the answer.
    std::chrono::seconds step{10};
    /// How long open requests have to end when the server stops.
    std::chrono::seconds stop{3};
};

/// A small HTTP/1.1 server: one coroutine accepts, one more serves each
/// connection. All of them run on the io_context, which one thread runs; so there are no locks.
class http_server {
public:
    http_server(asio::io_context& io, request_handler handler, http_limits limits = {});

    /// Has `m` answer what it owns. To be called before start().
    void add(mount m) { mounts_.push_back(std::move(m)); }

    /// Has `g` asked before anything is answered. To be called before start().
    void guard(request_guard g) { guard_ = std::move(g); }

    /// Listens on the first free port from `port` on, and returns it; 0 lets the system choose.
    std::uint16_t listen(asio::ip::address const& address, std::uint16_t port);

    /// Accepts connections until stop().
    void start();

    /// Accepts no more, closes idle connections and lets requests under way be answered.
    void stop();

private:
    struct session {
        explicit session(asio::ip::tcp::socket socket) : stream(std::move(socket)) {}
        beast::tcp_stream stream;
        bool idle = true; // between two requests
    };
    using session_position = std::list<session>::iterator;

    asio::awaitable<void> accept_all();
    asio::awaitable<void> serve(session_position s);
    asio::awaitable<bool> serve_one(session& s, beast::flat_buffer& buffer, bool last);
    asio::awaitable<response> answer(request const& r);
    asio::awaitable<void> limit_stop();

    request_handler handler_;
    std::vector<mount> mounts_;
    request_guard guard_;
    http_limits limits_;
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer stop_timer_;
    std::list<session> sessions_;
    bool stopping_ = false;
};

/// An answer in JSON, as are all but the page.
[[nodiscard]] response json_response(http::status status, std::string body);

/// An answer that says what is wrong (RFC 9457, application/problem+json). `field` names the part of
/// the request that is to blame; empty: none in particular.
[[nodiscard]] response
problem(http::status status, std::string const& detail, std::string const& field = {});

} // namespace web

#endif
