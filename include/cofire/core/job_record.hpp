// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_JOB_RECORD_HPP
#define COFIRE_CORE_JOB_RECORD_HPP

#include <cofire/core/job_id.hpp>
#include <cofire/core/job_options.hpp>
#include <cofire/core/job_state.hpp>
#include <cofire/core/time_point.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofire {

/// The number a storage gives to a server when it announces itself; never used twice. 0: none.
using server_instance = std::uint64_t;

/// Raised at every acquisition of a job, so that a run whose job was given to somebody else can be
/// told from the latest one. Never falls, not even when the job is requeued.
using epoch_type = std::uint64_t;

/// The resolved options of a job as they are stored with it. Usually shared by many jobs.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct job_settings {
    /// The queue's name.
    std::string queue = "default";
    /// 0 to 15, higher first within the queue.
    int priority = 5;
    /// How often the handler may run, the first run included.
    int max_attempts = 11;
    /// The waits before the second, third, ... run; empty: the server's policy.
    std::vector<duration> delays{};
    /// How long one run may take; zero: no limit.
    duration timeout{0};
    /// How long after it became due the job may still start; zero: no limit.
    duration expires{0};
    /// What becomes of the job when its attempts are used up.
    exhausted_policy on_exhausted = exhausted_policy::fail;
    /// When its insert is acknowledged; empty: the storage's own level.
    std::optional<durability_level> durability{};
    /// Words to find the job by.
    std::vector<std::string> tags{};

    /// Equal if all members are.
    friend bool operator==(job_settings const&, job_settings const&) = default;
};

/// A unique key as it is stored: the text already holds its scope.
struct unique_key_spec {
    /// "type/<type>/<key>", "queue/<queue>/<key>" or "global/<key>".
    std::string text;
    /// How long it is held.
    unique_hold hold = unique_hold::unfinished;
    /// With unique_hold::for_a_time: how long, from the insert.
    duration hold_for{0};
    /// What an insert does when the key is held.
    duplicate_policy on_duplicate = duplicate_policy::ignore;
};

/// When a continuation runs: which end of the parent it waits for.
enum class parent_condition : std::uint8_t {
    on_success, ///< the parent succeeded
    on_failure, ///< the parent failed
    on_any_end, ///< the parent reached any final state
};

/// The name as written in the enumeration; empty for a value that is none of them.
[[nodiscard]] constexpr std::string_view to_string(parent_condition c) {
    switch (c) {
    case parent_condition::on_success: return "on_success";
    case parent_condition::on_failure: return "on_failure";
    case parent_condition::on_any_end: return "on_any_end";
    }
    return {};
}

/// One job that another waits for.
struct parent_ref {
    /// The parent.
    job_id id;
    /// The end that is waited for.
    parent_condition on = parent_condition::on_success;
    /// Equal if both members are.
    friend bool operator==(parent_ref const&, parent_ref const&) = default;
};

/// A limit on how many jobs with the same key servers may hold at a time. Where jobs disagree, the latest
/// insert counts; limit_put counts over all of them.
struct job_limit {
    /// The key.
    std::string key;
    /// How many, at least 1.
    std::uint32_t limit = 1;
    /// Equal if both members are.
    friend bool operator==(job_limit const&, job_limit const&) = default;
};

/// An error as a job's history keeps it.
struct error_info {
    /// The C++ type of the exception, as readable as the platform can make it.
    std::string type;
    /// what() of the exception, at most 64 KiB.
    std::string message;
    /// The same for failures that differ only in numbers and quoted text.
    std::uint64_t fingerprint = 0;
};

/// A job about to be inserted.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct new_job {
    /// The id; not nil.
    job_id id;
    /// The job type's name.
    std::string type;
    /// The arguments as JSON text.
    std::string arguments;
    /// The version of the arguments' form.
    std::uint32_t argument_version = 1;
    /// The options; never null.
    std::shared_ptr<job_settings const> settings;
    /// Not before this time; empty: at once.
    std::optional<time_point> due{};
    /// The unique key, if any.
    std::optional<unique_key_spec> unique_key{};
    /// The limits it is subject to, all of them; at most 8, each key once.
    std::vector<job_limit> limits{};
    /// The jobs it waits for.
    std::vector<parent_ref> parents{};
    /// The recurring job it is an occurrence of; empty for others.
    std::string recurring_id{};
    /// The time of the occurrence, by the schedule; empty for others, and for one triggered by hand.
    std::optional<time_point> occurrence{};
};

/// One line of a job's history.
struct history_entry {
    /// When. Of a run: when it was acquired, and once its server has said so, when its handler started.
    /// Of a scheduled job's coming into line: when it was due.
    time_point at;
    /// The state that was reached.
    job_state state = job_state::enqueued;
    /// Runs ended by the handler up to then.
    std::uint32_t attempt = 0;
    /// The acquisition this is about; 0 before the first.
    epoch_type epoch = 0;
    /// The server that acquired it then; 0 before the first.
    server_instance server = 0;
    /// Why: "retry", "snoozed", "lost", "expired", "replaced by ...", ...; empty for the usual course.
    std::string reason{};
    /// The error of a failed attempt.
    std::optional<error_info> error{};
    /// How long the run that ended took, if one ended: as its server says, or from its start to `at`.
    std::optional<duration> run_time{};
};

/// One line written by a handler.
struct log_line {
    /// When it was written.
    time_point at;
    /// In which run (1 is the first).
    std::uint32_t attempt = 0;
    /// The text, at most 4 KiB.
    std::string text;
};

/// How far a run has come.
struct job_progress {
    /// Done, in the handler's own unit.
    double done = 0;
    /// Of how much.
    double total = 0;
};

/// All that a storage knows of one job.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct job_record {
    /// The id.
    job_id id;
    /// The job type's name.
    std::string type;
    /// The arguments as JSON text.
    std::string arguments;
    /// The version of the arguments' form.
    std::uint32_t argument_version = 1;
    /// The options; never null.
    std::shared_ptr<job_settings const> settings;
    /// The state.
    job_state state = job_state::enqueued;
    /// What exactly it is doing in that state.
    job_sub_state sub_state = job_sub_state::none;
    /// Runs ended by the handler; how many count against max_attempts.
    std::uint32_t attempt = 0;
    /// Runs ended by their server's death.
    std::uint32_t lost = 0;
    /// The latest acquisition; 0: never acquired.
    epoch_type epoch = 0;
    /// The server that holds it, or held it last; 0: none.
    server_instance server = 0;
    /// When it was inserted.
    time_point created;
    /// When it became or becomes due.
    time_point due;
    /// When its latest run started; empty: never.
    std::optional<time_point> started{};
    /// When it reached its final state.
    std::optional<time_point> finished{};
    /// When it is deleted if it has not started by then; empty once it has.
    std::optional<time_point> expires_at{};
    /// The unique key's stored text; empty: none.
    std::string unique_key{};
    /// The limits it is subject to, as they are now.
    std::vector<job_limit> limits{};
    /// Why it is where it is: the reason of its deletion, why it is parked, ...
    std::string reason{};
    /// The result as JSON text; empty: none.
    std::string result{};
    /// The last error; none once it has succeeded.
    std::optional<error_info> error{};
    /// The jobs it waits or waited for.
    std::vector<parent_ref> parents{};
    /// The jobs that wait or waited for it.
    std::vector<job_id> continuations{};
    /// The recurring job it is an occurrence of; empty for others.
    std::string recurring_id{};
    /// The time of the occurrence, by the schedule; empty for others, and for one triggered by hand.
    std::optional<time_point> occurrence{};
    /// What happened to it, oldest first; long ones keep their beginning and end.
    std::vector<history_entry> history{};
    /// What its handler logged, the latest lines.
    std::vector<log_line> log{};
    /// How far the run has come; empty once the run has ended.
    std::optional<job_progress> progress{};
};

} // namespace cofire

#endif
