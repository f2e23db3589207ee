// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <stdexcept>

BOOST_AUTO_TEST_SUITE(slot)

namespace {

using namespace server_tests;
using cofire::job_context;
using cofire::job_state;

/// One slot, and a server that runs.
struct one_slot : world {
    std::vector<int> ran;
    std::vector<cofire::job_id> ids;

    void enqueue(int n, cofire::job_options const& options = {}) {
        for (int i = 0; i != n; ++i) {
            ids.push_back(add(static_cast<int>(ids.size()), options));
        }
    }
};

BOOST_AUTO_TEST_CASE(runs_one_job_after_the_other) {
    one_slot w;
    int at_a_time = 0;
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        BOOST_TEST(++at_a_time == 1);
        co_await asio::post(asio::use_awaitable);
        w.ran.push_back(t.n);
        --at_a_time;
    });
    w.enqueue(5);
    auto server = w.make_server({.concurrency = 1});
    w.start(server);
    BOOST_TEST(w.ran == (std::vector{0, 1, 2, 3, 4}), boost::test_tools::per_element());
    for (auto id : w.ids) {
        BOOST_TEST((w.state(id) == job_state::succeeded));
    }
    BOOST_TEST(server.health().counters.started == 5U);
    BOOST_TEST(server.health().counters.succeeded == 5U);
    BOOST_TEST(server.health().counters.running == 0U);
}

// In the following, the server holds all jobs at once. So a slot runs them in a row, and one whose
// handler was cancelled goes on with others.
constexpr cofire::server_options all_at_once{.concurrency = 500, .acquire_batch = 500};

BOOST_AUTO_TEST_CASE(a_cancelled_job_leaves_no_trace_for_the_next) {
    for (bool swallows : {false, true}) {
        one_slot w;
        job_context* slot = nullptr;
        int later = 0; // on the slot of the cancelled job
        w.handlers.add<task>([&](job_context& ctx, task t) -> asio::awaitable<void> {
            if (t.n == 0) {
                slot = &ctx;
                try {
                    co_await sleep_long(ctx);
                } catch (boost::system::system_error const&) {
                    if (!swallows) {
                        throw;
                    }
                }
                co_return;
            }
            if (t.n == 1) {
                w.begin(w.jobs.cancel(w.ids[0]));
            }
            auto const state = co_await asio::this_coro::cancellation_state;
            bool const clean = state.cancelled() == asio::cancellation_type::none;
            bool const none = ctx.cancellation_reason() == cofire::cancellation_reason::none;
            BOOST_TEST(clean);
            BOOST_TEST(none);
            BOOST_TEST(!ctx.stop_token().stop_requested());
            if (t.n % 3 == 0) {
                co_await asio::post(asio::use_awaitable);
            }
            later += &ctx == slot ? 1 : 0;
        });
        w.enqueue(400);
        auto server = w.make_server(all_at_once);
        w.start(server);
        BOOST_TEST(later > 0);
        auto const end = swallows ? job_state::succeeded : job_state::deleted;
        BOOST_TEST((w.state(w.ids[0]) == end)); // swallowed: it returned all the same
        BOOST_TEST(server.health().counters.attempts_failed == 0U);
        BOOST_TEST(server.health().counters.succeeded == (swallows ? 400U : 399U));
    }
}

BOOST_AUTO_TEST_CASE(a_handler_that_changes_the_cancellation_state_changes_only_its_own) {
    one_slot w;
    std::vector<job_context*> slots;
    w.handlers.add<task>([&](job_context& ctx, task t) -> asio::awaitable<void> {
        slots.push_back(&ctx);
        switch (t.n) {
        case 0: co_await asio::this_coro::throw_if_cancelled(false); break;
        case 1: {
            bool const throws = co_await asio::this_coro::throw_if_cancelled();
            BOOST_TEST(throws);
            break;
        }
        case 2:
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            break;
        case 3: co_await sleep_long(ctx); break; // is cancelled, and must feel it
        default: w.begin(w.jobs.cancel(w.ids[3])); break;
        }
    });
    w.enqueue(5);
    auto server = w.make_server(all_at_once);
    w.start(server);
    BOOST_REQUIRE(slots.size() == 5);
    for (int i = 0; i != 4; ++i) { // one after the other on the same slot
        BOOST_TEST(slots[static_cast<std::size_t>(i)] == slots[0]);
    }
    BOOST_TEST((w.state(w.ids[3]) == job_state::deleted));
    BOOST_TEST(server.health().counters.succeeded == 4U);
}

BOOST_AUTO_TEST_CASE(runs_on_after_a_handler_has_thrown_anything) {
    one_slot w;
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        w.ran.push_back(t.n);
        if (t.n == 0) {
            throw std::runtime_error("no");
        }
        if (t.n == 1) {
            throw 5; // NOLINT(hicpp-exception-baseclass)
        }
        co_return;
    });
    w.enqueue(3, {.max_attempts = 1});
    auto server = w.make_server({.concurrency = 1});
    w.start(server);
    BOOST_TEST(w.ran.size() == 3U);
    BOOST_TEST((w.state(w.ids[0]) == job_state::failed));
    BOOST_TEST((w.state(w.ids[1]) == job_state::failed));
    BOOST_TEST((w.state(w.ids[2]) == job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(lets_others_have_the_thread_after_64_runs) {
    one_slot w;
    std::vector<std::size_t> seen; // how many had run when others had their turn
    w.handlers.add<task>([&](job_context&, task t) -> asio::awaitable<void> {
        if (t.n == 0) {
            asio::post(w.io, [&] { seen.push_back(w.ran.size()); });
        }
        w.ran.push_back(t.n);
        co_return;
    });
    w.enqueue(300);
    auto server = w.make_server({.concurrency = 300, .acquire_batch = 300});
    w.start(server);
    BOOST_TEST(w.ran.size() == 300U);
    BOOST_REQUIRE(seen.size() == 1);
    BOOST_TEST(seen[0] <= 128U); // one slot's turn, and that of one more which stood before it
}

// Moments that a whole server does not let one choose: its core, without a dispatcher.

struct bare_core : world {
    std::map<int, cofire::detail::parking> gates;
    std::vector<std::string> events;
    std::shared_ptr<cofire::detail::server_core> core;
    std::uint64_t last = 0;

    bare_core() {
        handlers.add<task>([this](job_context& ctx, task t) -> asio::awaitable<void> {
            events.push_back("start " + std::to_string(t.n));
            std::string end = "end ";
            try {
                auto op = gates[t.n].wait();
                co_await std::move(op);
            } catch (boost::system::system_error const&) {
                end = std::string(to_string(ctx.cancellation_reason())) + " ";
            }
            events.push_back(end + std::to_string(t.n));
        });
        auto const ex = io.get_executor();
        cofire::detail::strand_maker const strands{
            [ex]() -> asio::any_io_executor { return asio::make_strand(ex); }, nullptr};
        core = std::make_shared<cofire::detail::server_core>(
            ex,
            strands,
            storage,
            std::shared_ptr<cofire::registry>(std::shared_ptr<void>{}, &handlers),
            jobs,
            cofire::server_options{.concurrency = 1},
            environment()
        );
        core->begin_run();
    }
    cofire::acquired_job job(int n) {
        ++last;
        cofire::acquired_job j;
        j.id = cofire::job_id::make(start_time, last, last);
        j.epoch = last;
        j.type = "server_tests::task";
        j.arguments = R"({"n":)" + std::to_string(n) + "}";
        j.settings = std::make_shared<cofire::job_settings const>();
        return j;
    }
    void deliver(cofire::acquired_job j) {
        std::vector<cofire::acquired_job> jobs;
        jobs.push_back(std::move(j));
        core->deliver(std::move(jobs));
    }
    void check(std::vector<std::string> const& expected) {
        run();
        BOOST_TEST(events == expected, boost::test_tools::per_element());
    }
};

BOOST_AUTO_TEST_CASE(a_cancellation_that_comes_too_late_does_not_hit_the_next_job) {
    bare_core w;
    auto const first = w.job(1);
    auto const [id, epoch] = std::pair(first.id, first.epoch);
    w.deliver(first);
    w.check({"start 1"});
    w.gates[1].notify(); // the first job is about to end,
    w.deliver(w.job(2)); // the second one about to begin on the same slot,
    w.core->stop_run_of(id, epoch, cofire::cancellation_reason::cancelled);
    w.check({"start 1", "end 1", "start 2"});
    w.gates[2].notify();
    w.check({"start 1", "end 1", "start 2", "end 2"});
    w.gates[3].notify(); // the slot is as good as new, whatever came while it waited
    w.core->stop_run_of(id, epoch, cofire::cancellation_reason::cancelled);
    w.deliver(w.job(3));
    w.check({"start 1", "end 1", "start 2", "end 2", "start 3", "end 3"});
}

BOOST_AUTO_TEST_CASE(the_same_job_again_is_another_run) {
    bare_core w;
    auto const first = w.job(1);
    auto again = first;
    again.epoch = 77;
    w.deliver(first);
    w.run();
    w.gates[1].notify();
    w.deliver(again);
    w.core->stop_run_of(first.id, first.epoch, cofire::cancellation_reason::cancelled);
    w.check({"start 1", "end 1", "start 1"});
    w.core->stop_run_of(first.id, 77, cofire::cancellation_reason::cancelled);
    w.check({"start 1", "end 1", "start 1", "cancelled 1"});
}

BOOST_AUTO_TEST_CASE(what_was_acquired_under_a_lost_lease_is_not_started) {
    bare_core w;
    w.deliver(w.job(1));
    w.run();
    w.deliver(w.job(2)); // waits for the slot
    w.core->lose_lease();
    w.check({"start 1", "lease lost 1"});
    auto const input = w.core->take_input(false);
    BOOST_TEST(input.ended.empty()); // nothing to settle
    BOOST_TEST(input.freed);
    BOOST_TEST(input.room == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_acquired_is_released_by_a_stop) {
    bare_core w;
    w.deliver(w.job(1));
    w.run();
    w.deliver(w.job(2));
    w.core->release_ready();
    w.core->end_slots();
    auto input = w.core->take_input(false);
    BOOST_REQUIRE(input.ended.size() == 1);
    BOOST_TEST((input.ended.outcomes[0].kind == cofire::outcome_kind::released));
    BOOST_TEST(!input.ended.outcomes[0].started.has_value());
    BOOST_TEST(input.slots == 1U);
    w.gates[1].notify();
    w.check({"start 1", "end 1"});
    input = w.core->take_input(false);
    BOOST_TEST(input.ended.size() == 1U);
    BOOST_TEST(input.slots == 0U);
}

BOOST_AUTO_TEST_CASE(a_run_handed_back_leaves_no_second_outcome) {
    bare_core w;
    w.deliver(w.job(1));
    w.run();
    w.core->hand_back(true);
    w.core->hand_back(true); // once
    auto input = w.core->take_input(false);
    BOOST_REQUIRE(input.ended.size() == 1);
    BOOST_TEST(input.ended.outcomes[0].started.has_value());
    w.gates[1].notify();
    w.run();
    input = w.core->take_input(false);
    BOOST_TEST(input.ended.empty());
    BOOST_TEST(input.freed);
}

// What it was to run must not lie until another job comes.
BOOST_AUTO_TEST_CASE(a_slot_that_could_not_be_made_is_made_later) {
    bare_core w;
    int failures = 2;
    w.core->make_strand.make = [&w, &failures]() -> asio::any_io_executor {
        if (failures-- > 0) {
            throw std::bad_alloc();
        }
        return asio::make_strand(w.io.get_executor());
    };
    bool ended = false;
    asio::co_spawn(w.io, cofire::detail::dispatch(w.core), [&](std::exception_ptr) {
        ended = true;
    });
    w.add(1);
    w.run();
    BOOST_TEST(failures == 1);
    BOOST_TEST(w.events.empty());
    w.advance(99ms);
    BOOST_TEST(failures == 1);
    w.advance(1ms);
    BOOST_TEST(failures == 0);
    BOOST_TEST(w.events.empty());
    w.advance(100ms);
    BOOST_TEST(w.events == std::vector<std::string>{"start 1"}, boost::test_tools::per_element());
    BOOST_TEST(w.log.count("no slot: ") == 2U);
    w.gates[1].notify();
    w.core->stop(false);
    w.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(only_what_nobody_here_knows_of_is_handed_back) {
    bare_core w;
    std::vector<cofire::held_job> held;
    auto const deliver = [&](int n) {
        auto job = w.job(n);
        held.push_back({.id = job.id, .epoch = job.epoch});
        w.deliver(std::move(job));
        w.run();
    };
    deliver(1);
    w.gates[1].notify();
    w.run();
    auto const input = w.core->take_input(false); // in the dispatcher's hands
    BOOST_REQUIRE(input.ended.size() == 1);
    deliver(2);
    w.gates[2].notify();
    w.run();    // ended
    deliver(3); // runs
    deliver(4); // waits for the slot
    BOOST_TEST(w.core->release_unknown(held, input.ended.outcomes) == 0U);
    auto lost = w.job(5);
    held.push_back({.id = lost.id, .epoch = lost.epoch});
    held.push_back({.id = held[2].id, .epoch = 77}); // a later run of the one that runs
    BOOST_TEST(w.core->release_unknown(held, input.ended.outcomes) == 2U);
    auto const released = w.core->take_input(false);
    BOOST_REQUIRE(released.ended.size() == 3);
    BOOST_TEST((released.ended.outcomes[0].id == held[1].id));
    BOOST_TEST((released.ended.outcomes[1].id == lost.id));
    BOOST_TEST((released.ended.outcomes[1].kind == cofire::outcome_kind::released));
    BOOST_TEST(!released.ended.outcomes[1].started.has_value());
    BOOST_TEST(released.ended.outcomes[2].epoch == 77U);
    w.gates[3].notify();
    w.gates[4].notify();
}

BOOST_AUTO_TEST_CASE(a_slot_keeps_the_presence_under_which_it_took_its_job) {
    bare_core w;
    auto first = std::make_shared<int>(1);
    auto second = std::make_shared<int>(2);
    std::weak_ptr<int> const first_seen = first;
    std::weak_ptr<int> const second_seen = second;
    w.core->set_presence(first);
    w.deliver(w.job(1));
    w.run();
    first.reset(); // the dispatcher is gone
    BOOST_TEST(!first_seen.expired());
    w.core->set_presence(second);
    BOOST_TEST(!first_seen.expired());
    w.gates[1].notify();
    w.deliver(w.job(2)); // on the same slot
    w.run();
    BOOST_TEST(first_seen.expired());
    second.reset();
    BOOST_TEST(!second_seen.expired());
    w.gates[2].notify();
    w.core->end_slots();
    w.run();
    BOOST_TEST(second_seen.expired());
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
