// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_SRC_HPP
#define COFIRE_DASHBOARD_SRC_HPP

/// The bodies of the dashboard's functions that are no templates. A program that defines
/// COFIRE_SEPARATE_COMPILATION everywhere, and uses the dashboard, includes this in exactly one of its
/// files, beside <cofire/src.hpp>.

#ifndef COFIRE_SEPARATE_COMPILATION
#error "Define COFIRE_SEPARATE_COMPILATION in every file of the program, or do not include this"
#endif

#include <cofire/dashboard/detail/impl/access.ipp>
#include <cofire/dashboard/detail/impl/cron_words.ipp>
#include <cofire/dashboard/detail/impl/dashboard_core.ipp>
#include <cofire/dashboard/detail/impl/dashboard_server.ipp>
#include <cofire/dashboard/detail/impl/event_feed.ipp>
#include <cofire/dashboard/detail/impl/exchange.ipp>
#include <cofire/dashboard/detail/impl/fields.ipp>
#include <cofire/dashboard/detail/impl/job_json.ipp>
#include <cofire/dashboard/detail/impl/json_spans.ipp>
#include <cofire/dashboard/detail/impl/log_in.ipp>
#include <cofire/dashboard/detail/impl/redactor.ipp>
#include <cofire/dashboard/detail/impl/routes.ipp>
#include <cofire/dashboard/detail/impl/routes_bulk.ipp>
#include <cofire/dashboard/detail/impl/routes_create.ipp>
#include <cofire/dashboard/detail/impl/routes_job.ipp>
#include <cofire/dashboard/detail/impl/routes_jobs.ipp>
#include <cofire/dashboard/detail/impl/routes_metrics.ipp>
#include <cofire/dashboard/detail/impl/routes_overview.ipp>
#include <cofire/dashboard/detail/impl/routes_page.ipp>
#include <cofire/dashboard/detail/impl/routes_recurring.ipp>
#include <cofire/dashboard/detail/impl/routes_servers.ipp>
#include <cofire/dashboard/detail/impl/schema_check.ipp>
#include <cofire/dashboard/detail/impl/web_sessions.ipp>
#include <cofire/dashboard/impl/dashboard.ipp>
#include <cofire/dashboard/impl/dashboard_options.ipp>

#endif
