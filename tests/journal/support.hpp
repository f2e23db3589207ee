// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_JOURNAL_SUPPORT_HPP
#define COFIRE_TESTS_JOURNAL_SUPPORT_HPP

#include "simulated_files.hpp"

#include <cofire/storage/journal/journal_log.hpp>
#include <cofire/storage/journal/little_endian.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace journal_tests {

using log_type = cofire::detail::journal_log<simulated_files>;

inline constexpr std::uint64_t small_segment = 8192;

/// The body of the record `seq` in these tests: its size and bytes follow from the number.
inline bytes body_of(std::uint64_t seq) {
    numbers random(seq);
    bytes body(random.below(8) == 0 ? 600 + random.below(900) : random.below(60));
    for (auto& b : body) {
        b = static_cast<std::byte>(random());
    }
    return body;
}

/// `count` records from `first` on, as write_frame takes them.
inline bytes records_from(std::uint64_t first, std::uint32_t count) {
    bytes out;
    for (std::uint64_t seq = first; seq != first + count; ++seq) {
        auto const body = body_of(seq);
        bytes head(8);
        std::span<std::byte> const h(head);
        cofire::detail::store_little(h, 0, static_cast<std::uint32_t>(body.size()));
        cofire::detail::store_little(h, 4, static_cast<std::uint16_t>(seq % 7));
        out.insert(out.end(), head.begin(), head.end());
        out.insert(out.end(), body.begin(), body.end());
    }
    return out;
}

/// What recovery hands out, checked against what these tests write.
class replay {
public:
    /// The last record; those before it were all there, in order and unchanged.
    std::uint64_t last = 0;
    std::uint64_t from_snapshot = 0;
    std::string fault;

    void block(std::span<std::byte const> b) {
        // Blocks hold the number of a record each.
        if (b.size() < 8 || cofire::detail::load_little<std::uint64_t>(b, 0) != last + 1) {
            fault = "a block out of order after " + std::to_string(last);
        }
        from_snapshot = ++last;
    }
    void record(cofire::detail::record_view const& r) {
        auto const expected = body_of(r.seq);
        if (r.seq != last + 1 || r.type != r.seq % 7 || r.flags != 0 ||
            !std::equal(r.body.begin(), r.body.end(), expected.begin(), expected.end())) {
            fault = "record " + std::to_string(r.seq) + " after " + std::to_string(last);
        }
        last = r.seq;
    }
};

/// A block of a snapshot of these tests.
inline bytes block_of(std::uint64_t seq) {
    bytes b(8 + seq % 5);
    cofire::detail::store_little(std::span<std::byte>(b), 0, seq);
    return b;
}

/// A store that is open.
struct opened {
    explicit opened(simulated_disk& disk, std::uint64_t segment_size = small_segment)
        : files(disk), segment(segment_size) {}

    /// Recovers; may throw.
    void open() {
        log.emplace(
            files,
            cofire::detail::journal_log_options{
                .segment_size = segment, .usual_frame = 2048, .verify_snapshots = true, .now = {}},
            [&](std::span<std::byte const> b) { seen.block(b); },
            [&](cofire::detail::record_view const& r) { seen.record(r); }
        );
    }
    std::uint64_t append(std::uint32_t count, bool durable = true) {
        return log->write_frame(records_from(log->last_seq() + 1, count), count, durable);
    }
    bool snapshot() {
        auto writer = log->begin_snapshot();
        if (!writer) {
            return false;
        }
        for (std::uint64_t seq = 1; seq <= writer->seq(); ++seq) {
            writer->append(block_of(seq));
        }
        writer->commit();
        return true;
    }

    simulated_files files;
    std::uint64_t segment;
    replay seen;
    std::optional<log_type> log;
};

} // namespace journal_tests

#endif
