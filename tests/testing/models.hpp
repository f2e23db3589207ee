// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_TESTING_MODELS_HPP
#define COFIRE_TESTS_TESTING_MODELS_HPP

#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/conformance.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace testing_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using cofire::any_storage;
using cofire::memory_options;
using cofire::memory_storage;
using cofire::testing::conformance_model;
using cofire::testing::conformance_setup;

inline conformance_model memory_model() {
    conformance_model m;
    m.name = "memory_storage";
    m.make = [](conformance_setup const& s) {
        return any_storage(memory_storage(memory_options(s.limits, s.clock)));
    };
    return m;
}

/// Passes every operation on to a memory_storage that lives as long as anything refers to it. What is
/// derived from it does one of them wrong.
class wrapper {
public:
    explicit wrapper(std::shared_ptr<memory_storage> inner) : inner_(std::move(inner)) {}
    explicit wrapper(conformance_setup const& s)
        : wrapper(std::make_shared<memory_storage>(memory_options(s.limits, s.clock))) {}

    template <class Answer>
    using op = asio::awaitable<Answer>;

    op<cofire::insert_answer> insert(cofire::insert_request r) { return inner_->insert(r); }
    op<cofire::acquire_answer> acquire(cofire::acquire_request r) { return inner_->acquire(r); }
    op<cofire::settle_answer> settle(cofire::settle_request r) { return inner_->settle(r); }
    op<cofire::tick_answer> tick(cofire::tick_request r) { return inner_->tick(r); }
    op<cofire::change_answer> change(cofire::change_request r) { return inner_->change(r); }
    op<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        return inner_->recurring(r);
    }
    op<cofire::queues_answer> queues(cofire::queues_request r) { return inner_->queues(r); }
    op<cofire::servers_answer> servers(cofire::servers_request r) { return inner_->servers(r); }
    op<cofire::read_answer> read(cofire::read_request r) { return inner_->read(r); }
    op<cofire::wait_answer> wait(cofire::wait_request r) { return inner_->wait(r); }

protected:
    std::shared_ptr<memory_storage> inner_;
};

/// Its servers have leases of half a minute, as in a storage that processes share.
class leased : public wrapper {
public:
    leased(std::shared_ptr<memory_storage> inner, cofire::clock clock)
        : wrapper(std::move(inner)), clock_(std::move(clock)) {}

    op<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        reap();
        return inner_->acquire(r);
    }
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        reap();
        return inner_->settle(r);
    }
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        reap();
        auto answer = co_await inner_->tick(r);
        answer.lease_until = answer.now + lease;
        leases_.at(r.server).until = *answer.lease_until;
        co_return answer;
    }
    op<cofire::servers_answer> servers(cofire::servers_request r) {
        reap();
        auto answer = co_await inner_->servers(r);
        if (answer.presence) {
            answer.lease = lease;
            answer.tick_every = lease / 3;
            leases_[answer.instance] = {
                std::exchange(answer.presence, nullptr), answer.now + lease};
        }
        co_return answer;
    }

private:
    static constexpr cofire::duration lease = 30s;

    void reap() {
        std::erase_if(leases_, [this](auto const& l) {
            return l.second.until <= clock_.wall_now();
        });
    }

    struct held {
        std::shared_ptr<void const> presence;
        cofire::time_point until;
    };
    cofire::clock clock_;
    std::map<cofire::server_instance, held> leases_;
};

/// Pretends that a memory_storage survives the process.
inline conformance_model durable_model() {
    auto const kept = std::make_shared<std::shared_ptr<memory_storage>>();
    conformance_model m;
    m.name = "durable";
    m.make = [kept](conformance_setup const& s) {
        *kept = std::make_shared<memory_storage>(memory_options(s.limits, s.clock));
        return any_storage(wrapper(*kept));
    };
    m.reopen = [kept](conformance_setup const&) { return any_storage(wrapper(*kept)); };
    m.closes = false;
    return m;
}

/// Pretends that processes share a memory_storage.
inline conformance_model shared_model() {
    auto const kept = std::make_shared<std::shared_ptr<leased>>();
    struct connection : wrapper {
        explicit connection(std::shared_ptr<leased> s) : wrapper(nullptr), store(std::move(s)) {}
        op<cofire::insert_answer> insert(cofire::insert_request r) { return store->insert(r); }
        op<cofire::acquire_answer> acquire(cofire::acquire_request r) { return store->acquire(r); }
        op<cofire::settle_answer> settle(cofire::settle_request r) { return store->settle(r); }
        op<cofire::tick_answer> tick(cofire::tick_request r) { return store->tick(r); }
        op<cofire::change_answer> change(cofire::change_request r) { return store->change(r); }
        op<cofire::recurring_answer> recurring(cofire::recurring_request r) {
            return store->recurring(r);
        }
        op<cofire::queues_answer> queues(cofire::queues_request r) { return store->queues(r); }
        op<cofire::servers_answer> servers(cofire::servers_request r) { return store->servers(r); }
        op<cofire::read_answer> read(cofire::read_request r) { return store->read(r); }
        op<cofire::wait_answer> wait(cofire::wait_request r) { return store->wait(r); }
        std::shared_ptr<leased> store;
    };
    conformance_model m;
    m.name = "shared";
    m.make = [kept](conformance_setup const& s) {
        *kept = std::make_shared<leased>(
            std::make_shared<memory_storage>(memory_options(s.limits, s.clock)), s.clock
        );
        return any_storage(connection(*kept));
    };
    m.attach = [kept](conformance_setup const&) { return any_storage(connection(*kept)); };
    m.closes = false;
    return m;
}

/// Fails unless `Broken` does not pass the case, and memory_storage does.
template <class Broken>
void expect_found(std::string_view name) {
    conformance_model model;
    model.name = "broken";
    model.make = [](conformance_setup const& s) { return any_storage(Broken(s)); };
    model.closes = false;
    cofire::testing::conformance_options const options{.only = name, .patience = 100ms};
    auto const report = run_conformance(model, options);
    BOOST_TEST(report.failed.size() == 1U, name << " was to fail:\n" << report);
    auto const sound = run_conformance(memory_model(), {.only = name}); // however slow the machine
    BOOST_TEST(sound.passed == 1U, sound);
}

} // namespace testing_tests

#endif
