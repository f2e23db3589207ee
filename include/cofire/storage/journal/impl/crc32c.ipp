// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_CRC32C_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_CRC32C_IPP

#include <cofire/storage/journal/crc32c.hpp>

#include <array>
#include <cstring>

namespace cofire::detail {

inline constexpr std::array<std::uint32_t, 256> crc32c_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i != 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit != 8; ++bit) {
            value = (value & 1U) != 0 ? value >> 1 ^ 0x82F6'3B78U : value >> 1;
        }
        table[i] = value;
    }
    return table;
}();

COFIRE_DECL std::uint32_t
crc32c_by_table(std::span<std::byte const> bytes, std::uint32_t prior) noexcept {
    std::uint32_t crc = ~prior;
    for (std::byte const b : bytes) {
        crc = crc32c_table[(crc ^ std::to_integer<std::uint32_t>(b)) & 0xFFU] ^ crc >> 8;
    }
    return ~crc;
}

#if defined(__x86_64__)

// The instruction belongs to processors since 2008, not to what compilers take for granted.
__attribute__((target("sse4.2"))) COFIRE_DECL std::uint32_t
crc32c_by_instruction(std::span<std::byte const> bytes, std::uint32_t prior) noexcept {
    std::uint64_t crc = ~prior;
    auto const* at = bytes.data();
    auto const* const end = at + bytes.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, at, sizeof eight);
        crc = __builtin_ia32_crc32di(crc, eight);
    }
    auto rest = static_cast<std::uint32_t>(crc);
    for (; at != end; ++at) {
        rest = __builtin_ia32_crc32qi(rest, std::to_integer<unsigned char>(*at));
    }
    return ~rest;
}

COFIRE_DECL std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t prior) noexcept {
    static bool const has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    return has_instruction ? crc32c_by_instruction(bytes, prior) : crc32c_by_table(bytes, prior);
}

#else

COFIRE_DECL std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t prior) noexcept {
    return crc32c_by_table(bytes, prior);
}

#endif

} // namespace cofire::detail

#endif
