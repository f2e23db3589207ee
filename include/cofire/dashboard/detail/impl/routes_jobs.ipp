// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_JOBS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_JOBS_IPP

#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cofire::detail {

/// How many jobs one page looks at: few enough that no page takes long.
inline constexpr std::uint32_t page_budget = 20'000;

// Who sees redacted jobs only must not learn what is hidden by searching for it.
inline void check_text_search(web_call const& call, web_filter const& filter) {
    if (filter.has_text() && !call.core->hidden().idle() && call.who.role != role::operator_) {
        throw web_problem(
            403, "role", "text is searched for operators only, because values are hidden", "text"
        );
    }
}

inline void put_page(json::object& o, read_answer const& answer) {
    put_text(o, "cursor", answer.cursor);
    o["exact"] = answer.exact;
    put_time(o, "reached", answer.reached);
}

// One page of a list. What is refused of such a request is its cursor.
inline asio::awaitable<read_answer> read_page(storage_ref storage, read_request request) {
    try {
        auto op = storage.read(request);
        co_return co_await std::move(op);
    } catch (error const& e) {
        if (e.value() == errc::bad_option) {
            throw web_problem(400, "bad_option", e.what(), "cursor");
        }
        throw;
    }
}

COFIRE_DECL asio::awaitable<web_reply> route_jobs(web_call& call) {
    web_filter const filter = web_filter::take(call.fields);
    std::string const cursor = call.fields.text("cursor", 1024).value_or("");
    read_find find;
    find.filter = filter.view();
    find.order =
        static_cast<find_order>(call.fields.choice("order", {"newest", "oldest"}).value_or(0));
    find.rows = static_cast<std::uint32_t>(call.fields.integer("rows", 1, 500).value_or(50));
    find.budget = page_budget;
    find.cursor = cursor;
    call.fields.finish();
    check_text_search(call, filter);
    auto servers_op = list_servers(call.core->storage());
    web_servers const servers = co_await std::move(servers_op);
    auto op = read_page(call.core->storage(), find);
    read_answer const answer = co_await std::move(op);
    json::object o;
    o["now"] = time_text(answer.now);
    json::array jobs;
    for (job_record const& job : answer.jobs) {
        jobs.emplace_back(job_json(*call.core, servers, job, answer.now, false));
    }
    o["jobs"] = std::move(jobs);
    put_page(o, answer);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> route_groups(web_call& call) {
    web_filter const filter = web_filter::take(call.fields);
    std::string const cursor = call.fields.text("cursor", 1024).value_or("");
    call.fields.finish();
    check_text_search(call, filter);
    read_groups groups;
    groups.filter = filter.view();
    groups.budget = page_budget;
    groups.cursor = cursor;
    auto op = read_page(call.core->storage(), groups);
    read_answer const answer = co_await std::move(op);
    json::object o;
    o["now"] = time_text(answer.now);
    json::array list;
    for (error_group const& g : answer.groups) {
        json::object group;
        group["fingerprint"] = fingerprint_text(g.fingerprint);
        group["count"] = g.count;
        group["type"] = text_value(g.type);
        group["error"] = error_json(g.sample, 2000);
        group["latest"] = g.latest.to_string();
        list.emplace_back(std::move(group));
    }
    o["groups"] = std::move(list);
    put_page(o, answer);
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<parked_types> find_parked(storage_ref storage) {
    parked_types result;
    std::string cursor;
    for (int page = 0; page != 10; ++page) {
        read_find find;
        find.filter.state = job_state::enqueued;
        find.filter.sub_state = job_sub_state::parked_by_type;
        find.rows = 500;
        find.budget = page_budget;
        find.cursor = cursor;
        read_request const request = find;
        auto op = storage.read(request);
        read_answer answer = co_await std::move(op);
        for (job_record const& job : answer.jobs) {
            parked_type& type = result.types[job.type];
            if (type.count == 0) {
                type.latest = job.id;
                type.reason = job.reason;
                type.oldest = job.created;
            }
            ++type.count;
            ++result.by_queue[job.settings->queue];
            type.oldest = std::min(type.oldest, job.created);
            type.versions.insert(job.argument_version);
        }
        cursor = std::move(answer.cursor);
        if (cursor.empty() || answer.jobs.empty()) {
            break;
        }
    }
    result.exact = cursor.empty();
    co_return result;
}

COFIRE_DECL asio::awaitable<web_reply> route_parked(web_call& call) {
    call.fields.finish();
    auto op = find_parked(call.core->storage());
    parked_types const parked = co_await std::move(op);
    json::object o;
    o["now"] = time_text(call.core->now());
    json::array types;
    for (auto const& [name, type] : parked.types) {
        json::object t;
        t["type"] = text_value(name);
        t["count"] = type.count;
        put_text(t, "reason", type.reason);
        t["oldest"] = time_text(type.oldest);
        t["latest"] = type.latest.to_string();
        json::array versions;
        for (std::uint32_t const v : type.versions) {
            versions.emplace_back(v);
        }
        t["argument_versions"] = std::move(versions);
        types.emplace_back(std::move(t));
    }
    o["types"] = std::move(types);
    o["exact"] = parked.exact;
    co_return json_reply(o);
}

} // namespace cofire::detail

#endif
