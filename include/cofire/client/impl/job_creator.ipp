// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_JOB_CREATOR_IPP
#define COFIRE_CLIENT_IMPL_JOB_CREATOR_IPP

#include <cofire/client/job_creator.hpp>
#include <cofire/client/recurring_calls.hpp>
#include <cofire/client/recurring_job.hpp>
#include <cofire/client/validate.hpp>
#include <cofire/core/error.hpp>

#include <exception>

namespace cofire {
namespace detail {

COFIRE_DECL job_call raw_call(std::string_view type, std::string_view json, std::uint32_t version) {
    job_call call;
    call.type = type;
    call.arguments = json;
    call.argument_version = version;
    return call;
}

} // namespace detail

COFIRE_DECL job_creator job_creator::with(job_options const& options) const {
    job_creator r(core_);
    job_options const lower = options_ ? options_->get() : job_options{};
    r.options_ = std::make_shared<detail::owned_options const>(merge(options, lower));
    return r;
}

COFIRE_DECL asio::awaitable<enqueued> job_creator::insert(
    detail::job_call&& call, std::optional<due_time> when, std::vector<parent_ref> parents
) const {
    try {
        auto const own = options_ ? core_->resolve(call.info, *options_) : nullptr;
        detail::resolved_options const& options = own ? *own : *core_->resolve(call.info);
        // With an id of the caller's the call may be a repetition.
        insert_mode const mode = options.id ? insert_mode::repeat : insert_mode::fresh;
        return detail::insert_one(
            core_,
            core_->make_job(std::move(call), options, core_->new_id(), when, std::move(parents)),
            mode
        );
    } catch (...) {
        return detail::carry<enqueued>(std::current_exception());
    }
}

COFIRE_DECL asio::awaitable<enqueued> job_creator::start(detail::job_call call) const {
    return insert(std::move(call), std::nullopt, {});
}

COFIRE_DECL asio::awaitable<enqueued>
job_creator::start(detail::job_call call, due_time when) const {
    return insert(std::move(call), when, {});
}

COFIRE_DECL asio::awaitable<enqueued>
job_creator::start(detail::job_call call, parent_list const& parents) const {
    return insert(std::move(call), std::nullopt, parents.to_vector());
}

COFIRE_DECL asio::awaitable<std::vector<enqueued>>
job_creator::start_many(std::vector<detail::job_call> calls) const {
    try {
        std::vector<new_job> jobs;
        jobs.reserve(calls.size());
        for (detail::job_call& call : calls) {
            auto const own = options_ ? core_->resolve(call.info, *options_) : nullptr;
            detail::resolved_options const& options = own ? *own : *core_->resolve(call.info);
            if (options.id) {
                throw error(errc::bad_option, "id " + options.id->to_string() + " for many jobs");
            }
            jobs.push_back(
                core_->make_job(std::move(call), options, core_->new_id(), std::nullopt, {})
            );
        }
        return detail::insert_many(core_, std::move(jobs), insert_mode::fresh, true);
    } catch (...) {
        return detail::carry<std::vector<enqueued>>(std::current_exception());
    }
}

COFIRE_DECL asio::awaitable<recurring_record>
job_creator::put(std::string_view id, cron_expression const& cron, detail::job_call call) const {
    try {
        detail::check_recurring_id(id);
        auto const own = options_ ? core_->resolve(call.info, *options_) : nullptr;
        detail::resolved_options const& options = own ? *own : *core_->resolve(call.info);
        recurring_definition definition = core_->make_definition(id, std::move(call), options);
        definition.cron = cron.to_string();
        auto const next = next_occurrence(cron, core_->now(), definition.zone);
        return detail::put_recurring(core_, std::string(id), std::move(definition), next);
    } catch (...) {
        return detail::carry<recurring_record>(std::current_exception());
    }
}

COFIRE_DECL asio::awaitable<enqueued> job_creator::enqueue_raw(
    std::string_view type, std::string_view arguments, std::uint32_t version
) const {
    return start(detail::raw_call(type, arguments, version));
}

COFIRE_DECL asio::awaitable<enqueued> job_creator::schedule_raw(
    due_time when, std::string_view type, std::string_view arguments, std::uint32_t version
) const {
    return start(detail::raw_call(type, arguments, version), when);
}

COFIRE_DECL asio::awaitable<enqueued> job_creator::continue_with_raw(
    parent_list parents, std::string_view type, std::string_view arguments, std::uint32_t version
) const {
    return start(detail::raw_call(type, arguments, version), parents);
}

COFIRE_DECL asio::awaitable<recurring_record> job_creator::recurring_raw(
    std::string_view id,
    cron_expression const& cron,
    std::string_view type,
    std::string_view arguments,
    std::uint32_t version
) const {
    return put(id, cron, detail::raw_call(type, arguments, version));
}

} // namespace cofire

#endif
