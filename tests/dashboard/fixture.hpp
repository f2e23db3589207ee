// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DASHBOARD_FIXTURE_HPP
#define COFIRE_TESTS_DASHBOARD_FIXTURE_HPP

#include "support/run_to_end.hpp"

#include <cofire/cofire.hpp>
#include <cofire/dashboard.hpp>
#include <cofire/dashboard/dashboard_transport.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// What this room's tests share: a dashboard over a memory storage, served on a port of the loopback
// interface by a thread, and a client that speaks HTTP to it.
namespace dashboard_tests {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
using namespace std::chrono_literals;
using asio::ip::tcp;

inline constexpr cofire::time_point start_time{
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

/// One answer.
struct answer {
    unsigned status = 0;
    http::fields header;
    std::string body;

    [[nodiscard]] json::object object() const { return json::parse(body).as_object(); }
    [[nodiscard]] std::string code() const {
        return json::value_to<std::string>(object().at("code"));
    }
    [[nodiscard]] std::string field() const {
        auto const o = object();
        auto const* const f = o.if_contains("field");
        return f == nullptr ? "" : json::value_to<std::string>(*f);
    }
    [[nodiscard]] std::string text(std::string_view name) const {
        return json::value_to<std::string>(object().at(name));
    }
};

/// Reads an answer.
template <class Stream>
answer read_answer(Stream& stream, boost::beast::flat_buffer& buffer, bool head = false) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(64 << 20);
    parser.skip(head);
    http::read(stream, buffer, parser);
    answer a;
    a.status = parser.get().result_int();
    a.body = parser.get().body();
    a.header = parser.get().base();
    return a;
}

/// Reads until `mark` was seen; what was read up to then. The rest is left in `text`.
template <class Stream>
std::string read_past(Stream& stream, std::string& text, std::string_view mark) {
    auto const n = asio::read_until(stream, asio::dynamic_buffer(text), std::string(mark));
    std::string r = text.substr(0, n);
    text.erase(0, n);
    return r;
}

/// One connection, used without coroutines.
class connection {
public:
    explicit connection(std::uint16_t port) : socket_(io_) {
        socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    }
    void send(std::string const& bytes) { asio::write(socket_, asio::buffer(bytes)); }
    answer receive(bool head = false) { return read_answer(socket_, buffer_, head); }
    std::string read_until(std::string_view mark) { return read_past(socket_, text_, mark); }
    /// True if the other side has closed.
    bool closed() {
        char c = 0;
        boost::system::error_code ec;
        socket_.read_some(asio::buffer(&c, 1), ec);
        return static_cast<bool>(ec);
    }
    [[nodiscard]] tcp::socket& socket() { return socket_; }

private:
    asio::io_context io_;
    tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    std::string text_;
};

/// A storage, jobs in it, and the clock.
struct world {
    cofire::testing::manual_clock clock{start_time};
    cofire::memory_storage storage{cofire::memory_options(clock)};
    cofire::client jobs{storage, client_options()};
    std::vector<std::shared_ptr<void const>> present;

    [[nodiscard]] cofire::client_options client_options() const {
        cofire::client_options o;
        o.clock = clock;
        o.seed = 1;
        return o;
    }
    /// Runs an operation to its end.
    template <class T>
    T run(asio::awaitable<T> op) {
        return cofire_tests::run_to_end(std::move(op));
    }
    cofire::job_id enqueue(std::string_view type, std::string_view arguments = "[]") {
        return run(jobs.enqueue_raw(type, arguments)).id;
    }
    /// A server as the storage sees it.
    cofire::servers_answer announce(
        std::vector<cofire::announced_type> types,
        std::vector<std::string> queues,
        std::uint32_t slots = 8
    ) {
        cofire::server_announce a;
        a.name = "test server";
        a.types = std::move(types);
        a.queues = std::move(queues);
        a.slots = slots;
        a.version = "1";
        cofire::servers_request const request = a;
        auto answer = run(jobs.storage().servers(request));
        present.push_back(answer.presence); // or it counts as dead
        return answer;
    }
    /// Takes up to `limit` jobs of the queue.
    std::vector<cofire::acquired_job> acquire(
        cofire::server_instance server, std::uint32_t limit, std::string_view queue = "default"
    ) {
        cofire::take const take{queue};
        cofire::acquire_request r;
        r.server = server;
        r.takes = std::span<cofire::take const>(&take, 1);
        r.limit = limit;
        return run(jobs.storage().acquire(r)).jobs;
    }
    void settle(cofire::server_instance server, cofire::run_outcome const& outcome) {
        cofire::settle_request r;
        r.server = server;
        r.outcomes = std::span<cofire::run_outcome const>(&outcome, 1);
        run(jobs.storage().settle(r));
    }
};

/// Serves a dashboard as long as it lives.
class served {
    std::shared_ptr<std::vector<std::string>> lines_ = std::make_shared<std::vector<std::string>>();
    std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();

public:
    explicit served(world& w, cofire::dashboard_options options = {})
        : served(w.jobs, std::move(options)) {}
    explicit served(
        cofire::client const& jobs,
        cofire::dashboard_options options = {},
        std::optional<cofire::dashboard_transport> transport = {}
    )
        : dashboard(jobs, with_audit(std::move(options))) {
        tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        port = acceptor.local_endpoint().port();
        asio::co_spawn(
            io_,
            transport ? dashboard.serve(std::move(acceptor), *transport)
                      : dashboard.serve(std::move(acceptor)),
            asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr e) { error = e; })
        );
        thread_ = std::thread([this] { io_.run(); });
    }
    ~served() { stop(); }
    served(served const&) = delete;
    served& operator=(served const&) = delete;

    void stop() {
        if (thread_.joinable()) {
            asio::post(io_, [this] { stop_.emit(asio::cancellation_type::total); });
            thread_.join();
        }
    }

    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port); }

    answer send(std::string const& bytes, bool head = false) const {
        connection c(port);
        c.send(bytes);
        return c.receive(head);
    }
    answer get(std::string const& path, std::string const& header = {}) const {
        return send(
            "GET /cofire" + path + " HTTP/1.1\r\nHost: " + host() + "\r\n" + header + "\r\n"
        );
    }
    json::object get_object(std::string const& path) const {
        answer const a = get(path);
        BOOST_TEST_CONTEXT(path << ": " << a.body) {
            BOOST_TEST(a.status == 200U);
        }
        return a.object();
    }
    [[nodiscard]] std::string csrf() const {
        answer const a = get("/api/session", authorization);
        return a.text("csrf");
    }
    /// A POST as the page sends it.
    answer post(std::string const& path, std::string const& body = "{}") const {
        return send(post_text(
            path,
            body,
            "Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\nX-Cofire-CSRF: " +
                csrf() + "\r\n" + authorization
        ));
    }
    [[nodiscard]] std::string
    post_text(std::string const& path, std::string const& body, std::string const& header) const {
        return "POST /cofire" + path + " HTTP/1.1\r\nHost: " + host() + "\r\n" + header +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    [[nodiscard]] std::vector<std::string> audit() const {
        std::lock_guard const lock(*mutex_);
        return *lines_;
    }

    std::string authorization; // a header line for get and post
    std::exception_ptr error;
    cofire::dashboard dashboard;
    std::uint16_t port = 0;

private:
    cofire::dashboard_options with_audit(cofire::dashboard_options o) {
        if (!o.audit) {
            o.audit = [lines = lines_, mutex = mutex_](std::string_view line) {
                std::lock_guard const lock(*mutex);
                lines->emplace_back(line);
            };
        }
        return o;
    }

    asio::io_context io_{1};
    asio::cancellation_signal stop_;
    std::thread thread_;
};

} // namespace dashboard_tests

#endif
