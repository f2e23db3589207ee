// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_ANSWER_REQUESTS_HPP
#define COFIRE_DASHBOARD_DETAIL_ANSWER_REQUESTS_HPP

#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/dashboard/detail/log_in.hpp>
#include <cofire/dashboard/detail/write_reply.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

// The requests of one connection of the dashboard's own server, over each type of stream.
namespace cofire::detail {

// What Beast found wrong with a request, as an answer.
[[nodiscard]] inline web_reply refusal_for(boost::system::error_code ec) {
    if (ec == http::error::body_limit) {
        return web_problem(413, "body_too_large", "the body is longer than 64 KiB").reply();
    }
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
        return web_problem(431, "header_too_large", "the header is too large").reply();
    }
    return web_problem(400, "bad_request", "this is no HTTP request").reply();
}

// Reads one request; its error, if any. `fresh`: the connection is new, so the header's time runs.
template <class Stream>
asio::awaitable<boost::system::error_code> read_request_from(
    Stream& stream,
    beast::flat_buffer& buffer,
    http::request_parser<http::string_body>& parser,
    dashboard_limits const& limits,
    bool fresh
) {
    auto const as_result = asio::as_tuple(asio::use_awaitable);
    if (!fresh && buffer.size() == 0) {
        set_time(stream, limits.idle_time);
        auto op = stream.async_read_some(buffer.prepare(1024), as_result);
        auto const [ec, bytes] = co_await std::move(op);
        if (ec) {
            co_return ec;
        }
        buffer.commit(bytes);
    }
    set_time(stream, limits.header_time);
    // The parser takes a folded line for one: two servers in a row might read it differently.
    std::size_t looked_at = 0;
    for (;;) {
        auto const bytes = buffer.cdata();
        std::string_view const text(static_cast<char const*>(bytes.data()), bytes.size());
        auto const end = text.find("\r\n\r\n", looked_at);
        std::string_view const head = text.substr(0, end);
        if (head.find("\r\n ") != std::string_view::npos ||
            head.find("\r\n\t") != std::string_view::npos) {
            co_return make_error_code(http::error::bad_obs_fold);
        }
        if (end != std::string_view::npos) {
            break;
        }
        if (text.size() > limits.header_bytes) {
            co_return make_error_code(http::error::header_limit);
        }
        looked_at = text.size() - std::min<std::size_t>(text.size(), 3);
        auto op = stream.async_read_some(buffer.prepare(1024), as_result);
        auto const [ec, count] = co_await std::move(op);
        if (ec) {
            co_return ec;
        }
        buffer.commit(count);
    }
    auto header_op = http::async_read_header(stream, buffer, parser, as_result);
    auto const header = co_await std::move(header_op);
    if (std::get<0>(header)) {
        co_return std::get<0>(header);
    }
    set_time(stream, limits.body_time);
    auto body_op = http::async_read(stream, buffer, parser, as_result);
    auto const body = co_await std::move(body_op);
    co_return std::get<0>(body);
}

/// Answers requests on `*stream` until one side has enough. True: it is to be closed gently, for the last
/// answer may be on its way still; false: there is nobody any more. `hsts` goes with each answer; empty:
/// none. `secure`: the stream is encrypted.
template <class Stream>
asio::awaitable<bool> answer_requests(
    std::shared_ptr<dashboard_core> core,
    Stream* stream,
    std::string peer,
    bool secure,
    std::string hsts = std::string()
) {
    dashboard_limits const& limits = core->options().limits;
    beast::flat_buffer buffer(limits.header_bytes + 64 * 1024 + 1024);
    bool stays = true;
    for (std::size_t i = 0; stays && i != limits.requests_per_connection; ++i) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(limits.header_bytes);
        parser.body_limit(64 * 1024);
        auto read_op = read_request_from(*stream, buffer, parser, limits, i == 0);
        boost::system::error_code const ec = co_await std::move(read_op);
        bool const is_http = ec.category() == make_error_code(http::error::bad_method).category();
        if (ec &&
            (!is_http || ec == http::error::end_of_stream || ec == http::error::partial_message)) {
            co_return false; // closed, too slow, or gone
        }
        web_reply reply;
        bool head = false;
        unsigned version = 11;
        bool keep = false;
        auto const& request = parser.get();
        if (ec) {
            reply = refusal_for(ec);
        } else if (std::distance(request.begin(), request.end()) > 64) {
            reply = web_problem(431, "header_too_large", "more than 64 header fields").reply();
        } else {
            head = request.method() == http::verb::head;
            version = request.version();
            keep = parser.get().keep_alive() && i + 1 != limits.requests_per_connection;
            auto answer = respond_authorized(core, to_web_request(parser.release()), peer, secure);
            reply = co_await std::move(answer);
        }
        if (!hsts.empty()) {
            reply.header.emplace_back("Strict-Transport-Security", hsts);
        }
        auto write_op = write_reply(core, stream, std::move(reply), head, keep, version);
        stays = co_await std::move(write_op);
    }
    co_return true;
}

/// Ends a TCP connection so that the answer arrives even if the other side is still sending.
template <class Stream>
asio::awaitable<void> close_gently(Stream* stream) {
    boost::system::error_code ignored;
    stream->socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream->expires_after(std::chrono::seconds(1));
    std::array<char, 4096> rest{};
    for (int i = 0; i != 64; ++i) {
        auto op = stream->async_read_some(asio::buffer(rest), asio::as_tuple(asio::use_awaitable));
        auto const [ec, bytes] = co_await std::move(op);
        if (ec || bytes == 0) {
            break;
        }
    }
}

} // namespace cofire::detail

#endif
