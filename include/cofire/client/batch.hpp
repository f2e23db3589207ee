// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_BATCH_HPP
#define COFIRE_CLIENT_BATCH_HPP

#include <cofire/client/batch_parents.hpp>
#include <cofire/client/client_core.hpp>
#include <cofire/client/due_time.hpp>
#include <cofire/client/job_call.hpp>
#include <cofire/core/config.hpp>
#include <cofire/core/job_options.hpp>
#include <cofire/job/declaration_only.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire {

namespace detail {

/// One job of a batch.
struct batch_entry {
    job_call call;
    std::shared_ptr<owned_options const> options;
    std::vector<batch_parent> parents;
    std::optional<due_time> due;
    job_id id{}; // nil until the batch is submitted
};

/// What a batch and its stages share.
struct batch_state {
    std::vector<batch_entry> entries;
};

} // namespace detail

/// A place to add jobs to a batch: the batch itself, or what its with(), after() and after_all()
/// give.
///
/// A handle: copies add to the same batch. Distinct objects: unsafe if of the same batch. Shared
/// objects: unsafe.
class batch_stage {
public:
    /// Adds a job to be run as soon as possible, or when the stage's parents have ended.
    /// Throws cofire::error with errc::bad_arguments or json_too_deep at once, and adds nothing;
    /// what is wrong with the options shows when the batch is submitted.
    template <auto F, class... Args>
    COFIRE_DECLARATION_ONLY batch_item add(Args&&... args) {
        return append(detail::make_call<function_job<F>>(std::forward<Args>(args)...), {});
    }
    /// The same for a struct job.
    template <class J, class... Args>
    batch_item add(Args&&... args) {
        return append(detail::make_call<struct_job<J>>(std::forward<Args>(args)...), {});
    }

    /// As add; the job does not start before `when`: a duration from the submit, or a moment.
    template <auto F, class... Args>
    COFIRE_DECLARATION_ONLY batch_item schedule(due_time when, Args&&... args) {
        return append(detail::make_call<function_job<F>>(std::forward<Args>(args)...), when);
    }
    /// The same for a struct job.
    template <class J, class... Args>
    batch_item schedule(due_time when, Args&&... args) {
        return append(detail::make_call<struct_job<J>>(std::forward<Args>(args)...), when);
    }

    /// As add, by name; see job_creator::enqueue_raw.
    batch_item
    add_raw(std::string_view type, std::string_view arguments, std::uint32_t version = 1);

    /// The same place with other options: `options` where they set something, those of this place
    /// elsewhere. Copies what `options` views.
    [[nodiscard]] batch_stage with(job_options const& options) const;

    /// The same place, behind `parents` in addition to those of this place: jobs of this batch, or
    /// stored ones by id: one, `{a, b}`, a vector or span, or one of these in on_failure() or
    /// on_any_end(). Throws error(errc::missing_parent) if an item belongs to another batch.
    [[nodiscard]] batch_stage after(batch_parents parents) const;
    /// The same with stored jobs only.
    [[nodiscard]] batch_stage after(parent_list parents) const {
        return after(batch_parents::of(parents));
    }

    /// The same place, behind all jobs that the batch has so far.
    [[nodiscard]] batch_stage after_all(parent_condition on = parent_condition::on_success) const;

protected:
    /// A place without options and parents in `state`.
    explicit batch_stage(std::shared_ptr<detail::batch_state> state) : state_(std::move(state)) {}

    /// What the stages share.
    [[nodiscard]] detail::batch_state& state() const { return *state_; }

private:
    batch_item append(detail::job_call&& call, std::optional<due_time> when);

    std::shared_ptr<detail::batch_state> state_;
    std::shared_ptr<detail::owned_options const> options_; // null: none
    std::vector<detail::batch_parent> parents_;
};

/// Jobs to be stored together in one step, all or none, with who waits for whom: at most 10,000.
/// Nothing happens before client::submit.
///
///     cofire::batch b;
///     auto dump = b.add<backup>("crm");
///     b.after({dump}).add<notify_admin>("done");
///     b.after_all().add<notify_admin>("all done");
///     co_await jobs.submit(b);
///
/// A handle: copies are the same batch. Distinct objects: safe if not of the same batch. Shared
/// objects: unsafe; a submit under way does not use the batch any more.
class batch : public batch_stage {
public:
    /// An empty batch.
    batch() : batch_stage(std::make_shared<detail::batch_state>()) {}

    /// How many jobs there are.
    [[nodiscard]] std::size_t size() const { return state().entries.size(); }
    /// True if there is none.
    [[nodiscard]] bool empty() const { return state().entries.empty(); }

    /// The id that `item` was submitted with; nil before. Precondition: it is one of this batch.
    [[nodiscard]] job_id id(batch_item item) const { return state().entries.at(item.index()).id; }

private:
    friend class client;

    // The jobs, ready to be inserted; `repeated` says whether they may be stored already. Gives ids
    // to those that have none yet, once all is found right. Throws what is wrong.
    [[nodiscard]] std::vector<new_job>
    make_jobs(detail::client_core const& core, bool& repeated) const;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/batch.ipp>
#endif

#endif
