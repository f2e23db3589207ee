// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_JOB_ID_HPP
#define COFIRE_CORE_JOB_ID_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cofire {

/// A job's identity: 16 bytes, a UUID of version 7 (RFC 9562), so that ids sort by the time they
/// were made. The default value is the nil id, which no job has.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
class job_id {
public:
    /// The nil id.
    constexpr job_id() = default;

    /// The id with these 16 bytes, in the order of the text form.
    constexpr explicit job_id(std::array<std::uint8_t, 16> const& bytes) : bytes_(bytes) {}

    /// A version 7 id: 48 bits of milliseconds from `now`, the rest from `random_high` (its low 12
    /// bits) and `random_low` (its low 62 bits).
    [[nodiscard]] static job_id
    make(time_point now, std::uint64_t random_high, std::uint64_t random_low) noexcept;

    /// The id written as `text`: 32 hexadecimal digits in groups of 8-4-4-4-12, either case.
    /// Nothing if the text is anything else.
    [[nodiscard]] static std::optional<job_id> parse(std::string_view text) noexcept;

    /// The text form, 36 characters in lower case.
    [[nodiscard]] std::string to_string() const;

    /// The 16 bytes, in the order of the text form.
    [[nodiscard]] constexpr std::array<std::uint8_t, 16> const& bytes() const { return bytes_; }

    /// True for the nil id.
    [[nodiscard]] constexpr bool is_nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }

    /// The moment the id was made, to the millisecond, as its first 48 bits say.
    [[nodiscard]] time_point made_at() const noexcept;

    /// Orders by bytes, so by time first.
    friend constexpr auto operator<=>(job_id const&, job_id const&) = default;
    /// True if all bytes agree.
    friend constexpr bool operator==(job_id const&, job_id const&) = default;
    /// A hash for tables of any size; also found by Boost's containers.
    friend std::size_t hash_value(job_id const& id) noexcept {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::memcpy(&high, id.bytes_.data(), 8);
        std::memcpy(&low, id.bytes_.data() + 8, 8);
        std::uint64_t mixed = high ^ (low * 0x9E3779B97F4A7C15U);
        mixed ^= mixed >> 32; // what differs in the bytes' end stands high
        mixed *= 0xD6E8FEB86659FD93U;
        return static_cast<std::size_t>(mixed ^ (mixed >> 32));
    }

private:
    std::array<std::uint8_t, 16> bytes_{};
};

} // namespace cofire

/// Hashes as hash_value does.
template <>
struct std::hash<cofire::job_id> {
    std::size_t operator()(cofire::job_id const& id) const noexcept { return hash_value(id); }
};

#ifdef COFIRE_HEADER_ONLY
#include <cofire/core/impl/job_id.ipp>
#endif

#endif
