// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_HARNESS_IPP
#define COFIRE_TESTING_IMPL_HARNESS_IPP

#include <cofire/testing/harness.hpp>

#include <algorithm>

namespace cofire::testing {
namespace detail {

inline memory_options storage_options(harness_options const& o, manual_clock const& clock) {
    return memory_options(o.limits, clock);
}

inline client_options client_part(manual_clock const& clock) {
    client_options options;
    options.clock = clock;
    options.seed = 1;
    return options;
}

inline server_options server_part(harness_options const& o) {
    server_options options = o.server;
    options.seed = options.seed ? options.seed : 1;
    return options;
}

inline server_environment environment_part(harness_options const& o, manual_clock const& clock) {
    server_environment e;
    e.clock(clock).log(o.log).observer(o.observer);
    return e;
}

} // namespace detail

COFIRE_DECL harness::harness() : harness(harness_options{}) {}

COFIRE_DECL harness::harness(harness_options options)
    : clock(options.start),
      storage(detail::storage_options(options, clock)),
      jobs(storage, detail::client_part(clock)),
      server(
          context_.get_executor(),
          storage,
          registry,
          detail::server_part(options),
          detail::environment_part(options, clock)
      ) {}

COFIRE_DECL harness::~harness() = default;

COFIRE_DECL void harness::start() {
    if (!started_) {
        started_ = true;
        asio::co_spawn(context_, server.run(), [this](std::exception_ptr e) {
            server_error_ = std::move(e);
        });
    }
}

COFIRE_DECL void harness::run() {
    start();
    context_.restart();
    context_.poll();
    if (server_error_) {
        std::rethrow_exception(std::exchange(server_error_, nullptr));
    }
}

COFIRE_DECL void harness::run_until(awaited_end& state) {
    start();
    while (!state.done) {
        context_.restart();
        if (context_.poll_one() == 0) {
            state.stop.emit(asio::cancellation_type::terminal);
            run();
            throw std::logic_error(
                "cofire::testing::harness: the operation waits for something that does not come "
                "without moving the clock"
            );
        }
    }
    run();
}

COFIRE_DECL void harness::advance(duration d) {
    constexpr duration step = std::chrono::seconds{1};
    run();
    while (d > duration{0}) {
        duration const by = std::min(d, step);
        clock.advance(by);
        d -= by;
        run();
    }
}

COFIRE_DECL job_record harness::get(job_id id) {
    return await(jobs.get(id));
}

} // namespace cofire::testing

#endif
