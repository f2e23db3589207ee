// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_CREATE_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_CREATE_IPP

#include <cofire/client/id_source.hpp>
#include <cofire/client/validate.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>
#include <cofire/dashboard/detail/schema_check.hpp>
#include <cofire/time/random.hpp>

#include <memory>
#include <span>
#include <utility>

namespace cofire::detail {

/// The most bytes of arguments that a request's body can hold.
inline constexpr std::size_t form_arguments_limit = 64 * 1024;

[[nodiscard]] inline web_reply created_reply(insert_result const& r) {
    json::object o;
    o["id"] = r.id.to_string();
    constexpr std::string_view names[] = {"inserted", "existed", "held", "replaced"};
    o["status"] = names[static_cast<std::size_t>(r.status)];
    return json_reply(o, 201);
}

// What a form says of a new job; what it does not say stays as `job` and `settings` are.
inline void take_job_form(web_call& call, new_job& job, job_settings& settings) {
    web_fields& f = call.fields;
    if (auto type = f.text("type", 128)) {
        job.type = std::move(*type);
    }
    if (auto arguments = f.text("arguments", form_arguments_limit)) {
        job.arguments = std::move(*arguments);
    }
    if (auto queue = f.text("queue", 128); queue && !queue->empty()) {
        settings.queue = std::move(*queue);
    }
    settings.priority = static_cast<int>(f.integer("priority", 0, 15).value_or(settings.priority));
    settings.max_attempts =
        static_cast<int>(f.integer("max_attempts", 1, 1000).value_or(settings.max_attempts));
    settings.timeout = f.seconds("timeout_seconds").value_or(settings.timeout);
    if (auto tags = f.texts("tags", 8, 64)) {
        settings.tags = std::move(*tags);
    }
    check_type_field(job.type);
    check_queue_field(settings.queue);
    check_tags_field(settings.tags);
    check_field("arguments", [&job] { check_json(job.type, job.arguments, form_arguments_limit); });
}

// The version of arguments that a form says.
[[nodiscard]] inline std::optional<std::int64_t> take_argument_version(web_call& call) {
    return call.fields.integer("argument_version", 1, 1'000'000'000);
}

COFIRE_DECL asio::awaitable<web_reply> route_create(web_call& call) {
    new_job form;
    job_settings settings;
    call.target = "type " + call.fields.text("type", 128).value_or("");
    auto const due = due_of(call);
    auto const key = call.fields.text("unique_key", 256);
    // Read what the form holds before it is taken apart: what it leaves open is the client's to say.
    auto const queue = call.fields.text("queue", 128);
    auto const priority = call.fields.integer("priority", 0, 15);
    auto const attempts = call.fields.integer("max_attempts", 1, 1000);
    auto const timeout = call.fields.seconds("timeout_seconds");
    auto const version = take_argument_version(call);
    take_job_form(call, form, settings);
    call.fields.finish();
    auto servers_op = list_servers(call.core->storage());
    web_servers const servers = co_await std::move(servers_op);
    form.argument_version = servers.argument_version(form.type, version);
    check_against_schema(servers.schema(form.type, form.argument_version), form.arguments);

    job_options options;
    if (queue && !queue->empty()) {
        options.queue = *queue;
    }
    if (priority) {
        options.priority = static_cast<int>(*priority);
    }
    if (attempts) {
        options.max_attempts = static_cast<int>(*attempts);
    }
    if (timeout && *timeout > duration{0}) {
        options.timeout = *timeout;
    }
    if (key && !key->empty()) {
        options.unique_key = *key;
    }
    for (std::string const& tag : settings.tags) {
        options.tags.push_back(tag);
    }
    job_creator const creator = call.core->jobs().with(options);
    insert_result result;
    enqueued made;
    if (due) {
        auto op = creator.schedule_raw(*due, form.type, form.arguments, form.argument_version);
        made = co_await std::move(op);
    } else {
        auto op = creator.enqueue_raw(form.type, form.arguments, form.argument_version);
        made = co_await std::move(op);
    }
    result.id = made.id;
    result.status = made.status;
    call.target += " job " + made.id.to_string();
    co_return created_reply(result);
}

COFIRE_DECL asio::awaitable<web_reply> route_copy(web_call& call) {
    job_id const id = web_fields::id(call.argument, "id");
    std::vector<job_id> const ids(1, id);
    auto get_op = get_jobs(call.core->storage(), ids);
    std::vector<job_record> const found = co_await std::move(get_op);
    if (found.empty()) {
        throw web_problem(404, "unknown_job", "there is no job " + id.to_string());
    }
    job_record const& original = found.front();
    new_job job;
    job.type = original.type;
    job.arguments = original.arguments;
    job.argument_version = original.argument_version;
    job.limits = original.limits;
    job.due = due_of(call);
    auto settings = std::make_shared<job_settings>(*original.settings);
    auto const key = call.fields.text("unique_key", 256);
    auto const version = take_argument_version(call);
    take_job_form(call, job, *settings);
    call.fields.finish();
    job.arguments = call.core->hidden().restored(
        original.type, original.arguments, job.type, std::move(job.arguments)
    );
    if (key && !key->empty()) {
        job.unique_key = unique_key_spec();
        job.unique_key->text = "type/" + job.type + '/' + *key;
    }
    auto servers_op = list_servers(call.core->storage());
    web_servers const servers = co_await std::move(servers_op);
    if (version || job.type != original.type) { // otherwise they are of the original's
        job.argument_version = servers.argument_version(job.type, version);
    }
    check_against_schema(servers.schema(job.type, job.argument_version), job.arguments);
    job.settings = std::move(settings);
    random_source random(random_seed());
    std::uint64_t const high = random.next();
    job.id = job_id::make(call.core->now(), high, random.next());
    check_job(job);
    insert_request insert;
    insert.jobs = std::span<new_job const>(&job, 1);
    auto op = call.core->storage().insert(insert);
    insert_answer const answer = co_await std::move(op);
    call.target = id.to_string() + " as " + answer.results.at(0).id.to_string();
    co_return created_reply(answer.results.at(0));
}

} // namespace cofire::detail

#endif
