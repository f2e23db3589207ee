// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_RECURRING_HPP
#define COFIRE_STORAGE_CONTRACT_RECURRING_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/insert.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cofire {

/// What a recurring job is: when, and which job.
struct recurring_definition {
    /// The cron expression, canonical text.
    std::string cron;
    /// The time zone's name.
    std::string zone = "UTC";
    /// What happens to occurrences missed.
    misfire_policy misfire = misfire_policy::once;
    /// What happens while the last run is unfinished.
    overlap_policy overlap = overlap_policy::skip;
    /// The job type's name.
    std::string type;
    /// The arguments as JSON text.
    std::string arguments;
    /// The version of the arguments' form.
    std::uint32_t argument_version = 1;
    /// The options of each occurrence.
    job_settings settings{};
    /// The limits that each occurrence is subject to.
    std::vector<job_limit> limits{};

    /// Equal if all members are.
    friend bool operator==(recurring_definition const&, recurring_definition const&) = default;
};

/// Who wrote a definition.
enum class definition_origin : std::uint8_t {
    code,    ///< the program, at each start
    by_hand, ///< an operator; holds until the program's own definition changes
};

/// All that a storage knows of one recurring job.
struct recurring_record {
    /// The id.
    std::string id;
    /// Raised by every change of the definition, the pause or the error; not by an occurrence.
    std::uint64_t revision = 0;
    /// The definition in force.
    recurring_definition definition{};
    /// Who wrote it.
    definition_origin origin = definition_origin::code;
    /// The program's own definition beside one edited by hand.
    std::optional<recurring_definition> code_definition{};
    /// The next occurrence; empty: none, or in error.
    std::optional<time_point> next{};
    /// True: no occurrence fires.
    bool paused = false;
    /// Why no occurrence can be computed; empty: all is well.
    std::string error{};
    /// When it last fired or was skipped.
    std::optional<time_point> last_fired{};
    /// The last job it inserted, also by hand.
    std::optional<job_id> last_job{};
    /// The last job of an occurrence: what the overlap policy looks at.
    std::optional<job_id> last_occurrence{};
    /// Jobs it became, also by hand.
    std::uint64_t fired = 0;
    /// Occurrences that did not: overlap, misfire, or a unique key that was held.
    std::uint64_t skipped = 0;
};

/// Creates or updates a recurring job. A pause stays. A definition that did not change keeps its next
/// time; a definition edited by hand stays until the program's own appears or
/// changes; one in error is always written anew.
/// Errors, each changing nothing: bad_recurring_id, bad_option, storage_full.
struct recurring_put {
    /// The id.
    std::string_view id{};
    /// The definition. Must stay valid until the operation completes.
    recurring_definition const* definition = nullptr;
    /// Who writes it.
    definition_origin origin = definition_origin::code;
    /// The next occurrence if the definition is new or changed; empty: none.
    std::optional<time_point> next{};
    /// Not 0: only if this is its revision; see recurring_answer::outdated.
    std::uint64_t revision = 0;
};

/// Removes a recurring job; its jobs stay. Error: unknown_recurring.
struct recurring_remove {
    /// The id.
    std::string_view id{};
    /// As in recurring_put.
    std::uint64_t revision = 0;
};

/// Pauses or resumes a recurring job. What falls due during a pause is not made up for.
/// Error: unknown_recurring.
struct recurring_pause {
    /// The id.
    std::string_view id{};
    /// True: pause; false: resume.
    bool paused = true;
    /// With resume, if it was paused: the next occurrence from now on; empty: keep the stored one.
    std::optional<time_point> next{};
    /// As in recurring_put: the one of the definition that `next` was computed from.
    std::uint64_t revision = 0;
};

/// Asks for recurring jobs, by id or all, in the order of their ids. Error: unknown_recurring.
struct recurring_list {
    /// Only this one; empty: all.
    std::string_view id{};
    /// Who asks: a server that asks for all will be told by tick when they changed. 0: nobody.
    server_instance server = 0;
};

/// One occurrence that falls due: inserts the job if nobody else did, in one step.
struct recurring_firing {
    /// The recurring job.
    std::string_view id{};
    /// The revision the caller knows.
    std::uint64_t revision = 0;
    /// The next occurrence the caller knows; empty: fired by hand, the next occurrence stays.
    std::optional<time_point> expected{};
    /// The occurrence after it.
    std::optional<time_point> next{};
    /// The jobs to insert: one, several (misfire all) or none (skipped). Their overlap policy is
    /// applied here, but not to what is fired by hand. Must stay valid until the operation completes.
    std::span<new_job const> jobs{};
    /// Occurrences that are given up, to be counted.
    std::uint64_t skipped = 0;
    /// Why no further occurrence can be computed; empty: all is well.
    std::string_view error{};
};

/// Fires occurrences, each by itself and in one step. If one is refused, the first throws insert's
/// error and has changed nothing; another, and those behind it, are answered as lost.
/// Errors, each changing nothing: those of insert; too_many_items.
struct recurring_fire {
    /// The occurrences; at most 10,000.
    std::span<recurring_firing const> firings{};
};

/// One of the things to do with recurring jobs. Views must stay valid until it completes.
using recurring_request =
    std::variant<recurring_put, recurring_remove, recurring_pause, recurring_list, recurring_fire>;

/// What became of one occurrence.
enum class fire_status : std::uint8_t {
    fired,   ///< the jobs were inserted, all or some
    skipped, ///< it counts as served, without a job: overlap, or none was given
    lost,    ///< another server was first, or the recurring job changed: list again
};

/// The answer for one occurrence.
struct fire_result {
    /// What became of it.
    fire_status status = fire_status::lost;
    /// One for each job of the firing, if it was not lost. One that the overlap policy gave up is held, by
    /// the job that is not over.
    std::vector<insert_result> jobs{};
};

/// The answer to recurring_request.
struct recurring_answer {
    /// The storage's time.
    time_point now;
    /// put: true if anything changed.
    bool changed = false;
    /// put, remove and pause with a revision: it has another one by now, or with put is gone. Nothing was
    /// changed: look again.
    bool outdated = false;
    /// list: the recurring jobs. put and pause: the one as it is now, if it is there.
    std::vector<recurring_record> records{};
    /// fire: one for each firing, in the order of the request.
    std::vector<fire_result> fired{};
    /// To wait for what comes after.
    seen_token seen{};
};

} // namespace cofire

#endif
