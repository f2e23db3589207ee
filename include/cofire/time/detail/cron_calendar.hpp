// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_DETAIL_CRON_CALENDAR_HPP
#define COFIRE_TIME_DETAIL_CRON_CALENDAR_HPP

#include <cofire/core/config.hpp>
#include <cofire/time/detail/cron_fields.hpp>

#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>

namespace cofire::detail {

/// The last year that is looked at.
inline constexpr std::chrono::year cron_last_year{9999};

/// What must be known of a month.
struct cron_month {
    unsigned first_weekday; // of its first day; 0 is Sunday
    unsigned length;        // in days

    static constexpr cron_month of(std::chrono::year year, std::chrono::month month) {
        using namespace std::chrono;
        return {
            weekday{sys_days{year / month / 1}}.c_encoding(),
            static_cast<unsigned>((year / month / last).day())};
    }

    [[nodiscard]] constexpr unsigned weekday_of(unsigned day) const {
        return (first_weekday + day - 1) % 7;
    }

    /// The day from Monday to Friday that is nearest to `day` and in the same month.
    [[nodiscard]] constexpr unsigned nearest_weekday(unsigned day) const {
        switch (weekday_of(day)) {
        case 6: return day == 1 ? 3 : day - 1;
        case 0: return day == length ? day - 2 : day + 1;
        default: return day;
        }
    }
};

/// Calls `f` with the number of each bit set.
template <class F>
constexpr void for_each_bit(std::uint64_t bits, F f) {
    for (; bits != 0; bits &= bits - 1) {
        f(static_cast<unsigned>(std::countr_zero(bits)));
    }
}

/// The days of `month` that the expression's two day fields both allow: bits 1 to 31.
[[nodiscard]] constexpr std::uint32_t cron_days_in(cron_fields const& fields, cron_month month) {
    auto const length = month.length;
    auto const bit = [](unsigned day) { return std::uint32_t{1} << day; };
    std::uint32_t by_date = fields.days;
    for_each_bit(fields.last_days, [&](unsigned before) {
        by_date |= before < length ? bit(length - before) : 0;
    });
    for_each_bit(fields.nearest_weekdays, [&](unsigned day) {
        by_date |= day <= length ? bit(month.nearest_weekday(day)) : 0;
    });
    for_each_bit(fields.last_weekdays, [&](unsigned before) {
        by_date |= before < length ? bit(month.nearest_weekday(length - before)) : 0;
    });
    by_date &= static_cast<std::uint32_t>((std::uint64_t{2} << length) - 2);
    if (by_date == 0 || fields.weekdays == cron_fields::every_weekday) {
        return by_date;
    }
    std::uint32_t by_weekday = 0;
    auto const first_of = [&](unsigned weekday) {
        return 1 + (weekday + 7 - month.first_weekday) % 7;
    };
    for_each_bit(fields.weekdays, [&](unsigned weekday) {
        by_weekday |= std::uint32_t{0x10204081} << first_of(weekday); // five weeks
    });
    for_each_bit(fields.last_of_weekday, [&](unsigned weekday) {
        auto const first = first_of(weekday);
        by_weekday |= bit(first + (length - first) / 7 * 7);
    });
    for_each_bit(fields.nth_weekdays, [&](unsigned at) {
        by_weekday |=
            static_cast<std::uint32_t>(std::uint64_t{1} << (first_of(at % 7) + at / 7 * 7));
    });
    return by_date & by_weekday;
}

/// The first day from `from` on that the expression allows.
[[nodiscard]] constexpr std::optional<std::chrono::local_days>
cron_next_day(cron_fields const& fields, std::chrono::local_days from) {
    using namespace std::chrono;
    auto const search = [&](year y, unsigned month, unsigned day) -> std::optional<local_days> {
        auto left = static_cast<unsigned>(fields.months) >> month << month;
        for (; left != 0; left &= left - 1, day = 1) {
            auto const m = static_cast<unsigned>(std::countr_zero(left));
            auto days = cron_days_in(fields, cron_month::of(y, std::chrono::month{m}));
            if (m == month) {
                days = days >> day << day;
            }
            if (days != 0) {
                auto const d = static_cast<unsigned>(std::countr_zero(days));
                return local_days{y / std::chrono::month{m} / std::chrono::day{d}};
            }
        }
        return std::nullopt;
    };
    year_month_day const start{from};
    if (start.year() > cron_last_year) {
        return std::nullopt;
    }
    if (auto const found = search(
            start.year(), static_cast<unsigned>(start.month()), static_cast<unsigned>(start.day())
        )) {
        return found;
    }
    // There are fourteen kinds of years: when each was searched in vain there is nothing to find.
    constexpr std::uint32_t all_kinds = (1U << 14) - 1;
    std::uint32_t searched = 0;
    for (year y = start.year() + years{1}; y <= cron_last_year && searched != all_kinds; ++y) {
        auto const first_weekday = weekday{local_days{y / January / 1}}.c_encoding();
        auto const kind = 1U << (2 * first_weekday + (y.is_leap() ? 1 : 0));
        if ((searched & kind) != 0) {
            continue;
        }
        searched |= kind;
        if (auto const found = search(y, 1, 1)) {
            return found;
        }
    }
    return std::nullopt;
}

/// The first time of the day from `from` on, in seconds since midnight. None of the sets is empty.
[[nodiscard]] constexpr std::optional<std::chrono::seconds>
cron_next_time(cron_fields const& fields, std::chrono::seconds from) {
    using namespace std::chrono;
    auto const first = [](std::uint64_t bits) { return std::countr_zero(bits); };
    // The first number of `bits` that is at least `least`; 64 if there is none.
    auto const first_from = [&](std::uint64_t bits, long least) {
        return least > 63 ? 64 : first(bits >> least << least);
    };
    hh_mm_ss const start{from};
    auto const make = [](int h, int m, int s) { return hours{h} + minutes{m} + seconds{s}; };
    auto const h = start.hours().count();
    auto const m = start.minutes().count();
    if ((fields.hours >> h & 1U) != 0) {
        auto const hour = static_cast<int>(h);
        if ((fields.minutes >> m & 1U) != 0) {
            if (int const second = first_from(fields.seconds, start.seconds().count());
                second != 64) {
                return make(hour, static_cast<int>(m), second);
            }
        }
        if (int const minute = first_from(fields.minutes, m + 1); minute != 64) {
            return make(hour, minute, first(fields.seconds));
        }
    }
    if (int const hour = first_from(fields.hours, h + 1); hour != 64) {
        return make(hour, first(fields.minutes), first(fields.seconds));
    }
    return std::nullopt;
}

/// The first local date and time from `from` on; nothing if there is none up to cron_last_year.
[[nodiscard]] constexpr std::optional<std::chrono::local_seconds>
cron_next_local(cron_fields const& fields, std::chrono::local_seconds from) {
    using namespace std::chrono;
    if (fields.seconds == 0 || fields.minutes == 0 || fields.hours == 0) {
        return std::nullopt;
    }
    auto const today = floor<days>(from);
    auto day = cron_next_day(fields, today);
    if (day == today) {
        if (auto const time = cron_next_time(fields, from - today)) {
            return today + *time;
        }
        day = cron_next_day(fields, today + days{1});
    }
    if (!day) {
        return std::nullopt;
    }
    return *day + *cron_next_time(fields, seconds{0});
}

} // namespace cofire::detail

#endif
