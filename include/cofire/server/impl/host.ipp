// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_HOST_IPP
#define COFIRE_SERVER_IMPL_HOST_IPP

#include <cofire/server/host.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace cofire {
namespace detail {

/// Keeps the registry as long as the server runs, and hands its end on.
struct host_ended {
    std::shared_ptr<cofire::registry> handlers;
    std::shared_ptr<server_core> core;
    std::function<void(std::exception_ptr)> ended;

    void operator()(std::exception_ptr e) const {
        if (ended) {
            ended(std::move(e));
        } else if (e) {
            try {
                std::rethrow_exception(e);
            } catch (std::exception const& x) {
                write_log(core->environment.log(), log_level::error, "server ended: " + std::string(x.what()));
            } catch (...) {
                write_log(core->environment.log(), log_level::error, "server ended by an unknown error");
            }
        }
    }
};

/// Waits for two signals. The handlers own it, so it goes with the context.
struct signal_stop : std::enable_shared_from_this<signal_stop> {
    signal_stop(asio::any_io_executor const& ex, std::shared_ptr<server_core> c, std::function<void()> f)
        : signals(ex, SIGINT, SIGTERM), core(std::move(c)), stopping(std::move(f)) {}

    void wait() {
        signals.async_wait([self = shared_from_this()](boost::system::error_code ec, int number) {
            if (ec) {
                return;
            }
            if (!self->seen) {
                self->seen = true;
                self->core->stop(false);
                if (self->stopping) {
                    self->stopping();
                }
                self->wait();
                return;
            }
            std::signal(number, SIG_DFL);
            std::raise(number);
        });
    }

    asio::signal_set signals;
    std::shared_ptr<server_core> core;
    std::function<void()> stopping;
    bool seen = false;
};

} // namespace detail

COFIRE_DECL client_options host::client_part(host_options const& options) {
    client_options result;
    result.clock = options.environment.clock();
    result.defaults = options.defaults;
    result.filters = options.filters;
    return result;
}

COFIRE_DECL host::~host() {
    if (parts().core->state() != server_state::stopped) {
        parts().core->stop(true);
    }
}

COFIRE_DECL asio::awaitable<void> host::run() {
    return detail::run_server(parts().core);
}

COFIRE_DECL void host::start() {
    start({});
}

COFIRE_DECL void host::start(std::function<void(std::exception_ptr)> ended) {
    auto const& core = parts().core;
    switch (core->state()) {
    case server_state::idle: break;
    case server_state::stopped: throw error(errc::stopped, "host");
    default: throw error(errc::already_started, "host");
    }
    asio::co_spawn(
        core->executor, detail::run_server(core),
        detail::host_ended{parts().handlers, core, std::move(ended)}
    );
}

COFIRE_DECL void host::stop_on_signals() {
    stop_on_signals({});
}

COFIRE_DECL void host::stop_on_signals(std::function<void()> stopping) {
    std::make_shared<detail::signal_stop>(parts().core->executor, parts().core, std::move(stopping))
        ->wait();
}

} // namespace cofire

#endif
