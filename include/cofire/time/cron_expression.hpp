// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_CRON_EXPRESSION_HPP
#define COFIRE_TIME_CRON_EXPRESSION_HPP

#include <cofire/core/config.hpp>
#include <cofire/time/detail/cron_fields.hpp>
#include <cofire/time/detail/cron_literal.hpp>
#include <cofire/time/zone.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cofire {

namespace detail {
struct cron_access;
}

/// When a recurring job is due, by local clocks: five fields (minute, hour, day of month, month, day
/// of week) or six (second first).
///
/// - Each field is a list: `1,5,10-20`. A part of it is a number, `*` for all, a range, a step of a
///   range (`10-40/5`), of all (`*/5`) or from a number to the field's end (`3/5`).
/// - A reversed range goes around the field's end: `22-2`, `FRI-MON`.
/// - Months and days of the week have names of three letters, in either case; 0 and 7 are Sunday.
/// - `?` is `*`, in the two day fields.
/// - Day of month: `L` the last day, `L-3` three before it, `15W` the weekday (Monday to Friday)
///   nearest to the 15th within the month, `LW` the last weekday, `L-3W`.
/// - Day of week: `MON#2` the second Monday of the month, `FRIL` or `5L` the last Friday.
/// - A day must match day of month *and* day of week: `0 12 13 * FRI`.
/// - Macros: @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every_minute,
///   @every_second, @never.
///
/// A value of a few words, trivial to copy. A literal converts to it and is checked by the compiler;
/// for text that comes at run time there is parse.
///
/// Distinct objects: safe. Shared objects: safe, except to assign.
class cron_expression {
public:
    /// The expression that is never due.
    constexpr cron_expression() = default;

    /// The expression that the literal writes. A bad one does not compile: the message has a
    /// function called after the mistake, such as bad_cron_expression_minute_must_be_0_to_59.
    template <std::size_t N>
    consteval cron_expression(char const (&text)[N])
        : fields_(detail::cron_literal(std::string_view{text, N - 1})) {}

    /// The expression that `text` writes. Spaces and tabs around and between the fields are free.
    /// Throws errc::bad_cron; the message names the field, the column and what was found there.
    [[nodiscard]] static cron_expression parse(std::string_view text);

    /// The expression that is never due.
    [[nodiscard]] static constexpr cron_expression never() { return {}; }

    /// The first moment after `after` (or not before it, if `inclusive`) at which the expression is
    /// due by the clocks of `in`, from the year 1 to 9999; nothing if there is none. Microseconds,
    /// also for rare and impossible dates.
    ///
    /// When clocks are set forward: what falls into the skipped time is due once, at the first
    /// moment after it. When they are set back: an expression with `*`, a range or a step in second,
    /// minute or hour is due in both passes of the repeated time, any other in the first only.
    template <class Duration>
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next(
        std::chrono::sys_time<Duration> after, zone const& in = zone::utc(), bool inclusive = false
    ) const {
        using std::chrono::seconds;
        auto const from = std::chrono::floor<seconds>(after);
        if (from == std::chrono::sys_seconds::max()) {
            return std::nullopt;
        }
        return next_from(inclusive && from == after ? from : from + seconds{1}, in);
    }

    /// True if it is due at intervals rather than at fixed times of the day: there is a `*`, a range
    /// or a step in second, minute or hour. Decides what happens in a repeated hour.
    [[nodiscard]] constexpr bool is_interval() const { return fields_.interval; }

    /// The canonical text: five fields if the second is 0, else six; numbers in order, without
    /// names. Equal expressions have equal texts, and parse gives the same expression again.
    [[nodiscard]] std::string to_string() const;

    /// True if both are due at the same times for the same reasons: spelling does not count, `1,2,3`
    /// in day of month is `1-3`. In second, minute and hour the two differ, since one of them is an
    /// interval. Expressions that agree only by way of the calendar, such as `28` and `L` in a
    /// February, are not equal.
    friend constexpr bool operator==(cron_expression const&, cron_expression const&) = default;

private:
    friend struct detail::cron_access;
    constexpr explicit cron_expression(detail::cron_fields const& fields) : fields_(fields) {}

    [[nodiscard]] std::optional<std::chrono::sys_seconds>
    next_from(std::chrono::sys_seconds from, zone const& in) const;

    detail::cron_fields fields_;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/time/impl/cron_expression.ipp>
#endif

#endif
