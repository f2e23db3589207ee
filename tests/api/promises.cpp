// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// What users may rely on, seen from outside: client, storage and server together.

#include <cofire.hpp>
#include <cofire/testing.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

namespace promises {

using namespace std::chrono_literals;
namespace asio = boost::asio;

asio::awaitable<void> no_op() {
    co_return;
}

asio::awaitable<void> nap(cofire::job_context& ctx, int seconds) {
    co_await ctx.sleep_for(std::chrono::seconds{seconds});
}

asio::awaitable<void> talk(cofire::job_context& ctx) {
    std::string const line(4000, 'x');
    for (int i = 0; i != 200; ++i) {
        ctx.log(line);
    }
    co_return;
}

asio::thread_pool& elsewhere() {
    static asio::thread_pool pool(1);
    return pool;
}

asio::awaitable<void> move_away() {
    co_await asio::post(asio::bind_executor(elsewhere(), asio::use_awaitable));
}

std::vector<std::thread::id>& seen_on() {
    static std::vector<std::thread::id> ids;
    return ids;
}

asio::awaitable<void> note_thread() {
    seen_on().push_back(std::this_thread::get_id());
    co_return;
}

BOOST_AUTO_TEST_SUITE(promises)

BOOST_AUTO_TEST_CASE(a_job_scheduled_after_the_earlier_one_was_removed_starts_in_time) {
    cofire::testing::harness t;
    t.registry.add<no_op>();
    auto const first = t.await(t.jobs.schedule<no_op>(1s));
    t.await(t.jobs.remove(first));
    t.advance(5s);
    auto const second = t.await(t.jobs.schedule<no_op>(1s));
    t.advance(2s);
    BOOST_TEST((t.get(second).state == cofire::job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(a_handler_that_moves_to_another_executor_takes_no_other_job_along) {
    asio::io_context io;
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<move_away>();
    jobs.add<note_thread>();
    jobs.start();
    auto program = [&]() -> asio::awaitable<void> {
        cofire::batch batch;
        for (int i = 0; i != 100; ++i) {
            batch.add<move_away>();
            batch.add<note_thread>();
        }
        auto const stored = co_await jobs.submit(batch);
        for (cofire::enqueued const& job : stored) {
            co_await jobs.result(job);
        }
        jobs.stop();
    };
    asio::co_spawn(io, program(), [](std::exception_ptr e) {
        if (e) {
            std::rethrow_exception(e);
        }
    });
    io.run();
    BOOST_TEST(seen_on().size() == 100U);
    for (std::thread::id id : seen_on()) {
        BOOST_TEST((id == std::this_thread::get_id()));
    }
}

BOOST_AUTO_TEST_CASE(what_a_run_has_logged_is_kept_however_many_end_at_once) {
    cofire::testing::harness t;
    t.registry.add<talk>();
    cofire::batch batch;
    for (int i = 0; i != 20; ++i) {
        batch.add<talk>();
    }
    auto const stored = t.await(t.jobs.submit(batch));
    t.run();
    for (cofire::enqueued const& job : stored) {
        BOOST_TEST(t.get(job).log.size() == 200U);
    }
}

BOOST_AUTO_TEST_CASE(a_trigger_by_hand_does_not_hide_an_occurrence_that_still_runs) {
    cofire::testing::harness t;
    t.registry.add<nap>();
    t.await(t.jobs.recurring<nap>("long", "* * * * *", 150));
    t.advance(61s); // the first occurrence runs for two and a half minutes
    auto const by_hand = t.await(t.jobs.trigger_recurring("long"));
    t.await(t.jobs.cancel(by_hand));
    t.run();
    t.advance(60s);
    auto const record = t.await(t.jobs.get_recurring("long"));
    BOOST_TEST(record.fired == 2U); // the occurrence and the trigger
    BOOST_TEST(record.skipped == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace promises
