// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_HANDLER_ENTRY_IPP
#define COFIRE_HANDLER_IMPL_HANDLER_ENTRY_IPP

#include <cofire/core/text.hpp>
#include <cofire/handler/detail/failure.hpp>
#include <cofire/handler/handler_entry.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace cofire {

namespace detail {

/// Makes sense of what a filter left. Returns what was wrong with it, or nothing.
COFIRE_DECL std::string mend_outcome(
    run_outcome const& before, run_outcome& after, acquired_job const& job, time_point now
) {
    using k = outcome_kind;
    job_settings const& settings = *job.settings;
    auto const most = static_cast<std::uint64_t>(std::max(settings.max_attempts, 1));
    std::string wrong;
    if (after.id != before.id || after.epoch != before.epoch || after.started != before.started) {
        wrong += ", the run it belongs to is not its to change";
    }
    after.id = before.id;
    after.epoch = before.epoch;
    after.started = before.started;
    after.run_time = before.run_time;
    if (after.kind > k::parked) {
        wrong += ", no such kind: " + std::to_string(static_cast<int>(after.kind));
        after.kind = before.kind;
    }
    // A snooze or a hand-back uses no attempt: one that is due at once would go round for ever.
    bool const endless = (after.kind == k::snoozed && after.at <= now) || after.kind == k::released;
    if (endless && after.kind != before.kind) {
        wrong += after.kind == k::released ? ", only a server hands a job back"
                                           : ", a snooze until a time that has passed";
        after = before;
    }
    if (after.kind == k::retry && job.attempt + std::uint64_t{1} >= most) {
        wrong += ", no attempt is left of " + std::to_string(most);
        bool const drop = settings.on_exhausted == exhausted_policy::delete_job;
        after.kind = drop || before.kind == k::deleted ? k::deleted : k::failed;
        if (after.reason == before.reason) {
            std::string const count = std::to_string(most);
            after.reason = "attempts used up: " + count + " of " + count;
        }
    }
    if (after.kind == k::snoozed && after.at < now) { // the handler's own snooze
        wrong += ", the time to run again has passed";
        after.at = before.at;
    }
    if (after.kind == k::retry && after.at < now) {
        wrong += ", the time to run again has passed: now";
        after.at = now;
    }
    if (after.kind != k::succeeded && !after.result.empty()) {
        after.result.clear();
    }
    bool const may_fail =
        after.kind == k::failed || after.kind == k::retry || after.kind == k::deleted;
    bool const must_fail = after.kind == k::failed || after.kind == k::retry;
    if (!may_fail) {
        after.error.reset();
    } else if (after.error) {
        after.error = make_error_info(job.type, after.error->type, after.error->message);
    } else if (must_fail) {
        wrong += ", a failure without an error";
        after.error =
            make_error_info(job.type, "cofire::outcome_filter", "failed by an outcome filter");
    }
    after.reason = clean_utf8(after.reason, 4096);
    return wrong.empty() ? wrong : wrong.substr(2);
}

} // namespace detail

COFIRE_DECL void handler_entry::filter_outcome(
    job_context const& context, run_outcome& outcome, time_point now, log_sink const& log
) const {
    auto const apply = [&](outcome_filter const& filter) {
        run_outcome const before = outcome;
        std::string wrong;
        try {
            filter(context, outcome);
            wrong = detail::mend_outcome(before, outcome, context.run_->job, now);
        } catch (...) {
            outcome = before;
            auto const failure = detail::describe_failure(name, std::current_exception());
            wrong = "threw " + failure.type + ": " + failure.message;
        }
        if (!wrong.empty()) {
            detail::write_log(
                log,
                log_level::warning,
                "outcome filter, job " + before.id.to_string() + " of type " + name + ": " + wrong
            );
        }
    };
    for (outcome_filter const& filter : options.filters.outcome) {
        apply(filter);
    }
    if (registry_filters != nullptr) {
        for (outcome_filter const& filter : registry_filters->outcome) {
            apply(filter);
        }
    }
}

} // namespace cofire

#endif
