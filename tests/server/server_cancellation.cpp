// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

BOOST_AUTO_TEST_SUITE(server_cancellation)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;
using why = cofire::cancellation_reason;

// The table: how the handler ends, against why it was asked to stop.

enum class way { returns, returns_all_the_same, throws, passes_on };
constexpr std::array ways{way::returns, way::returns_all_the_same, way::throws, way::passes_on};
constexpr std::array reasons{
    why::none, why::timeout, why::deleted, why::cancelled, why::shutdown, why::lease_lost};

struct expected {
    job_state state;
    std::uint32_t attempt; // counted
    bool result = false;
    bool error = false;
};

expected expect(way how, why reason) {
    bool const returned = how == way::returns || how == way::returns_all_the_same;
    switch (reason) {
    case why::none:
        return returned ? expected{job_state::succeeded, 1, true}
                        : expected{job_state::failed, 1, false, true};
    case why::timeout:
        return returned ? expected{job_state::succeeded, 1, true}
                        : expected{job_state::failed, 1, false, true};
    case why::deleted:
        // An error beside the cancellation is kept, and was an attempt.
        return how == way::throws ? expected{job_state::deleted, 1, false, true}
                                  : expected{job_state::deleted, 0};
    case why::cancelled:
        return returned             ? expected{job_state::succeeded, 1, true}
               : how == way::throws ? expected{job_state::deleted, 1, false, true}
                                    : expected{job_state::deleted, 0};
    case why::shutdown:
        return returned ? expected{job_state::succeeded, 1, true}
                        : expected{job_state::enqueued, 0};
    case why::lease_lost: return {job_state::enqueued, 0};
    }
    return {};
}

/// Runs one job that ends as `how` when it is asked to stop for `reason`.
void check(way how, why reason, bool elsewhere) {
    BOOST_TEST_CONTEXT(
        "way " << static_cast<int>(how) << ", reason " << to_string(reason) << ", elsewhere "
               << elsewhere
    ) {
        world w;
        bool began = false;
        why seen = why::none;
        bool stopped = false;
        bool go = false;
        auto const handler = [&](job_context& ctx, task) -> asio::awaitable<int> {
            began = true;
            std::exception_ptr cancelled;
            try {
                if (reason == why::none) {
                    while (!go) {
                        co_await asio::post(asio::use_awaitable);
                    }
                } else {
                    co_await sleep_long(ctx);
                }
            } catch (...) {
                cancelled = std::current_exception();
            }
            seen = ctx.cancellation_reason();
            stopped = ctx.stop_token().stop_requested();
            if (how == way::throws || (how == way::passes_on && !cancelled)) {
                throw std::runtime_error("mine");
            }
            if (how == way::passes_on) {
                std::rethrow_exception(cancelled);
            }
            co_return 7;
        };
        if (elsewhere) {
            w.handlers.add<task>(handler, cofire::on(w.io));
        } else {
            w.handlers.add<task>(handler);
        }
        auto const id = w.add(1, {.max_attempts = 1, .timeout = 10s});
        auto server = w.make_server({.cancel_after = 1s, .hand_back_after = 2s});
        go = reason == why::none;
        auto const end = w.start(server);
        BOOST_REQUIRE(began);
        cofire::storage_ref storage(w.storage);
        switch (reason) {
        case why::none: break;
        case why::timeout: w.advance(10s); break;
        case why::deleted: w.get(w.jobs.remove(id)); break;
        case why::cancelled: w.get(w.jobs.cancel(id)); break;
        case why::shutdown:
            server.stop();
            w.run();
            BOOST_TEST(!end->ended);
            w.advance(1s);
            end->check();
            break;
        case why::lease_lost: {
            w.get(w.jobs.pause_queue("default")); // so that it is not taken again
            cofire::servers_request const retire = cofire::server_retire{w.record(id).server};
            (void)w.get(storage.servers(retire));
            break;
        }
        }
        expected const e = expect(how, reason);
        auto const record = w.record(id);
        BOOST_TEST((seen == reason));
        BOOST_TEST(stopped == (reason != why::none));
        BOOST_TEST((record.state == e.state), "state " << to_string(record.state));
        BOOST_TEST(record.attempt == e.attempt);
        BOOST_TEST((record.result == "7") == e.result);
        BOOST_TEST(record.error.has_value() == e.error);
        BOOST_TEST(record.lost == 0U);
        if (reason == why::timeout && e.error) {
            BOOST_TEST(record.error->type == "job_timeout");
        }
        BOOST_TEST(server.health().counters.running == 0U);
        server.stop_now();
        w.run();
        BOOST_TEST(end->ended);
        end->check();
    }
}

BOOST_AUTO_TEST_CASE(the_table) {
    for (why reason : reasons) {
        for (way how : ways) {
            check(how, reason, false);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_table_on_an_executor_of_its_own) {
    for (why reason : reasons) {
        for (way how : ways) {
            check(how, reason, true);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_timeout_counts_as_an_attempt_and_is_retried) {
    world w;
    int runs = 0;
    w.handlers.add<task>([&](job_context& ctx, task) -> asio::awaitable<void> {
        if (++runs == 1) {
            co_await sleep_long(ctx);
        }
    });
    auto const id = w.add(1, {.max_attempts = 3, .delays = {5s}, .timeout = 2s});
    auto server = w.make_server();
    w.start(server);
    w.advance(1999ms);
    BOOST_TEST((w.state(id) == job_state::processing));
    w.advance(1ms);
    BOOST_TEST((w.state(id) == job_state::scheduled));
    BOOST_TEST(w.record(id).attempt == 1U);
    w.advance(4999ms);
    BOOST_TEST(runs == 1);
    w.advance(1ms);
    BOOST_TEST((w.state(id) == job_state::succeeded));
    w.advance(10s); // the second run has its own timeout, which is gone with it
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(the_longest_timeout_is_none) {
    world w;
    w.handlers.add<task>([](job_context& ctx, task) -> asio::awaitable<void> {
        co_await sleep_long(ctx);
    });
    auto const id = w.add(1, {.timeout = 24h * 36'000});
    auto server = w.make_server();
    w.start(server);
    w.advance(24h * 300);
    BOOST_TEST((w.state(id) == job_state::processing));
}

BOOST_AUTO_TEST_CASE(stops_a_job_that_waits_in_the_server) {
    world w;
    std::vector<cofire::job_id> ids;
    std::vector<int> ran;
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        ran.push_back(t.n);
        if (t.n == 0) { // all are taken, and few have started
            w.begin(w.jobs.cancel(ids[498]));
            w.begin(w.jobs.remove(ids[499]));
        }
        co_return;
    });
    for (int i = 0; i != 500; ++i) {
        ids.push_back(w.add(i));
    }
    auto server = w.make_server({.concurrency = 500, .acquire_batch = 500});
    w.start(server);
    BOOST_TEST(ran.size() == 498U);
    BOOST_TEST((w.state(ids[497]) == job_state::succeeded));
    BOOST_TEST((w.state(ids[498]) == job_state::deleted));
    BOOST_TEST((w.state(ids[499]) == job_state::deleted));
    BOOST_TEST(w.record(ids[499]).attempt == 0U);
}

// Blocking functions see a stop token; on pools nothing waits for time but what is cancelled.

struct pools {
    asio::thread_pool server{4};
    asio::thread_pool work{2};
};

template <class T>
T wait_for(asio::thread_pool& pool, asio::awaitable<T> op) {
    return asio::co_spawn(pool, std::move(op), asio::use_future).get();
}

/// How it failed, as a value: the thread sanitizer cannot see how threads share exceptions.
asio::awaitable<std::optional<cofire::errc>> failure_of(asio::awaitable<void> op) {
    std::optional<cofire::errc> code;
    try {
        co_await std::move(op);
    } catch (cofire::error const& e) {
        code = e.value();
    }
    co_return code;
}

BOOST_AUTO_TEST_CASE(a_blocking_function_sees_the_stop_token) {
    pools p;
    log_lines log;
    cofire::memory_storage storage;
    cofire::registry handlers;
    std::promise<void> began;
    std::atomic<bool> saw{false};
    handlers.add<task>(
        [&](job_context& ctx, task t) {
            if (t.n == 0) {
                auto const token = ctx.stop_token();
                began.set_value();
                while (!token.stop_requested()) {
                    std::this_thread::yield();
                }
                saw = ctx.cancellation_reason() == why::cancelled;
                throw std::runtime_error("stopped");
            }
        },
        cofire::on(p.work)
    );
    cofire::server server(
        p.server.get_executor(),
        storage,
        handlers,
        {.concurrency = 2},
        cofire::server_environment().log(log.sink())
    );
    auto ended = asio::co_spawn(p.server, server.run(), asio::use_future);
    cofire::client jobs{storage};
    auto const id = wait_for(p.server, jobs.enqueue<task>(0)).id;
    began.get_future().wait();
    wait_for(p.server, jobs.cancel(id));
    auto const failure = wait_for(p.server, failure_of(jobs.result(id)));
    BOOST_TEST((failure == cofire::errc::job_deleted));
    BOOST_TEST(saw.load());
    auto const next = wait_for(p.server, jobs.enqueue<task>(1)).id;
    wait_for(p.server, jobs.result(next));
    server.stop();
    ended.get();
}

/// Cancels every tenth of many jobs, which end by themselves in any order: no other may notice.
template <class Add>
void cancel_a_thousand(asio::thread_pool& pool, Add const& add_handler) {
    constexpr int count = 10'000;
    log_lines log;
    cofire::memory_storage storage;
    cofire::registry handlers;
    std::vector<std::atomic<int>> disturbed(count);
    std::vector<std::atomic<int>> ran(count);
    auto const handler = [&](job_context& ctx, task t) -> asio::awaitable<void> {
        auto const at = static_cast<std::size_t>(t.n);
        try {
            for (int i = 0; i != t.n % 7; ++i) {
                co_await asio::post(asio::use_awaitable);
            }
        } catch (boost::system::system_error const&) {
            disturbed[at] = 1;
        }
        if (ctx.cancellation_reason() != why::none || ctx.stop_token().stop_requested()) {
            disturbed[at] = 1;
        }
        ++ran[at];
    };
    add_handler(handlers, handler);
    cofire::client jobs{storage};
    std::vector<cofire::job_id> ids;
    cofire::random_source random(7);
    for (int i = 0; i != count; ++i) {
        ids.push_back(wait_for(pool, jobs.enqueue<task>(i)).id);
    }
    cofire::server server(
        pool.get_executor(),
        storage,
        handlers,
        {.concurrency = 50},
        cofire::server_environment().log(log.sink())
    );
    auto ended = asio::co_spawn(pool, server.run(), asio::use_future);
    std::vector<bool> meant(count);
    for (int i = 0; i != 1000; ++i) {
        std::size_t const at = static_cast<std::size_t>(i) * 10 + random.below(10);
        meant[at] = true;
        auto const failure = wait_for(pool, failure_of(jobs.cancel(ids[at])));
        BOOST_TEST((!failure || *failure == cofire::errc::wrong_state)); // it may be faster
    }
    int wrong = 0;
    for (int i = 0; i != count; ++i) {
        auto const at = static_cast<std::size_t>(i);
        auto const failure = wait_for(pool, failure_of(jobs.result(ids[at])));
        if (failure) {
            wrong += !meant[at] || *failure != cofire::errc::job_deleted ? 1 : 0;
        } else {
            wrong += ran[at] != 1 ? 1 : 0;
        }
    }
    server.stop();
    ended.get();
    BOOST_TEST(wrong == 0);
    int hit = 0;
    for (std::size_t i = 0; i != disturbed.size(); ++i) {
        hit += disturbed[i] != 0 && !meant[i] ? 1 : 0;
    }
    BOOST_TEST(hit == 0);
    BOOST_TEST(server.health().counters.running == 0U);
}

BOOST_AUTO_TEST_CASE(a_thousand_cancellations_hit_nobody_else) {
    asio::thread_pool pool(4);
    cancel_a_thousand(pool, [](cofire::registry& r, auto const& handler) { r.add<task>(handler); });
}

BOOST_AUTO_TEST_CASE(a_thousand_cancellations_hit_nobody_else_on_another_pool) {
    asio::thread_pool pool(2);
    asio::thread_pool elsewhere(2);
    cancel_a_thousand(pool, [&](cofire::registry& r, auto const& handler) {
        r.add<task>(handler, cofire::on(elsewhere));
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
