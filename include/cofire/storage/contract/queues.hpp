// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_QUEUES_HPP
#define COFIRE_STORAGE_CONTRACT_QUEUES_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/wait.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cofire {

/// One queue as it is now.
struct queue_info {
    /// The name.
    std::string name;
    /// True: nothing is taken from it.
    bool paused = false;
    /// Jobs in its line, those parked by type included.
    std::uint64_t waiting = 0;
    /// Jobs that wait for a limit key.
    std::uint64_t parked_by_limit = 0;
    /// Jobs of it that servers hold.
    std::uint64_t processing = 0;
    /// When the oldest job in line became due; empty: none is in line.
    std::optional<time_point> oldest{};
};

/// One limit key as it is now.
struct limit_info {
    /// The key.
    std::string key;
    /// How many may run.
    std::uint32_t limit = 1;
    /// How many are held by servers.
    std::uint32_t used = 0;
    /// How many wait for it.
    std::uint64_t parked = 0;
};

/// Asks for all queues and limit keys, by name.
struct queue_list {};

/// Pauses or resumes a queue, known or not. The next acquire sees it.
/// Errors: bad_queue; storage_full (a new queue, of which the storage takes no more).
struct queue_pause {
    /// The queue.
    std::string_view queue{};
    /// True: pause; false: resume.
    bool paused = true;
};

/// Sets how many jobs of a limit key may run, over what the jobs themselves say.
/// Error: bad_option.
struct limit_put {
    /// The key.
    std::string_view key{};
    /// How many, at least 1.
    std::uint32_t limit = 1;
};

/// One of the things to do with queues. Views must stay valid until it completes.
using queues_request = std::variant<queue_list, queue_pause, limit_put>;

/// The answer to queues_request.
struct queues_answer {
    /// The storage's time.
    time_point now;
    /// The queues, by name.
    std::vector<queue_info> queues{};
    /// The limit keys in use, by name.
    std::vector<limit_info> limits{};
};

} // namespace cofire

#endif
