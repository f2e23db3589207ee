// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_SEGMENT_SCAN_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_SEGMENT_SCAN_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/crc32c.hpp>
#include <cofire/storage/journal/segment_scan.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace cofire::detail {

COFIRE_DECL segment_scan::segment_scan(
    std::string name,
    segment_header const& header,
    std::span<std::byte const> bytes,
    std::uint32_t chain
)
    : name_(std::move(name)),
      bytes_(bytes),
      next_seq_(header.first_seq),
      chain_(chain),
      seed_(frame_seed(header.salt, header.number)) {}

COFIRE_DECL bool segment_scan::next(scanned_frame& frame) {
    if ((last_flags_ & frame_seal) != 0 || !read(offset_, frame)) {
        return false;
    }
    check(frame);
    offset_ += frame_size(frame.payload.size());
    next_seq_ += frame.head.records;
    chain_ = frame.head.chain;
    last_flags_ = frame.head.flags;
    ++frames_;
    return true;
}

COFIRE_DECL bool segment_scan::read(std::size_t offset, scanned_frame& frame) const {
    auto const rest = bytes_.subspan(std::min(offset, bytes_.size()));
    auto const head = decode_frame_head(rest, seed_);
    if (!head) {
        return false;
    }
    std::size_t const size = head->payload_size;
    if (size > most_frame_payload || frame_size(size) > rest.size()) {
        return false;
    }
    auto const payload = rest.subspan(frame_head_size, size);
    auto const padding =
        rest.subspan(frame_head_size + size, frame_size(size) - frame_head_size - size);
    if (crc32c(payload) != head->payload_crc ||
        std::ranges::any_of(padding, [](std::byte b) { return b != std::byte{}; })) {
        return false;
    }
    frame.head = *head;
    frame.offset = offset;
    frame.payload = payload;
    return true;
}

COFIRE_DECL void segment_scan::check(scanned_frame const& frame) const {
    auto const& head = frame.head;
    if (head.version != frame_version || (head.flags & ~frame_all_flags) != 0) {
        throw error(
            errc::newer_format,
            name_ + ", byte " + std::to_string(frame.offset) + ": a frame of version " +
                std::to_string(head.version) + " with flags " + std::to_string(head.flags)
        );
    }
    if (head.first_seq != next_seq_) {
        throw_damaged(
            name_,
            frame.offset,
            "a frame begins with record " + std::to_string(head.first_seq) + " where record " +
                std::to_string(next_seq_) + " was expected"
        );
    }
    if (head.chain != next_chain(chain_, head.payload_crc)) {
        throw_damaged(
            name_,
            frame.offset,
            "the frame with record " + std::to_string(head.first_seq) +
                " does not follow what stands before it"
        );
    }
    bool const bare = (head.flags & frame_all_flags) != 0;
    if (head.unsynced > frame.offset - segment_header_size ||
        (bare ? head.records != 0 : !holds_records(frame.payload, head.records))) {
        throw_damaged(
            name_,
            frame.offset,
            "the frame with record " + std::to_string(head.first_seq) + " is not well formed"
        );
    }
}

COFIRE_DECL segment_tail segment_scan::tail() const {
    segment_tail tail;
    auto const rest = bytes_.subspan(std::min(offset_, bytes_.size()));
    // In strides, since a segment mostly ends with millions of zeros.
    std::size_t size = rest.size();
    std::array<std::byte, 256> const zeros{};
    while (size >= zeros.size() &&
           std::memcmp(rest.data() + size - zeros.size(), zeros.data(), zeros.size()) == 0) {
        size -= zeros.size();
    }
    while (size != 0 && rest[size - 1] == std::byte{}) {
        --size;
    }
    if (size == 0) {
        return tail;
    }
    tail.end = offset_ + size;
    tail.what = segment_tail::kind::torn;
    // A frame that was written when this place was durable proves that something was here.
    for (std::size_t at = offset_ + frame_alignment; at < tail.end; at += frame_alignment) {
        scanned_frame frame;
        if (read(at, frame) && at - std::min<std::size_t>(at, frame.head.unsynced) > offset_) {
            tail.what = segment_tail::kind::damaged;
            tail.later = at;
            tail.later_seq = frame.head.first_seq;
            break;
        }
    }
    return tail;
}

} // namespace cofire::detail

#endif
