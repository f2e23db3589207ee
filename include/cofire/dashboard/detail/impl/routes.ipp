// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_IPP

#include <cofire/dashboard/detail/routes.hpp>

namespace cofire::detail {

COFIRE_DECL std::span<web_route const> web_routes() {
    using k = route_kind;
    static constexpr web_route all[] = {
        {k::look, "", "", route_page},
        {k::look, "assets/{}", "", route_asset},
        {k::look, "api/session", "", route_session},
        {k::look, "api/overview", "", route_overview},
        {k::look, "api/series", "", route_series},
        {k::look, "api/events", "", route_events},
        {k::look, "metrics", "", route_metrics},
        {k::look, "health/live", "", route_live},
        {k::look, "health/ready", "", route_ready},
        {k::look, "api/jobs", "", route_jobs},
        {k::act, "api/jobs", "enqueue", route_create},
        {k::look, "api/groups", "", route_groups},
        {k::look, "api/parked", "", route_parked},
        {k::look, "api/jobs/{}", "", route_job},
        {k::act, "api/jobs/{}/requeue", "requeue", route_requeue},
        {k::act, "api/jobs/{}/delete", "delete", route_delete},
        {k::act, "api/jobs/{}/cancel", "cancel", route_cancel},
        {k::act, "api/jobs/{}/reschedule", "reschedule", route_reschedule},
        {k::act, "api/jobs/{}/copy", "copy", route_copy},
        {k::preview, "api/bulk/preview", "", route_bulk_preview},
        {k::act, "api/bulk", "bulk", route_bulk},
        {k::look, "api/recurring", "", route_recurring},
        {k::act, "api/recurring", "put recurring", route_recurring_put},
        {k::act, "api/recurring/trigger", "trigger recurring", route_recurring_trigger},
        {k::act, "api/recurring/pause", "pause recurring", route_recurring_pause},
        {k::act, "api/recurring/resume", "resume recurring", route_recurring_resume},
        {k::act, "api/recurring/remove", "remove recurring", route_recurring_remove},
        {k::look, "api/recurring/timeline", "", route_timeline},
        {k::look, "api/cron", "", route_cron},
        {k::look, "api/types", "", route_types},
        {k::look, "api/types/one", "", route_type},
        {k::look, "api/queues", "", route_queues},
        {k::act, "api/queues/pause", "pause queue", route_queue_pause},
        {k::act, "api/queues/resume", "resume queue", route_queue_resume},
        {k::act, "api/limits", "set limit", route_limits},
        {k::look, "api/servers", "", route_servers},
        {k::act, "api/servers/{}/drain", "drain server", route_drain},
        {k::act, "api/servers/{}/stop", "stop server", route_stop},
    };
    return all;
}

} // namespace cofire::detail

#endif
