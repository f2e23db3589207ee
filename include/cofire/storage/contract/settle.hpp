// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_SETTLE_HPP
#define COFIRE_STORAGE_CONTRACT_SETTLE_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/acquire.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofire {

/// How a run ended.
enum class outcome_kind : std::uint8_t {
    succeeded, ///< the handler returned
    failed,    ///< the handler threw, and there is no attempt left
    retry,     ///< the handler threw; again at `at`
    snoozed,   ///< the handler asked to run again at `at`; no attempt is counted
    released,  ///< not run to its end, through no fault of its own; back to its place in line
    deleted,   ///< deleted or cancelled while it ran, or used up with exhausted_policy::delete_job
    /// The server cannot decode it: out of the line until a server that announces its type, in its
    /// argument version at least, is announced after this. Those announced before do not get it, even if
    /// one of them could decode it: announce again to have it tried.
    parked,
    suspended, ///< reserved, for handlers that wait for an event: refused by storages of this version
};

/// The end of one run.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct run_outcome {
    /// The job.
    job_id id;
    /// The acquisition the run belongs to.
    epoch_type epoch = 0;
    /// How it ended.
    outcome_kind kind = outcome_kind::succeeded;
    /// With retry and snoozed: when to run again, on the storage's clock.
    time_point at{};
    /// When the handler started; empty if it did not.
    std::optional<time_point> started{};
    /// How long the handler ran.
    duration run_time{0};
    /// With succeeded: the result as JSON text; empty: none.
    std::string result{};
    /// With failed, retry and deleted: the error.
    std::optional<error_info> error{};
    /// Why, in words; kept with the job and in its history.
    std::string reason{};
};

/// Ends runs, and takes the next jobs along. Each item is fenced by id, epoch and server; a stale or
/// refused one does not hinder the others. They count in their order, each with what follows from it for
/// continuations. History, keys, limits and counters change in the same step. May be repeated with the
/// same answer. Views must stay valid until it completes.
///
/// Errors, each changing nothing: unknown_server with `then`, too_many_items, no_space (to be tried
/// again); outcome_unknown. A storage that has no room for more runs may leave `then` aside.
struct settle_request {
    /// Who ran them.
    server_instance server = 0;
    /// The ends; at most 10,000.
    std::span<run_outcome const> outcomes{};
    /// What to take next, in the same step.
    std::optional<acquire_request> then{};
};

/// What became of one outcome.
enum class settle_status : std::uint8_t {
    /// It counts.
    done,
    /// It counted before, and nobody has acquired the job since: the call is a repetition.
    again,
    /// The job is not held under this epoch by this server, or is unknown.
    stale,
    /// This outcome can never be stored, see settle_refusal; the job is still held.
    refused,
};

/// Why an outcome was refused, for good: the same one would be again. The server ends the run with
/// another outcome.
struct settle_refusal {
    /// The outcome's place in the request.
    std::size_t index = 0;
    /// Why, in words that name the offending value.
    std::string message;
};

/// The answer to settle_request.
struct settle_answer {
    /// The storage's time.
    time_point now;
    /// One for each outcome, in the order of the request.
    std::vector<settle_status> results{};
    /// One for each outcome that was refused, in the order of the request.
    std::vector<settle_refusal> refusals{};
    /// The answer to `then`, if it was given.
    std::optional<acquire_answer> acquired{};
};

} // namespace cofire

#endif
