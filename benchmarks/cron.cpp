// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The next time of a cron expression: against the same time worked out by hand with the C library's
// time functions, and against a walk from minute to minute, which is what simple cron loops do.

#include "support/micro.hpp"

#include <cofire/time/cron_expression.hpp>
#include <cofire/time/random.hpp>
#include <cofire/time/zone.hpp>

#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// Moments of two years, the same ones for each benchmark.
std::vector<std::chrono::sys_seconds> moments() {
    cofire::random_source random(1);
    std::vector<std::chrono::sys_seconds> all;
    auto const first = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    for (int i = 0; i != 1024; ++i) {
        all.push_back(first + std::chrono::seconds(random.below(2 * 365 * 86'400)));
    }
    return all;
}

template <class Next>
void each_moment(benchmark::State& state, Next const& next) {
    auto const all = moments();
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(next(all[i++ % 1024]));
    }
}

void daily_utc(benchmark::State& state) {
    cofire::cron_expression const cron = "0 3 * * *";
    each_moment(state, [&](std::chrono::sys_seconds t) { return cron.next(t); });
}

void daily_utc_walk(benchmark::State& state) {
    each_moment(state, [](std::chrono::sys_seconds t) {
        auto minute = std::chrono::floor<std::chrono::minutes>(t);
        for (;;) {
            minute += 1min;
            std::time_t const now = std::chrono::system_clock::to_time_t(minute);
            std::tm parts{};
            gmtime_r(&now, &parts);
            if (parts.tm_hour == 3 && parts.tm_min == 0) {
                return minute;
            }
        }
    });
}

void daily_zone(benchmark::State& state) {
    cofire::cron_expression const cron = "0 3 * * *";
    auto const zone = cofire::zone::locate("Europe/Berlin");
    each_moment(state, [&](std::chrono::sys_seconds t) { return cron.next(t, zone); });
}

void daily_zone_mktime(benchmark::State& state) {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    each_moment(state, [](std::chrono::sys_seconds t) {
        std::time_t const now = std::chrono::system_clock::to_time_t(t);
        std::tm parts{};
        localtime_r(&now, &parts);
        if (parts.tm_hour >= 3) {
            ++parts.tm_mday;
        }
        parts.tm_hour = 3;
        parts.tm_min = parts.tm_sec = 0;
        parts.tm_isdst = -1;
        return std::mktime(&parts);
    });
}

void rare(benchmark::State& state) {
    cofire::cron_expression const cron = "0 12 29 2 MON";
    each_moment(state, [&](std::chrono::sys_seconds t) { return cron.next(t); });
}

BENCHMARK(daily_utc)->Name("cron.daily_utc");
BENCHMARK(daily_utc_walk)->Name("cron.daily_utc/than:walk of the minutes");
BENCHMARK(daily_zone)->Name("cron.daily_zone");
BENCHMARK(daily_zone_mktime)->Name("cron.daily_zone/than:localtime_r, mktime");
BENCHMARK(rare)->Name("cron.leap_monday");

} // namespace

int main(int argc, char** argv) {
    return bench::run_micro(argc, argv);
}
