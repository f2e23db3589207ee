// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_WRITE_REPLY_HPP
#define COFIRE_DASHBOARD_DETAIL_WRITE_REPLY_HPP

#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/dashboard/detail/event_feed.hpp>
#include <cofire/dashboard/detail/exchange.hpp>
#include <cofire/storage/asio.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

// The part of the dashboard that is made for each type of stream.
namespace cofire::detail {

/// What the dashboard needs of `request`.
template <class Body, class Allocator>
[[nodiscard]] web_request
to_web_request(http::request<Body, http::basic_fields<Allocator>>&& request) {
    web_request r;
    r.method = request.method();
    r.target = std::string(request.target());
    for (auto const& field : request) {
        r.header.insert(field.name(), field.name_string(), field.value());
    }
    using body_value = typename Body::value_type;
    if constexpr (requires { std::string(std::move(request.body())); }) {
        r.body = std::string(std::move(request.body()));
    } else if constexpr (requires {
                             r.body.assign(request.body().begin(), request.body().end());
                         }) {
        r.body.assign(request.body().begin(), request.body().end());
    } else if constexpr (asio::is_dynamic_buffer<body_value>::value) {
        r.body = beast::buffers_to_string(request.body().data());
    } else {
        static_assert(
            std::is_same_v<Body, http::empty_body>,
            "cofire: the request's body is of a type whose bytes cannot be read: take string_body "
            "or "
            "dynamic_body"
        );
    }
    return r;
}

/// Gives what is done next on `stream` its time; zero: as long as it takes.
template <class Stream>
void set_time(Stream& stream, std::chrono::milliseconds time) {
    auto& lowest = beast::get_lowest_layer(stream);
    if constexpr (requires { lowest.expires_after(time); }) {
        if (time.count() == 0) {
            lowest.expires_never();
        } else {
            lowest.expires_after(time);
        }
    }
}

/// Writes `reply` to `*stream`, an event stream to its end. True: the connection may be kept.
template <class Stream>
asio::awaitable<bool> write_reply(
    std::shared_ptr<dashboard_core> core,
    Stream* stream,
    web_reply reply,
    bool head,
    bool keep_alive,
    unsigned version
) {
    auto const time = core->options().limits.write_time;
    bool const stays = keep_alive && reply.feed == nullptr;
    http::response<http::span_body<char const>> message;
    message.result(reply.status);
    message.version(version);
    set_header(message, reply);
    message.keep_alive(stays);
    std::size_t size = reply.body.size();
    char const* data = reply.body.data();
    if (reply.asset != nullptr && reply.body.empty()) {
        size = reply.status == 304 ? 0 : reply.asset->size;
        data = reply.asset->data;
    }
    if (reply.feed == nullptr && reply.status != 304) {
        message.content_length(size);
    }
    bool const bare = head || reply.feed != nullptr;
    message.body() = beast::span<char const>(data, bare ? 0 : size);
    set_time(*stream, time);
    http::response_serializer<http::span_body<char const>> serializer(message);
    if (bare) {
        auto op = http::async_write_header(*stream, serializer, asio::use_awaitable);
        co_await std::move(op);
    } else {
        auto op = http::async_write(*stream, serializer, asio::use_awaitable);
        co_await std::move(op);
    }
    if (reply.feed != nullptr && !head) {
        std::string text = std::move(reply.body);
        while (!text.empty()) {
            set_time(*stream, time);
            auto op = asio::async_write(*stream, asio::buffer(text), asio::use_awaitable);
            co_await std::move(op);
            set_time(*stream, std::chrono::milliseconds(0));
            auto next = reply.feed->next();
            text = co_await std::move(next);
        }
    }
    set_time(*stream, std::chrono::milliseconds(0));
    co_return stays;
}

/// Answers a request of `who`.
template <class Stream>
asio::awaitable<bool> handle_request(
    std::shared_ptr<dashboard_core> core,
    Stream* stream,
    web_request request,
    web_identity who,
    bool keep_alive,
    unsigned version
) {
    bool const head = request.method == http::verb::head;
    auto answer = respond(core, std::move(request), std::move(who));
    web_reply reply = co_await std::move(answer);
    auto op = write_reply(core, stream, std::move(reply), head, keep_alive, version);
    co_return co_await std::move(op);
}

} // namespace cofire::detail

#endif
