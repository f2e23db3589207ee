// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_ZONE_HPP
#define COFIRE_TIME_ZONE_HPP

#include <cofire/core/config.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace cofire {

/// A stretch of time in which a zone's clocks keep one distance to UTC.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct zone_period {
    /// Its first second. Not before the year 0.
    std::chrono::sys_seconds begin;
    /// The first second after it. Not after the year 10000.
    std::chrono::sys_seconds end;
    /// Local time minus UTC.
    std::chrono::seconds offset;
    /// What people call it there: "CET", "-03"; the name of a fixed offset.
    std::string abbreviation;
};

/// The moments that a local date and time stands for.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct zone_moments {
    /// How many times local clocks show it.
    enum class kind {
        once,   ///< As usual: `first` and `last` are the same.
        twice,  ///< Clocks were set back: `first` is the first pass, `last` the second.
        skipped ///< Clocks were set forward over it: both are the moment when that happened.
    };

    /// How many times local clocks show it.
    kind occurs;
    /// The earlier moment.
    std::chrono::sys_seconds first;
    /// The later moment.
    std::chrono::sys_seconds last;
};

/// A time zone of the IANA data base, or a fixed distance to UTC. A small value, cheap to copy.
///
/// Named zones are read by the standard library where it can (std::chrono::tzdb), otherwise by
/// Howard Hinnant's date library; the macro COFIRE_USE_DATE, 0 or 1, decides if it is defined. UTC
/// and fixed offsets need neither.
///
/// Distinct objects: safe. Shared objects: safe, except to assign.
class zone {
public:
    /// UTC.
    zone() = default;

    /// UTC.
    [[nodiscard]] static zone utc() noexcept { return {}; }

    /// The zone that clocks `offset` ahead of UTC keep.
    /// Throws errc::unknown_zone if it is not whole minutes or is a day or more.
    [[nodiscard]] static zone fixed(std::chrono::seconds offset);

    /// The zone called `name`: "Europe/Berlin" and the like, "UTC" or "Z", or a fixed offset such as
    /// "+03:30". Throws errc::unknown_zone if the machine knows no such zone.
    [[nodiscard]] static zone locate(std::string_view name);

    /// A name by which locate finds it: "UTC", "+03:30", or the data base's, where an alias may
    /// have become the name it stands for.
    [[nodiscard]] std::string name() const;

    /// True if the offset never changes because the zone is one: UTC and the fixed offsets.
    [[nodiscard]] bool is_fixed() const noexcept { return named_ == nullptr; }

    /// The period that `t` is in.
    [[nodiscard]] zone_period at(std::chrono::sys_seconds t) const;

    /// When local clocks show `local`.
    [[nodiscard]] zone_moments resolve(std::chrono::local_seconds local) const;

    /// True if both are the same entry of the data base, or the same fixed offset.
    friend bool operator==(zone const& a, zone const& b) noexcept {
        return a.named_ == b.named_ && a.offset_ == b.offset_;
    }

private:
    zone(void const* named, std::chrono::seconds offset) noexcept
        : named_(named), offset_(offset) {}

    void const* named_ = nullptr; // the library's time_zone, which lives as long as the program
    std::chrono::seconds offset_{0};
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/time/impl/zone.ipp>
#endif

#endif
