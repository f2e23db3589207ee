// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "failing_storage.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

// Which calls a server makes of its storage, and which answers it believes.

BOOST_AUTO_TEST_SUITE(server_calls)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;

std::size_t count(failing const& w, std::string_view name) {
    auto const& names = w.weak.names;
    return static_cast<std::size_t>(std::count(names.begin(), names.end(), name));
}

BOOST_AUTO_TEST_CASE(takes_a_job_that_comes_while_it_is_idle_before_it_asks_for_anything_else) {
    failing w;
    w.start();
    w.weak.names.clear();
    w.add(1);
    BOOST_TEST(w.ran.size() == 1U);
    BOOST_REQUIRE(w.weak.names.size() >= 2);
    BOOST_TEST(w.weak.names[0] == "acquire");
    BOOST_TEST(count(w, "tick") >= 1U); // something else may have changed all the same
}

BOOST_AUTO_TEST_CASE(a_type_with_a_limit_does_not_cut_the_batches_of_others) {
    failing w;
    cofire::detail::parking gate;
    int limited = 0;
    w.handlers.add<other>(
        [&](job_context&, other) -> asio::awaitable<void> {
            ++limited;
            auto op = gate.wait();
            co_await std::move(op);
        },
        cofire::concurrency(1),
        cofire::aliases{"older"}
    );
    for (int i = 0; i != 3; ++i) { // at the head of the line
        w.add<other>(i);
        w.get(w.jobs.enqueue_raw("older", R"({"n":1})"));
    }
    for (int i = 0; i != 200; ++i) {
        w.add(i);
    }
    std::vector<std::size_t> batches;
    std::size_t most = 0; // of the limited type
    w.weak.gave = [&](cofire::acquire_answer const& a) {
        batches.push_back(a.jobs.size());
        most = std::max(
            most,
            static_cast<std::size_t>(std::count_if(
                a.jobs.begin(),
                a.jobs.end(),
                [](cofire::acquired_job const& j) { return j.type != "server_tests::task"; }
            ))
        );
    };
    w.start({.concurrency = 100, .acquire_batch = 50});
    BOOST_TEST(limited == 1);
    BOOST_TEST(w.ran.size() == 200U);
    BOOST_REQUIRE(batches.size() >= 2);
    BOOST_TEST(batches[0] == 50U);
    BOOST_TEST(batches[1] == 50U);
    BOOST_TEST(most == 1U); // under whichever of its names
    BOOST_TEST(count(w, "acquire") <= 10U);
    for (int i = 1; i != 6; ++i) {
        gate.notify();
        w.run();
        BOOST_TEST(limited == i + 1);
    }
    BOOST_TEST(most == 1U);
    BOOST_TEST(w.server->health().counters.released == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_due_is_promoted_by_a_tick_and_taken_after_it) {
    failing w; // storages that servers share promote nothing but by a tick
    w.start();
    auto const id = w.get(w.jobs.schedule<task>(1min, 1)).id;
    w.weak.names.clear();
    w.advance(1min);
    BOOST_TEST((w.state(id) == job_state::succeeded));
    auto const first = std::find_if(w.weak.names.begin(), w.weak.names.end(), [](auto const& n) {
        return n == "tick" || n == "acquire";
    });
    BOOST_REQUIRE((first != w.weak.names.end()));
    BOOST_TEST(*first == "tick");
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_late_makes_no_retry_early) {
    failing w;
    w.handlers.add<other>([](job_context&, other) -> asio::awaitable<void> {
        throw std::runtime_error("out of cheese");
        co_return;
    });
    w.start();
    bool late = true;
    w.weak.gave = [&](cofire::acquire_answer const&) {
        w.clock.advance(std::exchange(late, false) ? 1s : 0s); // it says what the time was before
    };
    auto const id = w.add<other>(1, {.max_attempts = 2, .delays = {500ms}});
    BOOST_TEST(!late);
    BOOST_TEST((w.state(id) == job_state::scheduled));
    BOOST_TEST((w.record(id).due == w.clock.wall_now() + 500ms));
}

BOOST_AUTO_TEST_CASE(an_idle_server_asks_for_nothing) {
    failing w;
    w.start();
    w.add(1);
    w.weak.names.clear();
    for (int i = 0; i != 23; ++i) {
        w.advance(1h);
    }
    BOOST_TEST(w.weak.names.empty());
    for (int i = 0; i != 100; ++i) { // the job has been kept long enough; then there is nothing
        w.advance(1h);
    }
    BOOST_TEST(std::count(w.weak.names.begin(), w.weak.names.end(), "tick") == 1);
    BOOST_TEST(w.get(w.jobs.counts()).removed == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_said_to_a_server_that_is_no_more_is_not_believed) {
    failing w;
    cofire::detail::parking ending;
    cofire::detail::parking late;
    w.handlers.add<other>([&](job_context&, other) -> asio::awaitable<void> {
        auto op = ending.wait();
        co_await std::move(op);
    });
    cofire::storage_ref storage(w.storage);
    w.weak.waiting = [&](cofire::wait_request const& r) {
        // The first one's wait hears nothing for long, and then the worst.
        auto const hears_late = [](cofire::detail::parking& gate
                                ) -> asio::awaitable<cofire::wait_answer> {
            try {
                auto op = gate.wait();
                co_await std::move(op);
            } catch (boost::system::system_error const&) {
                // cancelled
            }
            throw cofire::error(cofire::errc::unknown_server, "server 1");
        };
        return r.interest.server == 1 ? hears_late(late) : storage.wait(r);
    };
    auto const old = w.add<other>(1);
    w.start();
    BOOST_TEST((w.state(old) == job_state::processing));
    cofire::servers_request const retire = cofire::server_retire{1};
    (void)w.get(storage.servers(retire));
    ending.notify();
    w.run(); // its settle, or its acquire, says so: it announces itself anew
    BOOST_TEST(count(w, "announce") == 2U);
    auto const held = w.add(-1);
    BOOST_TEST((w.state(held) == job_state::processing));
    late.notify();
    w.run();
    w.add(1);
    BOOST_TEST(count(w, "announce") == 2U);
    BOOST_TEST((w.state(held) == job_state::processing));
    BOOST_TEST(w.log.count("lease lost") == 1U);
    BOOST_TEST(w.ran.size() == 2U);
    w.server->stop_now();
    w.run();
    w.end->check();
    BOOST_TEST(w.io.stopped());
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
