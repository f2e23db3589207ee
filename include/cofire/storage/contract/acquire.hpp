// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_ACQUIRE_HPP
#define COFIRE_STORAGE_CONTRACT_ACQUIRE_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/wait.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofire {

/// How many jobs to take from one queue at the most.
struct take {
    /// The queue's name.
    std::string_view queue{};
    /// The most to take from it.
    std::uint32_t cap = std::numeric_limits<std::uint32_t>::max();
};

/// How many jobs of some types to take at the most.
struct type_cap {
    /// The types that share the cap: a name and its aliases.
    std::span<std::string_view const> types{};
    /// The most to take of them together; 0: none.
    std::uint32_t cap = 0;
};

/// Takes jobs for a server: from the queues in the order given, in each by priority and then by
/// position in line; only of the types, and at most in the argument version, that the server has
/// announced; never from a paused queue, never an expired job, and at most one job at a time that lost
/// a server before. Each comes with an epoch above all that the job had. Views must stay valid until
/// it completes.
///
/// An answer with fewer jobs than asked for does not say that there are no more: a storage may stop where
/// it has met very many that are blocked. A wait for jobs with the answer's `seen` then ends at once.
///
/// If the server dies, a job that it had acquired may count as lost even if its handler had not begun:
/// a storage that processes share cannot tell the two apart.
///
/// Errors, each changing nothing: unknown_server, no_space (to be tried again). A lost reply leaves jobs held that the server does
/// not know of: tick_request::list_held tells which, and settle releases them.
struct acquire_request {
    /// Who takes them.
    server_instance server = 0;
    /// From where.
    std::span<take const> takes{};
    /// Types the server has room for only so many of now. A type stands in one of them at the most.
    std::span<type_cap const> caps{};
    /// The most to take in all.
    std::uint32_t limit = 0;
    /// The storage may also hand out jobs that become due within this time; the server then waits for
    /// their due time. Storages inside the process do not.
    duration horizon{0};
};

/// How a parent of an acquired job ended.
struct parent_outcome {
    /// The parent.
    job_id id;
    /// Its final state; awaiting if it had not ended when the job was requeued by hand.
    job_state state = job_state::succeeded;
    /// Its result as JSON text; empty: none.
    std::string result{};
};

/// A job handed to a server.
struct acquired_job {
    /// The id.
    job_id id;
    /// This acquisition; every later word about the run names it.
    epoch_type epoch = 0;
    /// Runs ended by the handler before this one.
    std::uint32_t attempt = 0;
    /// Runs ended by their server's death before this one.
    std::uint32_t lost = 0;
    /// The job type's name.
    std::string type;
    /// The arguments as JSON text.
    std::string arguments;
    /// The version of the arguments' form.
    std::uint32_t argument_version = 1;
    /// The options; never null.
    std::shared_ptr<job_settings const> settings;
    /// When it was inserted.
    time_point created;
    /// When it became due. May lie in the future, within the horizon asked for.
    time_point due;
    /// The parents and their results, in the order of the insert.
    std::vector<parent_outcome> parents{};
    /// The recurring job it is an occurrence of; empty for others.
    std::string recurring_id{};
    /// The time of the occurrence, by the schedule; empty for others, and for one triggered by hand.
    std::optional<time_point> occurrence{};
};

/// The answer to acquire_request.
struct acquire_answer {
    /// The storage's time.
    time_point now;
    /// The jobs taken.
    std::vector<acquired_job> jobs{};
    /// When something happens by itself next: a scheduled job becomes due (a storage may round that up
    /// to whole milliseconds), a waiting one expires, retention removes one. Or a lower bound of it;
    /// empty: nothing.
    std::optional<time_point> next_due{};
    /// To wait for what comes after.
    seen_token seen{};
};

} // namespace cofire

#endif
