// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/storage/detail/parking.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(parking)

namespace {

namespace asio = boost::asio;
using cofire::detail::parking;

asio::awaitable<void>
wait_times(std::shared_ptr<parking> place, int times, std::atomic<int>& woken) {
    for (int i = 0; i != times; ++i) {
        co_await place->wait();
        ++woken;
    }
}

/// What became of a coroutine: "" while it is under way, "done", or "aborted".
struct outcome {
    std::string& text;
    void operator()(std::exception_ptr e) const {
        text = "done";
        try {
            if (e) {
                std::rethrow_exception(e);
            }
        } catch (boost::system::system_error const& x) {
            text = x.code() == asio::error::operation_aborted ? "aborted" : x.what();
        }
    }
};

BOOST_AUTO_TEST_CASE(notify_wakes_by_a_post) {
    asio::io_context io;
    auto const place = std::make_shared<parking>();
    std::atomic<int> woken = 0;
    std::string end;
    asio::co_spawn(io, wait_times(place, 2, woken), outcome{end});
    io.run_for(std::chrono::seconds(0));
    BOOST_TEST(woken == 0);
    place->notify();
    BOOST_TEST(woken == 0); // never inline
    io.poll();
    BOOST_TEST(woken == 1);
    place->notify();
    io.poll();
    BOOST_TEST(end == "done");
}

BOOST_AUTO_TEST_CASE(wakes_in_place_on_the_waiters_executor_only) {
    using cofire::detail::resumption;
    asio::io_context io;
    auto const strand = asio::make_strand(io);
    auto const place = std::make_shared<parking>();
    std::atomic<int> woken = 0;
    std::string end;
    asio::co_spawn(strand, wait_times(place, 3, woken), outcome{end});
    io.poll();
    place->notify(resumption::in_place);
    BOOST_TEST(woken == 0); // this is no thread of the context
    io.restart();
    io.poll();
    BOOST_TEST(woken == 1);
    asio::post(strand, [&] {
        place->notify(resumption::in_place);
        BOOST_TEST(woken == 2);
        place->notify(); // it waits again
        BOOST_TEST(woken == 2);
    });
    io.restart();
    io.poll();
    BOOST_TEST(woken == 3);
    BOOST_TEST(end == "done");
}

BOOST_AUTO_TEST_CASE(a_notify_before_the_wait_is_kept_once) {
    asio::io_context io;
    auto const place = std::make_shared<parking>();
    BOOST_TEST(!place->consume());
    place->notify();
    place->notify();
    std::atomic<int> woken = 0;
    std::string end;
    asio::co_spawn(io, wait_times(place, 2, woken), outcome{end});
    io.poll();
    BOOST_TEST(woken == 1);
    place->notify();
    io.poll();
    BOOST_TEST(end == "done");
    place->notify();
    BOOST_TEST(place->consume());
    BOOST_TEST(!place->consume());
}

BOOST_AUTO_TEST_CASE(every_kind_of_cancellation_ends_the_wait) {
    for (auto kind :
         {asio::cancellation_type::terminal,
          asio::cancellation_type::partial,
          asio::cancellation_type::total}) {
        asio::io_context io;
        auto const place = std::make_shared<parking>();
        std::atomic<int> woken = 0;
        asio::cancellation_signal signal;
        std::string end;
        auto waiting = [](std::shared_ptr<parking> p,
                          std::atomic<int>& w) -> asio::awaitable<void> {
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
            co_await wait_times(p, 1, w);
        };
        asio::co_spawn(
            io, waiting(place, woken), asio::bind_cancellation_slot(signal.slot(), outcome{end})
        );
        io.poll();
        signal.emit(kind);
        io.restart();
        io.poll();
        BOOST_TEST(end == "aborted");
        place->notify(); // wakes nobody
        BOOST_TEST(woken == 0);
    }
}

BOOST_AUTO_TEST_CASE(cancelled_after_the_notify_it_counts_as_woken) {
    asio::io_context io;
    auto const place = std::make_shared<parking>();
    std::atomic<int> woken = 0;
    asio::cancellation_signal signal;
    std::string end;
    asio::co_spawn(
        io, wait_times(place, 1, woken), asio::bind_cancellation_slot(signal.slot(), outcome{end})
    );
    io.poll();
    place->notify();
    signal.emit(asio::cancellation_type::terminal);
    io.restart();
    io.poll();
    BOOST_TEST((woken == 1 || end == "aborted")); // once, one or the other
    BOOST_TEST(!end.empty());
}

// The frame dies with its context, whatever happens to the parking before or after.
BOOST_AUTO_TEST_CASE(all_orders_of_destruction) {
    struct witness {
        bool* gone;
        ~witness() { *gone = true; }
    };
    auto const waiting = [](std::shared_ptr<parking> place,
                            std::shared_ptr<witness>) -> asio::awaitable<void> {
        co_await place->wait();
    };
    for (bool context_first : {true, false}) {
        for (bool notified : {true, false}) {
            bool gone = false;
            auto place = std::make_shared<parking>();
            std::optional<asio::io_context> io(std::in_place);
            asio::co_spawn(*io, waiting(place, std::make_shared<witness>(&gone)), asio::detached);
            io->poll();
            if (notified) {
                place->notify();
            }
            if (!context_first) {
                place.reset(); // the frame holds it too
            }
            BOOST_TEST(!gone);
            io.reset();
            BOOST_TEST(gone);
            if (place) {
                place->notify();
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(many_waiters_of_one_context) {
    std::vector<std::shared_ptr<parking>> places;
    std::atomic<int> woken = 0;
    std::optional<asio::io_context> io(std::in_place);
    for (int i = 0; i != 10; ++i) {
        places.push_back(std::make_shared<parking>());
        asio::co_spawn(*io, wait_times(places.back(), 1, woken), asio::detached);
    }
    io->poll();
    for (std::size_t i : {9U, 0U, 4U, 5U}) { // ends and middle of the service's list
        places[i]->notify();
    }
    io->restart();
    io->poll();
    BOOST_TEST(woken == 4);
    io.reset(); // the other six go with it
    BOOST_TEST(woken == 4);
}

BOOST_AUTO_TEST_CASE(on_a_strand_and_on_a_thread_pool) {
    asio::thread_pool pool(2);
    std::atomic<int> woken = 0;
    std::vector<std::shared_ptr<parking>> places;
    for (int i = 0; i != 20; ++i) {
        places.push_back(std::make_shared<parking>());
        auto const strand = asio::make_strand(pool.get_executor());
        if (i % 2 == 0) {
            asio::co_spawn(strand, wait_times(places.back(), 1, woken), asio::detached);
        } else {
            asio::co_spawn(pool, wait_times(places.back(), 1, woken), asio::detached);
        }
    }
    for (auto const& place : places) {
        place->notify();
    }
    pool.join();
    BOOST_TEST(woken == 20);
}

// Two threads hand a ball to and fro; each misses no notify.
BOOST_AUTO_TEST_CASE(ping_pong_between_threads) {
    constexpr int times = 2'000;
    auto const a = std::make_shared<parking>();
    auto const b = std::make_shared<parking>();
    auto const player = [](std::shared_ptr<parking> mine, std::shared_ptr<parking> other, int n
                        ) -> asio::awaitable<void> {
        for (int i = 0; i != n; ++i) {
            co_await mine->wait();
            other->notify();
        }
    };
    asio::io_context first;
    asio::io_context second;
    asio::co_spawn(first, player(a, b, times), asio::detached);
    asio::co_spawn(second, player(b, a, times), asio::detached);
    a->notify();
    std::thread thread([&] { first.run(); });
    second.run();
    thread.join();
    BOOST_TEST(a->consume()); // the last one came back
    BOOST_TEST(!b->consume());
}

// Notify from one thread, cancel from the waiter's: each wait ends exactly once.
BOOST_AUTO_TEST_CASE(notify_races_with_cancel) {
    for (int i = 0; i != 300; ++i) {
        asio::io_context io;
        auto const place = std::make_shared<parking>();
        std::atomic<int> woken = 0;
        std::atomic<int> ends = 0;
        asio::cancellation_signal signal;
        asio::co_spawn(
            io,
            wait_times(place, 1, woken),
            asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ++ends; })
        );
        io.poll();
        asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); });
        std::thread notifier([&] { place->notify(); });
        io.restart();
        io.run();
        notifier.join();
        BOOST_REQUIRE(ends == 1);
    }
}

// Notify from one thread while the waiter's context is destroyed by another.
BOOST_AUTO_TEST_CASE(notify_races_with_the_end_of_the_context) {
    constexpr std::size_t waiters = 64; // so that the two meet
    for (int i = 0; i != 300; ++i) {
        std::array<std::shared_ptr<parking>, waiters> places;
        std::atomic<int> woken = 0;
        auto io = std::make_unique<asio::io_context>();
        for (auto& place : places) {
            place = std::make_shared<parking>();
            asio::co_spawn(*io, wait_times(place, 1, woken), asio::detached);
        }
        io->poll();
        std::atomic<bool> ready = false;
        std::atomic<bool> go = false;
        std::thread notifier([&] {
            ready = true;
            while (!go) {
            }
            for (auto const& place : places) {
                place->notify();
            }
        });
        while (!ready) {
            std::this_thread::yield();
        }
        go = true;
        io.reset();
        notifier.join();
        BOOST_REQUIRE(woken == 0);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
