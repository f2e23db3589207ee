// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_RECORD_REPLAY_HPP
#define COFIRE_STORAGE_JOURNAL_RECORD_REPLAY_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/job_kinds.hpp>
#include <cofire/storage/journal/number_index.hpp>
#include <cofire/storage/journal/record_bytes.hpp>
#include <cofire/storage/journal/record_type.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// Does again to a job_table what record_writer wrote down of another: it decides nothing, and knows no
/// clock. The table must not be used otherwise meanwhile.
///
/// A record that does not fit throws errc::corrupt; the table is of no use then.
///
/// Distinct objects: safe. Shared objects: unsafe.
class record_replay {
public:
    explicit record_replay(job_table& table) : table_(&table) {}

    /// Does what the record says. `body` is what follows its head.
    void replay(std::uint16_t type, std::uint16_t flags, std::span<std::byte const> body);

    /// How many records were skipped: of a type that is not known, and need not be.
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }
    /// The time of the latest record.
    [[nodiscard]] time_point last_time() const { return now_; }

    /// The time that the next record's is told from, after a snapshot.
    void set_last_time(time_point t) { now_ = t; }
    /// True if a job has this number.
    [[nodiscard]] bool knows(std::uint64_t number) const {
        return numbers_.find(number) != nullptr;
    }
    /// Learns of a job that a snapshot held.
    void add(job_node& job) { numbers_.insert(job); }

private:
    struct raw_parent {
        std::uint64_t number = 0;
        std::optional<job_id> given{};
        parent_condition on{};
    };
    struct raw_job {
        new_job job;
        std::vector<raw_parent> parents{};
        job_node* replaces = nullptr;
    };

    void apply(record_type type, byte_reader& r);
    job_node& job_at(std::int64_t step);
    job_node& held_job_at(std::int64_t step);
    server_entry& read_server(byte_reader& r);
    raw_job read_job(byte_reader& r);
    void read_parents(byte_reader& r, raw_job& to);
    void inserted(byte_reader& r);
    void acquired(byte_reader& r);
    void settled(byte_reader& r);
    void changed(byte_reader& r);
    void reported(byte_reader& r);
    void removed(byte_reader& r);
    void fired(byte_reader& r);
    void recurring_put(byte_reader& r);
    void recurring_paused(byte_reader& r);
    void announced(byte_reader& r);
    void interrupted(byte_reader& r);
    void generation(byte_reader& r);
    recurring_record& recurring_of(std::string_view id);

    job_table* table_;
    kind_reader kinds_;
    number_index numbers_;
    time_point now_;
    std::uint64_t last_number_ = 0; // named in this record
    std::uint64_t skipped_ = 0;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/record_replay.ipp>
#endif

#endif
