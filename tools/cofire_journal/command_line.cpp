// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "command_line.hpp"

#include <cofire/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace cofire_journal {
namespace {

struct known_command {
    std::string_view name;
    std::size_t directories;
};

constexpr std::array<known_command, 5> commands{{
    {"verify", 1},
    {"stat", 1},
    {"dump", 1},
    {"salvage", 2},
    {"compact", 1},
}};

/// The options of one call, as they are taken apart.
class parser {
public:
    explicit parser(std::span<char const* const> arguments) : rest_(arguments) {}

    command_line run() {
        while (!rest_.empty()) {
            std::string_view const word = take();
            if (!only_directories_ && word == "--") {
                only_directories_ = true;
            } else if (!only_directories_ && word.size() > 1 && word.starts_with('-')) {
                option(word);
            } else if (line_.command.empty()) {
                line_.command = word;
            } else {
                line_.directories.emplace_back(word);
            }
        }
        if (!asked_.empty()) { // help and version are given whatever else stands there
            line_.command = asked_;
            return line_;
        }
        check();
        return line_;
    }

private:
    std::string_view take() {
        std::string_view const word = rest_.front();
        rest_ = rest_.subspan(1);
        return word;
    }

    void option(std::string_view word) {
        std::string_view const name = word.substr(0, word.find('='));
        if (name == "--state" || name == "--queue" || name == "--id") {
            filters_ = true;
            add_filter(name, value_of(word));
        } else if (word == "--help" || word == "-h") {
            asked_ = "--help";
        } else if (word == "--version") {
            asked_ = word;
        } else if (word == "--quiet" || word == "-q") {
            line_.quiet = true;
        } else if (word == "--json") {
            line_.json = true;
        } else {
            throw usage_error("there is no option " + cofire::quoted(word));
        }
    }

    /// Behind its "=", or the next word.
    std::string_view value_of(std::string_view word) {
        auto const equals = word.find('=');
        if (equals != std::string_view::npos) {
            return word.substr(equals + 1);
        }
        if (rest_.empty()) {
            throw usage_error("a value is missing behind " + std::string(word));
        }
        return take();
    }

    void add_filter(std::string_view name, std::string_view value) {
        if (name == "--queue") {
            line_.queues.emplace_back(value);
        } else if (name == "--id") {
            auto const id = cofire::job_id::parse(value);
            if (!id) {
                throw usage_error(cofire::quoted(value) + " is no job id");
            }
            line_.ids.push_back(*id);
        } else {
            auto const state = cofire::parse_job_state(value);
            if (!state) {
                throw usage_error("no job has the state " + cofire::quoted(value));
            }
            line_.states.push_back(*state);
        }
    }

    void check() const {
        if (line_.command.empty()) {
            throw usage_error("a command is missing");
        }
        auto const* const known = std::ranges::find(commands, line_.command, &known_command::name);
        if (known == commands.end()) {
            throw usage_error("there is no command " + cofire::quoted(line_.command));
        }
        if (line_.directories.size() != known->directories) {
            throw usage_error(
                line_.command +
                (known->directories == 1 ? " takes one directory" : " takes two directories") +
                ", not " + std::to_string(line_.directories.size())
            );
        }
        if (line_.json && line_.command != "stat") {
            throw usage_error("--json belongs to stat");
        }
        if (filters_ && line_.command != "dump") {
            throw usage_error("--state, --queue and --id belong to dump");
        }
    }

    std::span<char const* const> rest_;
    command_line line_;
    std::string asked_;
    bool only_directories_ = false;
    bool filters_ = false;
};

} // namespace

command_line parse_command_line(std::span<char const* const> arguments) {
    return parser(arguments).run();
}

std::string_view help_text() {
    return R"(Looks after the directory of a cofire::journal_storage.

usage: cofire-journal <command> [options] DIR

  verify DIR        reads every segment and snapshot and says what is damaged
  stat DIR          counts jobs and bytes
      --json          as one JSON object
  dump DIR          prints the jobs as JSON, one a line
      --state STATE   only of this state; may be repeated
      --queue QUEUE   only of this queue; may be repeated
      --id ID         only this job; may be repeated
  salvage SRC DST   makes a new store in DST of all in SRC that can be proven whole;
                    DST must be empty or missing, SRC is not changed
  compact DIR       writes a snapshot and removes all that it covers

verify, stat and dump change nothing and may be used beside a running server.
compact needs the directory for itself, salvage one that nobody writes to.

options for all commands:
  -q, --quiet       no progress on stderr; verify, salvage and compact print only what is wrong
  -h, --help        this text
      --version     the version

exit codes:
  0   done; verify: all is whole
  1   the store is damaged; salvage: something was left out; dump: an id is unknown
  2   wrong use
  3   it cannot be read or written, is in use, is no store, or is of a newer version
)";
}

} // namespace cofire_journal
