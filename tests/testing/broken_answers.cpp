// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// More storages that do one thing wrong: each leaves out, or gets wrong, one part of an answer, or does
// not keep one limit.

#include "models.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

BOOST_AUTO_TEST_SUITE(broken_answers)

namespace {

using namespace testing_tests;

struct takes_along_without_results : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        if (answer.acquired) {
            for (auto& run : answer.acquired->jobs) {
                for (auto& parent : run.parents) {
                    parent.result.clear();
                }
            }
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_job_taken_along_without_its_parents_results) {
    expect_found<takes_along_without_results>("settle.then_get_their_parents_results");
    expect_found<takes_along_without_results>("settle.one_and_then_get_their_parents_results");
    expect_found<takes_along_without_results>("settle.then_takes_the_next_jobs");
}

struct takes_along_without_due_time : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        if (answer.acquired) {
            answer.acquired->next_due.reset();
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(jobs_taken_along_without_the_next_due_time) {
    expect_found<takes_along_without_due_time>("settle.then_tells_the_next_due_time");
    expect_found<takes_along_without_due_time>("settle.one_and_then_tells_the_next_due_time");
}

struct takes_along_with_a_token_ahead : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        if (answer.acquired) {
            answer.acquired->seen.value += 1'000;
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_token_ahead_with_jobs_taken_along) {
    expect_found<takes_along_with_a_token_ahead>("settle.then_an_insert_wakes_a_server");
    expect_found<takes_along_with_a_token_ahead>("settle.one_and_then_an_insert_wakes_a_server");
}

struct takes_along_over_caps : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        if (r.then) {
            r.then->caps = {};
        }
        return inner_->settle(r);
    }
};

BOOST_AUTO_TEST_CASE(jobs_taken_along_over_a_types_cap) {
    expect_found<takes_along_over_caps>("settle.then_keeps_to_type_caps");
    expect_found<takes_along_over_caps>("settle.one_and_then_keeps_to_type_caps");
}

struct takes_along_over_the_limit : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        if (r.then) {
            r.then->limit = 1'000;
        }
        return inner_->settle(r);
    }
};

BOOST_AUTO_TEST_CASE(more_jobs_taken_along_than_asked_for) {
    expect_found<takes_along_over_the_limit>("settle.then_keeps_to_limit_and_caps");
    expect_found<takes_along_over_the_limit>("settle.one_and_then_keeps_to_limit_and_caps");
}

struct acquire_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        auto answer = co_await inner_->acquire(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(acquire_that_does_not_tell_the_time) {
    expect_found<acquire_without_time>("answers.tell_the_storages_time");
}

struct settle_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(settle_that_does_not_tell_the_time) {
    expect_found<settle_without_time>("answers.tell_the_storages_time");
}

struct tick_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        auto answer = co_await inner_->tick(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(tick_that_does_not_tell_the_time) {
    expect_found<tick_without_time>("answers.tell_the_storages_time");
}

struct change_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::change_answer> change(cofire::change_request r) {
        auto answer = co_await inner_->change(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(change_that_does_not_tell_the_time) {
    expect_found<change_without_time>("answers.tell_the_storages_time");
}

struct recurring_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        auto answer = co_await inner_->recurring(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(recurring_that_does_not_tell_the_time) {
    expect_found<recurring_without_time>("answers.tell_the_storages_time");
}

struct queues_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::queues_answer> queues(cofire::queues_request r) {
        auto answer = co_await inner_->queues(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(queues_that_does_not_tell_the_time) {
    expect_found<queues_without_time>("answers.tell_the_storages_time");
}

struct servers_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::servers_answer> servers(cofire::servers_request r) {
        auto answer = co_await inner_->servers(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(servers_that_does_not_tell_the_time) {
    expect_found<servers_without_time>("answers.tell_the_storages_time");
}

struct read_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::read_answer> read(cofire::read_request r) {
        auto answer = co_await inner_->read(r);
        answer.now = {};
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(read_that_does_not_tell_the_time) {
    expect_found<read_without_time>("answers.tell_the_storages_time");
}

struct takes_along_without_time : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        if (answer.acquired) {
            answer.acquired->now = {};
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(jobs_taken_along_without_the_time) {
    expect_found<takes_along_without_time>("answers.tell_the_storages_time");
}

struct tick_with_a_token_ahead : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        auto answer = co_await inner_->tick(r);
        answer.seen.value += 1'000;
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_token_of_tick_that_is_ahead) {
    expect_found<tick_with_a_token_ahead>("wait.every_answers_token_can_be_waited_with");
}

struct change_with_a_token_ahead : wrapper {
    using wrapper::wrapper;
    op<cofire::change_answer> change(cofire::change_request r) {
        auto answer = co_await inner_->change(r);
        answer.seen.value += 1'000;
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_token_of_change_that_is_ahead) {
    expect_found<change_with_a_token_ahead>("wait.every_answers_token_can_be_waited_with");
}

struct recurring_with_a_token_ahead : wrapper {
    using wrapper::wrapper;
    op<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        auto answer = co_await inner_->recurring(r);
        answer.seen.value += 1'000;
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_token_of_recurring_that_is_ahead) {
    expect_found<recurring_with_a_token_ahead>("wait.every_answers_token_can_be_waited_with");
}

struct servers_with_a_token_ahead : wrapper {
    using wrapper::wrapper;
    op<cofire::servers_answer> servers(cofire::servers_request r) {
        auto answer = co_await inner_->servers(r);
        answer.seen.value += 1'000;
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_token_of_servers_that_is_ahead) {
    expect_found<servers_with_a_token_ahead>("wait.every_answers_token_can_be_waited_with");
}

struct forgets_a_released_run : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        for (std::size_t i = 0; i != r.outcomes.size(); ++i) {
            if (r.outcomes[i].kind == cofire::outcome_kind::released &&
                answer.results[i] == cofire::settle_status::again) {
                answer.results[i] = cofire::settle_status::stale;
            }
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_released_run_that_is_forgotten) {
    expect_found<forgets_a_released_run>("settle.a_repetition_is_answered_again");
}

struct forgets_a_parked_run : wrapper {
    using wrapper::wrapper;
    op<cofire::settle_answer> settle(cofire::settle_request r) {
        auto answer = co_await inner_->settle(r);
        for (std::size_t i = 0; i != r.outcomes.size(); ++i) {
            if (r.outcomes[i].kind == cofire::outcome_kind::parked &&
                answer.results[i] == cofire::settle_status::again) {
                answer.results[i] = cofire::settle_status::stale;
            }
        }
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_parked_run_that_is_forgotten) {
    expect_found<forgets_a_parked_run>("settle.a_repetition_is_answered_again");
}

struct gets_any_number : wrapper {
    using wrapper::wrapper;
    op<cofire::read_answer> read(cofire::read_request r) {
        auto* const get = std::get_if<cofire::read_get>(&r);
        if (get != nullptr && get->ids.size() > 10'000) {
            get->ids = get->ids.first(10'000);
        }
        return inner_->read(r);
    }
};

BOOST_AUTO_TEST_CASE(a_get_of_any_number) {
    expect_found<gets_any_number>("read.get_takes_ten_thousand_ids_and_no_more");
}

struct never_asks_for_more : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        auto answer = co_await inner_->tick(r);
        answer.more = false;
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_tick_that_never_asks_for_more) {
    expect_found<never_asks_for_more>("tick.more_asks_until_all_is_promoted");
    expect_found<never_asks_for_more>("tick.more_asks_until_all_is_removed");
}

struct keeps_the_latest_lag : wrapper {
    using wrapper::wrapper;
    op<cofire::tick_answer> tick(cofire::tick_request r) {
        if (r.executor_lag) {
            last_ = *r.executor_lag;
        }
        co_return co_await inner_->tick(r);
    }
    op<cofire::servers_answer> servers(cofire::servers_request r) {
        auto answer = co_await inner_->servers(r);
        for (auto& s : answer.servers) {
            s.executor_lag = last_;
        }
        co_return answer;
    }
    cofire::duration last_{0};
};

BOOST_AUTO_TEST_CASE(a_list_of_servers_with_their_latest_lag_in_place_of_the_worst) {
    expect_found<keeps_the_latest_lag>("servers.tell_how_late_their_executor_was");
}

struct counts_no_bytes : wrapper {
    explicit counts_no_bytes(conformance_setup s) : wrapper(unlimited(s)) {}
    static conformance_setup const& unlimited(conformance_setup& s) {
        s.limits.bytes = std::uint64_t{1} << 40;
        return s;
    }
    op<cofire::read_answer> read(cofire::read_request r) {
        auto answer = co_await inner_->read(r);
        answer.health.byte_limit = 1 << 20;
        co_return answer;
    }
};

BOOST_AUTO_TEST_CASE(a_limit_of_bytes_that_is_not_kept) {
    expect_found<counts_no_bytes>("insert.refuses_when_full_of_bytes");
    expect_found<counts_no_bytes>("insert.makes_room_of_ended_jobs_for_bytes");
}

struct forgets_limit_keys : wrapper {
    using wrapper::wrapper;
    op<cofire::insert_answer> insert(cofire::insert_request r) {
        std::vector<cofire::new_job> jobs(r.jobs.begin(), r.jobs.end());
        for (auto& j : jobs) {
            j.limits.clear();
        }
        r.jobs = jobs;
        co_return co_await inner_->insert(r);
    }
};

BOOST_AUTO_TEST_CASE(limit_keys_that_are_forgotten) {
    expect_found<forgets_limit_keys>("threads.a_limit_is_kept");
}

/// Goes on where its own thread runs.
struct goes_on_elsewhere : wrapper {
    explicit goes_on_elsewhere(conformance_setup const& s)
        : wrapper(s), pool_(std::make_shared<asio::thread_pool>(1)) {}
    op<cofire::read_answer> read(cofire::read_request r) {
        auto answer = co_await inner_->read(r);
        co_await asio::post(asio::bind_executor(*pool_, asio::use_awaitable));
        co_return answer;
    }
    std::shared_ptr<asio::thread_pool> pool_;
};

BOOST_AUTO_TEST_CASE(an_operation_that_completes_on_another_executor) {
    expect_found<goes_on_elsewhere>("read.a_fresh_storage_is_empty");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
