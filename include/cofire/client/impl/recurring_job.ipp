// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_RECURRING_JOB_IPP
#define COFIRE_CLIENT_IMPL_RECURRING_JOB_IPP

#include <cofire/client/recurring_job.hpp>
#include <cofire/time/zone.hpp>

#include <memory>

namespace cofire {

COFIRE_DECL new_job make_recurring_job(
    recurring_record const& record, job_id id, std::optional<time_point> occurrence
) {
    recurring_definition const& d = record.definition;
    new_job job;
    job.id = id;
    job.type = d.type;
    job.arguments = d.arguments;
    job.argument_version = d.argument_version;
    job.settings = std::make_shared<job_settings const>(d.settings);
    job.limits = d.limits;
    job.recurring_id = record.id;
    job.occurrence = occurrence;
    job.due = occurrence;
    return job;
}

COFIRE_DECL std::optional<time_point>
next_occurrence(cron_expression const& cron, time_point now, std::string_view zone_name) {
    return cron.next(now, zone::locate(zone_name));
}

COFIRE_DECL std::optional<time_point>
next_occurrence(recurring_definition const& definition, time_point now) {
    return next_occurrence(cron_expression::parse(definition.cron), now, definition.zone);
}

} // namespace cofire

#endif
