// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_tick)

namespace {

using namespace storage_tests;
using cofire::exhausted_policy;

/// A server that can be killed.
struct mortal {
    table_fixture& t;
    server_instance instance;

    explicit mortal(table_fixture& table) : t(table), instance(t.server()) {}
    void die() { t.die(instance); }
};

BOOST_AUTO_TEST_CASE(lost_runs_are_counted_apart_and_come_back_later_and_later) {
    table_fixture t;
    auto const watch = t.server({"u"});
    t.insert(with_key(job(1), "k"));
    auto life = std::vector<duration>{2s, 4s};
    for (std::size_t i = 0; i != life.size(); ++i) {
        mortal m(t);
        auto const j = t.take_one(m.instance);
        BOOST_TEST(j.lost == i);
        BOOST_TEST(j.attempt == 0U);
        m.die();
        BOOST_TEST(t.state(1) == "scheduled");
        auto const notices = t.tick(watch).notices;
        BOOST_REQUIRE(notices.size() == 1U);
        BOOST_TEST(notices[0].reason == "lost");
        BOOST_TEST((notices[0].to == job_state::scheduled));
        BOOST_TEST((t.record(1).due == t.now + life[i]));
        BOOST_TEST(t.insert(with_key(job(2), "k")) == "h");
        t.now += life[i];
    }
    mortal m(t);
    t.take_one(m.instance);
    m.die();
    BOOST_TEST((t.tick(watch).notices.at(0).to == job_state::failed));
    auto const r = t.record(1);
    BOOST_TEST((r.state == job_state::failed));
    BOOST_TEST(r.lost == 3U);
    BOOST_TEST(r.attempt == 0U);
    BOOST_TEST(r.error->type == "cofire::lost_server");
    BOOST_TEST(r.history.back().error->type == "cofire::lost_server");
    BOOST_TEST(
        t.history(1) ==
        "enqueued, processing, scheduled (lost), enqueued, processing, scheduled (lost), enqueued, "
        "processing, failed (lost)"
    );
    BOOST_TEST(t.counts().lost == 3U);
    BOOST_TEST(t.insert(with_key(job(2), "k")) == "i");
    t.change(change_kind::requeue, 1);
    BOOST_TEST(t.state(1) == "failed"); // its key is another's now
    t.change(change_kind::delete_job, 2);
    t.change(change_kind::requeue, 1);
    BOOST_TEST(t.record(1).lost == 0U);
}

BOOST_AUTO_TEST_CASE(a_server_is_woken_for_jobs_that_nobody_handles) {
    table_fixture t;
    auto const s = t.server({"u"});
    cofire::wait_interest const interest{.server = s};
    auto seen = t.tick(s).seen;
    t.insert(job(1));
    BOOST_TEST(t.table.changed(interest, seen));
    auto answer = t.tick(s);
    BOOST_REQUIRE(answer.notices.size() == 1U);
    BOOST_TEST(answer.notices[0].id.is_nil());
    BOOST_TEST(answer.notices[0].type == "t");
    BOOST_TEST(answer.notices[0].reason == "unhandled: version 1 of its arguments, queue default");
    t.insert(job(2));
    BOOST_TEST(!t.table.changed(interest, answer.seen)); // it was told
    // Deleted before anybody was told: there is nothing to tell, until the next one.
    t.insert(with_settings(job(3), settings(5, "other")));
    t.change(change_kind::delete_job, 3);
    BOOST_TEST(t.tick(s).notices.empty());
    t.insert(with_settings(job(4), settings(5, "other")));
    BOOST_TEST(t.tick(s).notices.size() == 1U);
    // The one that was to tell it leaves.
    auto const able = t.server();
    auto const last = t.server({"u"});
    t.tick(last);
    seen = t.tick(last).seen;
    t.retire(able);
    t.die(s);
    BOOST_TEST(t.table.changed({.server = last}, seen));
    BOOST_TEST(t.tick(last).notices.size() == 2U);
}

BOOST_AUTO_TEST_CASE(lost_too_often_has_all_effects_of_an_end) {
    table_fixture t({.lost_limit = 1});
    auto const watch = t.server({"u"});
    auto dropped = std::make_shared<job_settings>();
    dropped->on_exhausted = exhausted_policy::delete_job;
    t.insert(
        {job(1),
         after(job(2), {{id_of(1), cofire::parent_condition::on_failure}}),
         with_settings(job(3), dropped),
         after(job(4), 3),
         job(5)}
    );
    mortal m(t);
    t.acquire(m.instance);
    t.change(change_kind::cancel, 5, {.reason = "enough"});
    t.table.watch(id_of(1));
    m.die();
    t.tick(watch);
    BOOST_TEST(t.state(1) == "failed");
    BOOST_TEST(t.state(2) == "enqueued");
    BOOST_TEST(t.state(3) == "deleted");
    BOOST_TEST(t.state(4) == "deleted");
    BOOST_TEST(t.state(5) == "deleted");
    BOOST_TEST(t.record(5).reason == "enough");
    auto const ended = t.table.take_effects().ended;
    BOOST_TEST(ended.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_death_is_told_to_a_server_that_lives) {
    table_fixture t;
    mortal m(t); // the first, which is told of what the storage does
    auto const s = t.server();
    t.insert(job(1));
    t.take_one(m.instance);
    auto const seen = t.tick(s).seen;
    m.die();
    BOOST_TEST(t.table.changed({.server = s}, seen));
    BOOST_TEST(t.tick(s).notices.size() == 1U);
    BOOST_CHECK_THROW(t.tick(m.instance), cofire::error);
    m.die(); // once is enough
    BOOST_TEST(t.state(1) == "scheduled");
}

BOOST_AUTO_TEST_CASE(recover_takes_all_for_dead) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2)});
    t.take_one(s);
    t.table.recover(t.now);
    t.check();
    BOOST_TEST(t.state(1) == "scheduled");
    BOOST_TEST(t.record(1).lost == 1U);
    BOOST_TEST(t.state(2) == "enqueued");
    BOOST_CHECK_THROW(t.tick(s), cofire::error);
}

BOOST_AUTO_TEST_CASE(retire_hands_back_without_a_mark) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), with_limit(job(2), "l"), with_key(job(3), "k"), job(4), job(5)});
    t.acquire(s, 4);
    t.change(change_kind::delete_job, 1);
    t.retire(s);
    t.retire(s);
    t.retire(99);
    BOOST_TEST(t.state(1) == "deleted");
    auto const other = t.server();
    auto const got = t.acquire(other);
    BOOST_TEST(numbers(got) == "2 3 4 5");
    BOOST_TEST(got[0].attempt == 0U);
    BOOST_TEST(got[0].lost == 0U);
    BOOST_TEST(t.history(2) == "enqueued, processing, enqueued (released), processing");
}

BOOST_AUTO_TEST_CASE(reports) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2)});
    auto const got = t.acquire(s);
    std::vector<cofire::run_report> reports{
        {.id = got[0].id, .epoch = got[0].epoch, .progress = cofire::job_progress{1, 2}},
        {.id = got[1].id, .epoch = got[1].epoch + 1, .progress = cofire::job_progress{9, 9}}};
    reports[0].lines.push_back({.at = t.now, .attempt = 1, .text = "half-way"});
    t.tick(s, reports);
    auto const r = t.record(1);
    BOOST_TEST(r.progress->done == 1.0);
    BOOST_TEST(r.log.at(0).text == "half-way");
    BOOST_TEST(!t.record(2).progress.has_value());
    auto const other = t.server();
    reports[0].progress = cofire::job_progress{2, 2};
    t.tick(other, reports);
    BOOST_TEST(t.record(1).progress->done == 1.0);
    for (int i = 0; i != 300; ++i) {
        reports[0].lines = {{.at = t.now, .attempt = 1, .text = std::to_string(i)}};
        t.tick(s, {reports[0]});
    }
    BOOST_TEST(t.record(1).log.size() == 202U);
    BOOST_TEST(t.record(1).log.back().text == "299");
    t.settle(s, got[0]);
    BOOST_TEST(!t.record(1).progress.has_value());
    BOOST_TEST(t.record(1).log.size() == 202U);
    reports.resize(10'001);
    BOOST_CHECK_EXCEPTION(t.tick(s, reports), cofire::error, [](auto const& e) {
        return e.value() == errc::too_many_items;
    });
}

BOOST_AUTO_TEST_CASE(signals_and_commands) {
    table_fixture t;
    auto const s = t.server();
    auto const other = t.server();
    t.insert(job(1));
    auto const j = t.take_one(s);
    auto const before = t.tick(s);
    BOOST_TEST(before.signals.empty());
    BOOST_TEST(!t.table.changed({.server = s}, before.seen));
    t.change(change_kind::cancel, 1);
    BOOST_TEST(t.table.changed({.server = s}, before.seen));
    t.change(change_kind::cancel, 1); // no second one
    t.change(change_kind::delete_job, 1);
    t.change(change_kind::cancel, 1); // weaker than what was asked for
    BOOST_TEST(t.tick(other).signals.empty());
    auto const got = t.tick(s).signals;
    BOOST_REQUIRE(got.size() == 2U);
    BOOST_TEST((got[0].id == j.id && got[0].epoch == j.epoch));
    BOOST_TEST((got[0].kind == cofire::signal_kind::cancelled));
    BOOST_TEST((got[1].kind == cofire::signal_kind::deleted));
    BOOST_TEST(t.tick(s).signals.empty());
    t.table.servers(cofire::server_order{s, cofire::server_command::drain}, t.now);
    BOOST_TEST(t.table.changed({.server = s}, t.tick(other).seen) == false);
    BOOST_TEST((t.tick(s).command == cofire::server_command::drain));
    BOOST_TEST((t.tick(other).command == cofire::server_command::none));
    BOOST_CHECK_THROW(t.table.servers(cofire::server_order{99}, t.now), cofire::error);
}

BOOST_AUTO_TEST_CASE(the_list_of_servers) {
    table_fixture t;
    cofire::server_announce a{.name = "host/1"};
    a.types = {{.name = "t"}};
    a.queues = {"default", "other"};
    a.slots = 4;
    a.version = "0.1";
    auto const s = t.table.servers(a, t.now).instance;
    t.insert({job(1), job(2)});
    t.now += 1s;
    t.acquire(s);
    auto const list = t.table.servers(cofire::server_list{}, t.now).servers;
    BOOST_REQUIRE(list.size() == 1U);
    BOOST_TEST(list[0].name == "host/1");
    BOOST_TEST(list[0].types.at(0).name == "t");
    BOOST_TEST(list[0].queues.size() == 2U);
    BOOST_TEST(list[0].held == 2U);
    BOOST_TEST(list[0].slots == 4U);
    BOOST_TEST((list[0].announced == start && list[0].heartbeat == start + 1s));
    auto const answer = t.tick(s);
    BOOST_TEST(!answer.lease_until.has_value());
}

BOOST_AUTO_TEST_CASE(retention_by_age) {
    table_fixture t({.keep_succeeded = 1h, .keep_failed = 2h});
    auto const s = t.server();
    t.insert({job(1), job(2), job(3), job(4)});
    t.run_one(s);
    t.run_one(s, outcome_kind::failed);
    t.change(change_kind::delete_job, 3);
    t.now += 1h - 1us;
    t.tick(s);
    BOOST_TEST(t.table.size() == 4U);
    t.now += 1us;
    t.tick(s);
    BOOST_TEST(t.state(1) == "gone");
    BOOST_TEST(t.state(3) == "gone");
    BOOST_TEST(t.state(2) == "failed");
    t.now += 1h;
    t.tick(s);
    BOOST_TEST(t.state(2) == "gone");
    BOOST_TEST(t.state(4) == "enqueued"); // whatever its age
    BOOST_TEST(t.counts().removed == 3U);
    BOOST_TEST(t.counts()[job_state::failed] == 0U);
    BOOST_TEST(t.counts().failed == 1U);
}

BOOST_AUTO_TEST_CASE(retention_by_number) {
    table_fixture t({.keep_count = 2});
    auto const s = t.server();
    for (std::uint64_t n = 1; n != 6; ++n) {
        t.insert({job(n), job(10 + n)});
        t.run_one(s);
        t.run_one(s, outcome_kind::failed);
    }
    BOOST_TEST(t.counts()[job_state::succeeded] == 2U);
    BOOST_TEST(t.counts()[job_state::failed] == 2U);
    BOOST_TEST(t.state(4) == "succeeded");
    BOOST_TEST(t.state(3) == "gone");
}

BOOST_AUTO_TEST_CASE(deleting_trims_what_is_kept) {
    table_fixture t({.keep_count = 2});
    for (std::uint64_t n = 1; n != 6; ++n) {
        t.insert(due(job(n), 24h));
        t.change(change_kind::delete_job, n);
    }
    BOOST_TEST(t.counts()[job_state::deleted] == 2U);
    BOOST_TEST(t.state(3) == "gone");
    BOOST_TEST(t.state(4) == "deleted");
}

BOOST_AUTO_TEST_CASE(a_server_is_told_when_to_remove_what_was_kept) {
    table_fixture t({.keep_succeeded = 1h});
    auto const s = t.server();
    BOOST_TEST(!t.tick(s).next_due.has_value());
    t.insert(job(1));
    auto const seen = t.tick(s).seen;
    t.change(change_kind::delete_job, 1);
    cofire::wait_interest const interest{.server = s};
    BOOST_TEST(t.table.changed(interest, seen)); // who sleeps until nothing learns of it
    auto const answer = t.tick(s);
    BOOST_REQUIRE(answer.next_due.has_value());
    BOOST_TEST((*answer.next_due >= t.now + 1h && *answer.next_due <= t.now + 1h + 1min));
    BOOST_TEST(!t.table.changed(interest, answer.seen));
    t.now += 30s;
    t.insert(job(2));
    t.change(change_kind::delete_job, 2); // later: nothing new for the server
    BOOST_TEST(!t.table.changed({.server = s, .due_before = answer.next_due}, answer.seen));
    t.now = *answer.next_due;
    BOOST_TEST(!t.tick(s).more);
    BOOST_TEST(t.state(1) == "gone");
    t.now += 1min;
    BOOST_TEST(!t.tick(s).next_due.has_value());
    BOOST_TEST(t.state(2) == "gone");
}

BOOST_AUTO_TEST_CASE(what_was_kept_for_ever_is_never_due) {
    table_fixture t({.keep_succeeded = duration::max()});
    auto const s = t.server();
    t.insert(job(1));
    t.run_one(s);
    t.now += 24h * 365 * 200;
    BOOST_TEST(!t.tick(s).more);
    BOOST_TEST(t.state(1) == "succeeded");
}

BOOST_AUTO_TEST_CASE(notices_are_bounded) {
    table_fixture t;
    std::vector<new_job> jobs;
    for (std::uint64_t n = 0; n != 6'000; ++n) {
        jobs.push_back(with_settings(job(n + 1), settings(5, "default", 1s)));
    }
    t.table.insert({.jobs = jobs}, t.now);
    for (auto& j : jobs) {
        j.id = id_of(100'000 + static_cast<std::uint64_t>(&j - jobs.data()));
    }
    t.table.insert({.jobs = jobs}, t.now);
    auto const s = t.server();
    t.now += 1s;
    t.table.acquire({.server = s}, t.now); // the first 10,000 expire
    auto const notices = t.table.tick({.server = s}, t.now).notices;
    BOOST_TEST(notices.size() == 10'000U);
    BOOST_TEST(notices.front().reason == "expired");
    BOOST_TEST(t.table.tick({.server = s}, t.now).notices.empty());
}

BOOST_AUTO_TEST_CASE(more_expired_jobs_than_a_step_deletes_are_not_handed_out) {
    table_fixture t;
    auto const s = t.server();
    for (std::uint64_t part = 0; part != 4; ++part) {
        std::vector<new_job> jobs;
        for (std::uint64_t n = 1; n <= 6'000; ++n) {
            jobs.push_back(with_settings(job(part * 6'000 + n), settings(5, "default", 1s)));
        }
        t.table.insert({.jobs = jobs}, t.now);
    }
    t.now += 1h;
    t.insert(job(30'000)); // deletes 10,000, as does the acquire before it looks at the line
    BOOST_TEST(numbers(t.acquire(s, 2)) == "30000");
    BOOST_TEST(t.counts().deleted == 24'000U);
}

// A command that throws lets time pass all the same, and says so.
BOOST_AUTO_TEST_CASE(a_refused_command_still_has_effects_of_time) {
    table_fixture t;
    t.insert({with_settings(job(1), settings(5, "default", 1s)), due(job(2), 1s)});
    t.table.watch(id_of(1));
    (void)t.table.take_effects();
    t.now += 1s;
    BOOST_TEST((t.refused({after(job(3), 4)}) == errc::missing_parent));
    auto const effects = t.table.take_effects();
    BOOST_TEST(effects.servers);
    BOOST_TEST(effects.ended.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_server_holds) {
    table_fixture t;
    auto const s = t.server();
    auto const other = t.server();
    t.insert({job(3), job(1), job(2), job(4), job(5)});
    auto const got = t.acquire(s, 4);
    t.acquire(other);
    t.settle(s, got[3]);
    auto const ask = [&](server_instance who, std::optional<job_id> after) {
        std::string text;
        for (auto const& h : t.table.tick({.server = who, .list_held = after}, t.now).held) {
            text += std::to_string(h.id.bytes()[15]) + "/" + std::to_string(h.epoch) + " ";
        }
        return text;
    };
    BOOST_TEST(ask(s, job_id()) == "1/2 2/3 3/1 ");
    BOOST_TEST(ask(s, id_of(1)) == "2/3 3/1 ");
    BOOST_TEST(ask(s, id_of(3)) == "");
    BOOST_TEST(ask(s, std::nullopt) == "");
    BOOST_TEST(ask(other, job_id()) == "5/5 ");
}

BOOST_AUTO_TEST_CASE(what_a_server_holds_in_slices) {
    table_fixture t;
    auto const s = t.server();
    std::vector<new_job> jobs;
    for (std::uint64_t n = 10'001; n != 0; --n) {
        jobs.push_back(job(n));
    }
    t.table.insert({.jobs = {jobs.data(), 10'000}}, t.now);
    t.table.insert({.jobs = {jobs.data() + 10'000, 1}}, t.now);
    BOOST_TEST(t.acquire(s, 20'000).size() == 10'001U);
    auto const first = t.table.tick({.server = s, .list_held = job_id()}, t.now).held;
    BOOST_REQUIRE(first.size() == 10'000U);
    BOOST_TEST((first.front().id == id_of(1)));
    BOOST_TEST((first.back().id == id_of(10'000)));
    auto const rest = t.table.tick({.server = s, .list_held = first.back().id}, t.now).held;
    BOOST_REQUIRE(rest.size() == 1U);
    BOOST_TEST((rest.front().id == id_of(10'001)));
}

BOOST_AUTO_TEST_CASE(signals_are_given_again_with_what_a_server_holds) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2), job(3)});
    t.acquire(s);
    t.change(change_kind::cancel, 1);
    t.change(change_kind::delete_job, 2);
    auto const ask = [&](std::optional<job_id> after) {
        std::string text;
        for (auto const& x : t.table.tick({.server = s, .list_held = after}, t.now).signals) {
            text += std::to_string(x.id.bytes()[15]);
            text += x.kind == cofire::signal_kind::cancelled ? "c " : "d ";
        }
        return text;
    };
    BOOST_TEST(ask(std::nullopt) == "1c 2d "); // suppose that this answer is lost
    BOOST_TEST(ask(std::nullopt) == "");
    BOOST_TEST(ask(job_id()) == "1c 2d ");
    BOOST_TEST(ask(id_of(1)) == "2d ");
    t.change(change_kind::delete_job, 1);
    BOOST_TEST(ask(job_id()) == "1d 2d "); // each once
}

BOOST_AUTO_TEST_CASE(a_server_of_another_version) {
    table_fixture t;
    cofire::server_announce a{.name = "old \"one\""};
    a.contract = cofire::storage_contract_version + 1;
    a.types = {{.name = "new type"}};
    BOOST_CHECK_EXCEPTION(t.table.servers(a, t.now), cofire::error, [&](auto const& e) {
        std::string const what = e.what();
        return e.value() == errc::version_mismatch &&
               what.find("version " + std::to_string(a.contract)) != what.npos &&
               what.find("version " + std::to_string(cofire::storage_contract_version)) !=
                   what.npos;
    });
    BOOST_TEST(t.table.servers(cofire::server_list{}, t.now).servers.empty());
    BOOST_TEST(t.table.read(cofire::read_names{}, t.now).types.empty());
    BOOST_TEST(t.server() == 1U);
}

// What falls due in a long absence is done in slices: whole ticks, so that the order stays.
BOOST_AUTO_TEST_CASE(promotions_come_in_slices) {
    table_fixture t;
    auto const s = t.server();
    constexpr std::uint64_t count = 25'000;
    std::vector<new_job> jobs;
    for (std::uint64_t n = 0; n != count; ++n) { // in both orders, two to the tick
        jobs.push_back(due(job(n + 1), 1s + 500us * static_cast<int>(n * 7 % count)));
    }
    for (std::size_t at = 0; at < count; at += 5'000) {
        t.table.insert({.jobs = {jobs.data() + at, 5'000}}, t.now);
    }
    t.now += 1h;
    auto const first = t.tick(s);
    auto const waiting = [&] { return t.counts()[job_state::scheduled]; };
    auto const rest = waiting();
    BOOST_TEST(rest <= count - 10'000);
    BOOST_TEST(rest > count - 10'010);
    BOOST_TEST(first.more);
    BOOST_REQUIRE(first.next_due.has_value());
    BOOST_TEST((*first.next_due <= t.now));
    t.insert(due(job(30'000), 2h)); // a command like any other
    BOOST_TEST(waiting() < rest);
    auto const last = t.tick(s);
    BOOST_TEST(waiting() == 1U);
    BOOST_TEST(!last.more);
    BOOST_TEST((last.next_due > t.now));
    auto const got = t.acquire(s, count);
    BOOST_REQUIRE(got.size() == count);
    for (std::size_t i = 1; i != got.size(); ++i) {
        BOOST_REQUIRE((got[i - 1].due < got[i].due));
    }
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_between_two_slices) {
    table_fixture t;
    auto const s = t.server();
    std::vector<new_job> jobs;
    for (std::uint64_t n = 1; n <= 10'000; ++n) {
        jobs.push_back(due(job(n), 1s));
    }
    t.table.insert({.jobs = jobs}, t.now);
    t.insert({due(job(20'001), 2s), due(job(20'002), 3s)});
    t.now += 1h;
    BOOST_TEST(t.tick(s).more);
    t.now = start + 2s;
    t.tick(s);
    BOOST_TEST(t.state(20'001) == "enqueued");
    BOOST_TEST(t.state(20'002) == "scheduled");
    t.now = start + 3s;
    t.tick(s);
    BOOST_TEST(t.state(20'002) == "enqueued");
}

BOOST_AUTO_TEST_CASE(expiries_come_in_slices) {
    table_fixture t;
    auto const s = t.server();
    for (std::uint64_t part = 0; part != 2; ++part) {
        std::vector<new_job> jobs;
        for (std::uint64_t n = 1; n <= 6'000; ++n) {
            auto j = with_settings(job(part * 6'000 + n), settings(5, "default", 1s));
            jobs.push_back(with_key(
                std::move(j),
                std::to_string(part * 6'000 + n),
                cofire::unique_hold::for_a_time,
                cofire::duplicate_policy::ignore,
                1s
            ));
        }
        t.table.insert({.jobs = jobs}, t.now);
    }
    t.now += 1s;
    auto const first = t.tick(s);
    BOOST_TEST(t.counts().deleted == 10'000U);
    BOOST_TEST(first.more);
    BOOST_TEST((first.next_due <= t.now));
    auto const second = t.tick(s);
    BOOST_TEST(t.counts().deleted == 12'000U);
    BOOST_TEST(!second.more);
    BOOST_TEST((second.next_due > t.now)); // the removal of what expired
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
