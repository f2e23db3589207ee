// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_RECORD_TYPE_HPP
#define COFIRE_STORAGE_JOURNAL_RECORD_TYPE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cofire::detail {

/// What a record tells. docs/journal_records.md has each to the byte; the numbers never change.
enum class record_type : std::uint16_t {
    time_passed = 1,
    inserted = 2,
    acquired = 3,
    settled = 4,
    changed = 5,
    reported = 6,
    removed = 7,
    fired = 8,
    recurring_put = 9,
    recurring_removed = 10,
    recurring_paused = 11,
    queue_paused = 12,
    limit_put = 13,
    announced = 14,
    retired = 15,
    ordered = 16,
    died = 17,
    recovered = 18,
    generation = 19,
    interrupted = 20,
    notices_told = 21,
    counted = 22,
    // of snapshots
    table_image = 64,
    job_image = 65,
    snapshot_end = 66,
};

/// The head of each record: the length of its body (4 bytes), its type (2), its flags (2), the lowest
/// byte first.
inline constexpr std::size_t record_head_size = 8;

/// The flag of a record that must not be skipped by a reader that does not know its type.
inline constexpr std::uint16_t must_understand = 0x8000;

/// Writes the head of a record that begins at `at` and ends where the bytes do.
inline void put_record_head(std::vector<std::byte>& bytes, std::size_t at, record_type type) {
    auto const put = [&](std::size_t from, std::uint64_t n, std::size_t size) {
        for (std::size_t i = 0; i != size; ++i, n >>= 8) {
            bytes[at + from + i] = static_cast<std::byte>(n & 0xFF);
        }
    };
    put(0, bytes.size() - at - record_head_size, 4);
    put(4, static_cast<std::uint16_t>(type), 2);
    put(6, must_understand, 2);
}

} // namespace cofire::detail

#endif
