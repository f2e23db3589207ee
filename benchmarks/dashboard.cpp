// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The dashboard over HTTP: how long its indexed queries take with a million jobs in the memory storage,
// and what ten of them, open and asking, cost the jobs on the same thread.

#include "support/bulk_jobs.hpp"
#include "support/report.hpp"

#include <cofire/dashboard.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// The jobs, declared only.
namespace demo {

boost::asio::awaitable<void> backup(std::string name);
boost::asio::awaitable<void> resize(std::string name);

} // namespace demo

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

cofire::dashboard_options wide() {
    cofire::dashboard_options o;
    o.limits.connections_per_address = 64;
    o.limits.requests_per_connection = 1'000'000'000;
    return o;
}

/// A connection, used without coroutines.
class browser {
public:
    explicit browser(std::uint16_t port) : socket_(io_) {
        socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
        socket_.set_option(tcp::no_delay(true));
    }
    /// The body of the answer, which must be 200.
    std::string get(std::string const& path) {
        ask(path);
        http::response_parser<http::string_body> parser;
        parser.body_limit(64 << 20);
        http::read(socket_, buffer_, parser);
        bench::report::require(parser.get().result_int() == 200, path + ": " + parser.get().body());
        return std::move(parser.get().body());
    }
    /// Begins the event stream.
    void listen() { ask("/api/events"); }
    /// Waits for the next event; false: the other side has closed.
    bool hear() {
        boost::system::error_code ec;
        auto const n = asio::read_until(socket_, asio::dynamic_buffer(text_), "\n\n", ec);
        text_.erase(0, n);
        return !ec;
    }
    void close() {
        boost::system::error_code ignored;
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
    }

private:
    void ask(std::string const& path) {
        std::string const text = "GET /cofire" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        asio::write(socket_, asio::buffer(text));
    }

    asio::io_context io_;
    tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    std::string text_;
};

// Puts a dashboard on a free port of `io`; the port.
std::uint16_t serve_on(asio::io_context& io, cofire::dashboard const& dashboard) {
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    std::uint16_t const port = acceptor.local_endpoint().port();
    asio::co_spawn(io, dashboard.serve(std::move(acceptor)), asio::detached);
    return port;
}

asio::awaitable<void> fill(cofire::client const& jobs, std::size_t count) {
    static constexpr std::array<std::string_view, 4> queues{"default", "mail", "images", "night"};
    constexpr std::size_t size = 1'000;
    for (std::size_t i = 0; i < count; i += size) {
        cofire::batch b;
        auto line = b.with({.queue = queues[(i / size) % queues.size()]});
        for (std::size_t k = 0; k != size; ++k) {
            std::string const name = "n" + std::to_string(i + k);
            if ((i + k) % 2 == 0) {
                line.add<demo::backup>(name);
            } else {
                line.add<demo::resize>(name);
            }
        }
        co_await jobs.submit(b);
    }
}

// The times of `rounds` requests of each kind, in ms.
std::vector<double> ask_all(std::uint16_t port, std::size_t rounds) {
    browser b(port);
    std::string const list = b.get("/api/jobs?state=enqueued");
    auto const at = list.find("\"id\":\"") + 6;
    std::vector<std::string> paths{
        "/api/jobs?state=enqueued",
        "/api/jobs?state=enqueued&order=oldest",
        "/api/jobs?state=failed",
        "/api/jobs?queue=images&rows=100",
        "/api/jobs?type=demo%3A%3Abackup",
        "/api/jobs?type=demo%3A%3Aresize&queue=night&state=enqueued",
        "/api/jobs?from=2020-01-01T00:00:00Z&order=oldest",
        "/api/jobs/" + list.substr(at, list.find('"', at) - at),
        "/api/groups?state=failed",
        "/api/parked",
        "/api/queues",
        "/api/overview",
        "/api/series?span=day",
        "/metrics",
    };
    std::vector<double> times;
    for (std::size_t i = 0; i != rounds; ++i) {
        for (std::string const& path : paths) {
            double const begin = bench::wall_ns();
            b.get(path);
            times.push_back((bench::wall_ns() - begin) / 1e6);
        }
    }
    return times;
}

void measure_queries(bench::report& to) {
    asio::io_context io{1};
    cofire::memory_storage storage;
    cofire::client const jobs(storage);
    auto const count = to.size<std::size_t>(1'000'000, 4'000);
    asio::co_spawn(io, fill(jobs, count), [](std::exception_ptr e) {
        bench::report::require(e == nullptr, "the jobs are stored");
    });
    io.run();
    io.restart();
    cofire::dashboard const dashboard(jobs, wide());
    auto const port = serve_on(io, dashboard);
    std::thread thread([&] { io.run(); });
    bench::figure p99{"dashboard.query_p99", "ms", {}};
    bench::figure p50{"dashboard.query_p50", "ms", {}};
    bench::figure most{"dashboard.query_most", "ms", {}};
    for (std::size_t i = 0; i != to.samples(); ++i) {
        auto const times = ask_all(port, to.size<std::size_t>(100, 1));
        p99.values.push_back(bench::quantile(times, 0.99));
        p50.values.push_back(bench::quantile(times, 0.5));
        most.values.push_back(bench::quantile(times, 1));
    }
    io.stop();
    thread.join();
    to.add(p50);
    to.add(p99);
    to.add(most);
}

// Jobs that do nothing and store the next ones, as long as they are let, on one thread with a dashboard.
class endless_jobs {
public:
    endless_jobs() : host_(io_.get_executor(), cofire::memory_storage{}) {
        host_.add<bench::no_op>(
            [this](cofire::job_context& ctx, std::string) -> asio::awaitable<void> {
                done_.fetch_add(1, std::memory_order_relaxed);
                if (--running_ == 0) {
                    running_ = bench::waves::size;
                    co_await bench::enqueue_wave(ctx.client());
                }
            }
        );
        host_.start();
        dashboard_ = std::make_unique<cofire::dashboard>(host_, wide());
        port_ = serve_on(io_, *dashboard_);
        asio::co_spawn(io_, bench::enqueue_wave(host_), asio::detached);
        thread_ = std::thread([this] { io_.run(); });
    }
    ~endless_jobs() {
        io_.stop();
        thread_.join();
    }
    endless_jobs(endless_jobs const&) = delete;
    endless_jobs& operator=(endless_jobs const&) = delete;

    /// Jobs in a second, over `time`.
    double rate(std::chrono::milliseconds time) {
        auto const before = done_.load();
        double const begin = bench::wall_ns();
        std::this_thread::sleep_for(time);
        return static_cast<double>(done_.load() - before) / ((bench::wall_ns() - begin) / 1e9);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    asio::io_context io_{1};
    std::size_t running_ = bench::waves::size;
    std::atomic<std::size_t> done_ = 0;
    cofire::host host_;
    std::unique_ptr<cofire::dashboard> dashboard_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

// Dashboards that are open: each listens, and at each event reads the list and the graph anew, as the
// page does.
class open_dashboards {
public:
    open_dashboards(std::uint16_t port, std::size_t count) {
        for (std::size_t i = 0; i != count; ++i) {
            streams_.push_back(std::make_unique<browser>(port));
            streams_.back()->listen();
            threads_.emplace_back([this, port, stream = streams_.back().get()] {
                browser page(port);
                while (stream->hear()) {
                    page.get("/api/jobs?state=succeeded");
                    page.get("/api/series?span=hour");
                    heard_.fetch_add(1);
                }
            });
        }
    }
    ~open_dashboards() {
        for (auto const& stream : streams_) {
            stream->close();
        }
        for (auto& thread : threads_) {
            thread.join();
        }
    }
    open_dashboards(open_dashboards const&) = delete;
    open_dashboards& operator=(open_dashboards const&) = delete;

    [[nodiscard]] std::size_t heard() const { return heard_.load(); }

private:
    std::atomic<std::size_t> heard_ = 0;
    std::vector<std::unique_ptr<browser>> streams_;
    std::vector<std::thread> threads_;
};

void measure_rate(bench::report& to) {
    endless_jobs jobs;
    constexpr std::size_t dashboards = 10;
    auto const time = to.size<std::chrono::milliseconds>(4s, 50ms);
    jobs.rate(time); // until the history is as long as it gets
    to.compare(
        "dashboard.rate_beside_ten",
        "jobs/s",
        [&] {
            open_dashboards const open(jobs.port(), dashboards);
            double const rate = jobs.rate(time);
            bench::report::require(open.heard() != 0, "the dashboards are told something");
            return rate;
        },
        "jobs without a dashboard open",
        [&] { return jobs.rate(time); }
    );
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    measure_rate(to);
    measure_queries(to);
    return 0;
}
