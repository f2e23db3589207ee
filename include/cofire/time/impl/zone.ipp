// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_IMPL_ZONE_IPP
#define COFIRE_TIME_IMPL_ZONE_IPP

#include <cofire/core/error.hpp>
#include <cofire/time/zone.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <version>

#ifndef COFIRE_USE_DATE
#if defined(__cpp_lib_chrono) && __cpp_lib_chrono >= 201907L
#define COFIRE_USE_DATE 0
#else
#define COFIRE_USE_DATE 1
#endif
#endif

#if COFIRE_USE_DATE
// The definitions of Debian's and Ubuntu's package, which a plain compiler line does not have: the
// header must see what the compiled library saw. A build that uses its own date sets them itself.
#ifndef USE_OS_TZDB
#define USE_OS_TZDB 1
#endif
#ifndef HAS_STRING_VIEW
#define HAS_STRING_VIEW 1
#endif
#ifndef ONLY_C_LOCALE
#define ONLY_C_LOCALE 1
#endif
#include <date/tz.h>
#endif

namespace cofire {
namespace detail {

#if COFIRE_USE_DATE
using tzdb_zone = date::time_zone;
COFIRE_DECL tzdb_zone const* locate_in_tzdb(std::string_view name) {
    return date::locate_zone(std::string{name});
}
#else
using tzdb_zone = std::chrono::time_zone;
COFIRE_DECL tzdb_zone const* locate_in_tzdb(std::string_view name) {
    return std::chrono::locate_zone(name);
}
#endif

/// The number that two digits at `at` write, if they do and it is at most `most`.
COFIRE_DECL std::optional<int> two_digits(std::string_view text, std::size_t at, int most) {
    auto const digit = [&](std::size_t i) {
        return i < text.size() && text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1;
    };
    int const tens = digit(at);
    int const ones = digit(at + 1);
    if (tens < 0 || ones < 0 || tens * 10 + ones > most) {
        return std::nullopt;
    }
    return tens * 10 + ones;
}

} // namespace detail

COFIRE_DECL zone zone::fixed(std::chrono::seconds offset) {
    using std::chrono::days;
    if (offset % std::chrono::minutes{1} != offset.zero() || offset >= days{1} ||
        offset <= -days{1}) {
        throw error{errc::unknown_zone, std::to_string(offset.count()) + " s from UTC"};
    }
    return {nullptr, offset};
}

COFIRE_DECL zone zone::locate(std::string_view name) {
    if (name == "UTC" || name == "Z") {
        return utc();
    }
    if (name.starts_with('+') || name.starts_with('-')) {
        auto const hours = detail::two_digits(name, 1, 23);
        auto const minutes = detail::two_digits(name, 4, 59);
        if (name.size() != 6 || name[3] != ':' || !hours || !minutes) {
            throw error{errc::unknown_zone, quoted(name) + ": an offset looks like +03:30"};
        }
        std::chrono::seconds const offset =
            std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
        return {nullptr, name[0] == '-' ? -offset : offset};
    }
    try {
        return {detail::locate_in_tzdb(name), std::chrono::seconds::zero()};
    } catch (std::runtime_error const&) {
        // Both libraries say so in words of their own, also if the machine has no zones at all.
        throw error{errc::unknown_zone, quoted(name)};
    }
}

COFIRE_DECL std::string zone::name() const {
    if (named_ != nullptr) {
        return std::string{static_cast<detail::tzdb_zone const*>(named_)->name()};
    }
    if (offset_ == offset_.zero()) {
        return "UTC";
    }
    auto const minutes = std::chrono::abs(offset_) / std::chrono::minutes{1};
    auto const two_digits = [](auto number) {
        return std::string{
            static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
    };
    return (offset_ < offset_.zero() ? "-" : "+") + two_digits(minutes / 60) + ":" +
           two_digits(minutes % 60);
}

COFIRE_DECL zone_period zone::at(std::chrono::sys_seconds t) const {
    // Bounds that leave room to add offsets and days without overflow.
    constexpr std::chrono::sys_seconds lowest{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
    constexpr std::chrono::sys_seconds highest{
        std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};
    if (named_ == nullptr) {
        return {lowest, highest, offset_, name()};
    }
    auto const info = static_cast<detail::tzdb_zone const*>(named_)->get_info(t);
    return {std::max(lowest, info.begin), std::min(highest, info.end), info.offset, info.abbrev};
}

COFIRE_DECL zone_moments zone::resolve(std::chrono::local_seconds local) const {
    using kind = zone_moments::kind;
    // Zones are less than a day from UTC, and none changes twice within two days.
    std::chrono::sys_seconds const as_utc{local.time_since_epoch()};
    auto const before = at(as_utc - std::chrono::days{1});
    auto const in_before = as_utc - before.offset;
    if (in_before + std::chrono::days{2} < before.end) {
        return {kind::once, in_before, in_before};
    }
    if (in_before < before.end) {
        // Shown before the change; perhaps again after it.
        auto const after = at(before.end);
        auto const in_after = as_utc - after.offset;
        return in_after >= before.end ? zone_moments{kind::twice, in_before, in_after}
                                      : zone_moments{kind::once, in_before, in_before};
    }
    auto const after = at(before.end);
    auto const in_after = as_utc - after.offset;
    return in_after >= before.end ? zone_moments{kind::once, in_after, in_after}
                                  : zone_moments{kind::skipped, before.end, before.end};
}

} // namespace cofire

#endif
