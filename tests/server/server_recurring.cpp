// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <optional>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(server_recurring)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;

/// Counts what runs, and when.
struct ticking : world {
    std::vector<cofire::time_point> ran;

    ticking() {
        handlers.add<task>([this](job_context& ctx, task t) -> asio::awaitable<void> {
            ran.push_back(clock.wall_now());
            if (t.n != 0) {
                auto op = ctx.sleep_for(std::chrono::seconds(t.n));
                co_await std::move(op);
            }
        });
    }
    cofire::recurring_record recurring(std::string_view id) { return get(jobs.get_recurring(id)); }
};

BOOST_AUTO_TEST_CASE(fires_at_its_time) {
    ticking w;
    auto server = w.make_server();
    w.start(server);
    w.get(w.jobs.recurring<task>("each minute", "* * * * *", 0)); // while it runs
    w.advance(59'999ms);
    BOOST_TEST(w.ran.empty());
    w.advance(1ms);
    BOOST_REQUIRE(w.ran.size() == 1);
    BOOST_TEST((w.ran[0] == start_time + 1min));
    for (int i = 2; i != 6; ++i) {
        w.advance(1min);
        BOOST_TEST(w.ran.size() == static_cast<std::size_t>(i));
    }
    auto const r = w.recurring("each minute");
    BOOST_TEST(r.fired == 5U);
    BOOST_TEST(r.skipped == 0U);
    BOOST_TEST((r.next == start_time + 6min));
    w.get(w.jobs.pause_recurring("each minute"));
    w.advance(3min);
    BOOST_TEST(w.ran.size() == 5U);
    w.get(w.jobs.resume_recurring("each minute"));
    BOOST_TEST(w.ran.size() == 5U); // what fell due meanwhile is not made up for
    w.advance(1min);
    BOOST_TEST(w.ran.size() == 6U);
    w.get(w.jobs.remove_recurring("each minute"));
    w.advance(1h);
    BOOST_TEST(w.ran.size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_changed_expression_is_followed) {
    ticking w;
    auto server = w.make_server();
    w.start(server);
    w.get(w.jobs.recurring<task>("a", "0 * * * *", 0));
    w.advance(1min);
    w.get(w.jobs.recurring<task>("a", "* * * * *", 0));
    w.advance(1min);
    BOOST_TEST(w.ran.size() == 1U);
}

BOOST_AUTO_TEST_CASE(each_occurrence_fires_once_on_several_servers) {
    ticking w;
    std::vector<cofire::server> servers;
    servers.reserve(5);
    for (int i = 0; i != 5; ++i) {
        servers.push_back(w.make_server());
        w.start(servers.back());
    }
    w.get(w.jobs.recurring<task>("a", "* * * * *", 0));
    w.get(w.jobs.recurring<task>("b", "* * * * *", 0));
    for (int i = 0; i != 10; ++i) {
        w.advance(1min);
    }
    BOOST_TEST(w.ran.size() == 20U);
    BOOST_TEST(w.recurring("a").fired == 10U);
    BOOST_TEST(w.recurring("b").skipped == 0U);
}

BOOST_AUTO_TEST_CASE(misfires_are_served_by_their_policy) {
    ticking w;
    auto const with = [&](cofire::misfire_policy p) {
        return w.jobs.with({.misfire = p, .overlap = cofire::overlap_policy::allow});
    };
    w.get(with(cofire::misfire_policy::once).recurring<task>("once", "* * * * *", 0));
    w.get(with(cofire::misfire_policy::all).recurring<task>("all", "* * * * *", 0));
    w.get(with(cofire::misfire_policy::skip).recurring<task>("skip", "* * * * *", 0));
    w.advance(10min + 30s); // nobody is there
    auto server = w.make_server();
    w.start(server);
    BOOST_TEST(w.recurring("once").fired == 1U);
    BOOST_TEST(w.recurring("once").skipped == 9U);
    BOOST_TEST(w.recurring("all").fired == 10U);
    BOOST_TEST(w.recurring("skip").fired == 0U);
    BOOST_TEST(w.recurring("skip").skipped == 10U);
    for (std::string_view id : {"once", "all", "skip"}) {
        BOOST_TEST((w.recurring(id).next == start_time + 11min));
    }
    w.advance(30s);
    BOOST_TEST(w.ran.size() == 14U);
}

/// Keeps what each run knows of its occurrence. The first run of each job fails.
struct nightly : world {
    struct known {
        std::optional<cofire::time_point> occurrence;
        cofire::time_point due;
        std::uint32_t attempt;
    };
    std::vector<known> runs;
    bool fails = false;

    nightly() {
        handlers.add<task>([this](job_context& ctx, task) -> asio::awaitable<void> {
            runs.push_back({ctx.occurrence(), ctx.due(), ctx.attempt()});
            if (fails && ctx.attempt() == 1) {
                throw std::runtime_error("not yet");
            }
            co_return;
        });
    }
};

BOOST_AUTO_TEST_CASE(a_late_occurrence_knows_its_own_time) {
    nightly w;
    auto const with = [&](cofire::misfire_policy p) {
        return w.jobs.with({.misfire = p, .overlap = cofire::overlap_policy::allow});
    };
    w.get(with(cofire::misfire_policy::once).recurring<task>("once", "* * * * *", 0));
    w.advance(10min + 30s); // nobody is there
    auto server = w.make_server();
    w.start(server);
    BOOST_REQUIRE(w.runs.size() == 1);
    BOOST_TEST((w.runs[0].occurrence == start_time + 10min)); // the latest
    BOOST_TEST((w.runs[0].due == start_time + 10min));
    w.advance(30s);
    BOOST_REQUIRE(w.runs.size() == 2);
    BOOST_TEST((w.runs[1].occurrence == start_time + 11min));
    w.get(w.jobs.remove_recurring("once"));
    server.stop();
    w.run();
    w.runs.clear();
    w.get(with(cofire::misfire_policy::all).recurring<task>("all", "* * * * *", 0));
    w.advance(5min + 30s);
    auto second = w.make_server();
    w.start(second);
    BOOST_REQUIRE(w.runs.size() == 5);
    for (std::size_t i = 0; i != 5; ++i) { // each its own
        BOOST_TEST((w.runs[i].occurrence == start_time + (12 + i) * 1min));
        BOOST_TEST((w.runs[i].due == start_time + (12 + i) * 1min));
    }
}

BOOST_AUTO_TEST_CASE(a_retry_is_still_of_the_same_occurrence) {
    nightly w;
    w.fails = true;
    w.get(w.jobs.with({.delays = {45s}}).recurring<task>("a", "0 * * * *", 0));
    auto server = w.make_server();
    w.start(server);
    w.advance(1h);
    BOOST_TEST(w.runs.size() == 1U);
    w.advance(45s);
    BOOST_REQUIRE(w.runs.size() == 2);
    BOOST_TEST(w.runs[1].attempt == 2U);
    BOOST_TEST((w.runs[1].occurrence == start_time + 1h));
    BOOST_TEST((w.runs[1].due == start_time + 1h + 45s));
    auto const last = w.get(w.jobs.get_recurring("a")).last_job;
    BOOST_REQUIRE(last);
    BOOST_TEST((w.record(*last).occurrence == start_time + 1h));
}

BOOST_AUTO_TEST_CASE(what_is_triggered_by_hand_is_of_no_occurrence) {
    nightly w;
    w.get(w.jobs.recurring<task>("a", "0 * * * *", 0));
    auto server = w.make_server();
    w.start(server);
    w.advance(10min);
    w.get(w.jobs.trigger_recurring("a"));
    BOOST_REQUIRE(w.runs.size() == 1);
    BOOST_TEST(!w.runs[0].occurrence.has_value());
    BOOST_TEST((w.runs[0].due == start_time + 10min));
}

BOOST_AUTO_TEST_CASE(overlaps_are_served_by_their_policy) {
    ticking w;
    auto const with = [&](cofire::overlap_policy p) { return w.jobs.with({.overlap = p}); };
    w.get(with(cofire::overlap_policy::skip).recurring<task>("skip", "* * * * *", 160));
    w.get(with(cofire::overlap_policy::allow).recurring<task>("allow", "* * * * *", 160));
    w.get(with(cofire::overlap_policy::queue_one).recurring<task>("queue", "* * * * *", 160));
    auto server = w.make_server();
    w.start(server);
    for (int i = 0; i != 6 * 60; ++i) {
        w.advance(1s);
    }
    // Each run takes 2 minutes and 40 seconds of the 6.
    BOOST_TEST(w.recurring("skip").fired == 2U);
    BOOST_TEST(w.recurring("skip").skipped == 4U);
    BOOST_TEST(w.recurring("allow").fired == 6U);
    BOOST_TEST(w.recurring("queue").fired + w.recurring("queue").skipped == 6U);
    BOOST_TEST(w.recurring("queue").fired == 3U);
}

BOOST_AUTO_TEST_CASE(follows_daylight_saving_time) {
    ticking w;
    // Berlin: 29 March 2026, 02:00 becomes 03:00; 25 October, 03:00 becomes 02:00.
    cofire::time_point const spring{std::chrono::sys_days{std::chrono::year{2026} / 3 / 28}};
    w.clock.set(spring);
    auto const berlin = w.jobs.with({.zone = "Europe/Berlin"});
    w.get(berlin.recurring<task>("night", "30 2 * * *", 0));
    auto server = w.make_server();
    w.start(server);
    for (int i = 0; i != 2 * 24; ++i) {
        w.advance(1h);
        w.advance(0s);
    }
    // 28 March 02:30 CET = 01:30; 29 March: the gap, so 03:00 CEST = 01:00.
    BOOST_REQUIRE(w.ran.size() == 2);
    BOOST_TEST(
        (w.recurring("night").next ==
         cofire::time_point{std::chrono::sys_days{std::chrono::year{2026} / 3 / 30} + 30min})
    );
    w.ran.clear();
    w.clock.set(cofire::time_point{std::chrono::sys_days{std::chrono::year{2026} / 10 / 24} + 12h});
    w.run();
    w.ran.clear();
    for (int i = 0; i != 24; ++i) {
        w.advance(1h);
    }
    BOOST_TEST(w.ran.size() == 1U); // once, though 02:30 comes twice
}

BOOST_AUTO_TEST_CASE(follows_a_wall_clock_that_is_set) {
    ticking w;
    auto server = w.make_server();
    w.start(server);
    w.get(w.jobs.recurring<task>("each hour", "0 * * * *", 0));
    auto const job = w.get(w.jobs.schedule<task>(30min, 0)).id;
    w.clock.jump(30min); // forwards: what is due by the wall clock is due
    w.run();
    BOOST_TEST((w.state(job) == job_state::succeeded));
    w.ran.clear();
    w.clock.jump(30min);
    w.run();
    BOOST_TEST(w.ran.size() == 1U);
    w.clock.jump(-2h); // backwards: it has fired until 01:00, and goes on at 02:00
    w.run();
    w.advance(2h + 59min);
    BOOST_TEST(w.ran.size() == 1U);
    w.advance(1min);
    BOOST_TEST(w.ran.size() == 2U);
    // A timeout follows the steady clock.
    auto const slow =
        w.get(w.jobs.with({.max_attempts = 1, .timeout = 1h}).enqueue<task>(10'000)).id;
    w.clock.jump(2h);
    w.run();
    BOOST_TEST((w.state(slow) == job_state::processing));
    w.advance(1h);
    BOOST_TEST((w.state(slow) == job_state::failed));
}

BOOST_AUTO_TEST_CASE(a_bad_zone_is_in_error_and_blocks_no_other) {
    ticking w;
    cofire::storage_ref storage(w.storage);
    cofire::recurring_definition bad;
    bad.cron = "* * * * *";
    bad.zone = "Mars/Olympus";
    bad.type = "server_tests::task";
    bad.arguments = R"({"n":0})";
    cofire::recurring_request const put =
        cofire::recurring_put{.id = "mars", .definition = &bad, .next = start_time + 1min};
    (void)w.get(storage.recurring(put));
    w.get(w.jobs.recurring<task>("earth", "* * * * *", 0));
    auto server = w.make_server();
    w.start(server);
    w.advance(1min);
    w.advance(1min);
    BOOST_TEST(w.ran.size() == 2U);
    BOOST_TEST(w.recurring("mars").error.find("Mars/Olympus") != std::string::npos);
    BOOST_TEST(w.log.count("Mars/Olympus") == 1U);
}

BOOST_AUTO_TEST_CASE(a_firing_that_is_refused_waits_alone) {
    ticking w;
    cofire::table_limits limits;
    limits.jobs = 4;
    w.storage = cofire::memory_storage(cofire::memory_options(limits, w.clock));
    w.jobs = cofire::client(w.storage, w.client_options());
    for (int i = 0; i != 4; ++i) {
        w.get(w.jobs.with({.queue = "elsewhere"}).enqueue<task>(0));
    }
    w.get(w.jobs.recurring<task>("a", "* * * * *", 0));
    auto server = w.make_server();
    auto const end = w.start(server);
    w.advance(1min); // the store is full
    BOOST_TEST(w.ran.empty());
    BOOST_TEST(server.health().ok);
    BOOST_TEST(w.log.count("recurring failed") >= 1U);
    cofire::job_filter all;
    (void)w.get(w.jobs.remove(all));
    w.advance(5s); // tried again: not too late
    BOOST_TEST(w.ran.size() == 1U);
    server.stop();
    w.run();
    end->check();
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
