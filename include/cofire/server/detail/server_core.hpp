// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_SERVER_CORE_HPP
#define COFIRE_SERVER_DETAIL_SERVER_CORE_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/handler/registry.hpp>
#include <cofire/server/detail/queue_order.hpp>
#include <cofire/server/detail/shutdown_plan.hpp>
#include <cofire/server/detail/slot.hpp>
#include <cofire/server/server_options.hpp>
#include <cofire/storage/storage_ref.hpp>
#include <cofire/time/random.hpp>
#include <cofire/time/timer_wheel.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cofire::detail {

/// A job that a server holds and has not started.
struct ready_job {
    acquired_job job;
    handler_entry const* handler = nullptr;
};

/// A run that ended, on its way to the storage.
struct ended_run {
    run_outcome outcome;
    handler_entry const* handler = nullptr; // null: unknown type
};

/// What the dispatcher is given each time it looks.
struct dispatcher_input {
    std::vector<ended_run> ended;
    std::vector<run_report> reports;   // of runs that ended: to be told before they are settled
    std::vector<std::string_view> except; // types that are at their own limit
    std::uint32_t room = 0;            // jobs that may be acquired
    std::uint32_t running = 0;
    std::size_t slots = 0;
};

/// Calls stop_run on the slot's strand.
struct stop_run_call {
    std::shared_ptr<slot> s;
    job_id id;
    epoch_type epoch;
    cancellation_reason why;
    void operator()() const { stop_run(*s, id, epoch, why); }
};

/// What a server's handle, its dispatcher and its slots share, behind one lock. It decides
/// synchronously which slot runs which job; the coroutines only do as they are told.
class server_core : public std::enable_shared_from_this<server_core> {
public:
    using strand_maker = std::function<asio::any_io_executor()>;

    server_core(
        asio::any_io_executor ex, strand_maker make_strand, storage_ref storage, registry& handlers,
        client c, server_options const& options, server_environment environment
    );

    // For slots, on their strands.
    slot_step next(slot& s);
    void complete(slot& s, job_context const& context, std::exception_ptr error);
    void add(slot& s);
    void remove(slot& s) noexcept;
    void report(slot& s) noexcept;

    // For the dispatcher, on its strand.
    [[nodiscard]] dispatcher_input take_input();
    [[nodiscard]] bool has_reports() const;
    [[nodiscard]] std::vector<run_report> collect_reports();
    void put_back(std::vector<ended_run> ended);
    void deliver(std::vector<acquired_job> jobs);
    [[nodiscard]] std::optional<steady_point> expire_timeouts(steady_point now);
    void stop_run_of(job_id id, epoch_type epoch, cancellation_reason why);
    void stop_all_runs(cancellation_reason why);
    void hand_back(bool while_running);
    void release_ready();
    void end_slots();
    void count_settled(run_outcome const& outcome, settle_status status);
    void count_storage_error();
    void settled_time(time_point storage_now);

    // For anybody.
    void stop(bool now);
    [[nodiscard]] server_health health() const;

    // Set once.
    asio::any_io_executor executor;
    strand_maker make_strand;
    storage_ref storage;
    registry& handlers;
    server_options options;
    std::string name;
    server_environment environment;
    queue_order queues;
    run_environment runs;

    // Of run(): guarded by the lock of the functions that use them.
    void begin_run();                             // throws already_started, stopped
    void end_run(std::exception_ptr e) noexcept;  // wakes run()
    [[nodiscard]] bool ended(std::exception_ptr& e) const;
    [[nodiscard]] server_state state() const;
    void set_state(server_state s);
    [[nodiscard]] bool stop_asked(bool& now);

    std::shared_ptr<parking> dispatcher_wake = std::make_shared<parking>();
    parking run_wake;

private:
    void wake_one();                // under the lock
    void take_ended(slot& s);       // under the lock
    void spawn_slot();
    [[nodiscard]] time_point storage_now() const;

    struct load {
        std::uint32_t running = 0;
        std::deque<ready_job> waiting;
    };
    void make_ready(ready_job job); // under the lock

    mutable std::mutex mutex_;
    std::deque<ready_job> ready_;
    std::unordered_map<handler_entry const*, load> loads_; // of types with a limit of their own
    std::size_t waiting_ = 0;                              // jobs in all loads
    std::vector<slot*> slots_;
    std::vector<slot*> idle_;
    std::uint32_t spawning_ = 0;
    bool waking_ = false;  // a slot was woken and has not asked yet
    bool closing_ = false; // slots without a job end
    std::vector<ended_run> ended_;
    std::vector<run_report> reports_;
    timer_wheel timeouts_;
    std::optional<steady_point> alarm_at_; // when the dispatcher looks at the timeouts again
    random_source random_;
    std::atomic<duration::rep> skew_{0}; // the storage's clock less ours
    server_counters counters_;
    server_state state_ = server_state::idle;
    bool stop_asked_ = false;
    bool stop_now_ = false;
    bool run_ended_ = false;
    std::exception_ptr run_error_;

    mutable std::mutex reporting_mutex_; // handlers may report while the server's lock is held
    std::vector<std::weak_ptr<slot>> reporting_;
};

/// Runs a server until it has stopped: acquires, settles, ticks, fires recurring jobs.
asio::awaitable<void> dispatch(std::shared_ptr<server_core> core);

/// What server::run does.
asio::awaitable<void> run_server(std::shared_ptr<server_core> core);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/server/impl/dispatcher.ipp>
#include <cofire/server/impl/server_core.ipp>
#include <cofire/server/impl/slot.ipp>
#endif

#endif
