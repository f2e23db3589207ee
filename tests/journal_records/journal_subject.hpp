// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_JOURNAL_RECORDS_JOURNAL_SUBJECT_HPP
#define COFIRE_TESTS_JOURNAL_RECORDS_JOURNAL_SUBJECT_HPP

#include "differential/subject.hpp"
#include "journal/engine_model.hpp"
#include "support/run_to_end.hpp"
#include "support/standing_clock.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace cofire::journal_tests {

namespace simulated = ::journal_tests;

using cofire_tests::standing_clock;

/// The whole journal on a simulated disk, with small files and frequent snapshots. That all servers die
/// is the death of the process: the journal is opened anew from what the disk had then.
class journal_subject : public differential::subject {
public:
    explicit journal_subject(
        table_limits const& limits,
        std::uint64_t segment_bytes = std::uint64_t{256} << 10U,
        std::uint64_t compact_bytes = std::uint64_t{4} << 10U
    ) {
        options_.limits = limits;
        options_.clock = clock{clock_};
        options_.segment_bytes = segment_bytes;
        options_.compact_bytes = compact_bytes;
        journal_.emplace(simulated::simulated_disk(), options_);
    }

    insert_answer insert(insert_request const& r, time_point now) override {
        return run(now, engine().insert(r));
    }
    acquire_answer acquire(acquire_request const& r, time_point now) override {
        return run(now, engine().acquire(r));
    }
    settle_answer settle(settle_request const& r, time_point now) override {
        return run(now, engine().settle(r));
    }
    tick_answer tick(tick_request const& r, time_point now) override {
        return run(now, engine().tick(r));
    }
    change_answer change(change_request const& r, time_point now) override {
        return run(now, engine().change(r));
    }
    recurring_answer recurring(recurring_request const& r, time_point now) override {
        return run(now, engine().recurring(r));
    }
    queues_answer queues(queues_request const& r, time_point now) override {
        return run(now, engine().queues(r));
    }
    servers_answer servers(servers_request const& r, time_point now) override {
        servers_answer answer = run(now, engine().servers(r));
        if (answer.presence) {
            presences_[answer.instance] = std::exchange(answer.presence, nullptr);
        }
        return answer;
    }
    read_answer read(read_request const& r, time_point now) override {
        read_answer answer = run(now, engine().read(r));
        if (std::holds_alternative<read_counts>(r)) {
            answer.counts.stale += untold_stale_;
            answer.counts.refused += untold_refused_;
        }
        return answer;
    }
    void server_died(server_instance instance, time_point now) override {
        clock_->now = now;
        presences_.erase(instance);
    }
    void recover(time_point now) override {
        clock_->now = now;
        // What was refused or stale is told with the next record only, so its count may be lost.
        auto const before = read(read_counts{}, now).counts;
        auto left = disk();
        journal_.reset();
        presences_.clear(); // of a process that is gone
        journal_.emplace(std::move(left), options_);
        auto const after = read(read_counts{}, now).counts;
        untold_stale_ += before.stale - after.stale;
        untold_refused_ += before.refused - after.refused;
    }

    /// What is on the disk now.
    [[nodiscard]] simulated::simulated_disk disk() const {
        return journal_->state()->disk->after_exit();
    }

private:
    simulated::engine& engine() { return *journal_->shared(); }

    template <class Answer>
    Answer run(time_point now, asio::awaitable<Answer> operation) {
        clock_->now = now;
        Answer answer = cofire_tests::run_to_end(context_, std::move(operation));
        engine().turn();
        return answer;
    }

    asio::io_context context_{1};
    std::shared_ptr<standing_clock> clock_ = std::make_shared<standing_clock>();
    journal_options options_;
    std::optional<simulated::simulated_journal> journal_;
    std::map<server_instance, std::shared_ptr<void const>> presences_;
    std::uint64_t untold_stale_ = 0;
    std::uint64_t untold_refused_ = 0;
};

} // namespace cofire::journal_tests

#endif
