// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DIFFERENTIAL_SCRIPT_HPP
#define COFIRE_TESTS_DIFFERENTIAL_SCRIPT_HPP

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace cofire::differential {

/// What a command does.
enum class command_kind : std::uint8_t {
    step, ///< time passes
    insert,
    acquire,
    settle,
    tick,
    change_ids,
    change_filter,
    recurring_put,
    recurring_change, ///< pause, resume, remove
    recurring_fire,
    queue, ///< pause, resume, limit
    announce,
    retire,
    die,
    recover,
    order,
    get,
    find,
    groups,
    look, ///< the lists, counts, names, series
};
inline constexpr std::size_t command_kinds = 20;

/// One command of a script as bytes, whose meaning lockstep knows. Zero is always the simplest choice.
struct command {
    command_kind kind = command_kind::step;
    std::array<std::uint8_t, 8> head{};
    std::vector<std::array<std::uint8_t, 16>> items{};
};

using script = std::vector<command>;

/// A script of `length` commands, always the same for the same seed.
script random_script(std::uint64_t seed, std::size_t length);

/// A script read from any bytes, of at most `most` commands.
script script_of(std::span<std::uint8_t const> bytes, std::size_t most);

/// The shortest script found that still `fails`: without commands, then without items, then with zeros
/// for bytes.
script shrink(script const& from, std::function<bool(script const&)> const& fails);

} // namespace cofire::differential

#endif
