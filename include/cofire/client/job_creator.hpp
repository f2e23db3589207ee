// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_JOB_CREATOR_HPP
#define COFIRE_CLIENT_JOB_CREATOR_HPP

#include <cofire/client/client_core.hpp>
#include <cofire/client/due_time.hpp>
#include <cofire/client/enqueued.hpp>
#include <cofire/client/job_call.hpp>
#include <cofire/client/parent_list.hpp>
#include <cofire/core/config.hpp>
#include <cofire/core/job_options.hpp>
#include <cofire/job/declaration_only.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/time/cron_expression.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cofire {

/// What creates jobs: the part that a client and `client::with(options)` have in common.
///
/// Each operation takes the job as its template argument, `enqueue<send_mail>(...)` for a function
/// or member function, `enqueue<resize_image>(...)` for a struct, and the job's arguments, all of
/// which it encodes at once: nothing needs to live on. The job is stored when the awaitable
/// returned is awaited; one that is never awaited does nothing. What is wrong with a call is thrown
/// when it is awaited, too, and nothing was stored then.
///
/// Errors of all operations: errc::bad_arguments, arguments_too_large, json_too_deep, bad_option,
/// bad_queue, bad_id; what a creation filter throws; errc::storage_full, storage_failed, closed;
/// errc::outcome_unknown where the storage's reply can be lost (repeat with job_options::id).
/// Cancellation: before the storage took the job, operation_aborted, and nothing is stored.
///
/// A handle, cheap to copy. Distinct objects: safe, also copies of one. Shared objects: safe to
/// use.
class job_creator {
public:
    /// The same client with other options: `options` where they set something, those of this object
    /// elsewhere, then the job type's, then the client's defaults. Copies what `options` views.
    [[nodiscard]] job_creator with(job_options const& options) const;

    /// Stores a job to be run as soon as possible.
    template <auto F, class... Args>
    COFIRE_DECLARATION_ONLY [[nodiscard("co_await it")]] asio::awaitable<enqueued>
    enqueue(Args&&... args) const {
        return start(detail::make_call<function_job<F>>(std::forward<Args>(args)...));
    }
    /// The same for a struct job, from values for its members or one object.
    template <class J, class... Args>
    [[nodiscard("co_await it")]] asio::awaitable<enqueued> enqueue(Args&&... args) const {
        return start(detail::make_call<struct_job<J>>(std::forward<Args>(args)...));
    }

    /// Stores a job to be run at `when`: a duration from now (counted when this is called), or a
    /// moment of the system clock.
    template <auto F, class... Args>
    COFIRE_DECLARATION_ONLY [[nodiscard("co_await it")]] asio::awaitable<enqueued>
    schedule(due_time when, Args&&... args) const {
        return start(detail::make_call<function_job<F>>(std::forward<Args>(args)...), when);
    }
    /// The same for a struct job.
    template <class J, class... Args>
    [[nodiscard("co_await it")]] asio::awaitable<enqueued>
    schedule(due_time when, Args&&... args) const {
        return start(detail::make_call<struct_job<J>>(std::forward<Args>(args)...), when);
    }

    /// Stores a job to be run when its parents have ended as `parents` asks: one job, `{a, b}`, a
    /// vector or span, or one of these in on_failure() or on_any_end(). If that can no longer
    /// happen, the job is deleted. Further error: errc::missing_parent.
    template <auto F, class... Args>
    COFIRE_DECLARATION_ONLY [[nodiscard("co_await it")]] asio::awaitable<enqueued>
    continue_with(parent_list parents, Args&&... args) const {
        return start(detail::make_call<function_job<F>>(std::forward<Args>(args)...), parents);
    }
    /// The same for a struct job.
    template <class J, class... Args>
    [[nodiscard("co_await it")]] asio::awaitable<enqueued>
    continue_with(parent_list parents, Args&&... args) const {
        return start(detail::make_call<struct_job<J>>(std::forward<Args>(args)...), parents);
    }

    /// Stores one job for each element of `items`: a tuple, pair or array holds the arguments of
    /// one job, anything else is the one argument. The answers come in the same order.
    ///
    /// All are checked before any is stored. They are stored in slices of at most 10,000 jobs and
    /// 4 MiB: each slice wholly or not at all. An error of a later slice leaves the earlier ones
    /// stored, and its message says how many jobs. A batch is what stores all or nothing. An id
    /// among the options is refused.
    template <auto F, std::ranges::input_range Items>
    COFIRE_DECLARATION_ONLY [[nodiscard("co_await it")]] asio::awaitable<std::vector<enqueued>>
    enqueue_many(Items&& items) const {
        return start_many(calls<function_job<F>, Items>(items));
    }
    /// The same for a struct job.
    template <class J, std::ranges::input_range Items>
    [[nodiscard("co_await it")]] asio::awaitable<std::vector<enqueued>> enqueue_many(Items&& items
    ) const {
        return start_many(calls<struct_job<J>, Items>(items));
    }

    /// Creates or updates the recurring job `id`: 1 to 128 printable bytes. At each time that
    /// `cron` gives in the zone of the options a job with these arguments is stored. A bad cron
    /// literal does not compile; for text made at run time there is cron_expression::parse().
    ///
    /// Called again without a change it changes nothing, and it keeps a pause. A changed definition
    /// goes on from now. Returns the recurring job as it is stored then. Further errors:
    /// errc::bad_recurring_id, unknown_zone; errc::bad_option for an id or unique key in the
    /// options.
    template <auto F, class... Args>
    COFIRE_DECLARATION_ONLY [[nodiscard("co_await it")]] asio::awaitable<recurring_record>
    recurring(std::string_view id, cron_expression const& cron, Args&&... args) const {
        return put(id, cron, detail::make_call<function_job<F>>(std::forward<Args>(args)...));
    }
    /// The same for a struct job.
    template <class J, class... Args>
    [[nodiscard("co_await it")]] asio::awaitable<recurring_record>
    recurring(std::string_view id, cron_expression const& cron, Args&&... args) const {
        return put(id, cron, detail::make_call<struct_job<J>>(std::forward<Args>(args)...));
    }

    /// Stores a job of the type named `type`, for tools and forms. `arguments` is JSON text: an
    /// array for a function, an object for a struct; `version` is the version of their form.
    /// Whether they fit the type shows when a server takes the job. Further error: errc::bad_type.
    [[nodiscard("co_await it")]] asio::awaitable<enqueued>
    enqueue_raw(std::string_view type, std::string_view arguments, std::uint32_t version = 1) const;

    /// As enqueue_raw, to be run at `when`.
    [[nodiscard("co_await it")]] asio::awaitable<enqueued> schedule_raw(
        due_time when, std::string_view type, std::string_view arguments, std::uint32_t version = 1
    ) const;

    /// As enqueue_raw, to be run when `parents` have ended.
    [[nodiscard("co_await it")]] asio::awaitable<enqueued> continue_with_raw(
        parent_list parents,
        std::string_view type,
        std::string_view arguments,
        std::uint32_t version = 1
    ) const;

    /// As recurring, by name.
    [[nodiscard("co_await it")]] asio::awaitable<recurring_record> recurring_raw(
        std::string_view id,
        cron_expression const& cron,
        std::string_view type,
        std::string_view arguments,
        std::uint32_t version = 1
    ) const;

protected:
    /// Creates jobs with `core`, without options.
    explicit job_creator(std::shared_ptr<detail::client_core const> core)
        : core_(std::move(core)) {}

    /// What the copies share.
    [[nodiscard]] std::shared_ptr<detail::client_core const> const& core() const { return core_; }

private:
    asio::awaitable<enqueued> start(detail::job_call call) const;
    asio::awaitable<enqueued> start(detail::job_call call, due_time when) const;
    asio::awaitable<enqueued> start(detail::job_call call, parent_list const& parents) const;
    asio::awaitable<enqueued> insert(
        detail::job_call&& call, std::optional<due_time> when, std::vector<parent_ref> parents
    ) const;
    asio::awaitable<std::vector<enqueued>> start_many(std::vector<detail::job_call> calls) const;
    asio::awaitable<recurring_record>
    put(std::string_view id, cron_expression const& cron, detail::job_call call) const;

    template <class Job, class Items>
    COFIRE_DECLARATION_ONLY static std::vector<detail::job_call>
    calls(std::remove_reference_t<Items>& items) {
        static_assert(
            !detail::is_dangerous_rvalue<Items>,
            "cofire: g++ 12 destroys temporary aggregates twice beside co_await: give the items a "
            "name first and pass that"
        );
        std::vector<detail::job_call> all;
        for (auto const& item : items) {
            all.push_back(detail::make_call_from<Job>(item));
        }
        return all;
    }

    std::shared_ptr<detail::client_core const> core_;
    std::shared_ptr<detail::owned_options const> options_; // null: none
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/job_creator.ipp>
#endif

#endif
