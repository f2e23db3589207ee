// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_BENCHMARKS_SUPPORT_WAVES_HPP
#define COFIRE_BENCHMARKS_SUPPORT_WAVES_HPP

#include "measure.hpp"

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

/// The workload of several programs: tasks that do nothing, in waves of 64. The last task of a wave
/// starts the next wave.
namespace bench {

namespace asio = boost::asio;

/// The task, as a job.
asio::awaitable<void> no_op(std::string argument);

/// What a task does before it ends.
enum class task_kind {
    immediate, ///< nothing
    suspends,  ///< suspends once
};

/// How far the waves have come.
///
/// Distinct objects: safe. Shared objects: safe, but for begin().
class waves {
public:
    static constexpr std::size_t size = 64;

    /// Before the first wave of about `tasks` tasks; `ended` is called by the last one.
    void begin(std::size_t tasks, std::function<void()> ended) {
        waves_left_ = (tasks + size - 1) / size - 1;
        ended_ = std::move(ended);
        running_ = size;
    }

    /// Said by each task at its end. True: it is to start the next wave.
    [[nodiscard]] bool task_ends() {
        if (running_.fetch_sub(1, std::memory_order_acq_rel) != 1) {
            return false;
        }
        if (waves_left_ == 0) {
            // Out of this object first: begin() may follow at once.
            auto const ended = std::move(ended_);
            ended();
            return false;
        }
        --waves_left_;
        running_.store(size, std::memory_order_release);
        return true;
    }

private:
    std::atomic<std::size_t> running_ = 0;
    std::size_t waves_left_ = 0; // the last task of a wave has it
    std::function<void()> ended_;
};

/// An io_context that this thread runs.
class one_thread {
public:
    [[nodiscard]] asio::io_context::executor_type executor() { return io_.get_executor(); }

    /// Calls `start(ended)`, then runs until `ended()` was called.
    template <class Start>
    void run(Start&& start) {
        io_.restart();
        start([this] { io_.stop(); });
        io_.run();
    }

    /// Runs what is left over.
    void finish() {
        io_.restart();
        io_.run();
    }

    [[nodiscard]] static double now() { return processor_ns(); }

private:
    asio::io_context io_{1};
};

/// Two threads.
class two_threads {
public:
    [[nodiscard]] asio::thread_pool::executor_type executor() { return pool_.get_executor(); }

    /// Calls `start(ended)`, then waits until `ended()` was called.
    template <class Start>
    void run(Start&& start) {
        auto const end = std::make_shared<std::promise<void>>();
        auto const ended = end->get_future();
        start([end] { end->set_value(); });
        ended.wait();
    }

    /// Runs what is left over.
    void finish() { pool_.join(); }

    [[nodiscard]] static double now() { return wall_ns(); }

private:
    asio::thread_pool pool_{2};
};

/// The tasks as coroutines spawned one by one: what a user would write.
template <class Threads>
class spawned_waves {
public:
    explicit spawned_waves(task_kind kind = task_kind::immediate) : kind_(kind) {}

    /// Runs about `tasks` tasks; the time in ns that one took.
    double run(std::size_t tasks) {
        auto const begin = Threads::now();
        threads_.run([&](auto ended) { start(tasks, ended); });
        return (Threads::now() - begin) / static_cast<double>(tasks);
    }

    /// Starts about `tasks` tasks on the executor; the last one calls `ended`.
    void start(std::size_t tasks, std::function<void()> ended) {
        waves_.begin(tasks, std::move(ended));
        spawn_wave();
    }

    [[nodiscard]] Threads& threads() { return threads_; }

private:
    // The completion counts, not the end of the coroutine: co_spawn runs the latter inside the call,
    // so that chained waves would never return to the context.
    void spawn_wave() {
        for (std::size_t i = 0; i != waves::size; ++i) {
            asio::co_spawn(
                threads_.executor(),
                task(kind_, argument()),
                [this](std::exception_ptr) {
                    if (waves_.task_ends()) {
                        spawn_wave();
                    }
                }
            );
        }
    }

    static asio::awaitable<void> task(task_kind kind, std::string) {
        if (kind == task_kind::suspends) {
            co_await asio::post(asio::use_awaitable);
        }
    }

    task_kind kind_;
    waves waves_;
    Threads threads_;
};

/// Stores the jobs of a wave.
inline asio::awaitable<void> enqueue_wave(cofire::client const& jobs) {
    for (std::size_t i = 0; i != waves::size; ++i) {
        co_await jobs.enqueue<no_op>(argument());
    }
}

/// The tasks as jobs: typed enqueue, JSON, insert, acquire, run, settle, history.
template <class Threads>
class job_waves {
public:
    explicit job_waves(task_kind kind = task_kind::immediate)
        : host_(threads_.executor(), cofire::memory_storage{}) {
        host_.template add<no_op>(
            [this, kind](cofire::job_context& ctx, std::string) -> asio::awaitable<void> {
                if (kind == task_kind::suspends) {
                    co_await asio::post(asio::use_awaitable);
                }
                if (waves_.task_ends()) {
                    co_await enqueue_wave(ctx.client());
                }
            }
        );
        host_.start();
    }

    /// Runs about `tasks` jobs; the time in ns that one took, by the clock that is usual for these threads
    /// or by another.
    double run(std::size_t tasks, double (*now)() = &Threads::now) {
        auto const begin = now();
        threads_.run([&](auto ended) { start(tasks, ended); });
        return (now() - begin) / static_cast<double>(tasks);
    }

    /// Starts about `tasks` jobs; the last one calls `ended`.
    void start(std::size_t tasks, std::function<void()> ended) {
        waves_.begin(tasks, std::move(ended));
        asio::co_spawn(threads_.executor(), enqueue_wave(host_), asio::detached);
    }

    /// Stops the server and waits for it.
    void stop() {
        host_.stop();
        threads_.finish();
    }

    [[nodiscard]] Threads& threads() { return threads_; }
    [[nodiscard]] cofire::host& host() { return host_; }

private:
    waves waves_;
    Threads threads_;
    cofire::host host_;
};

} // namespace bench

#endif
