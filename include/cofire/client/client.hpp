// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_CLIENT_HPP
#define COFIRE_CLIENT_CLIENT_HPP

#include <cofire/client/batch.hpp>
#include <cofire/client/client_options.hpp>
#include <cofire/client/due_time.hpp>
#include <cofire/client/enqueued.hpp>
#include <cofire/client/job_creator.hpp>
#include <cofire/client/job_reads.hpp>
#include <cofire/core/config.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/storage/storage_ref.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire {

/// Creates jobs, looks at them, and changes them. Besides what stands here it has every operation
/// of job_creator: enqueue, schedule, continue_with, recurring, with, ...
///
/// An ordinary class: a program's functions take a `cofire::client&`. It runs nothing by itself,
/// has no thread and needs no executor: every operation runs in the coroutine that awaits it, which
/// must be an asio::awaitable. What is given to an operation is copied at once. Every operation can
/// be cancelled as long as the storage has not taken the request; it then throws operation_aborted,
/// and nothing has changed. All may further throw errc::closed (the storage was closed),
/// storage_failed and outcome_unknown.
///
/// A handle: copies share one client. The storage stays alive as storage_ref says; an operation
/// under way needs no client. Distinct objects: safe, also copies of one. Shared objects: safe to
/// use.
class client : public job_creator {
public:
    /// A client on `storage` with the default options.
    explicit client(storage_ref storage);

    /// A client on `storage`. Throws cofire::error if the default job options are not valid:
    /// errc::bad_option, bad_queue, unknown_zone.
    client(storage_ref storage, client_options options);

    /// Stores all jobs of `b` in one step: all of them or none. The answers come in the order of
    /// the adding. `b` keeps the ids: submitted again, after errc::outcome_unknown, it stores
    /// nothing twice. Errors as for job_creator, and errc::too_many_items, missing_parent.
    [[nodiscard("co_await it")]] asio::awaitable<std::vector<enqueued>> submit(batch const& b
    ) const;

    /// Waits until the job has ended and returns its result. `result<void>(id)`, or just
    /// `result(id)`, waits for success only. It counts no matter how often the job was tried in
    /// between. Who waits when the job ends gets its result even if retention removes the job at once.
    ///
    /// Errors: errc::unknown_job, also if retention removed the job before the call; job_failed with the
    /// job's error; lost_server if it failed because its servers died; job_deleted with the reason;
    /// bad_result if the result is no `T`.
    /// Cancellation: ends the wait, not the job.
    template <class T = void>
    [[nodiscard("co_await it")]] asio::awaitable<T> result(job_id id) const {
        return detail::decode_result<T>(detail::await_result(core(), id), id);
    }

    /// The job as it is now. Error: errc::unknown_job.
    [[nodiscard("co_await it")]] asio::awaitable<job_record> get(job_id id) const;

    /// One page of the jobs that `query` asks for.
    [[nodiscard("co_await it")]] asio::awaitable<read_answer> find(read_find const& query) const;

    /// How many jobs stand in each state, and totals.
    [[nodiscard("co_await it")]] asio::awaitable<storage_counts> counts() const;

    /// Whether the storage is well, and how full it is.
    [[nodiscard("co_await it")]] asio::awaitable<storage_health> health() const;

    /// Puts a final or scheduled job into its queue's line; a final one starts again, its attempts
    /// counted from the beginning. Errors: errc::unknown_job, wrong_state. `reason` is kept with
    /// the job, here and below.
    [[nodiscard("co_await it")]] asio::awaitable<void>
    requeue(job_id id, std::string_view reason = {}) const;

    /// Deletes an unfinished job. The result of a run under way is dropped.
    /// Errors: errc::unknown_job, wrong_state.
    [[nodiscard("co_await it")]] asio::awaitable<void>
    remove(job_id id, std::string_view reason = {}) const;

    /// Deletes a waiting job; asks the handler of a running one to stop. If that returns all the
    /// same, the job has succeeded. Errors: errc::unknown_job, wrong_state.
    [[nodiscard("co_await it")]] asio::awaitable<void>
    cancel(job_id id, std::string_view reason = {}) const;

    /// Has a final, scheduled or enqueued job become due at `when`. Errors: errc::unknown_job,
    /// wrong_state, bad_option.
    [[nodiscard("co_await it")]] asio::awaitable<void>
    reschedule(job_id id, due_time when, std::string_view reason = {}) const;

    /// As the operation on one job, for all of `ids`. Each job is a step of its own; those that do
    /// not exist or whose state does not allow it are skipped, and the answer counts and names
    /// them.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    requeue(std::span<job_id const> ids, std::string_view reason = {}) const;
    /// The same for remove.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    remove(std::span<job_id const> ids, std::string_view reason = {}) const;
    /// The same for cancel.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    cancel(std::span<job_id const> ids, std::string_view reason = {}) const;
    /// The same for reschedule.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    reschedule(std::span<job_id const> ids, due_time when, std::string_view reason = {}) const;

    /// As the operation on one job, for all that `which` matches and that were inserted before the
    /// call. A filter that sets nothing matches every job.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    requeue(job_filter const& which, std::string_view reason = {}) const;
    /// The same for remove.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    remove(job_filter const& which, std::string_view reason = {}) const;
    /// The same for cancel.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    cancel(job_filter const& which, std::string_view reason = {}) const;
    /// The same for reschedule.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer>
    reschedule(job_filter const& which, due_time when, std::string_view reason = {}) const;

    /// Stores a job of the recurring job `id` now, also if the last one is unfinished; its next time
    /// stays. Errors: errc::unknown_recurring, bad_recurring_id.
    [[nodiscard("co_await it")]] asio::awaitable<enqueued> trigger_recurring(std::string_view id
    ) const;

    /// Stops a recurring job's occurrences until it is resumed. What falls due meanwhile is not
    /// made up for. Errors: errc::unknown_recurring, bad_recurring_id.
    [[nodiscard("co_await it")]] asio::awaitable<void> pause_recurring(std::string_view id) const;

    /// Lets a recurring job go on, with its next time from now. Errors: errc::unknown_recurring,
    /// bad_recurring_id, unknown_zone.
    [[nodiscard("co_await it")]] asio::awaitable<void> resume_recurring(std::string_view id) const;

    /// Removes a recurring job. Its jobs stay. Errors: errc::unknown_recurring, bad_recurring_id.
    [[nodiscard("co_await it")]] asio::awaitable<void> remove_recurring(std::string_view id) const;

    /// All recurring jobs, by id.
    [[nodiscard("co_await it")]] asio::awaitable<std::vector<recurring_record>>
    recurring_jobs() const;

    /// The recurring job `id`. Errors: errc::unknown_recurring, bad_recurring_id.
    [[nodiscard("co_await it")]] asio::awaitable<recurring_record> get_recurring(std::string_view id
    ) const;

    /// Has servers take nothing from the queue until it is resumed. The queue need not exist yet.
    /// Error: errc::bad_queue.
    [[nodiscard("co_await it")]] asio::awaitable<void> pause_queue(std::string_view queue) const;

    /// Lets servers take from the queue again. Error: errc::bad_queue.
    [[nodiscard("co_await it")]] asio::awaitable<void> resume_queue(std::string_view queue) const;

    /// All queues, by name.
    [[nodiscard("co_await it")]] asio::awaitable<std::vector<queue_info>> queues() const;

    /// The storage it works on.
    [[nodiscard]] storage_ref const& storage() const { return core()->storage(); }
    /// The clock it works by.
    [[nodiscard]] cofire::clock const& clock() const { return core()->get_clock(); }
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/client.ipp>
#endif

#endif
