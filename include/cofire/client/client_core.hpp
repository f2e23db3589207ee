// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_CLIENT_CORE_HPP
#define COFIRE_CLIENT_CLIENT_CORE_HPP

#include <cofire/client/client_options.hpp>
#include <cofire/client/due_time.hpp>
#include <cofire/client/enqueued.hpp>
#include <cofire/client/id_source.hpp>
#include <cofire/client/job_call.hpp>
#include <cofire/client/owned_options.hpp>
#include <cofire/client/parent_list.hpp>
#include <cofire/core/config.hpp>
#include <cofire/storage/storage_ref.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cofire::detail {

/// The most jobs, and bytes, that one call of a storage's insert takes.
inline constexpr std::size_t insert_slice_jobs = 10'000;
inline constexpr std::size_t insert_slice_bytes = std::size_t{4} << 20;

/// The options of a call, checked, in the form in which they are stored.
struct resolved_options {
    /// What is stored with the job.
    std::shared_ptr<job_settings const> settings;
    /// The id the caller chose, if any.
    std::optional<job_id> id{};
    /// The unique key as the caller wrote it; empty: none.
    std::string unique_key{};
    /// Its scope.
    unique_scope_kind unique_scope = unique_scope_kind::type;
    /// How long it is held.
    unique_hold unique_mode = unique_hold::unfinished;
    /// With unique_hold::for_a_time.
    duration unique_for{0};
    /// What happens if it is held.
    duplicate_policy on_duplicate = duplicate_policy::ignore;
    /// The limit key; empty: none.
    std::string limit_key{};
    /// With limit_key.
    std::uint32_t limit = 1;
    /// Of recurring jobs: the zone.
    std::string zone = "UTC";
    /// Of recurring jobs: the misfire policy.
    misfire_policy misfire = misfire_policy::once;
    /// Of recurring jobs: the overlap policy.
    overlap_policy overlap = overlap_policy::skip;
};

/// What the copies of a client share: turns calls into jobs, and hands these to the storage.
///
/// Distinct objects: safe. Shared objects: safe.
class client_core {
public:
    /// Works on `storage`. Throws what check_options throws if the defaults are not valid.
    client_core(storage_ref storage, client_options options);

    /// The storage.
    [[nodiscard]] storage_ref const& storage() const { return storage_; }
    /// The clock's moment.
    [[nodiscard]] time_point now() const { return clock_.wall_now(); }
    /// The clock.
    [[nodiscard]] clock const& get_clock() const { return clock_; }
    /// The most bytes that a job's arguments may have.
    [[nodiscard]] std::size_t max_arguments() const { return max_arguments_; }
    /// A new id.
    [[nodiscard]] job_id new_id() const { return ids_.next(clock_.rough_wall_now()); }

    /// The options for a job of the type `info` (null: called by name) where the caller wrote
    /// nothing. Valid as long as this. Throws what check_options throws.
    [[nodiscard]] std::shared_ptr<resolved_options const> const& resolve(job_type_info const* info
    ) const;

    /// The same where the caller wrote `given`.
    [[nodiscard]] std::shared_ptr<resolved_options const>
    resolve(job_type_info const* info, owned_options const& given) const;

    /// The job that `call` describes, through the filters, ready to be inserted. The id is `id`
    /// unless the options hold one. Throws what is wrong with it.
    [[nodiscard]] new_job make_job(
        job_call&& call,
        resolved_options const& options,
        job_id id,
        std::optional<due_time> due,
        std::vector<parent_ref> parents
    ) const;

    /// The definition of a recurring job that `call` describes, through the filters. Throws what is
    /// wrong with it.
    [[nodiscard]] recurring_definition make_definition(
        std::string_view recurring_id, job_call&& call, resolved_options const& options
    ) const;

    /// Calls the filters' `created`.
    void created(new_job& job, enqueued const& answer) const noexcept;

private:
    // The part of a job that its options decide, and its filters may change.
    [[nodiscard]] new_job
    make_template(job_call&& call, resolved_options const& options, job_id id) const;
    void filter(new_job& job) const;

    storage_ref storage_;
    clock clock_;
    owned_options defaults_;
    std::vector<creation_filter> filters_;
    std::size_t max_arguments_;
    mutable id_source ids_;
    // The options of typed calls without options of their own: one entry for each job type used,
    // never removed. The latest ones are found without the lock.
    using resolved_map =
        std::unordered_map<job_type_info const*, std::shared_ptr<resolved_options const>>;
    mutable std::mutex resolved_mutex_;
    mutable resolved_map resolved_;
    mutable std::array<std::atomic<resolved_map::value_type const*>, 16> recent_{};
};

/// Inserts `job` and calls the filters. Throws the storage's errors.
[[nodiscard]] asio::awaitable<enqueued>
insert_one(std::shared_ptr<client_core const> core, new_job job, insert_mode mode);

/// Inserts `jobs` and calls the filters: in one step, or `in_slices`, as many as the contract asks for.
/// Throws the storage's errors. One of a later slice leaves the earlier ones stored; its message says
/// how many jobs.
[[nodiscard]] asio::awaitable<std::vector<enqueued>> insert_many(
    std::shared_ptr<client_core const> core,
    std::vector<new_job> jobs,
    insert_mode mode,
    bool in_slices
);

/// An operation that throws `error` when it is awaited: how an operation reports what it found
/// wrong before it began.
template <class T>
[[nodiscard]] asio::awaitable<T> carry(std::exception_ptr error) {
    std::rethrow_exception(std::move(error));
    co_return T();
}

template <>
[[nodiscard]] inline asio::awaitable<void> carry<void>(std::exception_ptr error) {
    std::rethrow_exception(std::move(error));
    co_return;
}

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/client_core.ipp>
#endif

#endif
