// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_SERVER_CORE_HPP
#define COFIRE_SERVER_DETAIL_SERVER_CORE_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/handler/registry.hpp>
#include <cofire/server/detail/queue_order.hpp>
#include <cofire/server/detail/ready_line.hpp>
#include <cofire/server/detail/slot.hpp>
#include <cofire/server/server_options.hpp>
#include <cofire/storage/storage_ref.hpp>
#include <cofire/time/random.hpp>
#include <cofire/time/timer_wheel.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofire::detail {

/// What a server knows of a run that ended, beside its outcome.
struct ended_about {
    handler_entry const* handler = nullptr; // null: unknown type
    std::string type{};                     // of an unknown type
    std::uint32_t refusals = 0;             // of the run's own outcome, and of others in its place

    [[nodiscard]] std::string_view type_name() const {
        return handler != nullptr ? std::string_view(handler->name) : std::string_view(type);
    }
};

/// Runs that ended, on their way to the storage: the outcomes as settle takes them, and beside each
/// what the server knows of it.
struct ended_runs {
    std::vector<run_outcome> outcomes;
    std::vector<ended_about> about;

    [[nodiscard]] std::size_t size() const { return outcomes.size(); }
    [[nodiscard]] bool empty() const { return outcomes.empty(); }
    void add(run_outcome&& outcome, ended_about&& of) {
        outcomes.push_back(std::move(outcome));
        about.push_back(std::move(of));
    }
    void clear() {
        outcomes.clear();
        about.clear();
    }
};

/// What a slot's run has left.
struct ended_run {
    std::optional<run_outcome> outcome{};
    std::optional<run_report> report{};
};

/// What the dispatcher is given each time it looks.
struct dispatcher_input {
    ended_runs ended;
    std::vector<run_report> reports; // to be told before their runs are settled
    std::vector<type_cap> caps;      // of the types with a limit of their own
    std::uint32_t room = 0;          // jobs that may be acquired
    std::size_t slots = 0;
    bool anything_runs = false;
    bool no_slot = false; // a slot could not be made, and jobs wait for one
    bool freed = false;   // a run ended without an outcome: there may be room for its type
    bool pending = false; // there was too much for one call
};

/// Calls stop_run on the slot's strand.
struct stop_run_call {
    std::shared_ptr<slot> s;
    job_id id;
    epoch_type epoch;
    cancellation_reason why;
    void operator()() const { stop_run(*s, id, epoch, why); }
};

/// Makes the strands of a server, and knows them again.
struct strand_maker {
    std::function<asio::any_io_executor()> make;
    // True if the caller runs on this strand; null: it cannot be known and is taken for granted.
    bool (*runs_here)(asio::any_io_executor const& strand) = nullptr;

    [[nodiscard]] asio::any_io_executor operator()() const { return make(); }
};

/// What a server's handle, its dispatcher and its slots share, behind one lock. It decides
/// synchronously which slot runs which job; the coroutines only do as they are told.
class server_core : public std::enable_shared_from_this<server_core> {
public:
    server_core(
        asio::any_io_executor ex,
        strand_maker strands,
        storage_ref s,
        std::shared_ptr<registry> r,
        client c,
        server_options const& o,
        server_environment e
    );

    // For slots, on their strands.
    slot_step next(slot& s, job_context const& context, std::exception_ptr error);
    void remove(slot& s) noexcept;
    void report(slot& s) noexcept;

    // For the dispatcher, on its strand.
    static constexpr std::size_t most_unsettled = 1000; // by one call
    [[nodiscard]] dispatcher_input take_input(
        bool with_reports,
        std::size_t most_ended = most_unsettled,
        std::size_t in_flight = 0,
        ended_runs spare = {}
    );
    [[nodiscard]] bool has_reports() const;
    [[nodiscard]] std::size_t slot_count() const;
    void put_back(ended_runs ended);
    void put_back(std::vector<run_report> reports);
    bool deliver(std::vector<acquired_job> jobs); // true: a slot was woken for them
    void wake_slot();
    [[nodiscard]] std::optional<steady_point> expire_timeouts(steady_point now);
    void stop_run_of(job_id id, epoch_type epoch, cancellation_reason why);
    void stop_all_runs(cancellation_reason why);
    void lose_lease();
    void hand_back(bool while_running);
    void release_ready();
    void end_slots();
    std::size_t
    release_unknown(std::span<held_job const> held, std::span<run_outcome const> in_hand);
    void count_settled(std::span<run_outcome const> ended, std::span<settle_status const> results);
    void give_up_run(job_id id, epoch_type epoch);
    void set_presence(std::shared_ptr<void const> const& p);
    void set_trouble(std::string what); // empty: none
    void set_storage_time(time_point now, steady_point asked_at);
    [[nodiscard]] time_point storage_now() const;
    [[nodiscard]] time_point to_local(time_point storage_time) const;

    // For anybody.
    void stop(bool now);
    [[nodiscard]] server_health health() const;
    [[nodiscard]] server_state state() const;
    void at_end(std::function<void()> call); // when run() has ended or never will begin

    // Of run().
    void begin_run();                            // throws already_started, stopped
    void end_run(std::exception_ptr e) noexcept; // wakes run()
    [[nodiscard]] bool ended(std::exception_ptr& e) const;
    void set_state(server_state s);
    [[nodiscard]] bool stop_asked(std::uint32_t& hurries);

    // Set once.
    asio::any_io_executor executor;
    strand_maker make_strand;
    storage_ref storage;
    std::shared_ptr<registry> handlers;
    server_options options;
    std::string name;
    server_environment environment;
    queue_order queues;
    run_environment runs;

    std::shared_ptr<parking> dispatcher_wake = std::make_shared<parking>();
    parking run_wake;

private:
    struct type_load {
        handler_entry const* handler = nullptr;
        std::vector<std::string_view> names{}; // its own and its aliases
        std::size_t held = 0;                  // ready or running
    };

    // Under the lock.
    bool wake_one();
    void take_ended(slot& s, ended_run& run);
    void end_ready(ready_job const& r, outcome_kind kind, std::string_view reason);
    [[nodiscard]] type_load* load_of(handler_entry const* handler);
    void free_load(handler_entry const* handler);
    void unregister(slot& s) noexcept;

    void spawn_slot();
    void complete(
        slot& s,
        job_context const& context,
        std::exception_ptr error,
        steady_point now,
        ended_run& ended
    ) noexcept;
    void collect_reports();
    void call_at_end() noexcept;

    mutable std::mutex mutex_;
    ready_line ready_;
    std::vector<type_load> loads_; // of types with a limit of their own
    std::vector<slot*> slots_;
    std::vector<slot*> idle_;
    std::uint32_t spawning_ = 0;
    bool waking_ = false;                // a slot was woken and has not asked yet
    bool no_slot_ = false;               // one could not be made
    bool closing_ = false;               // slots without a job end
    bool freed_ = false;                 // see dispatcher_input
    bool told_ = false;                  // the dispatcher is on its way to look at what ended
    std::weak_ptr<void const> presence_; // the dispatcher's
    std::uint64_t presence_number_ = 0;
    ended_runs ended_;
    std::vector<run_report> reports_;
    std::vector<held_job> given_up_; // runs that end with the lease only
    timer_wheel timeouts_;
    std::optional<steady_point> alarm_at_; // when the dispatcher looks at the timeouts again
    random_source random_;
    std::atomic<duration::rep> skew_{0}; // the storage's clock less ours
    server_counters counters_;
    std::string trouble_;
    server_state state_ = server_state::idle;
    bool stop_asked_ = false;
    std::uint32_t hurries_ = 0;
    bool run_ended_ = false;
    std::exception_ptr run_error_;
    std::vector<std::function<void()>> at_end_;

    mutable std::mutex reporting_mutex_; // never held together with the other one
    std::vector<std::weak_ptr<slot>> reporting_;
};

/// Runs a server until it has stopped: acquires, settles, ticks, fires recurring jobs.
asio::awaitable<void> dispatch(std::shared_ptr<server_core> core);

/// What server::run does.
asio::awaitable<void> run_server(std::shared_ptr<server_core> core);

/// The same after server_core::begin_run.
asio::awaitable<void> run_begun_server(std::shared_ptr<server_core> core);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/server/impl/dispatcher.ipp>
#include <cofire/server/impl/dispatcher_calls.ipp>
#include <cofire/server/impl/dispatcher_recurring.ipp>
#include <cofire/server/impl/dispatcher_settle.ipp>
#include <cofire/server/impl/server_core.ipp>
#include <cofire/server/impl/server_core_runs.ipp>
#include <cofire/server/impl/slot.ipp>
#endif

#endif
