// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/job_context.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <handler/fixture.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(job_context)

using namespace std::chrono_literals;
namespace asio = boost::asio;
using handler_tests::id_of;

struct fresh : handler_tests::slot {
    enum class sleep_end { none, slept, cancelled };
    sleep_end slept = sleep_end::none;
    cofire::detail::run_environment on_system_clock{
        .clock = cofire::clock::system(),
        .client = environment.client,
        .executor = io.get_executor(),
    };

    fresh() {
        auto job = handler_tests::make_job("send", R"(["x"])", 5);
        job.attempt = 2;
        job.lost = 1;
        job.recurring_id = "daily";
        job.occurrence = handler_tests::t0 + 50min;
        cofire::job_settings settings;
        settings.queue = "mail";
        settings.max_attempts = 4;
        job.settings = std::make_shared<cofire::job_settings const>(settings);
        job.due = handler_tests::t0 + 1h;
        job.parents = {
            {id_of(10), cofire::job_state::succeeded, "42"},
            {id_of(11), cofire::job_state::failed, ""},
            {id_of(12), cofire::job_state::succeeded, R"(["a","b"])"},
        };
        state.start(std::move(job));
    }

    static asio::awaitable<void>
    sleeper(fresh& self, cofire::job_context& context, cofire::duration d) {
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        try {
            auto op = context.sleep_for(d);
            co_await std::move(op);
            self.slept = sleep_end::slept;
        } catch (boost::system::system_error const& e) {
            BOOST_TEST((e.code() == asio::error::operation_aborted));
            self.slept = sleep_end::cancelled;
        }
    }

    void sleep(cofire::job_context& by, cofire::duration d) {
        asio::co_spawn(
            strand,
            sleeper(*this, by, d),
            asio::bind_cancellation_slot(signal.slot(), asio::detached)
        );
        poll();
    }
};

template <class F>
bool fails(cofire::errc code, std::string const& text, F f) {
    try {
        f();
    } catch (cofire::error const& e) {
        BOOST_TEST_INFO(e.what());
        BOOST_TEST(std::string(e.what()).find(text) != std::string::npos);
        return e.value() == code;
    }
    return false;
}

BOOST_FIXTURE_TEST_CASE(it_tells_what_the_job_is, fresh) {
    BOOST_TEST((context.id() == id_of(5)));
    BOOST_TEST(context.type() == "send");
    BOOST_TEST(context.queue() == "mail");
    BOOST_TEST(context.attempt() == 3U); // the third run
    BOOST_TEST(context.max_attempts() == 4U);
    BOOST_TEST(context.lost() == 1U);
    BOOST_TEST(context.epoch() == 7U);
    BOOST_TEST(context.arguments() == R"(["x"])");
    BOOST_TEST(context.recurring_id() == "daily");
    BOOST_TEST((context.created() == handler_tests::t0));
    BOOST_TEST((context.due() == handler_tests::t0 + 1h));
    BOOST_TEST((context.occurrence() == handler_tests::t0 + 50min));
    BOOST_TEST((context.executor() == io.get_executor()));
    BOOST_TEST(&context.client() == &environment.client);
}

BOOST_FIXTURE_TEST_CASE(the_first_run_is_attempt_one, fresh) {
    state.start(handler_tests::make_job("send", "[]"));
    BOOST_TEST(context.attempt() == 1U);
    BOOST_TEST(context.max_attempts() == 11U);
}

BOOST_FIXTURE_TEST_CASE(it_tells_why_to_stop, fresh) {
    BOOST_TEST((context.cancellation_reason() == cofire::cancellation_reason::none));
    auto const token = context.stop_token();
    state.request_stop(cofire::cancellation_reason::timeout);
    BOOST_TEST((context.cancellation_reason() == cofire::cancellation_reason::timeout));
    BOOST_TEST(token.stop_requested());
}

BOOST_FIXTURE_TEST_CASE(it_passes_on_what_the_handler_says, fresh) {
    context.progress(3, 4);
    context.log("hello");
    context.snooze(5s);
    context.snooze(6s);
    BOOST_TEST((state.snooze == 6s));
    auto const report = state.take_report();
    BOOST_REQUIRE(report.has_value());
    BOOST_TEST(report->progress->done == 3);
    BOOST_TEST(report->lines.at(0).text == "hello");
    BOOST_TEST(report->lines.at(0).attempt == 3U);
    using cofire::errc;
    BOOST_TEST(fails(errc::bad_option, "-1 us", [&] { context.snooze(-1us); }));
    BOOST_TEST(fails(errc::bad_option, "-1", [&] { context.progress(-1, 1); }));
    BOOST_TEST((state.snooze == 6s));
}

BOOST_FIXTURE_TEST_CASE(parents_results, fresh) {
    BOOST_TEST(context.parents().size() == 3U);
    BOOST_TEST((context.parents()[1].state == cofire::job_state::failed));
    BOOST_TEST(context.parent_result<int>() == 42);
    BOOST_TEST(context.parent_result<int>(0) == 42);
    BOOST_TEST(context.parent_result<int>(id_of(10)) == 42);
    auto const list = context.parent_result<std::vector<std::string>>(2);
    std::vector<std::string> const expected{"a", "b"};
    BOOST_TEST(list == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(wrong_parents_are_named, fresh) {
    using cofire::errc;
    BOOST_TEST(fails(errc::missing_parent, "index 3", [&] { (void)context.parent_result<int>(3); })
    );
    BOOST_TEST(fails(errc::missing_parent, id_of(5).to_string(), [&] {
        (void)context.parent_result<int>(id_of(5));
    }));
    BOOST_TEST(fails(errc::bad_result, id_of(11).to_string(), [&] {
        (void)context.parent_result<int>(1);
    }));
    BOOST_TEST(fails(errc::bad_result, "expected an integer", [&] {
        (void)context.parent_result<int>(2);
    }));
}

// sleep_for, on a clock that is moved by hand.

BOOST_FIXTURE_TEST_CASE(it_sleeps_until_the_time_has_passed, fresh) {
    sleep(context, 10s);
    BOOST_TEST((slept == sleep_end::none));
    clock.advance(9s);
    poll();
    BOOST_TEST((slept == sleep_end::none));
    clock.jump(1h); // the wall clock does not matter
    poll();
    BOOST_TEST((slept == sleep_end::none));
    clock.advance(1s);
    poll();
    BOOST_TEST((slept == sleep_end::slept));
}

BOOST_FIXTURE_TEST_CASE(one_leap_is_enough, fresh) {
    sleep(context, 10s);
    clock.advance(1h);
    BOOST_TEST((slept == sleep_end::none)); // it wakes on its own executor
    poll();
    BOOST_TEST((slept == sleep_end::slept));
}

BOOST_FIXTURE_TEST_CASE(no_time_is_no_sleep, fresh) {
    for (auto const d :
         {cofire::duration::zero(), cofire::duration(-5s), cofire::duration::min()}) {
        slept = sleep_end::none;
        sleep(context, d);
        BOOST_TEST((slept == sleep_end::slept));
    }
}

BOOST_FIXTURE_TEST_CASE(sleep_is_cancelled, fresh) {
    sleep(context, cofire::duration::max());
    clock.advance(1s);
    poll();
    signal.emit(asio::cancellation_type::total);
    poll();
    BOOST_TEST((slept == sleep_end::cancelled));
}

BOOST_FIXTURE_TEST_CASE(sleep_on_the_systems_clock, fresh) {
    cofire::detail::run_state run(on_system_clock);
    cofire::job_context here(run);
    sleep(here, 1us);
    io.restart();
    io.run();
    BOOST_TEST((slept == sleep_end::slept));
    slept = sleep_end::none;
    sleep(here, cofire::duration::max());
    BOOST_TEST((slept == sleep_end::none));
    signal.emit(asio::cancellation_type::total);
    poll();
    BOOST_TEST((slept == sleep_end::cancelled));
}

BOOST_FIXTURE_TEST_CASE(a_sleeper_may_be_destroyed, fresh) {
    handler_tests::slot other;
    asio::co_spawn(other.io, sleeper(*this, context, 1h), asio::detached);
    other.poll();
    // `other` goes first; then the clock is moved.
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
