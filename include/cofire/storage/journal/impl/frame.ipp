// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_FRAME_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_FRAME_IPP

#include <cofire/storage/journal/crc32c.hpp>
#include <cofire/storage/journal/frame.hpp>
#include <cofire/storage/journal/little_endian.hpp>

#include <array>

namespace cofire::detail {

inline constexpr std::uint32_t frame_magic = 0x4D52'4643; // "CFRM"

COFIRE_DECL std::uint32_t frame_seed(std::uint64_t salt, std::uint64_t segment) noexcept {
    std::array<std::byte, 8> bytes{};
    store_little(std::span<std::byte>(bytes), 0, salt ^ segment);
    return crc32c(bytes);
}

COFIRE_DECL std::uint32_t next_chain(std::uint32_t chain, std::uint32_t payload_crc) noexcept {
    std::array<std::byte, 4> bytes{};
    store_little(std::span<std::byte>(bytes), 0, payload_crc);
    return crc32c(bytes, chain);
}

COFIRE_DECL void
encode_frame_head(std::span<std::byte> to, frame_head const& head, std::uint32_t seed) noexcept {
    store_little(to, 0, frame_magic);
    store_little(to, 8, head.first_seq);
    store_little(to, 16, head.records);
    store_little(to, 20, head.payload_size);
    store_little(to, 24, head.payload_crc);
    store_little(to, 28, head.chain);
    store_little(to, 32, head.version);
    store_little(to, 33, head.flags);
    store_little(to, 34, std::uint16_t{0});
    store_little(to, 36, head.unsynced);
    store_little(to, 4, crc32c(to.subspan(8, frame_head_size - 8), seed));
}

COFIRE_DECL std::optional<frame_head>
decode_frame_head(std::span<std::byte const> bytes, std::uint32_t seed) noexcept {
    if (bytes.size() < frame_head_size || load_little<std::uint32_t>(bytes, 0) != frame_magic ||
        load_little<std::uint32_t>(bytes, 4) !=
            crc32c(bytes.subspan(8, frame_head_size - 8), seed)) {
        return std::nullopt;
    }
    frame_head head;
    head.first_seq = load_little<std::uint64_t>(bytes, 8);
    head.records = load_little<std::uint32_t>(bytes, 16);
    head.payload_size = load_little<std::uint32_t>(bytes, 20);
    head.payload_crc = load_little<std::uint32_t>(bytes, 24);
    head.chain = load_little<std::uint32_t>(bytes, 28);
    head.version = load_little<std::uint8_t>(bytes, 32);
    head.flags = load_little<std::uint8_t>(bytes, 33);
    head.unsynced = load_little<std::uint32_t>(bytes, 36);
    return head;
}

COFIRE_DECL bool holds_records(std::span<std::byte const> payload, std::uint32_t count) noexcept {
    for (; count != 0; --count) {
        if (payload.size() < frame_record_head_size) {
            return false;
        }
        std::size_t const size = load_little<std::uint32_t>(payload, 0);
        if (size > payload.size() - frame_record_head_size) {
            return false;
        }
        payload = payload.subspan(frame_record_head_size + size);
    }
    return payload.empty();
}

COFIRE_DECL record_view
take_record(std::span<std::byte const>& payload, std::uint64_t seq) noexcept {
    std::size_t const size = load_little<std::uint32_t>(payload, 0);
    record_view const record{
        .seq = seq,
        .type = load_little<std::uint16_t>(payload, 4),
        .flags = load_little<std::uint16_t>(payload, 6),
        .body = payload.subspan(frame_record_head_size, size),
    };
    payload = payload.subspan(frame_record_head_size + size);
    return record;
}

} // namespace cofire::detail

#endif
