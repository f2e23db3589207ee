// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <optional>
#include <thread>

BOOST_AUTO_TEST_SUITE(memory_storage)

namespace {

using namespace storage_tests;
namespace asio = boost::asio;
using cofire::memory_storage;
using cofire::storage_ref;
using cofire::wait_status;

static_assert(cofire::storage<memory_storage>);
static_assert(cofire::storage<cofire::detail::memory_state>);
static_assert(!std::is_copy_constructible_v<memory_storage>);

/// What became of a wait: "" while it is under way, "changed", "timeout", "aborted", "closed".
struct wait_end {
    std::string* text;
    std::vector<cofire::job_record>* ended = nullptr; // what it told, if somebody asks
    void operator()(std::exception_ptr e, cofire::wait_answer const& answer) const {
        if (ended != nullptr) {
            *ended = answer.ended;
        }
        *text = answer.status == wait_status::changed ? "changed" : "timeout";
        try {
            if (e) {
                std::rethrow_exception(e);
            }
        } catch (cofire::error const& x) {
            *text = x.value() == errc::closed ? "closed" : x.what();
        } catch (boost::system::system_error const& x) {
            *text = x.code() == asio::error::operation_aborted ? "aborted" : x.what();
        }
    }
};

asio::awaitable<cofire::wait_answer>
wait_for_end(storage_ref s, job_id id, std::optional<time_point> deadline) {
    std::array<job_id, 1> const ids{id};
    cofire::wait_request r;
    r.interest.jobs = ids;
    r.deadline = deadline;
    co_return co_await s.wait(r);
}

asio::awaitable<cofire::wait_answer>
wait_for_work(storage_ref s, server_instance server, cofire::seen_token seen) {
    std::array<std::string_view, 1> const queues{"default"};
    cofire::wait_request r;
    r.interest.server = server;
    r.interest.queues = queues;
    r.seen = seen;
    co_return co_await s.wait(r);
}

/// An io_context, a storage on a clock that stands still, and calls that need no coroutine.
struct fixture {
    explicit fixture(cofire::table_limits const& l = {}) : limits(l) {}

    cofire::table_limits limits;
    cofire::testing::manual_clock clock{start};
    asio::io_context io;
    memory_storage storage{cofire::memory_options(limits, cofire::clock(clock))};
    std::vector<std::shared_ptr<void const>> presences{}; // the servers live as long as these

    template <class T>
    T await(asio::awaitable<T> op) {
        auto future = asio::co_spawn(io, std::move(op), asio::use_future);
        poll();
        return future.get();
    }
    void poll() {
        io.restart();
        io.poll();
    }
    std::string insert(new_job const& j) {
        auto const answer = await(storage.insert({.jobs = {&j, 1}}));
        return std::string(1, "iehr"[static_cast<int>(answer.results[0].status)]);
    }
    server_instance server() {
        cofire::servers_request const r = cofire::server_announce{.name = "s", .types = {{"t"}}};
        auto const answer = await(storage.servers(r));
        presences.push_back(answer.presence);
        return answer.instance;
    }
    cofire::acquire_answer acquire(server_instance s) {
        cofire::take const take{"default"};
        return await(storage.acquire({.server = s, .takes = {&take, 1}, .limit = 10}));
    }
    void
    settle(server_instance s, acquired_job const& j, outcome_kind kind = outcome_kind::succeeded) {
        run_outcome const o{.id = j.id, .epoch = j.epoch, .kind = kind};
        await(storage.settle({.server = s, .outcomes = {&o, 1}}));
    }
    std::string change(change_kind kind, std::uint64_t n) {
        job_id const id = id_of(n);
        auto const answer = await(storage.change({.kind = kind, .ids = {&id, 1}}));
        return answer.changed == 1 ? "ok" : "skipped";
    }
    void
    wait_for_end_of(std::uint64_t n, std::string& end, std::optional<time_point> deadline = {}) {
        asio::co_spawn(io, wait_for_end(storage, id_of(n), deadline), wait_end{&end});
        poll();
    }
    void wait_for_work_of(server_instance s, cofire::seen_token seen, std::string& end) {
        asio::co_spawn(io, wait_for_work(storage, s, seen), wait_end{&end});
        poll();
    }
};

BOOST_AUTO_TEST_CASE(all_ten_operations) {
    fixture f;
    auto const s = f.server();
    BOOST_TEST(f.insert(job(1)) == "i");
    auto const got = f.acquire(s);
    BOOST_TEST((got.now == start));
    BOOST_REQUIRE(got.jobs.size() == 1U);
    BOOST_TEST(f.await(f.storage.tick({.server = s})).signals.empty());
    f.settle(s, got.jobs[0]);
    BOOST_TEST(f.change(change_kind::requeue, 1) == "ok");
    cofire::queues_request const q = cofire::queue_list{};
    BOOST_TEST(f.await(f.storage.queues(q)).queues.size() == 1U);
    cofire::recurring_request const r = cofire::recurring_list{};
    BOOST_TEST(f.await(f.storage.recurring(r)).records.empty());
    cofire::read_request const c = cofire::read_counts{};
    BOOST_TEST(f.await(f.storage.read(c)).counts.inserted == 1U);
    cofire::wait_request const w{.deadline = start};
    BOOST_TEST((f.await(f.storage.wait(w)).status == wait_status::timeout));
}

BOOST_AUTO_TEST_CASE(errors_come_out_of_the_await) {
    fixture f;
    auto op = f.storage.acquire({.server = 9});
    BOOST_CHECK_EXCEPTION(f.await(std::move(op)), cofire::error, [](auto const& e) {
        return e.value() == errc::unknown_server;
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_wakes_the_one_that_sleeps) {
    fixture f;
    auto const dying = f.server();
    auto const s = f.server();
    f.insert(job(1));
    BOOST_REQUIRE(f.acquire(dying).jobs.size() == 1U);
    std::string end;
    f.wait_for_work_of(s, f.acquire(s).seen, end);
    BOOST_TEST(end == "");
    f.presences[0].reset();
    f.poll();
    BOOST_TEST(end == "changed");
    BOOST_CHECK_THROW(f.acquire(dying), cofire::error);
    BOOST_TEST(f.await(f.storage.tick({.server = s})).notices.size() == 1U);
    cofire::servers_request const leave = cofire::server_retire{s};
    f.await(f.storage.servers(leave));
    f.presences[1].reset(); // it has retired: nobody died
    f.server();
    f.storage.close();
    f.presences.clear();
}

BOOST_AUTO_TEST_CASE(a_wait_for_work) {
    fixture f;
    auto const s = f.server();
    auto const seen = f.acquire(s).seen;
    std::string end;
    f.wait_for_work_of(s, seen, end);
    BOOST_TEST(end == "");
    f.insert(with_settings(job(1), settings(5, "other")));
    BOOST_TEST(end == "");
    f.insert(job(2));
    BOOST_TEST(end == "changed");
    f.wait_for_work_of(s, seen, end = ""); // what changed since is never missed
    BOOST_TEST(end == "changed");
    f.wait_for_work_of(s, f.acquire(s).seen, end = "");
    BOOST_TEST(end == "");
    f.change(change_kind::cancel, 2);
    BOOST_TEST(end == "changed");
    f.wait_for_work_of(s, f.acquire(s).seen, end = "");
    cofire::servers_request const retire = cofire::server_retire{s};
    f.await(f.storage.servers(retire));
    BOOST_TEST(end == "changed");
}

BOOST_AUTO_TEST_CASE(a_wait_for_the_end_of_a_job) {
    fixture f;
    auto const s = f.server();
    f.insert(job(1));
    std::string end;
    std::string second;
    f.wait_for_end_of(1, end);
    f.wait_for_end_of(1, second);
    auto const j = f.acquire(s).jobs.at(0);
    BOOST_TEST(end == "");
    f.settle(s, j, outcome_kind::retry);
    BOOST_TEST(end == "");
    f.settle(s, f.acquire(s).jobs.at(0));
    BOOST_TEST(end == "changed");
    BOOST_TEST(second == "changed");
    f.wait_for_end_of(1, end = "");
    BOOST_TEST(end == "changed");
    f.wait_for_end_of(99, end = "");
    BOOST_TEST(end == "changed");
}

// The job has begun again before the waiter could look: its end counts all the same.
BOOST_AUTO_TEST_CASE(an_end_is_not_missed_though_the_job_begins_again) {
    fixture f;
    f.insert(job(1));
    std::string end;
    f.wait_for_end_of(1, end);
    auto const both = [](storage_ref s) -> asio::awaitable<void> {
        job_id const id = id_of(1);
        cofire::change_request r;
        r.ids = {&id, 1};
        for (auto kind : {change_kind::delete_job, change_kind::requeue}) {
            r.kind = kind;
            co_await s.change(r);
        }
    };
    f.await(both(f.storage));
    BOOST_TEST(end == "changed");
}

// Whoever waits for a result gets it, though retention removed the job in the step in which it ended.
BOOST_AUTO_TEST_CASE(a_wait_tells_of_a_job_that_is_gone_at_once) {
    fixture f({.keep_count = 0});
    auto const s = f.server();
    f.insert(job(1));
    std::string end;
    std::vector<cofire::job_record> ended;
    asio::co_spawn(f.io, wait_for_end(f.storage, id_of(1), {}), wait_end{&end, &ended});
    f.settle(s, f.acquire(s).jobs.at(0));
    BOOST_TEST(end == "changed");
    BOOST_TEST(f.change(change_kind::requeue, 1) == "skipped");
    BOOST_REQUIRE(ended.size() == 1U);
    BOOST_TEST((ended[0].id == id_of(1)));
    BOOST_TEST((ended[0].state == cofire::job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_deadline) {
    fixture f;
    f.insert(job(1));
    std::string end;
    f.wait_for_end_of(1, end, start + 10s);
    f.clock.advance(9s);
    f.poll();
    BOOST_TEST(end == "");
    f.clock.jump(-5s);
    f.poll();
    f.clock.advance(5s);
    f.poll();
    BOOST_TEST(end == "");
    f.clock.advance(1s);
    f.poll();
    BOOST_TEST(end == "timeout");
    f.wait_for_end_of(1, end = "", start);
    BOOST_TEST(end == "timeout");
}

BOOST_AUTO_TEST_CASE(a_deadline_on_the_system_clock) {
    asio::io_context io;
    memory_storage storage;
    auto const one = job(1);
    asio::co_spawn(io, storage.insert({.jobs = {&one, 1}}), asio::detached);
    std::string end;
    auto const deadline = cofire::clock().wall_now() + 5ms;
    asio::co_spawn(io, wait_for_end(storage, one.id, deadline), wait_end{&end});
    io.run();
    BOOST_TEST(end == "timeout");
    BOOST_TEST((cofire::clock().wall_now() >= deadline));
}

BOOST_AUTO_TEST_CASE(a_wait_is_cancelled) {
    fixture f;
    f.insert(job(1));
    asio::cancellation_signal signal;
    std::string end;
    asio::co_spawn(
        f.io,
        wait_for_end(f.storage, id_of(1), start + 1h),
        asio::bind_cancellation_slot(signal.slot(), wait_end{&end})
    );
    f.poll();
    signal.emit(asio::cancellation_type::terminal);
    f.poll();
    BOOST_TEST(end == "aborted");
    f.change(change_kind::delete_job, 1);
}

// A command that throws lets time pass: whoever waits for that learns of it.
BOOST_AUTO_TEST_CASE(a_refused_command_wakes_too) {
    fixture f;
    f.insert(with_settings(job(1), settings(5, "default", 1s)));
    std::string end;
    f.wait_for_end_of(1, end);
    f.clock.advance(1s);
    BOOST_CHECK_THROW(f.insert(after(job(2), 77)), cofire::error);
    f.poll();
    BOOST_TEST(end == "changed");
}

BOOST_AUTO_TEST_CASE(close) {
    fixture f;
    auto const s = f.server();
    f.insert(job(1));
    auto const seen = f.acquire(s).seen;
    std::string work;
    std::string end;
    f.wait_for_work_of(s, seen, work);
    f.wait_for_end_of(1, end);
    storage_ref const ref = f.storage;
    f.storage.close();
    f.storage.close();
    f.poll();
    BOOST_TEST(work == "closed");
    BOOST_TEST(end == "closed");
    auto op = ref.tick({.server = s});
    BOOST_CHECK_EXCEPTION(f.await(std::move(op)), cofire::error, [](auto const& e) {
        return e.value() == errc::closed;
    });
    f.wait_for_end_of(1, end = "");
    BOOST_TEST(end == "closed");
}

BOOST_AUTO_TEST_CASE(moved_the_storage_goes_on) {
    fixture f;
    f.insert(job(1));
    std::string end;
    f.wait_for_end_of(1, end);
    memory_storage moved(std::move(f.storage));
    f.poll();
    BOOST_TEST(end == "");
    f.storage = memory_storage(cofire::memory_options(cofire::clock(f.clock)));
    BOOST_TEST(f.insert(job(1)) == "i"); // another one
    moved = std::move(f.storage);        // closes the first
    f.poll();
    BOOST_TEST(end == "closed");
}

BOOST_AUTO_TEST_CASE(limits_are_an_option) {
    fixture f;
    f.storage = memory_storage(
        cofire::memory_options(cofire::table_limits{.jobs = 1}, cofire::clock(f.clock))
    );
    f.insert(job(1));
    BOOST_CHECK_THROW(f.insert(job(2)), cofire::error);
}

// {context, storage} in both orders, with nothing under way, a wait for work, one for an end with a
// deadline, and each of them woken but not resumed yet. Under ASan.
BOOST_AUTO_TEST_CASE(all_orders_of_destruction) {
    for (bool context_first : {true, false}) {
        for (int waits = 0; waits != 3; ++waits) {
            for (bool woken : {false, true}) {
                for (bool keep_reference : {false, true}) {
                    std::optional<asio::io_context> io(std::in_place);
                    std::optional<memory_storage> storage(std::in_place);
                    std::optional<storage_ref> const ref =
                        keep_reference ? std::optional<storage_ref>(*storage) : std::nullopt;
                    auto const one = job(1);
                    asio::co_spawn(*io, storage->insert({.jobs = {&one, 1}}), asio::detached);
                    cofire::servers_request const announce = cofire::server_announce{.name = "s"};
                    auto const s =
                        asio::co_spawn(*io, storage->servers(announce), asio::use_future);
                    io->poll();
                    std::string end;
                    if (waits == 1) {
                        asio::co_spawn(
                            *io, wait_for_work(*storage, 1, {.value = 1'000}), wait_end{&end}
                        );
                    } else if (waits == 2) {
                        auto const deadline = cofire::clock().wall_now() + 1h;
                        asio::co_spawn(
                            *io, wait_for_end(*storage, one.id, deadline), wait_end{&end}
                        );
                    }
                    io->restart();
                    io->poll();
                    if (woken) {
                        storage->close();
                    }
                    if (context_first) {
                        io.reset();
                        storage.reset();
                    } else {
                        storage.reset();
                        io.reset();
                    }
                    BOOST_TEST(end == "");
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(destroying_the_handle_ends_the_waits) {
    asio::io_context io;
    std::string end;
    {
        memory_storage storage;
        auto const one = job(1);
        asio::co_spawn(io, storage.insert({.jobs = {&one, 1}}), asio::detached);
        asio::co_spawn(io, wait_for_end(storage, one.id, std::nullopt), wait_end{&end});
        io.poll();
    }
    io.restart();
    io.run();
    BOOST_TEST(end == "closed");
}

// Clients and servers on several threads; each job runs exactly once. Under TSan.
BOOST_AUTO_TEST_CASE(from_several_threads) {
    constexpr std::uint64_t clients = 3;
    constexpr std::uint64_t jobs_each = 200;
    constexpr std::uint64_t all = clients * jobs_each;
    asio::thread_pool pool(3);
    memory_storage storage;
    std::vector<std::atomic<int>> runs(all + 1);
    std::atomic<std::uint64_t> ran = 0;

    auto const client = [](storage_ref s, std::uint64_t from) -> asio::awaitable<void> {
        for (std::uint64_t n = 0; n != jobs_each; ++n) {
            auto const one = job(from + n);
            cofire::insert_request r;
            r.jobs = {&one, 1};
            co_await s.insert(r);
        }
        for (std::uint64_t n = 0; n != jobs_each; n += 50) {
            co_await wait_for_end(s, id_of(from + n), std::nullopt);
        }
    };
    auto const server = [](storage_ref s,
                           std::vector<std::atomic<int>>& counts,
                           std::atomic<std::uint64_t>& sum) -> asio::awaitable<void> {
        cofire::server_announce a;
        a.types.resize(1);
        a.types[0].name = "t";
        cofire::servers_request const announce = a;
        auto announced = co_await s.servers(announce);
        std::array<cofire::take, 1> takes;
        takes[0].queue = "default";
        std::vector<run_outcome> outcomes;
        while (sum < all) {
            cofire::acquire_request next;
            next.server = announced.instance;
            next.takes = takes;
            next.limit = 7;
            cofire::settle_request r;
            r.server = announced.instance;
            r.outcomes = outcomes;
            r.then = next;
            auto const answer = co_await s.settle(r);
            sum += outcomes.size();
            outcomes.clear();
            for (acquired_job const& j : answer.acquired->jobs) {
                ++counts[j.id.bytes()[15] + j.id.bytes()[14] * 256U];
                outcomes.emplace_back();
                outcomes.back().id = j.id;
                outcomes.back().epoch = j.epoch;
            }
            if (outcomes.empty() && sum < all) {
                std::array<std::string_view, 1> const queues{"default"};
                cofire::wait_request w;
                w.interest.server = announced.instance;
                w.interest.queues = queues;
                w.seen = answer.acquired->seen;
                w.deadline = answer.now + 20ms; // the other one may run the last
                co_await s.wait(w);
            }
        }
    };
    for (int i = 0; i != 2; ++i) {
        asio::co_spawn(pool, server(storage, runs, ran), asio::detached);
    }
    for (std::uint64_t c = 0; c != clients; ++c) {
        asio::co_spawn(pool, client(storage, 1 + c * jobs_each), asio::detached);
    }
    pool.join();
    BOOST_TEST(ran == all);
    BOOST_TEST(std::all_of(runs.begin() + 1, runs.end(), [](auto const& n) { return n == 1; }));
}

// One thread's context dies while others insert and so wake its waiter. Under TSan and ASan.
BOOST_AUTO_TEST_CASE(a_context_dies_while_others_work) {
    for (int i = 0; i != 100; ++i) {
        memory_storage storage;
        auto io = std::make_unique<asio::io_context>();
        cofire::servers_request const announce = cofire::server_announce{.name = "s"};
        auto announced = asio::co_spawn(*io, storage.servers(announce), asio::use_future);
        io->poll();
        auto const server = announced.get();
        auto const s = server.instance;
        std::string end;
        asio::co_spawn(*io, wait_for_work(storage, s, {.value = 1'000}), wait_end{&end});
        io->restart();
        io->poll();
        std::atomic<bool> ready = false;
        std::atomic<bool> go = false;
        std::thread other([&] {
            asio::io_context own;
            std::vector<new_job> const jobs{job(1)};
            ready = true;
            while (!go) {
            }
            asio::co_spawn(own, storage.insert({.jobs = jobs}), asio::detached);
            own.run();
            storage.close();
        });
        while (!ready) {
            std::this_thread::yield();
        }
        go = true;
        io.reset();
        other.join();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
