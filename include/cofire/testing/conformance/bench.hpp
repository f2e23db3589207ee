// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_BENCH_HPP
#define COFIRE_TESTING_CONFORMANCE_BENCH_HPP

#include <cofire/testing/conformance/expect.hpp>
#include <cofire/testing/conformance/runner.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire::testing::conformance {

using namespace std::chrono_literals;

/// What to take from one queue.
using queue_take = cofire::take;

/// Where a caller stands, for a failure's line.
using place = std::source_location;

/// What one case works on: a fresh storage on a clock of its own, every operation as an ordinary
/// function, and short words for what most cases do.
///
/// Distinct objects: safe. Shared objects: unsafe.
class bench {
public:
    /// A bench whose storage is made at the first use.
    bench(
        conformance_model const& model,
        conformance_options const& options,
        conformance_door door = conformance_door::acquire
    )
        : model_(model), patience_(options.patience), door_(door), runner_(options.patience) {}
    bench(bench const&) = delete;
    bench& operator=(bench const&) = delete;
    ~bench() {
        if (runner_.is_foreign(
            )) { // the storage's threads end with it, and are out of the context then
            living_.clear();
            current_.reset();
            storage_.reset();
        }
        runner_.give_up();
    }

    /// The limits of the storage. To be changed before the first use.
    table_limits limits{};
    /// The storage's clock, if it follows one. Use advance() once there is a server.
    manual_clock clock{time_point{std::chrono::sys_days{std::chrono::January / 1 / 2026}}};

    // The storage, and how it is opened ----------------------------------------------------------

    /// The storage; made at the first call.
    [[nodiscard]] storage_ref const& storage();
    /// Lets go of the storage, which closes it. Operations on it may still be tried.
    void close() { storage_.reset(); }
    /// The process dies, and another one opens the storage. Precondition: model.reopen.
    void reopen();
    /// One more connection, as another process has it. Precondition: model.attach.
    [[nodiscard]] any_storage attach() { return model_.attach(setup()); }
    /// Goes on with another connection.
    void use(any_storage const& connection) { current_ = connection.ref(); }
    /// The patience of the suite, for runners in other threads.
    [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }

    // The ten operations, each run to its end ----------------------------------------------------

    insert_answer insert(insert_request const& r) { return runner_.await(storage().insert(r)); }
    /// By the door of the case.
    acquire_answer acquire(acquire_request const& r);
    settle_answer settle(settle_request const& r) { return runner_.await(storage().settle(r)); }
    tick_answer tick(tick_request const& r) { return runner_.await(storage().tick(r)); }
    change_answer change(change_request const& r) { return runner_.await(storage().change(r)); }
    recurring_answer recurring(recurring_request const& r) {
        return runner_.await(storage().recurring(r));
    }
    queues_answer queues(queues_request const& r) { return runner_.await(storage().queues(r)); }
    servers_answer servers(servers_request const& r) { return runner_.await(storage().servers(r)); }
    read_answer read(read_request const& r) { return runner_.await(storage().read(r)); }
    /// Starts a wait.
    started_wait& start(wait_terms terms) { return runner_.start(storage(), std::move(terms)); }
    /// Runs until the wait has ended, and gives why. Throws its error.
    wait_status end_of(started_wait& w, place const& where = place::current());
    /// Both.
    wait_status wait(wait_terms terms, place const& where = place::current()) {
        return end_of(start(std::move(terms)), where);
    }
    /// Waits, again after each end without a reason, until the time has come.
    void wait_for_timeout(wait_terms const& terms, place const& where = place::current());

    // Time ---------------------------------------------------------------------------------------

    /// The storage's time.
    [[nodiscard]] time_point now();
    /// Lets time pass, and every server that lives be heard of meanwhile. What falls due has done so.
    void advance(duration d);
    /// What the storage told of meanwhile.
    std::vector<storage_notice> notices{};
    std::vector<storage_notice> unhandled{}; // those that concern no one job

    // Jobs ---------------------------------------------------------------------------------------

    /// An id that was not used before.
    [[nodiscard]] job_id new_id();
    /// A job with a fresh id.
    [[nodiscard]] new_job job(std::string type = "work", job_settings settings = {});
    /// A job with a unique key.
    [[nodiscard]] new_job keyed(
        std::string key,
        unique_hold hold = unique_hold::unfinished,
        duplicate_policy on_duplicate = duplicate_policy::ignore
    );
    /// A job with a limit key.
    [[nodiscard]] new_job limited(std::string key, std::uint32_t limit = 1);
    /// A job that waits for another.
    [[nodiscard]] new_job after(job_id parent, parent_condition on = parent_condition::on_success);
    /// Inserts one job and gives the answer for it.
    insert_result insert_one(new_job const& j);
    /// Inserts one job, which must be new.
    job_id put(new_job const& j, place const& where = place::current());
    /// Inserts `count` ordinary jobs, one after the other.
    std::vector<job_id> put_many(std::size_t count);
    /// The job as it is now; fails if it is not there.
    [[nodiscard]] job_record get(job_id id, place const& where = place::current());
    /// True if the storage knows the job.
    [[nodiscard]] bool knows(job_id id);
    /// Fails unless the job is in this state.
    void expect_state(job_id id, job_state state, place const& where = place::current());

    // Servers and runs ---------------------------------------------------------------------------

    /// Announces a server of these types, each in its first form; it lives until it is killed.
    server_instance server(std::vector<std::string> const& types = {"work"});
    /// Announces this one.
    server_instance announce(server_announce const& a);
    /// The server dies without a farewell; returns when another one could have noticed.
    void kill(server_instance s);
    /// The server leaves.
    void retire(server_instance s);
    /// Takes up to `limit` jobs from one queue.
    std::vector<acquired_job>
    take(server_instance s, std::uint32_t limit = 1'000, std::string_view queue = "default");
    /// Takes one job; fails if there is none.
    acquired_job take_one(server_instance s, place const& where = place::current());
    /// An end of this kind; failures have an error, retries and snoozes come back in a minute.
    [[nodiscard]] run_outcome outcome(acquired_job const& run, outcome_kind kind);
    /// Settles one outcome and gives its status.
    settle_status settle_one(server_instance s, run_outcome const& o);
    /// Ends a run, which must count.
    void finish(
        server_instance s,
        acquired_job const& run,
        outcome_kind kind = outcome_kind::succeeded,
        place const& where = place::current()
    );
    /// Inserts a job and runs it to this end.
    job_id put_and_finish(
        server_instance s, outcome_kind kind = outcome_kind::succeeded, std::string type = "work"
    );
    /// The signals a server gets from now on.
    std::vector<run_signal> signals(server_instance s);

    // Short words --------------------------------------------------------------------------------

    /// Changes these jobs.
    change_answer change_ids(
        change_kind kind, std::vector<job_id> const& ids, change_request more = change_request{}
    );
    /// The totals.
    [[nodiscard]] storage_counts counts() { return read(read_counts{}).counts; }
    /// The jobs that a filter finds, in one page.
    [[nodiscard]] std::vector<job_id> find(job_filter const& filter);
    /// All that can be seen of the storage, as text, but for counters of refusals.
    [[nodiscard]] std::string picture();
    /// Fails unless the call is refused with this error and changes nothing.
    template <class Action>
    void expect_refused(errc code, Action&& action, place const& where = place::current()) {
        auto const before = picture();
        expect_error(code, std::forward<Action>(action), "the call", where);
        expect(picture() == before, "a refused call to change nothing", where);
    }

private:
    [[nodiscard]] conformance_setup setup() {
        conformance_setup s;
        s.clock = clock;
        s.limits = limits;
        return s;
    }

    conformance_model const& model_;
    std::chrono::milliseconds patience_;
    conformance_door door_;
    std::uint64_t last_id_ = 0;
    std::optional<any_storage> storage_;
    std::optional<storage_ref> current_;
    struct living_server {
        std::shared_ptr<void const> presence;
        std::optional<duration> lease;
    };
    std::map<server_instance, living_server> living_;
    runner runner_; // dies first: what hangs in it looks at the others
};

/// The ids of acquired jobs, in their order.
[[nodiscard]] inline std::vector<job_id> ids_of(std::vector<acquired_job> const& jobs) {
    std::vector<job_id> ids;
    for (auto const& j : jobs) {
        ids.push_back(j.id);
    }
    return ids;
}

/// The first whole millisecond that is not before `t`: the latest next due time to be told for it.
[[nodiscard]] inline time_point to_milliseconds(time_point t) {
    return std::chrono::ceil<std::chrono::milliseconds>(t);
}

/// `ids` in ascending order, to compare where order is free.
[[nodiscard]] inline std::vector<job_id> sorted(std::vector<job_id> ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace cofire::testing::conformance

#include <cofire/testing/conformance/bench_bodies.hpp>

#endif
