// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "failing_storage.hpp"

#include <stdexcept>

BOOST_AUTO_TEST_SUITE(server_errors)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;
using cofire::server_state;
using why = cofire::cancellation_reason;

BOOST_AUTO_TEST_CASE(every_operation_is_tried_again_with_growing_pauses) {
    for (std::string_view op : {"announce", "tick", "settle", "recurring", "wait"}) {
        failing w;
        w.fail_before(op);
        w.start();
        auto const id = w.add(1);
        w.run();
        BOOST_TEST(!w.end->ended);
        int last = w.weak.calls;
        for (int i = 0; i != 12; ++i) {
            w.advance(1ms); // while it waits, nothing is asked of the storage
            BOOST_TEST(w.weak.calls <= last + 8, op << " is asked too often");
            last = w.weak.calls;
            w.advance(6s);
            last = w.weak.calls;
        }
        BOOST_TEST(w.log.count("the disk is gone") >= 10U, op);
        BOOST_TEST(!w.server->health().ok, op);
        BOOST_TEST(w.server->health().message.find("the disk is gone") != std::string::npos);
        BOOST_TEST(w.server->health().counters.storage_errors >= 10U);
        w.mend();
        w.advance(6s);
        BOOST_TEST((w.state(id) == job_state::succeeded), op);
        BOOST_TEST(w.ran.size() == 1U, op);
        BOOST_TEST(w.server->health().ok, op << ": " << w.server->health().message);
        w.server->stop();
        w.run();
        w.end->check();
    }
}

BOOST_AUTO_TEST_CASE(does_not_spin_while_the_storage_fails_and_something_is_due) {
    failing w;
    w.handlers.add<other>([](job_context& ctx, other) -> asio::awaitable<void> {
        ctx.progress(1, 2);
        co_await sleep_long(ctx);
    });
    w.start();
    w.get(w.jobs.schedule<task>(1s, 1));
    w.get(w.jobs.recurring<task>("each second", "* * * * * *", 1));
    w.add<other>(1, {.timeout = 1s});
    w.weak.before = [](std::string_view) { fail(); };
    w.advance(2s); // run() of the world fails if this is never idle
    w.advance(50ms);
    w.mend();
    w.advance(6s);
    BOOST_TEST(w.ran.size() >= 2U);
}

BOOST_AUTO_TEST_CASE(does_not_spin_on_the_systems_clock_either) {
    log_lines log;
    asio::io_context io(1);
    cofire::memory_storage storage;
    failing_storage weak{storage};
    cofire::registry handlers;
    handlers.add<task>([](job_context& ctx, task) -> asio::awaitable<void> {
        ctx.progress(1, 2);
        co_await sleep_long(ctx);
    });
    cofire::client jobs{storage};
    cofire::server server(
        io.get_executor(), weak, handlers, {}, cofire::server_environment().log(log.sink())
    );
    auto const ignore = [](std::exception_ptr, auto&&...) {};
    asio::co_spawn(io, jobs.enqueue<task>(1), ignore);
    asio::co_spawn(io, jobs.schedule<task>(1ms, 2), ignore);
    asio::co_spawn(io, server.run(), ignore);
    io.poll();
    weak.before = [](std::string_view) { fail(); };
    while (server.health().counters.storage_errors == 0) {
        io.run_one(); // the job is due, and nobody can say so
    }
    std::size_t handlers_run = 0;
    for (int i = 0; i != 5000; ++i) {
        handlers_run += io.poll();
    }
    BOOST_TEST(handlers_run < 500U);
    BOOST_TEST(server.health().counters.storage_errors >= 1U);
}

BOOST_AUTO_TEST_CASE(an_outcome_whose_answer_was_lost_is_settled_again_and_counts_once) {
    failing w;
    bool failed = false;
    w.weak.after = [&](std::string_view name) {
        if (name == "settle" && w.ran.size() == 1 && !std::exchange(failed, true)) {
            throw cofire::error(cofire::errc::outcome_unknown, "no answer");
        }
    };
    auto const id = w.add(1);
    w.start();
    BOOST_TEST(failed);
    w.advance(1s);
    BOOST_TEST((w.state(id) == job_state::succeeded));
    BOOST_TEST(w.ran.size() == 1U);
    BOOST_TEST(w.record(id).attempt == 1U);
    BOOST_TEST(w.server->health().counters.succeeded == 1U);
    BOOST_TEST(w.server->health().counters.stale == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_full_storage_refuses_is_tried_again) {
    failing w;
    for (bool const starts : {true, false}) {
        w.weak.before = [starts](std::string_view name) {
            if (name == "settle" || (name == "acquire" && !starts)) {
                throw cofire::error(cofire::errc::no_space, "journal");
            }
        };
        auto const id = w.add(1);
        if (!w.server) {
            w.start();
        }
        w.advance(1s);
        BOOST_TEST((w.state(id) == (starts ? job_state::processing : job_state::enqueued)));
        BOOST_TEST(!w.server->health().ok);
        w.mend();
        w.advance(10s);
        BOOST_TEST((w.state(id) == job_state::succeeded));
        BOOST_TEST(w.server->health().ok);
    }
    BOOST_TEST(w.log.count("refuses the outcome") == 0U);
}

BOOST_AUTO_TEST_CASE(a_firing_for_which_there_is_no_room_holds_nothing_else_up) {
    failing w;
    w.get(w.jobs.recurring<task>("a", "* * * * *", 7));
    w.weak.before = [](std::string_view name) {
        if (name == "fire") {
            throw cofire::error(cofire::errc::no_space, "journal");
        }
    };
    w.start();
    w.advance(61s);
    BOOST_TEST(w.log.count("recurring failed") >= 1U);
    auto const id = w.add(1);
    BOOST_TEST((w.state(id) == job_state::succeeded)); // at once
    BOOST_TEST(w.server->health().ok);
    BOOST_TEST(w.ran.size() == 1U);
    w.mend();
    w.advance(10s);
    BOOST_TEST(w.ran.size() == 2U);
}

BOOST_AUTO_TEST_CASE(reports_survive_a_failure) {
    failing w;
    cofire::detail::parking gate;
    w.handlers.add<other>([&](job_context& ctx, other) -> asio::awaitable<void> {
        auto op = gate.wait();
        co_await std::move(op);
        ctx.log("a line");
    });
    w.start();
    auto const id = w.add<other>(1);
    w.fail_before("tick");
    gate.notify();
    w.run();
    w.advance(1s);
    w.mend();
    w.advance(6s);
    auto const record = w.record(id);
    BOOST_TEST((record.state == job_state::succeeded));
    BOOST_REQUIRE(record.log.size() == 1);
    BOOST_TEST(record.log[0].text == "a line");
}

BOOST_AUTO_TEST_CASE(a_server_taken_for_dead_gives_up_what_it_holds_and_goes_on) {
    failing w;
    std::vector<why> told;
    w.handlers.add<other>([&](job_context& ctx, other) -> asio::awaitable<void> {
        try {
            co_await sleep_long(ctx);
        } catch (boost::system::system_error const&) {
            told.push_back(ctx.cancellation_reason());
        }
    });
    auto const held = w.add<other>(1);
    w.start({.concurrency = 1});
    auto const instance = w.record(held).server;
    w.get(w.jobs.pause_queue("default"));
    cofire::storage_ref storage(w.storage);
    cofire::servers_request const retire = cofire::server_retire{instance};
    (void)w.get(storage.servers(retire));
    w.run();
    BOOST_REQUIRE(told.size() == 1);
    BOOST_TEST((told[0] == why::lease_lost));
    BOOST_TEST((w.state(held) == job_state::enqueued)); // it returned, but was not its any more
    BOOST_TEST(w.log.count("lease lost") >= 1U);
    auto const next = w.add(1);
    w.get(w.jobs.remove(held));
    w.get(w.jobs.resume_queue("default"));
    BOOST_TEST((w.state(next) == job_state::succeeded));
    BOOST_TEST(w.record(next).server != instance);
    BOOST_TEST(w.server->health().ok);
    BOOST_TEST(!w.end->ended);
}

BOOST_AUTO_TEST_CASE(a_server_taken_for_dead_does_not_start_what_it_had_acquired) {
    failing w;
    std::vector<cofire::epoch_type> epochs;
    w.handlers.add<other>([&](job_context& ctx, other) -> asio::awaitable<void> {
        epochs.push_back(ctx.epoch());
        co_return;
    });
    // Right after it took the jobs, before a slot begins, it is taken for dead.
    cofire::storage_ref storage(w.storage);
    bool retired = false;
    w.weak.after = [&](std::string_view name) {
        if (name == "settle" && !std::exchange(retired, true)) {
            cofire::servers_request const retire = cofire::server_retire{1};
            auto const ignore = [](std::exception_ptr, auto&&...) {};
            asio::co_spawn(w.io, storage.servers(retire), ignore);
        }
    };
    std::vector<cofire::job_id> ids;
    for (int i = 0; i != 10; ++i) {
        ids.push_back(w.add<other>(i));
    }
    w.start({.concurrency = 20});
    BOOST_TEST(retired);
    for (auto id : ids) {
        BOOST_TEST((w.state(id) == job_state::succeeded));
    }
    BOOST_TEST(w.server->health().counters.succeeded == 10U);
}

BOOST_AUTO_TEST_CASE(a_closed_storage_ends_run_when_handlers_have_returned) {
    for (bool stubborn : {false, true}) {
        world w;
        cofire::detail::parking gate;
        why told = why::none;
        w.handlers.add<task>([&](job_context& ctx, task) -> asio::awaitable<void> {
            try {
                co_await sleep_long(ctx);
            } catch (boost::system::system_error const&) {
                told = ctx.cancellation_reason();
            }
            if (stubborn) {
                co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
                auto op = gate.wait();
                co_await std::move(op);
            }
        });
        w.add(1);
        auto server = w.make_server();
        auto const end = w.start(server);
        w.storage.close();
        w.run();
        BOOST_TEST((told == why::shutdown));
        if (stubborn) {
            BOOST_TEST(!end->ended);
            BOOST_TEST(w.log.count("does not stop") == 1U);
            gate.notify();
            w.run();
        }
        BOOST_TEST((code_of([&] { end->check(); }) == cofire::errc::closed));
        BOOST_TEST((server.state() == server_state::stopped));
        BOOST_TEST(w.log.count("did not take the outcomes of 1 jobs") == 1U);
        BOOST_TEST(w.io.stopped());
    }
}

BOOST_AUTO_TEST_CASE(a_storage_closed_before_the_run_ends_it) {
    world w;
    auto server = w.make_server();
    w.storage.close();
    auto const end = w.start(server);
    BOOST_TEST((code_of([&] { end->check(); }) == cofire::errc::closed));
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_a_storage_that_fails) {
    failing w;
    auto const id = w.add(-1);
    w.start();
    w.weak.before = [](std::string_view) { fail(); };
    w.server->stop();
    w.run();
    w.advance(5s);
    BOOST_TEST(!w.end->ended); // it may come back
    for (int i = 0; i != 10 && !w.end->ended; ++i) {
        w.advance(1s);
    }
    BOOST_TEST((code_of([&] { w.end->check(); }) == cofire::errc::storage_failed));
    BOOST_TEST(w.log.count("did not take the outcomes of 1 jobs") == 1U);
    // The storage learns that the server is gone, and the job is not lost.
    w.mend();
    cofire::server second(w.io.get_executor(), w.storage, w.handlers, {}, w.environment());
    w.start(second);
    BOOST_TEST((w.state(id) == job_state::scheduled));
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_a_storage_that_comes_back) {
    failing w;
    auto const id = w.add(-1);
    w.start();
    w.weak.before = [](std::string_view) { fail(); };
    w.server->stop();
    w.run();
    w.advance(6s);
    w.mend();
    w.advance(1900ms);
    w.advance(5s);
    w.end->check();
    BOOST_TEST((w.state(id) == job_state::enqueued));
}

BOOST_AUTO_TEST_CASE(a_stop_tries_once_more_before_it_gives_up) {
    failing w;
    auto const id = w.add(-1);
    w.start();
    w.weak.before = [](std::string_view) { fail(); };
    w.server->stop();
    w.run();
    w.advance(5s); // the handler is asked to stop
    for (int i = 0; i != 20; ++i) {
        w.advance(100ms); // tries at 5, 5.1, 5.3, 5.7, 6.5 and, if there is time, at 8.1 s
    }
    w.mend();
    auto const calls = w.weak.calls;
    w.advance(900ms);
    BOOST_TEST(w.weak.calls == calls);
    w.advance(100ms);
    w.end->check();
    BOOST_TEST((w.state(id) == job_state::enqueued));
}

BOOST_AUTO_TEST_CASE(a_server_retires_from_a_storage_that_fails_to_settle) {
    failing w;
    auto const id = w.add(-1);
    w.start();
    w.fail_before("settle");
    w.server->stop();
    w.run();
    for (int i = 0; i != 10 && !w.end->ended; ++i) {
        w.advance(1s);
    }
    BOOST_TEST((code_of([&] { w.end->check(); }) == cofire::errc::storage_failed));
    BOOST_TEST((w.state(id) == job_state::enqueued));
    BOOST_TEST(w.record(id).lost == 0U);
}

BOOST_AUTO_TEST_CASE(a_retirement_that_fails_is_tried_again) {
    failing w;
    w.start();
    int failures = 0;
    w.weak.before = [&](std::string_view name) {
        if (name == "servers" && ++failures == 1) {
            fail();
        }
    };
    w.server->stop();
    w.run();
    w.end->check();
    BOOST_TEST(failures == 2);
}

BOOST_AUTO_TEST_CASE(what_is_no_cofire_error_is_a_failure_too) {
    failing w;
    w.weak.before = [](std::string_view name) {
        if (name == "tick") {
            throw std::runtime_error("something else");
        }
    };
    auto const id = w.add(1);
    w.start();
    w.add(2);
    BOOST_TEST(w.log.count("something else") >= 1U);
    w.mend();
    w.advance(10s);
    BOOST_TEST(w.ran.size() == 2U);
    BOOST_TEST((w.state(id) == job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(more_outcomes_than_one_call_takes_are_settled_in_several) {
    constexpr int count = 10'500; // a call takes 10,000
    failing w;
    for (int i = 0; i != count; ++i) {
        w.add(i);
    }
    bool first = true;
    w.weak.before = [&](std::string_view name) {
        if (name == "settle" && !w.ran.empty() && std::exchange(first, false)) {
            fail(); // so that all outcomes gather
        }
    };
    w.start({.concurrency = count, .acquire_batch = 10'000});
    w.advance(1s);
    BOOST_TEST(w.ran.size() == std::size_t{count});
    BOOST_TEST(w.server->health().counters.succeeded == static_cast<unsigned>(count));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
