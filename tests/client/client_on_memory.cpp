// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "client_support.hpp"

#include <cofire/storage/memory_storage.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

// The same operations against a real storage.
BOOST_AUTO_TEST_SUITE(client_on_memory)
namespace {

using namespace std::chrono_literals;
using namespace client_tests;
using cofire::errc;
using cofire::job_state;

// A memory storage, a client, and a server that is played by hand.
struct memory_client {
    cofire::testing::manual_clock clock{start};
    cofire::memory_storage storage;
    cofire::client jobs{storage, options(clock)};
    std::string message;
    cofire::server_instance server = 0;
    std::shared_ptr<void const> presence{};

    explicit memory_client(cofire::table_limits const& limits = {})
        : storage(cofire::memory_options(limits, cofire::clock(clock))) {}

    static cofire::client_options options(cofire::testing::manual_clock const& clock) {
        cofire::client_options o;
        o.clock = clock;
        o.seed = 1;
        return o;
    }

    template <class T>
    std::optional<errc> code(asio::awaitable<T> op) {
        return code_of(std::move(op), message);
    }

    job_state state(cofire::job_id id) { return run(jobs.get(id)).state; }

    // Takes the next job of the default queue; its id is nil if there is none.
    cofire::acquired_job take() {
        if (server == 0) {
            cofire::server_announce announce;
            announce.name = "by hand";
            for (char const* type :
                 {"client_tests::send_mail", "client_tests::add", "client_tests::prepared"}) {
                announce.types.emplace_back();
                announce.types.back().name = type;
            }
            announce.queues = {"default"};
            announce.slots = 10;
            auto const announced = run(storage.servers(announce));
            server = announced.instance;
            presence = announced.presence;
        }
        cofire::take const from{.queue = "default"};
        cofire::acquire_request request;
        request.server = server;
        request.takes = std::span<cofire::take const>(&from, 1);
        request.limit = 1;
        auto answer = run(storage.acquire(request));
        return answer.jobs.empty() ? cofire::acquired_job() : answer.jobs[0];
    }

    void end(cofire::acquired_job const& job, cofire::outcome_kind kind, std::string result) {
        cofire::run_outcome outcome;
        outcome.id = job.id;
        outcome.epoch = job.epoch;
        outcome.kind = kind;
        if (kind == cofire::outcome_kind::failed) {
            outcome.error = cofire::error_info{"test", std::move(result), 1};
        } else {
            outcome.result = std::move(result);
        }
        cofire::settle_request request;
        request.server = server;
        request.outcomes = std::span<cofire::run_outcome const>(&outcome, 1);
        auto const answer = run(storage.settle(request));
        BOOST_REQUIRE(answer.results.at(0) == cofire::settle_status::done);
    }
};

BOOST_FIXTURE_TEST_CASE(jobs_are_stored, memory_client) {
    auto const now = run(jobs.enqueue<send_mail>("a"));
    auto const later = run(jobs.schedule<send_mail>(1min, "b"));
    auto const after = run(jobs.continue_with<send_mail>({now, later}, "c"));
    BOOST_CHECK(state(now) == job_state::enqueued);
    BOOST_CHECK(state(later) == job_state::scheduled);
    BOOST_CHECK(state(after) == job_state::awaiting);
    BOOST_CHECK(run(jobs.get(later)).due == start + 1min);
    BOOST_CHECK_EQUAL(run(jobs.get(after)).parents.size(), 2U);
    auto const counts = run(jobs.counts());
    BOOST_CHECK_EQUAL(counts.inserted, 3U);
    BOOST_CHECK_EQUAL(counts[job_state::awaiting], 1U);
    BOOST_CHECK_EQUAL(run(jobs.health()).jobs, 3U);
    cofire::read_find query;
    query.filter.state = job_state::scheduled;
    BOOST_CHECK_EQUAL(run(jobs.find(query)).jobs.size(), 1U);
    BOOST_CHECK_EQUAL(run(jobs.queues()).size(), 1U);
}

BOOST_FIXTURE_TEST_CASE(bad_calls_store_nothing, memory_client) {
    cofire::job_id const nobody = cofire::job_id::make(start, 1, 2);
    BOOST_CHECK(code(jobs.continue_with<send_mail>(nobody, "x")) == errc::missing_parent);
    BOOST_CHECK(code(jobs.with({.queue = "?"}).enqueue<send_mail>("x")) == errc::bad_queue);
    BOOST_CHECK(code(jobs.enqueue<send_mail>("\xff")) == errc::bad_arguments);
    BOOST_CHECK_EQUAL(run(jobs.counts()).inserted, 0U);
}

BOOST_FIXTURE_TEST_CASE(a_repeated_insert_is_told, memory_client) {
    cofire::job_id const id = cofire::job_id::make(start, 1, 2);
    BOOST_CHECK(run(jobs.with({.id = id}).enqueue<send_mail>("x")).inserted());
    BOOST_CHECK(run(jobs.with({.id = id}).enqueue<send_mail>("x")).existed());
    BOOST_CHECK(code(jobs.with({.id = id}).enqueue<send_mail>("y")) == errc::content_differs);
    BOOST_CHECK_EQUAL(run(jobs.counts()).inserted, 1U);
}

BOOST_FIXTURE_TEST_CASE(unique_keys_hold, memory_client) {
    auto const unique = jobs.with({.unique_key = "k"});
    auto const first = run(unique.enqueue<send_mail>("x"));
    auto const second = run(unique.enqueue<send_mail>("y"));
    BOOST_CHECK(second.held());
    BOOST_CHECK(second.id == first.id);
    BOOST_CHECK(run(unique.enqueue<add>(1, 2)).inserted()); // the scope is the type
    auto const third =
        run(unique.with({.on_duplicate = cofire::duplicate_policy::replace}).enqueue<send_mail>("z")
        );
    BOOST_CHECK(third.replaced());
    BOOST_CHECK(state(first) == job_state::deleted);
}

BOOST_FIXTURE_TEST_CASE(a_batch_is_stored_whole_or_not_at_all, memory_client) {
    cofire::batch b;
    auto const dump = b.add<send_mail>("crm");
    auto const done = b.after({dump}).add<send_mail>("done");
    auto const all = b.after_all().add<send_mail>("all done");
    auto const made = run(jobs.submit(b));
    BOOST_CHECK(state(b.id(dump)) == job_state::enqueued);
    BOOST_CHECK(state(b.id(done)) == job_state::awaiting);
    BOOST_CHECK(run(jobs.get(b.id(all))).parents.size() == 2U);
    BOOST_CHECK(made[1].inserted());
    BOOST_CHECK(run(jobs.submit(b))[1].existed());

    cofire::batch bad;
    bad.add<send_mail>("x");
    bad.after(cofire::job_id::make(start, 1, 2)).add<send_mail>("y");
    BOOST_CHECK(code(jobs.submit(bad)) == errc::missing_parent);
    BOOST_CHECK_EQUAL(run(jobs.counts()).inserted, 3U);
}

BOOST_FIXTURE_TEST_CASE(many_jobs_are_stored, memory_client) {
    std::vector<std::tuple<int, int>> items;
    for (int i = 0; i != 12'345; ++i) {
        items.emplace_back(i, i + 1);
    }
    auto const made = run(jobs.enqueue_many<add>(items));
    BOOST_REQUIRE_EQUAL(made.size(), items.size());
    BOOST_CHECK_EQUAL(run(jobs.get(made[12'000])).arguments, "[12000,12001]");
    BOOST_CHECK_EQUAL(run(jobs.counts())[job_state::enqueued], items.size());
}

BOOST_FIXTURE_TEST_CASE(jobs_are_changed, memory_client) {
    auto const a = run(jobs.enqueue<send_mail>("a"));
    run(jobs.reschedule(a, 5min, "later"));
    BOOST_CHECK(state(a) == job_state::scheduled);
    BOOST_CHECK(run(jobs.get(a)).due == start + 5min);
    run(jobs.requeue(a));
    BOOST_CHECK(state(a) == job_state::enqueued);
    run(jobs.remove(a, "not needed"));
    BOOST_CHECK(state(a) == job_state::deleted);
    BOOST_CHECK_EQUAL(run(jobs.get(a)).reason, "not needed");
    BOOST_CHECK(code(jobs.remove(a)) == errc::wrong_state);
    BOOST_CHECK(message.find("which is deleted") != std::string::npos);
    BOOST_CHECK(code(jobs.cancel(cofire::job_id())) == errc::unknown_job);
    run(jobs.requeue(a));
    run(jobs.cancel(a));
    BOOST_CHECK(state(a) == job_state::deleted);
}

BOOST_FIXTURE_TEST_CASE(many_jobs_are_changed, memory_client) {
    std::vector<std::string> const names(30, "x");
    auto const made = run(jobs.enqueue_many<send_mail>(names));
    std::vector<cofire::job_id> const ids{made[0].id, cofire::job_id(), made[1].id};
    auto const listed = run(jobs.remove(ids));
    BOOST_CHECK_EQUAL(listed.changed, 2U);
    BOOST_CHECK_EQUAL(listed.skipped_count, 1U);
    auto const matched = run(jobs.reschedule(
        cofire::job_filter{.state = job_state::enqueued, .type = "client_tests::send_mail"}, 1h
    ));
    BOOST_CHECK_EQUAL(matched.changed, 28U);
    BOOST_CHECK_EQUAL(run(jobs.counts())[job_state::scheduled], 28U);
}

BOOST_FIXTURE_TEST_CASE(results_are_read, memory_client) {
    auto const sum = run(jobs.enqueue<add>(1, 2));
    end(take(), cofire::outcome_kind::succeeded, "3");
    BOOST_CHECK_EQUAL(run(jobs.result<int>(sum)), 3);
    BOOST_CHECK(code(jobs.result<std::string>(sum)) == errc::bad_result);
    auto const bad = run(jobs.enqueue<add>(1, 2));
    end(take(), cofire::outcome_kind::failed, "overflow");
    BOOST_CHECK(code(jobs.result<int>(bad)) == errc::job_failed);
    BOOST_CHECK(message.find("overflow") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_job_whose_servers_died_has_its_own_error, memory_client) {
    auto const doomed = run(jobs.enqueue<add>(1, 2));
    for (int i = 0; i != 3; ++i) {
        clock.advance(1h);
        BOOST_CHECK(take().id == doomed);
        presence.reset(); // it dies
        server = 0;
    }
    BOOST_CHECK(state(doomed) == job_state::failed);
    BOOST_CHECK(code(jobs.result<int>(doomed)) == errc::lost_server);
    BOOST_CHECK(message.find("died") != std::string::npos);
    auto const own = run(jobs.enqueue<add>(1, 2)); // one that only says so is another thing
    end(take(), cofire::outcome_kind::failed, "cofire::lost_server");
    BOOST_CHECK(code(jobs.result<int>(own)) == errc::job_failed);
}

BOOST_FIXTURE_TEST_CASE(a_result_wakes_who_waits_for_it, memory_client) {
    auto const sum = run(jobs.enqueue<add>(1, 2));
    asio::io_context context;
    std::optional<int> result;
    asio::co_spawn(context, jobs.result<int>(sum), [&](std::exception_ptr, int r) { result = r; });
    context.poll();
    BOOST_CHECK(!result);
    end(take(), cofire::outcome_kind::succeeded, "3");
    context.restart();
    context.run();
    BOOST_CHECK(result == 3);
}

BOOST_AUTO_TEST_CASE(a_result_outlives_its_job_for_who_waits_for_it) {
    for (bool at_once : {true, false}) {
        cofire::table_limits limits;
        limits.keep_count = at_once ? 0 : 1;
        memory_client t(limits);
        asio::io_context context;
        cofire::job_id const sum = run(t.jobs.enqueue<add>(1, 2));
        run(t.jobs.enqueue<add>(3, 4));
        std::optional<int> result;
        std::exception_ptr thrown;
        asio::co_spawn(context, t.jobs.result<int>(sum), [&](std::exception_ptr e, int r) {
            thrown = e;
            result = r;
        });
        context.poll();
        t.end(t.take(), cofire::outcome_kind::succeeded, "3");
        t.end(t.take(), cofire::outcome_kind::succeeded, "7");
        BOOST_CHECK(
            t.code(t.jobs.get(sum)) == errc::unknown_job
        ); // it is gone before anybody looks
        context.restart();
        context.run();
        BOOST_CHECK(thrown == nullptr);
        BOOST_CHECK(result == 3);
    }
}

BOOST_FIXTURE_TEST_CASE(waiting_for_a_result_can_be_cancelled, memory_client) {
    auto const sum = run(jobs.enqueue<add>(1, 2));
    asio::io_context context;
    asio::cancellation_signal stop;
    std::exception_ptr thrown;
    asio::co_spawn(
        context,
        jobs.result<int>(sum),
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e, int) { thrown = e; })
    );
    context.poll();
    asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); });
    context.restart();
    context.run();
    BOOST_REQUIRE(thrown);
    BOOST_CHECK_EXCEPTION(
        std::rethrow_exception(thrown),
        boost::system::system_error,
        [](boost::system::system_error const& e) {
            return e.code() == asio::error::operation_aborted;
        }
    );
    BOOST_CHECK(state(sum) == job_state::enqueued);
}

BOOST_FIXTURE_TEST_CASE(recurring_jobs_live, memory_client) {
    auto const made = run(jobs.recurring<send_mail>("daily", "0 3 * * *", "all"));
    BOOST_CHECK(made.next == start + 17h);
    BOOST_CHECK_EQUAL(run(jobs.recurring_jobs()).size(), 1U);

    auto const first = run(jobs.trigger_recurring("daily"));
    BOOST_CHECK(first.inserted());
    auto const job = run(jobs.get(first));
    BOOST_CHECK_EQUAL(job.recurring_id, "daily");
    BOOST_CHECK_EQUAL(job.arguments, R"(["all"])");
    BOOST_CHECK(run(jobs.get_recurring("daily")).next == start + 17h);

    run(jobs.pause_recurring("daily"));
    clock.advance(48h);
    // Called again, as at each start of the program: neither the pause nor the time changes.
    auto const again = run(jobs.recurring<send_mail>("daily", "0 3 * * *", "all"));
    BOOST_CHECK(again.paused);
    BOOST_CHECK(again.next == start + 17h);
    run(jobs.resume_recurring("daily"));
    auto const resumed = run(jobs.get_recurring("daily"));
    BOOST_CHECK(!resumed.paused);
    BOOST_CHECK(resumed.next == start + 48h + 17h);

    auto const changed = run(jobs.recurring<send_mail>("daily", "0 4 * * *", "all"));
    BOOST_CHECK(changed.next == start + 48h + 18h);
    run(jobs.remove_recurring("daily"));
    BOOST_CHECK(run(jobs.recurring_jobs()).empty());
    BOOST_CHECK(code(jobs.remove_recurring("daily")) == errc::unknown_recurring);
    BOOST_CHECK(code(jobs.pause_recurring("daily")) == errc::unknown_recurring);
    BOOST_CHECK(code(jobs.resume_recurring("daily")) == errc::unknown_recurring);
    BOOST_CHECK(code(jobs.trigger_recurring("daily")) == errc::unknown_recurring);
}

BOOST_FIXTURE_TEST_CASE(a_paused_queue_gives_nothing, memory_client) {
    auto const sum = run(jobs.enqueue<add>(1, 2));
    run(jobs.pause_queue("default"));
    BOOST_CHECK(run(jobs.queues()).at(0).paused);
    BOOST_CHECK(take().id.is_nil());
    run(jobs.resume_queue("default"));
    BOOST_CHECK(take().id == sum.id);
}

BOOST_FIXTURE_TEST_CASE(any_thread_may_use_a_client, memory_client) {
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i) {
        threads.emplace_back([this] {
            for (int n = 0; n != 200; ++n) {
                run(jobs.enqueue<add>(n, n));
                run(jobs.with({.queue = "q"}).enqueue<resize_image>("x", n));
            }
        });
    }
    for (std::thread& t : threads) {
        t.join();
    }
    BOOST_CHECK_EQUAL(run(jobs.counts()).inserted, 1600U);
}

BOOST_AUTO_TEST_CASE(a_closed_storage_is_told) {
    auto storage = std::make_unique<cofire::memory_storage>();
    cofire::client const jobs{*storage};
    auto const sum = run(jobs.enqueue<add>(1, 2));
    asio::io_context context;
    std::exception_ptr thrown;
    asio::co_spawn(context, jobs.result<int>(sum), [&](std::exception_ptr e, int) { thrown = e; });
    context.poll();
    storage.reset();
    context.restart();
    context.run();
    BOOST_CHECK_EXCEPTION(
        std::rethrow_exception(thrown),
        cofire::error,
        [](cofire::error const& e) { return e.value() == errc::closed; }
    );
    std::string message;
    BOOST_CHECK(code_of(jobs.enqueue<add>(1, 2), message) == errc::closed);
}

static_assert(std::is_trivially_destructible_v<cofire::job_filter>);

// The lines of a program, as they stand in a coroutine.
asio::awaitable<int> a_program(cofire::client& jobs) {
    auto id = co_await jobs.enqueue<send_mail>("alice");
    auto other = co_await jobs.with({.queue = "images"}).enqueue<resize_image>("cat.png", 200);
    co_await jobs.continue_with<send_mail>(id, "done");
    co_await jobs.continue_with<send_mail>(cofire::on_failure({id, other}), "done");
    co_await jobs.with({.zone = "Asia/Tehran"}).recurring<send_mail>("daily", "0 3 * * *", "all");
    co_await jobs.recurring<send_mail>("captcha", "*/5 * * * *", "x");
    co_await jobs.trigger_recurring("daily");
    co_await jobs.pause_recurring("captcha");
    co_await jobs.pause_queue("images");
    co_await jobs.reschedule(id, 5min);
    co_await jobs.requeue(id);
    co_await jobs.cancel(id);
    co_await jobs.requeue(id);
    co_await jobs.remove(id);
    co_await jobs.remove({.state = job_state::scheduled, .type = "none"}
    ); // NOLINT(co_await): views
    co_await jobs.resume_recurring("captcha");
    co_await jobs.remove_recurring("captcha");
    co_await jobs.resume_queue("images");
    auto raw = co_await jobs.enqueue_raw("nightly-backup", R"(["crm"])");
    auto job = co_await jobs.get(raw);
    co_return static_cast<int>(job.arguments.size());
}

BOOST_FIXTURE_TEST_CASE(the_lines_of_a_program_work_beside_co_await, memory_client) {
    BOOST_CHECK_EQUAL(run(a_program(jobs)), 7);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
