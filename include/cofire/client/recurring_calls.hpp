// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_RECURRING_CALLS_HPP
#define COFIRE_CLIENT_RECURRING_CALLS_HPP

#include <cofire/client/client_core.hpp>
#include <cofire/client/enqueued.hpp>
#include <cofire/core/config.hpp>
#include <cofire/storage/asio.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

// The coroutines behind client's operations on recurring jobs and queues. Errors and cancellation
// stand there. Each keeps what it works on alive, and may run on any thread.
namespace cofire::detail {

/// Stores the definition; `next` counts if it is new or changed.
[[nodiscard]] asio::awaitable<recurring_record> put_recurring(
    std::shared_ptr<client_core const> core,
    std::string id,
    recurring_definition definition,
    std::optional<time_point> next
);

/// All recurring jobs.
[[nodiscard]] asio::awaitable<std::vector<recurring_record>>
list_recurring(std::shared_ptr<client_core const> core);

/// The recurring job `id`.
[[nodiscard]] asio::awaitable<recurring_record>
find_recurring(std::shared_ptr<client_core const> core, std::string id);

/// Inserts a job of the recurring job `id` now.
[[nodiscard]] asio::awaitable<enqueued>
trigger_recurring(std::shared_ptr<client_core const> core, std::string id);

/// Pauses the recurring job `id`, or resumes it with its next time from now.
[[nodiscard]] asio::awaitable<void>
pause_recurring(std::shared_ptr<client_core const> core, std::string id, bool paused);

/// Removes the recurring job `id`.
[[nodiscard]] asio::awaitable<void>
remove_recurring(std::shared_ptr<client_core const> core, std::string id);

/// Pauses or resumes the queue.
[[nodiscard]] asio::awaitable<void>
pause_queue(std::shared_ptr<client_core const> core, std::string queue, bool paused);

/// All queues.
[[nodiscard]] asio::awaitable<std::vector<queue_info>>
list_queues(std::shared_ptr<client_core const> core);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/recurring_calls.ipp>
#endif

#endif
