// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_HANDLER_ENTRY_IPP
#define COFIRE_HANDLER_IMPL_HANDLER_ENTRY_IPP

#include <cofire/core/text.hpp>
#include <cofire/handler/detail/failure.hpp>
#include <cofire/handler/handler_entry.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace cofire {

namespace detail {

/// Makes sense of what a filter left. Returns what was wrong with it, or nothing.
COFIRE_DECL std::string mend_outcome(
    run_outcome const& before, run_outcome& after, job_context const& context, time_point now
) {
    using k = outcome_kind;
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
    if (after.kind == k::retry && context.attempt() >= context.max_attempts()) {
        wrong += ", no attempt is left of " + std::to_string(context.max_attempts());
        after.kind = before.kind == k::deleted ? k::deleted : k::failed;
    }
    bool const again = after.kind == k::retry || after.kind == k::snoozed;
    if (again && after.at < now) {
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
        after.error = make_error_info(context.type(), after.error->type, after.error->message);
    } else if (must_fail) {
        wrong += ", a failure without an error";
        after.error = make_error_info(
            context.type(), "cofire::outcome_filter", "failed by an outcome filter"
        );
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
            wrong = detail::mend_outcome(before, outcome, context, now);
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
