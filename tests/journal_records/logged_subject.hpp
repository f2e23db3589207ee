// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_JOURNAL_RECORDS_LOGGED_SUBJECT_HPP
#define COFIRE_TESTS_JOURNAL_RECORDS_LOGGED_SUBJECT_HPP

#include "differential/subject.hpp"
#include "storage/job_table_dump.hpp"

#include <cofire/storage/journal/logged_table.hpp>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cofire::journal_tests {

using detail::logged_table;
using detail::record_buffer;

/// One record of a log.
struct stored_record {
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::vector<std::byte> body{};
};

/// The records that lie one behind the other in `bytes`.
inline std::vector<stored_record> records_of(record_buffer const& bytes) {
    std::vector<stored_record> out;
    for (std::size_t at = 0; at != bytes.size();) {
        auto const number = [&](std::size_t from, std::size_t size) {
            std::uint32_t n = 0;
            while (size-- != 0) {
                n = n << 8 | std::to_integer<std::uint32_t>(bytes.at(at + from + size));
            }
            return n;
        };
        stored_record r;
        r.type = static_cast<std::uint16_t>(number(4, 2));
        r.flags = static_cast<std::uint16_t>(number(6, 2));
        auto const body =
            bytes.begin() + static_cast<std::ptrdiff_t>(at + detail::record_head_size);
        std::size_t const length = number(0, 4);
        if (bytes.size() - at - detail::record_head_size < length) {
            throw std::logic_error("a record is longer than what there is");
        }
        r.body.assign(body, body + static_cast<std::ptrdiff_t>(length));
        out.push_back(std::move(r));
        at += detail::record_head_size + length;
    }
    return out;
}

inline void replay(logged_table& to, std::vector<stored_record> const& records) {
    for (stored_record const& r : records) {
        to.replay(r.type, r.flags, r.body);
    }
}

inline std::string dump_of(logged_table const& t) {
    return detail::job_table_inspector(t.table()).dump();
}

/// Throws if the texts differ, with the first lines that do.
inline void require_same(std::string const& what, std::string const& a, std::string const& b) {
    if (a == b) {
        return;
    }
    std::size_t at = 0;
    while (at < a.size() && at < b.size() && a[at] == b[at]) {
        ++at;
    }
    std::size_t begin = at;
    for (int lines = 0; begin != 0 && lines != 4; --begin) {
        lines += a[begin - 1] == '\n' ? 1 : 0;
    }
    throw std::logic_error(
        what + "\n--- live:\n" + a.substr(begin, at - begin + 200) + "\n--- again:\n" +
        b.substr(begin, at - begin + 200)
    );
}

/// A logged_table, whose records another table replays as they come; after each command both must be
/// the same. Now and then a snapshot is taken, in slices between commands; loaded, it must be the table
/// as it was, and then follows, too. A recovery is a restart: the table is made anew, from the first
/// record on or from the latest snapshot.
class logged_subject final : public differential::subject {
public:
    explicit logged_subject(table_limits const& limits)
        : limits_(limits), table_(fresh()), follower_(fresh()) {
        table_->start({});
        follow();
    }

    insert_answer insert(insert_request const& r, time_point now) override {
        return followed([&] { return table_->insert(r, now); });
    }
    acquire_answer acquire(acquire_request const& r, time_point now) override {
        return followed([&] { return table_->acquire(r, now); });
    }
    settle_answer settle(settle_request const& r, time_point now) override {
        return followed([&] { return table_->settle(r, now); });
    }
    tick_answer tick(tick_request const& r, time_point now) override {
        return followed([&] { return table_->tick(r, now); });
    }
    change_answer change(change_request const& r, time_point now) override {
        return followed([&] { return table_->change(r, now); });
    }
    recurring_answer recurring(recurring_request const& r, time_point now) override {
        return followed([&] { return table_->recurring(r, now); });
    }
    queues_answer queues(queues_request const& r, time_point now) override {
        return followed([&] { return table_->queues(r, now); });
    }
    servers_answer servers(servers_request const& r, time_point now) override {
        return followed([&] { return table_->servers(r, now); });
    }
    read_answer read(read_request const& r, time_point now) override {
        return followed([&] { return table_->read(r, now); });
    }
    void server_died(server_instance instance, time_point now) override {
        followed([&] {
            table_->server_died(instance, now);
            return 0;
        });
    }
    void recover(time_point now) override {
        table_->tell_counters(now);
        follow();
        auto again = fresh();
        if (loaded_ && random() % 2 == 0) { // from the snapshot and what came after it
            again = std::move(loaded_);
        } else {
            replay(*again, log_);
        }
        require_same("after a restart", dump_of(*table_), dump_of(*again));
        taking_.reset();
        table_ = std::move(again);
        table_->start(now);
        follow();
    }

    /// All records so far.
    [[nodiscard]] std::vector<stored_record> const& log() const { return log_; }
    [[nodiscard]] logged_table const& table() const { return *table_; }

private:
    [[nodiscard]] std::unique_ptr<logged_table> fresh() const {
        return std::make_unique<logged_table>(limits_);
    }

    template <class Call>
    auto followed(Call const& call) -> decltype(call()) {
        try {
            auto answer = call();
            follow();
            return answer;
        } catch (error const&) {
            follow();
            throw;
        }
    }

    void follow() {
        record_buffer bytes;
        auto const count = table_->take_records(bytes);
        auto const records = records_of(bytes);
        if (records.size() != count) {
            throw std::logic_error("another number of records");
        }
        replay(*follower_, records);
        log_.insert(log_.end(), records.begin(), records.end());
        std::string const now = dump_of(*table_);
        require_same("replayed", now, dump_of(*follower_));
        detail::job_table_inspector(follower_->table()).check();
        if (loaded_) {
            replay(*loaded_, records);
            require_same("replayed after a snapshot", now, dump_of(*loaded_));
            detail::job_table_inspector(loaded_->table()).check();
        }
        if (taking_) {
            since_.insert(since_.end(), records.begin(), records.end());
            take_slice(random() % 8 == 0 ? 100 : random() % 3);
        } else if (random() % 8 == 0) {
            begin_snapshot(now);
        }
    }

    void begin_snapshot(std::string const& now) {
        begun_ = now;
        taking_ = fresh();
        since_.clear();
        table_->begin_snapshot();
        if (random() % 4 == 0) { // all at once
            take_slice(100'000);
        }
    }

    /// Loads what a slice of the snapshot gives; at its end, this is the table as it was at the
    /// beginning, and with the records since then as it is now.
    void take_slice(std::size_t budget) {
        record_buffer block;
        bool last = table_->snapshot_slice(budget, block);
        taking_->load_snapshot_block(block);
        while (!last && budget > 1'000) {
            last = table_->snapshot_slice(budget, block);
            taking_->load_snapshot_block(block);
        }
        if (last) {
            loaded_ = std::move(taking_);
            loaded_->finish_load();
            detail::job_table_inspector(loaded_->table()).check();
            require_same("a snapshot", begun_, dump_of(*loaded_));
            replay(*loaded_, since_);
            require_same("records after a snapshot", dump_of(*table_), dump_of(*loaded_));
            ++snapshots_;
        }
    }

    std::uint64_t random() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_ >> 11;
    }

    table_limits limits_;
    std::unique_ptr<logged_table> table_;
    std::unique_ptr<logged_table> follower_;
    std::vector<stored_record> log_;
    std::uint64_t state_ = 88'172'645'463'325'252;
    std::uint64_t snapshots_ = 0;
    std::string begun_;                    // the table when the snapshot under way was begun
    std::unique_ptr<logged_table> taking_; // what it holds so far
    std::vector<stored_record> since_;     // the records since then
    std::unique_ptr<logged_table> loaded_; // from the latest snapshot, kept up by records
};

} // namespace cofire::journal_tests

#endif
