// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_BULK_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_BULK_IPP

#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <algorithm>
#include <utility>

namespace cofire::detail {

/// What a form says of an action on many jobs.
struct bulk_form {
    change_kind kind = change_kind::requeue;
    std::vector<job_id> ids{};
    std::optional<web_filter> filter{};
    std::optional<time_point> due{};
    int priority = 5;
    std::string queue{};
    std::string reason{};
    std::uint32_t budget = 2000;
    std::string cursor{};
};

[[nodiscard]] inline bulk_form take_bulk_form(web_call& call) {
    web_fields& f = call.fields;
    bulk_form form;
    auto const kind =
        f.choice("action", {"requeue", "delete", "cancel", "reschedule", "reprioritise", "move"});
    if (!kind) {
        throw web_problem(400, "bad_parameter", "action: is missing", "action");
    }
    form.kind = static_cast<change_kind>(*kind);
    if (auto const ids = f.texts("ids", 1000, 36)) {
        for (std::string const& id : *ids) {
            form.ids.push_back(web_fields::id(id, "ids"));
        }
    }
    if (auto const o = f.object("filter")) {
        web_fields members = web_fields::from_object(*o, "filter.");
        form.filter = web_filter::take(members);
        members.finish();
        if (form.filter->empty()) {
            throw web_problem(400, "bad_parameter", "filter: sets nothing", "filter");
        }
    }
    if (form.ids.empty() == !form.filter) {
        throw web_problem(400, "bad_parameter", "either ids or filter", "filter");
    }
    form.due = due_of(call);
    if (form.kind == change_kind::reschedule && !form.due) {
        throw web_problem(400, "bad_parameter", "at or in_seconds is missing", "at");
    }
    form.priority = static_cast<int>(f.integer("priority", 0, 15).value_or(5));
    form.queue = f.text("queue", 128).value_or("");
    if (form.kind == change_kind::move) {
        check_queue_field(form.queue);
    }
    form.budget = static_cast<std::uint32_t>(f.integer("budget", 1, 10'000).value_or(2000));
    form.cursor = f.text("cursor", 1024).value_or("");
    form.reason = "by " + (call.who.user.empty() ? "the dashboard" : clean_utf8(call.who.user));
    if (auto const given = f.text("reason", 200); given && !given->empty()) {
        form.reason += ": " + clean_utf8(*given);
    }
    f.finish();
    return form;
}

// True if the action concerns jobs of this state.
[[nodiscard]] inline bool action_concerns(change_kind kind, job_state state) {
    switch (kind) {
    case change_kind::requeue: return is_final(state) || state == job_state::scheduled;
    case change_kind::delete_job:
    case change_kind::cancel: return !is_final(state);
    case change_kind::reschedule:
        return is_final(state) || state == job_state::scheduled || state == job_state::enqueued;
    default: return !is_final(state) && state != job_state::processing;
    }
}

/// How many matches a preview counts, and how many jobs it looks at, before it says "at least".
inline constexpr std::uint64_t preview_limit = 10'000;
inline constexpr std::uint64_t preview_budget = 20'000;

COFIRE_DECL asio::awaitable<web_reply> route_bulk_preview(web_call& call) {
    bulk_form const form = take_bulk_form(call);
    std::uint64_t count = 0;
    bool exact = true;
    if (!form.filter) {
        auto op = get_jobs(call.core->storage(), form.ids);
        std::vector<job_record> const jobs = co_await std::move(op);
        count = static_cast<std::uint64_t>(std::count_if(
            jobs.begin(),
            jobs.end(),
            [&](job_record const& j) { return action_concerns(form.kind, j.state); }
        ));
    } else {
        if (form.filter->has_text() && !call.core->hidden().idle() &&
            call.who.role != role::operator_) {
            throw web_problem(403, "role", "text is searched for operators only", "text");
        }
        std::string cursor;
        std::uint64_t looked_at = 0;
        do {
            read_find find;
            find.filter = form.filter->view();
            find.rows = 500;
            find.cursor = cursor;
            read_request const request = find;
            auto op = call.core->storage().read(request);
            read_answer answer = co_await std::move(op);
            count += static_cast<std::uint64_t>(std::count_if(
                answer.jobs.begin(),
                answer.jobs.end(),
                [&](job_record const& j) { return action_concerns(form.kind, j.state); }
            ));
            looked_at += answer.jobs.size();
            // A text is searched through one budget only: what is rare would take long to count.
            exact = answer.cursor.empty();
            cursor = std::move(answer.cursor);
            if (!answer.exact && form.filter->has_text()) {
                break;
            }
        } while (!cursor.empty() && count < preview_limit && looked_at < preview_budget);
    }
    json::object o;
    o["count"] = count;
    o["exact"] = exact;
    co_return json_reply(o);
}

COFIRE_DECL asio::awaitable<web_reply> route_bulk(web_call& call) {
    bulk_form const form = take_bulk_form(call);
    constexpr std::string_view names[] = {
        "requeue", "delete", "cancel", "reschedule", "reprioritise", "move"};
    call.target = std::string(names[static_cast<std::size_t>(form.kind)]) + ' ';
    call.target +=
        form.filter ? form.filter->to_string() : std::to_string(form.ids.size()) + " jobs";
    change_request change;
    change.kind = form.kind;
    change.ids = form.ids;
    if (form.filter) {
        change.filter = form.filter->view();
    }
    change.due = form.due.value_or(time_point{});
    change.priority = form.priority;
    change.queue = form.queue;
    change.reason = form.reason;
    change.budget = form.budget;
    change.cursor = form.cursor;
    change_answer answer;
    try {
        auto op = call.core->storage().change(change);
        answer = co_await std::move(op);
    } catch (error const& e) {
        if (e.value() == errc::bad_option && !form.cursor.empty()) { // the rest was checked before
            throw web_problem(400, "bad_option", e.what(), "cursor");
        }
        throw;
    }
    call.target += ", changed " + std::to_string(answer.changed);
    json::object o;
    o["changed"] = answer.changed;
    o["skipped"] = answer.skipped_count;
    json::array skipped;
    for (skipped_job const& s : answer.skipped) {
        json::object job;
        constexpr std::string_view whys[] = {"unknown", "wrong_state", "key_held"};
        job["id"] = s.id.to_string();
        job["why"] = whys[static_cast<std::size_t>(s.why)];
        if (s.why != skip_reason::unknown) {
            job["state"] = to_string(s.state);
        }
        skipped.emplace_back(std::move(job));
    }
    o["skipped_jobs"] = std::move(skipped);
    put_text(o, "cursor", answer.cursor);
    co_return json_reply(o);
}

} // namespace cofire::detail

#endif
