// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <cofire/dashboard/assets.hpp>

#include <boost/asio/read.hpp>

#include <future>

// The job, declared only: what runs it is registered.
namespace slow_clients_demo {

boost::asio::awaitable<void> count_down(int number);

} // namespace slow_clients_demo

// Clients that take their time, on real sockets, beside jobs on the same thread.
namespace {

using namespace dashboard_tests;

// A server of jobs and a dashboard, on one thread.
class busy_program {
public:
    explicit busy_program(cofire::dashboard_limits const& limits)
        : jobs_(io_.get_executor(), cofire::memory_storage{}) {
        jobs_.add<slow_clients_demo::count_down>([this](int) -> asio::awaitable<void> {
            if (--left_ == 0) {
                all_done_.set_value();
            }
            co_return;
        });
        jobs_.start();
        cofire::dashboard_options o;
        o.limits = limits;
        tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        port = acceptor.local_endpoint().port();
        cofire::dashboard const dashboard(jobs_, std::move(o));
        asio::co_spawn(
            io_,
            dashboard.serve(std::move(acceptor)),
            asio::bind_cancellation_slot(stop_.slot(), [](std::exception_ptr) {})
        );
        thread_ = std::thread([this] { io_.run(); });
    }
    busy_program(busy_program const&) = delete;
    busy_program& operator=(busy_program const&) = delete;
    ~busy_program() {
        asio::post(io_, [this] {
            stop_.emit(asio::cancellation_type::total);
            jobs_.stop();
        });
        thread_.join();
    }

    /// Runs `count` jobs to their end.
    void run_jobs(int count) {
        all_done_ = std::promise<void>();
        auto done = all_done_.get_future();
        left_ = count;
        asio::co_spawn(io_, store(jobs_, count), [](std::exception_ptr e) {
            BOOST_TEST((e == nullptr));
        });
        done.wait();
    }

    std::uint16_t port = 0;

private:
    static asio::awaitable<void> store(cofire::client jobs, int count) {
        for (int i = 0; i != count; ++i) {
            co_await jobs.enqueue<slow_clients_demo::count_down>(i);
        }
    }

    asio::io_context io_{1};
    int left_ = 0;
    std::promise<void> all_done_;
    cofire::host jobs_;
    asio::cancellation_signal stop_;
    std::thread thread_;
};

// True if the other side has not closed; reads nothing that may come.
bool is_open(connection& c) {
    c.socket().non_blocking(true);
    char byte = 0;
    boost::system::error_code ec;
    c.socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, ec);
    c.socket().non_blocking(false);
    return ec == asio::error::would_block;
}

constexpr std::string_view live = "GET /cofire/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

// Asks until there is room for one more connection, and it answers.
bool becomes_free(std::uint16_t port) {
    for (int i = 0; i != 100'000; ++i) {
        connection c(port);
        boost::system::error_code ec;
        asio::write(c.socket(), asio::buffer(live), ec);
        std::string answer(12, '\0');
        asio::read(c.socket(), asio::buffer(answer), ec);
        if (!ec) {
            return answer == "HTTP/1.1 200";
        }
    }
    return false;
}

BOOST_AUTO_TEST_SUITE(slow_clients)

BOOST_AUTO_TEST_CASE(jobs_go_on_beside_them) {
    constexpr std::size_t room = 16;
    cofire::dashboard_limits limits;
    limits.connections = room;
    limits.connections_per_address = room;
    busy_program program(limits);
    std::vector<std::unique_ptr<connection>> all;
    for (std::size_t i = 0; i != 8 * room; ++i) {
        all.push_back(std::make_unique<connection>(program.port));
        bool const header = i % 2 == 0; // that never ends; the others' body does not
        boost::system::error_code refused;
        std::string const text =
            header
                ? "GET /cofire/ HTTP/1.1\r\nHost: loc"
                : "POST /cofire/api/bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{";
        asio::write(all.back()->socket(), asio::buffer(text), refused);
    }
    program.run_jobs(1'000);
    for (std::size_t i = room; i != all.size(); ++i) {
        BOOST_TEST(all[i]->closed()); // they came when it was full
    }
    for (int round = 0; round != 3; ++round) {
        for (std::size_t i = 0; i != room; ++i) {
            all[i]->send("x");
            BOOST_TEST(is_open(*all[i]));
        }
        program.run_jobs(1'000);
    }
    all.front().reset();
    BOOST_TEST(becomes_free(program.port));
}

BOOST_AUTO_TEST_CASE(who_does_not_read_is_dropped) {
    cofire::dashboard_limits limits;
    limits.write_time = 20ms;
    limits.connections = 1;
    limits.requests_per_connection = 1'000;
    busy_program program(limits);
    constexpr std::size_t wanted = 1'000;
    std::string requests;
    for (std::size_t i = 0; i != wanted; ++i) {
        requests += "GET /cofire/assets/app.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }
    connection c(program.port);
    boost::system::error_code cut;
    asio::write(c.socket(), asio::buffer(requests), cut);
    program.run_jobs(1'000);
    BOOST_TEST(becomes_free(program.port)); // the one there may be is gone
    std::string rest(1 << 20, '\0');
    std::size_t sum = 0;
    for (boost::system::error_code ec; !ec;) {
        sum += c.socket().read_some(asio::buffer(rest), ec);
    }
    BOOST_TEST(sum < wanted * sizeof cofire::detail::dashboard_app_js);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
