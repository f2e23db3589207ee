// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

BOOST_AUTO_TEST_SUITE(slot)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;

/// One slot, and a server that runs.
struct one_slot : world {
    std::vector<int> ran;
    std::vector<cofire::job_id> ids;

    void enqueue(int n, cofire::job_options const& options = {}) {
        for (int i = 0; i != n; ++i) {
            ids.push_back(add(static_cast<int>(ids.size()), options));
        }
    }
};

BOOST_AUTO_TEST_CASE(runs_one_job_after_the_other) {
    one_slot w;
    int at_a_time = 0;
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        BOOST_TEST(++at_a_time == 1);
        co_await asio::post(asio::use_awaitable);
        w.ran.push_back(t.n);
        --at_a_time;
    });
    w.enqueue(5);
    auto server = w.make_server({.concurrency = 1});
    w.start(server);
    BOOST_TEST(w.ran == (std::vector{0, 1, 2, 3, 4}), boost::test_tools::per_element());
    for (auto id : w.ids) {
        BOOST_TEST((w.state(id) == job_state::succeeded));
    }
    BOOST_TEST(server.health().counters.started == 5U);
    BOOST_TEST(server.health().counters.succeeded == 5U);
    BOOST_TEST(server.health().counters.running == 0U);
}

// In the following, the server holds all jobs at once. So a slot runs them in a row, and one whose
// handler was cancelled goes on with others.
constexpr cofire::server_options all_at_once{.concurrency = 500, .acquire_batch = 500};

BOOST_AUTO_TEST_CASE(a_cancelled_job_leaves_no_trace_for_the_next) {
    for (bool swallows : {false, true}) {
        one_slot w;
        job_context* slot = nullptr;
        int later = 0; // on the slot of the cancelled job
        w.handlers.add<task>([&](job_context& ctx, task t) -> asio::awaitable<void> {
            if (t.n == 0) {
                slot = &ctx;
                try {
                    co_await sleep_long(ctx);
                } catch (boost::system::system_error const&) {
                    if (!swallows) {
                        throw;
                    }
                }
                co_return;
            }
            if (t.n == 1) {
                w.begin(w.jobs.cancel(w.ids[0]));
            }
            auto const state = co_await asio::this_coro::cancellation_state;
            bool const clean = state.cancelled() == asio::cancellation_type::none;
            bool const none = ctx.cancellation_reason() == cofire::cancellation_reason::none;
            BOOST_TEST(clean);
            BOOST_TEST(none);
            BOOST_TEST(!ctx.stop_token().stop_requested());
            if (t.n % 3 == 0) {
                co_await asio::post(asio::use_awaitable);
            }
            later += &ctx == slot ? 1 : 0;
        });
        w.enqueue(400);
        auto server = w.make_server(all_at_once);
        w.start(server);
        BOOST_TEST(later > 0);
        auto const end = swallows ? job_state::succeeded : job_state::deleted;
        BOOST_TEST((w.state(w.ids[0]) == end)); // swallowed: it returned all the same
        BOOST_TEST(server.health().counters.attempts_failed == 0U);
        BOOST_TEST(server.health().counters.succeeded == (swallows ? 400U : 399U));
    }
}

BOOST_AUTO_TEST_CASE(a_handler_that_changes_the_cancellation_state_changes_only_its_own) {
    one_slot w;
    std::vector<job_context*> slots;
    w.handlers.add<task>([&](job_context& ctx, task t) -> asio::awaitable<void> {
        slots.push_back(&ctx);
        switch (t.n) {
        case 0: co_await asio::this_coro::throw_if_cancelled(false); break;
        case 1: {
            bool const throws = co_await asio::this_coro::throw_if_cancelled();
            BOOST_TEST(throws);
            break;
        }
        case 2:
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            break;
        case 3: co_await sleep_long(ctx); break; // is cancelled, and must feel it
        default: w.begin(w.jobs.cancel(w.ids[3])); break;
        }
    });
    w.enqueue(5);
    auto server = w.make_server(all_at_once);
    w.start(server);
    BOOST_REQUIRE(slots.size() == 5);
    for (int i = 0; i != 4; ++i) { // one after the other on the same slot
        BOOST_TEST(slots[static_cast<std::size_t>(i)] == slots[0]);
    }
    BOOST_TEST((w.state(w.ids[3]) == job_state::deleted));
    BOOST_TEST(server.health().counters.succeeded == 4U);
}

BOOST_AUTO_TEST_CASE(runs_on_after_a_handler_has_thrown_anything) {
    one_slot w;
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        w.ran.push_back(t.n);
        if (t.n == 0) {
            throw std::runtime_error("no");
        }
        if (t.n == 1) {
            throw 5; // NOLINT(hicpp-exception-baseclass)
        }
        co_return;
    });
    w.enqueue(3, {.max_attempts = 1});
    auto server = w.make_server({.concurrency = 1});
    w.start(server);
    BOOST_TEST(w.ran.size() == 3U);
    BOOST_TEST((w.state(w.ids[0]) == job_state::failed));
    BOOST_TEST((w.state(w.ids[1]) == job_state::failed));
    BOOST_TEST((w.state(w.ids[2]) == job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(lets_others_have_the_thread_after_64_runs) {
    one_slot w;
    std::vector<std::size_t> seen; // how many had run when others had their turn
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        if (t.n == 0) {
            asio::post(w.io, [&] { seen.push_back(w.ran.size()); });
        }
        w.ran.push_back(t.n);
        co_return;
    });
    w.enqueue(300);
    auto server = w.make_server({.concurrency = 300, .acquire_batch = 300});
    w.start(server);
    BOOST_TEST(w.ran.size() == 300U);
    BOOST_REQUIRE(seen.size() == 1);
    BOOST_TEST(seen[0] <= 128U); // one slot's turn, and that of one more which stood before it
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
