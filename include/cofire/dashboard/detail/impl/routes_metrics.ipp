// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_METRICS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_METRICS_IPP

#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace cofire::detail {

/// How many queues have metrics of their own; the others are added up as "(other)", which no queue is
/// called.
inline constexpr std::size_t queues_with_metrics = 100;

/// Writes the text format of Prometheus.
///
/// Distinct objects: safe. Shared objects: unsafe.
class metrics_writer {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_ += "# HELP " + name_ + ' ' + std::string(help) + "\n# TYPE " + name_ + ' ';
        text_ += std::string(type) + '\n';
    }
    void value(double v, std::string_view label = {}, std::string_view label_value = {}) {
        text_ += name_;
        if (!label.empty()) {
            text_ += '{' + std::string(label) + "=\"";
            for (char const c : clean_utf8(label_value)) {
                text_ += c == '\\'   ? "\\\\"
                         : c == '"'  ? "\\\""
                         : c == '\n' ? "\\n"
                                     : std::string(1, c);
            }
            text_ += "\"}";
        }
        std::array<char, 40> number{};
        std::snprintf(number.data(), number.size(), " %.17g\n", v);
        text_ += number.data();
    }
    void count(std::string_view name, std::string_view help, std::uint64_t v) {
        family(name, "counter", help);
        value(static_cast<double>(v));
    }
    void gauge(std::string_view name, std::string_view help, double v) {
        family(name, "gauge", help);
        value(v);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::string name_;
};

inline void write_queue_metrics(metrics_writer& to, queues_answer const& queues) {
    std::vector<queue_info> shown = queues.queues;
    if (shown.size() > queues_with_metrics) {
        queue_info other;
        other.name = "(other)";
        other.paused = true; // if all of them are
        for (auto q = shown.begin() + queues_with_metrics - 1; q != shown.end(); ++q) {
            other.waiting += q->waiting;
            other.parked_by_limit += q->parked_by_limit;
            other.processing += q->processing;
            other.paused = other.paused && q->paused;
            if (q->oldest && !q->paused) { // nobody wonders at what waits in a paused one
                other.oldest = std::min(other.oldest.value_or(*q->oldest), *q->oldest);
            }
        }
        shown.resize(queues_with_metrics - 1);
        shown.push_back(std::move(other));
    }
    auto const each = [&](std::string_view name, std::string_view help, auto const& get) {
        to.family(name, "gauge", help);
        for (queue_info const& q : shown) {
            to.value(get(q), "queue", q.name);
        }
    };
    each(
        "cofire_queue_waiting",
        "Jobs in line, those parked by type included.",
        [](queue_info const& q) { return static_cast<double>(q.waiting); }
    );
    each("cofire_queue_parked_by_limit", "Jobs that wait for a limit.", [](queue_info const& q) {
        return static_cast<double>(q.parked_by_limit);
    });
    each("cofire_queue_processing", "Jobs that servers hold.", [](queue_info const& q) {
        return static_cast<double>(q.processing);
    });
    each("cofire_queue_paused", "1 if the queue is paused.", [](queue_info const& q) {
        return q.paused ? 1.0 : 0.0;
    });
    each(
        "cofire_queue_oldest_age_seconds",
        "How long the oldest job in line is due; 0 if none is.",
        [&](queue_info const& q) {
            return q.oldest ? seconds_of(std::max(queues.now - *q.oldest, duration{0})) : 0.0;
        }
    );
}

COFIRE_DECL asio::awaitable<web_reply> route_metrics(web_call& call) {
    call.fields.finish();
    storage_ref const storage = call.core->storage();
    auto counts_op = call.core->jobs().counts();
    storage_counts const counts = co_await std::move(counts_op);
    auto health_op = call.core->jobs().health();
    storage_health const health = co_await std::move(health_op);
    auto servers_op = list_servers(storage);
    web_servers const servers = co_await std::move(servers_op);
    queues_request const queues_question = queue_list();
    auto queues_op = storage.queues(queues_question);
    queues_answer const queues = co_await std::move(queues_op);
    auto recurring_op = call.core->jobs().recurring_jobs();
    std::vector<recurring_record> const recurring = co_await std::move(recurring_op);

    metrics_writer to;
    to.family("cofire_jobs", "gauge", "Jobs by state.");
    for (std::size_t i = 0; i != job_state_count; ++i) {
        auto const state = static_cast<job_state>(i);
        to.value(static_cast<double>(counts[state]), "state", to_string(state));
    }
    to.count("cofire_jobs_inserted_total", "Jobs inserted.", counts.inserted);
    to.count("cofire_runs_succeeded_total", "Runs that succeeded.", counts.succeeded);
    to.count(
        "cofire_attempts_failed_total",
        "Attempts that failed, retried ones included.",
        counts.attempts_failed
    );
    to.count("cofire_jobs_failed_total", "Jobs that ended failed.", counts.failed);
    to.count("cofire_jobs_deleted_total", "Jobs that were deleted.", counts.deleted);
    to.count("cofire_runs_lost_total", "Runs ended by the death of their server.", counts.lost);
    to.count("cofire_outcomes_stale_total", "Outcomes refused as stale.", counts.stale);
    to.count(
        "cofire_jobs_removed_total",
        "Finished jobs removed by retention or for room.",
        counts.removed
    );
    to.count("cofire_inserts_refused_total", "Inserts refused for lack of room.", counts.refused);
    write_queue_metrics(to, queues);
    double slots = 0;
    double held = 0;
    double silent = 0;
    double lag = 0;
    for (server_info const& s : servers.servers) {
        slots += s.slots;
        held += s.held;
        silent = std::max(silent, seconds_of(servers.now - s.heartbeat));
        lag = std::max(lag, seconds_of(servers.lag_of(s)));
    }
    to.gauge("cofire_servers", "Servers.", static_cast<double>(servers.servers.size()));
    to.gauge("cofire_server_slots", "Slots of all servers.", slots);
    to.gauge("cofire_server_slots_held", "Slots of all servers that hold a job.", held);
    to.gauge(
        "cofire_server_oldest_heartbeat_seconds",
        "How long ago the server was heard of that was silent longest.",
        silent
    );
    to.gauge(
        "cofire_server_executor_lag_seconds",
        "How late a server's executor was, at worst in the last minutes.",
        lag
    );
    auto const in_error = std::count_if(recurring.begin(), recurring.end(), [](auto const& r) {
        return !r.error.empty();
    });
    to.gauge("cofire_recurring", "Recurring jobs.", static_cast<double>(recurring.size()));
    to.gauge(
        "cofire_recurring_in_error",
        "Recurring jobs without a next time, by an error.",
        static_cast<double>(in_error)
    );
    to.gauge("cofire_storage_ok", "0 if the storage refuses work.", health.ok ? 1 : 0);
    to.gauge("cofire_storage_jobs", "Jobs in the storage.", static_cast<double>(health.jobs));
    to.gauge(
        "cofire_storage_job_limit",
        "Jobs that it may hold; 0: no limit.",
        static_cast<double>(health.job_limit)
    );
    to.gauge(
        "cofire_storage_bytes", "Bytes that the jobs take.", static_cast<double>(health.bytes)
    );
    to.gauge(
        "cofire_storage_byte_limit",
        "Bytes that they may take; 0: no limit.",
        static_cast<double>(health.byte_limit)
    );
    to.gauge(
        "cofire_dashboard_streams",
        "Event streams that are open.",
        static_cast<double>(call.core->streams())
    );
    web_reply r;
    r.type = "text/plain; version=0.0.4; charset=utf-8";
    r.body = to.take();
    co_return r;
}

COFIRE_DECL asio::awaitable<web_reply> route_live(web_call& call) {
    call.fields.finish();
    json::object o;
    o["status"] = "ok";
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> route_ready(web_call& call) {
    call.fields.finish();
    auto op = call.core->jobs().health();
    storage_health const health = co_await std::move(op);
    json::object o;
    o["status"] = health.ok ? "ok" : "bad";
    put_text(o, "message", call.who.role == role::operator_ ? health.message : std::string());
    co_return json_reply(o, health.ok ? 200 : 503);
}

} // namespace cofire::detail

#endif
