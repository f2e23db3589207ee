// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Jobs that take their time: a blocking function on a thread pool that says how far it has come and
// stops when it is asked to, a coroutine that is cancelled, and one that runs into its timeout.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Blocking: it runs on the pool that it is registered with, and looks at the stop token now and then.
void convert_video(cofire::job_context& ctx, int frames) {
    for (int i = 0; i != frames; ++i) {
        if (ctx.stop_token().stop_requested()) {
            throw std::runtime_error("stopped at frame " + std::to_string(i));
        }
        std::this_thread::sleep_for(1ms); // the work
        ctx.progress(i + 1, frames);
    }
    ctx.log("converted " + std::to_string(frames) + " frames");
}

std::atomic<bool> cleaned_up = false;

// A coroutine needs nothing: what it waits for ends with operation_aborted. It may clean up, and
// should let the exception go on.
asio::awaitable<void> wait_for_payment(cofire::job_context& ctx, std::string order) {
    ctx.progress(0, 1);
    try {
        co_await ctx.sleep_for(24h);
    } catch (boost::system::system_error const&) {
        std::cout << order << ": " << to_string(ctx.cancellation_reason()) << '\n';
        cleaned_up = true;
        throw;
    }
}

asio::awaitable<void> wait_a_millisecond() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
}

// For this program only: so that what it cancels has started.
asio::awaitable<cofire::job_record> running(cofire::client& jobs, cofire::job_id id) {
    for (;;) {
        auto record = co_await jobs.get(id);
        if (record.sub_state == cofire::job_sub_state::running && record.progress) {
            co_return record;
        }
        co_await wait_a_millisecond();
    }
}

// Waits for the end, and gives the kind of the error; success is none.
asio::awaitable<boost::system::error_code> ending(cofire::client& jobs, cofire::job_id id) {
    try {
        co_await jobs.result(id);
    } catch (cofire::error const& e) {
        std::cout << e.what() << '\n';
        co_return e.code();
    }
    co_return boost::system::error_code();
}

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

asio::awaitable<void> program(cofire::client& jobs) {
    // While it runs, anybody can see how far it has come; what it logs is kept.
    auto long_film = co_await jobs.enqueue<convert_video>(1'000'000);
    auto const so_far = co_await running(jobs, long_film);
    check(so_far.progress->total == 1'000'000, "progress");
    auto short_film = co_await jobs.enqueue<convert_video>(20);
    co_await jobs.result(short_film);
    auto const record = co_await jobs.get(short_film);
    check(record.log.size() == 1 && record.log[0].text == "converted 20 frames", "log");

    // Cancelled while it runs: it is asked to stop, and is deleted when it does.
    co_await jobs.cancel(long_film, "not wanted any more");
    check(co_await ending(jobs, long_film) == cofire::errc::job_deleted, "the film is cancelled");

    auto payment = co_await jobs.enqueue<wait_for_payment>("order 1");
    co_await running(jobs, payment);
    co_await jobs.cancel(payment);
    check(co_await ending(jobs, payment) == cofire::errc::job_deleted, "the wait is cancelled");
    check(cleaned_up, "the coroutine saw it");

    // A timeout is a failed attempt. Here it is the only one.
    auto impatient = co_await jobs.with({.max_attempts = 1, .timeout = 20ms})
                         .enqueue<wait_for_payment>("order 2");
    check(co_await ending(jobs, impatient) == cofire::errc::job_failed, "the timeout");
}

int main() {
    asio::io_context io;
    asio::thread_pool pool{2};
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<convert_video>(cofire::on(pool), cofire::concurrency(2));
    jobs.add<wait_for_payment>();
    jobs.start();

    std::exception_ptr failure;
    asio::co_spawn(io, program(jobs), [&](std::exception_ptr error) {
        failure = error;
        jobs.stop();
    });
    io.run();
    pool.join();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return 0;
}
