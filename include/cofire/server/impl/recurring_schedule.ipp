// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_RECURRING_SCHEDULE_IPP
#define COFIRE_SERVER_IMPL_RECURRING_SCHEDULE_IPP

#include <cofire/server/detail/recurring_schedule.hpp>

#include <chrono>
#include <exception>

namespace cofire::detail {

COFIRE_DECL void recurring_schedule::load(std::vector<recurring_record> records) {
    records_.clear();
    times_.clear();
    for (recurring_record& record : records) {
        if (record.next && !record.paused) {
            times_.emplace(*record.next, record.id);
        }
        std::string id = record.id;
        records_.emplace(std::move(id), std::move(record));
    }
}

COFIRE_DECL std::optional<time_point> recurring_schedule::next_at() const {
    return times_.empty() ? std::nullopt : std::optional(times_.begin()->first);
}

COFIRE_DECL std::vector<due_occurrence>
recurring_schedule::due(time_point now, std::size_t most) const {
    std::vector<due_occurrence> result;
    for (auto const& [at, id] : times_) {
        if (at > now || result.size() == most) {
            break;
        }
        result.push_back(decide(records_.find(id)->second, now));
    }
    return result;
}

/// The last occurrence that is not after `now`. `after` gives the first one after a time; `known` is
/// one. By halves, since an expression can only be walked forwards, and this may be years.
template <class After>
time_point last_until(time_point now, time_point known, After const& after) {
    using std::chrono::seconds;
    time_point last = known; // an occurrence; none is after `end` and until `now`
    time_point end = std::chrono::floor<seconds>(now);
    while (end > last) {
        time_point const middle = last + std::chrono::floor<seconds>((end - last) / 2);
        auto const next = after(middle);
        if (next && *next <= now) {
            last = *next;
        } else {
            end = middle;
        }
    }
    return last;
}

COFIRE_DECL due_occurrence
recurring_schedule::decide(recurring_record const& record, time_point now) const {
    constexpr std::uint64_t most = 100; // looked at one by one
    due_occurrence result{.record = &record, .next = std::nullopt, .error = {}};
    try {
        auto const cron = cron_expression::parse(record.definition.cron);
        zone const z = zone::locate(record.definition.zone);
        auto const after = [&](time_point t) -> std::optional<time_point> {
            auto const next = cron.next(std::chrono::floor<std::chrono::seconds>(t), z);
            return next ? std::optional(time_point{*next}) : std::nullopt;
        };
        auto const missed = [&](time_point t) { return now - t > misfire_after_; };
        time_point const first = *record.next;
        if (!missed(first)) {
            result.times = {first};
            result.next = after(first);
            return result;
        }
        misfire_policy const policy = record.definition.misfire;
        std::vector<time_point> passed;
        result.next = first;
        auto const is_past = [&](time_point t) {
            return policy == misfire_policy::skip ? missed(t) : t <= now;
        };
        while (result.next && is_past(*result.next) && passed.size() != most) {
            passed.push_back(*result.next);
            result.next = after(*result.next);
        }
        if (policy == misfire_policy::all) {
            result.times = std::move(passed);
        } else if (policy == misfire_policy::once) { // the latest stands for all
            bool const more = passed.size() == most && result.next && is_past(*result.next);
            result.times = {more ? last_until(now, passed.back(), after) : passed.back()};
            result.skipped = passed.size() - 1;
            result.next = more ? after(now) : result.next;
        } else { // those that are not too late still run
            result.skipped = passed.size();
            bool const more = passed.size() == most && result.next && missed(*result.next);
            result.next =
                more ? after(now - misfire_after_ - std::chrono::seconds{1}) : result.next;
        }
    } catch (std::exception const& e) {
        result.error = e.what();
        result.times.clear();
        result.skipped = 1;
        result.next = std::nullopt;
    }
    return result;
}

COFIRE_DECL void recurring_schedule::put_off(std::string_view id) {
    auto const found = records_.find(id);
    if (found != records_.end() && found->second.next) {
        times_.erase({*found->second.next, found->second.id});
    }
}

COFIRE_DECL void recurring_schedule::served(std::string_view id, std::optional<time_point> next) {
    auto const found = records_.find(id);
    if (found == records_.end()) {
        return;
    }
    recurring_record& record = found->second;
    if (record.next) {
        times_.erase({*record.next, record.id});
    }
    record.next = next;
    if (next && !record.paused) {
        times_.emplace(*next, record.id);
    }
}

} // namespace cofire::detail

#endif
