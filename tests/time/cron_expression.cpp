// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "time/zone_data.hpp"

#include <cofire/core/error.hpp>
#include <cofire/time/cron_expression.hpp>
#include <cofire/time/random.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

BOOST_AUTO_TEST_SUITE(cron_expression)

namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using texts = std::vector<std::string>;

// "2026-03-08T03:00:00-04:00"
std::string show(sys_seconds t, cofire::zone const& zone) {
    auto const offset = zone.at(t).offset;
    auto const local = t + offset;
    auto const day = std::chrono::floor<days>(local);
    std::chrono::year_month_day const date{day};
    auto const time = (local - day).count();
    auto const minutes = std::chrono::abs(offset).count() / 60;
    char text[64];
    std::snprintf(
        text,
        sizeof text,
        "%04d-%02u-%02uT%02d:%02d:%02d%c%02d:%02d",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(time / 3600),
        static_cast<int>(time / 60 % 60),
        static_cast<int>(time % 60),
        offset < 0s ? '-' : '+',
        static_cast<int>(minutes / 60),
        static_cast<int>(minutes % 60)
    );
    return text;
}

// The moment that show() gives as `text`; only the first 19 characters count if there is no offset.
sys_seconds moment(std::string const& text) {
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, oh = 0, om = 0;
    char sign = '+';
    std::sscanf(
        text.c_str(), "%d-%d-%dT%d:%d:%d%c%d:%d", &y, &mo, &d, &h, &mi, &s, &sign, &oh, &om
    );
    auto const day = sys_days{year{y} / mo / d};
    auto const offset = std::chrono::hours{oh} + std::chrono::minutes{om};
    return day + std::chrono::hours{h} + std::chrono::minutes{mi} + seconds{s} -
           (sign == '-' ? -offset : offset);
}

texts next_ones(
    cofire::cron_expression const& expression,
    std::string const& after,
    std::string_view zone_name,
    std::size_t count
) {
    auto const zone = cofire::zone::locate(zone_name);
    texts result;
    auto at = moment(after);
    while (result.size() != count) {
        auto const next = expression.next(at, zone);
        if (!next) {
            result.emplace_back("none");
            break;
        }
        BOOST_TEST_REQUIRE((*next > at));
        BOOST_TEST((expression.next(*next, zone, true) == next)); // due then, so then it is
        result.push_back(show(*next, zone));
        at = *next;
    }
    return result;
}

void check_dates(std::string_view text, std::string const& after, texts const& dates) {
    BOOST_TEST_CONTEXT(text << " after " << after) {
        auto got = next_ones(cofire::cron_expression::parse(text), after, "UTC", dates.size());
        for (auto& one : got) {
            if (one != "none") {
                one = one.substr(0, 10);
            }
        }
        BOOST_TEST(got == dates, boost::test_tools::per_element());
    }
}

void check_times(
    std::string_view text, std::string const& after, std::string_view zone, texts const& times
) {
    BOOST_TEST_CONTEXT(text << " in " << zone << " after " << after) {
        auto got = next_ones(cofire::cron_expression::parse(text), after, zone, times.size());
        for (auto& one : got) {
            one.erase(16, 3); // the seconds
        }
        BOOST_TEST(got == times, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(it_is_a_literal_type_without_a_destructor) {
    static_assert(std::is_trivially_destructible_v<cofire::cron_expression>);
    static_assert(std::is_trivially_copyable_v<cofire::cron_expression>);
    static_assert(std::is_convertible_v<char const(&)[10], cofire::cron_expression>);
    static_assert(!std::is_constructible_v<cofire::cron_expression, std::string_view>);
    static_assert(!std::is_constructible_v<cofire::cron_expression, std::string>);
    static_assert(!std::is_constructible_v<cofire::cron_expression, char const*>);
    constexpr cofire::cron_expression at_compile_time = "*/5 22-2 1,15,L * MON-FRI";
    auto const passed = [](std::string_view, cofire::cron_expression e, int) {
        return e.to_string();
    };
    BOOST_TEST(passed("id", "0 3 * * *", 1) == "0 3 * * *");
    BOOST_TEST((at_compile_time == cofire::cron_expression::parse("*/5 22-2 1,15,L * MON-FRI")));
}

// Each text with its canonical form.
BOOST_AUTO_TEST_CASE(good_expressions) {
    struct row {
        std::string_view text;
        std::string_view canonical;
    };
    row const rows[] = {
        {"* * * * *", "* * * * *"},
        {"  *\t*  * * *  ", "* * * * *"},
        {"0 * * * * *", "* * * * *"},
        {"* * * * * *", "* * * * * *"},
        {"5 4 3 2 1", "5 4 3 2 1"},
        {"00 04 03 02 01", "0 4 3 2 1"},
        {"30 5 4 3 2 1", "30 5 4 3 2 1"},
        {"0 0 ? * ?", "0 0 * * *"},
        {"0-59 0-23 1-31 1-12 0-7", "* * * * *"},
        {"1,2,3 0 * * *", "1,2,3 0 * * *"},
        {"3,1,2,2 0 * * *", "1,2,3 0 * * *"},
        {"1-3 0 * * *", "1-3 0 * * *"},
        {"*/5 * * * *", "*/5 * * * *"},
        {"0/5 * * * *", "*/5 * * * *"},
        {"3/5 * * * *", "3-58/5 * * * *"},
        {"1-30/5 * * * *", "1-26/5 * * * *"},
        {"*/1 * * * *", "* * * * *"},
        {"*/59 0 * * *", "0-0,59 0 * * *"},
        {"5-5 0 * * *", "5-5 0 * * *"},
        {"5/59 7 * * *", "5-5 7 * * *"},
        {"7 5-5 * * *", "7-7 5 * * *"},
        {"0 22-2 * * *", "0 0-2,22,23 * * *"},
        {"0 22-3/2 * * *", "0-0 0,2,22 * * *"},
        {"50-10/20 * * * *", "10,50 * * * *"},
        {"*/15,7 * * * *", "0,7,15,30,45 * * * *"},
        {"30,45-15/2 1 * * *", "1-15/2,30,45-59/2 1 * * *"},
        {"0 0 1,15 * *", "0 0 1,15 * *"},
        {"0 0 25-5 * *", "0 0 1-5,25-31 * *"},
        {"0 0 */10 * *", "0 0 */10 * *"},
        {"0 0 2/10 * *", "0 0 2-22/10 * *"},
        {"0 0 1 JAN *", "0 0 1 1 *"},
        {"0 0 1 jan-Mar,DEC *", "0 0 1 1-3,12 *"},
        {"0 0 1 NOV-FEB *", "0 0 1 1,2,11,12 *"},
        {"0 0 1 JAN/3 *", "0 0 1 */3 *"},
        {"0 0 * * SUN", "0 0 * * 0"},
        {"0 0 * * 7", "0 0 * * 0"},
        {"0 0 * * 0,7", "0 0 * * 0"},
        {"0 0 * * MON-FRI", "0 0 * * 1-5"},
        {"0 0 * * FRI-MON", "0 0 * * 0,1,5,6"},
        {"0 0 * * 6-7", "0 0 * * 0,6"},
        {"0 0 * * MON-SUN", "0 0 * * *"},
        {"0 0 * * 7-2", "0 0 * * 0-2"},
        {"0 0 * * */2", "0 0 * * */2"},
        {"0 0 * * 1/2", "0 0 * * 0,1,3,5"},
        {"0 0 L * *", "0 0 L * *"},
        {"0 0 l * *", "0 0 L * *"},
        {"0 0 L-0 * *", "0 0 L * *"},
        {"0 0 L-30 * *", "0 0 L-30 * *"},
        {"0 0 LW * *", "0 0 LW * *"},
        {"0 0 L-5W * *", "0 0 L-5W * *"},
        {"0 0 15W * *", "0 0 15W * *"},
        {"0 0 15w,1,L,LW * *", "0 0 1,15W,L,LW * *"},
        {"0 0 28-31,L * *", "0 0 28-31 * *"},
        {"0 0 28-30,L * *", "0 0 28-30,L * *"},
        {"0 0 29-31,L * *", "0 0 29-31,L * *"},
        {"0 0 *,15W,L-3 * *", "0 0 * * *"},
        {"0 0 * * MON#2", "0 0 * * 1#2"},
        {"0 0 * * 7#5", "0 0 * * 0#5"},
        {"0 0 * * 5#1,5#2,5#3,5#4,5#5", "0 0 * * 5"},
        {"0 0 * * FRIL", "0 0 * * 5L"},
        {"0 0 * * 5l,5", "0 0 * * 5"},
        {"0 0 * * MON#1,WED,SUNL", "0 0 * * 3,1#1,0L"},
        {"@yearly", "0 0 1 1 *"},
        {"@ANNUALLY", "0 0 1 1 *"},
        {" @monthly ", "0 0 1 * *"},
        {"@weekly", "0 0 * * 0"},
        {"@daily", "0 0 * * *"},
        {"@midnight", "0 0 * * *"},
        {"@hourly", "0 * * * *"},
        {"@every_minute", "* * * * *"},
        {"@every_second", "* * * * * *"},
        {"@never", "@never"},
    };
    for (auto const& [text, canonical] : rows) {
        BOOST_TEST_CONTEXT(text) {
            auto const expression = cofire::cron_expression::parse(text);
            BOOST_TEST(expression.to_string() == canonical);
            BOOST_TEST((cofire::cron_expression::parse(canonical) == expression));
        }
    }
}

BOOST_AUTO_TEST_CASE(equality_is_by_meaning) {
    auto const parse = [](std::string_view text) { return cofire::cron_expression::parse(text); };
    BOOST_TEST((parse("0 0 1-3 * *") == parse("0 0 3,2,1 * *")));
    BOOST_TEST((parse("*/5 * * * *") == parse("0 0/5 * * * SUN-SAT")));
    BOOST_TEST((parse("@never") == cofire::cron_expression::never()));
    BOOST_TEST((cofire::cron_expression{} == cofire::cron_expression::never()));
    BOOST_TEST(!(parse("0 0 1 * *") == parse("0 0 2 * *")));
    BOOST_TEST(!(parse("0 0 L * *") == parse("0 0 LW * *")));
    // The same times, but what they do in a repeated hour differs.
    BOOST_TEST(!(parse("1,2,3 0 * * *") == parse("1-3 0 * * *")));
    BOOST_TEST(parse("1-3 0 * * *").is_interval());
    BOOST_TEST(!parse("1,2,3 0 * * *").is_interval());
    BOOST_TEST(parse("0/30 0 0 * * *").is_interval());
    BOOST_TEST(!parse("0 0 1-5 */2 MON-FRI").is_interval());
}

BOOST_AUTO_TEST_CASE(bad_expressions_name_field_column_and_what_was_found) {
    struct row {
        std::string_view text;
        std::string_view says;
    };
    row const rows[] = {
        {"", "found 0 fields, must be 5"},
        {" ", "found 0 fields"},
        {"* * * *", "found 4 fields"},
        {"* * * * * * *", "found 7 fields"},
        {"60 * * * *", "minute, column 1: found \"60\", must be 0 to 59"},
        {"  60 * * * *", "minute, column 3: found \"60\""},
        {"60 * * * * *", "second, column 1: found \"60\", must be 0 to 59"},
        {"0 60 * * * *", "minute, column 3: found \"60\""},
        {"* 24 * * *", "hour, column 3: found \"24\", must be 0 to 23"},
        {"* * 0 * *", "day of month, column 5: found \"0\", must be 1 to 31 or L"},
        {"* * 32 * *", "day of month, column 5: found \"32\""},
        {"* * * 13 *", "month, column 7: found \"13\", must be 1 to 12 or JAN to DEC"},
        {"* * * 0 *", "month, column 7: found \"0\""},
        {"* * * * 8", "day of week, column 9: found \"8\", must be 0 to 7 or SUN to SAT"},
        {"* * * FOO *", "month, column 7: found \"FOO\""},
        {"* * * 1,MAY,JUX *", "month, column 13: found \"JUX\""},
        {"* * * * MONDAY", "day of week, column 12: found \"D\", which cannot stand there"},
        {"* * * MON *", "month, column 7: found \"MON\""},
        {"99999999999999999999 * * * *", "minute, column 1: found \"99999999999999999999\""},
        {"-1 * * * *", "minute, column 1: found \"-1\""},
        {"1,,2 * * * *", "minute, column 3: found nothing"},
        {"1, * * * *", "minute, column 3: found nothing"},
        {",1 * * * *", "minute, column 1: found nothing"},
        {"5- * * * *", "minute, column 3: found nothing"},
        {"5-x * * * *", "minute, column 3: found \"x\""},
        {"5-10-15 * * * *", "minute, column 5: found \"-\", which cannot stand there"},
        {"*/ * * * *", "minute, column 3: found nothing, a step must be 1 to 59"},
        {"*/0 * * * *", "minute, column 3: found \"0\", a step must be 1 to 59"},
        {"*/60 * * * *", "minute, column 3: found \"60\", a step must be 1 to 59"},
        {"0 */24 * * *", "hour, column 5: found \"24\", a step must be 1 to 23"},
        {"0 0 */32 * *", "day of month, column 7: found \"32\", a step must be 1 to 31"},
        {"*/2/3 * * * *", "minute, column 4: found \"/\""},
        {"*5 * * * *", "minute, column 2: found \"5\", which cannot stand there"},
        {"5x * * * *", "minute, column 2: found \"x\""},
        {"1.5 * * * *", "minute, column 2: found \".\""},
        {"? * * * *", "minute, column 1: found \"?\""},
        {"0 0 ?,1 * *", "day of month, column 5: found \"?\""},
        {"0 0 * ? *", "month, column 7: found \"?\""},
        {"L * * * *", "minute, column 1: found \"L\""},
        {"0 0 1L * *", "day of month, column 6: found \"L\""},
        {"0 0 W * *", "day of month, column 5: found \"W\""},
        {"0 0 1-15W * *", "day of month, column 9: found \"W\""},
        {"0 0 15W-20 * *", "day of month, column 8: found \"-\""},
        {"0 0 L-31 * *",
         "day of month, column 7: found \"31\", the days before the last must be 0 to 30"},
        {"0 0 L-W * *", "day of month, column 7: found \"W\", the days before the last"},
        {"0 0 LL * *", "day of month, column 6: found \"L\""},
        {"0 0 L/2 * *", "day of month, column 6: found \"/\""},
        {"0 0 1#2 * *", "day of month, column 6: found \"#\""},
        {"0 0 * * L", "day of week, column 9: found \"L\""},
        {"0 0 * * 1W", "day of week, column 10: found \"W\""},
        {"0 0 * * MON#0", "day of week, column 13: found \"0\", the number after # must be 1 to 5"},
        {"0 0 * * MON#6", "day of week, column 13: found \"6\""},
        {"0 0 * * MON#", "day of week, column 13: found nothing"},
        {"0 0 * * MON#1-FRI", "day of week, column 14: found \"-\""},
        {"0 0 * * FRIL/2", "day of week, column 13: found \"/\""},
        {"@fortnightly", "macro, column 1: found \"@fortnightly\", no such macro"},
        {"@", "macro, column 1: found \"@\""},
        {"@daily 5", "macro, column 1: found \"@daily 5\""},
        {"\n* * * * *", "minute, column 1: found \"\\x0a*\""},
    };
    for (auto const& [text, says] : rows) {
        BOOST_TEST_CONTEXT(text) {
            std::string message = "accepted";
            try {
                (void)cofire::cron_expression::parse(text);
            } catch (cofire::error const& e) {
                BOOST_TEST((e.value() == cofire::errc::bad_cron));
                message = e.what();
            }
            BOOST_TEST((message.find(says) != std::string::npos), message);
        }
    }
}

BOOST_AUTO_TEST_CASE(next_is_after_or_from) {
    auto const parse = [](std::string_view text) { return cofire::cron_expression::parse(text); };
    auto const noon = sys_seconds{sys_days{year{2026} / 3 / 1} + 12h};
    auto const utc = cofire::zone::utc();
    BOOST_TEST((parse("0 12 * * *").next(noon) == noon + 24h));
    BOOST_TEST((parse("0 12 * * *").next(noon, utc, true) == noon));
    BOOST_TEST((parse("0 12 * * *").next(noon - 1s) == noon));
    BOOST_TEST((parse("0 12 * * *").next(noon - 1us) == noon));
    BOOST_TEST((parse("0 12 * * *").next(noon + 1us, utc, true) == noon + 24h));
    BOOST_TEST((parse("* * * * * *").next(noon) == noon + 1s));
    BOOST_TEST((parse("* * * * * *").next(noon + 999'999us) == noon + 1s));
    BOOST_TEST((parse("59 59 23 31 12 *").next(noon) == sys_days{year{2027} / 1 / 1} - 1s));
    BOOST_TEST((parse("10,40 * * * * *").next(noon + 10s) == noon + 40s));
    BOOST_TEST((parse("10,40 * * * * *").next(noon + 40s) == noon + 70s));
    BOOST_TEST(
        (parse("0 12 * * *").next(noon, cofire::zone::locate("+03:30")) == noon + 20h + 30min)
    );
}

BOOST_AUTO_TEST_CASE(unreachable_dates_give_none) {
    auto const now = sys_seconds{sys_days{year{2026} / 3 / 1}};
    for (auto const text :
         {"0 0 30 2 *",
          "0 0 31 4 *",
          "0 0 31 2,4,6,9,11 *",
          "0 0 1 * MON#5",
          "0 0 29-31 2 MON#2",
          "0 0 L-29 2 *",
          "0 0 1 * SUNL",
          "@never"}) {
        BOOST_TEST_CONTEXT(text) {
            for (auto const zone : {"UTC", "America/New_York"}) {
                BOOST_TEST(!cofire::cron_expression::parse(text)
                                .next(now, cofire::zone::locate(zone))
                                .has_value());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_years_have_bounds) {
    auto const every_second = cofire::cron_expression::parse("* * * * * *");
    auto const end = sys_seconds{sys_days{year{10'000} / 1 / 1}};
    auto const utc = cofire::zone::utc();
    BOOST_TEST((every_second.next(end - 2s) == end - 1s));
    BOOST_TEST(!every_second.next(end - 1s).has_value());
    BOOST_TEST(!every_second.next(end + 400 * days{366}).has_value());
    BOOST_TEST((every_second.next(sys_seconds::min() + 1s) == sys_days{year{1} / 1 / 1}));
    BOOST_TEST((every_second.next(cofire::time_point::min(), utc) == sys_days{year{1} / 1 / 1}));
    BOOST_TEST(!every_second.next(cofire::time_point::max(), utc).has_value());
    BOOST_TEST(!every_second.next(sys_seconds::max()).has_value());
    BOOST_TEST(
        (cofire::cron_expression::parse("0 0 29 2 MON").next(sys_days{year{2026} / 1 / 1}) ==
         sys_days{year{2044} / 2 / 29})
    );
}

BOOST_AUTO_TEST_CASE(dates) {
    std::string const start = "2026-01-01T00:00:00";
    check_dates("0 0 13 * FRI", start, {"2026-02-13", "2026-03-13", "2026-11-13", "2027-08-13"});
    check_dates(
        "0 0 29 2 *", "2096-01-01T00:00:00", {"2096-02-29", "2104-02-29"}
    ); // 2100 is no leap year
    check_dates("0 0 31 * *", start, {"2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"});
    check_dates("0 0 L * *", start, {"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"});
    check_dates("0 0 L 2 *", "2027-01-01T00:00:00", {"2027-02-28", "2028-02-29"});
    check_dates("0 0 L-3 * *", start, {"2026-01-28", "2026-02-25", "2026-03-28"});
    check_dates("0 0 L-30 * *", start, {"2026-03-01", "2026-05-01", "2026-07-01"});
    check_dates("0 0 15W * *", start, {"2026-01-15", "2026-02-16", "2026-03-16", "2026-04-15"});
    check_dates("0 0 15W 8 *", start, {"2026-08-14"});                            // a Saturday
    check_dates("0 0 1W * *", start, {"2026-02-02", "2026-03-02", "2026-04-01"}); // the 1st is past
    check_dates("0 0 1W 8 *", start, {"2026-08-03"}); // a Saturday: not in July
    check_dates(
        "0 0 31W * *", start, {"2026-01-30", "2026-03-31", "2026-05-29"}
    ); // Sunday: not June
    check_dates("0 0 LW * *", start, {"2026-01-30", "2026-02-27", "2026-03-31"});
    check_dates("0 0 L-3W * *", start, {"2026-01-28", "2026-02-25", "2026-03-27", "2026-04-27"});
    check_dates("0 0 * * MON#2", start, {"2026-01-12", "2026-02-09", "2026-03-09"});
    check_dates("0 0 * * MON#5", start, {"2026-03-30", "2026-06-29"});
    check_dates("0 0 * * FRIL", start, {"2026-01-30", "2026-02-27", "2026-03-27"});
    check_dates("0 0 ? 1 MON#1", start, {"2026-01-05", "2027-01-04"});
    check_dates("0 0 1,LW * *", start, {"2026-01-30", "2026-02-01", "2026-02-27"});
    check_dates("0 0 25-5 * MON", start, {"2026-01-05", "2026-01-26", "2026-02-02"});
    check_dates("0 0 1 NOV-FEB *", start, {"2026-02-01", "2026-11-01", "2026-12-01", "2027-01-01"});
    check_dates("0 0 30 2 *", start, {"none"});
}

BOOST_AUTO_TEST_CASE(new_york) {
    std::string_view const zone = "America/New_York";
    // 2026-03-08 02:00 becomes 03:00.
    check_times(
        "30 2 * * *",
        "2026-03-07T12:00:00-05:00",
        zone,
        {"2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"}
    );
    check_times(
        "*/30 * * * *",
        "2026-03-08T01:00:00-05:00",
        zone,
        {"2026-03-08T01:30-05:00", "2026-03-08T03:00-04:00", "2026-03-08T03:30-04:00"}
    );
    check_times(
        "15,45 2,3 * * *",
        "2026-03-08T00:00:00-05:00",
        zone,
        {"2026-03-08T03:00-04:00",
         "2026-03-08T03:15-04:00",
         "2026-03-08T03:45-04:00",
         "2026-03-09T02:15-04:00"}
    );
    check_times(
        "*/20 2 8 3 *",
        "2026-03-01T00:00:00-05:00",
        zone,
        {"2026-03-08T03:00-04:00", "2027-03-08T02:00-05:00"}
    );
    // 2026-11-01 02:00 becomes 01:00.
    check_times(
        "30 1 * * *",
        "2026-10-31T12:00:00-04:00",
        zone,
        {"2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"}
    );
    check_times(
        "*/30 1 * * *",
        "2026-11-01T00:00:00-04:00",
        zone,
        {"2026-11-01T01:00-04:00",
         "2026-11-01T01:30-04:00",
         "2026-11-01T01:00-05:00",
         "2026-11-01T01:30-05:00",
         "2026-11-02T01:00-05:00"}
    );
    check_times(
        "*/30 1 1 11 *",
        "2026-11-01T01:00:00-04:00",
        zone,
        {"2026-11-01T01:30-04:00",
         "2026-11-01T01:00-05:00",
         "2026-11-01T01:30-05:00",
         "2027-11-01T01:00-04:00"}
    );
    check_times(
        "0 0,1,2 * * *",
        "2026-10-31T23:30:00-04:00",
        zone,
        {"2026-11-01T00:00-04:00", "2026-11-01T01:00-04:00", "2026-11-01T02:00-05:00"}
    );
    check_times(
        "0 1-2 * * *",
        "2026-11-01T00:30:00-04:00",
        zone,
        {"2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00", "2026-11-01T02:00-05:00"}
    );
    // Asked in the second pass.
    check_times("30 1 * * *", "2026-11-01T01:10:00-05:00", zone, {"2026-11-02T01:30-05:00"});
    check_times("0/30 1 * * *", "2026-11-01T01:10:00-05:00", zone, {"2026-11-01T01:30-05:00"});
}

BOOST_AUTO_TEST_CASE(berlin) {
    std::string_view const zone = "Europe/Berlin";
    // 2026-03-29 02:00 becomes 03:00.
    check_times(
        "0 2 * * *",
        "2026-03-28T12:00:00+01:00",
        zone,
        {"2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00"}
    );
    check_times(
        "0 3 * * *",
        "2026-03-28T12:00:00+01:00",
        zone,
        {"2026-03-29T03:00+02:00", "2026-03-30T03:00+02:00"}
    );
    check_times(
        "0 2,3 * * *",
        "2026-03-28T12:00:00+01:00",
        zone,
        {"2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00"}
    );
    // 2026-10-25 03:00 becomes 02:00.
    check_times(
        "59 2 * * *",
        "2026-10-24T12:00:00+02:00",
        zone,
        {"2026-10-25T02:59+02:00", "2026-10-26T02:59+01:00"}
    );
    check_times(
        "0 * * * *",
        "2026-10-25T01:30:00+02:00",
        zone,
        {"2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00"}
    );
    check_times("0 3 * * *", "2026-10-24T12:00:00+02:00", zone, {"2026-10-25T03:00+01:00"});
}

BOOST_AUTO_TEST_CASE(tehran_without_daylight_time_since_2022) {
    std::string_view const zone = "Asia/Tehran";
    check_times(
        "30 0 * * *",
        "2022-03-21T12:00:00+03:30",
        zone,
        {"2022-03-22T01:00+04:30", "2022-03-23T00:30+04:30"}
    );
    check_times(
        "30 23 * * *",
        "2022-09-21T12:00:00+04:30",
        zone,
        {"2022-09-21T23:30+04:30", "2022-09-22T23:30+03:30"}
    );
    check_times(
        "*/30 23 * * *",
        "2022-09-21T12:00:00+04:30",
        zone,
        {"2022-09-21T23:00+04:30",
         "2022-09-21T23:30+04:30",
         "2022-09-21T23:00+03:30",
         "2022-09-21T23:30+03:30",
         "2022-09-22T23:00+03:30"}
    );
    check_times("30 0 * * *", "2023-03-21T12:00:00+03:30", zone, {"2023-03-22T00:30+03:30"});
    check_times("30 0 * * *", "2026-03-21T12:00:00+03:30", zone, {"2026-03-22T00:30+03:30"});
}

BOOST_AUTO_TEST_CASE(lord_howe_by_half_an_hour) {
    std::string_view const zone = "Australia/Lord_Howe";
    check_times(
        "15 2 * * *",
        "2026-10-03T12:00:00+10:30",
        zone,
        {"2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"}
    );
    check_times(
        "45 1 * * *",
        "2026-04-04T12:00:00+11:00",
        zone,
        {"2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"}
    );
    check_times(
        "*/15 1 * * *",
        "2026-04-05T01:20:00+11:00",
        zone,
        {"2026-04-05T01:30+11:00",
         "2026-04-05T01:45+11:00",
         "2026-04-05T01:30+10:30",
         "2026-04-05T01:45+10:30",
         "2026-04-06T01:00+10:30"}
    );
}

BOOST_AUTO_TEST_CASE(santiago_at_midnight) {
    std::string_view const zone = "America/Santiago";
    // 2026-04-05 00:00 becomes 23:00 of the day before; 2026-09-06 00:00 becomes 01:00.
    check_times(
        "30 23 * * *",
        "2026-04-04T12:00:00-03:00",
        zone,
        {"2026-04-04T23:30-03:00", "2026-04-05T23:30-04:00"}
    );
    check_times(
        "0 0 5 4 *",
        "2026-04-01T00:00:00-03:00",
        zone,
        {"2026-04-05T00:00-04:00", "2027-04-05T00:00-04:00"}
    );
    check_times(
        "*/30 23 * * SAT",
        "2026-04-04T23:10:00-03:00",
        zone,
        {"2026-04-04T23:30-03:00",
         "2026-04-04T23:00-04:00",
         "2026-04-04T23:30-04:00",
         "2026-04-11T23:00-04:00"}
    );
    check_times(
        "0 0 * * *",
        "2026-09-05T12:00:00-04:00",
        zone,
        {"2026-09-06T01:00-03:00", "2026-09-07T00:00-03:00"}
    );
}

BOOST_AUTO_TEST_CASE(troll_by_two_hours) {
    std::string_view const zone = "Antarctica/Troll";
    // 2026-10-25 03:00 becomes 01:00. Asked late in the second pass, too.
    check_times(
        "30 2 * * *",
        "2026-10-24T12:00:00+02:00",
        zone,
        {"2026-10-25T02:30+02:00", "2026-10-26T02:30+00:00"}
    );
    check_times("30 2 * * *", "2026-10-25T02:10:00+00:00", zone, {"2026-10-26T02:30+00:00"});
    check_times("*/30 2 * * *", "2026-10-25T02:10:00+00:00", zone, {"2026-10-25T02:30+00:00"});
}

BOOST_AUTO_TEST_CASE(
    apia_without_the_30th_of_december_2011, *boost::unit_test::precondition(knows_apia)
) {
    std::string_view const zone = "Pacific/Apia";
    check_times(
        "0 12 * * *",
        "2011-12-29T00:00:00-10:00",
        zone,
        {"2011-12-29T12:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00"}
    );
    check_times(
        "0 12 30 12 *",
        "2011-12-01T00:00:00-10:00",
        zone,
        {"2011-12-31T00:00+14:00", "2012-12-30T12:00+14:00"}
    );
    check_times(
        "0 0 * * *",
        "2011-12-28T12:00:00-10:00",
        zone,
        {"2011-12-29T00:00-10:00", "2011-12-31T00:00+14:00", "2012-01-01T00:00+14:00"}
    );
    check_times(
        "0 12 * * FRI",
        "2011-12-28T00:00:00-10:00",
        zone,
        {"2011-12-31T00:00+14:00", "2012-01-06T12:00+14:00"}
    );
}

// ---- The slow way: expressions made together with their meaning, and every minute looked at. ----

struct slow_expression {
    std::string text;
    std::set<unsigned> minutes, hours, months, days, weekdays;
    std::vector<unsigned> nearest;                  // dW
    std::vector<unsigned> last;                     // L-n
    std::vector<unsigned> last_weekday;             // L-nW
    std::vector<std::pair<unsigned, unsigned>> nth; // d#n
    std::vector<unsigned> last_of;                  // dL
    bool interval = false;

    bool day_matches(std::chrono::year_month_day date) const {
        using namespace std::chrono;
        auto const day = static_cast<unsigned>(date.day());
        auto const length =
            static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day());
        auto const weekday_of = [&](unsigned d) {
            return weekday{sys_days{date.year() / date.month() / d}}.c_encoding();
        };
        // Tries the day, one before, one after, two after, two before.
        auto const nearest_to = [&](unsigned wanted) {
            for (int const distance : {0, -1, 1, 2, -2}) {
                auto const d = static_cast<int>(wanted) + distance;
                if (d >= 1 && d <= static_cast<int>(length)) {
                    auto const w = weekday_of(static_cast<unsigned>(d));
                    if (w != 0 && w != 6) {
                        return static_cast<unsigned>(d);
                    }
                }
            }
            return 0U;
        };
        auto const any = [](auto const& list, auto matches) {
            return std::any_of(list.begin(), list.end(), matches);
        };
        bool const by_date =
            days.contains(day) ||
            any(nearest, [&](unsigned d) { return d <= length && nearest_to(d) == day; }) ||
            any(last, [&](unsigned n) { return day + n == length; }) ||
            any(last_weekday,
                [&](unsigned n) { return n < length && nearest_to(length - n) == day; });
        auto const w = weekday_of(day);
        bool const by_weekday =
            weekdays.contains(w) ||
            any(nth, [&](auto dn) { return dn.first == w && (day + 6) / 7 == dn.second; }) ||
            any(last_of, [&](unsigned d) { return d == w && day + 7 > length; });
        return by_date && by_weekday && months.contains(static_cast<unsigned>(date.month()));
    }
};

// Writes one list of numbers and collects them in `set`; tells whether it is an interval.
bool random_list(
    cofire::random_source& random,
    std::string& text,
    std::set<unsigned>& set,
    unsigned first,
    unsigned last,
    unsigned star_chance
) {
    auto const number = [&] {
        return first + static_cast<unsigned>(random.below(last - first + 1));
    };
    bool interval = false;
    auto const parts = 1 + random.below(3);
    for (std::uint64_t part = 0; part != parts; ++part) {
        text += part == 0 ? "" : ",";
        auto const step = 1 + static_cast<unsigned>(random.below(last / 2));
        if (random.below(10) < star_chance) {
            text += "*";
            interval = true;
            bool const stepped = random.below(2) == 0;
            text += stepped ? "/" + std::to_string(step) : "";
            for (unsigned i = first; i <= last; i += stepped ? step : 1) {
                set.insert(i);
            }
            continue;
        }
        auto const a = number();
        text += std::to_string(a);
        if (random.below(4) == 0) { // a range, perhaps reversed, perhaps with a step
            interval = true;
            auto const b = number();
            bool const stepped = random.below(2) == 0;
            text += "-" + std::to_string(b) + (stepped ? "/" + std::to_string(step) : "");
            unsigned index = 0;
            for (unsigned i = a;; i = i == last ? first : i + 1) {
                if (index++ % (stepped ? step : 1) == 0) {
                    set.insert(i);
                }
                if (i == b) {
                    break;
                }
            }
        } else {
            set.insert(a);
        }
    }
    return interval;
}

slow_expression random_expression(cofire::random_source& random) {
    slow_expression e;
    e.interval |= random_list(random, e.text, e.minutes, 0, 59, 2);
    e.text += " ";
    e.interval |= random_list(random, e.text, e.hours, 0, 23, 3);
    e.text += " ";
    auto const day = 1 + static_cast<unsigned>(random.below(31));
    switch (random.below(8)) {
    case 0:
        e.text += std::to_string(day) + "W";
        e.nearest.push_back(day);
        break;
    case 1:
        e.text += "L";
        e.last.push_back(0);
        break;
    case 2:
        e.text += "L-" + std::to_string(day - 1);
        e.last.push_back(day - 1);
        break;
    case 3:
        e.text += "LW,12";
        e.last_weekday.push_back(0);
        e.days.insert(12);
        break;
    case 4:
        e.text += "L-" + std::to_string(day - 1) + "W";
        e.last_weekday.push_back(day - 1);
        break;
    default: random_list(random, e.text, e.days, 1, 31, 7); break;
    }
    e.text += " ";
    random_list(random, e.text, e.months, 1, 12, 7);
    e.text += " ";
    auto const weekday = static_cast<unsigned>(random.below(7));
    auto const n = 1 + static_cast<unsigned>(random.below(5));
    switch (random.below(8)) {
    case 0:
        e.text += std::to_string(weekday) + "#" + std::to_string(n);
        e.nth.emplace_back(weekday, n);
        break;
    case 1:
        e.text += std::to_string(weekday) + "L";
        e.last_of.push_back(weekday);
        break;
    default: random_list(random, e.text, e.weekdays, 0, 6, 7); break;
    }
    return e;
}

BOOST_AUTO_TEST_CASE(days_agree_with_a_walk_of_twelve_years) {
    cofire::random_source random{2026};
    for (int round = 0; round != 300; ++round) {
        auto e = random_expression(random);
        e.text = "0 0" + e.text.substr(e.text.find(' ', e.text.find(' ') + 1));
        BOOST_TEST_CONTEXT(e.text) {
            auto const expression = cofire::cron_expression::parse(e.text);
            BOOST_TEST_REQUIRE(
                (cofire::cron_expression::parse(expression.to_string()) == expression)
            );
            auto next = expression.next(sys_days{year{2023} / 1 / 1} - 1s);
            for (auto day = sys_days{year{2023} / 1 / 1}; day < sys_days{year{2035} / 1 / 1};
                 day += days{1}) {
                bool const due = next == sys_seconds{day};
                if (due != e.day_matches(day)) {
                    BOOST_TEST_REQUIRE(due == e.day_matches(day), show(day, cofire::zone::utc()));
                }
                if (due) {
                    next = expression.next(day);
                }
            }
        }
    }
}

// One minute of a zone's clocks.
struct local_minute {
    sys_seconds moment;
    std::chrono::year_month_day date;
    unsigned hour, minute;
    bool repeated;                    // shown before
    std::vector<sys_seconds> skipped; // what clocks would have shown just before, as if it were UTC
};

std::vector<local_minute> minutes_of(cofire::zone const& zone, sys_days begin, sys_days end) {
    std::vector<local_minute> result;
    std::set<sys_seconds> shown; // by local clocks, as if it were UTC
    auto period = zone.at(begin - days{2});
    sys_seconds previous = begin - days{2} + period.offset - 1min;
    for (sys_seconds t = begin - days{2}; t < end; t += 1min) {
        if (t >= period.end) {
            period = zone.at(t);
        }
        auto const local = t + period.offset;
        auto const day = std::chrono::floor<days>(local);
        auto const minute = static_cast<unsigned>((local - day) / 1min);
        local_minute m{t, day, minute / 60, minute % 60, !shown.insert(local).second, {}};
        for (auto lost = previous + 1min; lost < local; lost += 1min) {
            m.skipped.push_back(lost);
        }
        previous = local;
        if (t >= begin) {
            result.push_back(std::move(m));
        }
    }
    return result;
}

BOOST_AUTO_TEST_CASE(zones_agree_with_a_walk_of_minutes) {
    struct window {
        char const* zone;
        sys_days begin;
        int length;
    };
    auto const at = [](int y, unsigned m, unsigned d) { return sys_days{year{y} / m / d}; };
    window const windows[] = {
        {"America/New_York", at(2026, 2, 25), 16},
        {"America/New_York", at(2026, 10, 25), 12},
        {"Europe/Berlin", at(2026, 3, 22), 12},
        {"Europe/Berlin", at(2026, 10, 20), 14},
        {"Asia/Tehran", at(2022, 3, 18), 8},
        {"Asia/Tehran", at(2022, 9, 18), 8},
        {"Australia/Lord_Howe", at(2026, 3, 30), 9},
        {"Australia/Lord_Howe", at(2026, 9, 28), 9},
        {"America/Santiago", at(2026, 3, 30), 9},
        {"America/Santiago", at(2026, 9, 1), 9},
        {"Pacific/Apia", at(2011, 12, 25), 12},
        {"Pacific/Kiritimati", at(1994, 12, 27), 9},
        {"America/Havana", at(2026, 3, 5), 7},
        {"America/Havana", at(2026, 10, 28), 7},
        {"Africa/Casablanca", at(2026, 2, 12), 8},
        {"Africa/Casablanca", at(2026, 3, 18), 8},
        {"Antarctica/Troll", at(2026, 3, 26), 7},
        {"Antarctica/Troll", at(2026, 10, 22), 8},
        {"Asia/Kathmandu", at(2026, 1, 29), 5},
        {"America/Sao_Paulo", at(2018, 11, 1), 6},
        {"+05:45", at(2026, 1, 29), 5},
    };
    cofire::random_source random{99};
    int compared = 0;
    for (auto const& [name, begin, length] : windows) {
        auto const zone = cofire::zone::locate(name);
        auto const minutes = minutes_of(zone, begin, begin + days{length});
        for (int round = 0; round != 60; ++round) {
            auto const e = random_expression(random);
            BOOST_TEST_CONTEXT(name << " " << e.text) {
                auto const expression = cofire::cron_expression::parse(e.text);
                BOOST_TEST_REQUIRE(expression.is_interval() == e.interval);
                auto const matches =
                    [&](std::chrono::year_month_day date, unsigned hour, unsigned minute) {
                        return e.minutes.contains(minute) && e.hours.contains(hour) &&
                               e.day_matches(date);
                    };
                auto next = expression.next(begin, zone, true);
                for (auto const& m : minutes) {
                    bool due = matches(m.date, m.hour, m.minute) && (e.interval || !m.repeated);
                    for (auto const lost : m.skipped) {
                        auto const day = std::chrono::floor<days>(lost);
                        auto const minute = static_cast<unsigned>((lost - day) / 1min);
                        due = due || matches(day, minute / 60, minute % 60);
                    }
                    if (due != (next == m.moment)) {
                        BOOST_TEST_REQUIRE(due == (next == m.moment), show(m.moment, zone));
                    }
                    if (due) {
                        ++compared;
                        next = expression.next(m.moment, zone);
                    }
                }
                BOOST_TEST_REQUIRE((!next || *next >= begin + days{length}));
            }
        }
    }
    BOOST_TEST(compared > 50'000);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
