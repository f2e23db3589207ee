// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "command_line.hpp"
#include "commands.hpp"
#include "output.hpp"
#include "store_files.hpp"

#include <cofire/core/error.hpp>
#include <cofire/core/version.hpp>

#include <csignal>
#include <cstddef>
#include <exception>
#include <span>
#include <string>

namespace cofire_journal {
namespace {

int run(command_line const& line, output& out) {
    if (line.command == "--help") {
        out.line(help_text().substr(0, help_text().size() - 1));
        return exit_done;
    }
    if (line.command == "--version") {
        out.line("cofire-journal " COFIRE_VERSION_STRING);
        return exit_done;
    }
    if (line.command == "verify") {
        return verify(line, out);
    }
    if (line.command == "stat") {
        return stat(line, out);
    }
    if (line.command == "dump") {
        return dump(line, out);
    }
    return line.command == "salvage" ? salvage(line, out) : compact(line, out);
}

/// What an error means for who called the program.
int code_of(cofire::error const& e) {
    return e.value() == cofire::errc::corrupt ? exit_damaged : exit_unreadable;
}

int guarded(std::span<char const* const> arguments) {
    command_line line;
    try {
        output out;
        line = parse_command_line(arguments);
        int const code = run(line, out);
        out.flush();
        return code;
    } catch (output_closed const&) {
        return exit_done; // whoever read it has seen enough
    } catch (usage_error const& e) {
        complain(std::string(e.what()) + "; see cofire-journal --help");
        return exit_usage;
    } catch (cofire::error const& e) {
        complain(e.what());
        if (e.value() == cofire::errc::corrupt && line.command != "salvage") {
            complain("\"cofire-journal salvage\" makes a new store of what is whole");
        }
        return code_of(e);
    } catch (std::exception const& e) {
        complain(e.what());
        return exit_unreadable;
    }
}

} // namespace
} // namespace cofire_journal

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // writing tells
    std::span<char const* const> const words(argv, static_cast<std::size_t>(argc));
    return cofire_journal::guarded(words.subspan(words.empty() ? 0 : 1));
}
