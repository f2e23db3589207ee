// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <deque>
#include <limits>
#include <map>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(server)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;
using cofire::server_state;

/// Handlers that wait to be let go, one by one.
struct gates {
    std::deque<cofire::detail::parking> all{100};
    std::map<int, int> running;
    int most = 0;
    std::vector<int> order;

    auto handler() {
        return [this](job_context&, task t) -> asio::awaitable<void> {
            order.push_back(t.n);
            ++running[0];
            most = std::max(most, running[0]);
            auto op = all[static_cast<std::size_t>(t.n)].wait();
            co_await std::move(op);
            --running[0];
        };
    }
    void open(int n) { all[static_cast<std::size_t>(n)].notify(); }
};

BOOST_AUTO_TEST_CASE(runs_at_most_as_many_as_it_may) {
    world w;
    gates g;
    w.handlers.add<task>(g.handler());
    for (int i = 0; i != 10; ++i) {
        w.add(i);
    }
    auto server = w.make_server({.concurrency = 3});
    w.start(server);
    BOOST_TEST(g.order.size() == 3U);
    BOOST_TEST(server.health().counters.running == 3U);
    for (int i = 0; i != 10; ++i) {
        g.open(i);
        w.run();
    }
    BOOST_TEST(g.order.size() == 10U);
    BOOST_TEST(g.most == 3);
    BOOST_TEST(server.health().counters.succeeded == 10U);
}

BOOST_AUTO_TEST_CASE(takes_a_job_as_soon_as_it_is_there) {
    world w;
    int ran = 0;
    w.handlers.add<task>([&](job_context&, task) -> asio::awaitable<void> {
        ++ran;
        co_return;
    });
    auto server = w.make_server();
    w.start(server);
    for (int i = 0; i != 20; ++i) {
        w.add(i);
        BOOST_TEST(ran == i + 1);
    }
    auto const later = w.get(w.jobs.schedule<task>(1min, 1)).id;
    BOOST_TEST((w.state(later) == job_state::scheduled));
    auto const sooner = w.get(w.jobs.schedule<task>(30s, 1)).id;
    w.advance(29'999ms);
    BOOST_TEST(ran == 20);
    w.advance(1ms);
    BOOST_TEST((w.state(sooner) == job_state::succeeded));
    w.advance(30s);
    BOOST_TEST((w.state(later) == job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(does_nothing_while_there_is_nothing_to_do) {
    world w;
    w.handlers.add<task>([&](job_context& ctx, task) { return sleep_long(ctx); });
    w.add(1);
    w.get(w.jobs.schedule<task>(1min, 1));
    auto server = w.make_server({.concurrency = 1});
    w.start(server); // returns only when nothing is ready
    w.advance(2min); // the second is due, and there is no room for it
    w.advance(1min);
    BOOST_TEST(server.health().counters.started == 1U);
}

BOOST_AUTO_TEST_CASE(a_limit_of_a_type_holds_and_leaves_room_to_others) {
    world w;
    gates g;
    int others = 0;
    w.handlers.add<task>(g.handler(), cofire::concurrency(2));
    w.handlers.add<other>([&](job_context&, other) -> asio::awaitable<void> {
        ++others;
        co_return;
    });
    for (int i = 0; i != 20; ++i) {
        w.add(i);
    }
    auto server = w.make_server({.concurrency = 4});
    w.start(server);
    BOOST_TEST(g.order.size() == 2U);
    w.add<other>(1);
    w.add<other>(2);
    BOOST_TEST(others == 2); // though 20 jobs of the limited type stand before them
    w.add(20);
    for (int i = 0; i != 21; ++i) { // none is forgotten when there is room again
        g.open(i);
        w.run();
    }
    BOOST_TEST(g.order.size() == 21U);
    BOOST_TEST(g.most == 2);
    // Nothing that waits for its type is held by this server.
    BOOST_TEST(server.health().counters.released == 0U);
}

BOOST_AUTO_TEST_CASE(a_limit_of_a_type_counts_its_older_names) {
    world w;
    gates g;
    w.handlers.add<task>(g.handler(), cofire::concurrency(1), cofire::aliases{"old"});
    w.add(0);
    w.get(w.jobs.enqueue_raw("old", R"({"n":1})"));
    auto server = w.make_server();
    w.start(server);
    BOOST_TEST(g.order.size() == 1U);
    g.open(0);
    w.run();
    BOOST_TEST(g.order.size() == 2U);
    g.open(1);
    w.run();
    BOOST_TEST(server.health().counters.succeeded == 2U);
}

BOOST_AUTO_TEST_CASE(takes_jobs_that_lost_a_server_one_at_a_time_and_forgets_none) {
    world w;
    std::vector<cofire::job_id> ids;
    for (int i = 0; i != 3; ++i) {
        ids.push_back(w.add(i));
    }
    { // takes them, and dies
        cofire::storage_ref storage(w.storage);
        cofire::server_announce a{.name = "dead"};
        a.types.push_back({.name = "server_tests::task"});
        cofire::servers_request const request = a;
        auto const announced = w.get(storage.servers(request));
        auto const instance = announced.instance;
        std::array const takes{cofire::take{.queue = "default"}};
        auto const taken =
            w.get(storage.acquire({.server = instance, .takes = takes, .limit = 10}));
        BOOST_REQUIRE(taken.jobs.size() == 3);
    }
    gates g;
    w.handlers.add<task>(g.handler());
    auto server = w.make_server();
    w.start(server);
    w.advance(1h); // they come back with a delay
    BOOST_TEST(g.order.size() == 1U);
    for (int i = 0; i != 3; ++i) {
        g.open(g.order.back());
        w.run();
    }
    BOOST_TEST(g.order.size() == 3U);
    BOOST_TEST(g.most == 1);
    BOOST_TEST(w.record(ids[0]).lost == 1U);
    BOOST_TEST(w.log.count("lost its server") == 3U);
}

BOOST_AUTO_TEST_CASE(parks_what_it_cannot_run) {
    world w;
    w.handlers.add<task>([&](job_context&, task) -> asio::awaitable<void> { co_return; });
    auto const unknown = w.get(w.jobs.enqueue_raw("nobody::knows", "[]")).id;
    auto const bad = w.get(w.jobs.enqueue_raw("server_tests::task", R"({"n":"x"})")).id;
    auto server = w.make_server();
    w.start(server);
    BOOST_TEST((w.state(unknown) == job_state::enqueued));
    auto const parked = w.record(bad);
    BOOST_TEST((parked.state == job_state::enqueued));
    BOOST_TEST((parked.sub_state == cofire::job_sub_state::parked_by_type));
    BOOST_TEST(parked.attempt == 0U);
    BOOST_TEST(w.log.count("is parked") == 1U);
}

BOOST_AUTO_TEST_CASE(keeps_the_order_of_queues) {
    world w;
    std::vector<int> order;
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        order.push_back(t.n);
        co_return;
    });
    w.add(1, {.queue = "low"});
    w.add(2, {.queue = "critical"});
    w.add(3, {.queue = "elsewhere"});
    w.add(4, {.queue = "critical", .priority = 9});
    auto server = w.make_server({.queues = {"critical", "low"}, .concurrency = 1});
    w.start(server);
    BOOST_TEST(order == (std::vector{4, 2, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tells_progress_and_log_lines) {
    world w;
    gates g;
    job_context* running = nullptr;
    w.handlers.add<task>([&](job_context& ctx, task) -> asio::awaitable<void> {
        running = &ctx;
        ctx.progress(1, 10);
        ctx.log("one");
        auto op = g.all[0].wait();
        co_await std::move(op);
        ctx.log("last");
    });
    auto const id = w.add(0);
    auto server = w.make_server();
    w.start(server);
    BOOST_REQUIRE(running != nullptr);
    auto record = w.record(id);
    BOOST_REQUIRE(record.progress.has_value());
    BOOST_TEST(record.progress->done == 1);
    BOOST_TEST(record.log.size() == 1U);
    running->progress(2, 10);
    running->progress(3, 10);
    w.run();
    BOOST_TEST(w.record(id).progress->done == 1); // not more often than four times a second
    w.advance(250ms);
    BOOST_TEST(w.record(id).progress->done == 3);
    g.open(0);
    w.run();
    record = w.record(id);
    BOOST_REQUIRE(record.log.size() == 2); // what was said at the end was told before the end
    BOOST_TEST(record.log[1].text == "last");
    BOOST_TEST((record.state == job_state::succeeded));
}

struct listener {
    std::vector<std::string> heard;
    void on_started(job_context const& c) { heard.push_back("started " + std::string(c.type())); }
    void on_settled(cofire::run_outcome const&, std::string_view t) {
        heard.push_back("settled " + std::string(t));
    }
    void on_notice(cofire::storage_notice const& n) { heard.push_back("notice " + n.reason); }
};

BOOST_AUTO_TEST_CASE(tells_the_observer) {
    world w;
    listener l;
    w.handlers.add<task>([&](job_context&, task) -> asio::awaitable<void> {
        BOOST_TEST(l.heard.size() == 1U);
        co_return;
    });
    cofire::server server(
        w.io.get_executor(), w.storage, w.handlers, {}, w.environment().observer(l)
    );
    w.start(server);
    w.add(1);
    std::vector<std::string> const expected{
        "started server_tests::task", "settled server_tests::task"};
    BOOST_TEST(l.heard == expected, boost::test_tools::per_element());
    auto const id = w.add(1, {.queue = "elsewhere", .expires = 1min});
    w.advance(1min); // nothing else happens, and still it is told
    BOOST_TEST((w.state(id) == job_state::deleted));
    BOOST_REQUIRE(l.heard.size() == 3);
    BOOST_TEST(l.heard[2] == "notice expired");
}

BOOST_AUTO_TEST_CASE(says_that_jobs_have_no_handler) {
    world w;
    listener l;
    w.handlers.add<task>([](task) -> asio::awaitable<void> { co_return; });
    cofire::server server(
        w.io.get_executor(), w.storage, w.handlers, {}, w.environment().observer(l)
    );
    w.start(server);
    w.add<other>(1);
    w.run(); // an idle server is woken for it
    BOOST_TEST(w.log.count("\"server_tests::other\" wait, unhandled: version 1") == 1U);
    BOOST_TEST(w.log.count("no server that is up has a handler for them") == 1U);
    w.add<other>(2);
    w.run();
    BOOST_TEST(w.log.count("has a handler") == 1U);
    BOOST_REQUIRE(l.heard.size() == 1U);
    BOOST_TEST(l.heard[0].starts_with("notice unhandled"));
}

BOOST_AUTO_TEST_CASE(several_servers_share_the_work) {
    world w;
    gates g;
    w.handlers.add<task>(g.handler());
    auto a = w.make_server({.concurrency = 2});
    auto b = w.make_server({.concurrency = 2});
    auto const end_a = w.start(a);
    auto const end_b = w.start(b);
    for (int i = 0; i != 8; ++i) {
        w.add(i);
    }
    BOOST_TEST(g.order.size() == 4U);
    a.stop();
    w.run();
    BOOST_TEST(!end_a->ended);
    for (int i = 0; i != 8; ++i) {
        g.open(i);
        w.run();
    }
    BOOST_TEST(g.order.size() == 8U);
    end_a->check();
    BOOST_TEST(!end_b->ended);
    BOOST_TEST(a.health().counters.succeeded + b.health().counters.succeeded == 8U);
}

BOOST_AUTO_TEST_CASE(drains_and_stops_on_command) {
    world w;
    gates g;
    w.handlers.add<task>(g.handler());
    auto const first = w.add(0);
    auto server = w.make_server();
    auto const end = w.start(server);
    auto const instance = w.record(first).server;
    cofire::storage_ref storage(w.storage);
    cofire::servers_request const drain =
        cofire::server_order{instance, cofire::server_command::drain};
    (void)w.get(storage.servers(drain));
    BOOST_TEST((server.state() == server_state::draining));
    auto const second = w.add(1);
    g.open(0);
    w.run();
    BOOST_TEST((w.state(first) == job_state::succeeded));
    BOOST_TEST((w.state(second) == job_state::enqueued));
    BOOST_TEST(server.health().ok);
    cofire::servers_request const stop =
        cofire::server_order{instance, cofire::server_command::stop};
    (void)w.get(storage.servers(stop));
    end->check();
    BOOST_TEST((server.state() == server_state::stopped));
    BOOST_TEST(!server.health().ok);
}

BOOST_AUTO_TEST_CASE(refuses_options_that_do_not_fit) {
    world w;
    auto const refusal = [&](cofire::server_options const& o) {
        return code_of([&] { (void)w.make_server(o); });
    };
    BOOST_TEST((refusal({.concurrency = 0}) == cofire::errc::bad_server_option));
    BOOST_TEST((refusal({.acquire_batch = 0}) == cofire::errc::bad_server_option));
    BOOST_TEST((refusal({.acquire_batch = 10'001}) == cofire::errc::bad_server_option));
    BOOST_TEST((refusal({.cancel_after = -1s}) == cofire::errc::bad_server_option));
    BOOST_TEST((refusal({.cancel_after = 9s}) == cofire::errc::bad_server_option));
    BOOST_TEST((refusal({.misfire_after = -1s}) == cofire::errc::bad_server_option));
    BOOST_TEST((refusal({.queues = {"a", "a"}}) == cofire::errc::bad_queue));
    BOOST_TEST((refusal({}) == std::nullopt));
    BOOST_TEST(!w.handlers.frozen());
}

BOOST_AUTO_TEST_CASE(runs_once) {
    world w;
    auto server = w.make_server();
    BOOST_TEST((server.state() == server_state::idle));
    BOOST_TEST(server.health().message == "not started");
    auto const end = w.start(server);
    BOOST_TEST((server.state() == server_state::running));
    BOOST_TEST(server.health().ok);
    BOOST_TEST(w.handlers.frozen());
    BOOST_TEST((code_of([&] { w.get(server.run()); }) == cofire::errc::already_started));
    BOOST_TEST(!end->ended);
    server.stop();
    w.run();
    end->check();
    BOOST_TEST((code_of([&] { w.get(server.run()); }) == cofire::errc::stopped));
}

/// On the system's clock; nothing is said about when things happen.
struct real_world {
    log_lines log;
    cofire::registry handlers;
    asio::io_context io{1};
    cofire::memory_storage storage;
    cofire::client jobs{storage};
    int failed = 0;

    cofire::server make_server(cofire::server_options const& options) {
        auto environment = cofire::server_environment().log(log.sink());
        return cofire::server(io.get_executor(), storage, handlers, options, environment);
    }
    void start(cofire::server& s) {
        auto const tell = [this](std::exception_ptr e) { failed += e ? 1 : 0; };
        asio::co_spawn(io, s.run(), tell);
    }
    template <class T>
    void begin(asio::awaitable<T> op) {
        auto const ignore = [](std::exception_ptr, auto&&...) {};
        asio::co_spawn(io, std::move(op), ignore);
    }
};

BOOST_AUTO_TEST_CASE(the_systems_clock_wakes_it) {
    real_world w;
    int ran = 0;
    auto server = w.make_server({.cancel_after = 1ms, .hand_back_after = 2ms});
    w.handlers.add<task>([&](job_context& ctx, task t) -> asio::awaitable<void> {
        ++ran;
        if (t.n == 1) { // the timeout ends it; then it is tried again
            if (ctx.attempt() == 1) {
                co_await sleep_long(ctx);
            }
            server.stop(); // which ends the other one
        }
        if (t.n == 2) {
            co_await sleep_long(ctx);
        }
    });
    w.begin(w.jobs.with({.delays = {1ms}, .timeout = 1ms}).schedule<task>(1ms, 1));
    w.begin(w.jobs.enqueue<task>(2));
    w.start(server);
    w.io.run(); // ends
    BOOST_TEST(ran == 3);
    BOOST_TEST(w.failed == 0);
    BOOST_TEST(server.health().counters.succeeded == 1U);
    BOOST_TEST(server.health().counters.released == 1U);
}

BOOST_AUTO_TEST_CASE(it_does_not_spin_when_something_is_due_and_there_is_no_room) {
    real_world w;
    w.handlers.add<task>([](job_context& ctx, task) { return sleep_long(ctx); });
    auto server = w.make_server({.concurrency = 1});
    w.begin(w.jobs.enqueue<task>(1));
    w.begin(w.jobs.schedule<task>(1us, 2));
    w.start(server);
    std::size_t handlers_run = 0;
    for (int i = 0; i != 5000; ++i) {
        handlers_run += w.io.poll();
    }
    BOOST_TEST(handlers_run < 500U);
    BOOST_TEST(server.health().counters.started == 1U);
}

BOOST_AUTO_TEST_CASE(it_does_not_spin_when_the_storage_is_closed_to_it) {
    real_world w;
    w.handlers.add<task>([](job_context& ctx, task) -> asio::awaitable<void> {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        ctx.progress(1, 2);
        co_await sleep_long(ctx);
    });
    auto server = w.make_server({});
    w.begin(w.jobs.enqueue<task>(1));
    w.begin(w.jobs.schedule<task>(1us, 2));
    w.start(server);
    w.io.poll();
    w.storage.close();
    std::size_t handlers_run = 0;
    for (int i = 0; i != 5000; ++i) {
        handlers_run += w.io.poll();
    }
    BOOST_TEST(handlers_run < 500U);
}

BOOST_AUTO_TEST_CASE(runs_on_a_pool) {
    constexpr int count = 20'000;
    log_lines log;
    asio::thread_pool pool(4);
    cofire::memory_storage storage;
    cofire::registry handlers;
    std::atomic<int> ran{0};
    std::atomic<int> at_a_time{0};
    std::atomic<int> most{0};
    handlers.add<task>([&](job_context& ctx, task t) -> asio::awaitable<void> {
        int const now = ++at_a_time;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        if (t.n % 5 == 0) {
            ctx.log("line");
            ctx.progress(1, 2);
        }
        if (t.n % 3 == 0) {
            auto op = ctx.sleep_for(1us);
            co_await std::move(op);
        }
        ++ran;
        --at_a_time;
    });
    cofire::server server(
        pool.get_executor(),
        storage,
        handlers,
        {.concurrency = 16},
        cofire::server_environment().log(log.sink())
    );
    auto ended = asio::co_spawn(pool, server.run(), asio::use_future);
    cofire::client jobs{storage};
    std::vector<cofire::job_id> ids;
    for (int i = 0; i != count; ++i) {
        ids.push_back(asio::co_spawn(pool, jobs.enqueue<task>(i), asio::use_future).get().id);
    }
    for (auto id : ids) {
        asio::co_spawn(pool, jobs.result(id), asio::use_future).get();
    }
    server.stop();
    ended.get();
    BOOST_TEST(ran == count);
    BOOST_TEST(most <= 16);
    BOOST_TEST(server.health().counters.succeeded == static_cast<unsigned>(count));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
