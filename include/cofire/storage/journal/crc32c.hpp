// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_CRC32C_HPP
#define COFIRE_STORAGE_JOURNAL_CRC32C_HPP

#include <cofire/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace cofire::detail {

/// CRC-32C (Castagnoli) of `bytes`, going on from `prior`, the CRC of what stands before them: so
/// crc32c(b, crc32c(a)) is that of a and b together. Uses the processor's instruction for it where
/// there is one. Thread safe.
[[nodiscard]] std::uint32_t
crc32c(std::span<std::byte const> bytes, std::uint32_t prior = 0) noexcept;

/// The same by a table: what crc32c does on processors that have no instruction for it.
[[nodiscard]] std::uint32_t
crc32c_by_table(std::span<std::byte const> bytes, std::uint32_t prior = 0) noexcept;

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/crc32c.ipp>
#endif

#endif
