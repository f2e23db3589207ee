// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_TIME_SLOW_CRON_HPP
#define COFIRE_TESTS_TIME_SLOW_CRON_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <time.h>
#include <vector>

/// Cron the slow way: every moment is looked at and asked whether the expression's text fits it.
/// Shares nothing with cofire/time/: the text is read anew, part by part, and the zones are the C
/// library's.
namespace slow_cron {

inline std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        auto const end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

/// A number or a name of three letters.
inline int number(std::string_view text) {
    static constexpr std::string_view names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
    static constexpr std::string_view months[] = {
        "", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    for (int i = 0; i < 7; ++i) {
        if (text == names[i]) {
            return i;
        }
    }
    for (int i = 1; i < 13; ++i) {
        if (text == months[i]) {
            return i;
        }
    }
    return std::stoi(std::string{text});
}

/// Whether `part`, without commas, is a field from `least` to `most` that holds `value`. A range is
/// walked number by number, around the field's end if it is reversed.
inline bool part_fits(std::string_view part, int value, int least, int most) {
    auto const by_step = split(part, '/');
    auto const step = by_step.size() == 2 ? number(by_step[1]) : 1;
    int first = least;
    int last = most;
    if (by_step[0] != "*" && by_step[0] != "?") {
        auto const ends = split(by_step[0], '-');
        first = number(ends[0]);
        last = ends.size() == 2 ? number(ends[1]) : by_step.size() == 2 ? most : first;
    }
    for (int at = first, taken = 0;; ++taken) {
        if (at == value && taken % step == 0) {
            return true;
        }
        if (at == last) {
            return false;
        }
        at = at == most ? least : at + 1;
    }
}

inline bool field_fits(std::string_view field, int value, int least, int most) {
    for (auto const part : split(field, ',')) {
        if (part_fits(part, value, least, most)) {
            return true;
        }
    }
    return false;
}

/// A date of the local calendar.
struct date {
    std::chrono::year_month_day day;

    [[nodiscard]] int of_month() const { return static_cast<int>(unsigned{day.day()}); }
    [[nodiscard]] int length() const {
        return static_cast<int>(unsigned{(day.year() / day.month() / std::chrono::last).day()});
    }
    /// The day of the week of the n-th of the same month; 0 is Sunday.
    [[nodiscard]] int weekday_of(int n) const {
        auto const then = day.year() / day.month() / n;
        return static_cast<int>(std::chrono::weekday{std::chrono::local_days{then}}.c_encoding());
    }
    [[nodiscard]] int weekday() const { return weekday_of(of_month()); }
};

/// The Monday to Friday nearest to the n-th, in the same month; 0 if the month has no n-th.
inline int nearest_workday(date const& in, int n) {
    if (n < 1 || n > in.length()) {
        return 0;
    }
    for (int distance = 0;; ++distance) {
        for (int const candidate : {n - distance, n + distance}) {
            if (candidate >= 1 && candidate <= in.length() && in.weekday_of(candidate) % 6 != 0) {
                return candidate;
            }
        }
    }
}

inline bool day_of_month_fits(std::string_view field, date const& of) {
    for (auto part : split(field, ',')) {
        auto const workday = part.ends_with('W');
        if (workday) {
            part.remove_suffix(1);
        }
        if (part.starts_with('L')) {
            auto const day = of.length() - (part.size() > 2 ? number(part.substr(2)) : 0);
            if ((workday ? nearest_workday(of, day) : day) == of.of_month()) {
                return true;
            }
        } else if (workday ? nearest_workday(of, number(part)) == of.of_month() : part_fits(part, of.of_month(), 1, 31)) {
            return true;
        }
    }
    return false;
}

inline bool day_of_week_fits(std::string_view field, date const& of) {
    for (auto part : split(field, ',')) {
        auto const nth = split(part, '#');
        if (nth.size() == 2) {
            if (number(nth[0]) % 7 == of.weekday() && (of.of_month() + 6) / 7 == number(nth[1])) {
                return true;
            }
        } else if (part.ends_with('L')) {
            part.remove_suffix(1);
            if (number(part) % 7 == of.weekday() && of.of_month() + 7 > of.length()) {
                return true;
            }
        } else if (part.find('-') != std::string_view::npos && part.find("7") == std::string_view::npos) {
            if (part_fits(part, of.weekday(), 0, 6)) { // may be reversed: a week has seven days
                return true;
            }
        } else if (part_fits(part, of.weekday(), 0, 7) || (of.weekday() == 0 && part_fits(part, 7, 0, 7))) {
            return true;
        }
    }
    return false;
}

/// An expression of five fields, or six with the second first; no macros.
class expression {
public:
    explicit expression(std::string const& text) : text_(text) {
        for (auto const field : split(text_, ' ')) {
            fields_.emplace_back(field);
        }
        if (fields_.size() == 5) {
            fields_.insert(fields_.begin(), "0");
        }
        if (fields_.size() != 6) {
            throw std::invalid_argument{text};
        }
        for (int i = 0; i < 60; ++i) {
            second_[i] = field_fits(fields_[0], i, 0, 59);
            minute_[i] = field_fits(fields_[1], i, 0, 59);
            hour_[i] = i < 24 && field_fits(fields_[2], i, 0, 23);
        }
        for (std::size_t i = 0; i < 3; ++i) {
            interval_ = interval_ || fields_[i].find_first_of("*-/") != std::string::npos;
        }
    }

    [[nodiscard]] std::string const& text() const { return text_; }
    [[nodiscard]] bool is_interval() const { return interval_; }

    /// Whether it fits local clocks that show `local`, in seconds since 1970-01-01.
    [[nodiscard]] bool fits(std::int64_t local) const {
        auto const of_day = ((local % 86400) + 86400) % 86400;
        return second_[of_day % 60] && minute_[of_day / 60 % 60] && hour_[of_day / 3600] &&
               day_fits((local - of_day) / 86400);
    }

private:
    bool day_fits(std::int64_t day) const {
        if (day != known_day_) {
            std::chrono::year_month_day const ymd{
                std::chrono::local_days{std::chrono::days{static_cast<int>(day)}}};
            known_day_ = day;
            known_fits_ = field_fits(fields_[4], static_cast<int>(unsigned{ymd.month()}), 1, 12) &&
                          day_of_month_fits(fields_[3], {ymd}) &&
                          day_of_week_fits(fields_[5], {ymd});
        }
        return known_fits_;
    }

    std::string text_;
    std::vector<std::string> fields_;
    bool second_[60];
    bool minute_[60];
    bool hour_[60];
    bool interval_ = false;
    mutable std::int64_t known_day_ = INT64_MIN;
    mutable bool known_fits_ = false;
};

/// The process's zone as the C library knows it, until the end of the scope.
class process_zone {
public:
    explicit process_zone(char const* name) {
        if (auto const* const before = std::getenv("TZ")) {
            before_ = before;
            had_one_ = true;
        }
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    process_zone(process_zone const&) = delete;
    process_zone& operator=(process_zone const&) = delete;
    ~process_zone() {
        had_one_ ? ::setenv("TZ", before_.c_str(), 1) : ::unsetenv("TZ");
        ::tzset();
    }

    /// What local clocks show at `utc`; both in seconds since 1970-01-01.
    [[nodiscard]] std::int64_t local(std::int64_t utc) const {
        ::time_t const t = utc;
        ::tm fields;
        ::localtime_r(&t, &fields);
        return utc + fields.tm_gmtoff;
    }

private:
    std::string before_;
    bool had_one_ = false;
};

/// What local clocks show at each step of a stretch of time.
class timeline {
public:
    /// From `begin` up to `end`, each `unit` seconds: 1 or 60. What is repeated is known only if the
    /// time that it repeats is not before `begin` by more than `lead`.
    timeline(
        process_zone const& clocks,
        std::int64_t begin,
        std::int64_t end,
        int unit,
        std::int64_t lead = 2 * 86400
    )
        : begin_(begin - lead), lead_(lead), unit_(unit) {
        std::int64_t least = INT64_MAX;
        std::int64_t most = INT64_MIN;
        for (auto t = begin_; t < end; t += unit) {
            local_.push_back(clocks.local(t));
            least = std::min(least, local_.back());
            most = std::max(most, local_.back());
        }
        std::vector<bool> shown(static_cast<std::size_t>((most - least) / unit + 1));
        repeated_.reserve(local_.size());
        for (auto const local : local_) {
            auto seen = shown[static_cast<std::size_t>((local - least) / unit)];
            repeated_.push_back(seen);
            seen = true;
        }
    }

    /// Calls `due(t)` for each moment at which the expression is due.
    template <class Due>
    void walk(expression const& cron, Due due) const {
        for (auto i = static_cast<std::size_t>(lead_ / unit_); i < local_.size(); ++i) {
            bool now = cron.fits(local_[i]) && (cron.is_interval() || !repeated_[i]);
            // What clocks skipped on the way here is due here.
            for (auto skipped = local_[i - 1] + unit_; !now && skipped < local_[i];
                 skipped += unit_) {
                now = cron.fits(skipped);
            }
            if (now) {
                due(begin_ + static_cast<std::int64_t>(i) * unit_);
            }
        }
    }

private:
    std::int64_t begin_;
    std::int64_t lead_;
    int unit_;
    std::vector<std::int64_t> local_;
    std::vector<bool> repeated_;
};

} // namespace slow_cron

#endif
