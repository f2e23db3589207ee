// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_EVENT_SERIES_HPP
#define COFIRE_STORAGE_TABLE_EVENT_SERIES_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/contract/read.hpp>

#include <chrono>
#include <deque>
#include <map>

namespace cofire::detail {

/// The points of an answer, by their beginnings.
using series_points = std::map<time_point, series_point>;

/// What happened in one queue: by the minute for a day, by the hour for 31 days.
///
/// Distinct objects: safe. Shared objects: unsafe.
class event_series {
public:
    /// The minute that holds `now`, to count in; valid until the next call. The clock may go
    /// backwards.
    [[nodiscard]] series_point& at(time_point now) {
        if (now < current_.from || now - current_.from >= minute) {
            begin(now);
        }
        return current_;
    }

    /// Adds to `points` all steps that are known at `now`, from the one that holds q.from to those
    /// that begin before q.to. Throws bad_option if q.step is not a positive number of minutes.
    void add_to(series_points& points, read_series const& q, time_point now) const;

    /// Throws bad_option if `step` is not a positive number of whole minutes.
    static void check_step(duration step);

private:
    friend struct job_table_inspector; // of the tests
    friend class table_image_reader;
    friend class table_image_writer;

    static constexpr duration minute = std::chrono::minutes{1};
    static constexpr duration hour = std::chrono::hours{1};
    static constexpr duration minutes_kept = std::chrono::hours{24};
    static constexpr duration hours_kept = std::chrono::hours{24 * 31};

    /// Puts the current minute away, and makes the one that holds `now` the current one.
    void begin(time_point now);

    series_point current_;             // not among the others yet
    std::deque<series_point> minutes_; // by their beginnings
    std::deque<series_point> hours_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/table/impl/event_series.ipp>
#endif

#endif
