// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/testing/simulation_checker.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using cofire::cancellation_reason;
using cofire::job_id;
using cofire::outcome_kind;
using cofire::settle_status;
using cofire::testing::simulated_end;

/// Tells a checker of a world that need not be true.
struct story {
    cofire::testing::manual_clock clock{
        cofire::time_point{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}}};
    cofire::testing::simulation_history history{clock};
    cofire::testing::simulation_checker checker{clock, history};
    std::vector<cofire::new_job> jobs{};

    story() {
        for (std::uint32_t process : {1U, 2U}) {
            cofire::server_announce a;
            a.types.push_back({.name = "t"});
            a.queues.emplace_back("default");
            checker.announced(process, process, a);
        }
    }

    [[nodiscard]] cofire::time_point now() const { return clock.wall_now(); }

    /// A job that is inserted, after `change` was made to it.
    job_id insert(
        std::function<void(cofire::new_job&)> const& change = {},
        cofire::insert_status status = cofire::insert_status::inserted
    ) {
        cofire::new_job job;
        job.id = job_id::make(now(), 1, jobs.size());
        job.type = "t";
        job.arguments = "[1]";
        job.settings = std::make_shared<cofire::job_settings const>();
        if (change) {
            change(job);
        }
        jobs.push_back(job);
        std::vector<cofire::new_job> const one{job};
        cofire::insert_answer answer{.now = now()};
        answer.results.push_back({.id = job.id, .status = status});
        checker.inserted({.jobs = one}, answer);
        checker.acknowledged({.jobs = one}, answer);
        return job.id;
    }

    [[nodiscard]] cofire::new_job const& asked(job_id id) const {
        for (cofire::new_job const& job : jobs) {
            if (job.id == id) {
                return job;
            }
        }
        throw std::out_of_range("no such job");
    }

    [[nodiscard]] cofire::acquired_job taken(job_id id, cofire::epoch_type epoch) const {
        cofire::new_job const& job = asked(id);
        cofire::acquired_job result;
        result.id = id;
        result.epoch = epoch;
        result.type = job.type;
        result.arguments = job.arguments;
        result.settings = job.settings;
        return result;
    }

    void acquire(cofire::acquired_job const& job, cofire::server_instance server = 1) {
        std::vector<cofire::take> const takes{{.queue = "default"}};
        cofire::acquire_request const request{.server = server, .takes = takes, .limit = 1};
        cofire::acquire_answer answer{.now = now()};
        answer.jobs.push_back(job);
        checker.acquired(static_cast<std::uint32_t>(server), request, answer);
    }
    void acquire(job_id id, cofire::epoch_type epoch, cofire::server_instance server = 1) {
        acquire(taken(id, epoch), server);
    }

    void start(job_id id, cofire::epoch_type epoch, std::uint32_t process = 1) {
        checker.run_started(process, taken(id, epoch));
    }
    void
    end(job_id id,
        cofire::epoch_type epoch,
        simulated_end how = simulated_end::returned,
        cancellation_reason why = cancellation_reason::none) {
        checker.run_ended(1, id, epoch, how, why);
    }

    void settle(
        job_id id,
        cofire::epoch_type epoch,
        outcome_kind kind = outcome_kind::succeeded,
        settle_status status = settle_status::done,
        std::function<void(cofire::run_outcome&)> const& change = {}
    ) {
        std::vector<cofire::run_outcome> outcomes(1);
        outcomes[0].id = id;
        outcomes[0].epoch = epoch;
        outcomes[0].kind = kind;
        if (change) {
            change(outcomes[0]);
        }
        cofire::settle_answer answer{.now = now()};
        answer.results.push_back(status);
        checker.settled(1, {.server = 1, .outcomes = outcomes}, answer);
    }

    void run(job_id id, cofire::epoch_type epoch) {
        acquire(id, epoch);
        start(id, epoch);
        end(id, epoch);
        settle(id, epoch);
    }

    void change(job_id id, cofire::change_kind kind) {
        std::vector<job_id> const ids{id};
        cofire::change_request request;
        request.kind = kind;
        request.ids = ids;
        checker.changed(request, {.now = now(), .changed = 1});
    }

    [[nodiscard]] cofire::job_record record(job_id id, cofire::job_state state) const {
        cofire::new_job const& job = asked(id);
        cofire::job_record r;
        r.id = id;
        r.type = job.type;
        r.arguments = job.arguments;
        r.settings = job.settings;
        r.state = state;
        r.reason = "a reason";
        r.parents = job.parents;
        return r;
    }
    /// With another priority than most.
    job_id insert_urgent() {
        return insert([](cofire::new_job& job) {
            cofire::job_settings settings;
            settings.priority = 9;
            job.settings = std::make_shared<cofire::job_settings const>(settings);
        });
    }
    /// Nobody has anything to do, and `id` waits in line.
    void idle(job_id id) {
        auto r = record(id, cofire::job_state::enqueued);
        r.due = asked(id).due.value_or(r.due);
        std::vector<cofire::job_record> const one{r};
        checker.look_for_late(one);
    }
    void audit(std::vector<cofire::job_record> const& records) { checker.audit(records); }

    /// True if the rule, and no other, was reported.
    [[nodiscard]] bool found(std::string_view rule) const {
        return checker.problem().starts_with(std::string(rule) + ":");
    }
};

BOOST_AUTO_TEST_SUITE(simulation_checker_test)

BOOST_AUTO_TEST_CASE(a_true_story_breaks_no_rule) {
    story s;
    auto const a = s.insert();
    s.run(a, 1);
    auto const b = s.insert();
    s.acquire(b, 2);
    s.start(b, 2);
    s.end(b, 2, simulated_end::destroyed);
    s.checker.server_died(1);
    auto again = s.taken(b, 3);
    again.lost = 1;
    s.acquire(again, 2);
    auto done = s.record(a, cofire::job_state::succeeded);
    done.epoch = 1;
    done.attempt = 1;
    auto held = s.record(b, cofire::job_state::processing);
    held.epoch = 3;
    held.lost = 1;
    s.audit({done, held});
    BOOST_TEST(s.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i1_a_job_that_is_gone) {
    story s;
    s.insert();
    s.audit({});
    BOOST_TEST(s.found("I1"));
}

BOOST_AUTO_TEST_CASE(i1_a_job_is_deleted_without_a_cause) {
    story s;
    auto const id = s.insert();
    s.audit({s.record(id, cofire::job_state::deleted)});
    BOOST_TEST(s.found("I1"));
    BOOST_TEST((s.checker.problem_job() == id));
    BOOST_TEST(s.checker.problem().find("a reason") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(i1_a_job_is_deleted_before_it_has_expired) {
    for (auto const passed : {1s - 1us, cofire::duration{1s}}) {
        story s;
        auto const id = s.insert([](cofire::new_job& job) {
            cofire::job_settings settings;
            settings.expires = 1s;
            job.settings = std::make_shared<cofire::job_settings const>(settings);
        });
        s.clock.advance(passed);
        s.checker.time_moved();
        s.audit({s.record(id, cofire::job_state::deleted)});
        BOOST_TEST(s.found("I1") == (passed < 1s));
        BOOST_TEST(s.checker.problem().empty() == (passed >= 1s));
    }
}

BOOST_AUTO_TEST_CASE(i1_a_job_is_deleted_for_its_parents_end) {
    using cofire::job_state;
    for (auto const on :
         {cofire::parent_condition::on_success,
          cofire::parent_condition::on_failure,
          cofire::parent_condition::on_any_end}) {
        story s;
        auto const parent = s.insert();
        auto const child =
            s.insert([&](cofire::new_job& job) { job.parents = {{.id = parent, .on = on}}; });
        s.run(parent, 1);
        auto done = s.record(parent, job_state::succeeded);
        done.epoch = 1;
        done.attempt = 1;
        s.audit({done, s.record(child, job_state::deleted)});
        bool const cause = on == cofire::parent_condition::on_failure;
        BOOST_TEST(s.found("I1") == !cause);
        BOOST_TEST(s.checker.problem().empty() == cause);
    }
}

BOOST_AUTO_TEST_CASE(i1_a_continuation_is_deleted_while_its_parent_waits) {
    using cofire::job_state;
    story s;
    auto const parent = s.insert();
    auto const child = s.insert([&](cofire::new_job& job) { job.parents = {{.id = parent}}; });
    s.audit({s.record(parent, job_state::enqueued), s.record(child, job_state::deleted)});
    BOOST_TEST(s.found("I1"));
    BOOST_TEST((s.checker.problem_job() == child));
}

BOOST_AUTO_TEST_CASE(i1_a_job_is_deleted_as_a_user_asked) {
    using cofire::job_state;
    story s;
    auto const parent = s.insert();
    auto const child = s.insert([&](cofire::new_job& job) { job.parents = {{.id = parent}}; });
    s.change(parent, cofire::change_kind::delete_job);
    s.audit({s.record(parent, job_state::deleted), s.record(child, job_state::deleted)});
    BOOST_TEST(s.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i1_a_job_is_deleted_for_one_with_its_key) {
    using cofire::job_state;
    for (auto const status : {cofire::insert_status::inserted, cofire::insert_status::replaced}) {
        story s;
        auto const keyed = [](cofire::new_job& job) {
            job.unique_key = cofire::unique_key_spec{.text = "global/k"};
        };
        auto const old = s.insert(keyed);
        auto const id = s.insert(keyed, status);
        bool const cause = status == cofire::insert_status::replaced;
        s.audit({s.record(old, job_state::deleted), s.record(id, job_state::enqueued)});
        BOOST_TEST(s.found("I1") == !cause);
        BOOST_TEST(s.checker.problem().empty() == cause);
    }
}

BOOST_AUTO_TEST_CASE(i2_a_job_that_nobody_inserted) {
    story s;
    auto const id = s.insert();
    auto stranger = s.record(id, cofire::job_state::enqueued);
    stranger.id = job_id::make(s.now(), 7, 7);
    s.audit({s.record(id, cofire::job_state::enqueued), stranger});
    BOOST_TEST(s.found("I2"));
}

BOOST_AUTO_TEST_CASE(i2_other_arguments) {
    story s;
    auto job = s.taken(s.insert(), 1);
    job.arguments = "[2]";
    s.acquire(job);
    BOOST_TEST(s.found("I2"));
}

BOOST_AUTO_TEST_CASE(i3_a_run_that_returned_is_handed_back) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.start(id, 1);
    s.end(id, 1);
    s.settle(id, 1, outcome_kind::released);
    BOOST_TEST(s.found("I3"));
}

BOOST_AUTO_TEST_CASE(i4_success_without_a_run) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.settle(id, 1);
    BOOST_TEST(s.found("I4"));
}

BOOST_AUTO_TEST_CASE(i4_failure_without_an_error) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.start(id, 1);
    s.end(id, 1, simulated_end::threw);
    s.settle(id, 1, outcome_kind::failed);
    BOOST_TEST(s.found("I4"));
}

BOOST_AUTO_TEST_CASE(i5_a_second_commit) {
    story s;
    auto const id = s.insert();
    s.run(id, 1);
    s.settle(id, 1);
    BOOST_TEST(s.found("I5"));
}

BOOST_AUTO_TEST_CASE(i5_a_stale_one_commits) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.start(id, 1);
    s.checker.server_died(1);
    auto again = s.taken(id, 2);
    again.lost = 1;
    s.acquire(again, 2);
    s.end(id, 1);
    s.settle(id, 1);
    BOOST_TEST(s.found("I5"));
}

BOOST_AUTO_TEST_CASE(i5_the_holder_is_refused) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.settle(id, 1, outcome_kind::released, settle_status::stale);
    BOOST_TEST(s.found("I5"));
}

BOOST_AUTO_TEST_CASE(i6_an_epoch_that_does_not_grow) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 5);
    s.settle(id, 5, outcome_kind::released);
    s.acquire(id, 5);
    BOOST_TEST(s.found("I6"));
}

BOOST_AUTO_TEST_CASE(i6_a_job_runs_after_its_end) {
    story s;
    auto const id = s.insert();
    s.run(id, 1);
    auto job = s.taken(id, 2);
    job.attempt = 1;
    s.acquire(job);
    BOOST_TEST(s.found("I6"));
}

BOOST_AUTO_TEST_CASE(i6_a_history_off_the_table) {
    story s;
    auto const id = s.insert();
    s.run(id, 1);
    auto record = s.record(id, cofire::job_state::succeeded);
    record.epoch = 1;
    record.attempt = 1;
    record.history.resize(2);
    record.history[1].state = cofire::job_state::succeeded; // without having been processing
    cofire::storage_counts counts;
    counts.by_state[static_cast<std::size_t>(cofire::job_state::succeeded)] = 1;
    counts.inserted = 1;
    counts.succeeded = 1;
    s.checker.finish(std::vector{record}, counts);
    BOOST_TEST(s.found("I6"));
}

BOOST_AUTO_TEST_CASE(i7_two_servers_hold_one_job) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1, 1);
    s.acquire(id, 2, 2);
    BOOST_TEST(s.found("I7"));
}

BOOST_AUTO_TEST_CASE(i7_one_run_is_started_twice) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.start(id, 1);
    s.start(id, 1);
    BOOST_TEST(s.found("I7"));
}

BOOST_AUTO_TEST_CASE(i7_a_run_is_started_under_a_lease_known_to_be_lost) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.checker.server_died(1);
    s.start(id, 1); // it does not know yet
    BOOST_TEST(s.checker.problem() == "");
    auto const other = s.insert();
    s.acquire(other, 2, 2);
    s.checker.server_died(2);
    s.checker.announced(2, 3, {});
    s.start(other, 2, 2);
    BOOST_TEST(s.found("I7"));
}

BOOST_AUTO_TEST_CASE(i8_nobody_holds_a_job_that_is_processing) {
    story s;
    auto const id = s.insert();
    s.audit({s.record(id, cofire::job_state::processing)});
    BOOST_TEST(s.found("I8"));
}

BOOST_AUTO_TEST_CASE(i9_a_continuation_waits_for_ever) {
    story s;
    auto const parent = s.insert();
    auto const child = s.insert([&](cofire::new_job& job) { job.parents = {{.id = parent}}; });
    s.run(parent, 1);
    auto done = s.record(parent, cofire::job_state::succeeded);
    done.epoch = 1;
    done.attempt = 1;
    s.audit({done, s.record(child, cofire::job_state::awaiting)});
    BOOST_TEST(s.found("I9"));
}

BOOST_AUTO_TEST_CASE(i9_a_continuation_runs_before_its_parent_has_ended) {
    story s;
    auto const parent = s.insert();
    auto const child = s.insert([&](cofire::new_job& job) { job.parents = {{.id = parent}}; });
    auto job = s.taken(child, 1);
    job.parents.push_back({.id = parent});
    s.acquire(job);
    BOOST_TEST(s.found("I9"));
}

BOOST_AUTO_TEST_CASE(i11_two_jobs_hold_one_key) {
    story s;
    auto const keyed = [](cofire::new_job& job) {
        job.unique_key = cofire::unique_key_spec{.text = "global/k"};
    };
    auto const a = s.insert(keyed);
    auto const b = s.insert(keyed);
    using cofire::job_state;
    s.audit({s.record(a, job_state::enqueued), s.record(b, job_state::enqueued)});
    BOOST_TEST(s.found("I11"));
}

BOOST_AUTO_TEST_CASE(i12_too_early) {
    story s;
    auto const id = s.insert([&](cofire::new_job& job) { job.due = s.now() + 1s; });
    s.acquire(id, 1);
    BOOST_TEST(s.found("I12"));
}

BOOST_AUTO_TEST_CASE(i12_a_clock_that_was_set_back_makes_nothing_early) {
    story s;
    auto const id = s.insert([&](cofire::new_job& job) { job.due = s.now() + 1s; });
    s.clock.advance(1s);
    s.checker.time_moved();
    s.clock.jump(-1h);
    s.checker.time_moved();
    s.acquire(id, 1);
    BOOST_TEST(s.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i13_one_occurrence_fires_once) {
    story s;
    cofire::recurring_definition d;
    d.cron = "* * * * * *";
    d.misfire = cofire::misfire_policy::skip;
    cofire::recurring_request const put =
        cofire::recurring_put{.id = "r", .definition = &d, .next = s.now()};
    s.checker.recurred(put, {.now = s.now(), .changed = true});
    std::vector<cofire::recurring_firing> firings(1);
    firings[0].id = "r";
    firings[0].expected = s.now();
    firings[0].next = s.now() + 1s;
    firings[0].skipped = 1;
    cofire::recurring_request const fire = cofire::recurring_fire{.firings = firings};
    cofire::recurring_answer answer{.now = s.now()};
    answer.fired.push_back({.status = cofire::fire_status::skipped});
    s.checker.recurred(fire, answer);
    BOOST_TEST(s.checker.problem() == "");
    s.checker.recurred(fire, answer);
    BOOST_TEST(s.found("I13"));
}

BOOST_AUTO_TEST_CASE(i13_an_occurrence_that_is_neither_run_nor_counted) {
    story s;
    cofire::recurring_definition d;
    d.cron = "* * * * * *";
    cofire::recurring_request const put =
        cofire::recurring_put{.id = "r", .definition = &d, .next = s.now()};
    s.checker.recurred(put, {.now = s.now(), .changed = true});
    std::vector<cofire::recurring_firing> firings(1);
    firings[0].id = "r";
    firings[0].expected = s.now();
    firings[0].next = s.now() + 2s;
    firings[0].skipped = 1;
    cofire::recurring_answer answer{.now = s.now()};
    answer.fired.push_back({.status = cofire::fire_status::skipped});
    s.checker.recurred(cofire::recurring_fire{.firings = firings}, answer);
    BOOST_TEST(s.found("I13"));
}

// Three occurrences have passed; `made` are those that became jobs.
std::string misfire(cofire::misfire_policy policy, std::vector<int> const& made) {
    story s;
    cofire::recurring_definition d;
    d.cron = "* * * * * *";
    d.misfire = policy;
    cofire::recurring_request const put =
        cofire::recurring_put{.id = "r", .definition = &d, .next = s.now()};
    s.checker.recurred(put, {.now = s.now(), .changed = true});
    std::vector<cofire::new_job> jobs;
    cofire::recurring_answer answer{.now = s.now()};
    answer.fired.push_back({.status = cofire::fire_status::fired});
    for (int const second : made) {
        cofire::new_job& job = jobs.emplace_back();
        job.id = job_id::make(s.now(), 2, jobs.size());
        job.settings = std::make_shared<cofire::job_settings const>();
        job.occurrence = s.now() + std::chrono::seconds{second};
        answer.fired[0].jobs.push_back({.id = job.id, .status = cofire::insert_status::inserted});
    }
    std::vector<cofire::recurring_firing> firings(1);
    firings[0].id = "r";
    firings[0].expected = s.now();
    firings[0].next = s.now() + 3s;
    firings[0].skipped = 3 - made.size();
    firings[0].jobs = jobs;
    s.clock.advance(3s);
    s.checker.recurred(cofire::recurring_fire{.firings = firings}, answer);
    return s.checker.problem();
}

BOOST_AUTO_TEST_CASE(i13_missed_occurrences_are_served_as_the_definition_says) {
    using policy = cofire::misfire_policy;
    BOOST_TEST(misfire(policy::once, {2}) == "");
    BOOST_TEST(misfire(policy::all, {0, 1, 2}) == "");
    BOOST_TEST(misfire(policy::skip, {}) == "");
    for (auto const& wrong :
         {misfire(policy::once, {0}),
          misfire(policy::once, {}),
          misfire(policy::all, {2}),
          misfire(policy::all, {0, 2, 1}),
          misfire(policy::skip, {2})}) {
        BOOST_TEST(wrong.starts_with("I13:"), wrong);
    }
}

BOOST_AUTO_TEST_CASE(i14_a_miscounted_attempt) {
    story s;
    auto job = s.taken(s.insert(), 1);
    job.attempt = 1;
    s.acquire(job);
    BOOST_TEST(s.found("I14"));
}

// A job that is to be tried again a second after its end is tried again at `at` after it.
std::string retry(cofire::duration at) {
    story s;
    auto const id = s.insert([](cofire::new_job& job) {
        cofire::job_settings settings;
        settings.delays = {1s};
        job.settings = std::make_shared<cofire::job_settings const>(settings);
    });
    s.acquire(id, 1);
    s.start(id, 1);
    s.end(id, 1, simulated_end::threw);
    s.settle(id, 1, outcome_kind::retry, settle_status::done, [&](cofire::run_outcome& o) {
        o.error.emplace();
        o.at = s.now() + at;
    });
    return s.checker.problem();
}

BOOST_AUTO_TEST_CASE(i14_a_retry_too_early_or_too_late) {
    BOOST_TEST(retry(1s) == "");
    BOOST_TEST(retry(1s - 1us).starts_with("I14:"));
    BOOST_TEST(retry(3s).starts_with("I14:"));
}

BOOST_AUTO_TEST_CASE(i15_a_deleted_job_runs) {
    story s;
    auto const id = s.insert();
    s.change(id, cofire::change_kind::delete_job);
    s.acquire(id, 1);
    BOOST_TEST(s.found("I15"));
}

BOOST_AUTO_TEST_CASE(i15_the_wrong_run_is_stopped) {
    for (auto const why :
         {cancellation_reason::none,
          cancellation_reason::timeout,
          cancellation_reason::deleted,
          cancellation_reason::cancelled,
          cancellation_reason::shutdown,
          cancellation_reason::lease_lost}) {
        story s;
        auto const id = s.insert();
        s.acquire(id, 1);
        s.start(id, 1);
        s.end(id, 1, simulated_end::stopped, why);
        BOOST_TEST_CONTEXT(cofire::to_string(why)) {
            BOOST_TEST(s.found("I15"));
        }
    }
}

BOOST_AUTO_TEST_CASE(i15_the_right_run_is_stopped) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.start(id, 1);
    s.change(id, cofire::change_kind::cancel);
    s.end(id, 1, simulated_end::stopped, cancellation_reason::cancelled);
    BOOST_TEST(s.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i15_a_run_over_its_timeout_is_not_asked_to_stop) {
    story s;
    auto const id = s.insert([](cofire::new_job& job) {
        cofire::job_settings settings;
        settings.timeout = 1s;
        job.settings = std::make_shared<cofire::job_settings const>(settings);
    });
    s.acquire(id, 1);
    s.start(id, 1);
    s.clock.advance(1s);
    s.checker.still_runs(id, 1, cancellation_reason::none);
    s.clock.advance(1s);
    s.checker.still_runs(id, 1, cancellation_reason::timeout);
    BOOST_TEST(s.checker.problem() == "");
    s.checker.still_runs(id, 1, cancellation_reason::none);
    BOOST_TEST(s.found("I15"));
}

BOOST_AUTO_TEST_CASE(i15_a_run_is_not_told_that_it_was_cancelled) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.start(id, 1);
    s.checker.still_runs(id, 1, cancellation_reason::none);
    s.change(id, cofire::change_kind::cancel);
    s.checker.still_runs(id, 1, cancellation_reason::cancelled);
    BOOST_TEST(s.checker.problem() == "");
    s.checker.still_runs(id, 1, cancellation_reason::none);
    BOOST_TEST(s.found("I15"));
}

BOOST_AUTO_TEST_CASE(i7_a_server_that_stops_keeps_what_has_not_started) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.checker.look_for_late({});
    BOOST_TEST(s.checker.problem() == "");
    s.checker.stop_asked(1);
    s.checker.look_for_late({});
    BOOST_TEST(s.found("I7"));
}

BOOST_AUTO_TEST_CASE(i7_a_server_has_stopped_and_not_retired) {
    story s;
    s.checker.server_retired(1);
    s.checker.stopped(1);
    BOOST_TEST(s.checker.problem() == "");
    s.checker.stopped(2);
    BOOST_TEST(s.found("I7"));
}

// It may have asked for jobs before it dealt with the answer that told it.
BOOST_AUTO_TEST_CASE(a_server_that_is_told_to_rest_does_so_from_its_next_tick_on) {
    story s;
    s.checker.ticks(1);
    s.checker.told_to_rest(1);
    BOOST_TEST(!s.checker.rests(1));
    s.checker.ticks(1);
    BOOST_TEST(s.checker.rests(1));
    BOOST_TEST(!s.checker.rests(2));
}

BOOST_AUTO_TEST_CASE(i16_more_run_than_the_limit_allows) {
    story s;
    auto const limited = [](cofire::new_job& job) { job.limits = {{.key = "k", .limit = 1}}; };
    auto const a = s.insert(limited);
    auto const b = s.insert(limited);
    s.acquire(a, 1);
    s.acquire(b, 2);
    BOOST_TEST(s.found("I16"));
}

BOOST_AUTO_TEST_CASE(i17_a_paused_queue_is_served) {
    story s;
    auto const id = s.insert();
    s.checker.queue_paused("default", true);
    s.acquire(id, 1);
    BOOST_TEST(s.found("I17"));
}

BOOST_AUTO_TEST_CASE(i17_a_later_job_overtakes) {
    story s;
    s.insert();
    s.acquire(s.insert(), 1);
    BOOST_TEST(s.found("I17"));

    story right;
    right.insert();
    right.insert();
    right.acquire(right.jobs[0].id, 1);
    right.acquire(right.jobs[1].id, 2);
    BOOST_TEST(right.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i17_the_less_urgent_job_comes_first) {
    story s;
    auto const usual = s.insert();
    s.insert_urgent();
    s.acquire(usual, 1);
    BOOST_TEST(s.found("I17"));

    story right;
    right.insert();
    right.acquire(right.insert_urgent(), 1);
    BOOST_TEST(right.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i17_what_is_not_ready_is_not_overtaken) {
    story s;
    s.insert([&](cofire::new_job& job) { job.due = s.now() + 1s; });
    s.insert([](cofire::new_job& job) { job.type = "nobody's"; });
    s.insert([](cofire::new_job& job) { job.limits.push_back({.key = "k", .limit = 1}); });
    auto const parent = s.insert();
    s.insert([&](cofire::new_job& job) { job.parents.push_back({.id = parent}); });
    s.acquire(parent, 1);
    s.acquire(s.insert(), 2);
    BOOST_TEST(s.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i12_a_job_that_is_due_and_does_not_start) {
    story s;
    auto const id = s.insert();
    s.clock.advance(1s);
    s.idle(id);
    BOOST_TEST(s.found("I12"));
}

BOOST_AUTO_TEST_CASE(i5_the_end_of_a_run_is_told_to_nobody) {
    story s;
    auto const id = s.insert();
    s.acquire(id, 1);
    s.start(id, 1);
    s.checker.look_for_late({});
    BOOST_TEST(s.checker.problem() == ""); // it runs
    s.end(id, 1);
    s.checker.look_for_late({});
    BOOST_TEST(s.found("I5"));
}

BOOST_AUTO_TEST_CASE(i12_what_waits_for_something_else_is_not_late) {
    story s;
    auto const later = s.insert([&](cofire::new_job& job) { job.due = s.now() + 5s; });
    auto const unhandled = s.insert([](cofire::new_job& job) { job.type = "nobody's"; });
    auto const limited = [](cofire::new_job& job) {
        job.limits.push_back({.key = "k", .limit = 1});
    };
    auto const taken = s.insert(limited);
    auto const held_back = s.insert(limited);
    s.acquire(taken, 1);
    s.clock.advance(1s);
    s.idle(later);
    s.idle(unhandled);
    s.idle(held_back);
    BOOST_TEST(s.checker.problem() == "");
    auto const paused = s.insert();
    s.checker.queue_paused("default", true);
    s.clock.advance(1s);
    s.idle(paused);
    BOOST_TEST(s.checker.problem() == "");
    s.checker.queue_paused("default", false);
    s.checker.server_died(2); // the other one holds a job
    s.idle(paused);
    BOOST_TEST(s.checker.problem() == "");
}

BOOST_AUTO_TEST_CASE(i21_a_read_does_not_see_what_was_stored) {
    story s;
    auto const id = s.insert();
    std::vector<job_id> const ids{id, job_id::make(s.now(), 7, 7)};
    auto const stored = s.checker.stored(ids);
    cofire::read_answer answer{.now = s.now()};
    answer.jobs.push_back(s.record(id, cofire::job_state::enqueued));
    s.checker.read(stored, answer);
    BOOST_TEST(s.checker.problem() == "");
    answer.jobs.clear();
    s.checker.read(stored, answer);
    BOOST_TEST(s.found("I21"));
}

BOOST_AUTO_TEST_CASE(i18_a_counter_that_is_wrong) {
    story s;
    s.checker.finish({}, {.inserted = 1});
    BOOST_TEST(s.found("I18"));
}

BOOST_AUTO_TEST_CASE(the_first_rule_that_broke_is_kept) {
    story s;
    s.checker.report("I1", {}, "first");
    s.checker.report("I2", {}, "second");
    BOOST_TEST(s.checker.problem() == "I1: first");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
