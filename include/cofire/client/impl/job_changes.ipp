// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_JOB_CHANGES_IPP
#define COFIRE_CLIENT_IMPL_JOB_CHANGES_IPP

#include <cofire/client/job_changes.hpp>
#include <cofire/core/error.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace cofire::detail {

COFIRE_DECL std::string_view change_name(change_kind kind) {
    switch (kind) {
    case change_kind::requeue: return "requeue";
    case change_kind::delete_job: return "remove";
    case change_kind::cancel: return "cancel";
    case change_kind::reschedule: return "reschedule";
    case change_kind::reprioritise: return "reprioritise";
    case change_kind::move: return "move";
    }
    return "change";
}

COFIRE_DECL change_request to_request(change_order const& order) {
    change_request request;
    request.kind = order.kind;
    request.due = order.due;
    request.reason = order.reason;
    return request;
}

COFIRE_DECL asio::awaitable<void>
change_one(std::shared_ptr<client_core const> core, change_order order) {
    change_request request = to_request(order);
    request.ids = order.ids;
    auto op = core->storage().change(request);
    change_answer const answer = co_await std::move(op);
    if (answer.skipped.empty()) {
        co_return;
    }
    skipped_job const& s = answer.skipped.front();
    std::string const what =
        std::string(change_name(order.kind)) + " of job " + order.ids.front().to_string();
    if (s.why == skip_reason::unknown) {
        throw error(errc::unknown_job, order.ids.front(), what);
    }
    if (s.why == skip_reason::key_held) {
        throw error(
            errc::wrong_state, order.ids.front(), what + ": another job holds its unique key by now"
        );
    }
    throw error(
        errc::wrong_state, order.ids.front(), what + ", which is " + std::string(to_string(s.state))
    );
}

// Adds what one slice has answered.
COFIRE_DECL void add_answer(change_answer& total, change_answer const& slice) {
    total.now = slice.now;
    total.seen = slice.seen;
    total.changed += slice.changed;
    total.skipped_count += slice.skipped_count;
    for (skipped_job const& s : slice.skipped) {
        if (total.skipped.size() < 100) {
            total.skipped.push_back(s);
        }
    }
}

COFIRE_DECL asio::awaitable<change_answer>
change_many(std::shared_ptr<client_core const> core, change_order order) {
    change_answer total;
    std::span<job_id const> rest = order.ids;
    std::string cursor;
    bool more = order.filter.has_value() || !rest.empty();
    while (more) {
        change_request request = to_request(order);
        if (order.filter) {
            request.filter = order.filter->get();
            request.cursor = cursor;
        } else {
            request.ids = rest.first(std::min(rest.size(), change_slice_jobs));
            rest = rest.subspan(request.ids.size());
        }
        auto op = core->storage().change(request);
        change_answer slice = co_await std::move(op);
        cursor = std::move(slice.cursor);
        more = !cursor.empty() || !rest.empty();
        add_answer(total, slice);
    }
    co_return total;
}

} // namespace cofire::detail

#endif
