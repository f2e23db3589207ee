// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_JOB_CHANGES_HPP
#define COFIRE_CLIENT_JOB_CHANGES_HPP

#include <cofire/client/client_core.hpp>
#include <cofire/client/owned_options.hpp>
#include <cofire/core/config.hpp>
#include <cofire/storage/asio.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The coroutines behind client's requeue, remove, cancel and reschedule. Errors and cancellation
// stand there. Each keeps what it works on alive, and may run on any thread.
namespace cofire::detail {

/// The most jobs that one call of a storage's change takes.
inline constexpr std::size_t change_slice_jobs = 10'000;

/// A change as data: what change_request views, this owns.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct change_order {
    /// What to do.
    change_kind kind = change_kind::requeue;
    /// The jobs, if `filter` is not set.
    std::vector<job_id> ids{};
    /// Which jobs.
    std::optional<owned_filter> filter{};
    /// With reschedule.
    time_point due{};
    /// Who, or why.
    std::string reason{};
};

/// Changes the one job of `order`; throws if it was skipped.
[[nodiscard]] asio::awaitable<void>
change_one(std::shared_ptr<client_core const> core, change_order order);

/// Changes the jobs of `order` in slices, and adds up the answers.
[[nodiscard]] asio::awaitable<change_answer>
change_many(std::shared_ptr<client_core const> core, change_order order);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/job_changes.ipp>
#endif

#endif
