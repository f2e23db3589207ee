// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_JOB_READS_HPP
#define COFIRE_CLIENT_JOB_READS_HPP

#include <cofire/client/client_core.hpp>
#include <cofire/client/owned_options.hpp>
#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>
#include <cofire/job/codec.hpp>
#include <cofire/storage/asio.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

// The coroutines behind client's reading operations. Errors and cancellation stand there. Each
// keeps what it works on alive, and may run on any thread.
namespace cofire::detail {

/// The job `id` as it is now.
[[nodiscard]] asio::awaitable<job_record>
get_job(std::shared_ptr<client_core const> core, job_id id);

/// The page that `query` asks for, with `filter` in place of its filter and cursor.
[[nodiscard]] asio::awaitable<read_answer>
find_jobs(std::shared_ptr<client_core const> core, owned_filter filter, read_find query);

/// The totals.
[[nodiscard]] asio::awaitable<storage_counts> read_totals(std::shared_ptr<client_core const> core);

/// The storage's health.
[[nodiscard]] asio::awaitable<storage_health> read_wellness(std::shared_ptr<client_core const> core
);

/// Waits for the job's success, and returns its result as JSON text.
[[nodiscard]] asio::awaitable<std::string>
await_result(std::shared_ptr<client_core const> core, job_id id);

/// Throws error(errc::bad_result) for the job.
[[noreturn]] void throw_bad_result(job_id id, char const* why);

/// The `T` in the JSON text that `text_op` gives for the job `id`; with void: waits only.
template <class T>
asio::awaitable<T> decode_result(asio::awaitable<std::string> text_op, job_id id) {
    std::string const text = co_await std::move(text_op);
    if constexpr (!std::is_void_v<T>) {
        if (text.empty()) {
            throw_bad_result(id, "it has none");
        }
        try {
            co_return decode_value<T>(text);
        } catch (error const& e) {
            throw_bad_result(id, e.what());
        }
    }
}

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/job_reads.ipp>
#endif

#endif
