// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_CLIENT_IPP
#define COFIRE_CLIENT_IMPL_CLIENT_IPP

#include <cofire/client/client.hpp>
#include <cofire/client/job_changes.hpp>
#include <cofire/client/recurring_calls.hpp>

#include <exception>

namespace cofire {
namespace detail {

COFIRE_DECL change_order make_order(change_kind kind, std::string_view reason) {
    change_order order;
    order.kind = kind;
    order.reason = reason;
    return order;
}

COFIRE_DECL asio::awaitable<void>
change(std::shared_ptr<client_core const> const& core, change_order order, job_id id) {
    order.ids.push_back(id);
    return change_one(core, std::move(order));
}

COFIRE_DECL asio::awaitable<change_answer> change(
    std::shared_ptr<client_core const> const& core, change_order order, std::span<job_id const> ids
) {
    order.ids.assign(ids.begin(), ids.end());
    return change_many(core, std::move(order));
}

COFIRE_DECL asio::awaitable<change_answer> change(
    std::shared_ptr<client_core const> const& core, change_order order, job_filter const& which
) {
    order.filter.emplace(which);
    return change_many(core, std::move(order));
}

// Reschedules `which`: an id, a span of ids, or a filter.
template <class T, class Which>
asio::awaitable<T> reschedule(
    std::shared_ptr<client_core const> const& core,
    Which const& which,
    due_time when,
    std::string_view reason
) {
    try {
        change_order order = make_order(change_kind::reschedule, reason);
        order.due = when.from(core->now());
        return change(core, std::move(order), which);
    } catch (...) {
        return carry<T>(std::current_exception());
    }
}

} // namespace detail

COFIRE_DECL client::client(storage_ref storage) : client(std::move(storage), client_options()) {}

COFIRE_DECL client::client(storage_ref storage, client_options options)
    : job_creator(
          std::make_shared<detail::client_core const>(std::move(storage), std::move(options))
      ) {}

COFIRE_DECL asio::awaitable<std::vector<enqueued>> client::submit(batch const& b) const {
    try {
        bool repeated = false;
        std::vector<new_job> jobs = b.make_jobs(*core(), repeated);
        insert_mode const mode = repeated ? insert_mode::repeat : insert_mode::fresh;
        return detail::insert_many(core(), std::move(jobs), mode, false);
    } catch (...) {
        return detail::carry<std::vector<enqueued>>(std::current_exception());
    }
}

COFIRE_DECL asio::awaitable<job_record> client::get(job_id id) const {
    return detail::get_job(core(), id);
}

COFIRE_DECL asio::awaitable<read_answer> client::find(read_find const& query) const {
    return detail::find_jobs(core(), detail::owned_filter(query.filter, query.cursor), query);
}

COFIRE_DECL asio::awaitable<storage_counts> client::counts() const {
    return detail::read_totals(core());
}

COFIRE_DECL asio::awaitable<storage_health> client::health() const {
    return detail::read_wellness(core());
}

COFIRE_DECL asio::awaitable<void> client::requeue(job_id id, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::requeue, reason), id);
}

COFIRE_DECL asio::awaitable<void> client::remove(job_id id, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::delete_job, reason), id);
}

COFIRE_DECL asio::awaitable<void> client::cancel(job_id id, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::cancel, reason), id);
}

COFIRE_DECL asio::awaitable<void>
client::reschedule(job_id id, due_time when, std::string_view reason) const {
    return detail::reschedule<void>(core(), id, when, reason);
}

COFIRE_DECL asio::awaitable<change_answer>
client::requeue(std::span<job_id const> ids, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::requeue, reason), ids);
}

COFIRE_DECL asio::awaitable<change_answer>
client::remove(std::span<job_id const> ids, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::delete_job, reason), ids);
}

COFIRE_DECL asio::awaitable<change_answer>
client::cancel(std::span<job_id const> ids, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::cancel, reason), ids);
}

COFIRE_DECL asio::awaitable<change_answer>
client::reschedule(std::span<job_id const> ids, due_time when, std::string_view reason) const {
    return detail::reschedule<change_answer>(core(), ids, when, reason);
}

COFIRE_DECL asio::awaitable<change_answer>
client::requeue(job_filter const& which, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::requeue, reason), which);
}

COFIRE_DECL asio::awaitable<change_answer>
client::remove(job_filter const& which, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::delete_job, reason), which);
}

COFIRE_DECL asio::awaitable<change_answer>
client::cancel(job_filter const& which, std::string_view reason) const {
    return detail::change(core(), detail::make_order(change_kind::cancel, reason), which);
}

COFIRE_DECL asio::awaitable<change_answer>
client::reschedule(job_filter const& which, due_time when, std::string_view reason) const {
    return detail::reschedule<change_answer>(core(), which, when, reason);
}

COFIRE_DECL asio::awaitable<enqueued> client::trigger_recurring(std::string_view id) const {
    return detail::trigger_recurring(core(), std::string(id));
}

COFIRE_DECL asio::awaitable<void> client::pause_recurring(std::string_view id) const {
    return detail::pause_recurring(core(), std::string(id), true);
}

COFIRE_DECL asio::awaitable<void> client::resume_recurring(std::string_view id) const {
    return detail::pause_recurring(core(), std::string(id), false);
}

COFIRE_DECL asio::awaitable<void> client::remove_recurring(std::string_view id) const {
    return detail::remove_recurring(core(), std::string(id));
}

COFIRE_DECL asio::awaitable<std::vector<recurring_record>> client::recurring_jobs() const {
    return detail::list_recurring(core());
}

COFIRE_DECL asio::awaitable<recurring_record> client::get_recurring(std::string_view id) const {
    return detail::find_recurring(core(), std::string(id));
}

COFIRE_DECL asio::awaitable<void> client::pause_queue(std::string_view queue) const {
    return detail::pause_queue(core(), std::string(queue), true);
}

COFIRE_DECL asio::awaitable<void> client::resume_queue(std::string_view queue) const {
    return detail::pause_queue(core(), std::string(queue), false);
}

COFIRE_DECL asio::awaitable<std::vector<queue_info>> client::queues() const {
    return detail::list_queues(core());
}

} // namespace cofire

#endif
