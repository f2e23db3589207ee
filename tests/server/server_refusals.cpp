// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "failing_storage.hpp"

#include <algorithm>
#include <set>
#include <string>

// Outcomes that a storage will never take, and answers that never came.

BOOST_AUTO_TEST_SUITE(server_refusals)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;

cofire::errc code_of_result(world& w, cofire::job_id id) {
    auto const code = code_of([&] { w.get(w.jobs.result(id)); });
    BOOST_REQUIRE(code);
    return *code;
}

BOOST_AUTO_TEST_CASE(a_result_too_large_for_the_storage_fails_its_job_and_no_other) {
    world w;
    cofire::table_limits limits;
    limits.result = 10;
    w.storage = cofire::memory_storage(cofire::memory_options(limits, w.clock));
    w.jobs = cofire::client(w.storage, w.client_options());
    int ran = 0;
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<std::string> {
        ++ran;
        co_return std::string(static_cast<std::size_t>(t.n), 'x');
    });
    auto const before = w.add(1);
    auto const large = w.add(100);
    auto const after = w.add(2);
    auto server = w.make_server();
    w.start(server);
    BOOST_TEST(ran == 3); // it is not the handler's fault: not tried again
    BOOST_TEST((w.state(before) == job_state::succeeded));
    BOOST_TEST((w.state(after) == job_state::succeeded));
    auto const record = w.record(large);
    BOOST_TEST((record.state == job_state::failed));
    BOOST_REQUIRE(record.error);
    BOOST_TEST(record.error->type == "cofire::error");
    BOOST_TEST(record.error->message.find("102 bytes") != std::string::npos);
    BOOST_TEST(record.error->fingerprint != 0U);
    BOOST_TEST(record.result.empty());
    BOOST_TEST((code_of_result(w, large) == cofire::errc::job_failed));
    BOOST_TEST(w.log.count("refuses the outcome of job " + large.to_string()) == 1U);
    auto const health = server.health();
    BOOST_TEST(health.ok);
    BOOST_TEST(health.counters.succeeded == 2U);
    BOOST_TEST(health.counters.attempts_failed == 1U);
    BOOST_TEST(health.counters.refused == 0U);
    BOOST_TEST(health.counters.running == 0U);
}

BOOST_AUTO_TEST_CASE(a_run_whose_failure_is_refused_too_is_repeated_later) {
    failing w;
    auto const bad = w.add(1);
    auto const good = w.add(2);
    w.weak.refuses = [&](cofire::run_outcome const& o) {
        bool const ends = o.kind == cofire::outcome_kind::succeeded || o.error.has_value();
        return o.id == bad && ends ? std::optional<std::string>("not this one") : std::nullopt;
    };
    w.start();
    BOOST_TEST((w.state(good) == job_state::succeeded));
    auto const record = w.record(bad);
    BOOST_TEST((record.state == job_state::scheduled)); // and not at once: that may go on for ever
    BOOST_TEST(record.attempt == 0U);
    BOOST_TEST(w.log.count("not this one; it fails") == 1U);
    BOOST_TEST(w.log.count("not this one; it is repeated later") == 1U);
    BOOST_TEST(w.server->health().counters.refused == 0U);
    w.weak.refuses = nullptr;
    w.advance(59s);
    BOOST_TEST(w.ran.size() == 2U);
    w.advance(1s);
    BOOST_TEST((w.state(bad) == job_state::succeeded));
}

// Nothing about it is told again; it is not taken for a job whose acquisition was not answered.
BOOST_AUTO_TEST_CASE(a_run_of_which_everything_is_refused_is_given_up) {
    failing w;
    auto const bad = w.add(1);
    auto const good = w.add(2);
    int refused = 0;
    w.weak.refuses = [&](cofire::run_outcome const& o) {
        refused += o.id == bad ? 1 : 0;
        return o.id == bad ? std::optional<std::string>("not this one") : std::nullopt;
    };
    w.start();
    BOOST_TEST((w.state(good) == job_state::succeeded));
    BOOST_TEST((w.state(bad) == job_state::processing));
    BOOST_TEST(w.log.count("not this one; it is given up") == 1U);
    BOOST_TEST(w.server->health().counters.refused == 1U);
    BOOST_TEST(w.server->health().counters.succeeded == 1U);
    BOOST_TEST(refused == 3);
    bool dropped = false;
    w.weak.gave = [&](cofire::acquire_answer const&) {
        if (!std::exchange(dropped, true)) {
            throw cofire::error(cofire::errc::outcome_unknown, "no answer");
        }
    };
    auto const next = w.add(3);
    w.advance(1s);
    BOOST_TEST(dropped);
    BOOST_TEST(w.log.count("hands back 1 jobs") == 1U); // the one whose answer was lost
    BOOST_TEST((w.state(next) == job_state::succeeded));
    BOOST_TEST((w.state(bad) == job_state::processing));
    BOOST_TEST(refused == 3);
    BOOST_TEST(w.server->health().counters.refused == 1U);
    w.server->stop(); // what it still holds is handed back
    w.run();
    w.end->check();
    BOOST_TEST((w.state(bad) == job_state::enqueued));
}

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_for_some_of_its_outcomes_settles_the_others) {
    failing w;
    std::vector<cofire::job_id> ids;
    std::set<cofire::job_id> bad;
    for (int i = 0; i != 40; ++i) {
        ids.push_back(w.add(i));
        if (i % 17 == 3) {
            bad.insert(ids.back());
        }
    }
    w.weak.settling = [&](cofire::settle_request const& r) {
        auto const is_bad = [&](cofire::run_outcome const& o) {
            return bad.contains(o.id) && o.kind == cofire::outcome_kind::succeeded;
        };
        if (std::any_of(r.outcomes.begin(), r.outcomes.end(), is_bad)) {
            throw cofire::error(cofire::errc::bad_option, "no such outcome");
        }
    };
    w.start();
    BOOST_TEST(w.ran.size() == 40U);
    for (auto id : ids) {
        auto const record = w.record(id);
        BOOST_TEST((record.state == (bad.contains(id) ? job_state::failed : job_state::succeeded)));
        BOOST_TEST((!record.error || record.error->message.find("no such outcome") == 0U));
    }
    auto const& names = w.weak.names;
    auto const calls = std::count(names.begin(), names.end(), "settle") +
                       std::count(names.begin(), names.end(), "acquire");
    BOOST_TEST(calls <= 60); // one by one, and not the whole again after each
    BOOST_TEST(w.server->health().ok);
    BOOST_TEST(w.server->health().counters.refused == 0U);
    std::size_t most = 0; // and then in batches as before
    w.weak.settling = [&](cofire::settle_request const& r) {
        most = std::max(most, r.outcomes.size());
    };
    cofire::batch more;
    for (int i = 0; i != 10; ++i) {
        more.add<task>(i);
    }
    w.get(w.jobs.submit(more));
    BOOST_TEST(w.ran.size() == 50U);
    BOOST_TEST(most > 1U);
}

BOOST_AUTO_TEST_CASE(an_acquire_that_is_refused_does_not_hinder_settling) {
    failing w;
    auto const id = w.add(1);
    w.weak.settling = [&](cofire::settle_request const& r) {
        if (r.then && !w.ran.empty()) {
            throw cofire::error(cofire::errc::bad_option, "no more jobs");
        }
    };
    w.start();
    BOOST_TEST((w.state(id) == job_state::succeeded));
    BOOST_TEST(w.server->health().counters.succeeded == 1U);
    w.weak.settling = {};
    w.add(2);
    w.advance(10s);
    BOOST_TEST(w.ran.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_storage_that_answers_for_other_outcomes_is_not_believed) {
    failing w;
    auto const id = w.add(1);
    bool once = false;
    w.weak.after = [&](std::string_view) {};
    w.weak.refuses = [&](cofire::run_outcome const&) { return std::nullopt; };
    w.weak.drop_results = [&] { return !std::exchange(once, true); };
    w.start();
    BOOST_TEST(w.log.count("1 outcomes: 0 answers") == 1U);
    w.advance(1s); // asked again
    BOOST_TEST((w.state(id) == job_state::succeeded));
    BOOST_TEST(w.server->health().counters.succeeded == 1U);
}

BOOST_AUTO_TEST_CASE(jobs_whose_acquisition_was_not_answered_run_all_the_same) {
    failing w;
    std::vector<cofire::job_id> ids;
    for (int i = 0; i != 10; ++i) {
        ids.push_back(w.add(i));
    }
    auto const later = w.get(w.jobs.schedule<task>(1h, 100)).id;
    int dropped = 0;
    w.weak.gave = [&](cofire::acquire_answer const&) {
        if (dropped++ == 1) { // with some of its jobs run, some ready, some lost
            throw cofire::error(cofire::errc::outcome_unknown, "no answer");
        }
    };
    w.start({.concurrency = 4, .acquire_batch = 4});
    w.advance(1s);
    BOOST_TEST(w.ran.size() == 10U); // each once; the handler checks attempt and lost
    for (auto id : ids) {
        auto const record = w.record(id);
        BOOST_TEST((record.state == job_state::succeeded));
        BOOST_TEST(record.attempt == 1U);
        BOOST_TEST(record.lost == 0U);
    }
    BOOST_TEST((w.state(later) == job_state::scheduled));
    BOOST_TEST(dropped >= 3);
    BOOST_TEST(w.log.count("hands back 4 jobs") == 1U);
    BOOST_TEST(w.server->health().counters.stale == 0U);
    BOOST_TEST(w.server->health().ok);
}

BOOST_AUTO_TEST_CASE(jobs_that_run_are_not_handed_back_for_an_answer_that_was_lost) {
    failing w;
    auto const running = w.add(-1);
    w.start({.concurrency = 10});
    w.add(1); // ended, and its settle loses its answer, with the next job
    int lists = 0;
    w.weak.ticking = [&](cofire::tick_request const& r) { lists += r.list_held ? 1 : 0; };
    bool dropped = false;
    w.weak.gave = [&](cofire::acquire_answer const&) {
        if (!std::exchange(dropped, true)) {
            throw cofire::error(cofire::errc::storage_failed, "no answer");
        }
    };
    w.add(2);
    w.advance(1s);
    BOOST_TEST(dropped);
    BOOST_TEST(lists == 1); // once is enough
    BOOST_TEST(w.ran.size() == 3U);
    BOOST_TEST((w.state(running) == job_state::processing));
    BOOST_TEST(w.record(running).epoch == 1U);
    BOOST_TEST(w.log.count("hands back 1 jobs") == 1U);
    w.add(3);
    BOOST_TEST(lists == 1);
}

BOOST_AUTO_TEST_CASE(a_signal_reaches_its_run_although_the_answer_that_told_it_was_lost) {
    failing w;
    auto const running = w.add(-1);
    w.start({.concurrency = 10});
    bool dropped = false;
    w.weak.after = [&](std::string_view what) {
        if (what == "tick" && !std::exchange(dropped, true)) {
            throw cofire::error(cofire::errc::outcome_unknown, "no answer");
        }
    };
    w.get(w.jobs.cancel(running));
    w.advance(1s);
    BOOST_TEST(dropped);
    BOOST_TEST((w.state(running) == job_state::deleted));
}

BOOST_AUTO_TEST_CASE(what_is_held_is_looked_through_page_by_page) {
    constexpr int count = 10'050; // a page has 10,000
    failing w;
    for (int i = 0; i != count; ++i) {
        w.add(-1);
    }
    w.start({.concurrency = 20'000, .acquire_batch = 10'000});
    BOOST_TEST(w.ran.size() == std::size_t{count});
    int lists = 0;
    w.weak.ticking = [&](cofire::tick_request const& r) { lists += r.list_held ? 1 : 0; };
    bool dropped = false;
    w.weak.gave = [&](cofire::acquire_answer const&) {
        if (!std::exchange(dropped, true)) {
            throw cofire::error(cofire::errc::outcome_unknown, "no answer");
        }
    };
    auto const id = w.add(1); // the latest: on the second page
    w.advance(1s);
    BOOST_TEST(dropped);
    BOOST_TEST(lists == 2);
    BOOST_TEST((w.state(id) == job_state::succeeded));
    BOOST_TEST(w.log.count("hands back 1 jobs") == 1U);
    BOOST_TEST(w.server->health().counters.running == std::uint64_t{count});
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
