// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_DASHBOARD_SERVER_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_DASHBOARD_SERVER_IPP

#include <cofire/dashboard/detail/answer_requests.hpp>
#include <cofire/dashboard/detail/dashboard_server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <exception>
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
        asio::post(one->get_executor(), [one] {
            one->stop.emit(asio::cancellation_type::terminal);
            one->close();
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

// One without TLS.
class plain_connection final : public web_connection {
public:
    explicit plain_connection(asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}

    [[nodiscard]] asio::any_io_executor get_executor() override { return stream_.get_executor(); }
    void close() override { stream_.close(); }
    [[nodiscard]] asio::awaitable<void>
    serve(std::shared_ptr<dashboard_core> core, std::string peer) override {
        auto self = std::static_pointer_cast<plain_connection>(shared_from_this());
        return converse(std::move(self), std::move(core), std::move(peer));
    }

private:
    static asio::awaitable<void> converse(
        std::shared_ptr<plain_connection> self,
        std::shared_ptr<dashboard_core> core,
        std::string peer
    ) {
        auto answers = answer_requests(std::move(core), &self->stream_, std::move(peer), false);
        bool const done = co_await std::move(answers);
        if (done) {
            auto end = close_gently(&self->stream_);
            co_await std::move(end);
        }
    }

    beast::tcp_stream stream_;
};

COFIRE_DECL std::shared_ptr<web_connection> make_plain_connection(asio::ip::tcp::socket socket) {
    return std::make_shared<plain_connection>(std::move(socket));
}

// By what the connections of `peer` are counted; empty: not at all, because many share a proxy.
[[nodiscard]] inline std::string
counts_for(dashboard_options const& options, std::string const& peer) {
    bool const is_proxy = is_one_of(peer, options.trusted_proxies);
    return is_proxy ? std::string() : address_group(peer);
}

COFIRE_DECL asio::awaitable<void> serve_all(
    std::shared_ptr<dashboard_core> core, asio::ip::tcp::acceptor acceptor, connection_maker make
) {
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
        auto const one = make(std::move(socket));
        if (!connections->enter(one, from)) {
            continue; // closed at once
        }
        asio::co_spawn(
            strand,
            one->serve(core, peer),
            asio::bind_cancellation_slot(
                one->stop.slot(),
                [connections, one, from](std::exception_ptr
                ) { // its peer is gone, or it was stopped
                    one->close();
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
