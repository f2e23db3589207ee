// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_IMPL_JOB_ID_IPP
#define COFIRE_CORE_IMPL_JOB_ID_IPP

#include <cofire/core/job_id.hpp>

namespace cofire {

COFIRE_DECL job_id
job_id::make(time_point now, std::uint64_t random_high, std::uint64_t random_low) noexcept {
    auto const ms = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count()
    );
    std::uint64_t const high = (ms << 16) | 0x7000U | (random_high & 0x0FFFU);
    std::uint64_t const low = 0x8000000000000000U | (random_low & 0x3FFFFFFFFFFFFFFFU);
    job_id id;
    for (std::size_t i = 0; i != 8; ++i) {
        id.bytes_[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
        id.bytes_[i + 8] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    }
    return id;
}

COFIRE_DECL std::optional<job_id> job_id::parse(std::string_view text) noexcept {
    if (text.size() != 36) {
        return std::nullopt;
    }
    auto const digit = [](char c) -> int {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        if (c >= 'A' && c <= 'F') {
            return c - 'A' + 10;
        }
        return -1;
    };
    job_id id;
    std::size_t at = 0;
    for (std::size_t i = 0; i != 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (text[at++] != '-') {
                return std::nullopt;
            }
        }
        int const high = digit(text[at++]);
        int const low = digit(text[at++]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        id.bytes_[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return id;
}

COFIRE_DECL std::string job_id::to_string() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i != 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text.push_back('-');
        }
        text.push_back(digits[bytes_[i] >> 4]);
        text.push_back(digits[bytes_[i] & 15U]);
    }
    return text;
}

COFIRE_DECL time_point job_id::made_at() const noexcept {
    std::int64_t ms = 0;
    for (std::size_t i = 0; i != 6; ++i) {
        ms = (ms << 8) | bytes_[i];
    }
    return time_point{std::chrono::milliseconds{ms}};
}

} // namespace cofire

#endif
