// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_FUZZ_FUZZ_HPP
#define COFIRE_FUZZ_FUZZ_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// What a fuzz target is called with. Each fuzz/<target>.cpp defines it; fuzz/run links it to
/// libFuzzer, the tests to a program that plays a corpus and random inputs.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace fuzz {

/// Ends the program, with the reason in words, if `good` is false.
inline void
require(bool good, char const* what, std::string_view first = {}, std::string_view second = {}) {
    if (good) {
        return;
    }
    auto const print = [](char const* name, std::string_view text) {
        std::fprintf(stderr, "%s (%zu bytes): ", name, text.size());
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fputc('\n', stderr);
    };
    std::fprintf(stderr, "violated: %s\n", what);
    print("  first", first);
    print("  second", second);
    std::abort();
}

/// Takes numbers off the input's beginning; zeros when nothing is left.
///
/// Distinct objects: safe. Shared objects: unsafe.
class input {
public:
    input(std::uint8_t const* data, std::size_t size)
        : rest_(reinterpret_cast<char const*>(data), size) {}

    /// The next byte.
    std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }

    /// The next `bytes` bytes, at most 8, as a number.
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (; bytes != 0; --bytes) {
            value <<= 8U;
            if (!rest_.empty()) {
                value |= static_cast<unsigned char>(rest_.front());
                rest_.remove_prefix(1);
            }
        }
        return value;
    }

    /// What is left, up to a zero byte, which is dropped; with none all of it.
    std::string_view word() {
        auto const end = std::min(rest_.find('\0'), rest_.size());
        auto const text = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return text;
    }

    /// What is left.
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

} // namespace fuzz

#endif
