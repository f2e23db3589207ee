// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOURNAL_COMMAND_LINE_HPP
#define COFIRE_JOURNAL_COMMAND_LINE_HPP

#include <cofire/core/job_id.hpp>
#include <cofire/core/job_state.hpp>

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cofire_journal {

/// The program was called in a way that it does not know.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the program is asked for.
struct command_line {
    std::string command; ///< "verify", "stat", ..., or "--help" or "--version"
    std::vector<std::string> directories;
    bool quiet = false;
    bool json = false;                     ///< stat
    std::vector<cofire::job_state> states; ///< dump
    std::vector<std::string> queues;       ///< dump
    std::vector<cofire::job_id> ids;       ///< dump
};

/// Takes the arguments behind the program's name apart. Throws usage_error.
[[nodiscard]] command_line parse_command_line(std::span<char const* const> arguments);

/// What --help prints.
[[nodiscard]] std::string_view help_text();

} // namespace cofire_journal

#endif
