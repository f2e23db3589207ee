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

asio::awaitable<void> count_lines(cofire::job_context& ctx, int lines, std::uint32_t runs) {
    for (int i = 1; i <= lines; ++i) {
        ctx.log("run " + std::to_string(ctx.attempt()) + " line " + std::to_string(i));
    }
    if (ctx.attempt() < runs) {
        throw std::runtime_error("again");
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

BOOST_AUTO_TEST_CASE(what_is_not_kept_of_a_log_is_said) {
    cofire::testing::harness t;
    t.registry.add<count_lines>();
    auto const one = t.await(t.jobs.enqueue<count_lines>(205, 1));
    t.run();
    auto const log = t.get(one).log;
    BOOST_TEST(log.size() == 201U);
    BOOST_TEST(log.front().text == "run 1 line 1");
    BOOST_TEST(log[199].text == "run 1 line 200");
    BOOST_TEST(log.back().text.starts_with("(5 more lines"), log.back().text);

    auto const several = t.await(t.jobs.enqueue<count_lines>(150, 3));
    t.advance(10min);
    auto const kept = t.get(several).log;
    BOOST_TEST(kept.size() == 202U);
    BOOST_TEST(kept.front().text == "(earlier lines were not kept)");
    BOOST_TEST(kept[1].text == "run 2 line 100");
    BOOST_TEST(kept.back().text == "run 3 line 150");
}

BOOST_AUTO_TEST_CASE(an_outcome_filter_gives_no_attempts_beyond_the_limit) {
    cofire::testing::harness t;
    t.registry.add<no_op>(cofire::filter([](cofire::job_context const&, cofire::run_outcome& o) {
        o.kind = cofire::outcome_kind::retry;
        o.at = {};
    }));
    auto const id = t.await(t.jobs.with({.max_attempts = 3}).enqueue<no_op>());
    t.advance(1min);
    auto const job = t.get(id);
    BOOST_TEST((job.state == cofire::job_state::failed));
    BOOST_TEST(job.attempt == 3U);
    BOOST_TEST(job.reason == "attempts used up: 3 of 3");
    cofire::job_options options{.max_attempts = 2};
    options.on_exhausted = cofire::exhausted_policy::delete_job;
    auto const dropped = t.await(t.jobs.with(options).enqueue<no_op>());
    t.advance(1min);
    BOOST_TEST((t.get(dropped).state == cofire::job_state::deleted));
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
