// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_ROOM_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_ROOM_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/journal_engine.hpp>

#include <algorithm>

// What a journal does so that nothing is decided that a full file system does not take.

namespace cofire::detail {

/// Bytes that this use leaves for more urgent ones.
template <class Files>
std::uint64_t journal_engine<Files>::kept_by(room_use use) const {
    std::uint64_t const reserve = std::min<std::uint64_t>(4U << 20U, options_.segment_bytes / 4);
    switch (use) {
    case room_use::insert: return reserve;
    case room_use::start: return reserve / 2;
    case room_use::end: return reserve / 8;
    case room_use::leave: break;
    }
    return 0;
}

/// False for what could not be written for certain.
template <class Files>
bool journal_engine<Files>::has_room(std::size_t bytes, room_use use) const {
    std::uint64_t const room = room_.load(std::memory_order_relaxed);
    return room == no_end || queue_.unwritten_bytes() + bytes + kept_by(use) <= room;
}

/// How much room the reserved segment should have for a large call; 0: it is not large.
template <class Files>
std::uint64_t journal_engine<Files>::room_wanted_for(std::size_t bytes) const {
    std::uint64_t const usual = options_.segment_bytes / 4;
    return bytes > usual ? queue_.unwritten_bytes() + bytes + kept_by(room_use::insert) + usual : 0;
}

/// True for what a segment as they usually are might have no room for, and the one that is reserved has
/// none: it would wait for room when it is decided already.
template <class Files>
bool journal_engine<Files>::is_too_large(std::size_t bytes) const {
    std::uint64_t const wanted = room_wanted_for(bytes);
    return wanted != 0 && room_ == no_end && wanted - options_.segment_bytes / 4 > next_room_;
}

template <class Files>
void journal_engine<Files>::throw_without_room(std::size_t bytes, room_use use) const {
    if (!has_room(bytes, use)) {
        throw error(errc::no_space, this->name_);
    }
}

/// The same for what may be large. False: there would be room, but others have used what was reserved.
template <class Files>
bool journal_engine<Files>::room_is_there(std::size_t bytes, room_use use) const {
    throw_without_room(bytes, use);
    if (use == room_use::insert && queue_.is_full()) {
        return false; // many waited for this, and one was enough
    }
    if (!is_too_large(bytes)) {
        return true;
    }
    if (room_refused_ <= room_wanted_for(bytes) || queue_.is_stopped()) {
        throw error(errc::no_space, this->name_);
    }
    return false;
}

/// The reports with a word in place of what their handlers wrote, if there is room for a word.
template <class Files>
std::vector<run_report> journal_engine<Files>::without_lines(std::span<run_report const> reports
) const {
    constexpr std::size_t bytes_of_word = 256;
    bool const tells = has_room(reports.size() * bytes_of_word, room_use::end);
    std::vector<run_report> result(reports.begin(), reports.end());
    for (run_report& report : result) {
        if (!report.lines.empty()) {
            std::string const lost = std::to_string(report.lines.size());
            report.lines.resize(tells ? 1 : 0);
            if (tells) {
                report.lines[0].text = "(" + lost + " lines were not kept: there is no room)";
            }
        }
    }
    return result;
}

/// While too much waits to be written, nothing is added. What is large needs a segment that has room for
/// it: that is reserved before anything is decided, if it can be.
template <class Files>
asio::awaitable<void> journal_engine<Files>::wait_for_room(std::size_t bytes) {
    while (queue_.is_full()) {
        co_await queue_.room();
    }
    while (is_too_large(bytes)) {
        std::uint64_t const wanted = room_wanted_for(bytes);
        for (std::uint64_t now = room_wanted_; now < wanted;) {
            if (room_wanted_.compare_exchange_weak(now, wanted)) {
                break;
            }
        }
        if (who_ == journal_writer::callers) {
            make_room();
        } else {
            co_await queue_.turn();
        }
        if (room_refused_ <= room_wanted_for(bytes) || queue_.is_stopped()) {
            break;
        }
    }
}

} // namespace cofire::detail

#endif
