// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_JOB_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_JOB_IPP

#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace cofire::detail {

// Why a job that has not ended does not run.
[[nodiscard]] inline json::object wait_json(
    job_record const& job,
    web_servers const& servers,
    queues_answer const& queues,
    std::vector<job_record> const& parents
) {
    json::object o;
    auto const say = [&o](std::string_view code, std::string const& message) {
        o["code"] = code;
        o["message"] = text_value(message);
    };
    std::string const& queue = job.settings->queue;
    if (job.state == job_state::scheduled) {
        say("due_later",
            job.reason.empty() ? "waits for its due time" : "waits for its due time: " + job.reason
        );
        put_time(o, "until", job.due);
    } else if (job.state == job_state::awaiting) {
        json::array open;
        for (job_record const& p : parents) {
            if (!is_final(p.state)) {
                open.emplace_back(p.id.to_string());
            }
        }
        say("parents",
            "waits for " + std::to_string(open.size()) + (open.size() == 1 ? " job" : " jobs"));
        o["jobs"] = std::move(open);
    } else if (job.sub_state == job_sub_state::reserved) {
        say("reserved", "a server has taken it and has not started it yet");
    } else if (job.state == job_state::enqueued) {
        auto const q = std::find_if(queues.queues.begin(), queues.queues.end(), [&](auto const& i) {
            return i.name == queue;
        });
        if (q != queues.queues.end() && q->paused) {
            say("queue_paused", "its queue " + queue + " is paused");
        } else if (job.sub_state == job_sub_state::parked_by_limit) {
            say("parked_by_limit", job.reason.empty() ? "its limit is reached" : job.reason);
        } else if (servers.servers.empty()) {
            say("no_server", "no server runs");
        } else if (job.sub_state == job_sub_state::parked_by_type || servers.handling(job.type) == 0) {
            say("parked_by_type",
                job.reason.empty() ? "no running server handles " + job.type : job.reason);
        } else if (servers.serving(queue) == 0) {
            say("queue_not_served", "no running server serves the queue " + queue);
        } else {
            if (servers.has_room(queue, job.type)) {
                say("in_line", "is in line in the queue " + queue);
            } else {
                say("slots_busy",
                    "is in line; all slots of the servers that could run it are busy");
            }
        }
    }
    return o;
}

[[nodiscard]] inline json::array actions_json(job_record const& job, bool may_write) {
    json::array actions;
    if (!may_write) {
        return actions;
    }
    bool const final = is_final(job.state);
    if (final || job.state == job_state::scheduled) {
        actions.emplace_back("requeue");
    }
    if (!final) {
        actions.emplace_back("delete");
        actions.emplace_back("cancel");
    }
    if (final || job.state == job_state::scheduled || job.state == job_state::enqueued) {
        actions.emplace_back("reschedule");
    }
    actions.emplace_back("copy");
    return actions;
}

// A job that another one names; `stored` holds it, unless retention has taken it.
[[nodiscard]] inline json::object link_json(
    dashboard_core const& core,
    web_servers const& servers,
    job_id id,
    std::vector<job_record> const& stored
) {
    json::object o;
    o["id"] = id.to_string();
    for (job_record const& job : stored) {
        if (job.id == id) {
            o["state"] = to_string(job.state);
            std::string const arguments = core.hidden().hide(job.type, job.arguments);
            o["display"] = text_value(servers.display(job.type, arguments));
        }
    }
    return o;
}

COFIRE_DECL asio::awaitable<json::object>
describe_job(std::shared_ptr<dashboard_core> core, job_id id, bool may_write) {
    std::vector<job_id> ids(1, id);
    auto get_op = get_jobs(core->storage(), ids);
    std::vector<job_record> found = co_await std::move(get_op);
    if (found.empty()) {
        co_return json::object();
    }
    job_record const job = std::move(found.front());
    auto servers_op = list_servers(core->storage());
    web_servers const servers = co_await std::move(servers_op);
    queues_request const request = queue_list();
    auto queues_op = core->storage().queues(request);
    queues_answer const queues = co_await std::move(queues_op);
    ids.clear();
    for (parent_ref const& p : job.parents) {
        ids.push_back(p.id);
    }
    ids.resize(std::min<std::size_t>(ids.size(), 1000));
    auto parents_op = get_jobs(core->storage(), ids);
    std::vector<job_record> const parents = co_await std::move(parents_op);
    ids.assign(
        job.continuations.begin(),
        job.continuations.begin() +
            static_cast<std::ptrdiff_t>(std::min<std::size_t>(job.continuations.size(), 500))
    );
    auto children_op = get_jobs(core->storage(), ids);
    std::vector<job_record> const children = co_await std::move(children_op);

    time_point const now = queues.now;
    json::object o = job_json(*core, servers, job, now, true);
    o["now"] = time_text(now);
    put_text(o, "schema", servers.schema(job.type, job.argument_version));
    json::array limits;
    for (job_limit const& l : job.limits) {
        json::object limit;
        limit["key"] = text_value(l.key);
        limit["limit"] = l.limit;
        for (limit_info const& i : queues.limits) {
            if (i.key == l.key) {
                limit["used"] = i.used;
                limit["parked"] = i.parked;
            }
        }
        limits.emplace_back(std::move(limit));
    }
    o["limits"] = std::move(limits);
    json::array parent_links;
    for (parent_ref const& p : job.parents) {
        json::object l = link_json(*core, servers, p.id, parents);
        l["on"] = to_string(p.on);
        parent_links.emplace_back(std::move(l));
    }
    o["parents"] = std::move(parent_links);
    json::array child_links;
    for (job_id const c : ids) {
        child_links.emplace_back(link_json(*core, servers, c, children));
    }
    o["continuations"] = std::move(child_links);
    json::object wait = wait_json(job, servers, queues, parents);
    if (!wait.empty()) {
        o["waits"] = std::move(wait);
    }
    o["actions"] = actions_json(job, may_write);
    co_return o;
}

COFIRE_DECL asio::awaitable<web_reply> route_job(web_call& call) {
    call.fields.finish();
    job_id const id = web_fields::id(call.argument, "id");
    auto op = describe_job(call.core, id, call.core->may_write(call.who));
    json::object const o = co_await std::move(op);
    if (o.empty()) {
        throw web_problem(404, "unknown_job", "there is no job " + id.to_string());
    }
    co_return json_reply(o);
}

// Why somebody changed a job, as it is kept with it.
[[nodiscard]] inline std::string reason_of(web_call& call) {
    std::string reason =
        "by " + (call.who.user.empty() ? "the dashboard" : clean_utf8(call.who.user));
    if (auto const given = call.fields.text("reason", 200); given && !given->empty()) {
        reason += ": " + clean_utf8(*given);
    }
    return reason;
}

COFIRE_DECL asio::awaitable<web_reply>
change_job(web_call& call, change_kind kind, std::optional<time_point> due) {
    job_id const id = web_fields::id(call.argument, "id");
    std::string const reason = reason_of(call);
    call.fields.finish();
    change_request change;
    change.kind = kind;
    change.ids = std::span<job_id const>(&id, 1);
    change.due = due.value_or(time_point{});
    change.reason = reason;
    auto op = call.core->storage().change(change);
    change_answer const answer = co_await std::move(op);
    if (answer.skipped.empty()) {
        co_return changed_reply(answer.changed != 0);
    }
    skipped_job const& skipped = answer.skipped.front();
    switch (skipped.why) {
    case skip_reason::unknown:
        throw web_problem(404, "unknown_job", "there is no job " + id.to_string());
    case skip_reason::key_held:
        throw web_problem(409, "key_held", "another job holds its unique key");
    default:
        throw web_problem(
            409,
            "wrong_state",
            "the job is " + std::string(to_string(skipped.state)) + ", which does not allow it"
        );
    }
}

COFIRE_DECL asio::awaitable<web_reply> route_requeue(web_call& call) {
    return change_job(call, change_kind::requeue, std::nullopt);
}

COFIRE_DECL asio::awaitable<web_reply> route_delete(web_call& call) {
    return change_job(call, change_kind::delete_job, std::nullopt);
}

COFIRE_DECL asio::awaitable<web_reply> route_cancel(web_call& call) {
    return change_job(call, change_kind::cancel, std::nullopt);
}

COFIRE_DECL std::optional<time_point> due_of(web_call& call) {
    auto const at = call.fields.time("at");
    auto const in = call.fields.seconds("in_seconds");
    if (at && in) {
        throw web_problem(400, "bad_parameter", "either at or in_seconds", "at");
    }
    return in ? later(call.core->now(), *in) : at;
}

COFIRE_DECL asio::awaitable<web_reply> route_reschedule(web_call& call) {
    auto const due = due_of(call);
    if (!due) {
        throw web_problem(400, "bad_parameter", "at or in_seconds is missing", "at");
    }
    auto op = change_job(call, change_kind::reschedule, due);
    co_return co_await std::move(op);
}

} // namespace cofire::detail

#endif
