// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_CRON_HPP
#define COFIRE_TIME_CRON_HPP

#include <cofire/core/config.hpp>
#include <cofire/time/cron_expression.hpp>
#include <cofire/time/detail/cron_fields.hpp>

#include <chrono>
#include <cstdint>

namespace cofire {

namespace detail {

/// Throws errc::bad_cron: "<what> <value>: must be <least> to <most>".
[[noreturn]] void refuse_cron_number(char const* what, long value, unsigned least, unsigned most);

constexpr unsigned cron_number(char const* what, long value, unsigned least, unsigned most) {
    if (value < static_cast<long>(least) || value > static_cast<long>(most)) {
        refuse_cron_number(what, value, least, most);
    }
    return static_cast<unsigned>(value);
}

/// Makes expressions from fields.
struct cron_access {
    static constexpr cron_expression make(cron_fields fields) { return cron_expression{fields}; }

    /// Every day at one time.
    static constexpr cron_fields daily(int hour, int minute) {
        cron_fields fields;
        fields.seconds = 1;
        fields.minutes = std::uint64_t{1} << cron_number("minute", minute, 0, 59);
        fields.hours = std::uint32_t{1} << cron_number("hour", hour, 0, 23);
        fields.days = cron_fields::every_day;
        fields.months = cron_fields::every_month;
        fields.weekdays = cron_fields::every_weekday;
        return fields;
    }

    /// first, first + n, first + 2 n, ... up to last.
    static constexpr std::uint64_t every(unsigned first, unsigned last, unsigned n) {
        std::uint64_t bits = 0;
        for (unsigned i = first; i <= last; i += n) {
            bits |= std::uint64_t{1} << i;
        }
        return bits;
    }
};

} // namespace detail

/// Short names for the usual expressions. All throw errc::bad_cron, naming the value, if a number is
/// out of its range; in a constant expression that is a compile error.
namespace cron {

/// Every minute: `* * * * *`.
[[nodiscard]] constexpr cron_expression minutely() {
    return "* * * * *";
}

/// Every hour, at the given minute (0 to 59): `m * * * *`.
[[nodiscard]] constexpr cron_expression hourly(int minute = 0) {
    auto fields = detail::cron_access::daily(0, minute);
    fields.hours = detail::cron_fields::every_hour;
    fields.interval = true;
    return detail::cron_access::make(fields);
}

/// Every day, at the given time: `m h * * *`.
[[nodiscard]] constexpr cron_expression daily(int hour = 0, int minute = 0) {
    return detail::cron_access::make(detail::cron_access::daily(hour, minute));
}

/// Every week, on the given day: `m h * * d`.
[[nodiscard]] constexpr cron_expression
weekly(std::chrono::weekday day = std::chrono::Monday, int hour = 0, int minute = 0) {
    auto fields = detail::cron_access::daily(hour, minute);
    auto const d = detail::cron_number("day of week", static_cast<long>(day.c_encoding()), 0, 6);
    fields.weekdays = static_cast<std::uint8_t>(1U << d);
    return detail::cron_access::make(fields);
}

/// Every month, on the given day (1 to 31; months that do not have it are left out):
/// `m h d * *`.
[[nodiscard]] constexpr cron_expression monthly(int day = 1, int hour = 0, int minute = 0) {
    auto fields = detail::cron_access::daily(hour, minute);
    fields.days = std::uint32_t{1} << detail::cron_number("day of month", day, 1, 31);
    return detail::cron_access::make(fields);
}

/// Every year, on the given day of the given month (1 to 12): `m h d n *`. The day must exist in that
/// month; the 29th of February is due in leap years.
[[nodiscard]] constexpr cron_expression
yearly(int month = 1, int day = 1, int hour = 0, int minute = 0) {
    auto fields = detail::cron_access::daily(hour, minute);
    auto const m = detail::cron_number("month", month, 1, 12);
    auto const longest = m == 2 ? 29U : m == 4 || m == 6 || m == 9 || m == 11 ? 30U : 31U;
    fields.days = std::uint32_t{1} << detail::cron_number("day of that month", day, 1, longest);
    fields.months = static_cast<std::uint16_t>(1U << m);
    return detail::cron_access::make(fields);
}

/// Never: for a recurring job that is only triggered by hand.
[[nodiscard]] constexpr cron_expression never() {
    return cron_expression::never();
}

/// At the minutes 0, n, 2n, ... of each hour, n from 1 to 59: `*/n * * * *`.
[[nodiscard]] constexpr cron_expression minute_interval(int n) {
    auto fields = detail::cron_access::daily(0, 0);
    auto const step = detail::cron_number("minute interval", n, 1, 59);
    fields.minutes = detail::cron_access::every(0, 59, step);
    fields.hours = detail::cron_fields::every_hour;
    fields.interval = true;
    return detail::cron_access::make(fields);
}

/// At the hours 0, n, 2n, ... of each day, n from 1 to 23: `0 */n * * *`.
[[nodiscard]] constexpr cron_expression hour_interval(int n) {
    auto fields = detail::cron_access::daily(0, 0);
    auto const step = detail::cron_number("hour interval", n, 1, 23);
    fields.hours = static_cast<std::uint32_t>(detail::cron_access::every(0, 23, step));
    fields.interval = true;
    return detail::cron_access::make(fields);
}

/// At midnight on the days 1, 1 + n, 1 + 2n, ... of each month, n from 1 to 31: `0 0 */n * *`.
[[nodiscard]] constexpr cron_expression day_interval(int n) {
    auto fields = detail::cron_access::daily(0, 0);
    auto const step = detail::cron_number("day interval", n, 1, 31);
    fields.days = static_cast<std::uint32_t>(detail::cron_access::every(1, 31, step));
    return detail::cron_access::make(fields);
}

/// At midnight on the first of the months 1, 1 + n, 1 + 2n, ... of each year, n from 1 to
/// 12: `0 0 1 */n *`.
[[nodiscard]] constexpr cron_expression month_interval(int n) {
    auto fields = detail::cron_access::daily(0, 0);
    auto const step = detail::cron_number("month interval", n, 1, 12);
    fields.days = 1U << 1;
    fields.months = static_cast<std::uint16_t>(detail::cron_access::every(1, 12, step));
    return detail::cron_access::make(fields);
}

} // namespace cron
} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/time/impl/cron.ipp>
#endif

#endif
