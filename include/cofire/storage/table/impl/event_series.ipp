// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_EVENT_SERIES_IPP
#define COFIRE_STORAGE_TABLE_IMPL_EVENT_SERIES_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/table/event_series.hpp>

#include <algorithm>
#include <string>

namespace cofire::detail {

/// The beginning of the step that holds `t`; steps are counted from 1970.
inline time_point step_begin(time_point t, duration step) {
    duration const since = t.time_since_epoch();
    duration const into = since % step;
    return time_point(since - into - (into < duration{0} ? step : duration{0}));
}

inline void add_counts(series_point& to, series_point const& from) {
    to.inserted += from.inserted;
    to.succeeded += from.succeeded;
    to.attempts_failed += from.attempts_failed;
    to.failed += from.failed;
    to.deleted += from.deleted;
    to.runs += from.runs;
    to.run_time += from.run_time;
    to.lateness += from.lateness;
}

/// True if nothing happened in it.
inline bool is_blank(series_point const& p) {
    return p.inserted == 0 && p.succeeded == 0 && p.attempts_failed == 0 && p.failed == 0 &&
           p.deleted == 0 && p.runs == 0;
}

/// The step that begins at `from`; made if it is missing.
inline series_point& step_at(std::deque<series_point>& steps, time_point from) {
    auto at = steps.end();
    while (at != steps.begin() && from < (at - 1)->from) { // the clock was set back
        --at;
    }
    if (at == steps.begin() || (at - 1)->from != from) {
        at = steps.insert(at, {.from = from}) + 1;
    }
    return *(at - 1);
}

/// Adds `p` to the step that begins at `from`, which is there; drops steps that are too old beside it.
inline void
put_away(std::deque<series_point>& steps, series_point const& p, time_point from, duration kept) {
    add_counts(step_at(steps, from), p);
    while (from - steps.front().from >= kept) {
        steps.pop_front();
    }
}

COFIRE_DECL void event_series::check_step(duration step) {
    if (step <= duration{0} || step % minute != duration{0}) {
        throw error(
            errc::bad_option, "step of " + std::to_string(step.count()) + " us, not whole minutes"
        );
    }
}

COFIRE_DECL void event_series::begin(time_point now) {
    if (!is_blank(current_)) {
        step_at(minutes_, current_.from); // nothing is put away yet if memory runs out
        step_at(hours_, step_begin(current_.from, hour));
        put_away(minutes_, current_, current_.from, minutes_kept);
        put_away(hours_, current_, step_begin(current_.from, hour), hours_kept);
    }
    current_ = {.from = step_begin(now, minute)};
}

COFIRE_DECL void
event_series::add_to(series_points& points, read_series const& q, time_point now) const {
    check_step(q.step);
    bool const by_hour = q.step % hour == duration{0};
    duration const kept = by_hour ? hours_kept : minutes_kept;
    time_point const oldest = step_begin(now, by_hour ? hour : minute) - kept;
    time_point const first = step_begin(std::max(q.from, oldest), q.step);
    auto const add = [&](series_point const& p, time_point begin) {
        time_point const from = step_begin(begin, q.step);
        if (begin > oldest && from >= first && (!q.to || from < *q.to) && !is_blank(p)) {
            series_point& point = points[from];
            point.from = from;
            add_counts(point, p);
        }
    };
    for (series_point const& p : by_hour ? hours_ : minutes_) {
        add(p, p.from);
    }
    add(current_, by_hour ? step_begin(current_.from, hour) : current_.from);
}

} // namespace cofire::detail

#endif
