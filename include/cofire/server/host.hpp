// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_HOST_HPP
#define COFIRE_SERVER_HOST_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/handler/registry.hpp>
#include <cofire/server/server.hpp>
#include <cofire/storage/any_storage.hpp>

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace cofire {

/// How a host works.
struct host_options {
    /// Of its server.
    server_options server{};
    /// Of its server: clock, log, observer. The clock is the client's as well.
    server_environment environment{};
    /// What jobs get where neither the call nor the job type says anything.
    job_options defaults{};
    /// What stands around the creation of jobs, in this order.
    std::vector<creation_filter> filters{};
};

namespace detail {

/// What a host owns, made before the client that it is.
struct host_parts {
    std::optional<any_storage> storage; // none: closed
    std::shared_ptr<cofire::registry> handlers = std::make_shared<cofire::registry>();
    std::shared_ptr<server_core> core{};
};

} // namespace detail

/// Storage, registry, client and server in one object: background jobs in three lines.
///
///     cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
///     jobs.add<send_login_notification>();
///     jobs.start();
///
/// It has every operation of a client. It is neither copied nor moved.
///
/// Destroying it tells the server to stop at once and closes the storage; do so when the context has
/// run out of work, or stop() and wait for that.
///
/// Distinct objects: safe. Shared objects: safe, but for add(), start() and close(), which belong to one
/// thread, and to destroy.
class host : private detail::host_parts, public client {
public:
    /// On `ex`, with `storage`, which it takes over. Throws what client and server throw.
    template <class Executor, class Storage>
    requires std::convertible_to<Storage, any_storage>
    host(Executor const& ex, Storage&& storage, host_options options)
        : detail::host_parts{any_storage(std::forward<Storage>(storage))},
          client(parts().storage->ref(), client_part(options)) {
        parts().core = std::make_shared<detail::server_core>(
            asio::any_io_executor(ex),
            detail::strand_maker_for(ex),
            parts().storage->ref(),
            parts().handlers,
            static_cast<client const&>(*this),
            options.server,
            std::move(options.environment)
        );
    }

    /// On `ex`, with `storage`, which it takes over, and the default options.
    template <class Executor, class Storage>
    requires std::convertible_to<Storage, any_storage> host(Executor const& ex, Storage&& storage)
        : host(ex, std::forward<Storage>(storage), host_options()) {}

    host(host const&) = delete;
    host& operator=(host const&) = delete;
    /// Tells the server to stop at once.
    ~host();

    /// Registers a handler, before start(); see registry::add.
    template <auto F, class... Args>
    host& add(Args&&... args) {
        parts().handlers->template add<F>(std::forward<Args>(args)...);
        return *this;
    }
    /// Registers the handler of a struct job, before start(); see registry::add.
    template <class J, class... Args>
    host& add(Args&&... args) {
        parts().handlers->template add<J>(std::forward<Args>(args)...);
        return *this;
    }
    /// Adds an execution or outcome filter for all types, before start(); see registry::add_filter.
    template <class F>
    host& add_filter(F f) {
        parts().handlers->add_filter(std::move(f));
        return *this;
    }

    /// Runs the server on the executor, beside whatever else runs there; add() throws from here on.
    /// Throws already_started or stopped. If the server ends by an error, that is logged.
    void start();

    /// The same, and calls `ended` on the executor when the server has stopped, with its error if any.
    void start(std::function<void(std::exception_ptr)> ended);

    /// Runs the server in the coroutine that awaits it, in place of start(); see server::run.
    [[nodiscard("co_await it")]] asio::awaitable<void> run();

    /// Stops the server in steps; see server::stop.
    void stop() { parts().core->stop(false); }

    /// Stops the server, asking handlers to stop at once; see server::stop_now.
    void stop_now() { parts().core->stop(true); }

    /// Closes the storage, if it is one that can be closed, as destroying the host does: waits for
    /// results, and every operation from now on, throw errc::closed. stop() does not: what waits for a
    /// job goes on waiting, and keeps the context running, though nobody here will run it any more. To
    /// be called when the server has stopped, as from the function given to start(); while it runs,
    /// it ends by that error. Again: nothing happens. It belongs to one thread.
    void close() { parts().storage.reset(); }

    /// On SIGINT or SIGTERM: stop(). On the second one, the process ends as if by that signal. To be
    /// called once, before or after start(); it listens until the server has stopped.
    void stop_on_signals();
    /// The same; `stopping` is called on the executor at the first signal, so that the program can
    /// stop the rest of itself.
    void stop_on_signals(std::function<void()> stopping);

    /// Whether the server is well, and what it has done.
    [[nodiscard]] server_health server_status() const { return parts().core->health(); }

    /// The handlers.
    [[nodiscard]] registry& handlers() { return *parts().handlers; }

private:
    [[nodiscard]] detail::host_parts& parts() { return *this; }
    [[nodiscard]] detail::host_parts const& parts() const { return *this; }
    static client_options client_part(host_options const& options);
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/server/impl/host.ipp>
#endif

#endif
