// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_RUNNER_HPP
#define COFIRE_TESTING_CONFORMANCE_RUNNER_HPP

#include <cofire/storage/storage_ref.hpp>
#include <cofire/testing/conformance/case.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <source_location>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace cofire::testing::conformance {

/// What a wait is for, with everything that its request only looks at.
struct wait_terms {
    /// As in wait_interest.
    server_instance server = 0;
    /// As in wait_interest.
    std::vector<std::string_view> queues{};
    /// As in wait_interest.
    std::optional<time_point> due_before{};
    /// As in wait_interest.
    std::vector<job_id> jobs{};
    /// As in wait_request.
    seen_token seen{};
    /// As in wait_request.
    std::optional<time_point> deadline{};
};

/// A wait under way. Shared objects: unsafe.
struct started_wait {
    wait_terms terms;                    ///< what it is for
    wait_request request{};              ///< looks at `terms`
    asio::cancellation_signal cancel{};  ///< cancels it
    std::optional<wait_answer> answer{}; ///< once it has ended
    std::exception_ptr error{};          ///< if it threw
    std::thread::id thread{};            ///< on which it ended
    bool done = false;                   ///< it has ended
};

/// A context on which one thread runs operations to their end. What does not end is given up: the
/// context is destroyed with all that hangs in it, as long as what that looks at is still there.
///
/// Distinct objects: safe. Shared objects: unsafe.
class runner {
public:
    /// Gives up what has not ended after `patience`.
    explicit runner(std::chrono::milliseconds patience)
        : context_(std::make_unique<asio::io_context>(1)), patience_(patience) {}
    runner(runner const&) = delete;
    runner& operator=(runner const&) = delete;
    ~runner() { give_up(); }

    /// Runs `op` to its end and returns its result or throws its error. Fails if it completes on another
    /// thread than the one that runs the context.
    template <class T>
    T await(
        asio::awaitable<T> op, std::source_location const& where = std::source_location::current()
    ) {
        std::optional<T> result;
        std::exception_ptr error;
        std::thread::id thread;
        bool done = false;
        spawn(keep(std::move(op), result, thread), error, done, nullptr);
        run_until(done, "the operation to end", where);
        if (thread != own_thread()) {
            is_foreign_ = true;
            throw conformance_failure(
                where,
                "the operation to complete on the executor of the coroutine that awaits it",
                "another thread"
            );
        }
        if (error) {
            std::rethrow_exception(error);
        }
        return std::move(*result);
    }

    /// Starts a wait and runs until nothing more happens by itself.
    started_wait& start(storage_ref const& storage, wait_terms terms) {
        started_wait& w = waits_.emplace_back();
        w.terms = std::move(terms);
        w.request.interest.server = w.terms.server;
        w.request.interest.queues = w.terms.queues;
        w.request.interest.due_before = w.terms.due_before;
        w.request.interest.jobs = w.terms.jobs;
        w.request.seen = w.terms.seen;
        w.request.deadline = w.terms.deadline;
        spawn(ended(storage.wait(w.request), w), w.error, w.done, &w.cancel);
        poll();
        return w;
    }

    /// Runs until `done`; fails if that takes longer than the patience lasts.
    void run_until(bool const& done, std::string_view what, std::source_location const& where) {
        auto const end = std::chrono::steady_clock::now() + patience_;
        while (!done) {
            context_->restart();
            auto const left = end - std::chrono::steady_clock::now();
            if (left.count() <= 0 || context_->run_one_for(left) == 0) {
                give_up();
                throw conformance_failure(where, std::string(what), "nothing: it hangs");
            }
        }
    }

    /// Runs what can run now.
    void poll() {
        context_->restart();
        context_->poll();
    }

    /// True if an operation has completed on another thread, which may not be out of the context yet.
    [[nodiscard]] bool is_foreign() const { return is_foreign_; }

    /// Destroys the context. Nothing may be run here any more.
    void give_up() {
        work_.reset();
        context_.reset();
    }

private:
    template <class T>
    static asio::awaitable<void>
    keep(asio::awaitable<T> op, std::optional<T>& result, std::thread::id& thread) {
        try {
            result.emplace(co_await std::move(op));
        } catch (...) {
            thread = own_thread();
            throw;
        }
        thread = own_thread();
    }

    static asio::awaitable<void> ended(asio::awaitable<wait_answer> op, started_wait& w) {
        w.answer = co_await std::move(op);
        w.thread = own_thread();
    }

    static std::thread::id own_thread() { return std::this_thread::get_id(); }

    void spawn(
        asio::awaitable<void> op,
        std::exception_ptr& error,
        bool& done,
        asio::cancellation_signal* cancel
    ) {
        if (!context_) {
            throw std::logic_error("cofire conformance: the context was given up");
        }
        auto on_end = [&error, &done](std::exception_ptr e) {
            error = std::move(e);
            done = true;
        };
        auto const slot = cancel == nullptr ? asio::cancellation_slot{} : cancel->slot();
        asio::co_spawn(*context_, std::move(op), asio::bind_cancellation_slot(slot, on_end));
    }

    std::list<started_wait> waits_; // outlives the context, whose coroutines look at it
    std::unique_ptr<asio::io_context> context_;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_ =
        asio::make_work_guard(*context_);
    std::chrono::milliseconds patience_;
    bool is_foreign_ = false;
};

} // namespace cofire::testing::conformance

#endif
