// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <csignal>

BOOST_AUTO_TEST_SUITE(host)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;
using cofire::server_state;

cofire::host_options quiet(log_lines& log) {
    cofire::host_options o;
    o.environment.log(log.sink());
    return o;
}

struct hosted {
    log_lines log;
    asio::io_context io{1};
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}, quiet(log)};
    int ran = 0;

    hosted() {
        jobs.add<task>([this](job_context&, task) -> asio::awaitable<int> {
            ++ran;
            co_return 42;
        });
    }
    void run() {
        io.restart();
        io.poll();
    }
    template <class T>
    T get(asio::awaitable<T> op) {
        std::optional<T> result;
        auto const tell = [&](std::exception_ptr e, T value) {
            BOOST_REQUIRE(!e);
            result = std::move(value);
        };
        asio::co_spawn(io, std::move(op), tell);
        run();
        BOOST_REQUIRE(result);
        return std::move(*result);
    }
};

BOOST_AUTO_TEST_CASE(is_a_client_with_a_server) {
    hosted h;
    BOOST_TEST((h.jobs.server_status().state == server_state::idle));
    h.jobs.start();
    BOOST_TEST(h.jobs.server_status().ok); // from here on, not when the context runs
    auto const id = h.get(h.jobs.enqueue<task>(1)).id;
    BOOST_TEST(h.get(h.jobs.result<int>(id)) == 42);
    BOOST_TEST(h.ran == 1);
    h.jobs.stop();
    h.io.restart();
    h.io.run(); // nothing is left
    BOOST_TEST((h.jobs.server_status().state == server_state::stopped));
}

BOOST_AUTO_TEST_CASE(starts_once) {
    hosted h;
    h.jobs.start();
    BOOST_TEST((code_of([&] { h.jobs.start(); }) == cofire::errc::already_started));
    auto const late = [&] {
        h.jobs.add<other>([](job_context&, other) -> asio::awaitable<void> { co_return; });
    };
    BOOST_TEST((code_of(late) == cofire::errc::registry_frozen));
    h.jobs.stop();
    h.run();
    BOOST_TEST((code_of([&] { h.jobs.start(); }) == cofire::errc::stopped));
}

BOOST_AUTO_TEST_CASE(stopped_right_after_its_start_it_ends_well) {
    hosted h;
    bool ended = false;
    h.jobs.start([&](std::exception_ptr e) { ended = !e; });
    h.jobs.stop();
    h.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(tells_its_end) {
    hosted h;
    int ends = 0;
    h.jobs.start([&](std::exception_ptr e) { ends += e ? 100 : 1; });
    h.run();
    BOOST_TEST(ends == 0);
    h.jobs.stop_now();
    h.run();
    BOOST_TEST(ends == 1);
}

BOOST_AUTO_TEST_CASE(runs_in_a_coroutine_as_well) {
    hosted h;
    bool ended = false;
    auto const tell = [&](std::exception_ptr e) { ended = !e; };
    asio::co_spawn(h.io, h.jobs.run(), tell);
    h.run();
    h.get(h.jobs.enqueue<task>(1));
    h.run();
    BOOST_TEST(h.ran == 1);
    h.jobs.stop();
    h.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(destroyed_while_it_runs_it_keeps_its_handlers_until_they_have_returned) {
    log_lines log;
    asio::io_context io(1);
    bool ended = false;
    cofire::detail::parking gate;
    auto const kept = std::make_shared<int>(5);
    {
        cofire::host jobs{io.get_executor(), cofire::memory_storage{}, quiet(log)};
        auto const handler = [&gate, &ended, kept](job_context&, task) -> asio::awaitable<void> {
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            auto op = gate.wait();
            co_await std::move(op);
            BOOST_TEST(*kept == 5);
            ended = true;
        };
        jobs.add<task>(handler);
        auto const ignore = [](std::exception_ptr, auto&&...) {};
        asio::co_spawn(io, jobs.run(), ignore);
        asio::co_spawn(io, jobs.enqueue<task>(1), ignore);
        io.poll();
        BOOST_TEST(kept.use_count() > 2);
    }
    io.restart();
    io.poll();
    gate.notify();
    io.restart();
    io.poll();
    BOOST_TEST(ended);
    BOOST_TEST(io.stopped());
    BOOST_TEST(kept.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_result_waits_on_after_a_stop_until_it_is_closed) {
    for (bool from_its_end : {false, true}) {
        hosted h;
        bool ended = false;
        h.jobs.start([&](std::exception_ptr e) {
            ended = !e;
            if (from_its_end) {
                h.jobs.close();
            }
        });
        auto const id = h.get(h.jobs.schedule<task>(1h, 1)).id;
        std::exception_ptr why;
        auto const tell = [&](std::exception_ptr e, int) { why = std::move(e); };
        asio::co_spawn(h.io, h.jobs.result<int>(id), tell);
        h.run();
        h.jobs.stop();
        h.run();
        BOOST_TEST(ended);
        if (!from_its_end) {
            BOOST_TEST(!why);
            BOOST_TEST(!h.io.stopped()); // run() would not return
            h.jobs.close();
            h.jobs.close(); // again
        }
        h.run();
        BOOST_TEST(h.io.stopped());
        BOOST_REQUIRE(why);
        BOOST_TEST((code_of([&] { std::rethrow_exception(why); }) == cofire::errc::closed));
    }
}

BOOST_AUTO_TEST_CASE(closed_while_it_runs_it_ends_by_that_error) {
    hosted h;
    std::exception_ptr error;
    h.jobs.start([&](std::exception_ptr e) { error = std::move(e); });
    h.run();
    h.jobs.close();
    h.run();
    BOOST_TEST(h.io.stopped());
    BOOST_REQUIRE(error);
    BOOST_TEST((code_of([&] { std::rethrow_exception(error); }) == cofire::errc::closed));
}

BOOST_AUTO_TEST_CASE(stops_on_a_signal) {
    hosted h;
    int stopping = 0;
    bool ended = false;
    h.jobs.stop_on_signals([&] { ++stopping; });
    h.jobs.start([&](std::exception_ptr e) { ended = !e; });
    h.run();
    BOOST_REQUIRE(std::raise(SIGTERM) == 0);
    h.io.restart();
    h.io.run(); // returns: nothing listens any more
    BOOST_TEST(stopping == 1);
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(listens_for_signals_until_the_server_has_stopped) {
    hosted h;
    h.jobs.stop_on_signals();
    h.jobs.start();
    h.run();
    h.jobs.stop();
    h.io.restart();
    h.io.run();
    hosted never;
    never.jobs.stop_on_signals();
    never.jobs.stop();
    never.io.run();
    hosted late;
    late.jobs.stop();
    late.jobs.stop_on_signals();
    late.io.run();
    BOOST_TEST(late.io.stopped());
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
