// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_HOST_IPP
#define COFIRE_SERVER_IMPL_HOST_IPP

#include <cofire/server/host.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <string>
#include <utility>

namespace cofire {
namespace detail {

/// The completion handler of a host's server: hands its end on.
struct host_ended {
    std::shared_ptr<server_core> core;
    std::function<void(std::exception_ptr)> ended;

    void operator()(std::exception_ptr e) const {
        if (ended) {
            ended(std::move(e));
        } else if (e) {
            std::string text = core->name + " ended: ";
            try {
                std::rethrow_exception(e);
            } catch (std::exception const& x) {
                text += x.what();
            } catch (...) {
                text += "an unknown error";
            }
            write_log(core->environment.log(), log_level::error, text);
        }
    }
};

/// Waits for two signals, or for the server's end. The handlers own it, so it goes with the context.
struct signal_stop : std::enable_shared_from_this<signal_stop> {
    signal_stop(std::shared_ptr<server_core> c, std::function<void()> f)
        : strand(c->make_strand()),
          signals(strand, SIGINT, SIGTERM),
          core(std::move(c)),
          stopping(std::move(f)) {}

    void begin() {
        wait();
        // No strong reference, and no executor: the server may outlive the context.
        core->at_end([weak = weak_from_this()] {
            if (auto const self = weak.lock()) {
                asio::post(self->strand, [self] {
                    self->ended = true;
                    self->signals.cancel();
                });
            }
        });
    }

    void wait() {
        signals.async_wait([self = shared_from_this()](boost::system::error_code ec, int number) {
            self->on_signal(ec, number);
        });
    }

    void on_signal(boost::system::error_code ec, int number) {
        if (ec || ended) {
            return;
        }
        if (seen) {
            std::signal(number, SIG_DFL);
            std::raise(number);
            return;
        }
        seen = true;
        core->stop(false);
        wait();
        if (stopping) {
            stopping();
        }
    }

    asio::any_io_executor strand;
    asio::signal_set signals;
    std::shared_ptr<server_core> core;
    std::function<void()> stopping;
    bool seen = false;
    bool ended = false;
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
    core->begin_run();
    detail::host_ended end{core, std::move(ended)};
    asio::co_spawn(core->executor, detail::run_begun_server(core), std::move(end));
}

COFIRE_DECL void host::stop_on_signals() {
    stop_on_signals({});
}

COFIRE_DECL void host::stop_on_signals(std::function<void()> stopping) {
    auto const& core = parts().core;
    std::make_shared<detail::signal_stop>(core, std::move(stopping))->begin();
}

} // namespace cofire

#endif
