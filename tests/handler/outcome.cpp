// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/outcome.hpp>
#include <cofire/handler/permanent_failure.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <handler/fixture.hpp>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

BOOST_AUTO_TEST_SUITE(outcome)

using namespace std::chrono_literals;
using cofire::outcome_kind;
using handler_tests::t0;
using reason = cofire::cancellation_reason;

struct case_of {
    cofire::acquired_job job = handler_tests::make_job("send", "[]");
    cofire::job_settings settings{};
    cofire::handler_entry entry{.name = "send"};
    std::exception_ptr thrown{};
    std::optional<cofire::duration> snooze{};
    reason why = reason::none;
    std::uint64_t random = 0;

    template <class E>
    case_of& throws(E e) {
        thrown = std::make_exception_ptr(std::move(e));
        return *this;
    }

    std::optional<cofire::run_outcome> decide() {
        job.settings = std::make_shared<cofire::job_settings const>(settings);
        return cofire::decide_outcome({
            .job = job,
            .exception = thrown,
            .result = "42",
            .snooze = snooze,
            .reason = why,
            .started = t0 - 3s,
            .run_time = 2s,
            .now = t0,
            .handler = &entry,
            .random = random,
        });
    }

    cofire::run_outcome decide(reason r) {
        why = r;
        auto const decided = decide();
        BOOST_REQUIRE(decided.has_value());
        BOOST_TEST((decided->id == job.id));
        BOOST_TEST(decided->epoch == job.epoch);
        BOOST_TEST((decided->started == t0 - 3s));
        BOOST_TEST((decided->run_time == 2s));
        return *decided;
    }
};

boost::system::system_error aborted() {
    return boost::system::system_error(boost::asio::error::operation_aborted);
}

constexpr reason all_reasons[] = {
    reason::none,
    reason::timeout,
    reason::deleted,
    reason::cancelled,
    reason::shutdown,
    reason::lease_lost};

bool is_kind(cofire::run_outcome const& o, outcome_kind kind) {
    return o.kind == kind;
}

// The table: what the handler did, against why it was asked to stop.

BOOST_FIXTURE_TEST_CASE(returned, case_of) {
    for (reason const r : {reason::none, reason::timeout, reason::cancelled, reason::shutdown}) {
        auto const o = decide(r);
        BOOST_TEST(is_kind(o, outcome_kind::succeeded), to_string(r));
        BOOST_TEST(o.result == "42");
        BOOST_TEST(!o.error.has_value());
    }
    auto const o = decide(reason::deleted);
    BOOST_TEST(is_kind(o, outcome_kind::deleted));
    BOOST_TEST(o.result.empty());
    BOOST_TEST(o.reason == "deleted while it ran");
}

BOOST_FIXTURE_TEST_CASE(returned_after_snooze, case_of) {
    snooze = 90s;
    for (reason const r : {reason::none, reason::timeout, reason::shutdown}) {
        auto const o = decide(r);
        BOOST_TEST(is_kind(o, outcome_kind::snoozed), to_string(r));
        BOOST_TEST((o.at == t0 + 90s));
        BOOST_TEST(o.result.empty());
    }
    for (reason const r : {reason::deleted, reason::cancelled}) {
        BOOST_TEST(is_kind(decide(r), outcome_kind::deleted), to_string(r));
    }
}

BOOST_FIXTURE_TEST_CASE(a_snooze_overflows_for_no_length, case_of) {
    snooze = cofire::duration::max();
    BOOST_TEST((decide(reason::none).at == cofire::time_point::max()));
}

BOOST_FIXTURE_TEST_CASE(threw, case_of) {
    throws(std::runtime_error("disk full"));
    snooze = 90s; // does not matter then

    auto const failed = decide(reason::none);
    BOOST_TEST(is_kind(failed, outcome_kind::retry));
    BOOST_TEST((failed.at == t0 + 15s));
    BOOST_REQUIRE(failed.error.has_value());
    BOOST_TEST(failed.error->type == "std::runtime_error");
    BOOST_TEST(failed.error->message == "disk full");
    BOOST_TEST(failed.error->fingerprint != 0U);
    BOOST_TEST(failed.result.empty());

    auto const late = decide(reason::timeout);
    BOOST_TEST(is_kind(late, outcome_kind::retry));
    BOOST_REQUIRE(late.error.has_value());
    BOOST_TEST(late.error->type == "job_timeout");
    BOOST_TEST(late.error->fingerprint != failed.error->fingerprint);

    auto const deleted = decide(reason::deleted);
    BOOST_TEST(is_kind(deleted, outcome_kind::deleted));
    BOOST_TEST(deleted.reason == "deleted while it ran");
    BOOST_TEST(deleted.error->message == "disk full");

    auto const cancelled = decide(reason::cancelled);
    BOOST_TEST(is_kind(cancelled, outcome_kind::deleted));
    BOOST_TEST(cancelled.reason == "cancelled");

    auto const released = decide(reason::shutdown);
    BOOST_TEST(is_kind(released, outcome_kind::released));
    BOOST_TEST(released.reason == "shutdown");
    BOOST_TEST(!released.error.has_value());
}

BOOST_FIXTURE_TEST_CASE(threw_operation_aborted, case_of) {
    throws(aborted());
    BOOST_TEST(is_kind(decide(reason::none), outcome_kind::retry)); // an ordinary failure
    BOOST_TEST(is_kind(decide(reason::timeout), outcome_kind::retry));
    BOOST_TEST(is_kind(decide(reason::shutdown), outcome_kind::released));
    for (reason const r : {reason::deleted, reason::cancelled}) {
        auto const o = decide(r);
        BOOST_TEST(is_kind(o, outcome_kind::deleted), to_string(r));
        BOOST_TEST(!o.error.has_value()); // the reason says it all
    }
}

BOOST_FIXTURE_TEST_CASE(threw_permanent_failure, case_of) {
    struct no_such_user : cofire::permanent_failure {
        using permanent_failure::permanent_failure;
    };
    settings.on_exhausted = cofire::exhausted_policy::delete_job; // attempts are not used up
    throws(no_such_user("nobody"));
    for (reason const r : {reason::none, reason::timeout}) {
        auto const o = decide(r);
        BOOST_TEST(is_kind(o, outcome_kind::failed), to_string(r));
        BOOST_TEST(o.reason == "permanent failure");
        BOOST_TEST(o.error->message == "nobody");
    }
    BOOST_TEST(is_kind(decide(reason::deleted), outcome_kind::deleted));
    BOOST_TEST(is_kind(decide(reason::cancelled), outcome_kind::deleted));
    BOOST_TEST(is_kind(decide(reason::shutdown), outcome_kind::released));
}

BOOST_FIXTURE_TEST_CASE(could_not_decode, case_of) {
    throws(cofire::detail::undecodable("send: $[0]: expected a string, found 1"));
    for (reason const r : {reason::none, reason::timeout, reason::shutdown}) {
        auto const o = decide(r);
        BOOST_TEST(is_kind(o, outcome_kind::parked), to_string(r));
        BOOST_TEST(o.reason == "send: $[0]: expected a string, found 1");
        BOOST_TEST(!o.error.has_value());
    }
    BOOST_TEST(is_kind(decide(reason::deleted), outcome_kind::deleted));
    BOOST_TEST(is_kind(decide(reason::cancelled), outcome_kind::deleted));
}

BOOST_FIXTURE_TEST_CASE(a_lost_lease_leaves_nothing_to_settle, case_of) {
    why = reason::lease_lost;
    BOOST_TEST(!decide().has_value());
    snooze = 1s;
    BOOST_TEST(!decide().has_value());
    throws(std::runtime_error("x"));
    BOOST_TEST(!decide().has_value());
    throws(cofire::detail::undecodable("x"));
    BOOST_TEST(!decide().has_value());
}

BOOST_FIXTURE_TEST_CASE(threw_something_odd, case_of) {
    for (reason const r : all_reasons) {
        why = r;
        throws(42);
        auto const o = decide();
        BOOST_TEST(o.has_value() == (r != reason::lease_lost));
    }
    BOOST_TEST(decide(reason::none).error->type == "int");
    BOOST_TEST(is_kind(decide(reason::cancelled), outcome_kind::deleted));
}

// Retries.

BOOST_FIXTURE_TEST_CASE(attempts_count_the_first_run, case_of) {
    throws(std::runtime_error("x"));
    settings.max_attempts = 3;
    job.attempt = 0;
    BOOST_TEST(is_kind(decide(reason::none), outcome_kind::retry));
    job.attempt = 1;
    BOOST_TEST(is_kind(decide(reason::none), outcome_kind::retry));
    job.attempt = 2;
    auto const o = decide(reason::none);
    BOOST_TEST(is_kind(o, outcome_kind::failed));
    BOOST_TEST(o.reason == "attempts used up: 3 of 3");
    BOOST_TEST(o.error.has_value());
    BOOST_TEST((o.at == cofire::time_point{}));
    job.attempt = 0xFFFFFFFF;
    BOOST_TEST(is_kind(decide(reason::none), outcome_kind::failed));
    settings.max_attempts = 0; // no storage lets it in; still one run
    job.attempt = 0;
    BOOST_TEST(is_kind(decide(reason::none), outcome_kind::failed));
}

BOOST_FIXTURE_TEST_CASE(used_up_attempts_may_delete, case_of) {
    throws(std::runtime_error("x"));
    settings.max_attempts = 1;
    settings.on_exhausted = cofire::exhausted_policy::delete_job;
    auto const o = decide(reason::none);
    BOOST_TEST(is_kind(o, outcome_kind::deleted));
    BOOST_TEST(o.error->message == "x");
    BOOST_TEST(o.reason == "attempts used up: 1 of 1");
    BOOST_TEST(is_kind(decide(reason::timeout), outcome_kind::deleted));
}

BOOST_FIXTURE_TEST_CASE(lost_runs_do_not_count, case_of) {
    throws(std::runtime_error("x"));
    settings.max_attempts = 2;
    job.lost = 3;
    BOOST_TEST(is_kind(decide(reason::none), outcome_kind::retry));
}

BOOST_FIXTURE_TEST_CASE(the_delay_is_the_one_before_that_retry, case_of) {
    throws(std::runtime_error("x"));
    random = 2;
    job.attempt = 2; // the third run failed: retry 3
    BOOST_TEST((decide(reason::none).at == t0 + 16s + 15s + 6s));
    settings.delays = {1s, 2s};
    BOOST_TEST((decide(reason::none).at == t0 + 2s));
    job.attempt = 0;
    BOOST_TEST((decide(reason::none).at == t0 + 1s));
}

BOOST_FIXTURE_TEST_CASE(the_handlers_policy_decides, case_of) {
    entry.options.retry.delays({7s}).never_on<std::logic_error>();
    throws(std::runtime_error("x"));
    BOOST_TEST((decide(reason::none).at == t0 + 7s));
    throws(std::out_of_range("x"));
    auto const o = decide(reason::none);
    BOOST_TEST(is_kind(o, outcome_kind::failed));
    BOOST_TEST(o.reason == "not retried: the retry policy excludes this error");
    BOOST_TEST(is_kind(decide(reason::timeout), outcome_kind::retry)); // types are not asked then
}

BOOST_FIXTURE_TEST_CASE(the_policys_function_may_give_up, case_of) {
    entry.options.retry.function(
        [](int retry, std::exception_ptr e) -> std::optional<cofire::duration> {
            try {
                std::rethrow_exception(e);
            } catch (cofire::error const& known) {
                if (known.value() == cofire::errc::job_timeout) {
                    return std::nullopt;
                }
            } catch (...) {
            }
            return std::chrono::seconds(retry);
        }
    );
    throws(std::runtime_error("x"));
    job.attempt = 4;
    BOOST_TEST((decide(reason::none).at == t0 + 5s));
    auto const o = decide(reason::timeout);
    BOOST_TEST(is_kind(o, outcome_kind::failed));
    BOOST_TEST(o.reason == "not retried: the retry policy gave up");
}

BOOST_FIXTURE_TEST_CASE(a_timeout_says_how_long, case_of) {
    throws(aborted());
    settings.timeout = 1500ms;
    auto const o = decide(reason::timeout);
    BOOST_TEST(o.error->message.find("1500 ms") != std::string::npos);
    BOOST_TEST(
        o.error->message.find(make_error_code(cofire::errc::job_timeout).message()) !=
        std::string::npos
    );
}

BOOST_FIXTURE_TEST_CASE(without_a_handler_the_default_policy_counts, case_of) {
    job.settings = std::make_shared<cofire::job_settings const>();
    auto const o = cofire::decide_outcome({
        .job = job,
        .exception = std::make_exception_ptr(std::runtime_error("x")),
        .now = t0,
    });
    BOOST_TEST(is_kind(*o, outcome_kind::retry));
    BOOST_TEST((o->at == t0 + 15s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
