// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_SLOT_IPP
#define COFIRE_SERVER_IMPL_SLOT_IPP

#include <cofire/server/detail/server_core.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace cofire::detail {

COFIRE_DECL slot::slot(std::shared_ptr<server_core> c, asio::any_io_executor ex)
    : core(std::move(c)), executor(std::move(ex)), run(core->runs, *this) {}

COFIRE_DECL slot::~slot() {
    core->remove(*this);
}

/// To the executor of the coroutine, also if it was cancelled.
COFIRE_DECL asio::awaitable<void> go_home() {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::post(asio::use_awaitable);
}

// What is rare is done in coroutines of its own: this one's frame is there as long as the slot.
COFIRE_DECL asio::awaitable<void> run_slot(std::shared_ptr<slot> s) {
    job_context context(s->run);
    std::exception_ptr error; // of the last run
    for (;;) {
        // A cancelled job, or one that changed these, must leave no trace for the next.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        co_await asio::this_coro::throw_if_cancelled(true);
        slot_step const step = s->core->next(*s, context, std::exchange(error, nullptr));
        if (step == slot_step::end) {
            co_return;
        }
        if (step == slot_step::wait) {
            co_await s->wake.wait();
            continue;
        }
        if (step == slot_step::yield) {
            co_await asio::post(asio::use_awaitable);
            continue;
        }
        s->core->environment.observer().started(context, s->core->environment.log());
        try {
            auto op = s->handler->run(context);
            co_await std::move(op);
        } catch (...) {
            error = std::current_exception();
        }
        auto const runs_here = s->core->make_strand.runs_here;
        if (runs_here != nullptr && !runs_here(s->executor)) {
            // The handler has moved itself to another executor: the slot goes home without it.
            co_await go_home();
        }
    }
}

COFIRE_DECL void stop_run(slot& s, job_id id, epoch_type epoch, cancellation_reason why) {
    if (s.busy && s.run.job.id == id && s.run.job.epoch == epoch && s.run.request_stop(why)) {
        s.signal.emit(asio::cancellation_type::terminal | asio::cancellation_type::total);
    }
}

} // namespace cofire::detail

#endif
