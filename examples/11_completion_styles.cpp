// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Every operation is an awaitable. Code that is no coroutine gives it to asio::co_spawn, with a
// callback or a future; coroutines combine operations as Asio's own.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <iostream>
#include <stdexcept>
#include <variant>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;

asio::awaitable<int> square(int x) {
    co_return (x * x);
}

asio::awaitable<void> takes_long(cofire::job_context& ctx) {
    co_await ctx.sleep_for(1h);
}

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

// A callback: for code that is called by an event loop. What was wrong comes as the exception.
void with_a_callback(cofire::client& jobs, asio::io_context& io, std::promise<bool>& done) {
    asio::co_spawn(
        io,
        jobs.enqueue<square>(3),
        [&done](std::exception_ptr error, cofire::enqueued answer) {
            done.set_value(!error && answer.inserted());
        }
    );
}

// A future: for a thread that may block, here the main one.
int with_a_future(cofire::client& jobs, asio::io_context& io) {
    auto stored = asio::co_spawn(io, jobs.enqueue<square>(4), asio::use_future);
    cofire::job_id const id = stored.get(); // throws what the operation throws
    return asio::co_spawn(io, jobs.result<int>(id), asio::use_future).get();
}

// Two operations at a time, and the first of two. Named first, awaited then: see docs/compilers.md.
asio::awaitable<void> combined(cofire::client& jobs) {
    auto both = jobs.enqueue<square>(5) && jobs.enqueue<takes_long>();
    auto const ids = co_await std::move(both);
    cofire::job_id const quick = std::get<0>(ids);
    cofire::job_id const slow = std::get<1>(ids);

    asio::steady_timer patience(co_await asio::this_coro::executor);
    patience.expires_after(10s);
    auto first = jobs.result<int>(quick) || patience.async_wait(asio::use_awaitable);
    auto const result = co_await std::move(first);
    check(result.index() == 0 && std::get<0>(result) == 25, "the result came first");

    // Who loses is cancelled: the wait, not the job.
    patience.expires_after(1ms);
    auto second = jobs.result(slow) || patience.async_wait(asio::use_awaitable);
    auto const gave_up = co_await std::move(second);
    check(gave_up.index() == 1, "the timer came first");
    co_await jobs.remove(slow);
}

int main() {
    asio::io_context io;
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<square>();
    jobs.add<takes_long>();
    jobs.start();
    asio::thread_pool loop{1}; // the thread of the event loop
    asio::post(loop, [&io] { io.run(); });

    std::promise<bool> done;
    with_a_callback(jobs, io, done);
    bool const called = done.get_future().get();
    int const sixteen = with_a_future(jobs, io);
    std::exception_ptr failure;
    try {
        asio::co_spawn(io, combined(jobs), asio::use_future).get();
    } catch (...) {
        failure = std::current_exception();
    }

    jobs.stop(); // from any thread
    loop.join();
    if (failure) {
        std::rethrow_exception(failure);
    }
    check(called && sixteen == 16, "callback and future");
    std::cout << "all done\n";
    return 0;
}
