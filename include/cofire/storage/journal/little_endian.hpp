// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_LITTLE_ENDIAN_HPP
#define COFIRE_STORAGE_JOURNAL_LITTLE_ENDIAN_HPP

#include <concepts>
#include <cstddef>
#include <span>

namespace cofire::detail {

/// Writes `value` to the bytes from `offset` on, the lowest byte first. Precondition: they are there.
template <std::unsigned_integral T>
void store_little(std::span<std::byte> bytes, std::size_t offset, T value) {
    for (std::size_t i = 0; i != sizeof(T); ++i) {
        bytes[offset + i] = static_cast<std::byte>(value >> (8 * i));
    }
}

/// Reads what store_little wrote. Precondition: the bytes are there.
template <std::unsigned_integral T>
[[nodiscard]] T load_little(std::span<std::byte const> bytes, std::size_t offset) {
    T value = 0;
    for (std::size_t i = 0; i != sizeof(T); ++i) {
        value = static_cast<T>(value | std::to_integer<T>(bytes[offset + i]) << (8 * i));
    }
    return value;
}

} // namespace cofire::detail

#endif
