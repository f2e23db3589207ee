// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_TICK_HPP
#define COFIRE_STORAGE_CONTRACT_TICK_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/wait.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofire {

/// What a running handler has said since the last report.
struct run_report {
    /// The job.
    job_id id;
    /// The acquisition the run belongs to; a stale report is dropped.
    epoch_type epoch = 0;
    /// True: the handler has started. Only for jobs handed out before they were due, which are held as
    /// reserved until then.
    bool started = false;
    /// How far it has come, if it said so.
    std::optional<job_progress> progress{};
    /// What it logged. A job keeps the newest 201 lines of all its runs; when there were more, a first
    /// line that reads "(earlier lines were not kept)" stands for them.
    std::vector<log_line> lines{};
};

/// One acquisition that a server holds.
struct held_job {
    /// The job.
    job_id id;
    /// The acquisition.
    epoch_type epoch = 0;
    /// Equal if both members are.
    friend bool operator==(held_job const&, held_job const&) = default;
};

/// Why a server is asked to stop a run.
enum class signal_kind : std::uint8_t {
    deleted,   ///< the job was deleted: the result is dropped
    cancelled, ///< the handler is asked to stop; if it returns all the same, it has succeeded
    lost,      ///< the server does not hold the job any more
};

/// Asks a server to stop a run.
struct run_signal {
    /// The job.
    job_id id;
    /// The acquisition the run belongs to.
    epoch_type epoch = 0;
    /// Why.
    signal_kind kind = signal_kind::cancelled;
};

/// What an operator wants a server to do.
enum class server_command : std::uint8_t {
    none,  ///< nothing
    drain, ///< take no more jobs, finish those that run
    stop,  ///< stop as on a signal of the operating system
};

/// What the storage did, or found, by itself; told to one server so that somebody hears of it. Mostly the
/// transition of a job.
///
/// Where jobs of one queue, type and argument version wait and none of the servers handles them, one of
/// these says so, with the nil id, `from` and `to` enqueued and a reason that begins with "unhandled": once
/// for the servers there are, and again when a server announces itself, or the last one that handled them
/// has gone. Without a server nobody is told.
struct storage_notice {
    /// The job; nil: it concerns all of the type that wait.
    job_id id;
    /// Its type.
    std::string type;
    /// Where it came from.
    job_state from = job_state::enqueued;
    /// Where it went.
    job_state to = job_state::enqueued;
    /// Why: "lost", "expired", "condition: ...", "unhandled: ...", ...
    std::string reason;
};

/// The one periodic call: renews the server's lease, puts back what dead servers held (it is counted as
/// lost and due 2 seconds later, then 4, 8, ...; from the storage's limit on it has failed), promotes what
/// is due, deletes what is expired and what retention has had its time, in slices of bounded size, and
/// takes and gives messages. In-process storages need no renewal; there it is called when a wait says
/// that something changed, and when there is something to report. Views must stay valid until it
/// completes.
///
/// Errors, each changing nothing: too_many_items; unknown_server (retired, or taken for dead: what it
/// held belongs to others now; announce again).
struct tick_request {
    /// Who.
    server_instance server = 0;
    /// What its handlers said; at most 10,000.
    std::span<run_report const> reports{};
    /// How late the server's executor ran what was the server's, at worst since the last tick that said
    /// so; empty: nothing was measured. See server_info::executor_lag.
    std::optional<duration> executor_lag{};
    /// Asks for the jobs that the storage counts as held by this server, those with an id above this
    /// one; empty: does not ask. Signals for these jobs that were given before are given again. For a
    /// server that has missed the answer to an acquire or to a tick. The list is ordered after all calls
    /// that the server made before, the ones without an answer among them: none of them takes place later.
    std::optional<job_id> list_held{};
};

/// The answer to tick_request.
struct tick_answer {
    /// The storage's time.
    time_point now;
    /// Until when the server's lease holds; empty: it is not timed.
    std::optional<time_point> lease_until{};
    /// Runs to stop, in the order in which it was asked for; each is told once, see list_held.
    std::vector<run_signal> signals{};
    /// What an operator wants.
    server_command command = server_command::none;
    /// With list_held: the jobs, by id; at most 10,000.
    std::vector<held_job> held{};
    /// What the storage did or found by itself.
    std::vector<storage_notice> notices{};
    /// When something happens by itself next, as in acquire_answer.
    std::optional<time_point> next_due{};
    /// True: recurring jobs changed since this server last asked for them.
    bool recurring_changed = false;
    /// True: slices were full; call again at once.
    bool more = false;
    /// To wait for what comes after.
    seen_token seen{};
};

} // namespace cofire

#endif
