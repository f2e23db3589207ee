// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_SEGMENT_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_SEGMENT_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/crc32c.hpp>
#include <cofire/storage/journal/little_endian.hpp>
#include <cofire/storage/journal/segment.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace cofire::detail {

// Each kind of file begins with eight letters of its own, version and features; the CRC of all bytes
// before it stands in the last four of the header.
inline constexpr std::string_view format_magic = "CofireFM";
inline constexpr std::string_view segment_magic = "CofireSG";
inline constexpr std::string_view snapshot_magic = "CofireSN";
inline constexpr std::uint32_t block_magic = 0x4B4C'4243;  // "CBLK"
inline constexpr std::uint32_t footer_magic = 0x444E'4543; // "CEND"
inline constexpr std::size_t number_digits = 20;

namespace journal_layout {

COFIRE_DECL std::string
numbered_name(std::string_view prefix, std::uint64_t number, std::string_view suffix) {
    std::string digits = std::to_string(number);
    std::string name(prefix);
    name.append(number_digits - digits.size(), '0');
    name += digits;
    name += suffix;
    return name;
}

COFIRE_DECL std::optional<std::uint64_t>
number_in(std::string_view name, std::string_view prefix, std::string_view suffix) {
    if (name.size() != prefix.size() + number_digits + suffix.size() || !name.starts_with(prefix) ||
        !name.ends_with(suffix)) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    char const* const first = name.data() + prefix.size();
    char const* const last = first + number_digits;
    auto const [end, failure] = std::from_chars(first, last, number);
    if (failure != std::errc{} || end != last) {
        return std::nullopt;
    }
    return number;
}

// magic 8, major 2, minor 2, size 4, features 8, uuid 16: 40 bytes.
inline constexpr std::size_t common_size = 40;

COFIRE_DECL std::vector<std::byte> begin_header(
    std::string_view magic, file_version const& v, store_uuid const& uuid, std::size_t size
) {
    std::vector<std::byte> out(size);
    for (std::size_t i = 0; i != magic.size(); ++i) {
        out[i] = static_cast<std::byte>(magic[i]);
    }
    store_little<std::uint16_t>(out, 8, v.major);
    store_little<std::uint16_t>(out, 10, v.minor);
    store_little(std::span<std::byte>(out), 12, static_cast<std::uint32_t>(size));
    store_little<std::uint64_t>(out, 16, v.features);
    std::ranges::copy(uuid, out.begin() + 24);
    return out;
}

COFIRE_DECL void end_header(std::span<std::byte> out) {
    std::size_t const at = out.size() - 4;
    store_little(out, at, crc32c(out.first(at)));
}

COFIRE_DECL bool check_header(
    std::span<std::byte const>& bytes,
    std::string_view magic,
    std::size_t size,
    file_version& v,
    store_uuid& uuid
) {
    if (bytes.size() < size) {
        return false;
    }
    bytes = bytes.first(size);
    for (std::size_t i = 0; i != magic.size(); ++i) {
        if (bytes[i] != static_cast<std::byte>(magic[i])) {
            return false;
        }
    }
    if (load_little<std::uint32_t>(bytes, size - 4) != crc32c(bytes.first(size - 4))) {
        return false;
    }
    v.major = load_little<std::uint16_t>(bytes, 8);
    v.minor = load_little<std::uint16_t>(bytes, 10);
    v.features = load_little<std::uint64_t>(bytes, 16);
    std::ranges::copy(bytes.subspan(24, uuid.size()), uuid.begin());
    return true;
}

} // namespace journal_layout

COFIRE_DECL std::string segment_name(std::uint64_t number) {
    return journal_layout::numbered_name("seg-", number, ".wal");
}

COFIRE_DECL std::string snapshot_name(std::uint64_t seq) {
    return journal_layout::numbered_name("snap-", seq, ".snap");
}

COFIRE_DECL std::optional<std::uint64_t> segment_number(std::string_view name) {
    return journal_layout::number_in(name, "seg-", ".wal");
}

COFIRE_DECL std::optional<std::uint64_t> snapshot_seq(std::string_view name) {
    return journal_layout::number_in(name, "snap-", ".snap");
}

COFIRE_DECL std::vector<std::byte> encode(store_format const& f) {
    auto out = journal_layout::begin_header(format_magic, f.version, f.uuid, store_format_size);
    store_little(
        std::span<std::byte>(out),
        journal_layout::common_size,
        static_cast<std::uint64_t>(f.created.time_since_epoch().count())
    );
    journal_layout::end_header(out);
    return out;
}

COFIRE_DECL std::optional<store_format> decode_store_format(std::span<std::byte const> bytes) {
    store_format f;
    if (!journal_layout::check_header(bytes, format_magic, store_format_size, f.version, f.uuid)) {
        return std::nullopt;
    }
    auto const created = load_little<std::uint64_t>(bytes, journal_layout::common_size);
    f.created = time_point{duration{static_cast<std::int64_t>(created)}};
    return f;
}

COFIRE_DECL std::vector<std::byte> encode(segment_header const& h) {
    auto out = journal_layout::begin_header(segment_magic, h.version, h.uuid, segment_header_size);
    std::span<std::byte> const bytes(out);
    store_little(bytes, 40, h.number);
    store_little(bytes, 48, h.first_seq);
    store_little(bytes, 56, h.salt);
    store_little(bytes, 64, h.size);
    journal_layout::end_header(bytes);
    return out;
}

COFIRE_DECL std::optional<segment_header> decode_segment_header(std::span<std::byte const> bytes) {
    segment_header h;
    if (!journal_layout::check_header(
            bytes, segment_magic, segment_header_size, h.version, h.uuid
        )) {
        return std::nullopt;
    }
    h.number = load_little<std::uint64_t>(bytes, 40);
    h.first_seq = load_little<std::uint64_t>(bytes, 48);
    h.salt = load_little<std::uint64_t>(bytes, 56);
    h.size = load_little<std::uint64_t>(bytes, 64);
    return h;
}

COFIRE_DECL std::vector<std::byte> encode(segment_link const& l) {
    std::vector<std::byte> out(link_payload_size);
    std::span<std::byte> const bytes(out);
    store_little(bytes, 0, l.previous);
    store_little(bytes, 8, l.last_seq);
    store_little(bytes, 16, l.length);
    store_little(bytes, 24, l.chain);
    return out;
}

COFIRE_DECL std::optional<segment_link> decode_segment_link(std::span<std::byte const> bytes) {
    if (bytes.size() != link_payload_size) {
        return std::nullopt;
    }
    return segment_link{
        .previous = load_little<std::uint64_t>(bytes, 0),
        .last_seq = load_little<std::uint64_t>(bytes, 8),
        .length = load_little<std::uint64_t>(bytes, 16),
        .chain = load_little<std::uint32_t>(bytes, 24),
    };
}

COFIRE_DECL std::vector<std::byte> encode(snapshot_header const& h) {
    auto out =
        journal_layout::begin_header(snapshot_magic, h.version, h.uuid, snapshot_header_size);
    std::span<std::byte> const bytes(out);
    store_little(bytes, 40, h.seq);
    store_little(bytes, 48, h.next_segment);
    store_little(bytes, 56, h.chain);
    journal_layout::end_header(bytes);
    return out;
}

COFIRE_DECL std::optional<snapshot_header> decode_snapshot_header(std::span<std::byte const> bytes
) {
    snapshot_header h;
    if (!journal_layout::check_header(
            bytes, snapshot_magic, snapshot_header_size, h.version, h.uuid
        )) {
        return std::nullopt;
    }
    h.seq = load_little<std::uint64_t>(bytes, 40);
    h.next_segment = load_little<std::uint64_t>(bytes, 48);
    h.chain = load_little<std::uint32_t>(bytes, 56);
    return h;
}

COFIRE_DECL std::vector<std::byte> encode(snapshot_footer const& f) {
    std::vector<std::byte> out(snapshot_footer_size);
    std::span<std::byte> const bytes(out);
    store_little(bytes, 0, footer_magic);
    store_little(bytes, 8, f.seq);
    store_little(bytes, 16, f.blocks);
    store_little(bytes, 24, f.bytes);
    store_little(bytes, 32, f.chain);
    journal_layout::end_header(bytes);
    return out;
}

COFIRE_DECL std::optional<snapshot_footer> decode_snapshot_footer(std::span<std::byte const> bytes
) {
    if (bytes.size() != snapshot_footer_size ||
        load_little<std::uint32_t>(bytes, 0) != footer_magic ||
        load_little<std::uint32_t>(bytes, snapshot_footer_size - 4) !=
            crc32c(bytes.first(snapshot_footer_size - 4))) {
        return std::nullopt;
    }
    return snapshot_footer{
        .seq = load_little<std::uint64_t>(bytes, 8),
        .blocks = load_little<std::uint64_t>(bytes, 16),
        .bytes = load_little<std::uint64_t>(bytes, 24),
        .chain = load_little<std::uint32_t>(bytes, 32),
    };
}

COFIRE_DECL void encode_block_head(std::span<std::byte> to, block_head const& head) {
    store_little(to, 0, block_magic);
    store_little(to, 4, head.size);
    store_little(to, 8, head.index);
    store_little(to, 16, head.crc);
    store_little(to, 20, crc32c(to.first(20)));
}

COFIRE_DECL std::optional<block_head> decode_block_head(std::span<std::byte const> bytes) {
    if (bytes.size() < block_head_size || load_little<std::uint32_t>(bytes, 0) != block_magic ||
        load_little<std::uint32_t>(bytes, 20) != crc32c(bytes.first(20))) {
        return std::nullopt;
    }
    return block_head{
        .size = load_little<std::uint32_t>(bytes, 4),
        .crc = load_little<std::uint32_t>(bytes, 16),
        .index = load_little<std::uint64_t>(bytes, 8),
    };
}

COFIRE_DECL void require_readable(std::string_view file, file_version const& version) {
    if (version.major == journal_major && (version.features & ~journal_features) == 0) {
        return;
    }
    throw error(
        errc::newer_format,
        quoted(file) + " has format " + std::to_string(version.major) + '.' +
            std::to_string(version.minor) + " with features " + std::to_string(version.features) +
            "; this program reads format " + std::to_string(journal_major)
    );
}

COFIRE_DECL void
throw_damaged(std::string_view file, std::uint64_t offset, std::string const& what) {
    throw error(
        errc::corrupt, std::string(file) + ", byte " + std::to_string(offset) + ": " + what
    );
}

} // namespace cofire::detail

#endif
