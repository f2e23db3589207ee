// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_FRAME_HPP
#define COFIRE_STORAGE_JOURNAL_FRAME_HPP

#include <cofire/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace cofire::detail {

/// One record of the log.
struct record_view {
    std::uint64_t seq = 0; ///< counts the records of a store from 1 on
    std::uint16_t type = 0;
    std::uint16_t flags = 0; ///< bit 15: a reader that does not know the type must not skip it
    std::span<std::byte const> body;
};

/// What a frame is beside its records.
enum frame_flags : std::uint8_t {
    frame_link = 1, ///< the first of a segment: where the segment before ended
    frame_seal = 2, ///< the last of a segment: there is a next one
    frame_end = 4,  ///< the store was closed here, with everything durable
    frame_all_flags = 7,
};

/// The head of a frame, which is what one commit writes. docs/journal_format.md has it to the byte.
struct frame_head {
    std::uint64_t first_seq = 0; ///< of its first record; of the next one if it has none
    std::uint32_t records = 0;
    std::uint32_t payload_size = 0; ///< without the zeros that fill up to 8 bytes
    std::uint32_t payload_crc = 0;
    std::uint32_t chain = 0; ///< of all payloads up to this one, see next_chain
    std::uint8_t version = 1;
    std::uint8_t flags = 0;
    /// How many bytes in front of this frame were not known to be durable when it was written.
    std::uint32_t unsynced = 0;
};

inline constexpr std::size_t frame_head_size = 40;
inline constexpr std::size_t frame_alignment = 8;
inline constexpr std::uint8_t frame_version = 1;
/// In front of the body of each record: its size (4 bytes), type (2), flags (2).
inline constexpr std::size_t frame_record_head_size = 8;
/// The most bytes of a frame's payload.
inline constexpr std::size_t most_frame_payload = std::size_t{512} << 20;

/// How many bytes of a segment a frame with this payload takes.
[[nodiscard]] constexpr std::size_t frame_size(std::size_t payload) {
    return frame_head_size + (payload + frame_alignment - 1) / frame_alignment * frame_alignment;
}

/// What the head's CRC starts from, so that no bytes of jobs can look like a frame, nor a frame of one
/// segment like one of another.
[[nodiscard]] std::uint32_t frame_seed(std::uint64_t salt, std::uint64_t segment) noexcept;

/// The chain after a payload with this CRC.
[[nodiscard]] std::uint32_t next_chain(std::uint32_t chain, std::uint32_t payload_crc) noexcept;

/// Writes a head. Precondition: `to` has at least frame_head_size bytes.
void encode_frame_head(
    std::span<std::byte> to, frame_head const& head, std::uint32_t seed
) noexcept;

/// The head at the beginning of `bytes`, or nothing if there is none whose CRC is right.
[[nodiscard]] std::optional<frame_head>
decode_frame_head(std::span<std::byte const> bytes, std::uint32_t seed) noexcept;

/// True if a payload is exactly this many records.
[[nodiscard]] bool holds_records(std::span<std::byte const> payload, std::uint32_t count) noexcept;

/// Takes the first record off `payload`. Precondition: holds_records(payload, n), n > 0.
[[nodiscard]] record_view
take_record(std::span<std::byte const>& payload, std::uint64_t seq) noexcept;

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/frame.ipp>
#endif

#endif
