// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_PREFETCH_HPP
#define COFIRE_STORAGE_TABLE_PREFETCH_HPP

#include <cstddef>

namespace cofire::detail {

/// Has the processor fetch the cache line of `p`, if it can; `p` may be any address.
inline void prefetch_line(void const* p) noexcept {
#if defined(__GNUC__)
    __builtin_prefetch(p);
#else
    (void)p;
#endif
}

/// The same for `lines` cache lines of 64 bytes.
inline void prefetch_lines(void const* p, std::size_t lines) noexcept {
    for (std::size_t i = 0; i != lines; ++i) {
        prefetch_line(static_cast<char const*>(p) + i * 64);
    }
}

} // namespace cofire::detail

#endif
