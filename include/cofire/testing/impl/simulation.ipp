// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_IPP

#include <cofire/handler/detail/sleep.hpp>
#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/simulation.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <utility>

namespace cofire::testing {

/// One process: a context, and what runs on it. Its end is the end of the context.
struct simulation::process {
    std::uint32_t number = 0;
    std::optional<std::size_t> workload{}; // of a client
    std::unique_ptr<cofire::registry> handlers{};
    std::unique_ptr<asio::io_context> context{};
    std::shared_ptr<simulation_storage> link{};
    std::unique_ptr<cofire::server> server{};
    std::exception_ptr error{};
    bool ended = false; // its server's run(), or its workload
    steady_point stalled_until{};
    steady_point starts_at{};
    std::uint64_t lives = 0;

    [[nodiscard]] bool alive() const { return context != nullptr; }
};

namespace detail {

/// Takes note of a run as the handler's side sees it, also if its process dies.
class run_note {
public:
    run_note(std::shared_ptr<simulation_world> world, std::uint32_t process, job_context& ctx)
        : world_(std::move(world)), process_(process), id_(ctx.id()), epoch_(ctx.epoch()) {
        acquired_job job;
        job.id = id_;
        job.epoch = epoch_;
        job.arguments = ctx.arguments();
        world_->checker.run_started(process_, job);
    }
    run_note(run_note const&) = delete;
    run_note& operator=(run_note const&) = delete;
    ~run_note() {
        if (!ended_) {
            end(simulated_end::destroyed, cancellation_reason::none);
        }
    }

    void end(simulated_end how, cancellation_reason why) {
        ended_ = true;
        world_->checker.run_ended(process_, id_, epoch_, how, why);
    }

private:
    std::shared_ptr<simulation_world> world_;
    std::uint32_t process_;
    job_id id_;
    epoch_type epoch_;
    bool ended_ = false;
};

inline bool is_abort(std::exception_ptr const& e) {
    try {
        std::rethrow_exception(e);
    } catch (boost::system::system_error const& known) {
        return known.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

COFIRE_DECL asio::awaitable<void> noted_run(
    std::shared_ptr<simulation_world> world,
    std::uint32_t process,
    job_context& ctx,
    next_handler next
) {
    run_note note(std::move(world), process, ctx);
    std::exception_ptr error;
    try {
        auto op = next();
        co_await std::move(op);
    } catch (...) {
        error = std::current_exception();
    }
    auto const why = ctx.cancellation_reason();
    if (!error) {
        note.end(simulated_end::returned, why);
    } else {
        note.end(is_abort(error) ? simulated_end::stopped : simulated_end::threw, why);
        std::rethrow_exception(error);
    }
}

/// A server that was stopped before it had begun.
inline bool was_stopped_unrun(std::exception_ptr const& e) {
    try {
        std::rethrow_exception(e);
    } catch (error const& known) {
        return known.value() == errc::stopped;
    } catch (...) {
        return false;
    }
}

/// A filter of a server's registry that calls noted_run.
struct run_filter {
    std::shared_ptr<simulation_world> world;
    std::uint32_t process;
    asio::awaitable<void> operator()(job_context& ctx, next_handler next) const {
        return noted_run(world, process, ctx, std::move(next));
    }
};

inline any_storage make_storage(simulation_options const& o, manual_clock const& clock) {
    if (o.storage) {
        return o.storage(clock);
    }
    constexpr duration for_ever = std::chrono::hours(24 * 365 * 10);
    table_limits limits; // what retention removes could not be looked at
    limits.keep_succeeded = for_ever;
    limits.keep_failed = for_ever;
    return memory_storage(memory_options(limits, clock));
}

} // namespace detail

COFIRE_DECL simulation::simulation(simulation_options options)
    : options_(std::move(options)),
      world_(std::make_shared<detail::simulation_world>(options_.seed, options_.start)),
      workload_random_(random_source::mix(options_.seed + 1)),
      storage_(detail::make_storage(options_, world_->clock)) {
    world_->faults = options_.faults;
    world_->lease = options_.lease;
    world_->checker.exact.hand_backs = !options_.lease;
    world_->checker.exact.times =
        options_.faults.slow_calls == 0 && options_.faults.clock_jumps == 0;
}

COFIRE_DECL simulation::~simulation() {
    for (auto const& p : processes_) {
        kill(*p);
    }
}

COFIRE_DECL void simulation::fail(std::string const& what) {
    constexpr std::size_t last_steps = 60;
    std::string of_job;
    if (job_id const id = world_->checker.problem_job(); !id.is_nil()) {
        of_job = "\nWhat became of the job:\n" + world_->history.last_of(id, last_steps);
    }
    throw simulation_failure(
        "seed " + std::to_string(options_.seed) + ": " + what + "\nThe last steps:\n" +
        world_->history.last(last_steps) + of_job
    );
}

COFIRE_DECL void simulation::check(std::string_view what, bool good) {
    if (!good) {
        fail("not so: " + std::string(what));
    }
}

COFIRE_DECL void simulation::check_problem() {
    if (!world_->checker.problem().empty()) {
        fail(world_->checker.problem());
    }
}

COFIRE_DECL asio::awaitable<void> simulation::sleep_for(duration d) const {
    return cofire::detail::sleep_for(world_->clock, d);
}

// Processes.

COFIRE_DECL void simulation::start_server(process& p) {
    p.context = std::make_unique<asio::io_context>(1);
    p.handlers = std::make_unique<cofire::registry>();
    p.link = std::make_shared<simulation_storage>(world_, storage_.ref(), p.number, true);
    p.ended = false;
    p.error = nullptr;
    server_options options;
    options.seed = random_source::mix(options_.seed * 1000 + p.number * 100 + p.lives++);
    simulated_server self{p.number, *p.handlers, options, p.context->get_executor()};
    p.handlers->add_filter(execution_filter(detail::run_filter{world_, p.number}));
    if (on_server_) {
        on_server_(self);
    }
    server_environment environment;
    environment.clock(world_->clock).log(options_.log);
    p.server = std::make_unique<cofire::server>(
        p.context->get_executor(), storage_ref(p.link), *p.handlers, options, environment
    );
    world_->history.add({.process = p.number, .what = "starts", .detail = {}});
    world_->checker.process_started(p.number);
    asio::co_spawn(*p.context, p.server->run(), [&p](std::exception_ptr e) {
        p.error = std::move(e);
        p.ended = true;
    });
}

COFIRE_DECL void simulation::start_client(process& p, client_function const& f) {
    p.context = std::make_unique<asio::io_context>(1);
    p.link = std::make_shared<simulation_storage>(world_, storage_.ref(), p.number, false);
    client_options options;
    options.clock = world_->clock;
    options.seed = random_source::mix(options_.seed * 1000 + p.number);
    client jobs(storage_ref(p.link), std::move(options));
    asio::co_spawn(*p.context, f(std::move(jobs)), [&p](std::exception_ptr e) {
        p.error = std::move(e);
        p.ended = true;
    });
}

/// Ends a process where it stands.
COFIRE_DECL void simulation::kill(process& p) {
    p.context.reset(); // its coroutines end first, while all they refer to is there
    p.server.reset();
    p.handlers.reset();
    p.link.reset();
}

/// What follows from what a process has just done.
COFIRE_DECL void simulation::look_after(process& p) {
    auto const tell = [&](char const* whose) {
        try {
            std::rethrow_exception(p.error);
        } catch (std::exception const& e) {
            fail(std::string(whose) + e.what());
        }
    };
    if (p.link->dying()) {
        kill(p);
    } else if (p.workload && p.error) {
        tell("a client's work threw: ");
    } else if (p.ended && p.server) {
        if (p.error && !world_->faulty && !detail::was_stopped_unrun(p.error)) {
            tell("a server ended with an error: "); // among faults it may have had to give up
        }
        world_->history.add({.process = p.number, .what = "has stopped"});
        kill(p);
    } else {
        return;
    }
    auto const pause = static_cast<duration::rep>(world_->random.below(5'000'000));
    p.starts_at = world_->clock.steady_now() + duration{pause};
}

// Steps.

COFIRE_DECL void simulation::move_clock(duration by, bool jump) {
    if (jump) {
        world_->history.add(
            {.what = by < duration{0} ? "the clock is set back" : "the clock is set on"}
        );
        world_->clock.jump(by);
    } else {
        world_->clock.advance(by);
    }
    world_->checker.time_moved();
    world_->end_leases();
    if (until_audit_-- == 0) {
        until_audit_ = 40;
        audit();
    }
}

COFIRE_DECL void simulation::pass_time() {
    auto const upto = [&](std::int64_t ms) {
        return duration{static_cast<duration::rep>(world_->random.below(ms * 1000)) + 1};
    };
    duration by{0};
    if (world_->faulty) {
        auto const which = world_->random.below(10);
        by = which < 5 ? upto(20) : which < 8 ? upto(500) : upto(5000);
    } else { // longer and longer while nothing happens
        by = calm_step_;
        calm_step_ = std::min<duration>(calm_step_ * 2, std::chrono::minutes{10});
    }
    if (options_.lease) { // who is awake renews in time
        by = std::min<duration>(by, *options_.lease / 4);
    }
    move_clock(by, false);
}

/// Something goes wrong, perhaps.
COFIRE_DECL void simulation::inject() {
    simulation_faults const& f = world_->faults;
    auto& random = world_->random;
    steady_point const now = world_->clock.steady_now();
    process& p = *processes_[random.below(processes_.size())];
    if (world_->happens(f.clock_jumps)) {
        constexpr std::int64_t most = 10 * 60 * 1'000'000;
        auto const by = static_cast<std::int64_t>(random.below(2 * most)) - most;
        move_clock(duration{by}, true);
    }
    if (p.workload || !p.alive()) {
        return;
    }
    if (world_->happens(f.deaths)) {
        world_->history.add({.process = p.number, .what = "dies"});
        kill(p);
        p.starts_at = now + duration{static_cast<duration::rep>(random.below(5'000'000))};
    } else if (world_->happens(f.stalls)) {
        duration const most = options_.lease ? *options_.lease * 3 : std::chrono::seconds{10};
        auto const us = random.below(static_cast<std::uint64_t>(most.count()));
        p.stalled_until = now + duration{static_cast<duration::rep>(us)};
        world_->history.add({.process = p.number, .what = "stands still", .number = us});
    } else if (world_->happens(f.stops)) {
        world_->history.add({.process = p.number, .what = "is asked to stop"});
        world_->checker.stop_asked(p.number);
        if (random.below(2) == 0) {
            p.server->stop();
        } else {
            p.server->stop_now();
        }
    }
}

/// Lets one process do a few steps. False: none has anything to do.
COFIRE_DECL bool simulation::poll_some() {
    steady_point const now = world_->clock.steady_now();
    std::size_t const first = world_->random.below(processes_.size());
    std::uint64_t const most = 1 + world_->random.below(12);
    for (std::size_t i = 0; i != processes_.size(); ++i) {
        process& p = *processes_[(first + i) % processes_.size()];
        if (!p.alive() && !p.workload && now >= p.starts_at) {
            start_server(p);
        }
        if (!p.alive() || now < p.stalled_until) {
            continue;
        }
        std::uint64_t done = 0;
        p.context->restart();
        while (done != most && !p.link->dying() && p.context->poll_one() != 0) {
            ++done;
        }
        if (done != 0) {
            look_after(p);
            return true;
        }
    }
    return false;
}

COFIRE_DECL void simulation::step() {
    if (world_->faulty) {
        inject();
    }
    std::size_t const before = world_->history.events().size();
    if (!poll_some()) {
        pass_time();
    }
    if (world_->history.events().size() != before) {
        calm_step_ = std::chrono::milliseconds{1};
    }
    check_problem();
}

// The course of it.

COFIRE_DECL read_answer simulation::look(read_request r) {
    std::optional<read_answer> answer;
    std::exception_ptr error;
    auto const take = [&](std::exception_ptr e, read_answer a) {
        error = std::move(e);
        answer = std::move(a);
    };
    asio::co_spawn(own_context_, storage_.ref().read(r), take);
    while (!answer) {
        own_context_.restart();
        own_context_.run_one();
    }
    if (error) {
        std::rethrow_exception(error);
    }
    return std::move(*answer);
}

COFIRE_DECL std::vector<job_record> simulation::get(std::span<job_id const> ids) {
    return look(read_get{.ids = ids}).jobs;
}

COFIRE_DECL std::vector<job_record> simulation::jobs() {
    auto const ids = world_->checker.stored();
    return get(ids);
}

COFIRE_DECL void simulation::audit() {
    auto const records = jobs();
    world_->checker.audit(records);
}

COFIRE_DECL bool simulation::clients_done() const {
    return std::all_of(processes_.begin(), processes_.end(), [](auto const& p) {
        return !p->workload || p->ended;
    });
}

/// True if there is no job that could still run, but for those of recurring jobs.
COFIRE_DECL bool simulation::all_work_done() {
    for (job_record const& job : jobs()) {
        bool const waits = job.state == job_state::awaiting; // as long as others are there
        bool const parked = job.sub_state == job_sub_state::parked_by_type;
        if (!is_final(job.state) && !waits && !parked && job.recurring_id.empty()) {
            return false;
        }
    }
    return true;
}

COFIRE_DECL void simulation::calm_down() {
    world_->history.add({.what = "no more faults"});
    world_->faulty = false;
    for (auto const& p : processes_) {
        p->stalled_until = {};
        p->starts_at = {};
    }
}

COFIRE_DECL void simulation::work_off() {
    for (std::uint32_t n = 0; !(clients_done() && all_work_done()); ++n) {
        if (n == options_.most_steps) {
            for (job_record const& job : jobs()) {
                if (!is_final(job.state)) {
                    world_->checker.report(
                        "I1", job.id, "is stuck: " + std::string(to_string(job.state))
                    );
                }
            }
            check_problem();
            fail("a client's work is stuck");
        }
        for (int i = 0; i != 20; ++i) {
            step();
        }
    }
}

COFIRE_DECL void simulation::stop_servers() {
    std::uint32_t left = options_.most_steps;
    for (auto const& p : processes_) {
        if (p->server) {
            world_->checker.stop_asked(p->number);
            p->server->stop();
        }
    }
    auto const running = [](auto const& p) { return p->server != nullptr; };
    while (std::any_of(processes_.begin(), processes_.end(), running)) {
        for (auto const& p : processes_) {
            p->starts_at = steady_point::max(); // who has stopped stays so
        }
        step();
        if (left-- == 0) {
            fail("a server does not stop");
        }
    }
}

COFIRE_DECL void simulation::finish() {
    auto const records = jobs();
    world_->checker.finish(records, look(read_counts{}).counts);
    check_problem();
}

COFIRE_DECL void simulation::run() {
    if (std::exchange(started_, true)) {
        throw std::logic_error("cofire::testing::simulation: run() was called before");
    }
    for (std::uint32_t n = 0; n != options_.servers; ++n) {
        auto& p = *processes_.emplace_back(std::make_unique<process>());
        p.number = static_cast<std::uint32_t>(processes_.size());
    }
    for (std::size_t n = 0; n != workloads_.size(); ++n) {
        auto& p = *processes_.emplace_back(std::make_unique<process>());
        p.number = static_cast<std::uint32_t>(processes_.size());
        p.workload = n;
        start_client(p, workloads_[n]);
    }
    world_->faulty = true;
    for (std::uint32_t n = 0; n < options_.steps || !clients_done(); ++n) {
        if (n == options_.most_steps) {
            break; // without faults it may get on
        }
        step();
    }
    calm_down();
    work_off();
    stop_servers();
    finish();
}

} // namespace cofire::testing

#endif
