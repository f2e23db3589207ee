// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any text as a cron expression: it is refused with errc::bad_cron, or it has a canonical text that
// means the same, and its next times come in order and soon.
// Input: 5 bytes of time, 1 of zone, the text.

#include "fuzz.hpp"

#include <cofire/core/error.hpp>
#include <cofire/time/cron_expression.hpp>

#include <array>
#include <chrono>
#include <ctime>
#include <optional>

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

cofire::zone const& zone_at(std::size_t i) {
    static std::array const zones{
        cofire::zone::utc(),
        cofire::zone::locate("America/New_York"),
        cofire::zone::locate("Australia/Lord_Howe"),
        cofire::zone::locate("America/Sao_Paulo"),
        cofire::zone::locate("Africa/Casablanca"),
        cofire::zone::locate("Pacific/Apia"),
        cofire::zone::locate("Europe/Dublin"),
        cofire::zone::locate("Africa/Monrovia"),
        cofire::zone::locate("-23:59"),
    };
    return zones[i % zones.size()];
}

std::optional<sys_seconds>
next(cofire::cron_expression const& cron, sys_seconds after, cofire::zone const& zone, bool from) {
#ifdef COFIRE_FUZZ_TIMED
    // In the time of this thread, so that other programs do not count. Microseconds are promised;
    // this is what sanitizers and a first page fault leave room for, and far below a walk.
    auto const cpu = [] {
        std::timespec now{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
    };
    auto const begin = cpu();
    auto const found = cron.next(after, zone, from);
    fuzz::require(cpu() - begin < 20'000'000, "next takes microseconds", cron.to_string());
    return found;
#else
    return cron.next(after, zone, from);
#endif
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    // From -2^39 s on: beyond the years 1 and 9999 to both sides.
    sys_seconds const start{
        seconds{static_cast<std::int64_t>(in.number(5)) - (std::int64_t{1} << 39)}};
    auto const& zone = zone_at(in.byte());
    auto const text = in.rest();

    std::optional<cofire::cron_expression> parsed;
    try {
        parsed = cofire::cron_expression::parse(text);
    } catch (cofire::error const& e) {
        fuzz::require(e.value() == cofire::errc::bad_cron, "the error is bad_cron", e.what());
        return 0;
    }
    auto const canonical = parsed->to_string();
    auto const again = cofire::cron_expression::parse(canonical);
    fuzz::require(again == *parsed, "the canonical text means the same", text, canonical);
    fuzz::require(
        again.to_string() == canonical, "the canonical text is the only one", text, canonical
    );

    auto after = start;
    for (int i = 0; i < 5; ++i) {
        auto const found = next(*parsed, after, zone, false);
        auto const from = next(*parsed, after, zone, true);
        fuzz::require(!from || *from >= after, "inclusive: not before", canonical);
        fuzz::require(from == found || from == after, "inclusive: the same or at once", canonical);
        if (!found) {
            break;
        }
        fuzz::require(*found > after, "after", canonical);
        fuzz::require(next(*parsed, *found, zone, true) == found, "due when it is due", canonical);
        // From anywhere on the way there is nothing else on the way.
        auto const half = after + (*found - after) / 2;
        fuzz::require(
            half == *found || next(*parsed, half, zone, false) == found, "nothing between"
        );
        after = *found;
    }
    return 0;
}
