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
            result.jobs = 1;
            result.next = after(first);
            return result;
        }
        misfire_policy const policy = record.definition.misfire;
        std::uint64_t passed = 0;
        result.next = first;
        auto const is_past = [&](time_point t) {
            return policy == misfire_policy::skip ? missed(t) : t <= now;
        };
        while (result.next && is_past(*result.next) && passed != most) {
            ++passed;
            result.next = after(*result.next);
        }
        if (policy == misfire_policy::all) {
            result.jobs = passed;
        } else if (policy == misfire_policy::once) {
            result.jobs = 1;
            result.skipped = passed - 1;
            result.next = passed == most ? after(now) : result.next;
        } else { // those that are not too late still run
            result.skipped = passed;
            bool const more = passed == most && result.next && missed(*result.next);
            result.next =
                more ? after(now - misfire_after_ - std::chrono::seconds{1}) : result.next;
        }
    } catch (std::exception const& e) {
        result.error = e.what();
        result.jobs = 0;
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
