// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_RECURRING_CALLS_IPP
#define COFIRE_CLIENT_IMPL_RECURRING_CALLS_IPP

#include <cofire/client/recurring_calls.hpp>
#include <cofire/client/recurring_job.hpp>
#include <cofire/client/validate.hpp>
#include <cofire/core/error.hpp>

#include <span>
#include <utility>

// In these coroutines all parameters are the coroutine's own, so that what a request views stays
// valid; and an operation has a name before it is awaited, because of g++ 12.
namespace cofire::detail {

COFIRE_DECL asio::awaitable<recurring_record> put_recurring(
    std::shared_ptr<client_core const> core,
    std::string id,
    recurring_definition definition,
    std::optional<time_point> next
) {
    recurring_put put;
    put.id = id;
    put.definition = &definition;
    put.next = next;
    recurring_request const request = put;
    auto op = core->storage().recurring(request);
    recurring_answer answer = co_await std::move(op);
    if (answer.records.empty()) {
        throw error(errc::storage_failed, "recurring job " + quoted(id) + ": no answer");
    }
    co_return std::move(answer.records.front());
}

COFIRE_DECL asio::awaitable<std::vector<recurring_record>>
list_recurring(std::shared_ptr<client_core const> core) {
    recurring_request const request = recurring_list();
    auto op = core->storage().recurring(request);
    recurring_answer answer = co_await std::move(op);
    co_return std::move(answer.records);
}

COFIRE_DECL asio::awaitable<recurring_record>
find_recurring(std::shared_ptr<client_core const> core, std::string id) {
    check_recurring_id(id);
    recurring_list list;
    list.id = id;
    recurring_request const request = list;
    auto op = core->storage().recurring(request);
    recurring_answer answer = co_await std::move(op);
    if (answer.records.empty()) {
        throw error(errc::unknown_recurring, "recurring job " + quoted(id));
    }
    co_return std::move(answer.records.front());
}

COFIRE_DECL asio::awaitable<enqueued>
trigger_recurring(std::shared_ptr<client_core const> core, std::string id) {
    for (;;) {
        auto find_op = find_recurring(core, id);
        recurring_record const record = co_await std::move(find_op);
        new_job job = make_recurring_job(record, core->new_id());
        recurring_firing firing;
        firing.id = id;
        firing.revision = record.revision;
        firing.jobs = std::span<new_job const>(&job, 1);
        recurring_fire fire;
        fire.firings = std::span<recurring_firing const>(&firing, 1);
        recurring_request const request = fire;
        auto fire_op = core->storage().recurring(request);
        recurring_answer const answer = co_await std::move(fire_op);
        if (answer.fired.size() != 1) {
            throw error(errc::storage_failed, "trigger of " + quoted(id) + ": no answer");
        }
        fire_result const& fired = answer.fired.front();
        if (fired.status == fire_status::lost) {
            continue; // it was changed or removed in between: look again
        }
        enqueued result;
        if (!fired.jobs.empty()) {
            result.id = fired.jobs.front().id;
            result.status = fired.jobs.front().status;
        } else {
            result.id = record.last_job.value_or(job_id());
            result.status = insert_status::held;
        }
        co_return result;
    }
}

COFIRE_DECL asio::awaitable<void>
pause_recurring(std::shared_ptr<client_core const> core, std::string id, bool paused) {
    check_recurring_id(id);
    for (bool outdated = true; outdated;) {
        recurring_pause pause;
        pause.id = id;
        pause.paused = paused;
        if (!paused) {
            auto find_op = find_recurring(core, id);
            recurring_record const record = co_await std::move(find_op);
            pause.next = next_occurrence(record.definition, core->now());
            pause.revision = record.revision;
        }
        recurring_request const request = pause;
        auto op = core->storage().recurring(request);
        recurring_answer const answer = co_await std::move(op);
        outdated = answer.outdated; // it was changed in between: look again
    }
}

COFIRE_DECL asio::awaitable<void>
remove_recurring(std::shared_ptr<client_core const> core, std::string id) {
    check_recurring_id(id);
    recurring_remove remove;
    remove.id = id;
    recurring_request const request = remove;
    auto op = core->storage().recurring(request);
    co_await std::move(op);
}

COFIRE_DECL asio::awaitable<void>
pause_queue(std::shared_ptr<client_core const> core, std::string queue, bool paused) {
    check_queue(queue);
    queue_pause pause;
    pause.queue = queue;
    pause.paused = paused;
    queues_request const request = pause;
    auto op = core->storage().queues(request);
    co_await std::move(op);
}

COFIRE_DECL asio::awaitable<std::vector<queue_info>>
list_queues(std::shared_ptr<client_core const> core) {
    queues_request const request = queue_list();
    auto op = core->storage().queues(request);
    queues_answer answer = co_await std::move(op);
    co_return std::move(answer.queues);
}

} // namespace cofire::detail

#endif
