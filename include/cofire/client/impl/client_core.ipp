// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_CLIENT_CORE_IPP
#define COFIRE_CLIENT_IMPL_CLIENT_CORE_IPP

#include <cofire/client/client_core.hpp>
#include <cofire/client/validate.hpp>
#include <cofire/core/error.hpp>

#include <span>
#include <utility>

namespace cofire::detail {

COFIRE_DECL std::shared_ptr<resolved_options const> to_resolved(job_options const& o) {
    auto r = std::make_shared<resolved_options>();
    auto settings = std::make_shared<job_settings>();
    settings->queue = o.queue.value_or("default");
    settings->priority = o.priority.value_or(settings->priority);
    settings->max_attempts = o.max_attempts.value_or(settings->max_attempts);
    settings->delays.assign(o.delays.begin(), o.delays.end());
    settings->timeout = o.timeout.value_or(duration{0});
    settings->expires = o.expires.value_or(duration{0});
    settings->on_exhausted = o.on_exhausted.value_or(settings->on_exhausted);
    settings->durability = o.durability;
    settings->tags.assign(o.tags.begin(), o.tags.end());
    r->settings = std::move(settings);
    r->id = o.id;
    r->unique_key = o.unique_key.value_or("");
    r->unique_scope = o.unique_scope.value_or(r->unique_scope);
    r->unique_mode = o.unique_mode.value_or(r->unique_mode);
    r->unique_for = o.unique_for.value_or(duration{0});
    r->on_duplicate = o.on_duplicate.value_or(r->on_duplicate);
    r->limit_key = o.limit_key.value_or("");
    r->limit = static_cast<std::uint32_t>(o.limit.value_or(1));
    r->zone = o.zone.value_or("UTC");
    r->misfire = o.misfire.value_or(r->misfire);
    r->overlap = o.overlap.value_or(r->overlap);
    return r;
}

COFIRE_DECL std::string
unique_text(resolved_options const& o, std::string_view type, std::string_view queue) {
    std::string text;
    switch (o.unique_scope) {
    case unique_scope_kind::type: text.append("type/").append(type); break;
    case unique_scope_kind::queue: text.append("queue/").append(queue); break;
    case unique_scope_kind::global: text.append("global"); break;
    }
    return text.append("/").append(o.unique_key);
}

COFIRE_DECL client_core::client_core(storage_ref storage, client_options options)
    : storage_(std::move(storage)),
      clock_(std::move(options.clock)),
      defaults_(options.defaults),
      filters_(std::move(options.filters)),
      max_arguments_(options.max_arguments),
      ids_(random_source(options.seed.value_or(random_seed()))) {
    check_options(defaults_.get(), job_options{});
    if (defaults_.get().id) {
        throw error(
            errc::bad_option, "id " + defaults_.get().id->to_string() + " as a default for all jobs"
        );
    }
}

COFIRE_DECL std::shared_ptr<resolved_options const> const&
client_core::resolve(job_type_info const* info) const {
    auto const place = reinterpret_cast<std::uintptr_t>(info) / alignof(job_type_info);
    auto& recent = recent_[place % recent_.size()];
    if (auto const* const found = recent.load(std::memory_order_acquire);
        found != nullptr && found->first == info) {
        return found->second;
    }
    std::scoped_lock const lock(resolved_mutex_);
    auto found = resolved_.find(info);
    if (found == resolved_.end()) {
        found = resolved_.emplace(info, resolve(info, owned_options(job_options()))).first;
    }
    recent.store(&*found, std::memory_order_release);
    return found->second;
}

COFIRE_DECL std::shared_ptr<resolved_options const>
client_core::resolve(job_type_info const* info, owned_options const& given) const {
    job_options const own = given.get();
    job_options const of_type = info != nullptr ? info->options : job_options{};
    job_options const merged = merge(own, merge(of_type, defaults_.get()));
    check_options(merged, own);
    return to_resolved(merged);
}

COFIRE_DECL new_job
client_core::make_template(job_call&& call, resolved_options const& options, job_id id) const {
    if (call.error) {
        std::rethrow_exception(call.error);
    }
    new_job job;
    job.id = id;
    if (call.info != nullptr) {
        job.type = call.info->name;
        check_size(job.type, call.arguments, max_arguments_);
    } else {
        check_type(call.type);
        job.type = std::move(call.type);
        check_json(job.type, call.arguments, max_arguments_);
    }
    job.arguments = std::move(call.arguments);
    job.argument_version = call.argument_version;
    job.settings = options.settings;
    if (!options.limit_key.empty()) {
        job.limits.push_back({.key = options.limit_key, .limit = options.limit});
    }
    return job;
}

COFIRE_DECL void client_core::filter(new_job& job) const {
    if (filters_.empty()) {
        return;
    }
    creation c(job);
    for (creation_filter const& f : filters_) {
        f.creating(c);
    }
    if (c.has_new_arguments()) {
        check_json(job.type, job.arguments, max_arguments_);
    }
    if (c.changed()) {
        check_job(job);
    }
}

COFIRE_DECL new_job client_core::make_job(
    job_call&& call,
    resolved_options const& options,
    job_id id,
    std::optional<due_time> due,
    std::vector<parent_ref> parents
) const {
    new_job job = make_template(std::move(call), options, options.id.value_or(id));
    if (due) {
        job.due = due->from(now());
    }
    job.parents = std::move(parents);
    filter(job);
    if (!options.unique_key.empty()) {
        // After the filters: they may have moved the job to another queue.
        job.unique_key = unique_key_spec{
            .text = unique_text(options, job.type, job.settings->queue),
            .hold = options.unique_mode,
            .hold_for = options.unique_for,
            .on_duplicate = options.on_duplicate,
        };
    }
    return job;
}

COFIRE_DECL recurring_definition client_core::make_definition(
    std::string_view recurring_id, job_call&& call, resolved_options const& options
) const {
    if (options.id) {
        throw error(
            errc::bad_option, "id " + options.id->to_string() + " for a recurring job's many jobs"
        );
    }
    if (!options.unique_key.empty()) {
        throw error(
            errc::bad_option,
            "unique_key " + quoted(options.unique_key) +
                " for a recurring job, whose overlap policy decides"
        );
    }
    new_job job = make_template(std::move(call), options, job_id());
    job.recurring_id = recurring_id;
    filter(job);
    recurring_definition d;
    d.zone = options.zone;
    d.misfire = options.misfire;
    d.overlap = options.overlap;
    d.type = std::move(job.type);
    d.arguments = std::move(job.arguments);
    d.argument_version = job.argument_version;
    d.settings = *job.settings;
    d.limits = std::move(job.limits);
    return d;
}

COFIRE_DECL void client_core::created(new_job& job, enqueued const& answer) const noexcept {
    creation const c(job);
    for (auto f = filters_.rbegin(); f != filters_.rend(); ++f) {
        f->created(c, answer);
    }
}

COFIRE_DECL void check_answer(insert_answer const& answer, std::size_t jobs) {
    if (answer.results.size() != jobs) {
        throw error(
            errc::storage_failed,
            "insert of " + std::to_string(jobs) +
                " jobs: " + std::to_string(answer.results.size()) + " answers"
        );
    }
}

// Puts the answers for `jobs` behind those in `all`, and tells the filters.
COFIRE_DECL void take_answer(
    client_core const& core,
    std::span<new_job> jobs,
    insert_answer const& answer,
    std::vector<enqueued>& all
) {
    check_answer(answer, jobs.size());
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        all.push_back(enqueued{answer.results[i].id, answer.results[i].status});
        core.created(jobs[i], all.back());
    }
}

// How many jobs from `first` on go into one call.
COFIRE_DECL std::size_t slice_size(std::vector<new_job> const& jobs, std::size_t first) {
    std::size_t bytes = 0;
    std::size_t n = 0;
    while (first + n != jobs.size() && n != insert_slice_jobs) {
        new_job const& job = jobs[first + n];
        bytes += job.type.size() + job.arguments.size() +
                 (job.unique_key ? job.unique_key->text.size() : 0) + 256;
        for (job_limit const& limit : job.limits) {
            bytes += limit.key.size();
        }
        if (bytes > insert_slice_bytes && n != 0) {
            break;
        }
        ++n;
    }
    return n;
}

COFIRE_DECL asio::awaitable<enqueued>
insert_one(std::shared_ptr<client_core const> core, new_job job, insert_mode mode) {
    insert_request request;
    request.jobs = std::span<new_job const>(&job, 1);
    request.mode = mode;
    auto op = core->storage().insert(request);
    insert_answer const answer = co_await std::move(op);
    check_answer(answer, 1);
    enqueued result;
    result.id = answer.results.front().id;
    result.status = answer.results.front().status;
    core->created(job, result);
    co_return result;
}

COFIRE_DECL asio::awaitable<std::vector<enqueued>> insert_many(
    std::shared_ptr<client_core const> core,
    std::vector<new_job> jobs,
    insert_mode mode,
    bool in_slices
) {
    std::vector<enqueued> all;
    all.reserve(jobs.size());
    while (all.size() != jobs.size()) {
        std::size_t const first = all.size();
        std::size_t const count = in_slices ? slice_size(jobs, first) : jobs.size();
        std::span<new_job> const slice(jobs.data() + first, count);
        insert_request request;
        request.jobs = slice;
        request.mode = mode;
        try {
            auto op = core->storage().insert(request);
            insert_answer const answer = co_await std::move(op);
            take_answer(*core, slice, answer, all);
        } catch (error const& e) {
            if (first == 0) {
                throw;
            }
            throw error(
                e.value(),
                e.id(),
                std::to_string(first) + " of " + std::to_string(jobs.size()) +
                    " jobs were stored, then: " + e.what()
            );
        }
    }
    co_return all;
}

} // namespace cofire::detail

#endif
