// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_CRON_WORDS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_CRON_WORDS_IPP

#include <cofire/dashboard/detail/cron_words.hpp>

#include <charconv>
#include <span>
#include <vector>

namespace cofire::detail {

[[nodiscard]] inline std::vector<std::string_view> split_text(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

// "a, b and c".
[[nodiscard]] inline std::string listed(std::vector<std::string> const& items) {
    std::string text;
    for (std::size_t i = 0; i != items.size(); ++i) {
        text += i == 0 ? "" : i + 1 == items.size() ? " and " : ", ";
        text += items[i];
    }
    return text;
}

[[nodiscard]] inline int cron_number(std::string_view text) {
    int n = -1;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
}

[[nodiscard]] inline bool is_cron_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

[[nodiscard]] inline std::string ordinal(int n) {
    bool const teen = n % 100 >= 11 && n % 100 <= 13;
    char const* const end = teen          ? "th"
                            : n % 10 == 1 ? "st"
                            : n % 10 == 2 ? "nd"
                            : n % 10 == 3 ? "rd"
                                          : "th";
    return std::to_string(n) + end;
}

// The name of the number `text` among `names`, or the number.
[[nodiscard]] inline std::string
cron_name(std::string_view text, std::span<std::string_view const> names) {
    int const n = cron_number(text);
    if (is_cron_number(text) && n >= 0 && static_cast<std::size_t>(n) < names.size()) {
        return std::string(names[static_cast<std::size_t>(n)]);
    }
    return std::string(text);
}

// One part of a list: a number, a range, a step.
[[nodiscard]] inline std::string
cron_part(std::string_view part, std::string_view unit, std::span<std::string_view const> names) {
    auto const slash = part.find('/');
    std::string_view const range = part.substr(0, slash);
    std::string text;
    if (slash != std::string_view::npos) {
        text = "every " + std::string(part.substr(slash + 1)) + ' ' + std::string(unit) + 's';
        if (range == "*") {
            return text;
        }
        text += " from ";
    }
    auto const dash = range.find('-');
    if (dash == std::string_view::npos) {
        return text + cron_name(range, names);
    }
    return text + cron_name(range.substr(0, dash), names) +
           (slash == std::string_view::npos && !names.empty() ? " to " : " to ") +
           cron_name(range.substr(dash + 1), names);
}

[[nodiscard]] inline std::string
cron_parts(std::string_view field, std::string_view unit, std::span<std::string_view const> names) {
    std::vector<std::string> items;
    for (std::string_view const part : split_text(field, ',')) {
        items.push_back(cron_part(part, unit, names));
    }
    return listed(items);
}

[[nodiscard]] inline std::string two_digits(std::string_view n) {
    return n.size() == 1 ? '0' + std::string(n) : std::string(n);
}

// A field of time that is not a plain number: "every 5 minutes", "minute 5, 10 and 20".
[[nodiscard]] inline std::string time_words(std::string_view field, std::string_view unit) {
    if (field == "*") {
        return "every " + std::string(unit);
    }
    if (field == "0,30" && unit != "hour") {
        return "every 30 " + std::string(unit) + 's';
    }
    std::string const parts = cron_parts(field, unit, {});
    return parts.starts_with("every ") ? parts : "at " + std::string(unit) + ' ' + parts;
}

[[nodiscard]] inline std::string
clock_words(std::string_view second, std::string_view minute, std::string_view hour) {
    // Fixed times of the day: as a clock shows them.
    bool const fixed = is_cron_number(second) && is_cron_number(minute) &&
                       hour.find_first_not_of("0123456789,") == std::string_view::npos;
    if (fixed) {
        std::vector<std::string> times;
        for (std::string_view const h : split_text(hour, ',')) {
            std::string t = two_digits(h) + ':' + two_digits(minute);
            times.push_back(second == "0" ? t : t + ':' + two_digits(second));
        }
        return "at " + listed(times);
    }
    std::string text;
    if (second != "0") {
        text = time_words(second, "second");
        if (minute == "*" && hour == "*") {
            return text.starts_with("every ") ? text : text + " of every minute";
        }
    }
    bool const every_minute = minute == "*";
    if (!(every_minute && !text.empty())) {
        if (minute == "0" && text.empty()) {
            text = hour.starts_with('*') ? "" : "on the hour";
        } else {
            text += (text.empty() ? "" : ", ") + time_words(minute, "minute");
        }
    }
    if (hour == "*") {
        if (text.empty()) {
            return "every hour";
        }
        return text.starts_with("every ") ? text : text + " of every hour";
    }
    if (hour.starts_with("*/")) {
        return (text.empty() ? "" : text + ", ") + time_words(hour, "hour");
    }
    std::vector<std::string> hours;
    for (std::string_view const part : split_text(hour, ',')) {
        auto const dash = part.find('-');
        if (part.find('/') != std::string_view::npos) {
            hours.push_back(cron_part(part, "hour", {}));
        } else if (dash == std::string_view::npos) {
            hours.push_back("from " + two_digits(part) + ":00 to " + two_digits(part) + ":59");
        } else {
            hours.push_back(
                "from " + two_digits(part.substr(0, dash)) + ":00 to " +
                two_digits(part.substr(dash + 1)) + ":59"
            );
        }
    }
    return text + ", " + listed(hours);
}

[[nodiscard]] inline std::string day_words(std::string_view field) {
    std::vector<std::string> items;
    for (std::string_view part : split_text(field, ',')) {
        bool const weekday = part.ends_with('W');
        std::string_view const day = weekday ? part.substr(0, part.size() - 1) : part;
        std::string text;
        if (day == "L") {
            text = weekday ? "the last weekday" : "the last day";
        } else if (day.starts_with("L-")) {
            std::string const before = std::string(day.substr(2));
            text = before + (before == "1" ? " day" : " days") + " before the last";
            text = weekday ? "the weekday nearest to " + text : text;
        } else if (weekday) {
            text = "the weekday nearest to the " + ordinal(cron_number(day));
        } else if (is_cron_number(day)) {
            text = "the " + ordinal(cron_number(day));
        } else if (auto const dash = day.find('-');
                   dash != std::string_view::npos && day.find('/') == std::string_view::npos) {
            text = "the " + ordinal(cron_number(day.substr(0, dash))) + " to the " +
                   ordinal(cron_number(day.substr(dash + 1)));
        } else {
            text = cron_part(day, "day", {});
        }
        items.push_back(text);
    }
    return "on " + listed(items) + " of the month";
}

[[nodiscard]] inline std::string weekday_words(std::string_view field) {
    static constexpr std::string_view names[] = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    std::vector<std::string> items;
    for (std::string_view const part : split_text(field, ',')) {
        if (auto const hash = part.find('#'); hash != std::string_view::npos) {
            items.push_back(
                "the " + ordinal(cron_number(part.substr(hash + 1))) + ' ' +
                cron_name(part.substr(0, hash), names) + " of the month"
            );
        } else if (part.ends_with('L')) {
            items.push_back(
                "the last " + cron_name(part.substr(0, part.size() - 1), names) + " of the month"
            );
        } else {
            items.push_back(cron_part(part, "day", names));
        }
    }
    return "on " + listed(items);
}

COFIRE_DECL std::string cron_words(std::string_view text) {
    static constexpr std::string_view months[] = {
        "",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December"};
    std::vector<std::string_view> fields = split_text(text, ' ');
    if (fields.size() == 5) {
        fields.insert(fields.begin(), "0");
    }
    if (fields.size() != 6) {
        return text == "@never" ? "never" : std::string(text);
    }
    std::string words = clock_words(fields[0], fields[1], fields[2]);
    bool const any_day = fields[3] == "*";
    bool const any_weekday = fields[5] == "*";
    if (any_day && any_weekday && fields[4] == "*") {
        words += words.starts_with("every ") || words.find(" every ") != std::string::npos
                     ? ""
                     : " every day";
    }
    if (!any_day) {
        words += ", " + day_words(fields[3]);
    }
    if (!any_weekday) {
        words += (any_day ? ", " : " if that is ");
        std::string const days = weekday_words(fields[5]);
        words += any_day ? days : days.substr(3);
    }
    if (fields[4] != "*") {
        words += ", in " + cron_parts(fields[4], "month", months);
    }
    return words;
}

} // namespace cofire::detail

#endif
