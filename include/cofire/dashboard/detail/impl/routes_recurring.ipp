// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_RECURRING_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_RECURRING_IPP

#include <cofire/client/recurring_job.hpp>
#include <cofire/client/validate.hpp>
#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/cron_words.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>
#include <cofire/dashboard/detail/schema_check.hpp>
#include <cofire/time/cron_expression.hpp>
#include <cofire/time/zone.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <tuple>
#include <utility>

namespace cofire::detail {

/// How many marks the timeline shows.
inline constexpr std::size_t timeline_all = 5000;

/// One mark of the timeline: an occurrence, or many that are too close to be told apart.
struct timeline_mark {
    time_point from;
    time_point until; // the last of them
    std::string const* id = nullptr;
    std::uint64_t count = 1;
    bool exact = true; // false: they are more than were counted
};

// The occurrences of one recurring job between two times; those within a 500th of that are one mark. What
// falls due each second is not walked through.
inline std::vector<timeline_mark> timeline_of(
    std::string const& id,
    cron_expression const& cron,
    zone const& where,
    time_point now,
    time_point until
) {
    constexpr std::size_t most_counted = 2000;
    duration const gap = (until - now) / 500;
    std::vector<timeline_mark> marks;
    std::size_t steps = 0;
    for (auto t = cron.next(now, where); t && *t < until; ++steps) {
        bool const counted = steps < most_counted;
        if (!marks.empty() && *t - marks.back().until <= gap) {
            marks.back().until = *t;
            ++marks.back().count;
            marks.back().exact = marks.back().exact && counted;
        } else {
            marks.push_back({.from = *t, .until = *t, .id = &id, .exact = counted});
        }
        t = cron.next(counted ? time_point(*t) : *t + gap / 2, where);
    }
    return marks;
}

// The next five times, also as clocks of the zone show them.
inline void
put_times(json::object& o, cron_expression const& cron, zone const& where, time_point now) {
    json::array times;
    json::array local;
    std::optional<std::chrono::sys_seconds> t = cron.next(now, where);
    while (t && times.size() != 5) {
        times.emplace_back(time_text(*t));
        std::string shown = time_text(*t + where.at(*t).offset);
        local.emplace_back(shown.substr(0, 19));
        t = cron.next(*t, where);
    }
    o["next_times"] = std::move(times);
    o["next_times_local"] = std::move(local);
}

[[nodiscard]] inline json::object
definition_json(dashboard_core const& core, std::string const& id, recurring_definition const& d) {
    constexpr std::string_view misfires[] = {"once", "all", "skip"};
    constexpr std::string_view overlaps[] = {"skip", "allow", "queue_one"};
    json::object o;
    o["id"] = text_value(id);
    o["cron"] = text_value(d.cron);
    o["zone"] = text_value(d.zone);
    o["type"] = text_value(d.type);
    o["arguments"] = text_value(core.hidden().hide(d.type, d.arguments));
    o["argument_version"] = d.argument_version;
    o["queue"] = text_value(d.settings.queue);
    o["priority"] = d.settings.priority;
    o["max_attempts"] = d.settings.max_attempts;
    o["timeout_seconds"] = seconds_of(d.settings.timeout);
    json::array tags;
    for (std::string const& tag : d.settings.tags) {
        tags.emplace_back(text_value(tag));
    }
    o["tags"] = std::move(tags);
    o["misfire"] = misfires[static_cast<std::size_t>(d.misfire)];
    o["overlap"] = overlaps[static_cast<std::size_t>(d.overlap)];
    return o;
}

[[nodiscard]] inline json::object recurring_json(
    dashboard_core const& core,
    web_servers const& servers,
    recurring_record const& r,
    std::vector<job_record> const& last_jobs,
    time_point now
) {
    json::object o;
    recurring_definition const& d = r.definition;
    o["id"] = text_value(r.id);
    o["definition"] = definition_json(core, r.id, d);
    o["origin"] = r.origin == definition_origin::code ? "code" : "by_hand";
    if (r.code_definition) {
        o["code_definition"] = definition_json(core, r.id, *r.code_definition);
    }
    o["display"] = text_value(servers.display(d.type, core.hidden().hide(d.type, d.arguments)));
    put_time(o, "next", r.next);
    o["paused"] = r.paused;
    put_text(o, "error", r.error);
    put_time(o, "last_fired", r.last_fired);
    if (r.last_job) {
        o["last_job"] = r.last_job->to_string();
        for (job_record const& job : last_jobs) {
            if (job.id == *r.last_job) {
                o["last_state"] = to_string(job.state);
            }
        }
    }
    o["fired"] = r.fired;
    o["skipped"] = r.skipped;
    o["revision"] = std::to_string(r.revision);
    try {
        cron_expression const cron = cron_expression::parse(d.cron);
        o["words"] = cron_words(cron.to_string());
        put_times(o, cron, zone::locate(d.zone), now);
    } catch (error const& e) { // one bad definition hides no other
        if (r.error.empty()) {
            o["error"] = text_value(e.what());
        }
    }
    return o;
}

COFIRE_DECL asio::awaitable<json::array>
describe_recurring(std::shared_ptr<dashboard_core> core, std::vector<recurring_record> records) {
    auto servers_op = list_servers(core->storage());
    web_servers const servers = co_await std::move(servers_op);
    std::vector<job_id> ids;
    for (recurring_record const& r : records) {
        if (r.last_job && ids.size() < 10'000) {
            ids.push_back(*r.last_job);
        }
    }
    auto jobs_op = get_jobs(core->storage(), std::move(ids));
    std::vector<job_record> const last_jobs = co_await std::move(jobs_op);
    json::array list;
    for (recurring_record const& r : records) {
        list.emplace_back(recurring_json(*core, servers, r, last_jobs, servers.now));
    }
    co_return list;
}

COFIRE_DECL asio::awaitable<web_reply> route_recurring(web_call& call) {
    auto const id = call.fields.text("id", 128);
    call.fields.finish();
    std::vector<recurring_record> records;
    if (id) {
        auto op = call.core->jobs().get_recurring(*id);
        records.push_back(co_await std::move(op));
    } else {
        auto op = call.core->jobs().recurring_jobs();
        records = co_await std::move(op);
    }
    auto op = describe_recurring(call.core, std::move(records));
    json::array list = co_await std::move(op);
    json::object o;
    o["now"] = time_text(call.core->now());
    o["recurring"] = std::move(list);
    co_return json_reply(o);
}

inline web_problem changed_since(std::string const& id) {
    return {
        409,
        "revision_differs",
        "the recurring job " + quoted(id) + " has changed since: look at it again",
        "revision"};
}

// Who edits says by its revision what they saw; who creates says none. So nobody overwrites what they
// have not seen.
inline void check_revision(
    std::optional<std::string> const& given, recurring_record const* old, std::string const& id
) {
    if (!given) {
        if (old != nullptr) {
            throw web_problem(
                409,
                "recurring_exists",
                "there is a recurring job " + quoted(id) +
                    " already; an edit of it needs its revision",
                "id"
            );
        }
        return;
    }
    std::uint64_t revision = 0;
    char const* const end = given->data() + given->size();
    auto const parsed = std::from_chars(given->data(), end, revision);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
        throw web_problem(
            400, "bad_parameter", "revision: " + quoted(*given) + " is none", "revision"
        );
    }
    if (old == nullptr) {
        throw web_problem(
            404, "unknown_recurring", "there is no recurring job " + quoted(id), "id"
        );
    }
    if (old->revision != revision) {
        throw changed_since(id);
    }
}

COFIRE_DECL asio::awaitable<web_reply> route_recurring_put(web_call& call) {
    web_fields& f = call.fields;
    std::string const id = f.required_text("id", 128);
    call.target = id;
    check_field("id", [&id] { check_recurring_id(id); });
    auto list_op = call.core->jobs().recurring_jobs();
    std::vector<recurring_record> const all = co_await std::move(list_op);
    auto const old =
        std::find_if(all.begin(), all.end(), [&](auto const& r) { return r.id == id; });
    bool const exists = old != all.end();
    check_revision(f.text("revision", 20), exists ? &*old : nullptr, id);
    recurring_definition d;
    if (exists) {
        d = old->definition;
    }
    std::string const old_type = d.type;
    std::string const old_arguments = d.arguments;
    d.cron = f.text("cron", 256).value_or(d.cron);
    d.zone = f.text("zone", 128).value_or(d.zone);
    d.type = f.text("type", 128).value_or(d.type);
    d.arguments = f.text("arguments", 64 * 1024).value_or(d.arguments);
    auto const version = f.integer("argument_version", 1, 1'000'000'000);
    d.settings.queue = f.text("queue", 128).value_or(d.settings.queue);
    d.settings.priority =
        static_cast<int>(f.integer("priority", 0, 15).value_or(d.settings.priority));
    d.settings.max_attempts =
        static_cast<int>(f.integer("max_attempts", 1, 1000).value_or(d.settings.max_attempts));
    d.settings.timeout = f.seconds("timeout_seconds").value_or(d.settings.timeout);
    d.settings.tags = f.texts("tags", 8, 64).value_or(d.settings.tags);
    if (auto const m = f.choice("misfire", {"once", "all", "skip"})) {
        d.misfire = static_cast<misfire_policy>(*m);
    }
    if (auto const o = f.choice("overlap", {"skip", "allow", "queue_one"})) {
        d.overlap = static_cast<overlap_policy>(*o);
    }
    f.finish();
    check_type_field(d.type);
    check_queue_field(d.settings.queue);
    check_tags_field(d.settings.tags);
    check_field("cron", [&d] { d.cron = cron_expression::parse(d.cron).to_string(); });
    cron_expression const cron = cron_expression::parse(d.cron);
    check_field("zone", [&d] { check_zone(d.zone); });
    d.arguments =
        call.core->hidden().restored(old_type, old_arguments, d.type, std::move(d.arguments));
    check_json(d.type, d.arguments, 64 * 1024);
    auto servers_op = list_servers(call.core->storage());
    web_servers const servers = co_await std::move(servers_op);
    if (version || d.type != old_type) { // otherwise they are of the old definition's
        d.argument_version = servers.argument_version(d.type, version);
    }
    check_against_schema(servers.schema(d.type, d.argument_version), d.arguments);
    recurring_put put;
    put.id = id;
    put.definition = &d;
    put.origin = definition_origin::by_hand;
    put.next = next_occurrence(cron, call.core->now(), d.zone);
    put.revision =
        exists ? old->revision : 0; // what is not named in the body was taken from that one
    recurring_request const request = put;
    auto put_op = call.core->storage().recurring(request);
    recurring_answer answer = co_await std::move(put_op);
    if (answer.outdated) {
        throw changed_since(id);
    }
    auto op = describe_recurring(call.core, std::move(answer.records));
    json::array const described = co_await std::move(op);
    co_return json_reply(described.at(0).as_object());
}

// The id in the body of an action on a recurring job.
[[nodiscard]] inline std::string take_recurring_id(web_call& call) {
    std::string id = call.fields.required_text("id", 128);
    call.target = id;
    call.fields.finish();
    return id;
}

COFIRE_DECL asio::awaitable<web_reply> route_recurring_trigger(web_call& call) {
    std::string const id = take_recurring_id(call);
    auto op = call.core->jobs().trigger_recurring(id);
    enqueued const made = co_await std::move(op);
    json::object o;
    constexpr std::string_view names[] = {"inserted", "existed", "held", "replaced"};
    o["id"] = made.id.to_string();
    o["status"] = names[static_cast<std::size_t>(made.status)];
    co_return json_reply(o, 201);
}

COFIRE_DECL asio::awaitable<web_reply> route_recurring_pause(web_call& call) {
    std::string const id = take_recurring_id(call);
    auto op = call.core->jobs().pause_recurring(id);
    co_await std::move(op);
    co_return changed_reply();
}

COFIRE_DECL asio::awaitable<web_reply> route_recurring_resume(web_call& call) {
    std::string const id = take_recurring_id(call);
    auto op = call.core->jobs().resume_recurring(id);
    co_await std::move(op);
    co_return changed_reply();
}

COFIRE_DECL asio::awaitable<web_reply> route_recurring_remove(web_call& call) {
    std::string const id = take_recurring_id(call);
    auto op = call.core->jobs().remove_recurring(id);
    co_await std::move(op);
    co_return changed_reply();
}

COFIRE_DECL asio::awaitable<web_reply> route_timeline(web_call& call) {
    auto const hours = call.fields.integer("hours", 1, 48).value_or(24);
    call.fields.finish();
    auto op = call.core->jobs().recurring_jobs();
    std::vector<recurring_record> const records = co_await std::move(op);
    time_point const now = call.core->now();
    time_point const until = now + std::chrono::hours(hours);
    std::vector<timeline_mark> found;
    for (recurring_record const& r : records) {
        if (r.paused || found.size() > timeline_all) {
            continue;
        }
        try {
            cron_expression const cron = cron_expression::parse(r.definition.cron);
            zone const where = zone::locate(r.definition.zone);
            auto const marks = timeline_of(r.id, cron, where, now, until);
            found.insert(found.end(), marks.begin(), marks.end());
        } catch (error const&) {
            continue; // the list of recurring jobs says what is wrong with it
        }
    }
    bool const truncated = found.size() > timeline_all;
    found.resize(std::min(found.size(), timeline_all));
    std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) {
        return std::tie(a.from, *a.id) < std::tie(b.from, *b.id);
    });
    json::array list;
    for (timeline_mark const& mark : found) {
        json::object o;
        o["id"] = text_value(*mark.id);
        o["at"] = time_text(mark.from);
        if (mark.count > 1) {
            o["until"] = time_text(mark.until);
            o["count"] = mark.count;
            o["exact"] = mark.exact;
        }
        list.emplace_back(std::move(o));
    }
    json::object o;
    o["now"] = time_text(now);
    o["until"] = time_text(until);
    o["truncated"] = truncated;
    o["occurrences"] = std::move(list);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> route_cron(web_call& call) {
    std::string const text = call.fields.required_text("expression", 256);
    std::string const where = call.fields.text("zone", 128).value_or("UTC");
    call.fields.finish();
    check_field("expression", [&text] { static_cast<void>(cron_expression::parse(text)); });
    check_field("zone", [&where] { check_zone(where); });
    cron_expression const cron = cron_expression::parse(text);
    json::object o;
    o["canonical"] = cron.to_string();
    o["words"] = cron_words(cron.to_string());
    put_times(o, cron, zone::locate(where), call.core->now());
    co_return json_reply(o);
}

} // namespace cofire::detail

#endif
