// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Jobs that need something of the program: here a pool of database connections. It is given to the
// handlers when they are registered; what is stored with a job is its arguments only.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/describe.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;

// Stands for the connection of your database library.
struct connection {
    int number;
    std::vector<std::string> rows{};

    asio::awaitable<void> insert(std::string row) {
        asio::steady_timer round_trip(co_await asio::this_coro::executor);
        round_trip.expires_after(std::chrono::milliseconds(1));
        co_await round_trip.async_wait(asio::use_awaitable);
        rows.push_back(std::move(row));
    }
};

// Connections to be borrowed. A channel that holds those that are free is all it takes: who finds it
// empty waits, without a thread, and gives up when its job is cancelled.
class connection_pool {
public:
    struct give_back {
        connection_pool* pool;
        void operator()(connection* c) const {
            pool->free_.try_send(boost::system::error_code{}, c);
        }
    };
    using lease = std::unique_ptr<connection, give_back>;

    connection_pool(asio::any_io_executor executor, int size)
        : free_(std::move(executor), static_cast<std::size_t>(size)) {
        for (int i = 1; i <= size; ++i) {
            all_.push_back(std::make_unique<connection>(connection{i}));
            free_.try_send(boost::system::error_code{}, all_.back().get());
        }
    }

    asio::awaitable<lease> acquire() {
        connection* const c = co_await free_.async_receive(asio::use_awaitable);
        co_return lease(c, give_back{this});
    }

    std::vector<std::unique_ptr<connection>> const& all() const { return all_; }

private:
    std::vector<std::unique_ptr<connection>> all_;
    asio::experimental::concurrent_channel<void(boost::system::error_code, connection*)> free_;
};

// A member function as a job: registered with the object that has what it needs.
class repository {
public:
    explicit repository(connection_pool& pool) : pool_(pool) {}

    asio::awaitable<void> save(std::string customer) {
        auto const c = co_await pool_.acquire();
        co_await c->insert(std::move(customer));
        std::cout << "connection " << c->number << " has " << c->rows.size() << " rows\n";
    }

private:
    connection_pool& pool_;
};

// A struct as a job: the handler is a function object, which may hold what it needs.
struct import_customers {
    std::string prefix;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(import_customers, (), (prefix, count))

asio::awaitable<void> program(cofire::client& jobs) {
    std::vector<std::string> const customers{"alice", "bob", "carol", "dave", "erin", "frank"};
    auto const saved = co_await jobs.enqueue_many<&repository::save>(customers);
    co_await jobs.enqueue<import_customers>("imported-", 4);
    for (cofire::job_id id : saved) {
        co_await jobs.result(id);
    }
}

int main() {
    asio::io_context io;
    connection_pool pool{io.get_executor(), 3};
    repository customers{pool};

    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<&repository::save>(customers);
    jobs.add<import_customers>([&pool](import_customers job) -> asio::awaitable<void> {
        auto const c = co_await pool.acquire();
        for (int i = 0; i != job.count; ++i) {
            co_await c->insert(job.prefix + std::to_string(i));
        }
    });
    jobs.start();

    std::exception_ptr failure;
    asio::co_spawn(io, program(jobs), [&](std::exception_ptr error) {
        failure = error;
        jobs.stop(); // what runs may end first: the import is not cut off
    });
    io.run();

    std::size_t rows = 0;
    for (auto const& c : pool.all()) {
        rows += c->rows.size();
    }
    std::cout << rows << " rows\n";
    return !failure && rows == 10 ? 0 : 1;
}
