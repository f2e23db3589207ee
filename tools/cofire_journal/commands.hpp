// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOURNAL_COMMANDS_HPP
#define COFIRE_JOURNAL_COMMANDS_HPP

#include "command_line.hpp"
#include "output.hpp"

namespace cofire_journal {

/// What the program ends with. docs/journal_tool.md and --help have the same.
enum exit_code : int {
    exit_done = 0,
    exit_damaged = 1, ///< or something that was asked for is not there
    exit_usage = 2,
    exit_unreadable = 3,
};

// Each prints to `out`, and warnings to stderr. Throws cofire::error, cannot_use or output_closed.
int verify(command_line const& line, output& out);
int stat(command_line const& line, output& out);
int dump(command_line const& line, output& out);
int salvage(command_line const& line, output& out);
int compact(command_line const& line, output& out);

} // namespace cofire_journal

#endif
