// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_SIMULATION_HPP
#define COFIRE_TESTING_SIMULATION_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/handler/registry.hpp>
#include <cofire/server/server.hpp>
#include <cofire/storage/any_storage.hpp>
#include <cofire/testing/manual_clock.hpp>
#include <cofire/testing/simulation_storage.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::testing {

/// How a simulation is set up.
struct simulation_options {
    /// All that happens follows from it. The same seed: the same course.
    std::uint64_t seed = 1;
    /// What goes wrong.
    simulation_faults faults{};
    /// How many processes with a server there are.
    std::uint32_t servers = 3;
    /// The leases of servers are timed, and as long as this: a process that dies is noticed when they
    /// end, and one that stands still for longer loses what it holds. Empty: as the storage does.
    std::optional<duration> lease{};
    /// Where the clock starts.
    time_point start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
    /// How many steps faults go on at the least.
    std::uint32_t steps = 300;
    /// How many steps the work may take with faults, and again how many without, before it counts as
    /// stuck.
    std::uint32_t most_steps = 100'000;
    /// Makes the storage, on the simulation's clock. Default: a memory_storage.
    std::function<any_storage(cofire::clock)> storage{};
    /// Where the servers' lines for people go. Default: nowhere.
    log_sink log = [](log_level, std::string_view) {};
};

/// A rule was broken in a simulation. what() names the seed, the rule and the last steps.
///
/// Distinct objects: safe. Shared objects: safe to read.
class simulation_failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A server's process as it starts, for what stands in main() otherwise.
///
/// Distinct objects: safe. Shared objects: unsafe.
struct simulated_server {
    /// Which: from 1 on. The same again after a death.
    std::uint32_t number = 0;
    /// Its handlers, to be registered.
    cofire::registry& handlers;
    /// Its server's options.
    server_options& options;
    /// What it runs on; for `on()` with blocking handlers.
    asio::io_context::executor_type executor;
};

/// Servers, clients and a storage in one thread and in virtual time, with faults between any two of
/// their steps: processes die and come back, stand still, lose the answers of the storage; calls fail
/// or are slow; the clock is set. Everything follows from a seed. What happens is held against the
/// rules of storage and servers (simulation_checker), and can be held against yours:
///
///     cofire::testing::simulation s({.seed = seed});
///     s.on_server([&](cofire::testing::simulated_server& p) { p.handlers.add<bill>(...); });
///     s.add_client([&](cofire::client jobs) -> asio::awaitable<void> { ... });
///     s.run();
///     s.check("every order was billed once", ...);
///
/// Handlers wait by job_context::sleep_for, clients by sleep_for(), not by timers of Asio. What they
/// keep elsewhere, in a database say, is what survives a process's death: objects of the test.
///
/// Distinct objects: safe. Shared objects: unsafe.
class simulation {
public:
    /// Its own work, as a coroutine that runs in a client's process. What it throws fails the run.
    using client_function = std::function<asio::awaitable<void>(client)>;
    /// What a server's process does when it starts.
    using server_function = std::function<void(simulated_server&)>;

    /// A world in which nothing has happened yet.
    explicit simulation(simulation_options options);
    /// With the default options.
    simulation() : simulation(simulation_options{}) {}
    simulation(simulation const&) = delete;
    simulation& operator=(simulation const&) = delete;
    ~simulation();

    /// Has `f` called whenever a server's process starts. Before run().
    void on_server(server_function f) { on_server_ = std::move(f); }

    /// Adds a client's process that runs `f`. Its calls fail, are slow and lose replies, but it does not
    /// die. Before run().
    void add_client(client_function f) { workloads_.push_back(std::move(f)); }

    /// Lets the servers and clients work among faults until the clients are done; then, without faults,
    /// until every job has ended, but for those of recurring jobs, parked ones and such as nobody
    /// takes; then stops the servers and looks at what is left. To be called once.
    /// Throws simulation_failure if a rule was broken, a client threw, or work is stuck.
    void run();

    /// Throws simulation_failure, with the seed and the last steps, unless `good`.
    void check(std::string_view what, bool good);

    /// Waits in virtual time, for a client's function.
    [[nodiscard("co_await it")]] asio::awaitable<void> sleep_for(duration d) const;

    /// Calls `make` for an operation and awaits it, again and again while it throws a
    /// cofire::error that is_retryable(), with pauses of 100 ms; gives its result. So repeat only what
    /// may be repeated, as an enqueue with an id of its own.
    template <class Make>
    [[nodiscard("co_await it")]] auto repeat(Make make) const -> decltype(make());

    /// Random numbers that belong to the seed, for workloads.
    [[nodiscard]] random_source& random() { return workload_random_; }

    /// The clock of all.
    [[nodiscard]] manual_clock const& clock() const { return world_->clock; }

    /// The jobs as they are now, without faults; unknown ones are left out. Not while run() runs.
    [[nodiscard]] std::vector<job_record> get(std::span<job_id const> ids);
    /// All jobs as they are now, in the order of their inserts. Not while run() runs.
    [[nodiscard]] std::vector<job_record> jobs();

    /// What happened.
    [[nodiscard]] simulation_history& history() { return world_->history; }
    /// How many runs of handlers were started.
    [[nodiscard]] std::uint64_t runs() const { return world_->checker.runs(); }

private:
    struct process;

    [[noreturn]] void fail(std::string const& what);
    void start_server(process& p);
    void start_client(process& p, client_function const& f);
    void kill(process& p);
    void step();
    void inject();
    void order(process& p);
    void stop_drained();
    bool poll_some();
    void look_after(process& p);
    void pass_time();
    void move_clock(duration by, bool jump);
    void look_for_late();
    void audit();
    void check_problem();
    void calm_down();
    void work_off();
    void stop_servers();
    void finish();
    [[nodiscard]] bool clients_done() const;
    [[nodiscard]] bool all_work_done();
    [[nodiscard]] read_answer look(read_request r);
    template <class Answer>
    [[nodiscard]] Answer await(asio::awaitable<Answer> op);
    void look_at_recurring();

    simulation_options options_;
    std::shared_ptr<detail::simulation_world> world_;
    random_source workload_random_;
    any_storage storage_;
    server_function on_server_;
    std::vector<client_function> workloads_;
    std::vector<std::unique_ptr<process>> processes_;
    asio::io_context own_context_{1};
    duration calm_step_{1000};
    std::optional<steady_point> exact_from_{}; // no job starts late from then on
    std::uint32_t until_audit_ = 0;
    bool started_ = false;
};

template <class Make>
auto simulation::repeat(Make make) const -> decltype(make()) {
    using result = typename decltype(make())::value_type;
    for (;;) {
        try {
            auto op = make();
            if constexpr (std::is_void_v<result>) {
                co_await std::move(op);
                co_return;
            } else {
                co_return co_await std::move(op);
            }
        } catch (error const& e) {
            if (!e.is_retryable()) {
                throw;
            }
        }
        auto pause = sleep_for(std::chrono::milliseconds{100});
        co_await std::move(pause);
    }
}

} // namespace cofire::testing

#ifdef COFIRE_HEADER_ONLY
#include <cofire/testing/impl/simulation.ipp>
#include <cofire/testing/impl/simulation_process.ipp>
#endif

#endif
