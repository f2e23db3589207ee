// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_DASHBOARD_SERVER_HPP
#define COFIRE_DASHBOARD_DETAIL_DASHBOARD_SERVER_HPP

#include <cofire/core/config.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/storage/detail/parking.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace cofire::detail {

/// One connection, on a strand of its own, over whatever stream.
///
/// Distinct objects: safe. Shared objects: unsafe but on the strand.
class web_connection : public std::enable_shared_from_this<web_connection> {
public:
    web_connection() = default;
    web_connection(web_connection const&) = delete;
    web_connection& operator=(web_connection const&) = delete;
    virtual ~web_connection() = default;

    /// The strand.
    [[nodiscard]] virtual asio::any_io_executor get_executor() = 0;
    /// Closes it at once: what is under way on it ends.
    virtual void close() = 0;
    /// Answers on it until one side has enough. `peer`: the address of the other end.
    [[nodiscard]] virtual asio::awaitable<void>
    serve(std::shared_ptr<dashboard_core> core, std::string peer) = 0;

    asio::cancellation_signal stop; // of the coroutine that serves it: an event stream only sleeps
};

/// Makes a connection of an accepted socket.
using connection_maker =
    std::function<std::shared_ptr<web_connection>(asio::ip::tcp::socket socket)>;

/// One without TLS.
[[nodiscard]] std::shared_ptr<web_connection> make_plain_connection(asio::ip::tcp::socket socket);

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

/// Accepts connections and answers on them, as `make` makes them, until it is cancelled; then closes all
/// of them and waits for their end.
[[nodiscard]] asio::awaitable<void> serve_all(
    std::shared_ptr<dashboard_core> core, asio::ip::tcp::acceptor acceptor, connection_maker make
);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/dashboard_server.ipp>
#endif

#endif
