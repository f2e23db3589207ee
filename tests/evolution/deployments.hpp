// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_EVOLUTION_DEPLOYMENTS_HPP
#define COFIRE_TESTS_EVOLUTION_DEPLOYMENTS_HPP

#include <cofire/cofire.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evolution_tests {

namespace asio = boost::asio;

/// What handlers of all programs have done, in order.
using diary = std::vector<std::string>;

/// A store that outlives the programs which use it, one after the other or at a time.
struct store {
    std::uint64_t clients = 0; // counted for their seeds, so that no two make the same ids
    asio::io_context io{1};
    cofire::testing::manual_clock clock{
        cofire::time_point{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}}};
    cofire::memory_storage storage{cofire::memory_options(clock)};
    cofire::client jobs{storage, client_options()};

    cofire::client_options client_options() {
        cofire::client_options o;
        o.clock = clock;
        o.seed = ++clients;
        return o;
    }

    void run() {
        io.restart();
        io.poll();
    }

    void advance(cofire::duration d) {
        clock.advance(d);
        run();
    }

    template <class T>
    T await(asio::awaitable<T> op) {
        std::optional<T> result;
        std::exception_ptr error;
        asio::co_spawn(io, std::move(op), [&](std::exception_ptr e, T value) {
            error = std::move(e);
            result = std::move(value);
        });
        run();
        if (error) {
            std::rethrow_exception(error);
        }
        if (!result) {
            throw std::logic_error("the operation waits for something that does not come");
        }
        return std::move(*result);
    }

    cofire::job_record get(cofire::job_id id) { return await(jobs.get(id)); }

    /// True if the job succeeded in its first attempt, lost nothing and left no error.
    bool succeeded_at_once(cofire::job_id id) {
        auto const job = get(id);
        return job.state == cofire::job_state::succeeded && job.attempt == 1 && job.lost == 0 &&
               !job.error;
    }

    /// True if the job waits for a program that knows it, and has lost nothing by it.
    bool is_parked(cofire::job_id id) {
        auto const job = get(id);
        return job.state == cofire::job_state::enqueued &&
               job.sub_state == cofire::job_sub_state::parked_by_type && job.attempt == 0 &&
               job.lost == 0 && !job.error;
    }

    /// What a person is shown who asks for parked jobs.
    std::vector<cofire::job_id> parked() {
        cofire::read_find query;
        query.filter.state = cofire::job_state::enqueued;
        query.filter.sub_state = cofire::job_sub_state::parked_by_type;
        query.order = cofire::find_order::oldest;
        auto const page = await(jobs.find(query));
        std::vector<cofire::job_id> ids;
        for (auto const& job : page.jobs) {
            ids.push_back(job.id);
        }
        return ids;
    }
};

/// One version of a program, from its start to its end: handlers, a client, a server.
class program {
public:
    /// `add` registers the version's handlers.
    program(store& in, std::function<void(cofire::registry&)> const& add)
        : store_(in), jobs(in.storage, in.client_options()) {
        add(handlers_);
        cofire::server_options options;
        options.seed = 1;
        cofire::server_environment environment;
        environment.clock(in.clock).log([this](cofire::log_level, std::string_view line) {
            log.emplace_back(line);
        });
        server_.emplace(in.io.get_executor(), in.storage, handlers_, options, environment);
        asio::co_spawn(in.io, server_->run(), [this](std::exception_ptr e) {
            ended_ = true;
            error_ = std::move(e);
        });
        in.run();
    }
    program(program const&) = delete;
    program& operator=(program const&) = delete;

    ~program() { stop(); }

    /// Has the server end; the rest of the program may go on storing jobs.
    void stop() {
        server_->stop();
        store_.run();
        BOOST_TEST(ended_);
        BOOST_TEST(!error_);
    }

private:
    store& store_;
    cofire::registry handlers_;
    std::optional<cofire::server> server_;
    bool ended_ = false;
    std::exception_ptr error_;

public:
    std::vector<std::string> log;
    cofire::client jobs;
};

} // namespace evolution_tests

#endif
