// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_HARNESS_HPP
#define COFIRE_TESTING_HARNESS_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/handler/registry.hpp>
#include <cofire/server/server.hpp>
#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace cofire::testing {

/// How a harness is set up.
struct harness_options {
    /// Of its server. The seed is 1 unless it is set.
    server_options server{};
    /// Where the clock starts.
    time_point start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
    /// How much the storage holds, and for how long.
    table_limits limits{};
    /// Where lines for people go. Default: nowhere.
    log_sink log = [](log_level, std::string_view) {};
    /// Who is told what happens.
    observer_ref observer{};
};

/// A server, a client and a storage in one thread, on a clock that stands until it is moved: to test
/// jobs in microseconds, with any test framework.
///
///     cofire::testing::harness t;
///     t.registry.add<send_reminder>();
///     auto r = t.await(t.jobs.schedule<send_reminder>(1min, "bob"));
///     t.advance(59s);
///     t.advance(1s);
///     assert(t.get(r).state == cofire::job_state::succeeded);
///
/// Handlers that wait do so by job_context::sleep_for, or on other jobs: a timer of Asio's own follows
/// the real time and is not waited for. A blocking handler is registered with
/// `cofire::on(t.executor())`; one on a thread of its own may still run when a call returns.
///
/// Distinct objects: safe. Shared objects: unsafe.
class harness {
public:
    /// With the default options.
    harness();
    /// With other options.
    explicit harness(harness_options options);
    harness(harness const&) = delete;
    harness& operator=(harness const&) = delete;
    ~harness();

private:
    asio::io_context context_;

public:
    /// The clock of all parts. Move it by advance(), or by itself for a clock that was set.
    manual_clock clock;
    /// The handlers. Register them before the first call that runs anything.
    cofire::registry registry;
    /// The storage.
    memory_storage storage;
    /// The client.
    client jobs;
    /// The server. It starts with the first call that runs anything.
    cofire::server server;

    /// Runs `op` to its end, and whatever else can run meanwhile, and returns its result. Throws what
    /// it throws, and std::logic_error if it waits for something that only a later time can bring; it is
    /// cancelled then.
    template <class T>
    T await(asio::awaitable<T> op) {
        // Shared with the operation, which may outlive this call.
        auto const state = std::make_shared<awaited<T>>();
        auto const spawn = [&](auto ended) {
            auto slot = state->stop.slot();
            asio::co_spawn(
                context_, std::move(op), asio::bind_cancellation_slot(slot, std::move(ended))
            );
        };
        if constexpr (std::is_void_v<T>) {
            spawn([state](std::exception_ptr e) { state->end(std::move(e)); });
        } else {
            spawn([state](std::exception_ptr e, T value) {
                state->result = std::move(value);
                state->end(std::move(e));
            });
        }
        run_until(*state);
        if (state->error) {
            std::rethrow_exception(state->error);
        }
        if constexpr (!std::is_void_v<T>) {
            return std::move(*state->result);
        }
    }

    /// Runs all that can run now.
    void run();

    /// Moves the clock on by `d`, in steps of at most a second, and runs all that can run after each:
    /// whatever falls due does so at its time, to the second. Precondition: not negative.
    void advance(duration d);

    /// The job as it is now. Error: errc::unknown_job.
    [[nodiscard]] job_record get(job_id id);

    /// What everything runs on.
    [[nodiscard]] asio::io_context::executor_type executor() { return context_.get_executor(); }

private:
    struct awaited_end {
        void end(std::exception_ptr e) {
            error = std::move(e);
            done = true;
        }
        bool done = false;
        std::exception_ptr error;
        asio::cancellation_signal stop;
    };
    template <class T>
    struct awaited : awaited_end {
        std::optional<std::conditional_t<std::is_void_v<T>, char, T>> result;
    };

    void start();
    void run_until(awaited_end& state);

    bool started_ = false;
    std::exception_ptr server_error_;
};

} // namespace cofire::testing

#ifdef COFIRE_HEADER_ONLY
#include <cofire/testing/impl/harness.ipp>
#endif

#endif
