// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Do our jobs bear what production does to them? A simulation runs servers and clients in one thread
// and in virtual time, kills processes, loses answers and sets clocks, all from a seed; at the end we
// look at what our jobs have done. Here: every order is billed exactly once, although handlers run
// again after a crash, because the bill is written under the order's number.

#include <cofire.hpp>
#include <cofire/testing.hpp>

#include <boost/describe.hpp>

#include <iostream>
#include <map>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// --- The code under test ---------------------------------------------------------------------------

// The billing service: what survives our processes.
struct billing_service {
    std::map<int, int> bills; // order -> how many times its customer pays
    bool knows_orders = true; // does it refuse a second bill for an order?
    int requests = 0;

    void bill(int order) {
        ++requests;
        if (bills[order] == 0 || !knows_orders) {
            ++bills[order];
        }
    }
};

struct bill_order {
    int order = 0;
    static constexpr cofire::job_options options{.max_attempts = 20, .delays = {1s}};
};
BOOST_DESCRIBE_STRUCT(bill_order, (), (order))

asio::awaitable<void> bill(cofire::job_context& ctx, billing_service& service, int order) {
    co_await ctx.sleep_for(100ms); // the request is under way
    service.bill(order);
    co_await ctx.sleep_for(100ms); // and the answer
}

// What the shop does when an order comes in. The id is made from the order, so that the enqueue may
// be repeated when nobody knows whether it took place.
cofire::job_id id_of(int order) {
    return cofire::job_id::make(cofire::time_point{}, 1, static_cast<std::uint64_t>(order));
}

// --- The test --------------------------------------------------------------------------------------

constexpr int orders = 30;

asio::awaitable<void> shop(cofire::testing::simulation& s, cofire::client jobs) {
    for (int order = 1; order <= orders; ++order) {
        auto const enqueue = [&] {
            return jobs.with({.id = id_of(order)}).enqueue<bill_order>(order);
        };
        auto op = s.repeat(enqueue);
        co_await std::move(op);
        co_await s.sleep_for(150ms);
    }
}

// One seed. Throws cofire::testing::simulation_failure, with the seed and the last steps, if a rule of
// the library or a check of ours is broken.
void bill_all(std::uint64_t seed, billing_service& service) {
    cofire::testing::simulation_options options;
    options.seed = seed;
    options.servers = 2;
    options.faults.deaths = 6;
    cofire::testing::simulation s(options);
    s.on_server([&service](cofire::testing::simulated_server& p) {
        p.handlers.add<bill_order>([&service](cofire::job_context& ctx, bill_order job) {
            return bill(ctx, service, job.order);
        });
        p.options.concurrency = 5;
    });
    s.add_client([&s](cofire::client jobs) { return shop(s, std::move(jobs)); });
    s.run();

    for (int order = 1; order <= orders; ++order) {
        cofire::job_id const id = id_of(order);
        auto const job = s.get(std::span(&id, 1)).at(0);
        if (job.lost < 3) { // a job that loses its process three times is taken for the culprit
            s.check("order is billed", service.bills[order] >= 1);
        }
        s.check("no order is billed twice", service.bills[order] <= 1);
    }
}

int main() {
    int requests = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        billing_service service;
        bill_all(seed, service);
        requests += service.requests;
    }
    std::cout << "20 seeds: each order billed once, with " << requests << " requests for "
              << 20 * orders << " orders\n";

    // And the naive service, which bills whatever it is asked to?
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        billing_service service;
        service.knows_orders = false;
        try {
            bill_all(seed, service);
        } catch (cofire::testing::simulation_failure const& e) {
            std::string const text = e.what();
            std::cout << "found, as it should be: " << text.substr(0, text.find('\n')) << '\n';
            return 0;
        }
    }
    std::cout << "the naive service was not found out\n";
    return 1;
}
