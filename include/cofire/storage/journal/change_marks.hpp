// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_CHANGE_MARKS_HPP
#define COFIRE_STORAGE_JOURNAL_CHANGE_MARKS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace cofire::detail {

/// Knows which record is to be stored before somebody may see what the table did as a given change, by
/// the table's own count of its changes. It remembers what is not stored yet.
///
/// Distinct objects: safe. Shared objects: unsafe.
class change_marks {
public:
    /// All that was changed up to `change` is stored when `record` is. Both never decrease. May throw
    /// std::bad_alloc, and has noted nothing.
    void note(std::uint64_t change, std::uint64_t record) {
        if (!marks_.empty() && marks_.back().record == record) {
            marks_.back().change = change;
        } else if (record > stored_record_) {
            marks_.push_back({.change = change, .record = record});
        } else {
            stored_change_ = change;
        }
    }

    /// The records up to this one are stored.
    void stored(std::uint64_t record) {
        stored_record_ = std::max(stored_record_, record);
        while (!marks_.empty() && marks_.front().record <= stored_record_) {
            stored_change_ = marks_.front().change;
            marks_.pop_front();
        }
    }

    /// The record that `change` waits for; 0: it is stored. `latest` for a change that is not noted.
    [[nodiscard]] std::uint64_t record_of(std::uint64_t change, std::uint64_t latest) const {
        if (change <= stored_change_) {
            return 0;
        }
        auto const at = std::lower_bound(
            marks_.begin(),
            marks_.end(),
            change,
            [](mark const& m, std::uint64_t c) { return m.change < c; }
        );
        return at == marks_.end() ? latest : at->record;
    }

    /// How many records it remembers.
    [[nodiscard]] std::size_t size() const { return marks_.size(); }

private:
    struct mark {
        std::uint64_t change;
        std::uint64_t record;
    };

    std::deque<mark> marks_; // by both
    std::uint64_t stored_change_ = 0;
    std::uint64_t stored_record_ = 0;
};

} // namespace cofire::detail

#endif
