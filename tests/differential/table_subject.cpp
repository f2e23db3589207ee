// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "subject.hpp"

#include <cofire/storage/table/job_table.hpp>

namespace cofire::differential {
namespace {

class table_subject final : public subject {
public:
    explicit table_subject(table_limits const& limits) : table_(limits) {}

    insert_answer insert(insert_request const& r, time_point now) override {
        return table_.insert(r, now);
    }
    acquire_answer acquire(acquire_request const& r, time_point now) override {
        return table_.acquire(r, now);
    }
    settle_answer settle(settle_request const& r, time_point now) override {
        return table_.settle(r, now);
    }
    tick_answer tick(tick_request const& r, time_point now) override { return table_.tick(r, now); }
    change_answer change(change_request const& r, time_point now) override {
        return table_.change(r, now);
    }
    recurring_answer recurring(recurring_request const& r, time_point now) override {
        return table_.recurring(r, now);
    }
    queues_answer queues(queues_request const& r, time_point now) override {
        return table_.queues(r, now);
    }
    servers_answer servers(servers_request const& r, time_point now) override {
        return table_.servers(r, now);
    }
    read_answer read(read_request const& r, time_point now) override { return table_.read(r, now); }
    void server_died(server_instance instance, time_point now) override {
        table_.server_died(instance, now);
    }
    void recover(time_point now) override { table_.recover(now); }

private:
    detail::job_table table_;
};

} // namespace

std::unique_ptr<subject> make_table(table_limits const& limits) {
    return std::make_unique<table_subject>(limits);
}

} // namespace cofire::differential
