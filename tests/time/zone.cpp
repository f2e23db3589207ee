// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "time/zone_data.hpp"

#include <cofire/core/error.hpp>
#include <cofire/time/zone.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(zone)

namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;
using std::chrono::sys_days;
using kind = cofire::zone_moments::kind;

constexpr auto y2026 = std::chrono::year{2026};

BOOST_AUTO_TEST_CASE(utc_needs_no_data) {
    BOOST_TEST((cofire::zone{} == cofire::zone::utc()));
    for (auto const name : {"UTC", "Z", "+00:00", "-00:00"}) {
        BOOST_TEST((cofire::zone::locate(name) == cofire::zone::utc()));
    }
    auto const utc = cofire::zone::utc();
    BOOST_TEST(utc.is_fixed());
    BOOST_TEST(utc.name() == "UTC");
    auto const period = utc.at(sys_days{y2026 / 7 / 1});
    BOOST_TEST((period.offset == 0s));
    BOOST_TEST(period.abbreviation == "UTC");
    BOOST_TEST((period.begin < sys_days{std::chrono::year{1} / 1 / 1}));
    BOOST_TEST((period.end >= sys_days{std::chrono::year{9999} / 12 / 31} + 24h));
}

BOOST_AUTO_TEST_CASE(fixed_offsets) {
    struct row {
        std::string_view name;
        std::chrono::minutes offset;
    };
    for (auto const& [name, offset] :
         {row{"+03:30", 210min},
          row{"-08:00", -480min},
          row{"+14:00", 840min},
          row{"-00:01", -1min},
          row{"+23:59", 1439min}}) {
        auto const zone = cofire::zone::locate(name);
        BOOST_TEST(zone.name() == name);
        BOOST_TEST(zone.is_fixed());
        BOOST_TEST((zone == cofire::zone::fixed(offset)));
        BOOST_TEST(!(zone == cofire::zone::utc()));
        BOOST_TEST((zone.at(sys_days{y2026 / 7 / 1}).offset == offset));
        BOOST_TEST(zone.at(sys_days{y2026 / 7 / 1}).abbreviation == name);
    }
}

BOOST_AUTO_TEST_CASE(unknown_zones_are_named) {
    for (std::string const name :
         {"",
          "Mars/Olympus",
          "Europe",
          "../zoneinfo/UTC",
          "/etc/passwd",
          "+3:30",
          "+24:00",
          "+03:60",
          "+0330",
          "+03:30 ",
          "-",
          "+03:3x",
          "europe berlin"}) {
        auto const names_it = [&](cofire::error const& e) {
            return e.value() == cofire::errc::unknown_zone &&
                   std::string_view{e.what()}.find("\"" + name + "\"") != std::string_view::npos;
        };
        BOOST_CHECK_EXCEPTION((void)cofire::zone::locate(name), cofire::error, names_it);
    }
    for (auto const offset : {24h + 0s, -24h + 0s, 1s, -3661s}) {
        BOOST_CHECK_THROW((void)cofire::zone::fixed(offset), cofire::error);
    }
}

BOOST_AUTO_TEST_CASE(named_zones) {
    auto const berlin = cofire::zone::locate("Europe/Berlin");
    BOOST_TEST(!berlin.is_fixed());
    BOOST_TEST(berlin.name() == "Europe/Berlin");
    BOOST_TEST((berlin == cofire::zone::locate("Europe/Berlin")));
    BOOST_TEST(!(berlin == cofire::zone::locate("America/New_York")));
    BOOST_TEST(!(berlin == cofire::zone::utc()));
    auto const summer = berlin.at(sys_days{y2026 / 7 / 1});
    BOOST_TEST((summer.begin == sys_days{y2026 / 3 / 29} + 1h));
    BOOST_TEST((summer.end == sys_days{y2026 / 10 / 25} + 1h));
    BOOST_TEST((summer.offset == 2h));
    BOOST_TEST(summer.abbreviation == "CEST");
    BOOST_TEST((berlin.at(summer.end).offset == 1h));
    BOOST_TEST((berlin.at(summer.begin).offset == 2h));
    BOOST_TEST((berlin.at(summer.begin - 1s).offset == 1h));
}

BOOST_AUTO_TEST_CASE(the_first_and_the_last_period_are_bounded) {
    auto const berlin = cofire::zone::locate("Europe/Berlin");
    auto const first = berlin.at(sys_days{std::chrono::year{2} / 1 / 1});
    BOOST_TEST((first.begin == sys_days{std::chrono::year{0} / 1 / 1}));
    BOOST_TEST((first.offset == 53min + 28s)); // local mean time
    auto const last = cofire::zone::locate("Asia/Tehran").at(sys_days{y2026 / 7 / 1});
    BOOST_TEST((last.end == sys_days{std::chrono::year{10'000} / 1 / 1}));
}

void check_moments(
    std::string_view name,
    std::chrono::local_seconds local,
    kind occurs,
    std::chrono::sys_seconds first,
    std::chrono::sys_seconds last
) {
    BOOST_TEST_CONTEXT(name << " local " << local.time_since_epoch().count()) {
        auto const moments = cofire::zone::locate(name).resolve(local);
        BOOST_TEST((moments.occurs == occurs));
        BOOST_TEST(moments.first.time_since_epoch().count() == first.time_since_epoch().count());
        BOOST_TEST(moments.last.time_since_epoch().count() == last.time_since_epoch().count());
    }
}

BOOST_AUTO_TEST_CASE(a_day_that_was_skipped, *boost::unit_test::precondition(knows_apia)) {
    // Apia leapt over 2011-12-30, from 10 hours behind UTC to 14 ahead, at 10:00 UTC.
    auto const leap = sys_days{std::chrono::year{2011} / 12 / 30} + 10h;
    auto const lost_day = local_days{std::chrono::year{2011} / 12 / 30};
    check_moments("Pacific/Apia", lost_day - 1s, kind::once, leap - 1s, leap - 1s);
    check_moments("Pacific/Apia", lost_day, kind::skipped, leap, leap);
    check_moments("Pacific/Apia", lost_day + 23h + 59min, kind::skipped, leap, leap);
    check_moments("Pacific/Apia", lost_day + 24h, kind::once, leap, leap);
}

BOOST_AUTO_TEST_CASE(local_times_resolve) {
    // New York: 2026-03-08 02:00 becomes 03:00 at 07:00 UTC; 2026-11-01 02:00 becomes 01:00 at 06:00.
    auto const march = local_days{y2026 / 3 / 8};
    auto const gap = sys_days{y2026 / 3 / 8} + 7h;
    check_moments("America/New_York", march + 1h + 59min, kind::once, gap - 1min, gap - 1min);
    check_moments("America/New_York", march + 2h, kind::skipped, gap, gap);
    check_moments("America/New_York", march + 2h + 59min, kind::skipped, gap, gap);
    check_moments("America/New_York", march + 3h, kind::once, gap, gap);
    auto const november = local_days{y2026 / 11 / 1};
    auto const back = sys_days{y2026 / 11 / 1} + 6h;
    check_moments("America/New_York", november + 59min, kind::once, back - 61min, back - 61min);
    check_moments("America/New_York", november + 1h, kind::twice, back - 1h, back);
    check_moments(
        "America/New_York", november + 1h + 59min, kind::twice, back - 1min, back + 59min
    );
    check_moments("America/New_York", november + 2h, kind::once, back + 1h, back + 1h);
    // Lord Howe moves by half an hour: 2026-04-05 02:00 becomes 01:30 at 15:00 UTC the day before.
    auto const april = local_days{y2026 / 4 / 5};
    auto const half = sys_days{y2026 / 4 / 4} + 15h;
    check_moments("Australia/Lord_Howe", april + 1h + 30min, kind::twice, half - 30min, half);
    check_moments("Australia/Lord_Howe", april + 2h, kind::once, half + 30min, half + 30min);
    check_moments(
        "+03:30",
        march + 2h,
        kind::once,
        sys_days{y2026 / 3 / 7} + 22h + 30min,
        sys_days{y2026 / 3 / 7} + 22h + 30min
    );
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
