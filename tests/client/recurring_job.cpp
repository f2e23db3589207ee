// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/client/recurring_job.hpp>
#include <cofire/core/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(recurring_job)
namespace {

using namespace std::chrono_literals;

constexpr cofire::time_point noon{std::chrono::seconds{1'768'478'400}}; // 2026-01-15 12:00 UTC

cofire::recurring_record a_record() {
    cofire::recurring_record r;
    r.id = "daily";
    r.definition.cron = "30 3 * * *";
    r.definition.zone = "+01:00";
    r.definition.type = "report";
    r.definition.arguments = R"(["all"])";
    r.definition.argument_version = 2;
    r.definition.settings.queue = "reports";
    r.definition.settings.tags = {"a"};
    r.definition.limits = {{.key = "l", .limit = 3}};
    return r;
}

BOOST_AUTO_TEST_CASE(an_occurrence_is_what_the_definition_says) {
    cofire::recurring_record const r = a_record();
    cofire::job_id const id = cofire::job_id::make(noon, 1, 2);
    cofire::new_job const job = cofire::make_recurring_job(r, id);
    BOOST_CHECK(job.id == id);
    BOOST_CHECK_EQUAL(job.type, "report");
    BOOST_CHECK_EQUAL(job.arguments, R"(["all"])");
    BOOST_CHECK_EQUAL(job.argument_version, 2U);
    BOOST_REQUIRE(job.settings);
    BOOST_CHECK(*job.settings == r.definition.settings);
    BOOST_CHECK(job.limits == r.definition.limits);
    BOOST_CHECK_EQUAL(job.recurring_id, "daily");
    BOOST_CHECK(!job.due); // by hand: at once
    BOOST_CHECK(!job.occurrence);
    cofire::new_job const late = cofire::make_recurring_job(r, id, noon - 1h);
    BOOST_CHECK(late.occurrence == noon - 1h);
    BOOST_CHECK(late.due == noon - 1h);
    BOOST_CHECK(!job.unique_key);
    BOOST_CHECK(job.parents.empty());
}

BOOST_AUTO_TEST_CASE(the_next_occurrence_is_after_now_in_the_zone) {
    cofire::recurring_definition d = a_record().definition;
    BOOST_CHECK(cofire::next_occurrence(d, noon) == noon + 14h + 30min);
    BOOST_CHECK(cofire::next_occurrence("0 12 * * *", noon, "UTC") == noon + 24h);
    BOOST_CHECK(cofire::next_occurrence("0 12 * * *", noon - 1us, "UTC") == noon);
    BOOST_CHECK(!cofire::next_occurrence("@never", noon, "UTC"));
}

BOOST_AUTO_TEST_CASE(what_is_stored_may_not_be_valid_here) {
    cofire::recurring_definition d = a_record().definition;
    d.zone = "Mars/Olympus";
    BOOST_CHECK_EXCEPTION(
        static_cast<void>(cofire::next_occurrence(d, noon)),
        cofire::error,
        [](cofire::error const& e) { return e.value() == cofire::errc::unknown_zone; }
    );
    d = a_record().definition;
    d.cron = "what";
    BOOST_CHECK_EXCEPTION(
        static_cast<void>(cofire::next_occurrence(d, noon)),
        cofire::error,
        [](cofire::error const& e) { return e.value() == cofire::errc::bad_cron; }
    );
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
