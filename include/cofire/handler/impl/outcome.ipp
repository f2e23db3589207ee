// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_OUTCOME_IPP
#define COFIRE_HANDLER_IMPL_OUTCOME_IPP

#include <cofire/core/error.hpp>
#include <cofire/core/text.hpp>
#include <cofire/handler/detail/failure.hpp>
#include <cofire/handler/outcome.hpp>
#include <cofire/handler/permanent_failure.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cofire {

namespace detail {

/// True if `e` only says that an operation was cancelled.
COFIRE_DECL bool is_cancellation(std::exception_ptr const& e) {
    try {
        std::rethrow_exception(e);
    } catch (boost::system::system_error const& known) {
        return known.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

/// The error of a timeout, in place of whatever the handler threw because of it.
COFIRE_DECL std::exception_ptr timeout_error(outcome_input const& in) {
    auto const ms = std::chrono::ceil<std::chrono::milliseconds>(in.job.settings->timeout);
    return std::make_exception_ptr(
        error(errc::job_timeout, in.job.id, "timeout of " + std::to_string(ms.count()) + " ms")
    );
}

COFIRE_DECL void decide_return(outcome_input& in, run_outcome& out) {
    if (in.reason == cancellation_reason::deleted) {
        out.kind = outcome_kind::deleted;
        out.reason = "deleted while it ran";
    } else if (in.snooze && in.reason == cancellation_reason::cancelled) {
        out.kind = outcome_kind::deleted;
        out.reason = "cancelled";
    } else if (in.snooze) {
        out.kind = outcome_kind::snoozed;
        out.at = later(in.now, *in.snooze);
    } else {
        out.kind = outcome_kind::succeeded;
        out.result = std::move(in.result);
    }
}

/// An attempt has failed by `e`.
COFIRE_DECL void decide_failure(
    outcome_input const& in, std::exception_ptr const& e, bool timeout, run_outcome& out
) {
    job_settings const& settings = *in.job.settings;
    retry_policy const none;
    retry_policy const& policy = in.handler != nullptr ? in.handler->options.retry : none;
    std::uint64_t const run = std::uint64_t{in.job.attempt} + 1; // the one that failed
    auto const most = static_cast<std::uint64_t>(std::max(settings.max_attempts, 1));
    if (run >= most) {
        bool const drop = settings.on_exhausted == exhausted_policy::delete_job;
        out.kind = drop ? outcome_kind::deleted : outcome_kind::failed;
        out.reason = "attempts used up: " + std::to_string(run) + " of " + std::to_string(most);
        return;
    }
    if (!timeout && !policy.allows(e)) {
        out.kind = outcome_kind::failed;
        out.reason = "not retried: the retry policy excludes this error";
        return;
    }
    auto const wait = policy.delay(static_cast<int>(run), e, settings.delays, in.random);
    if (!wait) {
        out.kind = outcome_kind::failed;
        out.reason = "not retried: the retry policy gave up";
        return;
    }
    out.kind = outcome_kind::retry;
    out.at = later(in.now, *wait);
}

COFIRE_DECL void decide_throw(outcome_input const& in, run_outcome& out) {
    using r = cancellation_reason;
    bool const timeout = in.reason == r::timeout;
    auto const describe = [&](std::exception_ptr const& e) {
        out.error = describe_failure(in.job.type, e);
    };
    if (in.reason == r::deleted || in.reason == r::cancelled) {
        out.kind = outcome_kind::deleted;
        out.reason = in.reason == r::deleted ? "deleted while it ran" : "cancelled";
        if (!is_cancellation(in.exception)) {
            describe(in.exception);
        }
    } else if (holds_exception<undecodable>(in.exception)) {
        out.kind = outcome_kind::parked;
        out.reason = clean_utf8(describe_failure(in.job.type, in.exception).message, 4096);
    } else if (in.reason == r::shutdown) {
        out.kind = outcome_kind::released;
        out.reason = "shutdown";
    } else if (holds_exception<permanent_failure>(in.exception)) {
        out.kind = outcome_kind::failed;
        out.reason = "permanent failure";
        describe(in.exception);
    } else {
        std::exception_ptr const e = timeout ? timeout_error(in) : in.exception;
        decide_failure(in, e, timeout, out);
        describe(e);
        if (timeout) {
            out.error->type = "job_timeout";
            out.error->fingerprint =
                failure_fingerprint(in.job.type, out.error->type, out.error->message);
        }
    }
}

COFIRE_DECL bool decide_outcome(outcome_input& input, run_outcome& to) {
    if (input.reason == cancellation_reason::lease_lost) {
        return false;
    }
    to.id = input.job.id;
    to.epoch = input.job.epoch;
    to.started = input.started;
    to.run_time = input.run_time;
    if (input.exception) {
        decide_throw(input, to);
    } else {
        decide_return(input, to);
    }
    return true;
}

} // namespace detail

COFIRE_DECL std::optional<run_outcome> decide_outcome(outcome_input input) {
    std::optional<run_outcome> decided(std::in_place);
    if (!detail::decide_outcome(input, *decided)) {
        decided.reset();
    }
    return decided;
}

} // namespace cofire

#endif
