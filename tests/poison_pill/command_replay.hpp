// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_POISON_PILL_COMMAND_REPLAY_HPP
#define COFIRE_TESTS_POISON_PILL_COMMAND_REPLAY_HPP

#include "command_log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>

namespace poison_pill {

/// Runs an operation that has nothing to wait for.
template <class T>
T logged_storage::now(asio::awaitable<T> op) {
    asio::io_context io{1};
    std::optional<T> result;
    std::exception_ptr error;
    asio::co_spawn(io, std::move(op), [&](std::exception_ptr e, T value) {
        error = std::move(e);
        result = std::move(value);
    });
    io.run();
    if (error) {
        std::rethrow_exception(error);
    }
    return std::move(*result);
}

inline void logged_storage::replay_one(char what, byte_reader& in) {
    switch (what) {
    case 'i': {
        std::vector<cofire::new_job> jobs(in.number());
        for (cofire::new_job& job : jobs) {
            job.id = in.id();
            job.type = in.text();
            job.arguments = in.text();
            cofire::job_settings settings;
            settings.queue = in.text();
            job.settings = std::make_shared<cofire::job_settings const>(settings);
        }
        now(storage_.insert({.jobs = jobs}));
        break;
    }
    case 'a': {
        stored_acquire a;
        get(in, a);
        now(storage_.acquire(a.request));
        break;
    }
    case 's': {
        cofire::settle_request r;
        r.server = in.number();
        std::vector<cofire::run_outcome> outcomes(in.number());
        for (cofire::run_outcome& o : outcomes) {
            o.id = in.id();
            o.epoch = in.number();
            o.kind = static_cast<cofire::outcome_kind>(in.number());
            o.at = in.time();
        }
        r.outcomes = outcomes;
        stored_acquire then;
        if (in.number() != 0) {
            get(in, then);
            r.then = then.request;
        }
        now(storage_.settle(r));
        break;
    }
    case 't': now(storage_.tick({.server = in.number()})); break;
    case 'n': {
        presences_.clear(); // whoever was before had died, or there would be no other
        cofire::server_announce a;
        a.types.resize(in.number());
        for (cofire::announced_type& t : a.types) {
            t.name = in.text();
            t.argument_version = static_cast<std::uint32_t>(in.number());
        }
        cofire::servers_request const request = std::move(a);
        presences_.push_back(now(storage_.servers(request)).presence);
        break;
    }
    default: throw std::runtime_error("the log holds an unknown command");
    }
}

} // namespace poison_pill

#endif
