// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "failing_storage.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A storage that takes its time to settle, as one that writes to a disk does.

BOOST_AUTO_TEST_SUITE(server_settles)

namespace {

using namespace server_tests;
using cofire::job_state;

/// A server whose storage answers a settle when it is told to.
struct slow_world : failing {
    /// The server has settled once, and knows that it takes long.
    explicit slow_world(
        int jobs,
        cofire::server_options const& options = {.concurrency = 10},
        std::function<void(slow_world&)> const& first = {}
    ) {
        if (first) {
            first(*this);
        }
        submit(0, jobs);
        handlers.add<other>([this](cofire::job_context& ctx, other) -> asio::awaitable<void> {
            failures_told.push_back(server->health().counters.attempts_failed);
            if (ctx.attempt() == 1) {
                throw std::runtime_error("not yet");
            }
            co_return;
        });
        weak.settling = [this](cofire::settle_request const& r) { in_flight = r.outcomes.size(); };
        weak.answering = [this] {
            ++unanswered;
            return answer_one();
        };
        start(options);
        BOOST_TEST_REQUIRE(unanswered == 1);
        BOOST_TEST(ran.size() == first_batch); // what it was to take along did not come yet
        answer();
    }
    void submit(int first, int end) {
        cofire::batch b;
        for (int i = first; i != end; ++i) {
            b.add<task>(i);
        }
        for (cofire::enqueued const& e : get(this->jobs.submit(b))) {
            ids.push_back(e.id);
        }
    }
    asio::awaitable<void> answer_one() {
        co_await gate.wait();
        --unanswered;
        if (std::exchange(answer_is_lost, false)) {
            fail();
        }
    }
    /// Answers the settle under way.
    void answer() {
        gate.notify();
        run();
    }
    /// Answers all, from now on at once.
    void answer_all() {
        weak.answering = nullptr;
        answer();
    }
    [[nodiscard]] std::ptrdiff_t count(std::string_view name) const {
        return std::count(weak.names.begin(), weak.names.end(), name);
    }
    /// Each ran once and has succeeded.
    void check_all() {
        BOOST_TEST(std::set<int>(ran.begin(), ran.end()).size() == ids.size());
        BOOST_TEST(ran.size() == ids.size());
        for (auto const& id : ids) {
            BOOST_TEST_REQUIRE((state(id) == job_state::succeeded));
        }
    }

    static constexpr std::size_t first_batch = 10;
    cofire::detail::parking gate;
    int unanswered = 0;
    std::size_t in_flight = 0;
    std::vector<std::uint64_t> failures_told; // when a run of `other` begins
    bool answer_is_lost = false;
    std::vector<cofire::job_id> ids;
};

BOOST_AUTO_TEST_CASE(the_slots_go_on_while_a_settle_is_not_answered) {
    slow_world w(300);
    BOOST_TEST(w.unanswered == 1);
    BOOST_TEST(w.ran.size() == 300U);
    BOOST_TEST(w.server->health().counters.succeeded == slow_world::first_batch);
    w.weak.names.clear();
    w.answer(); // all that has ended meanwhile goes in one call
    BOOST_TEST(w.count("settle") == 1);
    w.answer_all();
    BOOST_TEST(w.server->health().counters.succeeded == 300U);
    w.check_all();
}

BOOST_AUTO_TEST_CASE(no_more_is_taken_than_one_call_can_settle) {
    slow_world w(3'000); // whatever is not settled runs again after a crash
    BOOST_TEST(w.unanswered == 1);
    BOOST_TEST(w.ran.size() >= 1'000U);
    BOOST_TEST(w.ran.size() < 1'000U + 2 * slow_world::first_batch);
    w.answer_all();
    w.check_all();
}

BOOST_AUTO_TEST_CASE(a_storage_that_answers_at_once_settles_and_gives_jobs_in_one_call) {
    slow_world w(300);
    w.answer_all();
    w.weak.names.clear();
    w.submit(300, 400);
    w.check_all();
    BOOST_TEST(w.count("settle") <= 2);
    BOOST_TEST(w.count("acquire") >= 10);
}

BOOST_AUTO_TEST_CASE(what_a_lost_answer_should_have_told_is_settled_again) {
    slow_world w(100);
    BOOST_TEST(w.unanswered == 1);
    w.answer_is_lost = true;
    w.answer_all();
    BOOST_TEST(!w.server->health().ok);
    w.advance(1s);
    w.check_all();
    BOOST_TEST(w.server->health().ok);
    BOOST_TEST(w.server->health().counters.stale == 0U);
    BOOST_TEST(w.server->health().counters.succeeded == 100U);
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_the_answer) {
    slow_world w(100);
    BOOST_TEST(w.unanswered == 1);
    w.server->stop();
    w.run();
    BOOST_TEST(!w.end->ended);
    w.answer_all();
    w.end->check();
    w.check_all();
}

BOOST_AUTO_TEST_CASE(a_storage_that_is_closed_meanwhile_ends_the_server_when_it_has_answered) {
    slow_world w(100);
    w.weak.before = [](std::string_view) { throw cofire::error(cofire::errc::closed, "storage"); };
    w.add(100); // the server asks for it
    w.run();
    BOOST_TEST(!w.end->ended);
    w.answer_all();
    BOOST_TEST((code_of([&] { w.end->check(); }) == cofire::errc::closed));
    auto const settled = slow_world::first_batch + w.in_flight;
    BOOST_TEST(w.server->health().counters.succeeded == settled);
    BOOST_TEST(w.log.count("the outcomes of " + std::to_string(100 - settled)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_was_taken_for_dead_announces_itself_when_the_settle_is_answered
) {
    slow_world w(100);
    auto const list = w.get(w.storage.servers(cofire::server_list{})).servers;
    BOOST_TEST_REQUIRE(list.size() == 1U);
    w.weak.names.clear();
    (void)w.get(w.storage.servers(cofire::server_retire{.server = list.front().instance}));
    w.ids.push_back(w.add(100));
    w.run();
    BOOST_TEST(w.log.count("lease lost") == 1U);
    BOOST_TEST(w.count("announce") == 0); // the settle under way is of the old one
    w.answer_all();
    BOOST_TEST(w.count("announce") == 1);
    for (auto const& id : w.ids) { // those that were not settled may have run again
        BOOST_TEST((w.state(id) == job_state::succeeded));
    }
}

BOOST_AUTO_TEST_CASE(what_is_held_is_asked_for_only_when_nothing_is_under_way) {
    slow_world w(100);
    bool lost = false;
    w.weak.after = [&](std::string_view name) {
        if (name == "acquire" && !std::exchange(lost, true)) {
            fail(); // the jobs that it gave are not known to the server
        }
    };
    int asked = 0;
    w.weak.ticking = [&](cofire::tick_request const& r) {
        asked += r.list_held ? 1 : 0;
        BOOST_TEST((!r.list_held || w.unanswered == 0));
    };
    w.ids.push_back(w.add(100));
    for (int i = 0; i != 10; ++i) {
        w.advance(100ms);
    }
    BOOST_TEST(lost);
    BOOST_TEST(w.unanswered == 1);
    BOOST_TEST(asked == 0);
    BOOST_TEST(w.ran.size() == 100U);
    w.weak.answering = nullptr;
    w.answer();
    w.advance(1s);
    BOOST_TEST(asked >= 1);
    w.check_all();
    BOOST_TEST(w.server->health().counters.released == 1U);
}

BOOST_AUTO_TEST_CASE(how_a_run_ended_is_told_before_the_next_one_of_the_job_begins) {
    slow_world w(20);
    BOOST_TEST(w.unanswered == 1);
    auto const id = w.add<other>(1, {.max_attempts = 2, .delays = {0us}});
    w.run();
    BOOST_TEST(w.failures_told == std::vector<std::uint64_t>{0});
    w.answer(); // now the failure is being settled, and the job waits again
    BOOST_TEST(w.unanswered == 1);
    BOOST_TEST(w.in_flight == 1U);
    BOOST_TEST((w.state(id) == job_state::processing)); // it was taken
    BOOST_TEST(w.failures_told.size() == 1U);
    w.answer_all();
    BOOST_TEST((w.failures_told == std::vector<std::uint64_t>{0, 1}));
    BOOST_TEST((w.state(id) == job_state::succeeded));
}

/// Two jobs of a server that died with them: of such a server holds one at a time.
struct lost_jobs {
    explicit lost_jobs(world& w) {
        cofire::server_announce a{.name = "dies"};
        a.types = {{.name = "server_tests::other"}};
        a.queues = {"default"};
        a.slots = 2;
        cofire::servers_request const announced = std::move(a);
        cofire::servers_answer dies = w.get(w.storage.servers(announced));
        (void)w.get(w.jobs.schedule<task>(30min, -1)
        ); // so that a retry does not change what is due next
        w.add<other>(1, {.max_attempts = 2, .delays = {1h}});
        w.add<other>(2, {.max_attempts = 2, .delays = {1h}});
        std::vector<cofire::take> const takes{{.queue = "default"}};
        cofire::acquire_request const r{.server = dies.instance, .takes = takes, .limit = 2};
        BOOST_TEST(w.get(w.storage.acquire(r)).jobs.size() == 2U);
    } // here it dies
};

BOOST_AUTO_TEST_CASE(what_stood_in_the_way_of_others_is_remembered_when_the_answers_cross) {
    slow_world w(20, {.concurrency = 10}, [](slow_world& before) { lost_jobs const two(before); });
    cofire::detail::parking settle_gate;
    cofire::detail::parking acquire_gate;
    w.answer();
    w.answer();
    BOOST_TEST(w.unanswered == 0);
    w.weak.reaching = [&]() -> asio::awaitable<void> { return settle_gate.wait(); };
    w.weak.gave =
        [&](cofire::acquire_answer const&) { // the first of them; what is asked next waits
            w.weak.giving = [&]() -> asio::awaitable<void> { return acquire_gate.wait(); };
        };
    w.advance(2s);
    BOOST_TEST(w.failures_told.size() == 1U);
    w.weak.gave = nullptr;
    w.weak.giving = nullptr; // the acquire that finds none waits with its answer
    w.weak.reaching = nullptr;
    w.weak.answering = nullptr;
    settle_gate.notify(); // now there would be one
    w.run();
    acquire_gate.notify();
    w.run();
    BOOST_TEST(w.failures_told.size() == 2U);
}

BOOST_AUTO_TEST_CASE(handlers_are_stopped_meanwhile) {
    slow_world w(20);
    auto const id = w.add(-1); // runs until it is stopped
    w.run();
    BOOST_TEST(w.unanswered == 1);
    BOOST_TEST((w.state(id) == job_state::processing));
    std::vector<cofire::job_id> const ids{id};
    (void)w.get(w.storage.change({.kind = cofire::change_kind::delete_job, .ids = ids}));
    w.run();
    BOOST_TEST(w.server->health().counters.running == 0U);
    w.answer_all();
    BOOST_TEST((w.state(id) == job_state::deleted));
}

BOOST_AUTO_TEST_CASE(all_may_be_destroyed_meanwhile) {
    auto w = std::make_unique<slow_world>(100);
    BOOST_TEST(w->unanswered == 1);
    BOOST_TEST(!w->end->ended);
    w.reset();
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
