// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/run_state.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <handler/fixture.hpp>
#include <limits>
#include <stop_token>
#include <string>
#include <thread>

namespace {

BOOST_AUTO_TEST_SUITE(run_state)

using cofire::cancellation_reason;
using handler_tests::make_job;

struct fresh : handler_tests::slot {
    fresh() { state.start(make_job("t", "[]")); }
};

BOOST_FIXTURE_TEST_CASE(reasons_have_names, fresh) {
    BOOST_TEST(to_string(cancellation_reason::none) == "none");
    BOOST_TEST(to_string(cancellation_reason::timeout) == "timeout");
    BOOST_TEST(to_string(cancellation_reason::deleted) == "deleted");
    BOOST_TEST(to_string(cancellation_reason::cancelled) == "cancelled");
    BOOST_TEST(to_string(cancellation_reason::shutdown) == "shutdown");
    BOOST_TEST(to_string(cancellation_reason::lease_lost) == "lease lost");
}

BOOST_FIXTURE_TEST_CASE(the_heavier_reason_wins, fresh) {
    using r = cancellation_reason;
    // Who beats whom, row against column: none, timeout, deleted, cancelled, shutdown, lease_lost.
    constexpr bool beats[6][6] = {
        {false, false, false, false, false, false}, // none
        {true, false, false, false, false, false},  // timeout
        {true, true, false, true, true, false},     // deleted
        {true, true, false, false, true, false},    // cancelled
        {true, false, false, false, false, false},  // shutdown
        {true, true, true, true, true, false},      // lease_lost
    };
    for (int later = 0; later != 6; ++later) {
        for (int first = 0; first != 6; ++first) {
            state.start(make_job("t", "[]"));
            BOOST_TEST(state.request_stop(static_cast<r>(first)) == (first != 0));
            bool const set = state.request_stop(static_cast<r>(later));
            BOOST_TEST(set == beats[later][first], "" << later << " after " << first);
            BOOST_TEST((state.reason.load() == static_cast<r>(set ? later : first)));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(a_stop_triggers_the_token, fresh) {
    std::stop_token const token = state.stop_token();
    BOOST_TEST(token.stop_possible());
    BOOST_TEST(!token.stop_requested());
    int called = 0;
    std::stop_callback const callback(token, [&] {
        ++called;
        state.log("from the callback"); // it runs outside the lock
    });
    state.request_stop(cancellation_reason::timeout);
    BOOST_TEST(token.stop_requested());
    BOOST_TEST(called == 1);
    BOOST_TEST((state.stop_token() == token));
}

BOOST_FIXTURE_TEST_CASE(a_token_made_after_the_stop_is_triggered, fresh) {
    state.request_stop(cancellation_reason::shutdown);
    BOOST_TEST(state.stop_token().stop_requested());
}

BOOST_FIXTURE_TEST_CASE(the_next_run_starts_clean, fresh) {
    std::stop_token const old = state.stop_token();
    state.request_stop(cancellation_reason::deleted);
    state.set_progress(1, 2);
    state.log("x");
    state.result = "1";
    state.snooze = std::chrono::seconds(1);

    state.start(make_job("u", "[2]", 2));
    BOOST_TEST(state.job.type == "u");
    BOOST_TEST((state.reason.load() == cancellation_reason::none));
    BOOST_TEST(state.result.empty());
    BOOST_TEST(!state.snooze.has_value());
    BOOST_TEST(!state.take_report().has_value());
    BOOST_TEST(!state.stop_token().stop_requested());
    BOOST_TEST(old.stop_requested());
}

BOOST_FIXTURE_TEST_CASE(a_report_holds_what_was_said_since_the_last, fresh) {
    BOOST_TEST(!state.take_report().has_value());
    state.set_progress(1, 4);
    state.log("one");
    state.set_progress(2, 4);
    state.log("two");
    BOOST_TEST(reported == 1); // the first told the owner; the rest goes with it
    auto const first = state.take_report();
    BOOST_REQUIRE(first.has_value());
    BOOST_TEST((first->id == handler_tests::id_of(1)));
    BOOST_TEST(first->epoch == 7U);
    BOOST_TEST(first->started);
    BOOST_TEST(first->progress->done == 2);
    BOOST_TEST(first->progress->total == 4);
    BOOST_REQUIRE(first->lines.size() == 2U);
    BOOST_TEST(first->lines[0].text == "one");
    BOOST_TEST(first->lines[1].text == "two");
    BOOST_TEST((first->lines[0].at == handler_tests::t0));
    BOOST_TEST(first->lines[0].attempt == 1U);
    BOOST_TEST(!state.take_report().has_value());

    state.log("three");
    BOOST_TEST(reported == 2);
    auto const second = state.take_report();
    BOOST_REQUIRE(second.has_value());
    BOOST_TEST(second->lines.size() == 1U);
    BOOST_TEST(!second->progress.has_value());
}

BOOST_FIXTURE_TEST_CASE(the_lines_belong_to_their_attempt, fresh) {
    auto job = make_job("t", "[]");
    job.attempt = 3;
    state.start(std::move(job));
    state.log("x");
    BOOST_TEST(state.take_report()->lines[0].attempt == 4U);
}

BOOST_FIXTURE_TEST_CASE(the_log_is_bounded_and_says_so, fresh) {
    state.log(std::string(5000, 'a'));
    for (int i = 1; i != 250; ++i) {
        state.log("line " + std::to_string(i));
        if (i == 100) {
            BOOST_TEST(state.take_report()->lines.size() == 101U);
        }
    }
    state.finish();
    auto const report = state.take_report();
    BOOST_REQUIRE(report.has_value());
    BOOST_REQUIRE(report->lines.size() == 100U);
    BOOST_TEST(report->lines[98].text == "line 199");
    BOOST_TEST(
        report->lines[99].text ==
        "(50 more lines were not kept, the limit is 200; 1 lines were cut at 4096 bytes)"
    );
    state.finish();
    BOOST_TEST(!state.take_report().has_value());

    state.start(make_job("t", "[]"));
    state.log("again");
    state.finish();
    BOOST_TEST(state.take_report()->lines.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(lines_are_cut_and_cleaned, fresh) {
    state.log(std::string(5000, 'a'));
    state.log("bad \xFF byte");
    auto const report = state.take_report();
    BOOST_TEST(report->lines[0].text.size() == 4096U);
    BOOST_TEST(report->lines[1].text == "bad \xEF\xBF\xBD byte");
}

BOOST_FIXTURE_TEST_CASE(bad_progress_changes_nothing, fresh) {
    auto const bad = [](cofire::error const& e) {
        return e.value() == cofire::errc::bad_option && e.id() == handler_tests::id_of(1);
    };
    BOOST_CHECK_EXCEPTION(state.set_progress(-1, 2), cofire::error, bad);
    BOOST_CHECK_EXCEPTION(state.set_progress(1, -2), cofire::error, bad);
    double const nan = std::numeric_limits<double>::quiet_NaN();
    double const infinity = std::numeric_limits<double>::infinity();
    BOOST_CHECK_EXCEPTION(state.set_progress(nan, 2), cofire::error, bad);
    BOOST_CHECK_EXCEPTION(state.set_progress(1, infinity), cofire::error, bad);
    BOOST_TEST(!state.take_report().has_value());
    BOOST_TEST(reported == 0);
}

BOOST_FIXTURE_TEST_CASE(a_report_is_announced_again_after_it_was_taken, fresh) {
    state.log("a");
    BOOST_TEST(state.report_pending.load());
    (void)state.take_report();
    BOOST_TEST(!state.report_pending.load());
    state.log("b");
    BOOST_TEST(state.report_pending.load());
    BOOST_TEST(reported == 2);
}

BOOST_FIXTURE_TEST_CASE(everything_shared_may_be_used_from_several_threads, fresh) {
    constexpr int count = 2000;
    std::atomic<bool> done{false};
    std::size_t lines = 0;
    std::thread handler([&] {
        for (int i = 0; i != count; ++i) {
            state.log("x");
            state.set_progress(i, count);
            (void)state.stop_token().stop_requested();
        }
        done.store(true);
    });
    std::thread stopper([&] { state.request_stop(cancellation_reason::cancelled); });
    while (!done.load()) {
        if (auto const report = state.take_report()) {
            lines += report->lines.size();
        }
    }
    handler.join();
    stopper.join();
    state.finish();
    while (auto const report = state.take_report()) {
        lines += report->lines.size();
    }
    BOOST_TEST(lines == 201U);
    BOOST_TEST(state.stop_token().stop_requested());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
