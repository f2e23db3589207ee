// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DIFFERENTIAL_SUBJECT_HPP
#define COFIRE_TESTS_DIFFERENTIAL_SUBJECT_HPP

#include <cofire/storage/contract/change.hpp>
#include <cofire/storage/contract/insert.hpp>
#include <cofire/storage/contract/queues.hpp>
#include <cofire/storage/contract/read.hpp>
#include <cofire/storage/contract/recurring.hpp>
#include <cofire/storage/contract/servers.hpp>
#include <cofire/storage/contract/settle.hpp>
#include <cofire/storage/contract/tick.hpp>
#include <cofire/storage/table/table_limits.hpp>

#include <memory>

namespace cofire::differential {

/// The storage that is held against the naive model: its operations, each as one plain call.
class subject {
public:
    subject() = default;
    subject(subject const&) = delete;
    subject& operator=(subject const&) = delete;
    virtual ~subject() = default;

    virtual insert_answer insert(insert_request const& r, time_point now) = 0;
    virtual acquire_answer acquire(acquire_request const& r, time_point now) = 0;
    virtual settle_answer settle(settle_request const& r, time_point now) = 0;
    virtual tick_answer tick(tick_request const& r, time_point now) = 0;
    virtual change_answer change(change_request const& r, time_point now) = 0;
    virtual recurring_answer recurring(recurring_request const& r, time_point now) = 0;
    virtual queues_answer queues(queues_request const& r, time_point now) = 0;
    virtual servers_answer servers(servers_request const& r, time_point now) = 0;
    virtual read_answer read(read_request const& r, time_point now) = 0;
    /// A server's process ends.
    virtual void server_died(server_instance instance, time_point now) = 0;
    /// The processes of all servers end, the first one first.
    virtual void recover(time_point now) = 0;
};

/// The table of the in-process storages, called directly.
std::unique_ptr<subject> make_table(table_limits const& limits);

/// A memory_storage on a clock of its own.
std::unique_ptr<subject> make_memory(table_limits const& limits);

} // namespace cofire::differential

#endif
