// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_PROCESS_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_PROCESS_IPP

#include <cofire/testing/simulation.hpp>

#include <boost/asio/co_spawn.hpp>

#include <utility>

// The processes of a simulation: how they start, run handlers under observation, and end.

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
    bool stops_among_faults = false;
    steady_point stalled_until{};
    steady_point starts_at{};
    std::optional<steady_point> stops_at{}; // it drains until then
    std::uint64_t lives = 0;

    [[nodiscard]] bool alive() const { return context != nullptr; }
};

namespace detail {

/// Takes note of a run as the handler's side sees it, also if its process dies.
class run_note {
public:
    run_note(std::shared_ptr<simulation_world> world, std::uint32_t process, job_context& ctx)
        : world_(std::move(world)),
          process_(process),
          ctx_(&ctx),
          id_(ctx.id()),
          epoch_(ctx.epoch()) {
        acquired_job job;
        job.id = id_;
        job.epoch = epoch_;
        job.arguments = ctx.arguments();
        world_->checker.run_started(process_, job);
        world_->running.insert(this);
    }
    run_note(run_note const&) = delete;
    run_note& operator=(run_note const&) = delete;
    ~run_note() {
        if (!ended_) {
            end(simulated_end::destroyed, cancellation_reason::none);
        }
    }

    /// Time is about to pass.
    void look() const { world_->checker.still_runs(id_, epoch_, ctx_->cancellation_reason()); }

    void end(simulated_end how, cancellation_reason why) {
        ended_ = true;
        world_->running.erase(this);
        world_->checker.run_ended(process_, id_, epoch_, how, why);
    }

private:
    std::shared_ptr<simulation_world> world_;
    std::uint32_t process_;
    job_context* ctx_;
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

} // namespace detail

COFIRE_DECL void simulation::start_server(process& p) {
    p.context = std::make_unique<asio::io_context>(1);
    p.handlers = std::make_unique<cofire::registry>();
    p.link = std::make_shared<simulation_storage>(world_, storage_.ref(), p.number, true);
    p.ended = false;
    p.stops_among_faults = false;
    p.stops_at.reset();
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
        bool const excused = world_->faulty || p.stops_among_faults; // it may have had to give up
        if (p.error && !excused && !detail::was_stopped_unrun(p.error)) {
            tell("a server ended with an error: ");
        }
        world_->history.add({.process = p.number, .what = "has stopped"});
        if (!p.error && !excused) {
            world_->checker.stopped(p.number);
        }
        kill(p);
    } else {
        return;
    }
    auto const pause = static_cast<duration::rep>(world_->random.below(5'000'000));
    p.starts_at = world_->clock.steady_now() + duration{pause};
}

} // namespace cofire::testing

#endif
