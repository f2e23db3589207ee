// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_SEGMENT_HPP
#define COFIRE_STORAGE_JOURNAL_SEGMENT_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/storage/journal/frame.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::detail {

// The version of everything below. A reader refuses another major version, and a bit of `features` that
// it does not know; it reads a later minor version.
inline constexpr std::uint16_t journal_major = 1;
#ifdef COFIRE_TEST_JOURNAL_FORMAT_1_1 // a version that is not there yet, for the tests of upgrades
inline constexpr std::uint16_t journal_minor = 1;
inline constexpr std::uint64_t journal_features = 1;
#else
inline constexpr std::uint16_t journal_minor = 0;
inline constexpr std::uint64_t journal_features = 0;
#endif

/// What tells one store from all others: random.
using store_uuid = std::array<std::byte, 16>;

/// The version of a store, which each of its files names: that of the program that made or upgraded it.
struct file_version {
    std::uint16_t major = journal_major;
    std::uint16_t minor = journal_minor;
    std::uint64_t features = journal_features;
};

/// The file FORMAT: written after the first segment and before any job, and once more by an upgrade.
struct store_format {
    file_version version;
    store_uuid uuid{};
    time_point created;
};

/// The beginning of a segment.
struct segment_header {
    file_version version;
    store_uuid uuid{};
    std::uint64_t number = 0; ///< from 1 on
    std::uint64_t first_seq = 0;
    std::uint64_t salt = 0;
    std::uint64_t size = 0; ///< of the file, from before the first frame on
};

/// The payload of a link: where the segment before this one ended.
struct segment_link {
    std::uint64_t previous = 0; ///< its number
    std::uint64_t last_seq = 0;
    std::uint64_t length = 0;
    std::uint32_t chain = 0;

    bool operator==(segment_link const&) const = default;
};

/// The beginning of a snapshot.
struct snapshot_header {
    file_version version;
    store_uuid uuid{};
    std::uint64_t seq = 0;          ///< of the last record that it holds
    std::uint64_t next_segment = 0; ///< the segment that goes on from it
    std::uint32_t chain = 0;        ///< at the beginning of that segment
};

/// The end of a snapshot.
struct snapshot_footer {
    std::uint64_t seq = 0;
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0; ///< of the blocks' contents
    std::uint32_t chain = 0; ///< of the blocks' CRCs, as next_chain makes it
};

/// The head of a snapshot's block.
struct block_head {
    std::uint32_t size = 0;
    std::uint32_t crc = 0;
    std::uint64_t index = 0;
};

inline constexpr std::size_t store_format_size = 64;
inline constexpr std::size_t segment_header_size = 4096;
inline constexpr std::size_t snapshot_header_size = 4096;
inline constexpr std::size_t block_head_size = 24;
inline constexpr std::size_t snapshot_footer_size = 48;
inline constexpr std::size_t link_payload_size = 32;
inline constexpr std::size_t seal_payload_size = 8;
/// Kept free at the end of a segment, for its seal and the end of a closed store.
inline constexpr std::size_t segment_reserve = frame_size(seal_payload_size) + frame_size(0);
/// What a new segment needs besides its frames.
inline constexpr std::size_t segment_overhead =
    segment_header_size + frame_size(link_payload_size) + segment_reserve;
inline constexpr std::uint64_t most_segment_size = std::uint64_t{1} << 30;
inline constexpr std::uint32_t most_block_size = std::uint32_t{64} << 20;

inline constexpr std::string_view format_name = "FORMAT";
inline constexpr std::string_view lock_name = "LOCK";
inline constexpr std::string_view inflight_name = "inflight";
inline constexpr std::string_view spare_name = "spare.tmp";

[[nodiscard]] std::string segment_name(std::uint64_t number);
[[nodiscard]] std::string snapshot_name(std::uint64_t seq);
/// The numbers in such names, or nothing for another name.
[[nodiscard]] std::optional<std::uint64_t> segment_number(std::string_view name);
[[nodiscard]] std::optional<std::uint64_t> snapshot_seq(std::string_view name);
[[nodiscard]] inline bool is_temporary(std::string_view name) {
    return name.ends_with(".tmp");
}

// The bytes of each. decode_... gives nothing for bytes whose CRC is not right, or too few of them.
[[nodiscard]] std::vector<std::byte> encode(store_format const& f);
[[nodiscard]] std::vector<std::byte> encode(segment_header const& h);
[[nodiscard]] std::vector<std::byte> encode(segment_link const& l);
[[nodiscard]] std::vector<std::byte> encode(snapshot_header const& h);
[[nodiscard]] std::vector<std::byte> encode(snapshot_footer const& f);
void encode_block_head(std::span<std::byte> to, block_head const& head);
[[nodiscard]] std::optional<store_format> decode_store_format(std::span<std::byte const> bytes);
[[nodiscard]] std::optional<segment_header> decode_segment_header(std::span<std::byte const> bytes);
[[nodiscard]] std::optional<segment_link> decode_segment_link(std::span<std::byte const> bytes);
[[nodiscard]] std::optional<snapshot_header> decode_snapshot_header(std::span<std::byte const> bytes
);
[[nodiscard]] std::optional<snapshot_footer> decode_snapshot_footer(std::span<std::byte const> bytes
);
/// Does not look at the block's bytes: their CRC is in the head.
[[nodiscard]] std::optional<block_head> decode_block_head(std::span<std::byte const> bytes);

/// Throws errc::newer_format if this program cannot read a file of this version.
void require_readable(std::string_view file, file_version const& version);
/// Throws errc::corrupt: "<file>, byte <offset>: <what>".
[[noreturn]] void
throw_damaged(std::string_view file, std::uint64_t offset, std::string const& what);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/segment.ipp>
#endif

#endif
