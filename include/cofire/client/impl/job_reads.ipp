// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_JOB_READS_IPP
#define COFIRE_CLIENT_IMPL_JOB_READS_IPP

#include <cofire/client/job_reads.hpp>

#include <span>
#include <utility>

// In these coroutines all parameters are the coroutine's own, so that what a request views stays
// valid; and an operation has a name before it is awaited, because of g++ 12.
namespace cofire::detail {

COFIRE_DECL asio::awaitable<job_record>
get_job(std::shared_ptr<client_core const> core, job_id id) {
    read_get query;
    query.ids = std::span<job_id const>(&id, 1);
    read_request const request = query;
    auto op = core->storage().read(request);
    read_answer answer = co_await std::move(op);
    if (answer.jobs.empty()) {
        throw error(errc::unknown_job, id, "job " + id.to_string());
    }
    co_return std::move(answer.jobs.front());
}

COFIRE_DECL asio::awaitable<read_answer>
find_jobs(std::shared_ptr<client_core const> core, owned_filter filter, read_find query) {
    query.filter = filter.get();
    query.cursor = filter.cursor();
    read_request const request = query;
    auto op = core->storage().read(request);
    read_answer answer = co_await std::move(op);
    co_return answer;
}

COFIRE_DECL asio::awaitable<storage_counts> read_totals(std::shared_ptr<client_core const> core) {
    read_request const request = read_counts();
    auto op = core->storage().read(request);
    read_answer const answer = co_await std::move(op);
    co_return answer.counts;
}

COFIRE_DECL asio::awaitable<storage_health> read_wellness(std::shared_ptr<client_core const> core) {
    read_request const request = read_health();
    auto op = core->storage().read(request);
    read_answer answer = co_await std::move(op);
    co_return std::move(answer.health);
}

// The result of a job that is final. Throws unless it succeeded.
COFIRE_DECL std::string take_result(job_record&& job) {
    std::string const name = "job " + job.id.to_string() + ": ";
    if (job.state == job_state::failed) {
        bool const lost = job.error && job.error->type == "cofire::lost_server";
        errc const code = lost ? errc::lost_server : errc::job_failed;
        throw error(code, job.id, name + (job.error ? job.error->message : job.reason));
    }
    if (job.state == job_state::deleted) {
        throw error(errc::job_deleted, job.id, name + job.reason);
    }
    return std::move(job.result);
}

COFIRE_DECL asio::awaitable<std::string>
await_result(std::shared_ptr<client_core const> core, job_id id) {
    for (;;) {
        // A job that has ended already, or is unknown, ends the wait at once.
        wait_request request;
        request.interest.jobs = std::span<job_id const>(&id, 1);
        auto wait_op = core->storage().wait(request);
        wait_answer answer = co_await std::move(wait_op);
        if (!answer.ended.empty()) { // it may have been removed meanwhile
            co_return take_result(std::move(answer.ended.front()));
        }
        auto get_op = get_job(core, id);
        job_record job = co_await std::move(get_op);
        if (is_final(job.state)) {
            co_return take_result(std::move(job));
        }
    }
}

COFIRE_DECL void throw_bad_result(job_id id, char const* why) {
    throw error(errc::bad_result, id, "job " + id.to_string() + ": " + why);
}

} // namespace cofire::detail

#endif
