// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/registry.hpp>

#include <boost/test/unit_test.hpp>

#include <handler/fixture.hpp>
#include <handler/jobs.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(filter)

namespace jobs = handler_tests::jobs;
namespace asio = boost::asio;
using cofire::outcome_kind;
using handler_tests::make_job;
using handler_tests::t0;

/// Notes when it is entered and left.
struct around {
    std::string name;
    asio::awaitable<void> operator()(cofire::job_context& ctx, cofire::next_handler next) const {
        jobs::note(name + " before " + std::string(ctx.type()));
        auto rest = next();
        co_await std::move(rest);
        jobs::note(name + " after");
    }
};

struct fresh : handler_tests::slot {
    cofire::registry registry;
    std::vector<std::string> logged;
    cofire::log_sink log = [this](cofire::log_level, std::string_view line) {
        logged.emplace_back(line);
    };
    cofire::run_outcome outcome{};

    fresh() {
        jobs::take_notes();
        outcome.id = handler_tests::id_of(1);
        outcome.epoch = 7;
        outcome.started = t0;
        outcome.run_time = std::chrono::seconds(2);
        outcome.result = "1";
    }

    void run() {
        BOOST_REQUIRE(slot::run(*registry.entries().front(), make_job("greet", R"(["alice"])")));
    }

    void filter_outcome() {
        state.start(make_job("greet", "[]"));
        registry.entries().front()->filter_outcome(context, outcome, t0, log);
    }

    bool did(std::vector<std::string> expected) {
        auto const done = jobs::take_notes();
        BOOST_TEST(done == expected, boost::test_tools::per_element());
        return done == expected;
    }
};

BOOST_FIXTURE_TEST_CASE(the_registrys_stand_around_the_types, fresh) {
    registry.add_filter(around{"g1"});
    registry.add<jobs::greet>(cofire::filter(around{"t1"}), cofire::filter(around{"t2"}));
    registry.add_filter(around{"g2"}); // also for types added before
    run();
    BOOST_TEST(error() == "");
    BOOST_TEST(did(
        {"g1 before greet",
         "g2 before greet",
         "t1 before greet",
         "t2 before greet",
         "greet alice",
         "t2 after",
         "t1 after",
         "g2 after",
         "g1 after"}
    ));
}

BOOST_FIXTURE_TEST_CASE(a_type_has_its_own_alone, fresh) {
    registry.add<jobs::greet>();
    registry.add<jobs::nothing>(cofire::filter(around{"t"}));
    run();
    BOOST_TEST(did({"greet alice"}));
}

BOOST_FIXTURE_TEST_CASE(exceptions_pass_through_and_may_be_replaced, fresh) {
    registry.add<jobs::greet>(
        [](std::string) -> asio::awaitable<int> {
            throw std::runtime_error("inner");
            co_return 1;
        },
        cofire::filter(around{"t"})
    );
    registry.add_filter(
        [](cofire::job_context&, cofire::next_handler next) -> asio::awaitable<void> {
            try {
                auto rest = next();
                co_await std::move(rest);
            } catch (std::runtime_error const& e) {
                throw std::logic_error(std::string("outer of ") + e.what());
            }
        }
    );
    run();
    BOOST_TEST(error() == "outer of inner");
    BOOST_TEST(did({"t before greet"}));
    BOOST_TEST(state.result == "");
}

BOOST_FIXTURE_TEST_CASE(the_result_is_there_when_next_has_returned, fresh) {
    std::string seen = "none";
    registry.add<jobs::greet>([](std::string) -> asio::awaitable<int> { co_return 5; });
    registry.add_filter(
        [&](cofire::job_context&, cofire::next_handler next) -> asio::awaitable<void> {
            auto rest = next();
            co_await std::move(rest);
            seen = state.result;
        }
    );
    run();
    BOOST_TEST(seen == "5");
}

BOOST_FIXTURE_TEST_CASE(a_filter_may_skip_the_handler, fresh) {
    registry.add<jobs::greet>();
    registry.add_filter([](cofire::job_context&, cofire::next_handler) -> asio::awaitable<void> {
        co_return;
    });
    run();
    BOOST_TEST(error() == "");
    BOOST_TEST(did({}));
}

BOOST_FIXTURE_TEST_CASE(next_is_for_one_call, fresh) {
    registry.add<jobs::greet>();
    registry.add_filter(
        [](cofire::job_context&, cofire::next_handler next) -> asio::awaitable<void> {
            auto once = next();
            co_await std::move(once);
            auto twice = next();
            co_await std::move(twice);
        }
    );
    run();
    BOOST_TEST(error() == "cofire: an execution filter called next() twice");
    BOOST_TEST(did({"greet alice"}));
}

BOOST_FIXTURE_TEST_CASE(around_blocking_handlers, fresh) {
    registry.add<jobs::greet>([](std::string) { jobs::note("blocking"); }, cofire::on(io));
    registry.add_filter(around{"g"});
    run();
    BOOST_TEST(did({"g before greet", "blocking", "g after"}));
}

// Outcome filters.

BOOST_FIXTURE_TEST_CASE(without_filters_the_outcome_stays, fresh) {
    registry.add<jobs::greet>();
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::succeeded));
    BOOST_TEST(outcome.result == "1");
    BOOST_TEST(logged.empty());
}

BOOST_FIXTURE_TEST_CASE(the_types_come_first_and_the_registrys_have_the_last_word, fresh) {
    auto const adds = [](std::string name) {
        return [name](cofire::job_context const&, cofire::run_outcome& o) { o.reason += name; };
    };
    registry.add_filter(adds("g1"));
    registry.add<jobs::greet>(cofire::filter(adds("t1")), cofire::filter(adds("t2")));
    registry.add_filter(adds("g2"));
    filter_outcome();
    BOOST_TEST(outcome.reason == "t1t2g1g2");
}

BOOST_FIXTURE_TEST_CASE(an_outcome_may_be_replaced, fresh) {
    registry.add<jobs::greet>(cofire::filter([](cofire::job_context const&,
                                                cofire::run_outcome& o) {
        o.kind = outcome_kind::retry;
        o.at = t0 + std::chrono::hours(1);
        o.error = cofire::error_info{"too_soon", "user 7", 0};
    }));
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::retry));
    BOOST_TEST((outcome.at == t0 + std::chrono::hours(1)));
    BOOST_TEST(outcome.error->type == "too_soon");
    BOOST_TEST(
        outcome.error->fingerprint ==
        cofire::detail::failure_fingerprint("greet", "too_soon", "user 7")
    );
    BOOST_TEST(outcome.result.empty());
    BOOST_TEST(logged.empty());
}

BOOST_FIXTURE_TEST_CASE(nonsense_is_mended_and_said, fresh) {
    registry.add<jobs::greet>(cofire::filter([](cofire::job_context const&,
                                                cofire::run_outcome& o) {
        o.kind = outcome_kind::retry; // no time, no error
        o.id = {};
        o.epoch = 99;
        o.reason = "bad \xFF";
    }));
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::retry));
    BOOST_TEST((outcome.at == t0));
    BOOST_TEST((outcome.id == handler_tests::id_of(1)));
    BOOST_TEST(outcome.epoch == 7U);
    BOOST_TEST(outcome.error->type == "cofire::outcome_filter");
    BOOST_TEST(outcome.reason == "bad \xEF\xBF\xBD");
    BOOST_REQUIRE(logged.size() == 1U);
    for (char const* part :
         {"jobs::greet", "not its to change", "has passed", "without an error"}) {
        BOOST_TEST(logged[0].find(part) != std::string::npos, part);
    }
}

BOOST_FIXTURE_TEST_CASE(what_would_go_round_for_ever_is_undone, fresh) {
    cofire::run_outcome wanted;
    registry.add<jobs::greet>(
        cofire::filter([&wanted](cofire::job_context const&, cofire::run_outcome& o) {
            o.kind = wanted.kind;
            o.at = wanted.at;
            o.reason = "again";
        })
    );
    wanted.kind = outcome_kind::snoozed; // at no time
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::succeeded));
    BOOST_TEST(outcome.result == "1");
    BOOST_TEST(outcome.reason.empty());
    wanted.at = t0;
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::succeeded));
    wanted.kind = outcome_kind::released;
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::succeeded));
    BOOST_TEST(logged.size() == 3U);
    wanted.kind = outcome_kind::snoozed;
    wanted.at = t0 + std::chrono::microseconds(1);
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::snoozed));
    BOOST_TEST((outcome.at == wanted.at));
    BOOST_TEST(outcome.reason == "again");
    BOOST_TEST(logged.size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_kind_is_undone, fresh) {
    registry.add<jobs::greet>(cofire::filter([](cofire::job_context const&, cofire::run_outcome& o
                                             ) { o.kind = static_cast<outcome_kind>(77); }));
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::succeeded));
    BOOST_TEST(outcome.result == "1");
    BOOST_TEST(logged.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(only_failures_keep_errors, fresh) {
    outcome.kind = outcome_kind::failed;
    outcome.result.clear();
    outcome.error = cofire::error_info{"t", "m", 1};
    registry.add<jobs::greet>(cofire::filter([](cofire::job_context const&,
                                                cofire::run_outcome& o) {
        o.kind = outcome_kind::succeeded;
        o.result = "2";
    }));
    filter_outcome();
    BOOST_TEST(!outcome.error.has_value());
    BOOST_TEST(outcome.result == "2");
}

BOOST_FIXTURE_TEST_CASE(a_filter_that_throws_has_changed_nothing, fresh) {
    registry.add<jobs::greet>(
        cofire::filter([](cofire::job_context const&, cofire::run_outcome& o) {
            o.kind = outcome_kind::deleted;
            throw std::runtime_error("no");
        }),
        cofire::filter([](cofire::job_context const&, cofire::run_outcome& o) {
            o.reason = "second";
        })
    );
    filter_outcome();
    BOOST_TEST((outcome.kind == outcome_kind::succeeded));
    BOOST_TEST(outcome.reason == "second");
    BOOST_REQUIRE(logged.size() == 1U);
    BOOST_TEST(logged[0].find("threw std::runtime_error: no") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
