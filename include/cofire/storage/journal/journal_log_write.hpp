// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_LOG_WRITE_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_LOG_WRITE_HPP

// journal_log's functions for writing. Included by journal_log.hpp, which comes first.

#include <cofire/storage/journal/crc32c.hpp>
#include <cofire/storage/journal/journal_log.hpp>
#include <cofire/storage/journal/little_endian.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cofire::detail {

template <file_system F>
void journal_log<F>::require_healthy() const {
    if (is_poisoned()) {
        throw error(errc::storage_failed, "the journal stopped after a failure: " + poison_);
    }
}

// For what leaves unknown what the disk holds if it fails.
template <file_system F>
template <class Function>
void journal_log<F>::or_poison(Function&& fn) {
    try {
        fn();
    } catch (io_error const& e) {
        poison_ = e.what();
        throw error(errc::storage_failed, poison_);
    }
}

template <file_system F>
std::uint64_t journal_log<F>::left_in_segment() const {
    std::uint64_t const used = head_.offset + segment_reserve;
    return used < head_.header.size ? head_.header.size - used : 0;
}

template <file_system F>
std::uint64_t journal_log<F>::room() const {
    std::uint64_t const here = left_in_segment();
    if (!spare_) {
        return here;
    }
    // A frame that does not fit here leaves the rest unused.
    std::uint64_t const both = here + spare_size_ - segment_overhead;
    std::uint64_t const unused = std::min<std::uint64_t>(here, options_.usual_frame);
    return std::max(here, both - unused);
}

template <file_system F>
std::uint64_t
journal_log<F>::write_frame(std::span<std::byte const> records, std::uint32_t count, bool durable) {
    require_healthy();
    if (count == 0 || records.size() > most_frame_payload) {
        throw error(
            errc::too_many_items,
            "a frame of " + std::to_string(count) + " records in " +
                std::to_string(records.size()) + " bytes"
        );
    }
    if (frame_size(records.size()) > left_in_segment()) {
        roll(records.size());
    }
    put(records, count, 0, durable);
    return last_seq();
}

template <file_system F>
void journal_log<F>::put(
    std::span<std::byte const> payload, std::uint32_t count, std::uint8_t flags, bool durable
) {
    frame_head head{
        .first_seq = head_.next_seq,
        .records = count,
        .payload_size = static_cast<std::uint32_t>(payload.size()),
        .payload_crc = crc32c(payload),
        .flags = flags,
        .unsynced = static_cast<std::uint32_t>(head_.offset - durable_offset_),
    };
    head.chain = next_chain(head_.chain, head.payload_crc);
    frame_.clear();
    frame_.resize(frame_head_size);
    encode_frame_head(frame_, head, seed_);
    frame_.insert(frame_.end(), payload.begin(), payload.end());
    frame_.resize(frame_size(payload.size()));
    or_poison([&] { files_->write(*file_, head_.offset, frame_); });
    head_.offset += frame_.size();
    head_.next_seq += count;
    head_.chain = head.chain;
    is_closed_ = flags == frame_end;
    bytes_since_snapshot_ += frame_.size();
    if (durable) {
        sync();
    }
}

template <file_system F>
void journal_log<F>::sync() {
    require_healthy();
    if (durable_offset_ != head_.offset) {
        or_poison([&] { files_->sync(*file_); });
        durable_offset_ = head_.offset;
    }
    durable_seq_ = last_seq();
}

template <file_system F>
void journal_log<F>::close() {
    sync();
    // The space for the seal stays free. Without an end the store is merely taken for crashed.
    std::uint64_t const needed = frame_size(0) + frame_size(seal_payload_size);
    if (!is_closed_ && head_.offset + needed <= head_.header.size) {
        put({}, 0, frame_end, true);
    }
}

// An empty segment that is durable but for its name. Leaves nothing behind if it fails.
template <file_system F>
auto journal_log<F>::make_spare(std::uint64_t size) -> file {
    std::string const name(spare_name);
    auto made = [&] {
        try {
            return files_->create(name);
        } catch (io_error const& e) {
            if (e.number() != EEXIST) {
                throw;
            }
        }
        files_->unlink(name); // one that could not be removed when it failed
        return files_->create(name);
    }();
    try {
        files_->reserve(made, size);
        files_->sync(made);
    } catch (io_error const&) {
        try {
            files_->unlink(name);
        } catch (io_error const&) { // NOLINT(bugprone-empty-catch): the first failure is the one to tell
            // Left for the next open.
        }
        throw;
    }
    return made;
}

template <file_system F>
bool journal_log<F>::prepare(std::uint64_t frames) {
    require_healthy();
    bool const is_larger = frames > options_.segment_size - segment_overhead &&
                           frames <= most_segment_size - segment_overhead - 4096;
    if (spare_ && (!is_larger || next_room() >= frames)) {
        return true;
    }
    auto const try_size = [&](std::uint64_t size) {
        try {
            spare_.emplace(make_spare(size));
            spare_size_ = size;
        } catch (io_error const& e) {
            if (!e.is_no_space()) {
                throw;
            }
        }
    };
    return with_users_errors([&] {
        if (spare_) {
            spare_.reset();
            files_->unlink(std::string(spare_name));
        }
        if (is_larger) {
            try_size((segment_overhead + frames + 4095) / 4096 * 4096);
        }
        if (!spare_) {
            try_size(options_.segment_size);
        }
        return spare_.has_value();
    });
}

template <file_system F>
void journal_log<F>::roll() {
    require_healthy();
    roll(0);
}

// The order proves what is lost: a sealed segment has a successor, and a successor that is written to
// has a sealed one before it.
template <file_system F>
void journal_log<F>::roll(std::uint64_t payload) {
    // A frame larger than usual gets a segment of its own size.
    std::uint64_t const needed = (segment_overhead + frame_size(payload) + 4095) / 4096 * 4096;
    with_users_errors([&] {
        if (spare_ && spare_size_ < needed) {
            spare_.reset();
            files_->unlink(std::string(spare_name));
        }
        if (!spare_) {
            std::uint64_t const size = std::max(options_.segment_size, needed);
            spare_.emplace(make_spare(size));
            spare_size_ = size;
        }
    });
    sync();
    std::uint64_t const size = spare_size_;
    std::optional<file> next;
    segment_header header;
    or_poison([&] {
        next.emplace(std::move(*spare_));
        spare_.reset();
        header = start_segment(*next, size);
    });
    std::vector<std::byte> seal(seal_payload_size);
    store_little(std::span<std::byte>(seal), 0, header.number);
    put(seal, 0, frame_seal, true);
    segment_link const link{
        .previous = head_.header.number,
        .last_seq = last_seq(),
        .length = head_.offset,
        .chain = head_.chain,
    };
    file_ = std::move(next);
    head_.header = header;
    head_.offset = segment_header_size;
    head_.start_chain = head_.chain;
    durable_offset_ = head_.offset;
    seed_ = frame_seed(header.salt, header.number);
    write_link(link);
}

template <file_system F>
void journal_log<F>::write_link(segment_link const& link) {
    put(encode(link), 0, frame_link, true);
}

// Makes of a spare the segment after the current one, durable with its name.
template <file_system F>
segment_header journal_log<F>::start_segment(file& spare, std::uint64_t size) {
    segment_header const header{
        .version = findings_.format.version,
        .uuid = findings_.format.uuid,
        .number = head_.header.number + 1,
        .first_seq = head_.next_seq,
        .salt = files_->random(),
        .size = size,
    };
    files_->write(spare, 0, encode(header));
    files_->sync(spare);
    files_->rename(std::string(spare_name), segment_name(header.number));
    files_->sync_directory();
    segments_.push_back(header.number);
    return header;
}

template <file_system F>
std::optional<snapshot_writer<F>> journal_log<F>::begin_snapshot() {
    require_healthy();
    if (last_seq() == 0 || (!snapshots_.empty() && snapshots_.back().seq == last_seq())) {
        return std::nullopt;
    }
    if (head_.header.first_seq != head_.next_seq) {
        roll();
    }
    return with_users_errors([&] {
        return std::optional<snapshot_writer<F>>(
            std::in_place,
            *this,
            snapshot_header{
                .version = findings_.format.version,
                .uuid = findings_.format.uuid,
                .seq = last_seq(),
                .next_segment = head_.header.number,
                .chain = head_.start_chain,
            },
            bytes_since_snapshot_
        );
    });
}

// The snapshot's file is whole and durable: gives it its name, and removes what is no longer needed.
template <file_system F>
void journal_log<F>::finish_snapshot(
    std::string const& temporary, snapshot_header const& header, std::uint64_t bytes_before
) {
    files_->rename(temporary, snapshot_name(header.seq));
    files_->sync_directory();
    snapshots_.push_back(header);
    bytes_since_snapshot_ -= bytes_before;
    remove_old();
}

// Keeps so many snapshots, and the log since the first of them. With two that is one generation more than
// needed.
template <file_system F>
void journal_log<F>::remove_old(std::size_t kept) {
    cleanup_failure_.clear();
    try {
        bool is_changed = false;
        while (snapshots_.size() > kept) {
            files_->unlink(snapshot_name(snapshots_.front().seq));
            snapshots_.erase(snapshots_.begin());
            is_changed = true;
        }
        while (snapshots_.size() == kept && segments_.front() < snapshots_.front().next_segment) {
            files_->unlink(segment_name(segments_.front()));
            segments_.erase(segments_.begin());
            is_changed = true;
        }
        if (is_changed) {
            files_->sync_directory();
        }
    } catch (io_error const& e) {
        cleanup_failure_ = e.what();
    }
}

template <file_system F>
void journal_log<F>::keep_only_newest() {
    require_healthy();
    remove_old(1);
    if (!cleanup_failure_.empty()) {
        throw error(errc::storage_failed, cleanup_failure_);
    }
}

} // namespace cofire::detail

#endif
