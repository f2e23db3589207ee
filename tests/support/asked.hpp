// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_SUPPORT_ASKED_HPP
#define COFIRE_TESTS_SUPPORT_ASKED_HPP

#include <cstdint>
#include <cstdlib>

namespace cofire_tests {

/// The number in the environment's `variable`, by which a run asks for more than the usual one.
inline std::uint64_t asked(char const* variable, std::uint64_t usual) {
    char const* const text = std::getenv(variable);
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

} // namespace cofire_tests

#endif
