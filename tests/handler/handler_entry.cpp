// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/registry.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <handler/fixture.hpp>
#include <handler/jobs.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(handler_entry)

namespace jobs = handler_tests::jobs;
namespace asio = boost::asio;
using handler_tests::make_job;
using notes = std::vector<std::string>;
using reason = cofire::cancellation_reason;

struct fresh : handler_tests::slot {
    asio::io_context pool; // driven by hand: another executor, without another thread
    cofire::registry registry;

    fresh() { jobs::take_notes(); }

    cofire::handler_entry const& entry() const { return *registry.entries().front(); }

    /// Runs the only entry on `arguments` to its end.
    void run(std::string arguments) {
        begin(entry(), make_job(entry().name, std::move(arguments)));
        drive();
        BOOST_REQUIRE(ended);
    }

    void drive() {
        for (int i = 0; i != 10; ++i) {
            poll();
            pool.restart();
            pool.poll();
        }
    }

    bool did(notes expected) {
        auto const done = jobs::take_notes();
        BOOST_TEST(done == expected, boost::test_tools::per_element());
        return done == expected;
    }
};

// The forms of registration.

BOOST_FIXTURE_TEST_CASE(a_coroutine, fresh) {
    registry.add<jobs::greet>();
    run(R"(["alice"])");
    BOOST_TEST(error() == "");
    BOOST_TEST(did({"greet alice"}));
    BOOST_TEST(state.result == "");
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_with_context_and_result, fresh) {
    registry.add<jobs::backup>();
    begin(entry(), make_job("nightly-backup", R"(["crm"])"));
    drive();
    BOOST_TEST(did({"backup crm 1"}));
    BOOST_TEST(!ended);
    clock.advance(std::chrono::seconds(5));
    drive();
    BOOST_TEST(ended);
    BOOST_TEST(error() == "");
    BOOST_TEST(did({"backed up crm"}));
    BOOST_TEST(state.result == "3");
}

BOOST_FIXTURE_TEST_CASE(a_noexcept_one_and_one_without_arguments, fresh) {
    registry.add<jobs::never_throws>();
    run("[3]");
    BOOST_TEST(did({"noexcept 3"}));
    cofire::registry other;
    other.add<jobs::nothing>();
    BOOST_TEST(handler_tests::slot::run(*other.entries().front(), make_job("nothing", "[]")));
    BOOST_TEST(did({"nothing"}));
}

BOOST_FIXTURE_TEST_CASE(a_function_that_returns_a_coroutine, fresh) {
    registry.add<jobs::forwarded>();
    run(R"(["bob"])");
    BOOST_TEST(did({"greet bob"}));
    run(R"([""])");
    BOOST_TEST(error() == "no user");
}

BOOST_FIXTURE_TEST_CASE(a_member_function_by_reference_pointer_and_shared_pointer, fresh) {
    jobs::mailer mail{"ann"};
    registry.add<&jobs::mailer::send>(mail);
    run(R"(["bob"])");
    BOOST_TEST(did({"ann to bob"}));
    cofire::registry others[3];
    others[0].add<&jobs::mailer::send>(&mail);
    others[1].add<&jobs::mailer::send>(std::make_shared<jobs::mailer>("joe"));
    others[2].add<&jobs::mailer::send>(std::ref(mail));
    for (auto const& other : others) {
        BOOST_TEST(handler_tests::slot::run(*other.entries().front(), make_job("m", R"(["x"])")));
    }
    BOOST_TEST(did({"ann to x", "joe to x", "ann to x"}));
}

BOOST_FIXTURE_TEST_CASE(a_const_member_function_with_context, fresh) {
    jobs::mailer const mail{"ann"};
    registry.add<&jobs::mailer::count>(mail);
    run("[41]");
    BOOST_TEST(did({"ann counts in attempt 1"}));
    BOOST_TEST(state.result == "42");
}

BOOST_FIXTURE_TEST_CASE(a_struct_with_a_lambda, fresh) {
    std::string const gpu = "gpu that is long enough for the heap";
    registry.add<jobs::resize>(
        [gpu](cofire::job_context& ctx, jobs::resize job) -> asio::awaitable<std::string> {
            co_await ctx.sleep_for(std::chrono::seconds(1));
            co_return gpu + " " + job.path + " " + std::to_string(job.width);
        }
    );
    begin(entry(), make_job("r", R"({"path": "cat.png"})"));
    drive();
    clock.advance(std::chrono::seconds(1));
    drive();
    BOOST_TEST(state.result == "\"gpu that is long enough for the heap cat.png 800\"");
}

struct by_const_reference {
    asio::awaitable<void> operator()(jobs::resize const& job) const {
        jobs::note("resize " + job.path);
        co_return;
    }
};

BOOST_FIXTURE_TEST_CASE(a_struct_with_a_functor, fresh) {
    registry.add<jobs::resize>(by_const_reference{});
    run(R"({"path": "dog.png", "width": 3})");
    BOOST_TEST(did({"resize dog.png"}));
}

BOOST_FIXTURE_TEST_CASE(a_struct_that_runs_itself, fresh) {
    registry.add<jobs::clean_up>(cofire::concurrency(1));
    begin(entry(), make_job("handler_tests::jobs::clean_up", R"({"days": 7})"));
    drive();
    clock.advance(std::chrono::seconds(1));
    drive();
    BOOST_TEST(state.result == "7");
    cofire::registry other;
    other.add<jobs::tick>();
    BOOST_TEST(handler_tests::slot::run(*other.entries().front(), make_job("t", "{}")));
    BOOST_TEST(did({"clean up 7 handler_tests::jobs::clean_up", "tick"}));
}

BOOST_FIXTURE_TEST_CASE(another_callable_in_place_of_the_function, fresh) {
    registry.add<jobs::greet>([](std::string user) -> asio::awaitable<void> {
        jobs::note("fake " + user);
        co_return;
    });
    run(R"(["alice"])");
    cofire::registry other;
    other.add<&jobs::mailer::send>(
        [](cofire::job_context& ctx, std::string const& to) -> asio::awaitable<int> {
            jobs::note("fake " + to);
            co_return static_cast<int>(ctx.attempt());
        }
    );
    BOOST_TEST(handler_tests::slot::run(*other.entries().front(), make_job("t", R"(["bob"])")));
    BOOST_TEST(did({"fake alice", "fake bob"}));
    BOOST_TEST(state.result == "1");
}

// Arguments, results, exceptions.

BOOST_FIXTURE_TEST_CASE(what_cannot_be_decoded_reaches_no_user_code, fresh) {
    int filtered = 0;
    registry.add_filter([&](cofire::job_context&, cofire::next_handler next) {
        ++filtered;
        return next();
    });
    registry.add<jobs::greet>();
    for (char const* arguments : {"[1]", "[]", "{}", "[\"a\", 2]", "nonsense", "", "[\"a\""}) {
        run(arguments);
        BOOST_TEST_INFO(arguments);
        BOOST_REQUIRE(thrown != nullptr);
        BOOST_CHECK_THROW(std::rethrow_exception(thrown), cofire::detail::undecodable);
    }
    auto job = make_job("greet", R"(["alice"])");
    job.argument_version = 9;
    begin(entry(), std::move(job));
    drive();
    BOOST_CHECK_THROW(std::rethrow_exception(thrown), cofire::detail::undecodable);
    BOOST_TEST(did({}));
    BOOST_TEST(filtered == 0);
}

BOOST_FIXTURE_TEST_CASE(a_result_that_is_no_json_is_an_error, fresh) {
    registry.add<jobs::divide>();
    run("[6, 2]");
    BOOST_TEST(state.result == "3");
    run("[6, 0]");
    BOOST_REQUIRE(thrown != nullptr);
    BOOST_CHECK_EXCEPTION(
        std::rethrow_exception(thrown),
        cofire::error,
        [](cofire::error const& e) { return e.value() == cofire::errc::bad_result; }
    );
    BOOST_TEST(state.result == "");
}

BOOST_FIXTURE_TEST_CASE(the_log_is_closed_however_the_run_ends, fresh) {
    bool fail = false;
    registry.add<jobs::nothing>([&fail](cofire::job_context& ctx) -> asio::awaitable<void> {
        for (int i = 0; i != 201; ++i) {
            ctx.log("x");
        }
        if (fail) {
            throw std::runtime_error("x");
        }
        co_return;
    });
    for (bool const b : {false, true}) {
        fail = b;
        run("[]");
        auto const report = state.take_report();
        BOOST_REQUIRE(report.has_value());
        BOOST_REQUIRE(report->lines.size() == 201U);
        BOOST_TEST(report->lines.back().text == "(1 more lines were not kept, the limit is 200)");
    }
}

// Other executors.

BOOST_FIXTURE_TEST_CASE(a_blocking_function_runs_where_it_is_told, fresh) {
    registry.add<jobs::blocking>(cofire::on(pool));
    begin(entry(), make_job("b", "[21]"));
    poll();
    BOOST_TEST(did({})); // it waits for the pool
    drive();
    BOOST_TEST(ended);
    BOOST_TEST(did({"blocking 21 b"}));
    BOOST_TEST(state.result == "42");
    run("[-1]");
    BOOST_TEST(error() == "negative");
}

BOOST_FIXTURE_TEST_CASE(blocking_in_every_form, fresh) {
    jobs::mailer mail{"ann"};
    registry.add<&jobs::mailer::block>(mail, cofire::on(pool));
    run("[1]");
    BOOST_TEST(state.result == "11");
    cofire::registry others[2];
    others[0].add<jobs::blocking_void>(cofire::on(pool.get_executor()));
    others[1].add<jobs::resize>(
        [](jobs::resize const& job) {
            jobs::note(job.path);
            return job.width;
        },
        cofire::on(pool)
    );
    begin(*others[0].entries().front(), make_job("b", R"(["x"])"));
    drive();
    begin(*others[1].entries().front(), make_job("b", R"({"path": "p"})"));
    drive();
    BOOST_TEST(did({"blocking x", "p"}));
    BOOST_TEST(state.result == "800");
}

BOOST_FIXTURE_TEST_CASE(a_blocking_function_asked_to_stop_before_it_began_does_not_begin, fresh) {
    registry.add<jobs::blocking>(cofire::on(pool));
    begin(entry(), make_job("b", "[21]"));
    poll();
    stop(reason::shutdown);
    drive();
    BOOST_TEST(ended);
    BOOST_TEST(did({}));
    BOOST_REQUIRE(thrown != nullptr);
    BOOST_CHECK_EXCEPTION(
        std::rethrow_exception(thrown),
        boost::system::system_error,
        [](auto const& e) { return e.code() == asio::error::operation_aborted; }
    );
}

BOOST_FIXTURE_TEST_CASE(a_blocking_function_sees_the_stop_token_and_is_waited_for, fresh) {
    registry.add<jobs::nothing>(
        [this](cofire::job_context& ctx) {
            jobs::note(ctx.stop_token().stop_requested() ? "stopped" : "running");
            stop(reason::timeout);
            poll(); // the slot sees the cancellation and stays
            BOOST_TEST(!ended);
            jobs::note(ctx.stop_token().stop_requested() ? "stopped" : "running");
            return 5;
        },
        cofire::on(pool)
    );
    run("[]");
    BOOST_TEST(error() == "");
    BOOST_TEST(did({"running", "stopped"}));
    BOOST_TEST(state.result == "5");
}

BOOST_FIXTURE_TEST_CASE(a_coroutine_runs_where_it_is_told, fresh) {
    registry.add<jobs::nothing>(
        [](cofire::job_context&) -> asio::awaitable<std::string> {
            jobs::note("there");
            auto const executor = co_await asio::this_coro::executor;
            asio::steady_timer timer(executor, std::chrono::seconds(0));
            co_await timer.async_wait(asio::use_awaitable);
            using strand = asio::strand<asio::any_io_executor>;
            co_return executor.target<strand>() != nullptr ? "strand" : "other";
        },
        cofire::on(pool)
    );
    begin(entry(), make_job("n", "[]"));
    poll();
    BOOST_TEST(did({}));
    pool.run();
    poll();
    BOOST_TEST(ended);
    BOOST_TEST(did({"there"}));
    BOOST_TEST(state.result == "\"strand\"");
}

BOOST_FIXTURE_TEST_CASE(a_handler_runs_on_the_slots_executor, fresh) {
    bool same = false;
    registry.add<jobs::nothing>([&, this](cofire::job_context& ctx) -> asio::awaitable<void> {
        same = co_await asio::this_coro::executor == strand && ctx.executor() == io.get_executor();
    });
    run("[]");
    BOOST_TEST(same);
}

// Cancellation.

asio::awaitable<void> sleep_long(cofire::job_context& ctx) {
    jobs::note("asleep");
    co_await ctx.sleep_for(std::chrono::hours(1));
    jobs::note("awake");
}

BOOST_FIXTURE_TEST_CASE(cancellation_reaches_a_suspended_handler, fresh) {
    registry.add<jobs::nothing>(&sleep_long);
    begin(entry(), make_job("n", "[]"));
    poll();
    stop(reason::cancelled);
    poll();
    BOOST_TEST(ended);
    BOOST_TEST(did({"asleep"}));
    BOOST_REQUIRE(thrown != nullptr);
    BOOST_CHECK_THROW(std::rethrow_exception(thrown), boost::system::system_error);
    BOOST_TEST((context.cancellation_reason() == reason::cancelled));
}

BOOST_FIXTURE_TEST_CASE(cancellation_reaches_a_handler_on_its_own_executor, fresh) {
    registry.add<jobs::nothing>(&sleep_long, cofire::on(pool));
    begin(entry(), make_job("n", "[]"));
    drive();
    stop(reason::cancelled);
    poll();
    BOOST_TEST(!ended); // the slot waits for the handler
    drive();
    BOOST_TEST(ended);
    BOOST_TEST(did({"asleep"}));
    BOOST_REQUIRE(thrown != nullptr);
    BOOST_CHECK_THROW(std::rethrow_exception(thrown), boost::system::system_error);
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_returns_all_the_same_keeps_its_result, fresh) {
    registry.add<jobs::nothing>([](cofire::job_context& ctx) -> asio::awaitable<int> {
        try {
            co_await ctx.sleep_for(std::chrono::hours(1));
        } catch (boost::system::system_error const&) {
            jobs::note("cleaned up");
        }
        co_return 1;
    });
    begin(entry(), make_job("n", "[]"));
    poll();
    stop(reason::shutdown);
    poll();
    BOOST_TEST(ended);
    BOOST_TEST(error() == "");
    BOOST_TEST(state.result == "1");
}

BOOST_FIXTURE_TEST_CASE(a_late_cancellation_hits_nobody, fresh) {
    // Emitted when the handler elsewhere has ended, but the slot has not heard of it yet.
    registry.add<jobs::nothing>(
        [](cofire::job_context&) -> asio::awaitable<void> { co_return; }, cofire::on(pool)
    );
    begin(entry(), make_job("n", "[]"));
    poll();
    pool.restart();
    pool.poll();
    signal.emit(asio::cancellation_type::total);
    drive();
    BOOST_TEST(ended);
    BOOST_TEST(error() == "");
}

BOOST_FIXTURE_TEST_CASE(everything_may_be_destroyed_with_a_suspended_handler, fresh) {
    auto const token = std::make_shared<int>(1);
    {
        handler_tests::slot here;
        auto copy = token;
        registry.add<jobs::nothing>([copy](cofire::job_context& ctx) -> asio::awaitable<void> {
            auto const kept = copy;
            co_await ctx.sleep_for(std::chrono::hours(1));
        });
        here.begin(entry(), make_job("n", "[]"));
        here.poll();
        BOOST_TEST(token.use_count() == 4);
    }
    BOOST_TEST(token.use_count() == 2);
}

// With threads, for the thread sanitizer.

BOOST_FIXTURE_TEST_CASE(cancelled_at_any_moment_on_two_threads, fresh) {
    registry.add<jobs::nothing>(
        [](cofire::job_context& ctx) -> asio::awaitable<int> {
            ctx.log("x");
            auto const executor = co_await asio::this_coro::executor;
            asio::steady_timer timer(executor);
            for (int i = 0; i != 3; ++i) {
                timer.expires_after(std::chrono::microseconds(20));
                co_await timer.async_wait(asio::use_awaitable);
            }
            co_return 1;
        },
        cofire::on(pool)
    );
    auto const guard = asio::make_work_guard(pool);
    std::thread worker([this] { pool.run(); });
    int returned = 0;
    for (int i = 0; i != 200; ++i) {
        begin(entry(), make_job("n", "[]", static_cast<std::uint64_t>(i)));
        asio::steady_timer timer(io, std::chrono::microseconds(i));
        timer.async_wait([this](auto) { stop(reason::timeout); });
        io.restart();
        io.run();
        BOOST_REQUIRE(ended);
        BOOST_REQUIRE(state.take_report().has_value() || thrown != nullptr);
        returned += thrown == nullptr ? 1 : 0;
    }
    BOOST_TEST_MESSAGE(returned << " of 200 returned");
    pool.stop();
    worker.join();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
