// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_DETAIL_CRON_FIELDS_HPP
#define COFIRE_TIME_DETAIL_CRON_FIELDS_HPP

#include <cofire/core/config.hpp>

#include <cstdint>

namespace cofire::detail {

/// The fields of a cron expression, in the order they are written.
enum class cron_field : std::uint8_t { second, minute, hour, day_of_month, month, day_of_week };

/// What a field's numbers may be. `modulus` is how far a reversed range leaps when it wraps around.
struct cron_range {
    unsigned first;
    unsigned last;
    unsigned modulus;
};

/// The numbers that may be written in `field`. In day of week 7 is Sunday again.
[[nodiscard]] constexpr cron_range range_of(cron_field field) {
    switch (field) {
    case cron_field::second:
    case cron_field::minute: return {0, 59, 60};
    case cron_field::hour: return {0, 23, 24};
    case cron_field::day_of_month: return {1, 31, 31};
    case cron_field::month: return {1, 12, 12};
    default: return {0, 7, 7};
    }
}

/// A parsed cron expression: sets of numbers, a bit for each. All empty: never.
struct cron_fields {
    std::uint64_t seconds = 0;
    std::uint64_t minutes = 0;
    std::uint64_t nth_weekdays = 0; // bit 7 * (n - 1) + d: the nth weekday d of the month
    std::uint32_t hours = 0;
    std::uint32_t days = 0;             // bits 1 to 31
    std::uint32_t nearest_weekdays = 0; // bit d: dW
    std::uint32_t last_days = 0;        // bit n: L-n
    std::uint32_t last_weekdays = 0;    // bit n: L-nW
    std::uint16_t months = 0;           // bits 1 to 12
    std::uint8_t weekdays = 0;          // bits 0, Sunday, to 6
    std::uint8_t last_of_weekday = 0;   // bit d: dL
    bool interval = false;              // *, a range or a step in second, minute or hour

    friend constexpr bool operator==(cron_fields const&, cron_fields const&) = default;

    static constexpr std::uint64_t every_minute = (std::uint64_t{1} << 60) - 1; // and second
    static constexpr std::uint32_t every_hour = (std::uint32_t{1} << 24) - 1;
    static constexpr std::uint32_t every_day = 0xFFFFFFFE;
    static constexpr std::uint16_t every_month = 0x1FFE;
    static constexpr std::uint8_t every_weekday = 0x7F;

    /// Drops what other parts say already, so that the same meaning is the same value.
    constexpr void normalise() {
        for (unsigned n = 0; n != 31; ++n) {
            // L-n is one of four days: written out, all four, it says nothing new.
            std::uint32_t const its_days =
                (n <= 27 ? std::uint32_t{0xF} << (28 - n) : std::uint32_t{0xF} >> (n - 28)) &
                every_day;
            if ((days & its_days) == its_days) {
                last_days &= ~(std::uint32_t{1} << n);
            }
        }
        if (days == every_day) {
            nearest_weekdays = last_weekdays = 0;
        }
        for (unsigned d = 0; d != 7; ++d) {
            auto const all_five = std::uint64_t{0x10204081} << d;
            auto const bit = static_cast<std::uint8_t>(1U << d);
            if ((nth_weekdays & all_five) == all_five) {
                weekdays |= bit;
            }
            if ((weekdays & bit) != 0) {
                nth_weekdays &= ~all_five;
                last_of_weekday = static_cast<std::uint8_t>(last_of_weekday & ~bit);
            }
        }
    }
};

} // namespace cofire::detail

#endif
