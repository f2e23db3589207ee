// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_DASHBOARD_SERVER_HPP
#define COFIRE_DASHBOARD_DETAIL_DASHBOARD_SERVER_HPP

#include <cofire/core/config.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/storage/detail/parking.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace cofire::detail {

/// One connection, on a strand of its own.
struct web_connection {
    explicit web_connection(asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

    beast::tcp_stream stream;
    asio::cancellation_signal stop; // of the coroutine that serves it: an event stream only sleeps
};

/// The connections of a dashboard on its own port: how many there are, and how they are ended.
///
/// Distinct objects: safe. Shared objects: safe.
class web_connections {
public:
    using connection_ptr = std::shared_ptr<web_connection>;

    explicit web_connections(dashboard_limits const& limits) : limits_(limits) {}

    /// Counts `one`, from the address `from`, unless that is empty; false: there are enough.
    [[nodiscard]] bool enter(connection_ptr const& one, std::string const& from);
    /// `one` has ended.
    void leave(connection_ptr const& one, std::string const& from);
    /// Closes all of them, on their executors.
    void close_all();
    /// How many addresses it counts at present.
    [[nodiscard]] std::size_t addresses() {
        std::lock_guard const lock(mutex_);
        return by_address_.size();
    }
    /// Waits until all have ended.
    [[nodiscard]] asio::awaitable<void> wait_for_end();

private:
    dashboard_limits limits_;
    std::mutex mutex_;
    std::set<connection_ptr> all_;
    std::map<std::string, std::size_t> by_address_;
    parking ended_;
};

/// Accepts connections and answers on them until it is cancelled; then closes all of them and waits for
/// their end.
[[nodiscard]] asio::awaitable<void>
serve_all(std::shared_ptr<dashboard_core> core, asio::ip::tcp::acceptor acceptor);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/dashboard_server.ipp>
#endif

#endif
