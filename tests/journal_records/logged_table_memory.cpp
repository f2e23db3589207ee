// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Memory runs out at each allocation of a call: of the table with its records, and of the whole journal.

#include "storage/shortage.hpp"

#ifndef COFIRE_TEST_NO_OPERATOR_NEW

#include "journal_subject.hpp"
#include "logged_subject.hpp"
#include "storage/support.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

BOOST_AUTO_TEST_SUITE(logged_table_memory)

namespace {

using namespace cofire::journal_tests;
using namespace storage_tests;
using cofire::errc;
using shortage_tests::shortage;

/// Eight jobs of which four run, a continuation, a key and a scheduled job.
struct prepared {
    logged_table table;
    std::vector<stored_record> log;
    cofire::server_instance server = 0;
    std::vector<cofire::run_outcome> outcomes;
    time_point now = storage_tests::start;

    prepared() {
        table.start(now);
        cofire::server_announce a;
        a.types = {{.name = "t"}};
        server = table.servers(a, now).instance;
        std::vector<new_job> jobs;
        for (std::uint64_t n = 1; n != 9; ++n) {
            jobs.push_back(job(n));
        }
        jobs.push_back(after(job(20), 1));
        jobs.push_back(with_key(job(21), "a key that is longer than a short string"));
        jobs.push_back(due(job(22), 1h));
        table.insert({.jobs = jobs}, now);
        for (auto const& run : acquire(4)) {
            outcomes.push_back({.id = run.id, .epoch = run.epoch});
        }
        outcomes.back().kind = cofire::outcome_kind::retry;
        outcomes.back().at = now + 1h;
        take();
    }
    std::vector<cofire::acquired_job> acquire(std::uint32_t n) {
        std::vector<cofire::take> const takes{{.queue = "default"}};
        return table.acquire({.server = server, .takes = takes, .limit = n}, now).jobs;
    }
    void take() {
        cofire::detail::record_buffer bytes;
        table.take_records(bytes);
        auto const records = records_of(bytes);
        log.insert(log.end(), records.begin(), records.end());
    }
};

/// Whatever allocation of `call` fails: the records make the table, or it refuses all and the records
/// make the table as it was before.
template <class Call>
void with_each_allocation_failing(Call const& call) {
    int broken = 0;
    long n = 0;
    for (bool done = false; !done; ++n) {
        BOOST_REQUIRE(n < 10'000);
        prepared p;
        std::string const before = dump_of(p.table);
        try {
            shortage const from_now(n);
            call(p);
            done = true;
        } catch (std::bad_alloc const&) {
        } catch (cofire::error const& e) {
            BOOST_TEST((e.value() == errc::storage_full || e.value() == errc::storage_failed));
        }
        p.take();
        logged_table again;
        replay(again, p.log);
        BOOST_TEST_CONTEXT("allocation " << n) {
            if (p.table.is_broken()) {
                ++broken;
                BOOST_CHECK_THROW(call(p), cofire::error);
                BOOST_REQUIRE(dump_of(again) == before);
            } else {
                require_same("allocation " + std::to_string(n), dump_of(p.table), dump_of(again));
                cofire::detail::job_table_inspector(p.table.table()).check();
            }
        }
    }
    BOOST_TEST_MESSAGE(n << " allocations, " << broken << " of which leave a table that refuses");
    BOOST_TEST(n > 1);
}

BOOST_AUTO_TEST_CASE(an_insert) {
    std::vector<new_job> const jobs{
        job(30),
        with_key(job(31), "another key that is longer than a short string"),
        after(job(32), 5),
        due(job(33), 1h)};
    with_each_allocation_failing([&](prepared& p) { p.table.insert({.jobs = jobs}, p.now); });
}

BOOST_AUTO_TEST_CASE(an_acquire) {
    with_each_allocation_failing([](prepared& p) { (void)p.acquire(3); });
}

BOOST_AUTO_TEST_CASE(a_settle) {
    with_each_allocation_failing([](prepared& p) {
        p.table.settle({.server = p.server, .outcomes = p.outcomes}, p.now);
    });
}

BOOST_AUTO_TEST_CASE(a_change) {
    std::vector<job_id> const ids{id_of(1), id_of(7), id_of(22)};
    with_each_allocation_failing([&](prepared& p) {
        cofire::change_request r;
        r.ids = ids;
        r.kind = cofire::change_kind::delete_job;
        r.reason = "a reason that is longer than a short string";
        p.table.change(r, p.now);
    });
}

// What was answered is there after the next start, wherever memory ran out.
BOOST_AUTO_TEST_CASE(the_journal) {
    long n = 0;
    int failed = 0;
    for (bool done = false; !done; ++n) {
        BOOST_REQUIRE(n < 10'000);
        cofire::journal_options o;
        o.segment_bytes = 256U << 10U;
        simulated::simulated_journal journal(simulated::simulated_disk(), o);
        boost::asio::io_context io{1};
        std::uint64_t answered = 0;
        auto const insert = [&](std::uint64_t first) -> boost::asio::awaitable<void> {
            for (std::uint64_t k = first; k != first + 3; ++k) {
                std::vector<new_job> const jobs{job(k)};
                auto op = journal.shared()->insert({.jobs = jobs});
                (void)co_await std::move(op);
                answered = k;
            }
        };
        auto const run = [&](std::uint64_t first) {
            bool is_good = true;
            boost::asio::co_spawn(io, insert(first), [&](std::exception_ptr e) {
                is_good = e == nullptr;
            });
            io.restart();
            io.run();
            return is_good;
        };
        BOOST_REQUIRE(run(1));
        try {
            shortage const from_now(n);
            done = run(4);
        } catch (std::bad_alloc const&) { // of the context itself
        }
        failed += done ? 0 : 1;
        simulated::simulated_journal next(journal.state()->disk->after_exit(), o);
        BOOST_TEST(next.shared()->report().jobs >= answered);
        BOOST_TEST(next.shared()->report().jobs <= answered + 1);
    }
    BOOST_TEST_MESSAGE(failed << " allocations, each of which failed once");
    BOOST_TEST(failed > 10);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()

#endif
