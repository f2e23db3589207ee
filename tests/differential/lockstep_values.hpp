// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DIFFERENTIAL_LOCKSTEP_VALUES_HPP
#define COFIRE_TESTS_DIFFERENTIAL_LOCKSTEP_VALUES_HPP

#include <cofire/core/time_point.hpp>
#include <cofire/storage/contract/settle.hpp>

#include <string_view>

/// What the bytes of a command stand for: few values of each kind, so that jobs meet often.
namespace cofire::differential::values {

inline constexpr std::size_t longest_arguments = 4'000;
inline constexpr std::size_t longest_result = 100;

inline constexpr std::string_view types[] = {"alpha", "beta", "gamma"};
inline constexpr std::string_view queues[] = {"default", "mail", "night"};
inline constexpr std::string_view arguments[] = {"[]", "[1]", R"(["x"])"};
inline constexpr std::string_view keys[] = {"global/k", "type/alpha/k", "queue/mail/k"};
inline constexpr std::string_view limit_keys[] = {"l0", "l1", "l2"};
inline constexpr int priorities[] = {5, 5, 0, 9, 15, 5};

inline constexpr duration second{1'000'000};
inline constexpr duration minute{60 * second};
inline constexpr duration steps[] = {
    duration{1},      duration{1},      duration{999},    duration{1'000},  duration{1'500},
    duration{10'000}, duration{10'000}, duration{10'000}, second / 2,       second,
    second,           5 * second,       5 * second,       minute,           10 * minute,
    minute,           2 * second,       60 * minute,      25 * 60 * minute, second,
};
inline constexpr duration expiries[] = {
    duration{0}, second, 10 * second, duration{1'500}, 60 * minute};
inline constexpr duration dues[] = {
    duration{0},
    duration{1},
    duration{1'500},
    duration{10'000},
    second,
    5 * second,
    minute,
    -second,
    180 * minute,
    second,
};
inline constexpr duration waits[] = {
    duration{0}, duration{1'200}, duration{10'000}, second, 5 * second, minute, -second};
inline constexpr outcome_kind outcomes[] = {
    outcome_kind::succeeded,
    outcome_kind::succeeded,
    outcome_kind::succeeded,
    outcome_kind::failed,
    outcome_kind::retry,
    outcome_kind::retry,
    outcome_kind::snoozed,
    outcome_kind::released,
    outcome_kind::deleted,
    outcome_kind::parked,
    outcome_kind::failed,
    outcome_kind::released,
    outcome_kind::suspended,
};

} // namespace cofire::differential::values

#endif
