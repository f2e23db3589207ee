// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// An insert that runs out of memory, wherever that may be, has changed nothing.

#include "shortage.hpp"

#ifndef COFIRE_TEST_NO_OPERATOR_NEW

#include "support.hpp"

#include <cstdlib>
#include <map>
#include <new>
#include <set>

BOOST_AUTO_TEST_SUITE(job_table_memory)

namespace {

using namespace storage_tests;

using shortage_tests::shortage;

/// All that can be read of a table, as text.
std::string dump(cofire::detail::job_table const& table, time_point now) {
    std::string text;
    auto const number = [&](auto n) { text += std::to_string(n) + " "; };
    cofire::read_find all{.rows = 500};
    auto const found = table.read(all, now);
    for (auto const& r : found.jobs) {
        text += "\n" + r.id.to_string() + " " + r.type + " " + std::string(to_string(r.state)) +
                " " + std::string(to_string(r.sub_state)) + " " + r.reason + " ";
        number(r.epoch);
        number(r.expires_at ? r.expires_at->time_since_epoch().count() : 0);
        for (job_id id : r.continuations) {
            text += id.to_string() + " ";
        }
        for (auto const& limit : r.limits) {
            text += limit.key + "=" + std::to_string(limit.limit) + " ";
        }
        number(r.history.size());
    }
    auto const names = table.read(cofire::read_names{}, now);
    for (auto const& name : names.types) {
        text += "\ntype " + name;
    }
    for (auto const& name : names.queues) {
        text += "\nqueue " + name;
    }
    auto const counts = table.read(cofire::read_counts{}, now).counts;
    text += "\ncounts ";
    for (auto n : counts.by_state) {
        number(n);
    }
    number(counts.inserted);
    number(counts.deleted);
    number(counts.refused);
    number(table.read(cofire::read_health{}, now).health.bytes);
    for (auto const& p : table.read(cofire::read_series{}, now).series) {
        text += "\nminute ";
        number(p.inserted);
        number(p.deleted);
    }
    return text;
}

/// A table in which every kind of insert finds something to do.
void fill(table_fixture& t, server_instance s) {
    t.insert(
        {job(1),
         job(2),
         with_key(job(3), "ended", cofire::unique_hold::for_a_time, {}, 10s),
         with_key(due(job(4), 1h), "waits"),
         with_key(due(job(5), 1h), "kept"),
         with_limit(job(6), "known")}
    );
    t.settle(s, t.take_one(s));                       // 1 has succeeded
    t.settle(s, t.take_one(s), outcome_kind::failed); // 2 has failed
    t.settle(s, t.take_one(s));                       // 3 holds its key a while longer
    t.now += 61s;                                     // another minute, and that key is free
}

/// A batch of every kind of job.
std::vector<new_job> batch() {
    using hold = cofire::unique_hold;
    auto const replace = cofire::duplicate_policy::replace;
    auto const tagged = [] {
        auto made = std::make_shared<job_settings>();
        made->queue = "a queue that nobody has named before";
        made->tags = {"a tag that is too long for the string itself"};
        made->expires = 1h;
        return made;
    };
    std::vector<new_job> jobs{
        job(20),
        with_settings(job(21), tagged()),
        with_key(
            job(22), "a key that nobody has used before, for a time", hold::for_a_time, {}, 1h
        ),
        with_key(job(23), "ended", hold::until_started),
        with_key(job(24), "waits", hold::unfinished, replace),
        with_key(job(25), "kept"),
        with_limit(with_limit(job(26), "known"), "a limit that nobody has used before", 3),
        with_limit(job(27), "known", 2),
        after(job(28), 1),
        after(job(29), 2), // its parent has failed
        after(job(30), {{id_of(31)}, {id_of(5)}, {id_of(20)}}),
        with_settings(due(job(31), 1h), tagged()),
        after(job(32), {{id_of(31)}, {id_of(2), cofire::parent_condition::on_failure}}),
        job(20)};
    jobs[1].type = "a type that nobody has named before";
    jobs[1].arguments = "[\"" + std::string(5'000, 'x') + "\"]";
    jobs[11].recurring_id = "a recurring job with a long name";
    return jobs;
}

BOOST_AUTO_TEST_CASE(an_insert_that_runs_out_of_memory_changes_nothing) {
    auto const jobs = batch();
    table_fixture full;
    fill(full, full.server());
    BOOST_TEST(full.insert(jobs) == "iiiirhiiiiiiii");
    std::string const whole = dump(full.table, full.now);

    long failures = 0;
    for (bool done = false; !done; ++failures) {
        BOOST_REQUIRE(failures < 10'000);
        table_fixture t;
        auto const s = t.server();
        fill(t, s);
        std::string const before = dump(t.table, t.now);
        try {
            shortage const from_now(failures);
            t.table.insert({.jobs = jobs}, t.now);
            done = true;
        } catch (std::bad_alloc const&) {
            BOOST_TEST_CONTEXT("allocation " << failures) {
                BOOST_REQUIRE(dump(t.table, t.now) == before);
                t.check();
            }
            BOOST_REQUIRE(t.insert(jobs) == "iiiirhiiiiiiii"); // it works on
        }
        BOOST_REQUIRE(dump(t.table, t.now) == whole);
        t.check();
        BOOST_TEST(numbers(t.acquire(s)) == "6 20 22 23 24 26 28");
    }
    BOOST_TEST(failures > 50);
}

// Jobs that fall due as memory runs out are promoted later, none is lost.
BOOST_AUTO_TEST_CASE(a_promotion_that_runs_out_of_memory_loses_no_job) {
    long failures = 0;
    for (bool done = false; !done; ++failures) {
        BOOST_REQUIRE(failures < 1'000);
        table_fixture t;
        auto const dead = t.server();
        t.insert({job(1), job(2)});
        t.acquire(dead);
        t.die(dead); // suspects, whose line takes memory
        auto const s = t.server();
        for (std::uint64_t n = 3; n != 20; ++n) {
            t.insert(due(job(n), duration(n * 100'000)));
        }
        t.now += 1h;
        try {
            shortage const from_now(failures);
            t.table.tick({.server = s}, t.now);
            done = true;
        } catch (std::bad_alloc const&) {
            t.check();
        }
        t.tick(s); // at the same time
        BOOST_REQUIRE(t.counts()[job_state::enqueued] == 19U);
        BOOST_REQUIRE(t.acquire(s).size() == 18U); // one suspect at a time
    }
    BOOST_TEST(failures > 5);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()

#endif
