// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_JOB_JSON_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_JOB_JSON_IPP

#include <cofire/core/text.hpp>
#include <cofire/core/utf8.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/job/display.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

namespace cofire::detail {

COFIRE_DECL json::value text_value(std::string_view text) {
    return json::string(clean_utf8(text));
}

COFIRE_DECL void put_text(json::object& o, std::string_view name, std::string_view text) {
    if (!text.empty()) {
        o[name] = text_value(text);
    }
}

COFIRE_DECL void put_time(json::object& o, std::string_view name, std::optional<time_point> t) {
    if (t) {
        o[name] = time_text(*t);
    }
}

// At most `most` bytes of `text`, cut between characters.
[[nodiscard]] inline std::string_view clip(std::string_view text, std::size_t most, bool& clipped) {
    if (text.size() <= most) {
        return text;
    }
    clipped = true;
    std::size_t end = most;
    while (end != 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end);
}

COFIRE_DECL std::string_view web_servers::name_of(server_instance s) const {
    auto const at = std::find_if(servers.begin(), servers.end(), [s](server_info const& i) {
        return i.instance == s;
    });
    return at == servers.end() ? std::string_view() : std::string_view(at->name);
}

COFIRE_DECL std::size_t web_servers::serving(std::string_view queue) const {
    return static_cast<std::size_t>(std::count_if(
        servers.begin(),
        servers.end(),
        [queue](server_info const& s) {
            return s.command == server_command::none &&
                   std::find(s.queues.begin(), s.queues.end(), queue) != s.queues.end();
        }
    ));
}

COFIRE_DECL bool web_servers::has_room(std::string_view queue, std::string_view type) const {
    return std::any_of(servers.begin(), servers.end(), [&](server_info const& s) {
        return s.command == server_command::none && s.held < s.slots &&
               std::find(s.queues.begin(), s.queues.end(), queue) != s.queues.end() &&
               (type.empty() ||
                std::any_of(s.types.begin(), s.types.end(), [type](announced_type const& t) {
                    return t.name == type;
                }));
    });
}

COFIRE_DECL std::size_t web_servers::handling(std::string_view type) const {
    return static_cast<std::size_t>(std::count_if(
        servers.begin(),
        servers.end(),
        [type](server_info const& s) {
            return std::any_of(s.types.begin(), s.types.end(), [type](announced_type const& t) {
                return t.name == type;
            });
        }
    ));
}

COFIRE_DECL std::string_view
web_servers::schema(std::string_view type, std::uint32_t version) const {
    for (server_info const& s : servers) {
        for (announced_type const& t : s.types) {
            if (t.name == type && t.argument_version == version) {
                return t.schema;
            }
        }
    }
    return {};
}

COFIRE_DECL std::uint32_t
web_servers::argument_version(std::string_view type, std::optional<std::int64_t> given) const {
    auto const at = types.find(type);
    if (!given) {
        return at == types.end() ? 1 : at->second->argument_version;
    }
    if (at != types.end() && *given > at->second->argument_version) {
        throw web_problem(
            400,
            "bad_arguments",
            "argument_version " + std::to_string(*given) + ": servers read versions up to " +
                std::to_string(at->second->argument_version),
            "argument_version"
        );
    }
    return static_cast<std::uint32_t>(*given);
}

COFIRE_DECL std::string
web_servers::display(std::string_view type, std::string_view hidden_arguments) const {
    auto const at = types.find(type);
    if (at == types.end() || at->second->display.empty()) {
        return std::string(type);
    }
    return render_display(at->second->display, hidden_arguments);
}

COFIRE_DECL asio::awaitable<web_servers> list_servers(storage_ref storage) {
    servers_request const request = server_list();
    auto op = storage.servers(request);
    servers_answer answer = co_await std::move(op);
    web_servers result;
    result.now = answer.now;
    result.servers = std::move(answer.servers);
    for (server_info const& s : result.servers) {
        for (announced_type const& t : s.types) {
            auto& known = result.types[t.name];
            if (known == nullptr || known->argument_version < t.argument_version) {
                known = &t;
            }
        }
    }
    co_return result;
}

COFIRE_DECL asio::awaitable<std::vector<job_record>>
get_jobs(storage_ref storage, std::vector<job_id> ids) {
    if (ids.empty()) {
        co_return std::vector<job_record>();
    }
    read_get get;
    get.ids = ids;
    read_request const request = get;
    auto op = storage.read(request);
    read_answer answer = co_await std::move(op);
    co_return std::move(answer.jobs);
}

COFIRE_DECL json::object error_json(error_info const& e, std::size_t most) {
    json::object o;
    bool clipped = false;
    o["type"] = text_value(e.type);
    o["message"] = text_value(clip(e.message, most, clipped));
    o["fingerprint"] = fingerprint_text(e.fingerprint);
    return o;
}

// The options, and what stands only on a job's own page.
inline void put_details(json::object& o, job_record const& job) {
    job_settings const& s = *job.settings;
    o["argument_version"] = job.argument_version;
    json::object options;
    if (s.timeout > duration{0}) {
        options["timeout_seconds"] = seconds_of(s.timeout);
    }
    if (s.expires > duration{0}) {
        options["expires_seconds"] = seconds_of(s.expires);
    }
    json::array delays;
    for (duration const d : s.delays) {
        delays.emplace_back(seconds_of(d));
    }
    if (!delays.empty()) {
        options["delays_seconds"] = std::move(delays);
    }
    options["on_exhausted"] = s.on_exhausted == exhausted_policy::fail ? "fail" : "delete";
    if (s.durability) {
        options["durability"] = *s.durability == durability_level::always     ? "always"
                                : *s.durability == durability_level::interval ? "interval"
                                                                              : "none";
    }
    o["options"] = std::move(options);
    put_time(o, "expires_at", job.expires_at);
    o["epoch"] = std::to_string(job.epoch);
    put_text(o, "unique_key", job.unique_key);
    put_time(o, "occurrence", job.occurrence);
    json::array history;
    for (history_entry const& e : job.history) {
        json::object h;
        h["at"] = time_text(e.at);
        h["state"] = to_string(e.state);
        h["attempt"] = e.attempt;
        h["epoch"] = std::to_string(e.epoch);
        if (e.server != 0) {
            h["server"] = std::to_string(e.server);
        }
        put_text(h, "reason", e.reason);
        if (e.error) {
            h["error"] = error_json(*e.error, 64 * 1024);
        }
        if (e.run_time) {
            h["run_seconds"] = seconds_of(*e.run_time);
        }
        history.emplace_back(std::move(h));
    }
    o["history"] = std::move(history);
    json::array log;
    for (log_line const& l : job.log) {
        json::object line;
        line["at"] = time_text(l.at);
        line["attempt"] = l.attempt;
        line["text"] = text_value(l.text);
        log.emplace_back(std::move(line));
    }
    o["log"] = std::move(log);
}

COFIRE_DECL std::optional<duration> run_time_of(job_record const& job) {
    for (auto at = job.history.rbegin(); at != job.history.rend(); ++at) {
        if (at->run_time) {
            return at->run_time;
        }
    }
    return std::nullopt;
}

COFIRE_DECL json::object job_json(
    dashboard_core const& core,
    web_servers const& servers,
    job_record const& job,
    time_point now,
    bool whole
) {
    json::object o;
    job_settings const& s = *job.settings;
    std::string const arguments = core.hidden().hide(job.type, job.arguments);
    std::string const result = core.hidden().hide(job.type, job.result);
    bool clipped = false;
    std::size_t const most = whole ? std::string_view::npos - 1 : 200;
    o["id"] = job.id.to_string();
    o["type"] = text_value(job.type);
    o["display"] = text_value(servers.display(job.type, arguments));
    o["arguments"] = text_value(clip(arguments, most, clipped));
    o["queue"] = text_value(s.queue);
    o["priority"] = s.priority;
    json::array tags;
    for (std::string const& tag : s.tags) {
        tags.emplace_back(text_value(tag));
    }
    o["tags"] = std::move(tags);
    o["state"] = to_string(job.state);
    put_text(o, "sub_state", sub_state_name(job.sub_state));
    o["attempt"] = job.attempt;
    o["max_attempts"] = s.max_attempts;
    o["lost"] = job.lost;
    o["created"] = time_text(job.created);
    o["due"] = time_text(job.due);
    put_time(o, "started", job.started);
    put_time(o, "finished", job.finished);
    time_point const changed = job.finished          ? *job.finished
                               : job.history.empty() ? job.created
                                                     : job.history.back().at;
    o["changed"] = time_text(changed);
    if (job.started) {
        if (job.state == job_state::processing) {
            o["run_seconds"] = seconds_of(now - *job.started);
        } else if (auto const run = run_time_of(job)) {
            o["run_seconds"] = seconds_of(*run);
        }
        if (*job.started >= job.due) { // otherwise it is the next run that is due
            o["lateness_seconds"] = seconds_of(*job.started - job.due);
        }
    }
    if (job.server != 0) {
        o["server"] = std::to_string(job.server);
        put_text(o, "server_name", servers.name_of(job.server));
    }
    if (job.progress) {
        json::object p;
        p["done"] = job.progress->done;
        p["total"] = job.progress->total;
        o["progress"] = std::move(p);
    }
    if (job.error) {
        clipped = clipped || (!whole && job.error->message.size() > 500);
        o["error"] = error_json(*job.error, whole ? 64 * 1024 : 500);
    }
    put_text(o, "result", clip(result, most, clipped));
    put_text(o, "reason", job.reason);
    put_text(o, "recurring_id", job.recurring_id);
    if (whole) {
        put_details(o, job);
    } else if (clipped) {
        o["clipped"] = true;
    }
    return o;
}

COFIRE_DECL json::object
queue_json(queue_info const& queue, web_servers const& servers, time_point now) {
    json::object o;
    o["name"] = text_value(queue.name);
    o["paused"] = queue.paused;
    o["waiting"] = queue.waiting;
    o["parked_by_limit"] = queue.parked_by_limit;
    o["processing"] = queue.processing;
    put_time(o, "oldest", queue.oldest);
    if (queue.oldest) {
        o["oldest_age_seconds"] = seconds_of(std::max(now - *queue.oldest, duration{0}));
    }
    o["served_by"] = servers.serving(queue.name);
    return o;
}

COFIRE_DECL json::object counts_json(storage_counts const& counts) {
    json::object o;
    for (std::size_t i = 0; i != job_state_count; ++i) {
        auto const state = static_cast<job_state>(i);
        o[to_string(state)] = counts[state];
    }
    return o;
}

} // namespace cofire::detail

#endif
