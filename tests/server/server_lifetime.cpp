// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "failing_storage.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <future>
#include <thread>

// What is destroyed when, in every order. The address sanitizer is the judge.

BOOST_AUTO_TEST_SUITE(server_lifetime)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;

enum class phase { never_run, not_begun, idle, waiting, suspended, timed, elsewhere, draining };
constexpr std::array phases{
    phase::never_run,
    phase::not_begun,
    phase::idle,
    phase::waiting,
    phase::suspended,
    phase::timed,
    phase::elsewhere,
    phase::draining};

/// Speaks when its handler's frame is destroyed.
struct last_words {
    job_context* ctx;
    ~last_words() { ctx->log("gone"); }
};

asio::awaitable<void> suspend(job_context& ctx, task) {
    last_words const words{&ctx};
    co_await sleep_long(ctx);
}

asio::awaitable<void> suspend_on_timer(job_context& ctx, other) {
    last_words const words{&ctx};
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

/// The parts, each to be destroyed when one likes.
struct parts {
    explicit parts(bool on_system_clock) {
        cofire::clock const c = on_system_clock ? cofire::clock() : cofire::clock(clock);
        storage = std::make_unique<cofire::memory_storage>(cofire::memory_options(c));
        auto environment = cofire::server_environment().clock(c).log(log.sink());
        server = std::make_unique<cofire::server>(
            io->get_executor(), *storage, handlers, cofire::server_options{}, environment
        );
    }

    void bring_to(phase p) {
        handlers.add<task>(suspend);
        if (p == phase::elsewhere) {
            handlers.add<other>(suspend_on_timer, cofire::on(*io));
        } else {
            handlers.add<other>(suspend_on_timer);
        }
        cofire::client jobs{*storage};
        auto const ignore = [](std::exception_ptr, auto&&...) {};
        if (p == phase::waiting) {
            asio::co_spawn(*io, jobs.schedule<task>(1h, 1), ignore);
        } else if (p == phase::suspended || p == phase::draining) {
            for (int i = 0; i != 3; ++i) {
                asio::co_spawn(*io, jobs.enqueue<task>(i), ignore);
                asio::co_spawn(*io, jobs.enqueue<other>(i), ignore);
            }
        } else if (p == phase::timed) {
            asio::co_spawn(*io, jobs.with({.timeout = 1min}).enqueue<task>(1), ignore);
        } else if (p == phase::elsewhere) {
            asio::co_spawn(*io, jobs.enqueue<other>(1), ignore);
        }
        if (p != phase::never_run) {
            asio::co_spawn(*io, server->run(), ignore);
        }
        if (p != phase::never_run && p != phase::not_begun) {
            io->poll();
        }
        if (p == phase::draining) {
            server->stop();
            io->poll();
        }
    }

    void destroy(int which) {
        switch (which) {
        case 0: io.reset(); break;
        case 1: storage.reset(); break;
        default: server.reset(); break;
        }
    }

    log_lines log;
    cofire::testing::manual_clock clock{start_time};
    cofire::registry handlers;
    std::unique_ptr<asio::io_context> io = std::make_unique<asio::io_context>(1);
    std::unique_ptr<cofire::memory_storage> storage;
    std::unique_ptr<cofire::server> server;
};

BOOST_AUTO_TEST_CASE(all_orders_of_destruction) {
    std::array order{0, 1, 2};
    do {
        for (phase p : phases) {
            for (bool on_system_clock : {false, true}) {
                parts all(on_system_clock);
                all.bring_to(p);
                for (int which : order) {
                    all.destroy(which);
                    all.clock.advance(1h); // whoever listens must still be there
                }
            }
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(all_orders_of_destruction_and_then_the_context_runs_on) {
    std::array order{1, 2};
    do {
        for (phase p : phases) {
            parts all(false);
            all.bring_to(p);
            for (int which : order) {
                all.destroy(which);
                all.io->restart();
                all.io->poll();
                all.clock.advance(1min);
                all.io->restart();
                all.io->poll();
            }
            all.io->restart(); // everything has ended: nothing keeps the context running
            all.io->poll();
            BOOST_TEST(all.io->stopped());
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(a_host_and_its_context_in_both_orders) {
    for (bool host_first : {false, true}) {
        for (bool suspended : {false, true}) {
            log_lines log;
            auto io = std::make_unique<asio::io_context>(1);
            cofire::host_options options;
            options.environment.log(log.sink());
            auto host = std::make_unique<cofire::host>(
                io->get_executor(), cofire::memory_storage{}, options
            );
            host->add<task>(suspend);
            host->stop_on_signals();
            host->start();
            auto const ignore = [](std::exception_ptr, auto&&...) {};
            if (suspended) {
                asio::co_spawn(*io, host->enqueue<task>(1), ignore);
            }
            io->poll();
            if (host_first) {
                host.reset();
                io->restart();
                io->poll();
            }
            io.reset();
            host.reset();
        }
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_is_noticed_by_another) {
    world w;
    auto doomed = std::make_unique<asio::io_context>(1);
    int ran = 0;
    w.handlers.add<task>(suspend);
    cofire::registry well;
    well.add<task>([&](job_context& ctx, task) -> asio::awaitable<void> {
        BOOST_TEST(ctx.lost() == 1U);
        ++ran;
        co_return;
    });
    cofire::server dying(doomed->get_executor(), w.storage, w.handlers, {}, w.environment());
    auto const id = w.add(1);
    auto const ignore = [](std::exception_ptr) {};
    asio::co_spawn(*doomed, dying.run(), ignore);
    doomed->poll();
    BOOST_TEST((w.state(id) == job_state::processing));
    doomed.reset();
    cofire::server living(w.io.get_executor(), w.storage, well, {}, w.environment());
    w.start(living);
    BOOST_TEST((w.state(id) == job_state::scheduled));
    w.advance(10s);
    BOOST_TEST(ran == 1);
    BOOST_TEST((w.state(id) == job_state::succeeded));
}

/// Calls a function when it is destroyed.
struct at_the_end {
    std::function<void()> call;
    ~at_the_end() { call(); }
};

BOOST_AUTO_TEST_CASE(no_job_is_given_to_another_server_before_its_handlers_frame_is_gone) {
    world w;
    auto doomed = std::make_unique<asio::io_context>(1);
    int ran = 0;
    bool gone = false;
    cofire::job_id id;
    w.handlers.add<task>([&](job_context& ctx, task) -> asio::awaitable<void> {
        at_the_end const look{[&] {
            w.advance(1min); // the other server does what it likes
            BOOST_TEST(ran == 0);
            BOOST_TEST((w.state(id) == job_state::processing));
            gone = true;
        }};
        co_await sleep_long(ctx);
    });
    w.handlers.add<other>([](job_context&, other) -> asio::awaitable<void> { co_return; });
    cofire::registry well;
    well.add<task>([&](job_context& ctx, task) -> asio::awaitable<void> {
        BOOST_TEST(ctx.lost() == 1U);
        ++ran;
        co_return;
    });
    id = w.add(1);
    cofire::server dying(doomed->get_executor(), w.storage, w.handlers, {}, w.environment());
    auto const ignore = [](std::exception_ptr) {};
    asio::co_spawn(*doomed, dying.run(), ignore);
    doomed->poll();
    w.add<other>(1); // so that the server itself is the last to wait, and the first to be destroyed
    doomed->poll();
    cofire::server living(w.io.get_executor(), w.storage, well, {}, w.environment());
    w.start(living); // idle
    doomed.reset();
    BOOST_TEST(gone);
    w.run(); // nobody else calls the storage
    BOOST_TEST(w.log.count("lost its server") == 1U);
    BOOST_TEST((w.state(id) == job_state::scheduled));
    BOOST_TEST(ran == 0);
    w.advance(10s);
    BOOST_TEST(ran == 1);
    BOOST_TEST((w.state(id) == job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(a_server_that_announced_itself_anew_is_present_by_its_new_number) {
    failing w;
    auto const old = w.add(-1);
    w.start();
    auto const first = w.record(old).server;
    w.get(w.jobs.pause_queue("default"));
    cofire::storage_ref storage(w.storage);
    cofire::servers_request const retire = cofire::server_retire{first};
    (void)w.get(storage.servers(retire)); // taken for dead
    w.get(w.jobs.remove(old));
    w.get(w.jobs.resume_queue("default"));
    auto const id = w.add(-1); // on the slot that has run the other one
    BOOST_TEST((w.state(id) == job_state::processing));
    BOOST_TEST(w.record(id).server != first);
    cofire::servers_request const list = cofire::server_list{};
    BOOST_TEST(w.get(storage.servers(list)).servers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_context_is_destroyed_while_others_use_the_storage) {
    for (int i = 0; i != 20; ++i) {
        log_lines log;
        cofire::memory_storage storage;
        cofire::registry handlers;
        handlers.add<task>([](job_context& ctx, task t) -> asio::awaitable<void> {
            if (t.n % 3 == 0) {
                co_await sleep_long(ctx);
            }
        });
        asio::thread_pool elsewhere(1);
        auto const environment = cofire::server_environment().log(log.sink());
        auto inserted = std::async(std::launch::async, [&] {
            cofire::client jobs{storage};
            for (int n = 0; n != 300; ++n) {
                asio::co_spawn(elsewhere, jobs.enqueue<task>(n), asio::use_future).get();
            }
        });
        {
            asio::io_context io(1);
            cofire::server server(io.get_executor(), storage, handlers, {}, environment);
            auto const ignore = [](std::exception_ptr) {};
            asio::co_spawn(io, server.run(), ignore);
            for (int n = 0; n != i * 10; ++n) {
                io.poll();
            }
        }
        inserted.get();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
