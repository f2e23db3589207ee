// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_HANDLER_OPTIONS_HPP
#define COFIRE_HANDLER_HANDLER_OPTIONS_HPP

#include <cofire/handler/filter.hpp>
#include <cofire/handler/retry_policy.hpp>
#include <cofire/storage/asio.hpp>

#include <cstddef>
#include <optional>

namespace cofire {

/// How one server treats one job type, as said at registration; see registration.hpp for the words.
/// It may own things, unlike job_options, which are stored with the job.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct handler_options {
    /// Where the handler runs; empty: in the server's slot.
    std::optional<asio::any_io_executor> executor{};
    /// How many of its jobs the server runs at a time; 0: as many as it has slots.
    std::size_t concurrency = 0;
    /// When its jobs run again after a failure.
    retry_policy retry{};
    /// Its own filters, inside the registry's.
    detail::filter_list filters{};
};

} // namespace cofire

#endif
