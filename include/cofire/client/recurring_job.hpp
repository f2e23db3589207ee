// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_RECURRING_JOB_HPP
#define COFIRE_CLIENT_RECURRING_JOB_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/recurring.hpp>
#include <cofire/time/cron_expression.hpp>

#include <optional>
#include <string_view>

namespace cofire {

/// The job that the occurrence at `occurrence` of the recurring job `record` inserts, with the id `id`,
/// due at that time; without one, as when triggered by hand, due at once.
/// Distinct objects: safe. Shared objects: safe to read.
[[nodiscard]] new_job make_recurring_job(
    recurring_record const& record, job_id id, std::optional<time_point> occurrence = std::nullopt
);

/// The first occurrence of `cron` after `now`, in the zone named `zone`; empty: there is none.
/// Error: errc::unknown_zone.
[[nodiscard]] std::optional<time_point>
next_occurrence(cron_expression const& cron, time_point now, std::string_view zone);

/// The first occurrence of the recurring job defined by `definition` after `now`; empty: there is
/// none. Errors: errc::unknown_zone; errc::bad_cron if the stored text does not parse.
[[nodiscard]] std::optional<time_point>
next_occurrence(recurring_definition const& definition, time_point now);

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/recurring_job.ipp>
#endif

#endif
