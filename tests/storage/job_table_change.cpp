// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

BOOST_AUTO_TEST_SUITE(job_table_change)

namespace {

using namespace storage_tests;
using cofire::change_request;
using cofire::job_filter;

/// One job in each state: enqueued, scheduled, awaiting, processing, succeeded, failed, deleted.
struct one_of_each : table_fixture {
    server_instance s = server();

    one_of_each() {
        insert({job(5), job(6), job(4), job(7)});
        run_one(s);
        run_one(s, outcome_kind::failed);
        take_one(s);
        table_fixture::change(change_kind::delete_job, 7);
        insert({job(1), due(job(2), 1h), after(job(3), 1)});
    }

    /// What the change answers and does to each, ". . ." for skipped.
    std::string all(change_kind kind, change_request r = {}) {
        std::string text;
        for (std::uint64_t n : {1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
            one_of_each fresh;
            auto const answer = fresh.change(kind, n, r);
            text += (text.empty() ? "" : " ") + (answer == "ok" ? fresh.state(n) : ".");
        }
        return text;
    }
    using table_fixture::change;
};

BOOST_AUTO_TEST_CASE(each_change_in_each_state) {
    one_of_each t;
    BOOST_TEST(t.all(change_kind::delete_job) == "deleted deleted deleted processing . . .");
    BOOST_TEST(t.all(change_kind::cancel) == "deleted deleted deleted processing . . .");
    BOOST_TEST(t.all(change_kind::requeue) == ". enqueued . . enqueued enqueued enqueued");
    BOOST_TEST(
        t.all(change_kind::reschedule, {.due = start + 2h}) ==
        "scheduled scheduled . . scheduled scheduled scheduled"
    );
    BOOST_TEST(
        t.all(change_kind::reschedule, {.due = start}) ==
        "enqueued enqueued . . enqueued enqueued enqueued"
    );
    BOOST_TEST(t.all(change_kind::reprioritise) == "enqueued scheduled awaiting . . . .");
    BOOST_TEST(
        t.all(change_kind::move, {.queue = "other"}) == "enqueued scheduled awaiting . . . ."
    );
    BOOST_TEST(t.change(change_kind::requeue, 99) == "unknown");
}

BOOST_AUTO_TEST_CASE(requeue_starts_again_and_keeps_the_history) {
    table_fixture t;
    auto const s = t.server();
    t.insert(with_settings(job(1), settings(5, "default", 1h)));
    auto const first = t.run_one(s, outcome_kind::retry);
    t.now += 10s;
    t.run_one(s, outcome_kind::failed);
    t.now += 1s;
    t.change(change_kind::requeue, 1, {.reason = "by ann"});
    auto const r = t.record(1);
    BOOST_TEST(r.attempt == 0U);
    BOOST_TEST((r.due == t.now));
    BOOST_TEST((r.expires_at == t.now + 1h));
    BOOST_TEST(!r.finished.has_value());
    auto const j = t.take_one(s);
    BOOST_TEST(j.attempt == 0U);
    BOOST_TEST(j.epoch > first.epoch);
    t.end(s, {.id = j.id, .epoch = j.epoch, .result = "1"});
    BOOST_TEST(
        t.history(1) ==
        "enqueued, processing, scheduled (retry), enqueued, processing, failed, enqueued (by ann), "
        "processing, succeeded"
    );
    BOOST_TEST(t.record(1).history[5].error->message == "went wrong");
    t.change(change_kind::reschedule, 1, {.due = t.now + 1min});
    BOOST_TEST(t.state(1) == "scheduled");
    BOOST_TEST(t.record(1).result == "");
    BOOST_TEST(t.history(1).ends_with("processing, succeeded, scheduled (rescheduled)"));
}

BOOST_AUTO_TEST_CASE(a_job_deleted_while_it_waited_tells_so) {
    table_fixture t;
    t.insert({job(1), due(job(2), 1s), due(job(3), 1s)});
    t.change(change_kind::delete_job, 1);
    t.change(change_kind::cancel, 2);
    t.now += 1s;
    t.change(change_kind::cancel, 3);
    BOOST_TEST(t.history(1) == "enqueued, deleted (deleted)");
    BOOST_TEST(t.history(2) == "scheduled, deleted (cancelled)");
    BOOST_TEST(t.history(3) == "scheduled, enqueued, deleted (cancelled)");
    t.change(change_kind::requeue, 3);
    BOOST_TEST(t.history(3) == "scheduled, enqueued, deleted (cancelled), enqueued (requeued)");
}

BOOST_AUTO_TEST_CASE(priority_and_queue) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2), due(job(3), 1s), with_limit(job(4), "l"), with_limit(job(5), "l")});
    t.change(change_kind::reprioritise, 2, {.priority = 9});
    t.change(change_kind::reprioritise, 3, {.priority = 15});
    t.change(change_kind::move, 1, {.queue = "other"});
    BOOST_TEST(t.record(2).settings->priority == 9);
    BOOST_TEST(t.record(1).settings->queue == "other");
    BOOST_TEST(numbers(t.acquire(s)) == "2 4");
    t.change(change_kind::move, 5, {.queue = "other"}); // parked by its limit
    t.now += 1s;
    BOOST_TEST(numbers(t.acquire(s, 9, {{"other"}, {"default"}})) == "1 3");
    BOOST_CHECK_THROW(t.change(change_kind::reprioritise, 1, {.priority = 16}), cofire::error);
    BOOST_CHECK_THROW(t.change(change_kind::move, 1, {.queue = ""}), cofire::error);
}

BOOST_AUTO_TEST_CASE(nothing_to_change_keeps_the_place) {
    table_fixture t;
    auto const s = t.server();
    t.insert({job(1), job(2)});
    BOOST_TEST(t.change(change_kind::reprioritise, 1, {.priority = 5}) == "ok");
    BOOST_TEST(t.change(change_kind::move, 1, {.queue = "default"}) == "ok");
    BOOST_TEST(numbers(t.acquire(s)) == "1 2");
}

BOOST_AUTO_TEST_CASE(a_job_parked_by_type_stays_parked_when_moved) {
    table_fixture t;
    auto const s = t.server();
    t.insert(job(1));
    t.run_one(s, outcome_kind::parked);
    t.change(change_kind::move, 1, {.queue = "other"});
    BOOST_TEST(t.acquire(s, 9, {{"other"}}).empty());
    BOOST_TEST(t.acquire(t.server(), 9, {{"other"}}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(many_ids_with_continuations) {
    table_fixture t;
    t.insert({job(1), after(job(2), 1), job(3)});
    std::vector<job_id> const ids{id_of(1), id_of(2), id_of(1), id_of(9)};
    auto const answer = t.change({.kind = change_kind::delete_job, .ids = ids});
    BOOST_TEST(answer.changed == 2U);
    BOOST_TEST(answer.skipped_count == 2U);
    BOOST_REQUIRE(answer.skipped.size() == 2U);
    BOOST_TEST((answer.skipped[0].why == skip_reason::wrong_state));
    BOOST_TEST((answer.skipped[0].state == job_state::deleted));
    BOOST_TEST((answer.skipped[1].why == skip_reason::unknown));
    BOOST_TEST(t.state(3) == "enqueued");
    std::vector<job_id> const many(10'001, id_of(1));
    BOOST_CHECK_THROW(t.change({.kind = change_kind::requeue, .ids = many}), cofire::error);
    BOOST_TEST(t.change({.kind = change_kind::delete_job}).changed == 0U); // no filter: no job
}

/// Changes by a filter to the end, and counts the slices.
struct walk {
    std::uint64_t changed = 0;
    std::uint64_t skipped = 0;
    int slices = 0;

    template <class Between>
    walk(table_fixture& t, change_request r, Between between) {
        std::string cursor;
        do {
            r.cursor = cursor;
            auto const answer = t.change(r);
            changed += answer.changed;
            skipped += answer.skipped_count;
            cursor = answer.cursor;
            BOOST_REQUIRE(++slices < 1'000);
            between();
        } while (!cursor.empty());
    }
    walk(table_fixture& t, change_request const& r) : walk(t, r, [] {}) {}
};

BOOST_AUTO_TEST_CASE(by_filter_in_slices) {
    table_fixture t;
    for (std::uint64_t n = 1; n <= 20; ++n) {
        auto made = n % 2 != 0 ? job(n) : due(job(n), 1h);
        made.type = n % 3 == 0 ? "u" : "t";
        t.insert(made);
    }
    change_request r{
        .kind = change_kind::delete_job, .filter = job_filter{.type = "u"}, .budget = 3};
    walk const w(t, r);
    BOOST_TEST(w.changed == 6U);
    BOOST_TEST(w.skipped == 0U);
    BOOST_TEST(w.slices == 7);
    BOOST_TEST(t.counts()[job_state::deleted] == 6U);
    r.filter = job_filter{.state = job_state::deleted};
    BOOST_TEST(walk(t, r).skipped == 6U); // asked for by name, they are answered for
    r.budget = 0;
    r.filter = job_filter{};
    BOOST_TEST(walk(t, r).changed == 14U);
}

BOOST_AUTO_TEST_CASE(jobs_that_move_on_between_slices_are_met_and_new_ones_are_not) {
    table_fixture t;
    auto const s = t.server();
    for (std::uint64_t n = 1; n <= 10; ++n) {
        t.insert({job(n), due(job(100 + n), duration(n * 1'000'000)), after(job(200 + n), n)});
    }
    std::uint64_t next = 1'000;
    walk const w(t, {.kind = change_kind::cancel, .filter = job_filter{}, .budget = 4}, [&] {
        t.insert({job(next), due(job(next + 1), 1s)});
        next += 2;
        t.now += 1s;
        t.acquire(s, 2);
    });
    std::uint64_t left = 0;
    for (std::uint64_t n = 1; n <= 10; ++n) {
        for (std::uint64_t of : {n, 100 + n, 200 + n}) {
            auto const r = t.record(of);
            bool const stopped =
                r.state == job_state::deleted || r.sub_state == cofire::job_sub_state::cancelling;
            left += stopped ? 0 : 1;
        }
    }
    BOOST_TEST(left == 0U);
    BOOST_TEST(w.changed >= 30U);
    BOOST_TEST(t.state(1'000) != "deleted");
}

BOOST_AUTO_TEST_CASE(requeue_by_filter_begins_no_job_twice) {
    table_fixture t;
    auto const s = t.server();
    for (std::uint64_t n = 1; n <= 10; ++n) {
        t.insert(job(n));
        t.run_one(s, outcome_kind::failed);
    }
    change_request const r{.kind = change_kind::requeue, .filter = job_filter{}, .budget = 3};
    walk const w(t, r, [&] {
        for (auto const& j : t.acquire(s)) {
            t.settle(s, j, outcome_kind::failed);
        }
    });
    BOOST_TEST(w.changed == 10U);
    BOOST_TEST(t.counts().failed == 20U);
}

BOOST_AUTO_TEST_CASE(the_next_job_of_a_cursor_is_gone) {
    table_fixture t;
    t.insert({job(1), job(2), job(3), job(4)});
    change_request r{.kind = change_kind::delete_job, .filter = job_filter{}, .budget = 2};
    auto const first = t.change(r);
    t.change(change_kind::reschedule, 3, {.due = start + 1h}); // the one that would be next
    r.cursor = first.cursor;
    t.change(r);
    BOOST_TEST(t.state(4) == "deleted");
    BOOST_TEST(t.state(3) == "scheduled");
    std::string const no_state = "1:2:99:4:" + id_of(4).to_string();
    for (std::string const& bad : {std::string("no cursor at all"), no_state}) {
        r.cursor = bad;
        BOOST_CHECK_EXCEPTION(t.change(r), cofire::error, [&](cofire::error const& e) {
            return e.value() == errc::bad_option &&
                   std::string_view(e.what()).find(bad) != std::string_view::npos;
        });
    }
    BOOST_TEST(t.state(3) == "scheduled");
}

BOOST_AUTO_TEST_CASE(filters) {
    table_fixture t;
    auto const s = t.server();
    auto tagged = std::make_shared<job_settings>();
    tagged->tags = {"crm", "mail"};
    tagged->queue = "q";
    auto one = with_settings(job(1), tagged);
    one.arguments = R"(["needle"])";
    one.recurring_id = "nightly";
    t.insert(one);
    t.now += 1s;
    t.insert(job(2));
    t.insert(job(3));
    t.run_one(s, outcome_kind::failed);
    auto const matches = [&](job_filter const& f) {
        std::string text;
        for (auto const& r : t.table.read(cofire::read_find{.filter = f}, t.now).jobs) {
            text += std::to_string(r.id.bytes()[15]);
        }
        std::sort(text.begin(), text.end());
        return text;
    };
    BOOST_TEST(matches({}) == "123");
    BOOST_TEST(matches({.state = job_state::failed}) == "2");
    BOOST_TEST(matches({.sub_state = cofire::job_sub_state::in_line}) == "13");
    BOOST_TEST(matches({.queue = "q"}) == "1");
    BOOST_TEST(matches({.type = "t"}) == "123");
    BOOST_TEST(matches({.type = "x"}) == "");
    BOOST_TEST(matches({.tag = "mail"}) == "1");
    BOOST_TEST(matches({.tag = "mai"}) == "");
    BOOST_TEST(matches({.recurring_id = "nightly"}) == "1");
    BOOST_TEST(matches({.fingerprint = 7}) == "2");
    BOOST_TEST(matches({.created_from = start + 1s}) == "23");
    BOOST_TEST(matches({.created_before = start + 1s}) == "1");
    BOOST_TEST(matches({.text = "needle"}) == "1");
    BOOST_TEST(matches({.text = "went wrong"}) == "2");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
