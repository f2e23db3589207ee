// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_IMPL_CRON_TEXT_IPP
#define COFIRE_TIME_IMPL_CRON_TEXT_IPP

#include <cofire/core/error.hpp>
#include <cofire/time/detail/cron_calendar.hpp>
#include <cofire/time/detail/cron_text.hpp>

#include <bit>
#include <cstdint>
#include <string>

namespace cofire::detail {

/// Writes one field as a list, part by part.
class cron_list {
public:
    void add(std::string const& part) { text_ += text_.empty() ? part : "," + part; }

    void add_numbers(std::uint64_t bits) {
        for_each_bit(bits, [&](unsigned number) { add(std::to_string(number)); });
    }

    /// Numbers from `first` to `last` in the shortest way: *, steps, ranges.
    void add_ranges(std::uint64_t bits, unsigned first, unsigned last) {
        if (add_progression(bits, first, last)) {
            return;
        }
        while (bits != 0) {
            auto const from = static_cast<unsigned>(std::countr_zero(bits));
            auto const step = step_of(bits);
            auto to = from;
            while (to + step <= last && (bits >> (to + step) & 1U) != 0) {
                to += step;
            }
            auto const count = (to - from) / step + 1;
            if (count < (step == 1 ? 3U : 4U)) { // not worth a range: the first number alone
                add(std::to_string(from));
                bits &= bits - 1;
                continue;
            }
            add(range(from, to, step));
            bits &= ~progression(from, to, step);
        }
    }

    std::string const& text() const { return text_; }

private:
    /// Everything, or at least three numbers the same step apart.
    bool add_progression(std::uint64_t bits, unsigned first, unsigned last) {
        if (std::popcount(bits) < 3) {
            return false;
        }
        auto const from = static_cast<unsigned>(std::countr_zero(bits));
        auto const to = static_cast<unsigned>(std::bit_width(bits)) - 1;
        auto const step = step_of(bits);
        if (bits != progression(from, to, step)) {
            return false;
        }
        bool const all = from == first && to + step > last;
        add(all ? (step == 1 ? "*" : "*/" + std::to_string(step)) : range(from, to, step));
        return true;
    }

    /// From the first number to the second; 1 if there is only one.
    static unsigned step_of(std::uint64_t bits) {
        auto const rest = bits & (bits - 1);
        return rest == 0 ? 1
                         : static_cast<unsigned>(std::countr_zero(rest) - std::countr_zero(bits));
    }

    static std::uint64_t progression(unsigned from, unsigned to, unsigned step) {
        std::uint64_t bits = 0;
        for (unsigned number = from; number <= to; number += step) {
            bits |= std::uint64_t{1} << number;
        }
        return bits;
    }

    static std::string range(unsigned from, unsigned to, unsigned step) {
        auto const text = std::to_string(from) + "-" + std::to_string(to);
        return step == 1 ? text : text + "/" + std::to_string(step);
    }

    std::string text_;
};

COFIRE_DECL std::string to_text(cron_fields const& fields) {
    if (fields == cron_fields{}) {
        return "@never";
    }
    // An interval must be written as one: if no field comes out so, the minute 5 becomes 5-5. What
    // is no interval is written without ranges.
    auto const time_field = [&](std::uint64_t bits, unsigned last) {
        cron_list list;
        if (fields.interval) {
            list.add_ranges(bits, 0, last);
        } else {
            list.add_numbers(bits);
        }
        return list.text();
    };
    auto const second = time_field(fields.seconds, 59);
    auto minute = time_field(fields.minutes, 59);
    auto const hour = time_field(fields.hours, 23);
    if (fields.interval && (second + minute + hour).find_first_of("*-/") == std::string::npos) {
        auto const first = std::to_string(std::countr_zero(fields.minutes));
        minute.insert(first.size(), "-" + first);
    }

    cron_list day;
    if (fields.days != 0) {
        day.add_ranges(fields.days, 1, 31);
    }
    auto const last_day = [](unsigned before) {
        return before == 0 ? std::string{"L"} : "L-" + std::to_string(before);
    };
    for_each_bit(fields.nearest_weekdays, [&](unsigned d) { day.add(std::to_string(d) + "W"); });
    for_each_bit(fields.last_days, [&](unsigned before) { day.add(last_day(before)); });
    for_each_bit(fields.last_weekdays, [&](unsigned before) { day.add(last_day(before) + "W"); });

    cron_list month;
    month.add_ranges(fields.months, 1, 12);

    cron_list weekday;
    if (fields.weekdays != 0) {
        weekday.add_ranges(fields.weekdays, 0, 6);
    }
    for_each_bit(fields.nth_weekdays, [&](unsigned at) {
        weekday.add(std::to_string(at % 7) + "#" + std::to_string(at / 7 + 1));
    });
    for_each_bit(fields.last_of_weekday, [&](unsigned d) { weekday.add(std::to_string(d) + "L"); });

    auto const rest =
        minute + " " + hour + " " + day.text() + " " + month.text() + " " + weekday.text();
    return fields.seconds == 1 ? rest : second + " " + rest;
}

COFIRE_DECL std::string explain(cron_parsed const& parsed, std::string_view text) {
    auto const field_name = [&] {
        switch (parsed.field) {
        case cron_field::second: return "second";
        case cron_field::minute: return "minute";
        case cron_field::hour: return "hour";
        case cron_field::day_of_month: return "day of month";
        case cron_field::month: return "month";
        default: return "day of week";
        }
    };
    auto const values = [&] {
        switch (parsed.field) {
        case cron_field::second:
        case cron_field::minute: return "must be 0 to 59";
        case cron_field::hour: return "must be 0 to 23";
        case cron_field::day_of_month: return "must be 1 to 31 or L";
        case cron_field::month: return "must be 1 to 12 or JAN to DEC";
        default: return "must be 0 to 7 or SUN to SAT";
        }
    };
    auto const found =
        parsed.begin == parsed.end
            ? std::string{"found nothing"}
            : "found " + quoted(text.substr(parsed.begin, parsed.end - parsed.begin));
    auto const column = "column " + std::to_string(parsed.begin + 1) + ": ";
    auto const place = std::string{field_name()} + ", " + column;
    auto const most = std::to_string(range_of(parsed.field).last);
    switch (parsed.problem) {
    case cron_problem::field_count:
        return quoted(text) + ": found " + std::to_string(parsed.field_count) +
               " fields, must be 5 (minute, hour, day of month, month, day of week) or 6 (second "
               "first)";
    case cron_problem::macro:
        return quoted(text) + ": macro, " + column + found + ", no such macro";
    case cron_problem::step:
        return quoted(text) + ": " + place + found + ", a step must be 1 to " + most;
    case cron_problem::last_offset:
        return quoted(text) + ": " + place + found + ", the days before the last must be 0 to 30";
    case cron_problem::nth:
        return quoted(text) + ": " + place + found + ", the number after # must be 1 to 5";
    case cron_problem::unexpected:
        return quoted(text) + ": " + place + found + ", which cannot stand there";
    default: return quoted(text) + ": " + place + found + ", " + values();
    }
}

} // namespace cofire::detail

#endif
