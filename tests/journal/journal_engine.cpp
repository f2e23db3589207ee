// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "engine_model.hpp"
#include "storage/support.hpp"

#include <cofire/storage/journal/journal_storage.hpp>
#include <cofire/storage/journal/posix_files.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(journal_engine)

namespace {

namespace asio = boost::asio;
using cofire::errc;
using cofire::job_state;
using cofire::journal_options;
using journal_tests::engine;
using journal_tests::simulated_disk;
using journal_tests::simulated_files;
using journal_tests::simulated_journal;
using storage_tests::id_of;
using storage_tests::job;

/// Runs an operation to its end.
template <class T>
T await(asio::awaitable<T> op) {
    asio::io_context io;
    std::optional<T> result;
    std::exception_ptr failure;
    auto const run = [](asio::awaitable<T> o, std::optional<T>& r) -> asio::awaitable<void> {
        r.emplace(co_await std::move(o));
    };
    asio::co_spawn(io, run(std::move(op), result), [&](std::exception_ptr e) { failure = e; });
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return std::move(*result);
}

journal_options small() {
    journal_options o;
    o.segment_bytes = 64U << 10U;
    o.compact_bytes = 8U << 10U;
    return o;
}

template <class Storage>
void insert(Storage& s, std::uint64_t n) {
    std::vector<cofire::new_job> const jobs{job(n)};
    (void)await(s.insert({.jobs = jobs}));
}

template <class Storage>
cofire::server_instance announce(Storage& s, std::shared_ptr<void const>& presence) {
    std::vector<cofire::announced_type> const types{{.name = "t"}};
    std::vector<std::string> const queues{"default"};
    cofire::server_announce a;
    a.name = "one";
    a.types = types;
    a.queues = queues;
    auto answer = await(s.servers(a));
    presence = answer.presence;
    return answer.instance;
}

template <class Storage>
std::vector<cofire::acquired_job>
acquire(Storage& s, cofire::server_instance server, std::uint32_t n) {
    std::vector<cofire::take> const takes{{.queue = "default"}};
    return await(s.acquire({.server = server, .takes = takes, .limit = n})).jobs;
}

template <class Storage>
void succeed(
    Storage& s, cofire::server_instance server, std::vector<cofire::acquired_job> const& runs
) {
    std::vector<cofire::run_outcome> outcomes;
    for (auto const& run : runs) {
        outcomes.push_back({.id = run.id, .epoch = run.epoch});
    }
    auto const answer = await(s.settle({.server = server, .outcomes = outcomes}));
    for (auto const status : answer.results) {
        BOOST_TEST((status == cofire::settle_status::done));
    }
}

template <class Storage>
std::optional<cofire::job_record> get(Storage& s, std::uint64_t n) {
    std::vector<cofire::job_id> const ids{id_of(n)};
    auto answer = await(s.read(cofire::read_get{.ids = ids}));
    return answer.jobs.empty() ? std::nullopt : std::optional(answer.jobs.front());
}

template <class Storage>
cofire::storage_health health(Storage& s) {
    return await(s.read(cofire::read_health{})).health;
}

template <class Function>
errc code_of(Function const& fn) {
    try {
        fn();
    } catch (cofire::error const& e) {
        return e.value();
    }
    return {};
}

/// A directory that is gone at the end.
struct folder {
    folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cofire-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    folder(folder const&) = delete;
    folder& operator=(folder const&) = delete;
    ~folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

BOOST_AUTO_TEST_CASE(an_answered_insert_survives_a_loss_of_power) {
    simulated_journal first(simulated_disk(), small());
    insert(*first.shared(), 1);
    journal_tests::numbers random(1);
    simulated_disk const& disk = *first.state()->disk;
    std::vector<simulated_disk::fate> const lost(disk.pending.size(), simulated_disk::fate::lost);
    simulated_disk after = disk.after_crash(lost, random);
    simulated_journal second(std::move(after), small());
    BOOST_TEST(get(*second.shared(), 1).has_value());
    BOOST_TEST(second.shared()->report().jobs == 1U);
    BOOST_TEST(!second.shared()->report().created);
    BOOST_TEST(second.shared()->report().generation == 2U);
}

BOOST_AUTO_TEST_CASE(a_run_that_the_process_took_along_is_lost_once_and_a_confirmed_one_not) {
    simulated_journal first(simulated_disk(), small());
    engine& s = *first.shared();
    for (std::uint64_t n = 1; n != 6; ++n) {
        insert(s, n);
    }
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    auto const done = acquire(s, server, 2);
    succeed(s, server, done);
    auto const running = acquire(s, server, 2);
    BOOST_TEST(running.size() == 2U);

    simulated_journal second(first.state()->disk->after_exit(), small());
    BOOST_TEST(second.shared()->report().interrupted == 2U);
    for (auto const& run : done) {
        std::vector<cofire::job_id> const ids{run.id};
        auto const r = await(second.shared()->read(cofire::read_get{.ids = ids})).jobs.at(0);
        BOOST_TEST((r.state == job_state::succeeded));
        BOOST_TEST(r.lost == 0U);
    }
    for (auto const& run : running) {
        std::vector<cofire::job_id> const ids{run.id};
        auto const r = await(second.shared()->read(cofire::read_get{.ids = ids})).jobs.at(0);
        BOOST_TEST((r.state == job_state::scheduled));
        BOOST_TEST(r.lost == 1U);
        BOOST_TEST(r.epoch >= run.epoch);
    }

    simulated_journal third(second.state()->disk->after_exit(), small());
    BOOST_TEST(third.shared()->report().interrupted == 0U); // not again
}

BOOST_AUTO_TEST_CASE(a_run_that_only_the_inflight_file_knows_is_counted_lost) {
    simulated_journal first(simulated_disk(), small());
    engine& s = *first.shared();
    insert(s, 1);
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    // The process dies before the start is in the log.
    simulated_disk found = first.state()->disk->after_exit();
    BOOST_TEST(acquire(s, server, 1).size() == 1U);
    std::size_t const noted = found.names.at("inflight");
    found.inodes[noted] = first.state()->disk->inodes[noted];
    simulated_journal second(std::move(found), small());
    BOOST_TEST(second.shared()->report().interrupted == 1U);
    BOOST_TEST(get(*second.shared(), 1).value().lost == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_of_a_removed_job_is_none_of_the_next_job_with_its_id) {
    auto options = small();
    options.limits.keep_succeeded = cofire::duration{0};
    simulated_journal first(simulated_disk(), options);
    engine& s = *first.shared();
    insert(s, 1);
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    succeed(s, server, acquire(s, server, 1));
    for (int i = 0; i != 3 && get(s, 1); ++i) { // it is removed before long
        (void)await(s.tick({.server = server}));
    }
    BOOST_TEST_REQUIRE(!get(s, 1).has_value());
    insert(s, 1); // the inflight file still has the run
    simulated_journal second(first.state()->disk->after_exit(), options);
    BOOST_TEST(second.shared()->report().interrupted == 0U);
    BOOST_TEST(get(*second.shared(), 1).value().lost == 0U);
}

BOOST_AUTO_TEST_CASE(a_wait_under_way_ends_when_the_journal_fails) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    insert(s, 1);
    std::vector<cofire::job_id> const ids{id_of(1)};
    asio::io_context io;
    std::optional<errc> ended;
    auto const wait = [&]() -> asio::awaitable<void> {
        cofire::wait_request r;
        r.interest.jobs = ids;
        auto op = s.wait(r);
        (void)co_await std::move(op);
    };
    asio::co_spawn(io, wait(), [&](std::exception_ptr e) {
        ended = code_of([&] { std::rethrow_exception(e); });
    });
    io.poll();
    BOOST_TEST(!ended.has_value());
    journal.state()->files->fail_at = journal.state()->files->operations + 1;
    BOOST_TEST((code_of([&] { insert(s, 2); }) == errc::outcome_unknown));
    io.restart();
    io.poll();
    BOOST_TEST((ended == errc::storage_failed));
    BOOST_TEST((code_of([&] {
                    io.restart();
                    asio::co_spawn(io, wait(), [](std::exception_ptr e) {
                        std::rethrow_exception(e);
                    });
                    io.run();
                }) == errc::storage_failed));
}

/// No further file can be opened, in its lifetime.
struct no_descriptors {
    no_descriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before);
        ::rlimit const none{3, before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    no_descriptors(no_descriptors const&) = delete;
    no_descriptors& operator=(no_descriptors const&) = delete;
    ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before); }
    ::rlimit before{};
};

BOOST_AUTO_TEST_CASE(without_a_descriptor_for_the_next_segment_inserts_are_refused_for_a_while) {
    folder const at;
    journal_options o;
    o.segment_bytes = 64U << 10U;
    std::uint64_t n = 0;
    {
        cofire::journal_storage storage(at.path / "jobs.d", o);
        asio::io_context io; // has its descriptors already
        auto const insert_one = [&]() -> asio::awaitable<void> {
            std::vector<cofire::new_job> const jobs{job(n + 1)};
            auto op = storage.insert({.jobs = jobs});
            (void)co_await std::move(op);
            ++n;
        };
        auto const code = [&] {
            return code_of([&] {
                asio::co_spawn(io, insert_one(), [](std::exception_ptr e) {
                    if (e) {
                        std::rethrow_exception(e);
                    }
                });
                io.restart();
                io.run();
            });
        };
        // Once before, with descriptors: a sanitizer takes some when it first looks at an object's type.
        BOOST_TEST((code() == errc{}));
        BOOST_TEST((code_of([&] {
                        cofire::journal_storage const none(at.path / "none" / "jobs.d");
                    }) != errc{}));
        errc refused{};
        {
            no_descriptors const from_now;
            while (refused == errc{} && n != 5'000) {
                refused = code();
            }
        }
        BOOST_TEST((refused == errc::no_space));
        auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (code() != errc{} && std::chrono::steady_clock::now() < until) {
        }
        BOOST_TEST((code() == errc{})); // it has tried again by itself
    }
    cofire::journal_storage storage(at.path / "jobs.d", o);
    BOOST_TEST(storage.report().jobs == n);
}

BOOST_AUTO_TEST_CASE(a_failed_write_or_sync_fails_the_journal_for_good) {
    // Whatever operation of the file system fails: what was answered is there after the next start.
    for (std::uint64_t at = 1;; ++at) {
        auto disk = std::make_unique<simulated_journal>(simulated_disk(), small());
        engine& s = *disk->shared();
        disk->state()->files->fail_at = disk->state()->files->operations + at;
        std::uint64_t answered = 0;
        std::optional<errc> failure;
        for (std::uint64_t n = 1; n != 9 && !failure; ++n) {
            try {
                insert(s, n);
                answered = n;
            } catch (cofire::error const& e) {
                failure = e.value();
            }
        }
        if (!failure) {
            BOOST_TEST(at > 8U);
            break;
        }
        BOOST_TEST((*failure == errc::outcome_unknown || *failure == errc::storage_failed));
        BOOST_TEST((code_of([&] { insert(s, 100); }) == errc::storage_failed));
        BOOST_CHECK_NO_THROW((void)get(s, 1)); // reads go on

        simulated_journal next(disk->state()->disk->after_exit(), small());
        for (std::uint64_t n = 1; n <= answered; ++n) {
            BOOST_TEST(get(*next.shared(), n).has_value());
        }
        BOOST_TEST(!get(*next.shared(), 100).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_full_file_system_refuses_inserts_and_takes_the_ends_of_runs) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    journal.state()->files->capacity = 0; // nothing more
    errc refused{};
    std::uint64_t n = 1;
    for (; n != 2'000 && refused == errc{}; ++n) {
        refused = code_of([&] { insert(s, n); });
        s.turn();
    }
    BOOST_TEST((refused == errc::no_space));
    BOOST_TEST(!get(s, n - 1).has_value());
    auto const runs = acquire(s, server, 20);
    BOOST_TEST(runs.size() == 20U);
    succeed(s, server, runs);

    journal.state()->files->capacity = ~std::uint64_t{0};
    s.turn();
    insert(s, n - 1);
    simulated_journal next(journal.state()->disk->after_exit(), small());
    BOOST_TEST(get(*next.shared(), n - 1).has_value());
}

template <class Storage>
void insert_large(Storage& s, std::uint64_t n, std::size_t bytes) {
    cofire::new_job large = job(n);
    large.arguments = "[\"" + std::string(bytes, 'x') + "\"]";
    std::vector<cofire::new_job> const jobs{large};
    (void)await(s.insert({.jobs = jobs}));
}

// The segment that is reserved takes what others bring, so nobody waits for room behind such a call.
BOOST_AUTO_TEST_CASE(what_is_larger_than_a_segment_is_refused_when_there_is_no_room_for_it) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    auto const size = static_cast<std::size_t>(small().segment_bytes);
    insert_large(s, 1, 3 * size);
    s.turn();
    journal.state()->files->capacity = 0;
    for (std::size_t const bytes : {2 * size, 3 * size, 8 * size}) {
        BOOST_TEST((code_of([&] { insert_large(s, 2, bytes); }) == errc::no_space));
        BOOST_TEST(!get(s, 2).has_value());
    }
    insert(s, 3);
    auto const runs = acquire(s, server, 1);
    BOOST_TEST_REQUIRE(runs.size() == 1U);
    std::vector<cofire::run_outcome> outcomes{{.id = runs[0].id, .epoch = runs[0].epoch}};
    outcomes[0].result = '"' + std::string(2 * size, 'x') + '"';
    cofire::settle_request const request{.server = server, .outcomes = outcomes};
    BOOST_TEST((code_of([&] { (void)await(s.settle(request)); }) == errc::no_space));
    journal.state()->files->capacity = ~std::uint64_t{0};
    s.turn();
    BOOST_TEST((code_of([&] { insert_large(s, 2, std::size_t{64} << 20); }) == errc::too_many_items)
    );
    insert_large(s, 2, 8 * size);
    (void)await(s.settle(request));
    simulated_journal next(journal.state()->disk->after_exit(), small());
    for (std::uint64_t n = 1; n != 4; ++n) {
        BOOST_TEST(get(*next.shared(), n).has_value());
    }
    BOOST_TEST((get(*next.shared(), 1).value().state == job_state::succeeded));
}

// Room for it would be made first, and kept.
BOOST_AUTO_TEST_CASE(what_is_too_large_anyway_needs_no_room) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    insert(s, 1);
    auto const runs = acquire(s, server, 1);
    journal.state()->files->capacity = 0;
    BOOST_TEST((code_of([&] { insert_large(s, 2, std::size_t{20} << 20); }) != errc::no_space));
    std::vector<cofire::run_outcome> outcomes{{.id = runs[0].id, .epoch = runs[0].epoch}};
    outcomes[0].result = '"' + std::string(std::size_t{2} << 20, 'x') + '"';
    auto const answer = await(s.settle({.server = server, .outcomes = outcomes}));
    BOOST_TEST((answer.results.at(0) == cofire::settle_status::refused));
}

// A tick comes through, and leaves the reserve to the ends of runs.
BOOST_AUTO_TEST_CASE(a_full_file_system_keeps_no_lines_of_handlers) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    insert(s, 1);
    auto const runs = acquire(s, server, 1);
    journal.state()->files->capacity = 0;
    for (int tick = 0; tick != 100; ++tick) {
        std::vector<cofire::run_report> reports{{.id = runs[0].id, .epoch = runs[0].epoch}};
        for (int i = 0; i != 200; ++i) {
            reports[0].lines.push_back({.at = {}, .attempt = 1, .text = std::string(200, 'x')});
        }
        (void)await(s.tick({.server = server, .reports = reports}));
    }
    BOOST_TEST(get(s, 1).value().log.back().text == "(200 lines were not kept: there is no room)");
    succeed(s, server, runs);
    simulated_journal next(journal.state()->disk->after_exit(), small());
    BOOST_TEST((get(*next.shared(), 1).value().state == job_state::succeeded));
}

// Jobs that were handed out and not noted would be held by nobody.
BOOST_AUTO_TEST_CASE(starts_that_cannot_be_noted_fail_the_journal) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    insert(s, 1);
    insert(s, 2);
    auto* const files = journal.state()->files;
    files->fail_at = files->operations + 1;
    BOOST_TEST((code_of([&] { (void)acquire(s, server, 2); }) == errc::storage_failed));
    BOOST_TEST((code_of([&] { insert(s, 3); }) == errc::storage_failed));
    simulated_journal next(journal.state()->disk->after_exit(), small());
    for (std::uint64_t n : {1U, 2U}) {
        BOOST_TEST((get(*next.shared(), n).value().state != job_state::processing));
    }
}

BOOST_AUTO_TEST_CASE(large_calls_from_several_threads_are_stored) {
    folder const at;
    constexpr std::uint64_t each = 12;
    {
        cofire::journal_storage storage(at.path / "jobs.d", small());
        std::vector<std::thread> threads;
        for (std::uint64_t t = 0; t != 3; ++t) {
            threads.emplace_back([&storage, t] {
                for (std::uint64_t i = 1; i <= each; ++i) {
                    insert_large(storage, t * each + i, i % 3 == 0 ? 300'000 : 20'000);
                }
            });
        }
        for (std::thread& t : threads) {
            t.join();
        }
    }
    cofire::journal_storage const again(at.path / "jobs.d", small());
    BOOST_TEST(again.report().jobs == 3 * each);
}

// Whatever comes at the same time, nothing is decided for which there is no room: it would hold up all.
BOOST_AUTO_TEST_CASE(a_full_file_system_refuses_what_many_threads_bring) {
    for (std::size_t const bytes : {std::size_t{7} << 10, std::size_t{300} << 10}) {
        simulated_disk disk;
        auto files = std::make_unique<simulated_files>(disk);
        files->capacity = std::uint64_t{1} << 20;
        journal_options o = small();
        o.compact_bytes = std::uint64_t{1} << 40;
        auto const journal = std::make_shared<engine>(std::move(files), o);
        std::atomic<int> refused = 0;
        std::atomic<std::uint64_t> last = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i != 32; ++i) {
            threads.emplace_back([&] {
                while (code_of([&] { insert_large(*journal, ++last, bytes); }) == errc{}) {
                }
                ++refused;
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        BOOST_TEST(refused == 32);
        std::shared_ptr<void const> presence;
        BOOST_CHECK_NO_THROW(announce(*journal, presence));
        presence.reset();
        journal->close();
    }
}

BOOST_AUTO_TEST_CASE(when_the_reserve_is_used_up_ends_of_runs_are_refused_and_change_nothing) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    journal.state()->files->capacity = 0;
    std::uint64_t n = 1;
    for (; n != 2'000 && code_of([&] { insert(s, n); }) == errc{}; ++n) {
        s.turn();
    }
    auto const first = acquire(s, server, 1);
    BOOST_TEST_REQUIRE(first.size() == 1U);
    // More than there is room for.
    std::vector<cofire::run_outcome> large{{.id = first[0].id, .epoch = first[0].epoch}};
    large[0].result = '"' + std::string(small().segment_bytes, 'x') + '"';
    cofire::settle_request const request{.server = server, .outcomes = large};
    BOOST_TEST((code_of([&] { (void)await(s.settle(request)); }) == errc::no_space));
    BOOST_TEST((get(s, 1).value().state == job_state::processing));
    // Runs start until only the ends of those under way find room.
    errc refused{};
    std::size_t ended = 0;
    for (; refused == errc{} && ended != 10'000; s.turn()) {
        refused = code_of([&] {
            auto const runs = acquire(s, server, 1);
            BOOST_TEST_REQUIRE(!runs.empty());
            std::vector<cofire::run_outcome> outcomes;
            for (auto const& run : runs) { // so that there are always some to start
                outcomes.push_back(
                    {.id = run.id, .epoch = run.epoch, .kind = cofire::outcome_kind::released}
                );
            }
            (void)await(s.settle({.server = server, .outcomes = outcomes}));
            ended += runs.size();
        });
    }
    BOOST_TEST((refused == errc::no_space));
    BOOST_TEST(ended > 10U);
    BOOST_TEST(!health(s).ok);
    BOOST_TEST(health(s).message.find("no jobs are started") != std::string::npos);
    std::vector<cofire::job_id> const ids{id_of(2)};
    cofire::change_request change;
    change.kind = cofire::change_kind::delete_job;
    change.ids = ids;
    BOOST_TEST((code_of([&] { (void)await(s.change(change)); }) == errc::no_space));
    BOOST_TEST((get(s, 2).value().state == job_state::enqueued));
    succeed(s, server, {first}); // there is room for that
    auto const queues = std::vector<cofire::take>{{.queue = "default"}};
    cofire::settle_request then{.server = server};
    then.then = cofire::acquire_request{.server = server, .takes = queues, .limit = 10};
    BOOST_TEST(!await(s.settle(then)).acquired.has_value()); // the ends count, nothing starts
    (void)await(s.servers(cofire::server_retire{.server = server}));

    journal.state()->files->capacity = ~std::uint64_t{0};
    s.turn();
    (void)await(s.change(change));
    simulated_journal next(journal.state()->disk->after_exit(), small());
    BOOST_TEST((get(*next.shared(), 1).value().state == job_state::succeeded));
    BOOST_TEST((get(*next.shared(), 2).value().state == job_state::deleted));
    BOOST_TEST(next.shared()->report().interrupted == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_file_system_takes_as_many_starts_as_there_are_places) {
    auto options = small();
    options.segment_bytes = 16U << 20U;
    simulated_journal journal(simulated_disk(), options);
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    constexpr std::size_t places = 1024;
    for (std::uint64_t n = 1; n != places + 100; ++n) {
        insert(s, n);
    }
    journal.state()->files->capacity = 0;
    auto runs = acquire(s, server, places - 10);
    BOOST_TEST(runs.size() == places - 10);
    BOOST_TEST(acquire(s, server, 50).size() == 10U);
    BOOST_TEST((code_of([&] { (void)acquire(s, server, 50); }) == errc::no_space));
    runs.resize(5);
    succeed(s, server, runs);
    BOOST_TEST(acquire(s, server, 50).size() == 5U);
}

BOOST_AUTO_TEST_CASE(old_files_go_when_a_snapshot_holds_what_they_held) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::shared_ptr<void const> presence;
    auto const server = announce(s, presence);
    std::size_t most_files = 0;
    for (std::uint64_t n = 1; n != 3'000; ++n) {
        insert(s, n);
        if (n % 10 == 0) { // nine of ten end
            succeed(s, server, acquire(s, server, 9));
        }
        s.turn();
        most_files = std::max(most_files, journal.state()->files->list().size());
    }
    BOOST_TEST(most_files < 12U);
    auto const records = await(s.read(cofire::read_counts{})).counts;

    simulated_journal next(journal.state()->disk->after_exit(), small());
    BOOST_TEST(next.shared()->report().records < 2'000U); // the rest came from a snapshot
    auto const after = await(next.shared()->read(cofire::read_counts{})).counts;
    BOOST_TEST(after.inserted == records.inserted);
    BOOST_TEST(after.succeeded == records.succeeded);
    BOOST_TEST(after[job_state::enqueued] == records[job_state::enqueued]);
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_fails_is_told_and_tried_again) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    std::uint64_t n = 0;
    auto const insert_some = [&] {
        for (int i = 0; i != 300; ++i) {
            insert(s, ++n);
            s.turn();
        }
    };
    insert_some();
    BOOST_TEST(health(s).message == "");
    journal.state()->files->fail_name = "snap-";
    insert_some();
    BOOST_TEST(health(s).ok); // it takes everything
    BOOST_TEST(health(s).message.find("the latest snapshot failed") == 0U);
    BOOST_TEST(health(s).message.find("snap-") != std::string::npos);
    journal.state()->files->fail_name.clear();
    insert_some();
    BOOST_TEST(health(s).message == "");

    simulated_journal next(journal.state()->disk->after_exit(), small());
    BOOST_TEST(next.shared()->report().jobs == n);
    BOOST_TEST(next.shared()->report().records < 300U); // the rest came from a snapshot
}

BOOST_AUTO_TEST_CASE(limits_that_the_format_cannot_hold_are_refused) {
    auto const opened_with = [](std::size_t arguments, std::size_t result) {
        return code_of([&] {
            auto options = small();
            options.limits.arguments = arguments;
            options.limits.result = result;
            simulated_journal const journal(simulated_disk(), options);
        });
    };
    constexpr std::size_t most = std::size_t{16} << 20;
    BOOST_TEST((opened_with(most, most) == errc{}));
    BOOST_TEST((opened_with(most + 1, most) == errc::bad_option));
    BOOST_TEST((opened_with(most, most + 1) == errc::bad_option));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_in_its_health) {
    simulated_journal journal(simulated_disk(), small());
    engine& s = *journal.shared();
    journal.state()->files->capacity = 0;
    std::uint64_t n = 1;
    for (; n != 2'000 && code_of([&] { insert(s, n); }) == errc{}; ++n) {
        s.turn();
    }
    BOOST_TEST(!health(s).ok);
    BOOST_TEST(health(s).message.find("the file system is full") == 0U);
    journal.state()->files->capacity = ~std::uint64_t{0};
    s.turn();
    BOOST_TEST(health(s).ok);

    journal.state()->files->fail_at = journal.state()->files->operations + 1;
    BOOST_TEST((code_of([&] { insert(s, n); }) == errc::outcome_unknown));
    BOOST_TEST(!health(s).ok);
    BOOST_TEST(health(s).message.find("the journal has failed: write of seg-") == 0U);
}

BOOST_AUTO_TEST_CASE(on_a_real_directory_with_a_thread) {
    folder const at;
    auto const directory = at.path / "jobs.d";
    {
        cofire::journal_storage storage(directory);
        BOOST_TEST(storage.report().created);
        insert(storage, 1);
        BOOST_TEST((code_of([&] {
                        cofire::journal_storage const second(directory);
                    }) == errc::in_use));
        storage.close();
        BOOST_TEST((code_of([&] { insert(storage, 2); }) == errc::closed));
        storage.close(); // idempotent
    }
    cofire::journal_storage storage(directory);
    BOOST_TEST(get(storage, 1).has_value());
    BOOST_TEST(!get(storage, 2).has_value());
    BOOST_TEST((std::filesystem::status(directory).permissions() == std::filesystem::perms{0700}));
}

/// Files of a real directory, whose syncs wait until they may go on.
class held_files : public cofire::detail::posix_files {
public:
    using posix_files::posix_files;
    void sync(file& f) {
        may_sync.wait(false);
        posix_files::sync(f);
    }
    std::atomic<bool> may_sync = true;
};

/// A journal on them, and a server that is known to it.
struct held_journal {
    explicit held_journal(std::filesystem::path const& directory) {
        auto made = std::make_unique<held_files>(directory.string());
        files = made.get();
        journal = std::make_shared<cofire::detail::journal_engine<held_files>>(
            std::move(made), journal_options()
        );
        server = announce(*journal, presence);
    }
    ~held_journal() {
        release();
        journal->close();
    }
    held_journal(held_journal const&) = delete;
    held_journal& operator=(held_journal const&) = delete;
    void hold() const { files->may_sync = false; }
    void release() const {
        files->may_sync = true;
        files->may_sync.notify_all();
    }
    /// Begins an operation; true once it is answered.
    template <class T>
    std::shared_ptr<bool> begin(asio::awaitable<T> op) {
        auto answered = std::make_shared<bool>(false);
        asio::co_spawn(io, std::move(op), [answered](std::exception_ptr e, T const&) {
            BOOST_TEST(!e);
            *answered = true;
        });
        io.restart();
        io.poll();
        return answered;
    }
    std::shared_ptr<bool> begin_acquire() {
        return begin(journal->acquire({.server = server, .takes = takes, .limit = 1}));
    }
    void finish() {
        release();
        io.restart();
        io.run();
    }

    held_files* files = nullptr;
    std::shared_ptr<cofire::detail::journal_engine<held_files>> journal;
    std::shared_ptr<void const> presence;
    cofire::server_instance server = 0;
    std::vector<cofire::take> takes{{.queue = "default"}};
    asio::io_context io;
};

BOOST_AUTO_TEST_CASE(jobs_that_are_stored_are_given_while_others_are_being_stored) {
    folder const at;
    held_journal j(at.path / "jobs.d");
    for (std::uint64_t n = 1; n != 5; ++n) {
        insert(*j.journal, n);
    }
    auto const first = acquire(*j.journal, j.server, 1);
    std::vector<cofire::run_outcome> const outcomes{
        {.id = first.at(0).id, .epoch = first.at(0).epoch}};
    std::vector<cofire::new_job> const fifth{job(5)};
    j.hold();
    auto const settled = j.begin(j.journal->settle({.server = j.server, .outcomes = outcomes}));
    auto const inserted = j.begin(j.journal->insert({.jobs = fifth}));
    for (int i = 0; i != 3; ++i) {
        BOOST_TEST(*j.begin_acquire());
    }
    auto const newest = j.begin_acquire();
    BOOST_TEST(!*newest); // its insert is not stored
    BOOST_TEST(!*settled);
    BOOST_TEST(!*inserted);
    j.finish();
    BOOST_TEST(*newest);
    BOOST_TEST(*settled);
    BOOST_TEST(*inserted);
}

BOOST_AUTO_TEST_CASE(a_job_is_given_when_what_made_it_ready_is_stored) {
    folder const at;
    held_journal j(at.path / "jobs.d");
    insert(*j.journal, 1);
    std::vector<cofire::new_job> const child{storage_tests::after(job(2), 1)};
    (void)await(j.journal->insert({.jobs = child}));
    auto const parent = acquire(*j.journal, j.server, 1);
    std::vector<cofire::run_outcome> const outcomes{
        {.id = parent.at(0).id, .epoch = parent.at(0).epoch}};
    j.hold();
    auto const settled = j.begin(j.journal->settle({.server = j.server, .outcomes = outcomes}));
    BOOST_TEST(!*settled);
    auto const given = j.begin_acquire();
    BOOST_TEST(!*given); // its parent may not have succeeded
    j.finish();
    BOOST_TEST(*given);
    BOOST_TEST((get(*j.journal, 2).value().state == job_state::processing));
}

BOOST_AUTO_TEST_CASE(jobs_that_were_there_when_it_was_opened_wait_for_nothing) {
    folder const at;
    {
        held_journal const j(at.path / "jobs.d");
        insert(*j.journal, 1);
    }
    held_journal j(at.path / "jobs.d");
    j.hold();
    std::vector<cofire::new_job> const second{job(2)};
    auto const inserted = j.begin(j.journal->insert({.jobs = second}));
    BOOST_TEST(!*inserted);
    BOOST_TEST(*j.begin_acquire());
    BOOST_TEST(!*j.begin_acquire());
    j.finish();
}

BOOST_AUTO_TEST_CASE(many_callers_at_a_time_share_the_syncs) {
    folder const at;
    cofire::journal_storage storage(at.path / "jobs.d");
    asio::io_context io;
    std::size_t answered = 0;
    auto const one = [&](std::uint64_t n) -> asio::awaitable<void> {
        std::vector<cofire::new_job> const jobs{job(n)};
        auto op = storage.insert({.jobs = jobs});
        (void)co_await std::move(op);
        ++answered;
    };
    for (std::uint64_t n = 1; n <= 500; ++n) {
        asio::co_spawn(io, one(n), [](std::exception_ptr e) { BOOST_TEST(!e); });
    }
    io.run();
    BOOST_TEST(answered == 500U);
    BOOST_TEST(await(storage.read(cofire::read_counts{})).counts.inserted == 500U);
}

BOOST_AUTO_TEST_CASE(the_context_and_the_handle_may_go_while_calls_wait) {
    folder const at;
    auto const directory = at.path / "jobs.d";
    for (int i = 0; i != 20; ++i) {
        auto storage = std::make_unique<cofire::journal_storage>(directory);
        auto io = std::make_unique<asio::io_context>();
        std::vector<cofire::new_job> const jobs{job(static_cast<std::uint64_t>(i + 1))};
        auto const one = [&]() -> asio::awaitable<void> {
            auto op = storage->insert({.jobs = jobs});
            (void)co_await std::move(op);
        };
        asio::co_spawn(*io, one(), [](std::exception_ptr) {});
        io->poll();
        if (i % 2 == 0) {
            io.reset();
            storage.reset();
        } else {
            storage.reset();
            io.reset();
        }
    }
    cofire::journal_storage storage(directory);
    BOOST_TEST(await(storage.read(cofire::read_counts{})).counts.inserted == 20U);
}

BOOST_AUTO_TEST_CASE(the_handle_may_go_while_a_large_settle_waits_for_room) {
    folder const at;
    auto const directory = at.path / "jobs.d";
    auto storage = std::make_unique<cofire::journal_storage>(directory, small());
    std::shared_ptr<void const> presence;
    auto const server = announce(*storage, presence);
    insert(*storage, 1);
    auto const runs = acquire(*storage, server, 1);
    std::vector<cofire::run_outcome> outcomes{{.id = runs.at(0).id, .epoch = runs.at(0).epoch}};
    outcomes[0].result = '"' + std::string(200'000, 'x') + '"';
    asio::io_context io;
    bool is_over = false;
    auto op = storage->settle({.server = server, .outcomes = outcomes});
    asio::co_spawn(io, std::move(op), [&](std::exception_ptr, cofire::settle_answer const&) {
        is_over = true;
    });
    io.poll();
    presence.reset();
    storage.reset();
    io.restart();
    io.run();
    BOOST_TEST(is_over);
}

BOOST_AUTO_TEST_CASE(a_level_of_its_own_for_one_insert) {
    folder const at;
    journal_options o;
    o.durability = cofire::durability_level::none;
    {
        cofire::journal_storage storage(at.path / "jobs.d", o);
        auto settings = std::make_shared<cofire::job_settings>();
        settings->durability = cofire::durability_level::always;
        std::vector<cofire::new_job> jobs{job(1)};
        jobs.front().settings = settings;
        (void)await(storage.insert({.jobs = jobs}));
        insert(storage, 2);
    } // closing writes the rest
    cofire::journal_storage storage(at.path / "jobs.d", o);
    BOOST_TEST(get(storage, 1).has_value());
    BOOST_TEST(get(storage, 2).has_value());
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
