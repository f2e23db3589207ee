// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_DISPATCHER_RECURRING_IPP
#define COFIRE_SERVER_IMPL_DISPATCHER_RECURRING_IPP

#include <cofire/client/recurring_job.hpp>
#include <cofire/core/error.hpp>
#include <cofire/server/detail/dispatcher.hpp>

#include <utility>

// How the dispatcher fires recurring jobs. Which are due, and what a misfire becomes:
// recurring_schedule.

namespace cofire::detail {

COFIRE_DECL bool dispatcher::reload_is_due() const {
    return reload_ || (reload_at_ && *reload_at_ <= core_->environment.clock().steady_now());
}

COFIRE_DECL bool dispatcher::firing_is_due() const {
    auto const next = schedule_.next_at();
    return next && *next <= core_->storage_now();
}

COFIRE_DECL asio::awaitable<void> dispatcher::serve_recurring() {
    if (reload_is_due()) {
        busy_ = true;
        co_await load_recurring();
    }
    if (firing_is_due() && !failed_) {
        busy_ = true;
        co_await fire_recurring();
    }
}

COFIRE_DECL asio::awaitable<void> dispatcher::load_recurring() {
    recurring_request const request = recurring_list{.server = instance_};
    recurring_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.recurring(request);
        answer = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        take_failure(failure, "recurring");
        co_return;
    }
    reload_ = false;
    reload_at_.reset();
    schedule_.load(std::move(answer.records));
}

COFIRE_DECL asio::awaitable<void> dispatcher::fire_recurring() {
    constexpr std::chrono::seconds wait_after_refusal{5};
    time_point const now = core_->storage_now();
    auto const due = schedule_.due(now, fire_at_once_);
    std::vector<std::vector<new_job>> jobs(due.size());
    std::vector<recurring_firing> firings;
    for (std::size_t i = 0; i != due.size(); ++i) {
        due_occurrence const& d = due[i];
        for (time_point const occurrence : d.times) {
            job_id const id = job_id::make(now, random_.next(), random_.next());
            jobs[i].push_back(make_recurring_job(*d.record, id, occurrence));
        }
        firings.push_back(
            {.id = d.record->id,
             .revision = d.record->revision,
             .expected = d.record->next,
             .next = d.next,
             .jobs = jobs[i],
             .skipped = d.skipped,
             .error = d.error}
        );
    }
    recurring_request const request = recurring_fire{.firings = firings};
    recurring_answer answer;
    std::exception_ptr failure;
    try {
        auto op = core_->storage.recurring(request);
        answer = co_await std::move(op);
        if (answer.fired.size() != firings.size()) {
            std::string text = "firing of " + std::to_string(firings.size()) + " recurring jobs: ";
            text += std::to_string(answer.fired.size()) + " answers";
            throw error(errc::storage_failed, text);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure) {
        take_fired(due, firings, answer.fired);
        fire_at_once_ = most_fired_at_once;
    } else if (auto const kind = take_failure(failure, "recurring");
               kind == failure_kind::refused || kind == failure_kind::full) {
        // A full storage, or a job that it does not take: the one meant waits, and no other.
        forget_failure();
        if (fire_at_once_ == 1) {
            schedule_.put_off(firings.front().id);
            auto const now_steady = core_->environment.clock().steady_now();
            reload_at_ = reload_at_.value_or(now_steady + wait_after_refusal);
        }
        fire_at_once_ = 1;
    }
}

COFIRE_DECL void dispatcher::take_fired(
    std::vector<due_occurrence> const& due,
    std::vector<recurring_firing> const& firings,
    std::vector<fire_result> const& results
) {
    more_ = true;
    for (std::size_t i = 0; i != results.size(); ++i) {
        if (!due[i].error.empty()) {
            std::string const id(firings[i].id);
            std::string const text = "recurring job " + quoted(id) + ": " + due[i].error;
            write_log(core_->environment.log(), log_level::error, text);
        }
        reload_ = reload_ || results[i].status == fire_status::lost || !due[i].error.empty();
    }
    for (recurring_firing const& f : firings) {
        std::string const id(f.id); // the record goes away
        schedule_.served(id, f.next);
    }
}

} // namespace cofire::detail

#endif
