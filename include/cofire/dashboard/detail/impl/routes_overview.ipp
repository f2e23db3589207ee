// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_OVERVIEW_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_OVERVIEW_IPP

#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/event_feed.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cofire::detail {

/// Of how many queues the overview tells rates, each of which is one more question.
inline constexpr std::size_t queues_with_rates = 50;

// One of the overview's problems.
inline void add_problem(
    json::array& to,
    std::string_view code,
    bool bad,
    std::string_view subject,
    std::string const& message,
    std::string_view cure
) {
    json::object o;
    o["code"] = code;
    o["severity"] = bad ? "error" : "warning";
    put_text(o, "subject", subject);
    o["message"] = text_value(message);
    o["cure"] = cure;
    to.emplace_back(std::move(o));
}

// "1 job waits", "2 jobs wait".
[[nodiscard]] inline std::string waiting_jobs(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " job waits" : " jobs wait");
}

// What the storage says of itself may name hosts, users or paths: for operators only.
inline void add_storage_problems(json::array& to, storage_health const& health, role whose) {
    if (!health.ok) {
        add_problem(
            to,
            "storage_bad",
            true,
            "",
            "the storage refuses work" +
                (whose == role::operator_ ? ": " + health.message : std::string()),
            "Mend what it names, and start again what uses it if it says so."
        );
    }
    if (health.ok && !health.message.empty() && whose == role::operator_) {
        add_problem(
            to,
            "storage_says",
            false,
            "",
            "the storage works, and says: " + health.message,
            "Nothing is refused yet; see to what it names before it is."
        );
    }
    auto const nearly = [](std::uint64_t used, std::uint64_t limit) {
        return limit != 0 && used >= limit - limit / 10;
    };
    if (nearly(health.jobs, health.job_limit) || nearly(health.bytes, health.byte_limit)) {
        add_problem(
            to,
            "storage_nearly_full",
            false,
            "",
            "the storage is nine tenths full",
            "Finished jobs go first, the oldest ones; raise the limit, or add servers so that what "
            "waits gets done."
        );
    }
}

// A handler that blocks holds up everything on its executor, and that of others who share it.
inline void add_server_problems(json::array& to, web_servers const& servers) {
    constexpr duration bad = std::chrono::seconds{1};
    for (server_info const& s : servers.servers) {
        duration const lag = servers.lag_of(s);
        if (lag >= bad) {
            std::string const name = s.name.empty() ? std::to_string(s.instance) : s.name;
            add_problem(
                to,
                "executor_blocked",
                false,
                name,
                "the executor of the server " + name + " was blocked for " +
                    std::to_string(std::chrono::floor<std::chrono::milliseconds>(lag).count()) +
                    " ms, a few minutes ago at most",
                "A handler computes, or waits without co_await: register it with cofire::on(pool)."
            );
        }
    }
}

inline void add_queue_problems(
    json::array& to,
    std::vector<queue_info> const& queues,
    web_servers const& servers,
    parked_types const& parked
) {
    std::uint64_t waiting = 0;
    std::uint64_t for_slots = 0; // wait for nothing but a slot
    for (queue_info const& q : queues) {
        std::uint64_t const here = q.waiting + q.parked_by_limit;
        waiting += here;
        if (here == 0) {
            continue;
        }
        if (q.paused) {
            add_problem(
                to,
                "queue_paused",
                false,
                q.name,
                "the queue " + q.name + " is paused, and " + waiting_jobs(here) + " in it",
                "Resume the queue."
            );
        } else if (!servers.servers.empty() && servers.serving(q.name) == 0) {
            add_problem(
                to,
                "queue_not_served",
                true,
                q.name,
                "no server serves the queue " + q.name + ", in which " + waiting_jobs(here),
                "Start a server with this queue among its server_options::queues, or move the jobs."
            );
        } else if (!servers.has_room(q.name)) {
            auto const p = parked.by_queue.find(q.name); // the line holds those, too
            for_slots +=
                q.waiting - std::min(q.waiting, p == parked.by_queue.end() ? 0 : p->second);
        }
    }
    if (servers.servers.empty() && waiting != 0) {
        add_problem(
            to,
            "no_server",
            true,
            "",
            "no server runs, and " + waiting_jobs(waiting),
            "Start a program with a cofire::server or host on this storage."
        );
    }
    if (!servers.servers.empty() && for_slots != 0) {
        add_problem(
            to,
            "all_slots_busy",
            false,
            "",
            "all slots of the servers that serve their queues are busy, and " +
                waiting_jobs(for_slots),
            "If this lasts: raise server_options::concurrency, or add servers."
        );
    }
}

// What happened in a queue lately.
[[nodiscard]] inline json::object
rates_json(std::vector<series_point> const& points, time_point from, duration length, bool rate) {
    series_point sum;
    for (series_point const& p : points) {
        if (p.from >= from) {
            sum.inserted += p.inserted;
            sum.succeeded += p.succeeded;
            sum.attempts_failed += p.attempts_failed;
            sum.failed += p.failed;
            sum.runs += p.runs;
            sum.run_time += p.run_time;
            sum.lateness += p.lateness;
        }
    }
    json::object o;
    o["inserted"] = sum.inserted;
    o["succeeded"] = sum.succeeded;
    o["attempts_failed"] = sum.attempts_failed;
    o["failed"] = sum.failed;
    if (sum.runs != 0) {
        o["mean_run_seconds"] = seconds_of(sum.run_time) / static_cast<double>(sum.runs);
        o["mean_lateness_seconds"] = seconds_of(sum.lateness) / static_cast<double>(sum.runs);
    }
    if (rate) {
        o["per_second"] = static_cast<double>(sum.runs) / seconds_of(length);
    }
    return o;
}

COFIRE_DECL asio::awaitable<json::array> describe_queues(
    std::shared_ptr<dashboard_core> core, web_servers const& servers, queues_answer const& queues
) {
    json::array list;
    for (queue_info const& q : queues.queues) {
        json::object o = queue_json(q, servers, queues.now);
        if (list.size() < queues_with_rates) {
            read_series series;
            series.from = queues.now - std::chrono::hours(1);
            series.queue = q.name;
            read_request const request = series;
            auto op = core->storage().read(request);
            read_answer const answer = co_await std::move(op);
            constexpr std::chrono::minutes lately(5);
            o["last_hour"] =
                rates_json(answer.series, time_point::min(), std::chrono::hours(1), false);
            o["last_minutes"] = rates_json(answer.series, queues.now - lately, lately, true);
        }
        list.emplace_back(std::move(o));
    }
    co_return list;
}

COFIRE_DECL json::object health_json(storage_health const& health, role whose) {
    json::object o;
    o["ok"] = health.ok;
    put_text(o, "message", whose == role::operator_ ? health.message : std::string());
    o["jobs"] = health.jobs;
    o["job_limit"] = health.job_limit;
    o["bytes"] = health.bytes;
    o["byte_limit"] = health.byte_limit;
    return o;
}

COFIRE_DECL asio::awaitable<json::object>
describe_all(std::shared_ptr<dashboard_core> core, role whose) {
    storage_ref const storage = core->storage();
    auto counts_op = core->jobs().counts();
    storage_counts const counts = co_await std::move(counts_op);
    auto health_op = core->jobs().health();
    storage_health const health = co_await std::move(health_op);
    auto servers_op = list_servers(storage);
    web_servers const servers = co_await std::move(servers_op);
    queues_request const queues_question = queue_list();
    auto queues_op = storage.queues(queues_question);
    queues_answer const queues = co_await std::move(queues_op);
    auto recurring_op = core->jobs().recurring_jobs();
    std::vector<recurring_record> const recurring = co_await std::move(recurring_op);
    auto parked_op = find_parked(storage);
    parked_types const parked = co_await std::move(parked_op);
    auto list_op = describe_queues(core, servers, queues);
    json::array queue_list_json = co_await std::move(list_op);

    json::object o;
    o["now"] = time_text(queues.now);
    o["counts"] = counts_json(counts);
    json::object totals;
    totals["inserted"] = counts.inserted;
    totals["succeeded"] = counts.succeeded;
    totals["attempts_failed"] = counts.attempts_failed;
    totals["failed"] = counts.failed;
    totals["deleted"] = counts.deleted;
    totals["lost"] = counts.lost;
    totals["stale"] = counts.stale;
    totals["removed"] = counts.removed;
    totals["refused"] = counts.refused;
    o["totals"] = std::move(totals);
    o["health"] = health_json(health, whose);
    o["queues"] = std::move(queue_list_json);
    json::object server_sums;
    std::uint64_t slots = 0;
    std::uint64_t held = 0;
    for (server_info const& s : servers.servers) {
        slots += s.slots;
        held += s.held;
    }
    server_sums["count"] = servers.servers.size();
    server_sums["slots"] = slots;
    server_sums["held"] = held;
    o["servers"] = std::move(server_sums);

    json::object parked_sums;
    std::uint64_t parked_by_type = 0;
    for (auto const& [name, type] : parked.types) {
        parked_by_type += type.count;
    }
    std::uint64_t parked_by_limit = 0;
    for (queue_info const& q : queues.queues) {
        parked_by_limit += q.parked_by_limit;
    }
    parked_sums["by_type"] = parked_by_type;
    parked_sums["by_limit"] = parked_by_limit;
    parked_sums["exact"] = parked.exact;
    o["parked"] = std::move(parked_sums);

    json::array problems;
    add_storage_problems(problems, health, whose);
    add_queue_problems(problems, queues.queues, servers, parked);
    add_server_problems(problems, servers);
    for (auto const& [name, type] : parked.types) {
        if (!servers.servers.empty()) {
            add_problem(
                problems,
                "type_parked",
                true,
                name,
                std::to_string(type.count) +
                    (!parked.exact     ? " or more jobs"
                     : type.count == 1 ? " job"
                                       : " jobs") +
                    " of the type " + name + " parked: no server handles this",
                "Register a handler of this name, or an alias, with a server; or delete the jobs."
            );
        }
    }
    json::object recurring_sums;
    std::size_t paused = 0;
    std::size_t in_error = 0;
    for (recurring_record const& r : recurring) {
        paused += r.paused ? 1 : 0;
        if (!r.error.empty()) {
            ++in_error;
            add_problem(
                problems,
                "recurring_error",
                true,
                r.id,
                "the recurring job " + r.id + " has no next time: " + r.error,
                "Edit it, or correct the program that defines it."
            );
        }
    }
    recurring_sums["count"] = recurring.size();
    recurring_sums["paused"] = paused;
    recurring_sums["in_error"] = in_error;
    o["recurring"] = std::move(recurring_sums);
    if (problems.size() > 100) {
        problems.erase(problems.begin() + 100, problems.end());
    }
    o["problems"] = std::move(problems);
    co_return o;
}

COFIRE_DECL asio::awaitable<web_reply> route_overview(web_call& call) {
    call.fields.finish();
    auto op = describe_all(call.core, call.who.role);
    json::object const o = co_await std::move(op);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> route_series(web_call& call) {
    auto const span = call.fields.choice("span", {"hour", "day", "week", "month"}).value_or(0);
    std::string const queue = call.fields.text("queue", 128).value_or("");
    call.fields.finish();
    constexpr duration lengths[] = {
        std::chrono::hours(1), std::chrono::days(1), std::chrono::days(7), std::chrono::days(30)};
    constexpr duration steps[] = {
        std::chrono::minutes(1),
        std::chrono::minutes(5),
        std::chrono::hours(1),
        std::chrono::hours(1)};
    read_series series;
    series.from = call.core->now() - lengths[span];
    series.step = steps[span];
    series.queue = queue;
    read_request const request = series;
    auto op = call.core->storage().read(request);
    read_answer const answer = co_await std::move(op);
    json::object o;
    o["now"] = time_text(answer.now);
    o["from"] = time_text(series.from);
    o["step_seconds"] = std::chrono::round<std::chrono::seconds>(series.step).count();
    json::array points;
    for (series_point const& p : answer.series) {
        json::object point;
        point["at"] = time_text(p.from);
        point["inserted"] = p.inserted;
        point["succeeded"] = p.succeeded;
        point["attempts_failed"] = p.attempts_failed;
        point["failed"] = p.failed;
        point["deleted"] = p.deleted;
        point["runs"] = p.runs;
        point["run_seconds"] = seconds_of(p.run_time);
        point["lateness_seconds"] = seconds_of(p.lateness);
        points.emplace_back(std::move(point));
    }
    o["points"] = std::move(points);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> route_events(web_call& call) {
    auto const text = call.fields.text("job", 36);
    call.fields.finish();
    std::optional<job_id> job;
    if (text && !text->empty()) {
        job = web_fields::id(*text, "job");
    }
    if (!call.core->enter_stream()) {
        throw web_problem(503, "too_many_streams", "too many event streams are open")
            .with("Retry-After", "10");
    }
    web_reply r;
    r.type = "text/event-stream";
    r.body = "retry: 3000\n\n";
    r.header.emplace_back("X-Accel-Buffering", "no"); // for proxies that gather what they pass on
    r.feed = std::make_shared<event_feed>(call.core, job, call.who);
    co_return r;
}

} // namespace cofire::detail

#endif
