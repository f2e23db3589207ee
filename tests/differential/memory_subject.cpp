// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "subject.hpp"
#include "support/run_to_end.hpp"
#include "support/standing_clock.hpp"

#include <cofire/storage/memory_storage.hpp>

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <utility>

namespace cofire::differential {
namespace {

using cofire_tests::standing_clock;

class memory_subject final : public subject {
public:
    explicit memory_subject(table_limits const& limits)
        : storage_(memory_options{limits, clock{clock_}}) {}

    insert_answer insert(insert_request const& r, time_point now) override {
        return run(now, storage_.insert(r));
    }
    acquire_answer acquire(acquire_request const& r, time_point now) override {
        return run(now, storage_.acquire(r));
    }
    settle_answer settle(settle_request const& r, time_point now) override {
        return run(now, storage_.settle(r));
    }
    tick_answer tick(tick_request const& r, time_point now) override {
        return run(now, storage_.tick(r));
    }
    change_answer change(change_request const& r, time_point now) override {
        return run(now, storage_.change(r));
    }
    recurring_answer recurring(recurring_request const& r, time_point now) override {
        return run(now, storage_.recurring(r));
    }
    queues_answer queues(queues_request const& r, time_point now) override {
        return run(now, storage_.queues(r));
    }
    servers_answer servers(servers_request const& r, time_point now) override {
        servers_answer answer = run(now, storage_.servers(r));
        if (answer.presence) {
            presences_[answer.instance] = std::exchange(answer.presence, nullptr);
        }
        return answer;
    }
    read_answer read(read_request const& r, time_point now) override {
        return run(now, storage_.read(r));
    }
    void server_died(server_instance instance, time_point now) override {
        clock_->now = now;
        presences_.erase(instance);
    }
    void recover(time_point now) override {
        clock_->now = now;
        while (!presences_.empty()) {
            presences_.erase(presences_.begin());
        }
    }

private:
    template <class Answer>
    Answer run(time_point now, asio::awaitable<Answer> operation) {
        clock_->now = now;
        return cofire_tests::run_to_end(context_, std::move(operation));
    }

    asio::io_context context_{1};
    std::shared_ptr<standing_clock> clock_ = std::make_shared<standing_clock>();
    memory_storage storage_;
    std::map<server_instance, std::shared_ptr<void const>> presences_;
};

} // namespace

std::unique_ptr<subject> make_memory(table_limits const& limits) {
    return std::make_unique<memory_subject>(limits);
}

} // namespace cofire::differential
