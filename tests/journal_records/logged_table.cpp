// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "logged_subject.hpp"
#include "storage/support.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace cofire::journal_tests;
using namespace storage_tests;
using cofire::detail::interrupted_run;

/// A logged table that serves, and its log.
struct logged_fixture {
    logged_table table;
    time_point now = storage_tests::start;
    record_buffer log;
    std::uint64_t records = 0;

    explicit logged_fixture(cofire::table_limits const& limits = {}) : table(limits) {
        table.start(now);
        take();
    }

    /// How many bytes the log has grown by.
    std::size_t take() {
        record_buffer bytes;
        records += table.take_records(bytes);
        log.insert(log.end(), bytes.begin(), bytes.end());
        return bytes.size();
    }

    server_instance announce() {
        cofire::server_announce a;
        a.types = {{.name = "t"}};
        return table.servers(a, now).instance;
    }
    std::vector<acquired_job> acquire(server_instance server, std::uint32_t limit) {
        cofire::take const from{.queue = "default"};
        return table.acquire({.server = server, .takes = {&from, 1}, .limit = limit}, now).jobs;
    }
    std::vector<settle_status>
    settle(server_instance server, std::vector<acquired_job> const& jobs) {
        std::vector<run_outcome> outcomes;
        for (acquired_job const& job : jobs) {
            run_outcome& o = outcomes.emplace_back();
            o.id = job.id;
            o.epoch = job.epoch;
            o.started = now;
            o.run_time = 350us;
        }
        now += 350us;
        return table.settle({.server = server, .outcomes = outcomes}, now).results;
    }
    cofire::job_record get(job_id id) const {
        return table.read(cofire::read_get{.ids = {&id, 1}}, now).jobs.at(0);
    }
};

new_job plain(std::uint64_t n) {
    new_job made = job(n);
    made.arguments = "[\"" + std::string(60, 'x') + "\"]"; // 64 bytes
    return made;
}

BOOST_AUTO_TEST_SUITE(logged_table_records)

BOOST_AUTO_TEST_CASE(a_job_takes_few_bytes) {
    logged_fixture f;
    auto const server = f.announce();
    for (std::uint64_t n = 1; n != 10; ++n) { // the first one tells the names, too
        f.now += 1s;
        f.table.insert({.jobs = std::vector{plain(n)}}, f.now);
        f.settle(server, f.acquire(server, 1));
        std::size_t const bytes = f.take();
        BOOST_TEST_MESSAGE("one job by itself: " << bytes << " bytes");
        BOOST_TEST((n == 1 || bytes <= 130));
    }
    std::vector<new_job> jobs;
    for (std::uint64_t n = 0; n != 1'000; ++n) {
        jobs.push_back(plain(100 + n));
    }
    f.table.insert({.jobs = jobs}, f.now);
    for (int i = 0; i != 10; ++i) {
        f.now += 2ms;
        f.settle(server, f.acquire(server, 100));
    }
    std::size_t const bytes = f.take();
    BOOST_TEST_MESSAGE("1,000 jobs: " << bytes << " bytes");
    BOOST_TEST(bytes <= 100 * 1'000);
    BOOST_TEST(f.table.table().size() == 1'009U);
}

BOOST_AUTO_TEST_CASE(what_changes_nothing_is_no_record) {
    logged_fixture f;
    auto const server = f.announce();
    f.table.insert({.jobs = std::vector{with_key(job(1), "k")}}, f.now);
    f.take();
    f.table.insert({.jobs = std::vector{with_key(job(1), "k")}}, f.now); // existed
    f.table.insert({.jobs = std::vector{with_key(job(2), "k")}}, f.now); // held
    BOOST_CHECK_THROW(
        f.table.insert({.jobs = std::vector{after(job(3), 9)}}, f.now), cofire::error
    );
    f.table.settle({.server = server, .outcomes = std::vector{run_outcome{.id = id_of(1)}}}, f.now);
    f.acquire(server, 0);
    f.table.tick({.server = server}, f.now);
    (void)f.table.read(cofire::read_counts{}, f.now);
    f.table.queues(cofire::queue_list{}, f.now);
    BOOST_TEST(f.take() == 0U);
    f.table.tell_counters(f.now); // the stale outcome
    BOOST_TEST(f.take() != 0U);
}

BOOST_AUTO_TEST_CASE(a_new_generation_has_epochs_of_its_own) {
    logged_fixture f;
    auto const server = f.announce();
    f.table.insert({.jobs = std::vector{job(1)}}, f.now);
    auto const first = f.acquire(server, 1).at(0).epoch;
    f.take();
    BOOST_TEST((first >> 32) == 1U);
    logged_table again;
    replay(again, records_of(f.log));
    BOOST_TEST(again.start(f.now) == 2U);
    BOOST_TEST(again.table().size() == 1U);
    auto const id = id_of(1);
    auto const record = again.read(cofire::read_get{.ids = {&id, 1}}, f.now).jobs.at(0);
    BOOST_TEST(record.lost == 1U); // its server is taken for dead
    BOOST_TEST((record.state == job_state::scheduled));
}

BOOST_AUTO_TEST_CASE(runs_whose_start_is_not_in_the_log_are_counted_lost) {
    logged_fixture f;
    f.table.insert({.jobs = std::vector{job(1), job(2), after(job(3), 1), job(4)}}, f.now);
    f.take();
    logged_table again;
    replay(again, records_of(f.log));
    std::uint64_t const epoch = (std::uint64_t{1} << 32) + 7;
    std::vector<interrupted_run> const runs{
        {.id = id_of(1), .epoch = epoch},
        {.id = id_of(1), .epoch = epoch - 2},               // an earlier one of the same job
        {.id = id_of(3), .epoch = epoch + 1},               // its parent's end is not known either
        {.id = id_of(9), .epoch = epoch},                   // unknown
        {.id = id_of(4), .epoch = std::uint64_t{3} << 32}}; // of no generation so far
    BOOST_TEST(again.start(f.now, runs) == 2U);
    cofire::detail::job_table_inspector(again.table()).check();
    auto const record = [&](std::uint64_t n) {
        auto const id = id_of(n);
        return again.read(cofire::read_get{.ids = {&id, 1}}, f.now).jobs.at(0);
    };
    BOOST_TEST(record(1).lost == 1U);
    BOOST_TEST(record(1).epoch == epoch);
    BOOST_TEST((record(1).state == job_state::scheduled));
    BOOST_TEST(record(2).lost == 0U);
    BOOST_TEST(record(3).lost == 1U);
    BOOST_TEST((record(3).state == job_state::awaiting));
    BOOST_TEST(record(4).lost == 0U);
    record_buffer bytes;
    again.take_records(bytes);
    logged_table third;
    replay(third, records_of(f.log));
    replay(third, records_of(bytes));
    BOOST_TEST(dump_of(third) == dump_of(again));
}

BOOST_AUTO_TEST_CASE(a_run_that_was_settled_is_not_counted_lost) {
    logged_fixture f;
    auto const server = f.announce();
    f.table.insert({.jobs = std::vector{job(1)}}, f.now);
    auto const runs = f.acquire(server, 1);
    run_outcome o{.id = id_of(1), .epoch = runs.at(0).epoch, .kind = outcome_kind::snoozed};
    o.started = f.now;
    o.at = f.now + 1h;
    f.table.settle({.server = server, .outcomes = std::vector{o}}, f.now);
    f.take();
    logged_table again;
    replay(again, records_of(f.log));
    again.start(f.now, std::vector{interrupted_run{.id = id_of(1), .epoch = o.epoch}});
    auto const id = id_of(1);
    BOOST_TEST(again.read(cofire::read_get{.ids = {&id, 1}}, f.now).jobs.at(0).lost == 0U);
}

BOOST_AUTO_TEST_CASE(other_limits_make_no_other_table) {
    logged_fixture f({.keep_count = 2, .lost_limit = 1});
    for (std::uint64_t n = 1; n != 8; ++n) {
        auto const server = f.announce();
        f.table.insert({.jobs = std::vector{job(n)}}, f.now);
        auto const runs = f.acquire(server, 1);
        if (n % 2 == 0) {
            f.settle(server, runs);
        } else {
            f.table.server_died(server, f.now);
        }
    }
    f.take();
    logged_table again({.keep_count = 100, .lost_limit = 5});
    replay(again, records_of(f.log));
    BOOST_TEST(dump_of(again) == dump_of(f.table));
}

BOOST_AUTO_TEST_CASE(records_of_unknown_types) {
    logged_table t;
    t.replay(999, 0, {});
    BOOST_TEST(t.skipped_records() == 1U);
    auto const is_corrupt = [](cofire::error const& e) { return e.value() == errc::corrupt; };
    BOOST_CHECK_EXCEPTION(t.replay(999, 0x8000, {}), cofire::error, is_corrupt);
    BOOST_CHECK_EXCEPTION(t.replay(2, 0x8000, {}), cofire::error, is_corrupt);
}

/// Everything that can be in a log, more or less.
record_buffer log_of_all_sorts(record_buffer* snapshot) {
    logged_fixture f;
    auto server = f.announce();
    f.table.queues(cofire::queue_pause{.queue = "other"}, f.now);
    f.table.queues(cofire::limit_put{.key = "l", .limit = 2}, f.now);
    cofire::recurring_definition d{.cron = "* * * * *", .type = "t", .arguments = "[]"};
    f.table.recurring(cofire::recurring_put{.id = "r", .definition = &d, .next = f.now}, f.now);
    auto fired = job(20);
    fired.recurring_id = "r";
    cofire::recurring_firing const firing{
        .id = "r", .revision = 1, .expected = f.now, .next = f.now + 1h, .jobs = {&fired, 1}};
    f.table.recurring(cofire::recurring_fire{.firings = {&firing, 1}}, f.now);
    f.table.insert(
        {.jobs =
             std::vector{
                 with_key(job(1), "k"),
                 after(with_limit(job(2), "l"), 1),
                 due(job(3), 1s),
                 with_settings(job(4), settings(9, "default", 5s)),
                 with_limit(job(5), "l", 1)}},
        f.now
    );
    auto runs = f.acquire(server, 3);
    cofire::run_report const report{
        .id = runs.at(0).id, .epoch = runs.at(0).epoch, .lines = {{f.now, 1, "hello"}}};
    f.table.tick({.server = server, .reports = {&report, 1}}, f.now);
    f.table.change(
        {.kind = change_kind::cancel, .ids = std::vector{runs.at(1).id}, .reason = "enough"}, f.now
    );
    runs.pop_back();
    f.settle(server, runs);
    f.now += 2s;
    if (snapshot != nullptr) {
        f.take();
        f.log.clear();
        f.table.begin_snapshot();
        record_buffer block;
        for (bool last = false; !last;) {
            last = f.table.snapshot_slice(1'000, block);
            snapshot->insert(snapshot->end(), block.begin(), block.end());
        }
    }
    f.table.server_died(server, f.now);
    server = f.announce();
    f.table.servers(cofire::server_order{server, cofire::server_command::drain}, f.now);
    f.table.tick({.server = server}, f.now);
    f.acquire(server, 2);
    f.table.servers(cofire::server_retire{server}, f.now);
    f.take();
    return f.log;
}

BOOST_AUTO_TEST_CASE(damaged_records_are_corrupt_or_other_records) {
    auto const records = records_of(log_of_all_sorts(nullptr));
    std::size_t corrupt = 0;
    std::size_t accepted = 0;
    auto const play = [&](std::size_t damaged, std::vector<std::byte> const& body) {
        logged_table t;
        try {
            for (std::size_t i = 0; i != records.size(); ++i) {
                t.replay(records[i].type, records[i].flags, i == damaged ? body : records[i].body);
            }
            ++accepted;
        } catch (cofire::error const& e) {
            BOOST_REQUIRE(e.value() == errc::corrupt);
            ++corrupt;
        }
    };
    for (std::size_t i = 0; i != records.size(); ++i) {
        for (std::size_t at = 0; at != records[i].body.size(); ++at) {
            auto body = records[i].body;
            for (unsigned bit = 0; bit != 8; ++bit) {
                body[at] ^= std::byte{1} << bit;
                play(i, body);
                body[at] ^= std::byte{1} << bit;
            }
            body.resize(at);
            play(i, body);
        }
    }
    BOOST_TEST(corrupt > 100U);
    BOOST_TEST_MESSAGE(corrupt << " corrupt, " << accepted << " other tables");
}

BOOST_AUTO_TEST_CASE(damaged_snapshots_are_corrupt_or_other_tables) {
    record_buffer snapshot;
    log_of_all_sorts(&snapshot);
    std::size_t corrupt = 0;
    std::size_t accepted = 0;
    auto const play = [&](record_buffer const& bytes) {
        logged_table t;
        try {
            t.load_snapshot_block(bytes);
            t.finish_load();
            ++accepted;
        } catch (cofire::error const& e) {
            BOOST_REQUIRE(e.value() == errc::corrupt);
            ++corrupt;
        }
    };
    play(snapshot);
    BOOST_TEST(accepted == 1U);
    for (std::size_t at = 0; at != snapshot.size(); ++at) {
        auto damaged = snapshot;
        for (unsigned bit = 0; bit != 8; ++bit) {
            damaged[at] ^= std::byte{1} << bit;
            play(damaged);
            damaged[at] ^= std::byte{1} << bit;
        }
        damaged.resize(at);
        auto const before = accepted;
        play(damaged);
        BOOST_TEST(accepted == before); // one that was cut off is never taken for whole
    }
    BOOST_TEST_MESSAGE(corrupt << " corrupt, " << accepted << " other tables");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
