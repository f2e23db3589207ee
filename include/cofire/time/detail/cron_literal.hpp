// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_DETAIL_CRON_LITERAL_HPP
#define COFIRE_TIME_DETAIL_CRON_LITERAL_HPP

#include <cofire/core/config.hpp>
#include <cofire/time/detail/cron_fields.hpp>
#include <cofire/time/detail/cron_parser.hpp>

#include <string_view>

namespace cofire::detail {

// Not constexpr, and nowhere defined: a bad literal would have to call one of them while it is
// compiled, and the compiler's message then has the name.
void bad_cron_expression_needs_5_or_6_fields();
void bad_cron_expression_unknown_macro();
void bad_cron_expression_second_must_be_0_to_59();
void bad_cron_expression_minute_must_be_0_to_59();
void bad_cron_expression_hour_must_be_0_to_23();
void bad_cron_expression_day_of_month_must_be_1_to_31_or_L();
void bad_cron_expression_month_must_be_1_to_12_or_JAN_to_DEC();
void bad_cron_expression_day_of_week_must_be_0_to_7_or_SUN_to_SAT();
void bad_cron_expression_step_is_out_of_range();
void bad_cron_expression_days_before_last_must_be_0_to_30();
void bad_cron_expression_nth_weekday_must_be_1_to_5();
void bad_cron_expression_unexpected_character_in_second();
void bad_cron_expression_unexpected_character_in_minute();
void bad_cron_expression_unexpected_character_in_hour();
void bad_cron_expression_unexpected_character_in_day_of_month();
void bad_cron_expression_unexpected_character_in_month();
void bad_cron_expression_unexpected_character_in_day_of_week();

/// Stops the compilation.
constexpr void refuse_cron_value(cron_field field) {
    switch (field) {
    case cron_field::second: return bad_cron_expression_second_must_be_0_to_59();
    case cron_field::minute: return bad_cron_expression_minute_must_be_0_to_59();
    case cron_field::hour: return bad_cron_expression_hour_must_be_0_to_23();
    case cron_field::day_of_month: return bad_cron_expression_day_of_month_must_be_1_to_31_or_L();
    case cron_field::month: return bad_cron_expression_month_must_be_1_to_12_or_JAN_to_DEC();
    default: return bad_cron_expression_day_of_week_must_be_0_to_7_or_SUN_to_SAT();
    }
}

/// Stops the compilation.
constexpr void refuse_cron_character(cron_field field) {
    switch (field) {
    case cron_field::second: return bad_cron_expression_unexpected_character_in_second();
    case cron_field::minute: return bad_cron_expression_unexpected_character_in_minute();
    case cron_field::hour: return bad_cron_expression_unexpected_character_in_hour();
    case cron_field::day_of_month:
        return bad_cron_expression_unexpected_character_in_day_of_month();
    case cron_field::month: return bad_cron_expression_unexpected_character_in_month();
    default: return bad_cron_expression_unexpected_character_in_day_of_week();
    }
}

/// The fields of a literal; a bad one does not compile.
[[nodiscard]] constexpr cron_fields cron_literal(std::string_view text) {
    auto const parsed = cron_parser::parse(text);
    switch (parsed.problem) {
    case cron_problem::none: break;
    case cron_problem::field_count: bad_cron_expression_needs_5_or_6_fields(); break;
    case cron_problem::macro: bad_cron_expression_unknown_macro(); break;
    case cron_problem::value: refuse_cron_value(parsed.field); break;
    case cron_problem::step: bad_cron_expression_step_is_out_of_range(); break;
    case cron_problem::last_offset: bad_cron_expression_days_before_last_must_be_0_to_30(); break;
    case cron_problem::nth: bad_cron_expression_nth_weekday_must_be_1_to_5(); break;
    case cron_problem::unexpected: refuse_cron_character(parsed.field); break;
    }
    return parsed.fields;
}

} // namespace cofire::detail

#endif
