// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <thread>

BOOST_AUTO_TEST_SUITE(server_shutdown)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;
using cofire::server_state;
using why = cofire::cancellation_reason;

BOOST_AUTO_TEST_CASE(an_idle_server_stops_at_once) {
    world w;
    auto server = w.make_server();
    auto const end = w.start(server);
    server.stop();
    server.stop();
    w.run();
    end->check();
    server.stop();
    server.stop_now();
    BOOST_TEST((server.state() == server_state::stopped));
}

BOOST_AUTO_TEST_CASE(stopped_before_it_ran_it_does_not_run) {
    world w;
    auto server = w.make_server();
    server.stop();
    BOOST_TEST((server.state() == server_state::stopped));
    BOOST_TEST((code_of([&] { w.get(server.run()); }) == cofire::errc::stopped));
    BOOST_TEST(!w.handlers.frozen());
}

/// A handler that obeys, one that ignores everything, and more jobs than room.
struct busy : world {
    std::vector<why> told;
    cofire::detail::parking stubborn_gate;
    cofire::job_id obedient;
    cofire::job_id stubborn;
    cofire::job_id waiting;

    busy() {
        handlers.add<task>([this](job_context& ctx, task) -> asio::awaitable<void> {
            try {
                co_await sleep_long(ctx);
            } catch (boost::system::system_error const&) {
                told.push_back(ctx.cancellation_reason());
                throw;
            }
        });
        handlers.add<other>([this](job_context&, other) -> asio::awaitable<void> {
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            auto op = stubborn_gate.wait();
            co_await std::move(op);
        });
        obedient = add(1);
        stubborn = add<other>(1);
        waiting = add(2);
    }
};

BOOST_AUTO_TEST_CASE(goes_step_by_step) {
    busy w;
    auto server = w.make_server({.concurrency = 2});
    auto const end = w.start(server);
    server.stop();
    w.run();
    BOOST_TEST((server.state() == server_state::stopping));
    BOOST_TEST(server.health().message == "stopping");
    auto const late = w.add(3);
    BOOST_TEST((w.state(late) == job_state::enqueued)); // nothing is taken any more
    w.advance(4999ms);
    BOOST_TEST(w.told.empty());
    w.advance(1ms);
    BOOST_REQUIRE(w.told.size() == 1);
    BOOST_TEST((w.told[0] == why::shutdown));
    BOOST_TEST((w.state(w.obedient) == job_state::enqueued));
    BOOST_TEST(w.record(w.obedient).attempt == 0U);
    BOOST_TEST(w.log.count("does not stop") == 0U);
    w.advance(2999ms);
    BOOST_TEST(w.log.count("does not stop") == 0U);
    w.advance(1ms);
    BOOST_TEST(w.log.count("server_tests::other " + w.stubborn.to_string()) == 1U);
    w.advance(1h);
    BOOST_TEST(!end->ended);
    BOOST_TEST(w.log.count("does not stop") == 1U);
    w.stubborn_gate.notify();
    w.run();
    end->check();
    BOOST_TEST((w.state(w.stubborn) == job_state::succeeded)); // it returned
    BOOST_TEST((w.state(w.waiting) == job_state::enqueued));
    BOOST_TEST(server.health().counters.running == 0U);
}

BOOST_AUTO_TEST_CASE(takes_both_steps_after_a_long_sleep) {
    busy w;
    auto server = w.make_server({.concurrency = 2});
    w.start(server);
    server.stop();
    w.run();
    w.advance(1h);
    BOOST_TEST(w.told.size() == 1U);
    BOOST_TEST(w.log.count("does not stop") >= 1U);
    w.stubborn_gate.notify();
    w.run();
}

BOOST_AUTO_TEST_CASE(stop_now_takes_a_step_each_time) {
    busy w;
    auto server = w.make_server({.concurrency = 2});
    auto const end = w.start(server);
    server.stop_now();
    w.run();
    BOOST_TEST(w.told.size() == 1U);
    BOOST_TEST(w.log.count("does not stop") == 0U);
    server.stop_now();
    w.run();
    BOOST_TEST(w.log.count("does not stop") == 1U);
    server.stop_now();
    w.run();
    BOOST_TEST(!end->ended);
    w.stubborn_gate.notify();
    w.run();
    end->check();
}

BOOST_AUTO_TEST_CASE(hands_its_jobs_to_another_server) {
    busy w;
    auto first = w.make_server({.concurrency = 2});
    auto const end = w.start(first);
    int ran = 0;
    cofire::registry handlers;
    handlers.add<task>([&](job_context&, task) -> asio::awaitable<void> {
        ++ran;
        co_return;
    });
    cofire::server second(w.io.get_executor(), w.storage, handlers, {}, w.environment());
    w.stubborn_gate.notify();
    first.stop_now();
    w.run();
    end->check();
    BOOST_TEST((w.state(w.obedient) == job_state::enqueued));
    auto const end2 = w.start(second);
    BOOST_TEST(ran == 2);
    BOOST_TEST((w.state(w.obedient) == job_state::succeeded));
    BOOST_TEST((w.state(w.waiting) == job_state::succeeded));
    BOOST_TEST(w.record(w.obedient).lost == 0U);
    second.stop();
    w.run();
    end2->check();
}

/// Cancels run() itself.
struct cancelled_run : busy {
    asio::cancellation_signal signal;
    bool ended = false;
    std::exception_ptr error;

    void begin(cofire::server& s) {
        auto const tell = [this](std::exception_ptr e) {
            ended = true;
            error = std::move(e);
        };
        asio::co_spawn(io, s.run(), asio::bind_cancellation_slot(signal.slot(), tell));
        run();
    }
    void emit(asio::cancellation_type type) {
        asio::post(io, [this, type] { signal.emit(type); });
        run();
    }
};

BOOST_AUTO_TEST_CASE(total_cancellation_of_run_is_stop) {
    for (auto type : {asio::cancellation_type::total, asio::cancellation_type::partial}) {
        cancelled_run w;
        auto server = w.make_server({.concurrency = 2});
        w.begin(server);
        w.emit(type);
        BOOST_TEST((server.state() == server_state::stopping));
        BOOST_TEST(w.told.empty());
        w.advance(5s);
        BOOST_TEST(w.told.size() == 1U);
        w.stubborn_gate.notify();
        w.run();
        BOOST_TEST(w.ended);
        BOOST_TEST(!w.error);
    }
}

BOOST_AUTO_TEST_CASE(terminal_cancellation_of_run_is_stop_now) {
    cancelled_run w;
    auto server = w.make_server({.concurrency = 2});
    w.begin(server);
    w.emit(asio::cancellation_type::terminal);
    BOOST_TEST(w.told.size() == 1U);
    BOOST_TEST(!w.ended);
    w.emit(asio::cancellation_type::terminal); // the next step
    BOOST_TEST(w.log.count("does not stop") == 1U);
    w.stubborn_gate.notify();
    w.run();
    BOOST_TEST(w.ended);
    BOOST_TEST(!w.error);
}

BOOST_AUTO_TEST_CASE(total_then_terminal) {
    cancelled_run w;
    auto server = w.make_server({.concurrency = 2});
    w.begin(server);
    w.emit(asio::cancellation_type::total);
    BOOST_TEST(w.told.empty());
    w.emit(asio::cancellation_type::terminal);
    BOOST_TEST(w.told.size() == 1U);
    w.stubborn_gate.notify();
    w.run();
    BOOST_TEST(w.ended);
}

BOOST_AUTO_TEST_CASE(a_coroutine_goes_on_after_its_run_was_cancelled) {
    world w;
    auto server = w.make_server();
    asio::cancellation_signal signal;
    bool after = false;
    auto const program = [&]() -> asio::awaitable<void> {
        auto op = server.run();
        co_await std::move(op);
        co_await asio::post(asio::use_awaitable); // is not cancelled
        after = true;
    };
    auto const ignore = [](std::exception_ptr) {};
    asio::co_spawn(w.io, program(), asio::bind_cancellation_slot(signal.slot(), ignore));
    w.run();
    asio::post(w.io, [&] { signal.emit(asio::cancellation_type::terminal); });
    w.run();
    BOOST_TEST(after);
}

BOOST_AUTO_TEST_CASE(destroyed_while_it_runs_it_stops_at_once) {
    busy w;
    auto server = std::make_unique<cofire::server>(w.make_server({.concurrency = 2}));
    auto const end = w.start(*server);
    server.reset();
    w.run();
    BOOST_TEST(w.told.size() == 1U);
    BOOST_TEST(!end->ended);
    w.stubborn_gate.notify();
    w.run();
    end->check();
}

BOOST_AUTO_TEST_CASE(stops_in_every_phase) {
    // After 0, 1, 2, ... steps of the context, from the start to when all jobs have ended.
    for (int steps = 0; steps != 60; ++steps) {
        world w;
        w.handlers.add<task>([](job_context&, task t) -> asio::awaitable<void> {
            if (t.n % 2 == 0) {
                co_await asio::post(asio::use_awaitable);
            }
        });
        std::vector<cofire::job_id> ids;
        for (int i = 0; i != 5; ++i) {
            ids.push_back(w.add(i));
        }
        auto server = w.make_server({.concurrency = 2});
        bool ended = false;
        auto const tell = [&](std::exception_ptr e) { ended = !e; };
        asio::co_spawn(w.io, server.run(), tell);
        w.io.restart();
        for (int i = 0; i != steps; ++i) {
            w.io.poll_one();
        }
        if (server.state() == server_state::idle) {
            continue;
        }
        server.stop();
        w.run();
        BOOST_TEST(ended, "after " << steps << " steps");
        for (auto id : ids) {
            auto const r = w.record(id);
            bool const well = r.state == job_state::succeeded || r.state == job_state::enqueued;
            BOOST_TEST(well, to_string(r.state) << " after " << steps << " steps");
            BOOST_TEST(r.lost == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(is_stopped_from_another_thread_at_any_moment) {
    for (int i = 0; i != 50; ++i) {
        log_lines log;
        asio::thread_pool pool(3);
        cofire::memory_storage storage;
        cofire::registry handlers;
        handlers.add<task>([](job_context& ctx, task t) -> asio::awaitable<void> {
            if (t.n % 10 == 0) {
                co_await sleep_long(ctx);
            }
        });
        cofire::server server(
            pool.get_executor(),
            storage,
            handlers,
            {.concurrency = 8},
            cofire::server_environment().log(log.sink())
        );
        cofire::client jobs{storage};
        for (int n = 0; n != 40; ++n) {
            asio::co_spawn(pool, jobs.enqueue<task>(n), asio::use_future).get();
        }
        auto ended = asio::co_spawn(pool, server.run(), asio::use_future);
        while (server.state() == server_state::idle) {
            std::this_thread::yield();
        }
        std::thread a([&] {
            for (int n = 0; n != i * 20; ++n) {
                std::this_thread::yield();
            }
            server.stop_now();
        });
        std::thread b([&] { server.stop(); });
        a.join();
        b.join();
        ended.get();
        auto const counts = asio::co_spawn(pool, jobs.counts(), asio::use_future).get();
        BOOST_TEST(counts[job_state::processing] == 0U);
        BOOST_TEST(counts.lost == 0U);
        BOOST_TEST(counts[job_state::succeeded] + counts[job_state::enqueued] == 40U);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
