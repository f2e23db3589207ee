// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_SERVER_HPP
#define COFIRE_SERVER_SERVER_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/handler/registry.hpp>
#include <cofire/server/detail/server_core.hpp>
#include <cofire/server/server_options.hpp>
#include <cofire/storage/storage_ref.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace cofire {

namespace detail {

/// Makes strands over `ex`. Over a concrete executor they cost half of what they cost over an erased
/// one, so that is looked for.
template <class Executor>
[[nodiscard]] strand_maker strand_maker_for(Executor const& ex) {
    if constexpr (std::is_same_v<Executor, asio::any_io_executor>) {
        if (auto const* const io = ex.template target<asio::io_context::executor_type>()) {
            return strand_maker_for(*io);
        }
    }
    return {
        [ex]() -> asio::any_io_executor { return asio::make_strand(ex); },
        [](asio::any_io_executor const& strand) {
            auto const* const s = strand.template target<asio::strand<Executor>>();
            return s == nullptr || s->running_in_this_thread();
        }};
}

} // namespace detail

/// Takes jobs from a storage and runs their handlers, many at a time, on an executor.
///
/// run() does everything; the server has no thread of its own. Its handlers run on strands of the
/// executor, each in a slot that runs one job after the other.
///
/// A handle: run() keeps what it needs alive, but for the registry, which must outlive it. Destroying
/// the server while it runs tells it to stop at once; run() still returns only when every handler has.
/// Destroying the executor's context ends all coroutines where they are; the storage then takes the
/// server for dead, and its jobs run elsewhere.
///
/// Distinct objects: safe. Shared objects: safe, except to destroy.
class server {
public:
    /// A server on `ex` that runs the jobs of `storage` for which `handlers` has handlers.
    /// Throws cofire::error, bad_queue or bad_server_option, naming what is wrong.
    template <class Executor>
    server(
        Executor const& ex,
        storage_ref storage,
        registry& handlers,
        server_options const& options,
        server_environment environment
    )
        : core_(std::make_shared<detail::server_core>(
              asio::any_io_executor(ex),
              detail::strand_maker_for(ex),
              storage,
              std::shared_ptr<registry>(std::shared_ptr<void>{}, &handlers),
              make_client(storage, options, environment),
              options,
              environment
          )) {}

    /// The same on the system's clock, with the log on stderr and no observer.
    template <class Executor>
    server(
        Executor const& ex, storage_ref storage, registry& handlers, server_options const& options
    )
        : server(ex, std::move(storage), handlers, options, server_environment()) {}

    /// The same with the default options.
    template <class Executor>
    server(Executor const& ex, storage_ref storage, registry& handlers)
        : server(ex, std::move(storage), handlers, server_options(), server_environment()) {}

    /// For host: with a client of its own.
    explicit server(std::shared_ptr<detail::server_core> core) : core_(std::move(core)) {}

    /// Takes over; `other` may only be destroyed.
    server(server&& other) noexcept = default;
    server& operator=(server&&) = delete;
    /// Tells it to stop at once if it runs.
    ~server();

    /// Runs until it was stopped: returns when every handler has returned and every outcome is settled
    /// or handed back. Freezes the registry.
    ///
    /// Errors: already_started; stopped; closed if the storage was closed, after every handler has
    /// returned. Other failures of the storage are logged and tried again, with growing pauses of up
    /// to 5 s; if it still fails when a stop has come to its last step, run() throws what the storage
    /// threw, and jobs whose outcomes it did not take run again elsewhere or later.
    /// Cancellation: total or partial is stop(), terminal is stop_now(); it still returns as above.
    /// It leaves the coroutine that awaits it with asio::enable_total_cancellation().
    [[nodiscard("co_await it")]] asio::awaitable<void> run() { return detail::run_server(core_); }

    /// Stops in steps: no more jobs are taken at once; handlers are asked to stop after
    /// server_options::cancel_after; those that still run after hand_back_after are named, and their
    /// jobs handed back, on storages inside the process when the handler has returned. From any
    /// thread, any number of times. Before run(), it has run() refused.
    void stop() { core_->stop(false); }

    /// The same, but handlers are asked to stop at once; called again, the next step is taken at once:
    /// what still runs is named and handed back. From any thread.
    void stop_now() { core_->stop(true); }

    /// Whether it is well, and what it has done.
    [[nodiscard]] server_health health() const { return core_->health(); }

    /// What it does now.
    [[nodiscard]] server_state state() const { return core_->state(); }

private:
    static client make_client(
        storage_ref const& storage,
        server_options const& options,
        server_environment const& environment
    );

    std::shared_ptr<detail::server_core> core_;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/server/impl/server.ipp>
#endif

#endif
