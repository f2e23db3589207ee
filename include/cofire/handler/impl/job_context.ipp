// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_JOB_CONTEXT_IPP
#define COFIRE_HANDLER_IMPL_JOB_CONTEXT_IPP

#include <cofire/core/error.hpp>
#include <cofire/handler/detail/sleep.hpp>
#include <cofire/handler/job_context.hpp>

#include <algorithm>
#include <string>

namespace cofire {

COFIRE_DECL std::uint32_t job_context::max_attempts() const {
    return static_cast<std::uint32_t>(std::max(run_->job.settings->max_attempts, 1));
}

COFIRE_DECL asio::awaitable<void> job_context::sleep_for(duration d) const {
    return detail::sleep_for(run_->environment->clock, d);
}

COFIRE_DECL void job_context::snooze(duration d) {
    if (d < duration::zero()) {
        throw error(
            errc::bad_option, id(), "snooze of " + std::to_string(d.count()) + " us is negative"
        );
    }
    run_->snooze = d;
}

COFIRE_DECL parent_outcome const& job_context::parent_at(std::size_t index) const {
    auto const& parents = run_->job.parents;
    if (index >= parents.size()) {
        throw error(
            errc::missing_parent,
            id(),
            "no parent at index " + std::to_string(index) + ": the job has " +
                std::to_string(parents.size())
        );
    }
    return parents[index];
}

COFIRE_DECL parent_outcome const& job_context::parent_with(job_id parent) const {
    auto const& parents = run_->job.parents;
    auto const at = std::find_if(parents.begin(), parents.end(), [&](parent_outcome const& p) {
        return p.id == parent;
    });
    if (at == parents.end()) {
        throw error(errc::missing_parent, id(), parent.to_string() + " is no parent of this job");
    }
    return *at;
}

COFIRE_DECL void
job_context::fail_parent_result(parent_outcome const& parent, std::string const& why) const {
    throw error(
        errc::bad_result,
        parent.id,
        "result of parent " + parent.id.to_string() + " (" + std::string(to_string(parent.state)) +
            "): " + why
    );
}

} // namespace cofire

#endif
