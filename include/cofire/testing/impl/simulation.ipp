// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_IPP

#include <cofire/handler/detail/sleep.hpp>
#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/impl/simulation_process.ipp>
#include <cofire/testing/simulation.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <utility>

namespace cofire::testing {

namespace detail {

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

/// An operator orders a server to drain, which is stopped later, or to stop.
COFIRE_DECL void simulation::order(process& p) {
    auto const of_this = [&](auto const& entry) { return entry.second.process == p.number; };
    auto const found = std::find_if(world_->servers.rbegin(), world_->servers.rend(), of_this);
    bool const drain = world_->random.below(2) == 0;
    if (found == world_->servers.rend()) {
        return; // not announced yet
    }
    world_->history.add(
        {.process = p.number, .what = drain ? "is ordered to drain" : "is ordered to stop"}
    );
    servers_request const r = server_order{
        .server = found->first, .command = drain ? server_command::drain : server_command::stop};
    [[maybe_unused]] auto const taken = await(storage_.ref().servers(r));
    p.stops_among_faults = true;
    if (drain) {
        p.stops_at = world_->clock.steady_now() + std::chrono::seconds{5};
    } else {
        world_->checker.stop_asked(p.number);
    }
}

/// Stops those that were to drain for a while.
COFIRE_DECL void simulation::stop_drained() {
    for (auto const& p : processes_) {
        if (p->alive() && p->stops_at && *p->stops_at <= world_->clock.steady_now()) {
            p->stops_at.reset();
            world_->history.add({.process = p->number, .what = "is asked to stop"});
            world_->checker.stop_asked(p->number);
            p->server->stop();
        }
    }
}

/// Something goes wrong, perhaps.
COFIRE_DECL void simulation::inject() {
    simulation_faults const& f = world_->faults;
    auto& random = world_->random;
    steady_point const now = world_->clock.steady_now();
    process& p = *processes_[random.below(processes_.size())];
    if (world_->happens(f.clock_jumps)) {
        constexpr std::int64_t most = 2 * 60 * 1'000'000;
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
        p.stops_among_faults = true;
        if (random.below(2) == 0) {
            p.server->stop();
        } else {
            p.server->stop_now();
        }
    } else if (world_->happens(f.orders)) {
        order(p);
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
    stop_drained();
    std::size_t const before = world_->history.events().size();
    if (!poll_some()) {
        look_for_late();
        pass_time();
    }
    if (world_->history.events().size() != before) {
        calm_step_ = std::chrono::milliseconds{1};
    }
    check_problem();
}

// The course of it.

template <class Answer>
Answer simulation::await(asio::awaitable<Answer> op) {
    std::optional<Answer> answer;
    std::exception_ptr error;
    auto const take = [&](std::exception_ptr e, Answer a) {
        error = std::move(e);
        answer = std::move(a);
    };
    asio::co_spawn(own_context_, std::move(op), take);
    while (!answer) {
        own_context_.restart();
        own_context_.run_one();
    }
    if (error) {
        std::rethrow_exception(error);
    }
    return std::move(*answer);
}

COFIRE_DECL read_answer simulation::look(read_request r) {
    return await(storage_.ref().read(r));
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

/// Precondition: nobody has anything to do before time passes.
COFIRE_DECL void simulation::look_for_late() {
    if (!exact_from_ || world_->clock.steady_now() < *exact_from_) {
        return;
    }
    auto const ids = world_->checker.unfinished();
    auto const records = get(ids);
    world_->checker.look_for_late(records);
    for (detail::run_note const* run : world_->running) {
        run->look();
    }
}

COFIRE_DECL bool simulation::clients_done() const {
    return std::all_of(processes_.begin(), processes_.end(), [](auto const& p) {
        return !p->workload || p->ended;
    });
}

/// True if there is no job that could still run, but for those of recurring jobs.
COFIRE_DECL bool simulation::all_work_done() {
    auto const ids = world_->checker.unfinished();
    auto const records = get(ids);
    world_->checker.changing(records); // some have ended by themselves
    for (job_record const& job : records) {
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
    // Until then servers may wait before they try again what failed, or not know that the clock was set.
    constexpr std::chrono::seconds settled{30};
    if (!exact_from_) {
        exact_from_ = world_->clock.steady_now() + settled;
    }
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

/// Precondition: for some time there have been no faults.
COFIRE_DECL void simulation::look_at_recurring() {
    constexpr std::chrono::seconds soon{3};
    auto const runs = [](auto const& p) { return p->server != nullptr; };
    if (std::none_of(processes_.begin(), processes_.end(), runs)) {
        return;
    }
    recurring_answer const answer = await(storage_.ref().recurring(recurring_list{}));
    for (recurring_record const& r : answer.records) {
        if (!r.paused && r.next && *r.next + soon <= answer.now) {
            std::string const what = "the recurring job " + r.id + " is due and does not fire";
            world_->checker.report("I13", r.last_job.value_or(job_id()), what);
        }
    }
    check_problem();
}

COFIRE_DECL void simulation::stop_servers() {
    std::uint32_t left = options_.most_steps;
    // A server gives up if it is stopped while it waits to try again what failed; so let that be over.
    constexpr std::chrono::seconds longest_pause{6};
    for (auto const from = world_->clock.steady_now();
         world_->clock.steady_now() < from + longest_pause;) {
        step();
    }
    look_at_recurring();
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
    simulation_faults rest = options_.faults; // what is no order
    rest.stops = rest.orders = 0;
    if (rest == simulation_faults::none()) {
        exact_from_ = world_->clock.steady_now();
    }
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
