// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_IMPL_CRON_EXPRESSION_IPP
#define COFIRE_TIME_IMPL_CRON_EXPRESSION_IPP

#include <cofire/core/error.hpp>
#include <cofire/time/cron_expression.hpp>
#include <cofire/time/detail/cron_calendar.hpp>
#include <cofire/time/detail/cron_parser.hpp>
#include <cofire/time/detail/cron_text.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace cofire {

COFIRE_DECL cron_expression cron_expression::parse(std::string_view text) {
    auto const parsed = detail::cron_parser::parse(text);
    if (parsed.problem != detail::cron_problem::none) {
        throw error{errc::bad_cron, detail::explain(parsed, text)};
    }
    return cron_expression{parsed.fields};
}

COFIRE_DECL std::string cron_expression::to_string() const {
    return detail::to_text(fields_);
}

// Local time is looked at one period of the zone after the other. Within a period it runs evenly;
// where one follows another it leaps forward (a gap) or back (a part of it is repeated).
COFIRE_DECL std::optional<std::chrono::sys_seconds>
cron_expression::next_from(std::chrono::sys_seconds from, zone const& in) const {
    using namespace std::chrono;
    constexpr sys_seconds lowest{sys_days{year{1} / 1 / 1}};
    constexpr sys_seconds highest{sys_days{detail::cron_last_year / December / 31} + days{1}};
    auto const to_local = [](sys_seconds t, seconds offset) {
        return local_seconds{(t + offset).time_since_epoch()};
    };
    auto t = std::max(from, lowest);
    while (t < highest) {
        auto const period = in.at(t);
        auto const begin = to_local(period.begin, period.offset);
        auto search_from = to_local(t, period.offset);
        if (period.begin > lowest && t - period.begin < days{2}) {
            auto const before = in.at(period.begin - seconds{1});
            auto const shown_until = to_local(period.begin, before.offset);
            if (t == period.begin && shown_until < begin) {
                auto const skipped = detail::cron_next_local(fields_, shown_until);
                if (skipped && *skipped < begin) {
                    return t;
                }
            }
            if (!is_interval()) {
                search_from = std::max(search_from, shown_until); // the second pass is left out
            }
        }
        auto const found = detail::cron_next_local(fields_, search_from);
        if (!found) {
            return std::nullopt;
        }
        sys_seconds const moment{found->time_since_epoch() - period.offset};
        if (moment < period.end) {
            return moment < highest ? std::optional{moment} : std::nullopt;
        }
        t = period.end;
        if (search_from + days{1} <= to_local(period.end, period.offset)) {
            // Nothing was found in what may be repeated after this period, so there is nothing
            // before `found`. No zone is a day from UTC.
            t = std::max(t, sys_seconds{found->time_since_epoch()} - days{1});
        }
    }
    return std::nullopt;
}

} // namespace cofire

#endif
