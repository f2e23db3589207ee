// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support/asked.hpp"
#include "time/slow_cron.hpp"
#include "time/zone_data.hpp"

#include <cofire/time/cron_expression.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// cron_expression against a walk over all minutes, or seconds, of some zones' years. A share runs
// with the other tests; all of it with
//     cofire_tests_time --run_test=cron_walk/all_of_twenty_years --log_level=message
BOOST_AUTO_TEST_SUITE(cron_walk)

namespace {

using random_bits = std::mt19937_64;

constexpr std::int64_t day = 86400;

struct zone_years {
    char const* name;
    int first; // and the nineteen after it
};

constexpr zone_years zones[] = {
    {"America/New_York", 2005},    // the usual
    {"Europe/Dublin", 2005},       // daylight time in winter, less than nothing
    {"Australia/Lord_Howe", 2005}, // half an hour
    {"Antarctica/Troll", 2005},    // two hours
    {"America/Sao_Paulo", 2003},   // at midnight
    {"Asia/Beirut", 2005},         // at midnight
    {"Africa/Cairo", 2005},        // at midnight; four changes in a year
    {"America/St_Johns", 1995},    // a minute after midnight
    {"Africa/Casablanca", 2006},   // not in Ramadan
    {"Pacific/Apia", 2003},        // without the 30th of December 2011
    {"Pacific/Kwajalein", 1980},   // without the 21st of August 1993
    {"Pacific/Chatham", 2005},     // 45 minutes past, at 02:45
    {"Asia/Pyongyang", 2005},      // half an hour away and back
    {"Europe/Volgograd", 2005},    // changes of the distance itself
    {"Asia/Kolkata", 2005},        // no changes
    {"Pacific/Kiritimati", 1990},  // far ahead; without the 31st of December 1994
    {"America/Anchorage", 1970},   // from one daylight time into another zone's
    {"America/Caracas", 2005},     // half an hour, twice
};

constexpr char const* chosen[] = {
    "* * * * *",
    "*/30 * * * *",
    "15 * * * *",
    "7/20 * * * *",
    "0 0 * * *",
    "59 23 * * *",
    "30 0 * * *",
    "30 1 * * *",
    "30 2 * * *",
    "0 2 * * *",
    "0 3 * * *",
    "45 2,3 * * *",
    "0,30 1,2,3 * * *",
    "0-59/15 0-3 * * *",
    "30 */2 * * *",
    "0 22-2 * * *",
    "50-10/5 23-1/2 * * *",
    "0 0 30 12 *",
    "30 12 31 12 *",
    "0 0 29 2 *",
    "0 0 31 2 *",
    "0 12 13 * FRI",
    "0 0 L * *",
    "30 23 L-2 * *",
    "0 6 LW * *",
    "0 0 1W,15W,31W * *",
    "15 4 L-3W * *",
    "0 0 * * SUN#2",
    "30 2 ? 3 SUN#2",
    "30 1 ? 11 SUN#1",
    "0 1 ? 10 SUNL",
    "30 1 * MAR,OCT 0L",
    "0 0 1,15,L * MON-FRI",
    "5 5 * NOV-FEB FRI-MON",
    "0 8 */2 * *",
    "0 9 1-7 * 1",
};

/// The moment, and local time by the C library's clocks.
std::string show(std::int64_t t, slow_cron::process_zone const& clocks) {
    auto const text = [](std::int64_t seconds) {
        ::time_t const moment = seconds;
        ::tm fields;
        char buffer[32];
        ::strftime(buffer, sizeof buffer, "%F %T", ::gmtime_r(&moment, &fields));
        return std::string{buffer};
    };
    return text(t) + " UTC, " + text(clocks.local(t)) + " there";
}

/// Expressions made at random, more of them near the hours in which clocks change.
class random_text {
public:
    explicit random_text(std::uint64_t seed) : random_(seed) {}

    std::string five_fields() {
        auto const minute = chance(2) ? std::string{chance(2) ? "0" : "30"} : field(0, 59, 4);
        auto const hour = chance(2) ? field(0, 3, 3) : field(0, 23, 4);
        return minute + ' ' + hour + ' ' + day_of_month() + ' ' +
               (chance(4) ? field(1, 12, 2) : "*") + ' ' + day_of_week();
    }

    std::string six_fields() { return (chance(2) ? "0" : field(0, 59, 4)) + ' ' + five_fields(); }

    bool chance(int of) { return below(of) == 0; }
    int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
    int between(int a, int b) { return a + below(b - a + 1); }

private:
    static std::string number(int value) { return std::to_string(value); }

    std::string field(int least, int most, int parts) {
        std::string text;
        for (int i = between(1, parts); i > 0; --i) {
            text += text.empty() ? "" : ",";
            switch (below(8)) {
            case 0: text += "*"; break;
            case 1: text += "*/" + number(between(1, most)); break;
            case 2: text += range(least, most); break;
            case 3: text += range(least, most) + "/" + number(between(1, most)); break;
            case 4: text += number(between(least, most)) + "/" + number(between(1, most)); break;
            default: text += number(between(least, most));
            }
        }
        return text;
    }

    std::string range(int least, int most) {
        auto const first = number(between(least, most));
        return first + "-" + number(between(least, most)); // reversed, too
    }

    std::string day_of_month() {
        switch (below(12)) {
        case 0: return "?";
        case 1: return "L";
        case 2: return "L-" + number(between(1, 30));
        case 3: return number(between(1, 31)) + "W";
        case 4: return "LW," + number(between(1, 31));
        case 5: return "L-" + number(between(1, 30)) + "W," + number(between(1, 31)) + "W";
        case 6:
        case 7: return field(1, 31, 3);
        default: return "*";
        }
    }

    std::string day_of_week() {
        static constexpr char const* names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
        switch (below(12)) {
        case 0: return "?";
        case 1: return number(between(0, 7)) + "#" + number(between(1, 5));
        case 2: return number(between(0, 7)) + "L";
        case 3: return std::string{names[below(7)]} + "-" + names[below(7)];
        case 4: return range(0, 6) + "/" + number(between(1, 6));
        case 5: return number(between(0, 7)) + "," + names[below(7)] + "L";
        case 6: return range(0, 7);
        default: return "*";
        }
    }

    random_bits random_;
};

std::int64_t new_year(int year) {
    return std::chrono::sys_seconds{
        std::chrono::sys_days{std::chrono::year{year} / std::chrono::January / 1}}
        .time_since_epoch()
        .count();
}

/// Holds expressions against the walk.
class comparison {
public:
    explicit comparison(char const* zone)
        : name_(zone), clocks_(zone), zone_(cofire::zone::locate(zone)) {}

    /// The moments at which clocks are set, by asking each hour of the years.
    [[nodiscard]] std::vector<std::int64_t> changes(std::int64_t begin, std::int64_t end) const {
        std::vector<std::int64_t> found;
        for (auto t = begin; t < end; t += 3600) {
            if (clocks_.local(t + 3600) - clocks_.local(t) != 3600) {
                found.push_back(t);
            }
        }
        return found;
    }

    [[nodiscard]] slow_cron::timeline
    timeline(std::int64_t begin, std::int64_t end, int unit) const {
        // No clocks are set by more than a day, and those looked at by the second by far less.
        return {clocks_, begin, end, unit, unit == 1 ? day / 4 : 2 * day};
    }

    /// Compares every moment from `begin` to `end`, one after the other, and `jumps` made from
    /// anywhere.
    void compare(
        slow_cron::timeline const& line,
        std::string const& text,
        std::int64_t begin,
        std::int64_t end,
        int jumps,
        random_text& random
    ) {
        slow_cron::expression const slow{text};
        auto const fast = cofire::cron_expression::parse(text);
        BOOST_TEST(fast.is_interval() == slow.is_interval(), text);

        std::vector<std::int64_t> due;
        auto previous = begin - 1;
        bool same = true;
        line.walk(slow, [&](std::int64_t t) {
            same = same && check(fast, text, previous, t, end);
            previous = t;
            due.push_back(t);
        });
        same = same && check(fast, text, previous, std::nullopt, end);

        for (int i = 0; i < jumps && same; ++i) {
            auto const from = begin + random.below(static_cast<int>(end - begin));
            auto const after = std::upper_bound(due.begin(), due.end(), from);
            same = check(
                fast, text, from, after == due.end() ? std::nullopt : std::optional{*after}, end
            );
        }
    }

    [[nodiscard]] std::uint64_t compared() const { return compared_; }

    /// Differences where the machine's own zone data are wrong, see zone_data.hpp.
    [[nodiscard]] std::uint64_t excused() const { return excused_; }

private:
    /// True if the zone data are right about all hours from `begin` to `end`, and two days around.
    [[nodiscard]] bool is_right(std::int64_t begin, std::int64_t end) const {
        for (auto t = begin - 2 * day; t < end + 2 * day; t += 900) {
            auto const there = std::chrono::sys_seconds{std::chrono::seconds{t}};
            if (zone_.at(there).offset.count() != clocks_.local(t) - t) {
                return false;
            }
        }
        return true;
    }

    bool check(
        cofire::cron_expression const& fast,
        std::string const& text,
        std::int64_t after,
        std::optional<std::int64_t> expected,
        std::int64_t end
    ) {
        ++compared_;
        auto const next = fast.next(std::chrono::sys_seconds{std::chrono::seconds{after}}, zone_);
        auto const found = next ? next->time_since_epoch().count() : end;
        if (expected ? found == *expected : found >= end) {
            return true;
        }
        auto const last = std::max(expected.value_or(after), next ? found : after);
        if (zones_are_wrong_ && !is_right(after, last)) {
            ++excused_;
            return false;
        }
        BOOST_ERROR(
            name_ << ", \"" << text << "\", after " << show(after, clocks_) << ": found "
                  << (next ? show(found, clocks_) : "none") << ", expected "
                  << (expected ? show(*expected, clocks_) : "none before " + show(end, clocks_))
        );
        return false;
    }

    char const* name_;
    slow_cron::process_zone clocks_;
    cofire::zone zone_;
    bool zones_are_wrong_ = !knows_apia({});
    std::uint64_t compared_ = 0;
    std::uint64_t excused_ = 0;
};

BOOST_AUTO_TEST_CASE(around_every_change_of_clocks) {
    std::uint64_t compared = 0;
    std::uint64_t excused = 0;
    std::uint64_t seed = 1;
    for (auto const& years : zones) {
        comparison zone{years.name};
        random_text random{seed++};
        for (auto const change : zone.changes(new_year(years.first), new_year(years.first + 20))) {
            auto const begin = change - day / 4;
            auto const end = change + day;
            auto const line = zone.timeline(begin, end, 60);
            for (int i = 0; i < 2; ++i) {
                zone.compare(line, chosen[random.below(std::size(chosen))], begin, end, 3, random);
                zone.compare(line, random.five_fields(), begin, end, 3, random);
            }
        }
        compared += zone.compared();
        excused += zone.excused();
    }
    BOOST_TEST_MESSAGE("moments compared: " << compared);
    if (excused != 0) {
        BOOST_TEST_MESSAGE("where this machine's zones are wrong: " << excused << " differences");
    }
    BOOST_TEST(compared > 20'000U);
}

BOOST_AUTO_TEST_CASE(some_months) {
    std::uint64_t seed = 101;
    for (auto const& years : zones) {
        comparison zone{years.name};
        random_text random{seed++};
        auto const begin = new_year(years.first) + random.below(7000) * day;
        auto const end = begin + 20 * day;
        auto const line = zone.timeline(begin, end, 60);
        for (int i = 0; i < 4; ++i) {
            zone.compare(line, chosen[random.below(std::size(chosen))], begin, end, 5, random);
            zone.compare(line, random.five_fields(), begin, end, 5, random);
        }
    }
}

BOOST_AUTO_TEST_CASE(by_the_second) {
    // The last of them by 44 minutes and 30 seconds, on 1972-01-07.
    constexpr zone_years with_seconds[] = {
        {"Australia/Lord_Howe", 2012}, {"America/Sao_Paulo", 2006}, {"Africa/Monrovia", 1955}};
    std::uint64_t seed = 201;
    for (auto const& years : with_seconds) {
        comparison zone{years.name};
        random_text random{seed++};
        auto const changes = zone.changes(new_year(years.first), new_year(years.first + 20));
        for (std::size_t i = 0; i < changes.size() && i < 2; ++i) {
            auto const begin = changes[i] - day / 24;
            auto const end = changes[i] + day / 12;
            auto const line = zone.timeline(begin, end, 1);
            for (int n = 0; n < 5; ++n) {
                zone.compare(line, random.six_fields(), begin, end, 5, random);
            }
        }
    }
}

// Minutes of work: for COFIRE_CRON_WALK_EXPRESSIONS (40 if not set) expressions made at random, and
// all the chosen, every minute of the twenty years of each zone, and every second around all changes.
BOOST_AUTO_TEST_CASE(all_of_twenty_years, *boost::unit_test::disabled()) {
    auto const expressions =
        static_cast<int>(cofire_tests::asked("COFIRE_CRON_WALK_EXPRESSIONS", 40));
    std::uint64_t total = 0;
    std::uint64_t seed = 301;
    for (auto const& years : zones) {
        comparison zone{years.name};
        random_text random{seed++};
        auto const begin = new_year(years.first);
        auto const end = new_year(years.first + 20);
        {
            auto const line = zone.timeline(begin, end, 60);
            for (auto const* const text : chosen) {
                zone.compare(line, text, begin, end, 1000, random);
            }
            for (int i = 0; i < expressions; ++i) {
                zone.compare(line, random.five_fields(), begin, end, 1000, random);
            }
        }
        for (auto const change : zone.changes(begin, end)) {
            auto const line = zone.timeline(change - day / 2, change + day, 1);
            for (int i = 0; i < 5; ++i) {
                zone.compare(line, random.six_fields(), change - day / 2, change + day, 20, random);
            }
        }
        BOOST_TEST_MESSAGE(years.name << ": " << zone.compared() << " moments compared");
        total += zone.compared();
    }
    BOOST_TEST_MESSAGE("in all " << std::size(zones) << " zones: " << total);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
