// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The suite is worth something only if it sees what is broken. Each storage here does one thing wrong,
// and a case named beside it must fail.

#include "models.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(broken_storages)

namespace {

using namespace testing_tests;

struct drops_an_insert : wrapper {
    using wrapper::wrapper;
    op<cofire::insert_answer> insert(cofire::insert_request r) {
        if (r.jobs.size() < 2) {
            co_return co_await inner_->insert(r);
        }
        auto const all = r.jobs;
        r.jobs = all.first(all.size() - 1);
        auto answer = co_await inner_->insert(r);
        answer.results.push_back({.id = all.back().id});
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(an_insert_that_is_dropped) {
    expect_found<drops_an_insert>("insert.answers_in_the_order_of_the_request");
}

struct calls_it_new : wrapper {
    using wrapper::wrapper;
    op<cofire::insert_answer> insert(cofire::insert_request r) {
        auto answer = co_await inner_->insert(r);
        for (auto& result : answer.results) {
            if (result.status == cofire::insert_status::existed) {
                result.status = cofire::insert_status::inserted;
            }
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_repetition_called_new) {
    expect_found<calls_it_new>("insert.the_same_job_again_existed");
}

struct inserts_one_by_one : wrapper {
    using wrapper::wrapper;
    op<cofire::insert_answer> insert(cofire::insert_request r) {
        cofire::insert_answer all;
        for (auto const& job : r.jobs) {
            cofire::insert_request one = r;
            one.jobs = {&job, 1};
            auto answer = co_await inner_->insert(one);
            all.now = answer.now;
            all.seen = answer.seen;
            all.results.push_back(answer.results.at(0));
        }
        co_return all;
    }
};

BOOST_AUTO_TEST_CASE(a_refused_insert_that_leaves_a_part) {
    expect_found<inserts_one_by_one>("insert.refuses_the_nil_id");
}

/// Changes each new job before it is inserted.
template <void (*Change)(cofire::new_job&)>
struct inserts_changed : wrapper {
    using wrapper::wrapper;
    op<cofire::insert_answer> insert(cofire::insert_request r) {
        std::vector<cofire::new_job> jobs(r.jobs.begin(), r.jobs.end());
        std::for_each(jobs.begin(), jobs.end(), Change);
        r.jobs = jobs;
        co_return co_await inner_->insert(r);
    }
};

void without_due(cofire::new_job& j) {
    j.due.reset();
}
void without_key(cofire::new_job& j) {
    j.unique_key.reset();
}
void without_limits(cofire::new_job& j) {
    j.limits.clear();
}
void a_second_early(cofire::new_job& j) {
    if (j.due) {
        *j.due -= 1us;
    }
}

BOOST_AUTO_TEST_CASE(a_due_time_that_is_ignored) {
    expect_found<inserts_changed<without_due>>("insert.with_a_due_time_ahead_is_scheduled");
}

BOOST_AUTO_TEST_CASE(a_job_handed_out_a_moment_early) {
    expect_found<inserts_changed<a_second_early>>("acquire.nothing_before_its_due_time");
}

BOOST_AUTO_TEST_CASE(a_unique_key_that_is_not_held) {
    expect_found<inserts_changed<without_key>>("insert.a_held_key_names_the_holder");
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_not_kept) {
    expect_found<inserts_changed<without_limits>>("limits.hold_back_what_is_over_the_limit");
}

/// Changes the answer to each acquire.
template <void (*Change)(cofire::acquire_answer&)>
struct acquires_changed : wrapper {
    using wrapper::wrapper;
    op<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        auto answer = co_await inner_->acquire(r);
        Change(answer);
        co_return answer;
    }
};

void in_wrong_order(cofire::acquire_answer& a) {
    std::reverse(a.jobs.begin(), a.jobs.end());
}
void without_results(cofire::acquire_answer& a) {
    for (auto& j : a.jobs) {
        for (auto& p : j.parents) {
            p.result.clear();
        }
    }
}
void an_hour_late(cofire::acquire_answer& a) {
    if (a.next_due) {
        *a.next_due += 1h;
    }
}

BOOST_AUTO_TEST_CASE(a_line_in_the_wrong_order) {
    expect_found<acquires_changed<in_wrong_order>>("acquire.in_the_order_of_the_insert");
}

BOOST_AUTO_TEST_CASE(a_parents_result_that_is_forgotten) {
    expect_found<acquires_changed<without_results>>("continuations.get_their_parents_results");
}

BOOST_AUTO_TEST_CASE(a_next_due_time_that_is_late) {
    expect_found<acquires_changed<an_hour_late>>("acquire.tells_the_next_due_time");
}

struct takes_one_more : wrapper {
    using wrapper::wrapper;
    op<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        r.limit += r.limit == 0 ? 0 : 1;
        return inner_->acquire(r);
    }
};

BOOST_AUTO_TEST_CASE(one_job_more_than_asked_for) {
    expect_found<takes_one_more>("acquire.keeps_to_limit_and_caps");
}

struct settles_stale : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        for (auto& result : answer.results) {
            if (result == cofire::settle_status::stale) {
                result = cofire::settle_status::done;
            }
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_stale_outcome_that_counts) {
    expect_found<settles_stale>("settle.another_epoch_is_stale");
    expect_found<settles_stale>("settle.after_leaving_it_is_stale");
}

/// Changes each outcome before it is settled.
template <void (*Change)(cofire::run_outcome&)>
struct settles_changed : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        std::vector<cofire::run_outcome> outcomes(r.outcomes.begin(), r.outcomes.end());
        std::for_each(outcomes.begin(), outcomes.end(), Change);
        r.outcomes = outcomes;
        co_return co_await inner_->settle(r);
    }
};

void snooze_as_retry(cofire::run_outcome& o) {
    if (o.kind == cofire::outcome_kind::snoozed) {
        o.kind = cofire::outcome_kind::retry;
    }
}
void release_as_retry(cofire::run_outcome& o) {
    if (o.kind == cofire::outcome_kind::released) {
        o.kind = cofire::outcome_kind::snoozed;
        o.at = {};
    }
}
void without_error(cofire::run_outcome& o) {
    o.error.reset();
}

BOOST_AUTO_TEST_CASE(a_snooze_that_counts_an_attempt) {
    expect_found<settles_changed<snooze_as_retry>>("settle.a_snooze_counts_no_attempt");
}

BOOST_AUTO_TEST_CASE(a_hand_back_that_loses_its_place) {
    expect_found<settles_changed<release_as_retry>>("settle.a_hand_back_gets_its_old_place");
}

BOOST_AUTO_TEST_CASE(an_error_that_is_lost) {
    expect_found<settles_changed<without_error>>("settle.a_failure_keeps_the_error");
}

struct loses_wake_ups : wrapper {
    using wrapper::wrapper;
    op<cofire::wait_answer> wait(cofire::wait_request r) {
        if (r.interest.server != 0) { // takes what happened before the wait for seen
            cofire::acquire_request look;
            look.server = r.interest.server;
            auto const answer = co_await inner_->acquire(look);
            r.seen = answer.seen;
        }
        co_return co_await inner_->wait(r);
    }
};

BOOST_AUTO_TEST_CASE(a_wake_up_lost_before_the_wait) {
    expect_found<loses_wake_ups>("wait.an_insert_wakes_a_server");
    expect_found<loses_wake_ups>("wait.a_signal_wakes_its_server");
}

struct ignores_deadlines : wrapper {
    using wrapper::wrapper;
    op<cofire::wait_answer> wait(cofire::wait_request r) {
        r.deadline.reset();
        return inner_->wait(r);
    }
};

BOOST_AUTO_TEST_CASE(a_deadline_that_is_ignored) {
    expect_found<ignores_deadlines>("wait.the_deadline_ends_it");
}

struct ignores_pauses : wrapper {
    using wrapper::wrapper;
    op<cofire::queues_answer> queues(cofire::queues_request r) {
        if (std::holds_alternative<cofire::queue_pause>(r)) {
            r = cofire::queue_list{};
        }
        return inner_->queues(r);
    }
};

BOOST_AUTO_TEST_CASE(a_pause_that_is_ignored) {
    expect_found<ignores_pauses>("acquire.nothing_from_a_paused_queue");
}

struct forgets_signals : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        auto answer = co_await inner_->tick(r);
        answer.signals.clear();
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_signal_that_is_forgotten) {
    expect_found<forgets_signals>("tick.tells_of_a_cancelled_run");
}

struct repeats_signals : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        r.list_held = cofire::job_id{}; // whoever asks for it is told again
        return inner_->tick(r);
    }
};

struct reverses_signals : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        auto answer = co_await inner_->tick(r);
        std::reverse(answer.signals.begin(), answer.signals.end());
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(signals_that_are_repeated_or_out_of_order) {
    expect_found<repeats_signals>("tick.tells_signals_once_and_in_order");
    expect_found<reverses_signals>("tick.tells_signals_once_and_in_order");
}

struct tells_once_for_all : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        auto answer = co_await inner_->tick(r);
        if (r.list_held) {
            answer.signals.clear();
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(signals_that_are_not_told_again) {
    expect_found<tells_once_for_all>("tick.tells_signals_again_with_what_is_held");
}

struct lists_nothing : wrapper {
    using wrapper::wrapper;
    op<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        bool const lists = std::holds_alternative<cofire::recurring_list>(r);
        try {
            co_return co_await inner_->recurring(r);
        } catch (cofire::error const&) {
            if (!lists) {
                throw;
            }
        }
        co_return cofire::recurring_answer{};
    }
};

BOOST_AUTO_TEST_CASE(an_unknown_recurring_job_that_is_answered_for) {
    expect_found<lists_nothing>("recurring.unknown_ones_are_refused");
}

struct hides_the_holder : wrapper {
    using wrapper::wrapper;
    op<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        auto answer = co_await inner_->recurring(r);
        for (auto& fired : answer.fired) {
            for (auto& result : fired.jobs) {
                result.status = cofire::insert_status::inserted;
            }
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(an_overlap_that_is_answered_as_inserted) {
    expect_found<hides_the_holder>("recurring.an_overlap_is_skipped");
}

struct begins_anew : wrapper {
    using wrapper::wrapper;
    op<cofire::read_answer> read(cofire::read_request r) {
        if (auto* const find = std::get_if<cofire::read_find>(&r)) {
            find->cursor = {};
        }
        return inner_->read(r);
    }
};

BOOST_AUTO_TEST_CASE(a_cursor_that_is_ignored) {
    expect_found<begins_anew>("read.refuses_a_cursor_that_no_page_gave");
}

struct fires_twice : wrapper {
    using wrapper::wrapper;
    op<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        auto answer = co_await inner_->recurring(r);
        auto const* const fire = std::get_if<cofire::recurring_fire>(&r);
        if (fire != nullptr && answer.fired.at(0).status == cofire::fire_status::lost) {
            cofire::recurring_firing again = fire->firings[0];
            again.expected.reset();
            cofire::recurring_request const forced = cofire::recurring_fire{.firings = {&again, 1}};
            co_return co_await inner_->recurring(forced);
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(an_occurrence_that_fires_twice) {
    expect_found<fires_twice>("recurring.an_occurrence_fires_once");
    expect_found<fires_twice>("threads.one_server_fires_an_occurrence");
}

struct keeps_what_a_retired_server_held : wrapper {
    using wrapper::wrapper;
    op<cofire::servers_answer> servers(cofire::servers_request r) {
        if (std::holds_alternative<cofire::server_retire>(r)) {
            r = cofire::server_list{};
        }
        return inner_->servers(r);
    }
};

BOOST_AUTO_TEST_CASE(a_leaving_server_that_keeps_its_jobs) {
    expect_found<keeps_what_a_retired_server_held>(
        "servers.hand_back_what_they_hold_when_they_leave"
    );
}

struct changes_all_at_once : wrapper {
    using wrapper::wrapper;
    op<cofire::change_answer> change(cofire::change_request r) {
        r.cursor = {}; // every slice begins at the first job
        return inner_->change(r);
    }
};

BOOST_AUTO_TEST_CASE(a_slice_that_begins_from_the_start) {
    expect_found<changes_all_at_once>("change.no_job_begins_again_twice");
}

struct finds_any_tag : wrapper {
    using wrapper::wrapper;
    op<cofire::read_answer> read(cofire::read_request r) {
        if (auto* const find = std::get_if<cofire::read_find>(&r)) {
            find->filter.tag = {};
        }
        return inner_->read(r);
    }
};

BOOST_AUTO_TEST_CASE(a_filter_that_is_ignored) {
    expect_found<finds_any_tag>("read.finds_by_tag");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
