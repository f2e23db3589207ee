// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_SIMULATION_CHECKER_HPP
#define COFIRE_TESTING_SIMULATION_CHECKER_HPP

#include <cofire/core/config.hpp>
#include <cofire/handler/cancellation_reason.hpp>
#include <cofire/storage/storage.hpp>
#include <cofire/testing/simulation_history.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cofire::testing {

/// How a handler's run ended, as its own side saw it.
enum class simulated_end : std::uint8_t {
    returned,  ///< the handler returned
    threw,     ///< it threw
    stopped,   ///< it was cancelled and ended by that
    destroyed, ///< its process died
};

/// What the checker is told of the course of time and faults: some rules hold to the microsecond only
/// in a world without them.
struct simulation_exactness {
    /// Nobody sets the wall clock, and answers come at once.
    bool times = true;
    /// A server that stops hands back no job whose handler still runs: leases are not timed.
    bool hand_backs = true;
};

/// Holds what happens in a simulation against the rules of a storage and its servers. It is told
/// what took place in the storage, in its order, and what the handlers' side saw, and keeps its own
/// account of every job. The first rule that was broken is kept; see problem().
///
/// Distinct objects: safe. Shared objects: unsafe.
class simulation_checker {
public:
    /// With nothing known yet. `clock` and `history` are those of the simulation.
    simulation_checker(manual_clock const& clock, simulation_history& history)
        : clock_(clock), history_(&history) {}

    /// What the rules may rely on.
    simulation_exactness exact{};

    /// How often a job may lose its server; 0: not checked.
    std::uint32_t lost_limit = 3;

    // What took place in the storage, in its order. `process` is who asked.

    /// An insert took place.
    void inserted(insert_request const& r, insert_answer const& a);
    /// Its answer has reached who asked for it: from now on none of it may be lost.
    void acknowledged(insert_request const& r, insert_answer const& a);
    /// An acquire took place.
    void acquired(std::uint32_t process, acquire_request const& r, acquire_answer const& a);
    /// A settle took place, with the acquire in it.
    void settled(std::uint32_t process, settle_request const& r, settle_answer const& a);
    /// These jobs are as told, right before the next change.
    void changing(std::span<job_record const> before);
    /// A change by ids took place.
    void changed(change_request const& r, change_answer const& a);
    /// An operation on recurring jobs took place.
    void recurred(recurring_request const& r, recurring_answer const& a);
    /// Jobs were read by their ids. `stored`: those of them that were stored before.
    void read(std::span<job_id const> stored, read_answer const& a);
    /// A queue was paused or resumed.
    void queue_paused(std::string_view queue, bool paused);
    /// A process announced itself as this server.
    void announced(std::uint32_t process, server_instance server, server_announce const& a);
    /// A server gets the answer that an operator wants it to take no more jobs.
    void told_to_rest(server_instance server);
    /// A server begins a tick: it has dealt with the answer to the one before.
    void ticks(server_instance server);
    /// True if it was told so, and has dealt with it.
    [[nodiscard]] bool rests(server_instance server) const;
    /// A server is taken for dead; what it held is lost.
    void server_died(server_instance server);
    /// A server has left; what it held is handed back.
    void server_retired(server_instance server);

    // What the handlers' side saw.

    /// A run starts. Of `job` only id, epoch and arguments matter.
    void run_started(std::uint32_t process, acquired_job const& job);
    /// A run has ended; `reason` is why it was asked to stop, if it was.
    void run_ended(
        std::uint32_t process,
        job_id id,
        epoch_type epoch,
        simulated_end end,
        cofire::cancellation_reason reason
    );
    /// A handler still runs, and was asked to stop for `reason`; nobody has anything to do until time
    /// passes.
    void still_runs(job_id id, epoch_type epoch, cofire::cancellation_reason reason);
    /// A process starts, again perhaps.
    void process_started(std::uint32_t process);
    /// A process was asked to stop.
    void stop_asked(std::uint32_t process);
    /// A process has stopped without an error.
    void stopped(std::uint32_t process);

    /// The wall clock was moved.
    void time_moved();

    /// Nobody has anything to do until time passes, and nothing has gone wrong for some time: looks at
    /// jobs as the storage tells them for those that a server should have taken, and for runs that have
    /// ended and are not settled.
    void look_for_late(std::span<job_record const> records);

    /// Looks at all jobs as the storage tells them between two steps.
    void audit(std::span<job_record const> records);

    /// Looks at the last state of things, when all work is done and all servers have stopped.
    void finish(std::span<job_record const> records, storage_counts const& counts);

    /// Every job that was stored.
    [[nodiscard]] std::vector<job_id> stored() const;
    /// Those of these jobs that were stored.
    [[nodiscard]] std::vector<job_id> stored(std::span<job_id const> of) const;
    /// Those of them that are not known to have ended.
    [[nodiscard]] std::vector<job_id> unfinished() const;
    /// Jobs that hold, or may hold, one of the unique keys of `jobs`.
    [[nodiscard]] std::vector<job_id> keepers(std::span<new_job const> jobs) const;
    /// How many runs were started.
    [[nodiscard]] std::uint64_t runs() const { return runs_; }

    /// The first rule that was broken, in words: "I5: ..."; empty: none.
    [[nodiscard]] std::string const& problem() const { return problem_; }
    /// The job that it concerns; nil: none.
    [[nodiscard]] job_id problem_job() const { return problem_job_; }
    /// Says that a rule was broken, for those who look on.
    void report(std::string_view rule, job_id id, std::string const& what);

private:
    struct acquisition {
        epoch_type epoch = 0;
        server_instance server = 0;
        std::uint32_t process = 0;
        bool settled = false;    // or its server ended
        bool lost = false;       // by its server's death
        bool stop_asked = false; // by a user
        bool started = false;
        bool ended = false;
        simulated_end end = simulated_end::destroyed;
        steady_point start{};
        time_point end_wall{};
    };
    struct job_model {
        new_job asked;
        std::shared_ptr<job_settings const> settings; // keeps what `asked` shares
        bool acknowledged = false;
        bool held = false;
        bool final = false;
        bool deleted = false;       // by a user, while it waited
        bool moved = false;         // by a user: what the insert said of its time does not count
        bool replaced = false;      // by a job with its unique key
        bool perhaps_again = false; // it began again if it expired in the same step
        std::optional<time_point> expires_at{}; // when it was last looked at, while it waited
        std::uint32_t attempt = 0;
        std::uint32_t lost = 0;
        std::uint32_t restarts = 0;
        std::optional<change_kind> stop{}; // asked of the run under way
        time_point due{};
        time_point latest{}; // the latest time the wall clock showed since `due` was set
        bool due_known = true;
        std::vector<acquisition> runs{};
    };
    /// A job that ended as deleted, and neither a run nor a user was seen to do it.
    struct unexplained_end {
        job_id id;
        std::string reason;
        std::vector<parent_ref> parents;
    };
    struct server_model {
        std::uint32_t process = 0;
        bool alive = true;
        bool told_to_rest = false; // an operator wants it to take no more jobs
        bool rests = false;        // and it has dealt with that
        std::vector<announced_type> types{};
        std::vector<std::string> queues{};
    };
    struct recurring_model {
        recurring_definition definition{};
        std::optional<time_point> served{}; // the last occurrence that was served
        std::vector<job_id> jobs{};         // made by schedule since the definition is in force
    };

    job_model* find(job_id id);
    void add(new_job const& job, time_point now);
    void set_due(job_model& job, time_point due);
    void note_replaced(new_job const& by);
    void ended_by_itself(job_record const& record, job_model& m);
    bool has_cause(job_model const& m) const;
    static bool counts_agree(job_model& m, std::uint32_t attempt, std::uint32_t lost);
    void check_acquired(
        std::uint32_t process, acquire_request const& r, acquired_job const& job, time_point now
    );
    void check_due(acquired_job const& job, job_model const& m, time_point now);
    void check_order(acquire_request const& r, acquire_answer const& a);
    [[nodiscard]] bool is_ready(job_model const& m, time_point now) const;
    [[nodiscard]] static bool handles(server_model const& server, new_job const& job);
    [[nodiscard]] bool is_paused(std::string_view queue) const;
    [[nodiscard]] std::vector<server_model const*> idle_servers() const;
    [[nodiscard]] bool is_held_back(job_record const& record) const;
    void check_parents(acquired_job const& job, job_model const& m);
    void
    settle(std::uint32_t process, server_instance server, run_outcome const& o, settle_status s);
    void settle_done(job_model& m, acquisition& run, run_outcome const& o);
    void check_end_of_run(job_model const& m, acquisition const& run, run_outcome const& o);
    void end_server(server_instance server, bool died);
    void check_stop_reason(
        std::uint32_t process,
        job_model const& m,
        acquisition const& run,
        job_id id,
        cofire::cancellation_reason reason
    );
    [[nodiscard]] bool is_stopping(std::uint32_t process) const;
    void check_firing(recurring_firing const& f, fire_result const& result);
    void check_misfire(
        recurring_definition const& d,
        recurring_firing const& f,
        std::span<time_point const> occurrences
    );
    void check_record(job_record const& record);
    void check_unexplained(std::unordered_map<job_id, job_state> const& states);
    void check_history(job_record const& record);
    void check_keys(std::span<job_record const> records);
    void
    check_awaiting(job_record const& record, std::unordered_map<job_id, job_state> const& states);
    void check_overlap(std::unordered_map<job_id, job_state> const& states);

    manual_clock clock_;
    simulation_history* history_;
    std::string problem_;
    job_id problem_job_;
    std::unordered_map<job_id, job_model> jobs_;
    std::vector<job_id> order_;                // of the inserts
    std::vector<unexplained_end> unexplained_; // until all jobs are looked at
    std::map<server_instance, server_model> servers_;
    std::map<std::string, recurring_model, std::less<>> recurring_;
    std::map<std::string, std::uint32_t, std::less<>> limits_used_;
    std::vector<std::string> paused_;
    std::vector<std::uint32_t> stopping_; // processes that were asked to stop
    std::uint64_t runs_ = 0;
    std::uint64_t succeeded_ = 0;
    std::uint64_t attempts_failed_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t stale_ = 0;
};

} // namespace cofire::testing

#ifdef COFIRE_HEADER_ONLY
#include <cofire/testing/impl/simulation_checker.ipp>
#include <cofire/testing/impl/simulation_checker_audit.ipp>
#include <cofire/testing/impl/simulation_checker_order.ipp>
#include <cofire/testing/impl/simulation_checker_runs.ipp>
#endif

#endif
