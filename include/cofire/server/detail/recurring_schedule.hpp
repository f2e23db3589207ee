// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_RECURRING_SCHEDULE_HPP
#define COFIRE_SERVER_DETAIL_RECURRING_SCHEDULE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/contract/recurring.hpp>
#include <cofire/time/cron_expression.hpp>
#include <cofire/time/zone.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire::detail {

/// One recurring job that fell due, and what is to become of it. Of more than a hundred occurrences
/// missed, `times` and `skipped` tell at most a hundred; with misfire_policy::all the rest comes next.
struct due_occurrence {
    recurring_record const* record = nullptr; // valid until the schedule is changed
    std::vector<time_point> times{};          // the occurrences that become a job each
    std::uint64_t skipped = 0;                // how many occurrences are given up
    std::optional<time_point> next;           // the occurrence after them
    std::string error;                        // why there is none; empty: all is well
};

/// When the recurring jobs of a storage fall due, as one server knows them. Decides what a misfire
/// policy makes of late occurrences; has no clock and fires nothing. Shared objects: unsafe.
class recurring_schedule {
public:
    /// An occurrence later than `misfire_after` was missed.
    explicit recurring_schedule(duration misfire_after) : misfire_after_(misfire_after) {}

    /// Replaces all that is known.
    void load(std::vector<recurring_record> records);

    /// When the next one falls due; empty: none does.
    [[nodiscard]] std::optional<time_point> next_at() const;

    /// Those due at `now`, at most `most`.
    [[nodiscard]] std::vector<due_occurrence> due(time_point now, std::size_t most) const;

    /// It is not due again before the next load().
    void put_off(std::string_view id);

    /// The storage has counted the occurrence: go on with the one after it.
    void served(std::string_view id, std::optional<time_point> next);

private:
    [[nodiscard]] due_occurrence decide(recurring_record const& record, time_point now) const;

    duration misfire_after_;
    std::map<std::string, recurring_record, std::less<>> records_;
    std::set<std::pair<time_point, std::string>> times_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/server/impl/recurring_schedule.ipp>
#endif

#endif
