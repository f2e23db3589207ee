// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_BATCH_IPP
#define COFIRE_CLIENT_IMPL_BATCH_IPP

#include <cofire/client/batch.hpp>
#include <cofire/core/error.hpp>

#include <algorithm>
#include <exception>
#include <string>

namespace cofire {

COFIRE_DECL batch_item batch_stage::append(detail::job_call&& call, std::optional<due_time> when) {
    if (call.error) {
        std::rethrow_exception(call.error);
    }
    auto& entries = state_->entries;
    entries.push_back({std::move(call), options_, parents_, when});
    return {state_.get(), entries.size() - 1};
}

COFIRE_DECL batch_item
batch_stage::add_raw(std::string_view type, std::string_view arguments, std::uint32_t version) {
    detail::job_call call;
    call.type = type;
    call.arguments = arguments;
    call.argument_version = version;
    return append(std::move(call), {});
}

COFIRE_DECL batch_stage batch_stage::with(job_options const& options) const {
    batch_stage r = *this;
    job_options const lower = options_ ? options_->get() : job_options{};
    r.options_ = std::make_shared<detail::owned_options const>(merge(options, lower));
    return r;
}

COFIRE_DECL batch_stage batch_stage::after(batch_parents parents) const {
    batch_stage r = *this;
    for (std::size_t i = 0; i != parents.size(); ++i) {
        detail::batch_parent const p = parents[i];
        if (p.owner != nullptr && p.owner != state_.get()) {
            throw error(
                errc::missing_parent, "item " + std::to_string(p.index) + " of another batch"
            );
        }
        r.parents_.push_back(p);
    }
    return r;
}

COFIRE_DECL batch_stage batch_stage::after_all(parent_condition on) const {
    batch_stage r = *this;
    for (std::size_t i = 0; i != state_->entries.size(); ++i) {
        detail::batch_parent p;
        p.ref.on = on;
        p.owner = state_.get();
        p.index = i;
        r.parents_.push_back(p);
    }
    return r;
}

COFIRE_DECL std::vector<new_job>
batch::make_jobs(detail::client_core const& core, bool& repeated) const {
    auto& entries = state().entries;
    if (entries.size() > detail::insert_slice_jobs) {
        throw error(
            errc::too_many_items,
            "batch of " + std::to_string(entries.size()) + " jobs, at most " +
                std::to_string(detail::insert_slice_jobs)
        );
    }
    // The ids first: jobs added earlier may be the parents of later ones only, but both need them.
    std::vector<std::shared_ptr<detail::resolved_options const>> options;
    std::vector<job_id> ids;
    for (detail::batch_entry const& e : entries) {
        options.push_back(
            e.options ? core.resolve(e.call.info, *e.options) : core.resolve(e.call.info)
        );
        auto const& chosen = options.back()->id;
        repeated = repeated || !e.id.is_nil() || chosen.has_value();
        ids.push_back(!e.id.is_nil() ? e.id : chosen ? *chosen : core.new_id());
    }
    std::vector<new_job> jobs;
    jobs.reserve(entries.size());
    for (std::size_t i = 0; i != entries.size(); ++i) {
        detail::batch_entry const& e = entries[i];
        std::vector<parent_ref> parents;
        parents.reserve(e.parents.size());
        for (detail::batch_parent const& p : e.parents) {
            parent_ref ref = p.ref;
            if (p.owner != nullptr) {
                ref.id = ids[p.index];
            }
            parents.push_back(ref);
        }
        detail::job_call call = e.call; // the batch may be submitted again
        jobs.push_back(
            core.make_job(std::move(call), *options[i], ids[i], e.due, std::move(parents))
        );
    }
    for (std::size_t i = 0; i != entries.size(); ++i) {
        entries[i].id = ids[i];
    }
    return jobs;
}

} // namespace cofire

#endif
