// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_SERVERS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_SERVERS_IPP

#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

namespace cofire::detail {

[[nodiscard]] inline json::object type_json(web_servers const& servers, std::string const& name) {
    json::object o;
    o["name"] = text_value(name);
    o["servers"] = servers.handling(name);
    if (auto const t = servers.types.find(name); t != servers.types.end()) {
        o["argument_version"] = t->second->argument_version;
        put_text(o, "schema", t->second->schema);
        put_text(o, "display", t->second->display);
    }
    return o;
}

COFIRE_DECL asio::awaitable<web_reply> route_types(web_call& call) {
    call.fields.finish();
    auto servers_op = list_servers(call.core->storage());
    web_servers const servers = co_await std::move(servers_op);
    read_request const request = read_names();
    auto op = call.core->storage().read(request);
    read_answer const answer = co_await std::move(op);
    std::set<std::string> names(answer.types.begin(), answer.types.end());
    for (auto const& [name, type] : servers.types) {
        names.insert(name);
    }
    json::array types;
    for (std::string const& name : names) {
        types.emplace_back(type_json(servers, name));
    }
    json::object o;
    o["now"] = time_text(answer.now);
    o["types"] = std::move(types);
    co_return json_reply(o);
}

/// The latest jobs of a type and state, 500 at most.
struct latest {
    std::vector<job_record> jobs{};
    std::optional<time_point> complete_from{}; // older ones may be missing; empty: these are all
};

COFIRE_DECL asio::awaitable<latest>
latest_jobs(storage_ref storage, std::string type, job_state state) {
    read_find find;
    find.filter.type = type;
    find.filter.state = state;
    find.rows = 500;
    read_request const request = find;
    auto op = storage.read(request);
    read_answer answer = co_await std::move(op);
    latest result{.jobs = std::move(answer.jobs)};
    if (!answer.cursor.empty()) {
        bool const full = result.jobs.size() == find.rows;
        result.complete_from = full ? result.jobs.back().finished : answer.reached;
    }
    co_return result;
}

[[nodiscard]] inline json::object percentiles_json(std::vector<double> values) {
    json::object o;
    if (values.empty()) {
        return o;
    }
    std::sort(values.begin(), values.end());
    auto const at = [&](double share) {
        auto const place = std::lround(share * static_cast<double>(values.size() - 1));
        return values[static_cast<std::size_t>(place)];
    };
    o["p50"] = at(0.5);
    o["p90"] = at(0.9);
    o["p99"] = at(0.99);
    o["max"] = values.back();
    return o;
}

// Adds those that ended at `from` or later, or all, to `to`, and says how many.
inline std::size_t add_since(
    std::vector<job_record>& to, std::vector<job_record> const& jobs, std::optional<time_point> from
) {
    auto const before = to.size();
    std::copy_if(jobs.begin(), jobs.end(), std::back_inserter(to), [&](job_record const& job) {
        return !from || (job.finished && *job.finished >= *from);
    });
    return to.size() - before;
}

COFIRE_DECL asio::awaitable<web_reply> route_type(web_call& call) {
    std::string const type = call.fields.required_text("type", 128);
    call.fields.finish();
    auto servers_op = list_servers(call.core->storage());
    web_servers const servers = co_await std::move(servers_op);
    auto succeeded_op = latest_jobs(call.core->storage(), type, job_state::succeeded);
    latest const good = co_await std::move(succeeded_op);
    auto failed_op = latest_jobs(call.core->storage(), type, job_state::failed);
    latest const bad = co_await std::move(failed_op);
    if (good.jobs.empty() && bad.jobs.empty() && servers.handling(type) == 0) {
        read_request const names = read_names();
        auto op = call.core->storage().read(names);
        read_answer const answer = co_await std::move(op);
        if (std::find(answer.types.begin(), answer.types.end(), type) == answer.types.end()) {
            throw web_problem(404, "unknown_type", "there is no job type " + quoted(type), "type");
        }
    }
    // Only back to where both are complete, or the share of those that failed would be any.
    auto const from = std::max(good.complete_from, bad.complete_from);
    std::vector<job_record> sample;
    std::size_t const succeeded = add_since(sample, good.jobs, from);
    std::size_t const failed = add_since(sample, bad.jobs, from);

    json::object o = type_json(servers, type);
    o["now"] = time_text(servers.now);
    o["sample"] = sample.size();
    o["succeeded"] = succeeded;
    o["failed"] = failed;
    std::vector<double> runs;
    std::vector<double> lateness;
    std::optional<time_point> since = from;
    for (job_record const& job : sample) {
        if (job.finished) {
            since = std::min(since.value_or(*job.finished), *job.finished);
        }
        if (auto const run = run_time_of(job)) {
            runs.push_back(seconds_of(*run));
        }
        if (job.started) {
            lateness.push_back(seconds_of(std::max(*job.started - job.due, duration{0})));
        }
    }
    put_time(o, "since", since);
    if (since && servers.now > *since) {
        o["per_hour"] =
            static_cast<double>(sample.size()) / (seconds_of(servers.now - *since) / 3600);
    }
    o["run_seconds"] = percentiles_json(std::move(runs));
    o["lateness_seconds"] = percentiles_json(std::move(lateness));
    json::array errors;
    for (std::size_t i = 0; i != std::min<std::size_t>(bad.jobs.size(), 5); ++i) {
        errors.emplace_back(job_json(*call.core, servers, bad.jobs[i], servers.now, false));
    }
    o["last_errors"] = std::move(errors);
    std::sort(sample.begin(), sample.end(), [](job_record const& a, job_record const& b) {
        return run_time_of(a).value_or(duration{0}) > run_time_of(b).value_or(duration{0});
    });
    json::array slowest;
    for (std::size_t i = 0; i != std::min<std::size_t>(sample.size(), 5); ++i) {
        slowest.emplace_back(job_json(*call.core, servers, sample[i], servers.now, false));
    }
    o["slowest"] = std::move(slowest);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> route_queues(web_call& call) {
    call.fields.finish();
    auto servers_op = list_servers(call.core->storage());
    web_servers const servers = co_await std::move(servers_op);
    queues_request const request = queue_list();
    auto op = call.core->storage().queues(request);
    queues_answer const answer = co_await std::move(op);
    auto list_op = describe_queues(call.core, servers, answer);
    json::array queues = co_await std::move(list_op);
    json::array limits;
    for (limit_info const& l : answer.limits) {
        json::object limit;
        limit["key"] = text_value(l.key);
        limit["limit"] = l.limit;
        limit["used"] = l.used;
        limit["parked"] = l.parked;
        limits.emplace_back(std::move(limit));
    }
    json::object o;
    o["now"] = time_text(answer.now);
    o["queues"] = std::move(queues);
    o["limits"] = std::move(limits);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> set_queue_pause(web_call& call, bool paused) {
    std::string const queue = call.fields.required_text("queue", 128);
    call.target = queue;
    call.fields.finish();
    check_queue_field(queue);
    queue_pause pause;
    pause.queue = queue;
    pause.paused = paused;
    queues_request const request = pause;
    auto op = call.core->storage().queues(request);
    co_await std::move(op);
    co_return changed_reply();
}

COFIRE_DECL asio::awaitable<web_reply> route_queue_pause(web_call& call) {
    return set_queue_pause(call, true);
}

COFIRE_DECL asio::awaitable<web_reply> route_queue_resume(web_call& call) {
    return set_queue_pause(call, false);
}

COFIRE_DECL asio::awaitable<web_reply> route_limits(web_call& call) {
    std::string const key = call.fields.required_text("key", 256);
    auto const limit = call.fields.integer("limit", 1, 1'000'000);
    call.target = key;
    call.fields.finish();
    if (!limit) {
        throw web_problem(400, "bad_parameter", "limit: is missing", "limit");
    }
    bool const printable = std::none_of(key.begin(), key.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (!printable) {
        throw web_problem(400, "bad_option", "limit key " + quoted(key) + ": not printable", "key");
    }
    limit_put put;
    put.key = key;
    put.limit = static_cast<std::uint32_t>(*limit);
    queues_request const request = put;
    auto op = call.core->storage().queues(request);
    co_await std::move(op);
    co_return changed_reply();
}

[[nodiscard]] inline std::string_view command_name(server_command c) {
    return c == server_command::drain ? "drain" : c == server_command::stop ? "stop" : "none";
}

COFIRE_DECL asio::awaitable<web_reply> route_servers(web_call& call) {
    call.fields.finish();
    auto op = list_servers(call.core->storage());
    web_servers const list = co_await std::move(op);
    json::array servers;
    for (server_info const& s : list.servers) {
        json::object server;
        server["instance"] = std::to_string(s.instance);
        server["name"] = text_value(s.name);
        server["version"] = text_value(s.version);
        server["slots"] = s.slots;
        server["held"] = s.held;
        json::array queues;
        for (std::string const& q : s.queues) {
            queues.emplace_back(text_value(q));
        }
        server["queues"] = std::move(queues);
        json::array types;
        for (announced_type const& t : s.types) {
            types.emplace_back(text_value(t.name));
        }
        server["types"] = std::move(types);
        server["announced"] = time_text(s.announced);
        server["heartbeat"] = time_text(s.heartbeat);
        server["heartbeat_age_seconds"] = seconds_of(std::max(list.now - s.heartbeat, duration{0}));
        if (s.executor_lag_at) {
            server["executor_lag_seconds"] = seconds_of(s.executor_lag);
            server["executor_lag_at"] = time_text(*s.executor_lag_at);
        }
        server["command"] = command_name(s.command);
        servers.emplace_back(std::move(server));
    }
    json::object o;
    o["now"] = time_text(list.now);
    o["servers"] = std::move(servers);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> order_server(web_call& call, server_command command) {
    call.fields.finish();
    server_instance instance = 0;
    char const* const end = call.argument.data() + call.argument.size();
    auto const parsed = std::from_chars(call.argument.data(), end, instance);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
        throw web_problem(404, "unknown_server", "there is no server " + quoted(call.argument));
    }
    server_order order;
    order.server = instance;
    order.command = command;
    servers_request const request = order;
    auto op = call.core->storage().servers(request);
    co_await std::move(op);
    co_return changed_reply();
}

COFIRE_DECL asio::awaitable<web_reply> route_drain(web_call& call) {
    return order_server(call, server_command::drain);
}

COFIRE_DECL asio::awaitable<web_reply> route_stop(web_call& call) {
    return order_server(call, server_command::stop);
}

} // namespace cofire::detail

#endif
