// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_SIMULATION_STORAGE_HPP
#define COFIRE_TESTING_SIMULATION_STORAGE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/storage.hpp>
#include <cofire/storage/storage_ref.hpp>
#include <cofire/testing/manual_clock.hpp>
#include <cofire/testing/simulation_checker.hpp>
#include <cofire/testing/simulation_history.hpp>
#include <cofire/time/random.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire::testing {

/// How often what goes wrong, each as a chance in a thousand. 0: never.
///
/// It is trivially destructible. Distinct objects: safe. Shared objects: safe to read.
struct simulation_faults {
    /// A server's process dies, between any two of its steps. Chance per step.
    std::uint32_t deaths = 2;
    /// A server's process stands still for a while. Chance per step.
    std::uint32_t stalls = 2;
    /// The wall clock is set, forwards or back, by up to two minutes. Chance per step.
    std::uint32_t clock_jumps = 1;
    /// A server is stopped, and started again. Chance per step.
    std::uint32_t stops = 2;
    /// A process dies before or after one of its calls took place. Chance per call.
    std::uint32_t deaths_in_calls = 3;
    /// A call takes place, and its caller gets errc::outcome_unknown. Chance per call.
    std::uint32_t lost_replies = 10;
    /// A call does not take place, and its caller gets errc::storage_failed. Chance per call.
    std::uint32_t failed_calls = 10;
    /// A call takes place later, or its answer comes later, by up to a second. Chance per call.
    std::uint32_t slow_calls = 20;
    /// An operator orders a server to drain, and stops it some seconds later, or orders it to stop. It is
    /// started again. Chance per step.
    std::uint32_t orders = 1;

    /// Nothing goes wrong.
    [[nodiscard]] static constexpr simulation_faults none() { return {0, 0, 0, 0, 0, 0, 0, 0, 0}; }

    /// Equal if all chances are.
    friend bool operator==(simulation_faults const&, simulation_faults const&) = default;
};

namespace detail {

class run_note;

/// What the processes of a simulation share.
struct simulation_world {
    simulation_world(std::uint64_t seed, time_point start)
        : random(seed), clock(start), history(clock), checker(clock, history) {}

    /// True with a chance of `permille` in a thousand, if faults are on.
    [[nodiscard]] bool happens(std::uint32_t permille) {
        return faulty && permille != 0 && random.below(1000) < permille;
    }

    /// Ends the leases that nobody has renewed in time.
    void end_leases();

    struct server_entry {
        std::uint32_t process = 0;
        std::shared_ptr<void const> presence{}; // keeps the storage from taking it for dead
        steady_point lease_until{};
    };

    random_source random;
    manual_clock clock;
    simulation_history history;
    simulation_checker checker;
    simulation_faults faults{};
    bool faulty = false;
    std::optional<duration> lease{}; // timed leases, kept by the connections for the storage
    std::map<server_instance, server_entry> servers{};
    std::set<run_note const*> running{}; // handlers that have not ended
};

} // namespace detail

/// A process's connection to a storage, as another storage: it loses replies, fails, is slow, and takes
/// note of all that takes place. A model of `storage`.
///
/// Distinct objects: unsafe if of the same simulation. Shared objects: unsafe.
class simulation_storage {
public:
    /// Of the process `process` to `storage`. `mortal`: the process may die in a call.
    simulation_storage(
        std::shared_ptr<detail::simulation_world> world,
        storage_ref storage,
        std::uint32_t process,
        bool mortal
    )
        : world_(std::move(world)),
          storage_(std::move(storage)),
          process_(process),
          mortal_(mortal) {}

    /// The ten operations; see the request types.
    [[nodiscard]] asio::awaitable<insert_answer> insert(insert_request r);
    [[nodiscard]] asio::awaitable<acquire_answer> acquire(acquire_request r);
    [[nodiscard]] asio::awaitable<settle_answer> settle(settle_request r);
    [[nodiscard]] asio::awaitable<tick_answer> tick(tick_request r);
    [[nodiscard]] asio::awaitable<change_answer> change(change_request r);
    [[nodiscard]] asio::awaitable<recurring_answer> recurring(recurring_request r);
    [[nodiscard]] asio::awaitable<queues_answer> queues(queues_request r);
    [[nodiscard]] asio::awaitable<servers_answer> servers(servers_request r);
    [[nodiscard]] asio::awaitable<read_answer> read(read_request r);
    [[nodiscard]] asio::awaitable<wait_answer> wait(wait_request r);

    /// True: the process died in a call; nothing of it runs on.
    [[nodiscard]] bool dying() const { return dying_; }

private:
    enum class reply { may_be_lost, arrives };

    asio::awaitable<void> before(std::string_view operation);
    asio::awaitable<void> after(std::string_view operation, reply r);
    asio::awaitable<void> dawdle();
    asio::awaitable<void> die(std::string_view when);
    void renew(server_instance server);
    void look_at_taken(bool rests, std::vector<acquired_job> const& jobs);
    void take_announcement(servers_request const& r, servers_answer& a);

    std::shared_ptr<detail::simulation_world> world_;
    storage_ref storage_;
    std::uint32_t process_;
    bool mortal_;
    bool dying_ = false;
};

} // namespace cofire::testing

#ifdef COFIRE_HEADER_ONLY
#include <cofire/testing/impl/simulation_storage.ipp>
#endif

#endif
