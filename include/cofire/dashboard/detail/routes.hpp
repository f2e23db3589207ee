// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_ROUTES_HPP
#define COFIRE_DASHBOARD_DETAIL_ROUTES_HPP

#include <cofire/core/config.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// One function for each route; docs/dashboard_api.yaml says what each takes and gives. A call belongs to
// the coroutine that awaits the function.
namespace cofire::detail {

/// What a route needs beside an identity.
enum class route_kind : std::uint8_t {
    look,    ///< GET, changes nothing
    preview, ///< POST, changes nothing: the rules for POST, but no role
    act,     ///< POST by an operator; told to the audit
};

/// One route: a path below the prefix, with {} in place of one segment.
struct web_route {
    route_kind kind;
    std::string_view pattern;
    std::string_view action; // in the audit line
    asio::awaitable<web_reply> (*run)(web_call& call);
};

/// All routes.
[[nodiscard]] std::span<web_route const> web_routes();

/// The file `name` of the page, or web_problem: 404. Compressed, unless `header` does not take that.
[[nodiscard]] web_reply asset_named(std::string_view name, http::fields const& header);

/// The page and its files: routes_page.ipp.
asio::awaitable<web_reply> route_page(web_call& call);
asio::awaitable<web_reply> route_asset(web_call& call);
asio::awaitable<web_reply> route_session(web_call& call);
/// The state of all: routes_overview.ipp, metrics.ipp.
asio::awaitable<web_reply> route_overview(web_call& call);
asio::awaitable<web_reply> route_series(web_call& call);
asio::awaitable<web_reply> route_events(web_call& call);
asio::awaitable<web_reply> route_metrics(web_call& call);
asio::awaitable<web_reply> route_live(web_call& call);
asio::awaitable<web_reply> route_ready(web_call& call);
/// Lists of jobs: routes_jobs.ipp.
asio::awaitable<web_reply> route_jobs(web_call& call);
asio::awaitable<web_reply> route_groups(web_call& call);
asio::awaitable<web_reply> route_parked(web_call& call);
/// One job: routes_job.ipp.
asio::awaitable<web_reply> route_job(web_call& call);
asio::awaitable<web_reply> route_requeue(web_call& call);
asio::awaitable<web_reply> route_delete(web_call& call);
asio::awaitable<web_reply> route_cancel(web_call& call);
asio::awaitable<web_reply> route_reschedule(web_call& call);
/// New jobs: routes_create.ipp.
asio::awaitable<web_reply> route_create(web_call& call);
asio::awaitable<web_reply> route_copy(web_call& call);
/// Many jobs: routes_bulk.ipp.
asio::awaitable<web_reply> route_bulk_preview(web_call& call);
asio::awaitable<web_reply> route_bulk(web_call& call);
/// Recurring jobs: routes_recurring.ipp.
asio::awaitable<web_reply> route_recurring(web_call& call);
asio::awaitable<web_reply> route_recurring_put(web_call& call);
asio::awaitable<web_reply> route_recurring_trigger(web_call& call);
asio::awaitable<web_reply> route_recurring_pause(web_call& call);
asio::awaitable<web_reply> route_recurring_resume(web_call& call);
asio::awaitable<web_reply> route_recurring_remove(web_call& call);
asio::awaitable<web_reply> route_timeline(web_call& call);
asio::awaitable<web_reply> route_cron(web_call& call);
/// Types, queues, servers: routes_servers.ipp.
asio::awaitable<web_reply> route_types(web_call& call);
asio::awaitable<web_reply> route_type(web_call& call);
asio::awaitable<web_reply> route_queues(web_call& call);
asio::awaitable<web_reply> route_queue_pause(web_call& call);
asio::awaitable<web_reply> route_queue_resume(web_call& call);
asio::awaitable<web_reply> route_limits(web_call& call);
asio::awaitable<web_reply> route_servers(web_call& call);
asio::awaitable<web_reply> route_drain(web_call& call);
asio::awaitable<web_reply> route_stop(web_call& call);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
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
#endif

#endif
