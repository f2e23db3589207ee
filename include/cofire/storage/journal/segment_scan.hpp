// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_SEGMENT_SCAN_HPP
#define COFIRE_STORAGE_JOURNAL_SEGMENT_SCAN_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/frame.hpp>
#include <cofire/storage/journal/segment.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace cofire::detail {

/// A frame as it was found.
struct scanned_frame {
    frame_head head;
    std::size_t offset = 0;
    std::span<std::byte const> payload;
};

/// What follows the last good frame of a segment.
struct segment_tail {
    enum class kind {
        zeros,   ///< nothing was written
        torn,    ///< what was never acknowledged: a write that a crash interrupted
        damaged, ///< what was durable once: a later frame proves it
    };
    kind what = kind::zeros;
    std::size_t end = 0;         ///< behind the last byte that is not zero
    std::size_t later = 0;       ///< damaged: where the later frame is
    std::uint64_t later_seq = 0; ///< damaged: its first_seq
};

/// Reads the frames of one segment that is in memory.
///
/// Distinct objects: safe. Shared objects: unsafe.
class segment_scan {
public:
    /// Of the file `name`, whose whole bytes are `bytes`, decoded `header` included. The first frame
    /// must begin with the record `header.first_seq`, and go on from `chain`. The bytes must outlive
    /// this object.
    segment_scan(
        std::string name,
        segment_header const& header,
        std::span<std::byte const> bytes,
        std::uint32_t chain
    );

    /// Finds the next frame. False if there is none here, or the last one sealed the segment. Throws
    /// errc::corrupt for a good frame that does not belong here, errc::newer_format for one that
    /// this program cannot read.
    bool next(scanned_frame& frame);

    /// What follows the frames found. Precondition: next() returned false.
    [[nodiscard]] segment_tail tail() const;

    /// Where the next frame begins.
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::uint64_t next_seq() const { return next_seq_; }
    [[nodiscard]] std::uint32_t chain() const { return chain_; }
    /// How many frames were found.
    [[nodiscard]] std::uint64_t frames() const { return frames_; }
    /// The flags of the last frame found; 0 if there was none.
    [[nodiscard]] std::uint8_t last_flags() const { return last_flags_; }
    [[nodiscard]] std::string const& name() const { return name_; }

private:
    [[nodiscard]] bool read(std::size_t offset, scanned_frame& frame) const;
    void check(scanned_frame const& frame) const;

    std::string name_;
    std::span<std::byte const> bytes_;
    std::size_t offset_ = segment_header_size;
    std::uint64_t next_seq_;
    std::uint64_t frames_ = 0;
    std::uint32_t chain_;
    std::uint32_t seed_;
    std::uint8_t last_flags_ = 0;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/segment_scan.ipp>
#endif

#endif
