// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/observer.hpp>

#include <boost/test/unit_test.hpp>

#include <handler/fixture.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(observer)

struct hears_all {
    std::vector<std::string> heard;
    void on_started(cofire::job_context const& c) {
        heard.push_back("started " + std::string(c.type()));
    }
    void on_settled(cofire::run_outcome const&, std::string_view t) {
        heard.push_back("settled " + std::string(t));
    }
    void on_stale(cofire::run_outcome const&, std::string_view t) {
        heard.push_back("stale " + std::string(t));
    }
    void on_parked(cofire::run_outcome const&, std::string_view t) {
        heard.push_back("parked " + std::string(t));
    }
    void on_notice(cofire::storage_notice const& n) { heard.push_back("notice " + n.reason); }
    void on_refused(std::string_view operation, std::exception const& why) {
        heard.push_back("refused " + std::string(operation) + ": " + why.what());
    }
};

struct hears_failures {
    int failures = 0;
    void on_settled(cofire::run_outcome const& o, std::string_view) noexcept {
        failures += o.kind == cofire::outcome_kind::failed ? 1 : 0;
    }
};

struct throws_always {
    void on_started(cofire::job_context const&) { throw std::runtime_error("no"); }
    void on_notice(cofire::storage_notice const&) { throw 42; }
};

struct fresh : handler_tests::slot {
    std::vector<std::string> logged;
    cofire::log_sink log = [this](cofire::log_level, std::string_view line) {
        logged.emplace_back(line);
    };
    cofire::run_outcome outcome{};
    cofire::storage_notice notice{};
    std::runtime_error why{"full"};

    fresh() {
        state.start(handler_tests::make_job("send", "[]"));
        notice.reason = "lost";
    }

    void tell(cofire::observer_ref const& to) {
        to.started(context, log);
        to.settled(outcome, "send", log);
        to.stale(outcome, "send", log);
        to.parked(outcome, "send", log);
        to.notice(notice, log);
        to.refused("acquire", why, log);
    }
};

BOOST_FIXTURE_TEST_CASE(nobody_hears_nothing, fresh) {
    tell({});
    std::shared_ptr<hears_all> const null;
    tell(null);
    BOOST_TEST(logged.empty());
}

BOOST_FIXTURE_TEST_CASE(everything_is_heard, fresh) {
    hears_all observer;
    tell(observer);
    std::vector<std::string> const all{
        "started send",
        "settled send",
        "stale send",
        "parked send",
        "notice lost",
        "refused acquire: full"};
    BOOST_TEST(observer.heard == all, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(one_may_hear_only_what_one_wants, fresh) {
    hears_failures observer;
    tell(observer);
    outcome.kind = cofire::outcome_kind::failed;
    tell(observer);
    BOOST_TEST(observer.failures == 1);
}

BOOST_FIXTURE_TEST_CASE(a_shared_observer_is_kept, fresh) {
    auto observer = std::make_shared<hears_all>();
    std::weak_ptr<hears_all> const weak = observer;
    {
        cofire::observer_ref const ref = observer; // an lvalue: not a reference to the pointer
        observer.reset();
        tell(ref);
        BOOST_REQUIRE(!weak.expired());
        BOOST_TEST(weak.lock()->heard.size() == 6U);
    }
    BOOST_TEST(weak.expired());
}

BOOST_FIXTURE_TEST_CASE(what_it_throws_is_logged, fresh) {
    throws_always observer;
    tell(observer);
    BOOST_REQUIRE(logged.size() == 2U);
    BOOST_TEST(logged[0] == "the observer's on_started threw std::runtime_error: no");
    BOOST_TEST(logged[1].find("on_notice threw int") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
