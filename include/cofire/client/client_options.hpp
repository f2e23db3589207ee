// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_CLIENT_OPTIONS_HPP
#define COFIRE_CLIENT_CLIENT_OPTIONS_HPP

#include <cofire/client/creation_filter.hpp>
#include <cofire/core/job_options.hpp>
#include <cofire/time/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cofire {

/// How a client works. Every member has a default. Give it a name of its own if a co_await stands
/// in the same expression: g++ 12 destroys such temporaries twice there.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct client_options {
    /// What due times, first occurrences and ids are made from. Default: the system's clocks.
    cofire::clock clock{};
    /// Where the random part of ids starts, for tests that want the same ids each time. Default:
    /// from the system, different for each client.
    std::optional<std::uint64_t> seed{};
    /// What jobs get where neither the call nor the job type says anything. Copied.
    job_options defaults{};
    /// What stands around the creation of jobs, in this order.
    std::vector<creation_filter> filters{};
    /// The most bytes that a job's arguments may have as JSON text.
    std::size_t max_arguments = std::size_t{1} << 20;
};

} // namespace cofire

#endif
