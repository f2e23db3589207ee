// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_DASHBOARD_SERVER_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_DASHBOARD_SERVER_IPP

#include <cofire/dashboard/detail/dashboard_server.hpp>
#include <cofire/dashboard/detail/write_reply.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <tuple>
#include <utility>

namespace cofire::detail {

COFIRE_DECL bool web_connections::enter(connection_ptr const& one, std::string const& from) {
    std::lock_guard const lock(mutex_);
    if (all_.size() >= limits_.connections) {
        return false;
    }
    if (!from.empty()) {
        if (auto const at = by_address_.find(from);
            at != by_address_.end() && at->second >= limits_.connections_per_address) {
            return false;
        }
        ++by_address_[from];
    }
    all_.insert(one);
    return true;
}

COFIRE_DECL void web_connections::leave(connection_ptr const& one, std::string const& from) {
    std::lock_guard const lock(mutex_);
    all_.erase(one);
    if (auto const at = by_address_.find(from); at != by_address_.end() && --at->second == 0) {
        by_address_.erase(at);
    }
    ended_.notify();
}

COFIRE_DECL void web_connections::close_all() {
    std::lock_guard const lock(mutex_);
    for (connection_ptr const& one : all_) {
        asio::post(one->stream.get_executor(), [one] {
            one->stop.emit(asio::cancellation_type::terminal);
            one->stream.close();
        });
    }
}

COFIRE_DECL asio::awaitable<void> web_connections::wait_for_end() {
    for (;;) {
        {
            std::lock_guard const lock(mutex_);
            if (all_.empty()) {
                co_return;
            }
        }
        auto op = ended_.wait();
        co_await std::move(op);
    }
}

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
COFIRE_DECL asio::awaitable<boost::system::error_code> read_request_from(
    beast::tcp_stream& stream,
    beast::flat_buffer& buffer,
    http::request_parser<http::string_body>& parser,
    dashboard_limits const& limits,
    bool fresh
) {
    auto const as_result = asio::as_tuple(asio::use_awaitable);
    if (!fresh && buffer.size() == 0) {
        stream.expires_after(limits.idle_time);
        auto op = stream.async_read_some(buffer.prepare(1024), as_result);
        auto const [ec, bytes] = co_await std::move(op);
        if (ec) {
            co_return ec;
        }
        buffer.commit(bytes);
    }
    stream.expires_after(limits.header_time);
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
    stream.expires_after(limits.body_time);
    auto body_op = http::async_read(stream, buffer, parser, as_result);
    auto const body = co_await std::move(body_op);
    co_return std::get<0>(body);
}

// Closes so that the answer arrives even if the other side is still sending.
COFIRE_DECL asio::awaitable<void> close_gently(beast::tcp_stream& stream) {
    boost::system::error_code ignored;
    stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream.expires_after(std::chrono::seconds(1));
    std::array<char, 4096> rest{};
    for (int i = 0; i != 64; ++i) {
        auto op = stream.async_read_some(asio::buffer(rest), asio::as_tuple(asio::use_awaitable));
        auto const [ec, bytes] = co_await std::move(op);
        if (ec || bytes == 0) {
            break;
        }
    }
}

COFIRE_DECL asio::awaitable<void> serve_connection(
    std::shared_ptr<dashboard_core> core, web_connections::connection_ptr one, std::string peer
) {
    dashboard_limits const& limits = core->options().limits;
    beast::tcp_stream& stream = one->stream;
    beast::flat_buffer buffer(limits.header_bytes + 64 * 1024 + 1024);
    bool stays = true;
    for (std::size_t i = 0; stays && i != limits.requests_per_connection; ++i) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(limits.header_bytes);
        parser.body_limit(64 * 1024);
        auto read_op = read_request_from(stream, buffer, parser, limits, i == 0);
        boost::system::error_code const ec = co_await std::move(read_op);
        bool const is_http = ec.category() == make_error_code(http::error::bad_method).category();
        if (ec &&
            (!is_http || ec == http::error::end_of_stream || ec == http::error::partial_message)) {
            co_return; // closed, too slow, or gone
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
            auto answer = respond_authorized(core, to_web_request(parser.release()), peer);
            reply = co_await std::move(answer);
        }
        auto write_op = write_reply(core, &stream, std::move(reply), head, keep, version);
        stays = co_await std::move(write_op);
    }
    auto op = close_gently(stream);
    co_await std::move(op);
}

// By what the connections of `peer` are counted; empty: not at all, because many share a proxy.
[[nodiscard]] inline std::string
counts_for(dashboard_options const& options, std::string const& peer) {
    bool const is_proxy = is_one_of(peer, options.trusted_proxies);
    return is_proxy ? std::string() : address_group(peer);
}

COFIRE_DECL asio::awaitable<void>
serve_all(std::shared_ptr<dashboard_core> core, asio::ip::tcp::acceptor acceptor) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    auto const ex = co_await asio::this_coro::executor;
    auto const connections = std::make_shared<web_connections>(core->options().limits);
    for (;;) {
        auto const state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            break;
        }
        asio::any_io_executor const strand = asio::make_strand(ex);
        auto accept = acceptor.async_accept(strand, asio::as_tuple(asio::use_awaitable));
        auto [ec, socket] = co_await std::move(accept);
        if (ec == asio::error::operation_aborted) {
            break;
        }
        if (ec) { // most likely no file descriptor is left: some connection will end
            asio::steady_timer pause(ex, std::chrono::milliseconds(100));
            auto wait = pause.async_wait(asio::as_tuple(asio::use_awaitable));
            co_await std::move(wait);
            continue;
        }
        auto const remote = socket.remote_endpoint(ec);
        if (ec) {
            continue; // gone already
        }
        std::string const peer = remote.address().to_string();
        std::string const from = counts_for(core->options(), peer);
        auto const one = std::make_shared<web_connection>(std::move(socket));
        if (!connections->enter(one, from)) {
            continue; // closed at once
        }
        asio::co_spawn(
            strand,
            serve_connection(core, one, peer),
            asio::bind_cancellation_slot(
                one->stop.slot(),
                [connections, one, from](std::exception_ptr
                ) { // its peer is gone, or it was stopped
                    one->stream.close();
                    connections->leave(one, from);
                }
            )
        );
    }
    boost::system::error_code ignored;
    acceptor.close(ignored);
    connections->close_all();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto op = connections->wait_for_end();
    co_await std::move(op);
}

} // namespace cofire::detail

#endif
