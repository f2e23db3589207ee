// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "commands.hpp"
#include "store_files.hpp"

#include <cofire/storage/journal/journal_check.hpp>

#include <string>

namespace cofire_journal {
namespace {

namespace journal = cofire::detail;

std::string times(std::uint64_t count, std::string_view one) {
    return std::to_string(count) + ' ' + std::string(one) + (count == 1 ? "" : "s");
}

void print_findings(journal::journal_check const& check, bool is_served, output& out) {
    std::uint64_t frames = 0;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::uint64_t segments = 0;
    for (auto const* const part : {&check.older_segments, &check.findings.segments}) {
        for (journal::segment_found const& s : *part) {
            ++segments;
            frames += s.frames;
            records += s.records;
            bytes += s.end;
        }
    }
    std::uint64_t snapshot_bytes = 0;
    for (journal::snapshot_found const& s : check.snapshots) {
        snapshot_bytes += s.bytes;
    }
    out.line(
        "segments       " + std::to_string(segments) + ", with " + times(frames, "frame") + ", " +
        times(records, "record") + ", " + times(bytes, "byte")
    );
    out.line(
        "snapshots      " + std::to_string(check.snapshots.size()) + ", " +
        times(snapshot_bytes, "byte")
    );
    std::uint64_t last = check.findings.snapshot_seq;
    if (!check.findings.segments.empty()) {
        last = check.findings.segments.back().last_seq;
    }
    out.line("last record    " + std::to_string(last));
    if (check.opens) {
        out.line("jobs           " + std::to_string(check.jobs));
    }
    if (auto const& torn = check.findings.torn) {
        out.line(
            "torn tail      " + torn->file + ", byte " + std::to_string(torn->offset) + ": " +
            times(torn->size, "byte") +
            (is_served ? " that the server is writing"
                       : " of a write that a crash interrupted, which nobody was told of")
        );
    }
    if (!check.starts_problem.empty() && !is_served) {
        out.line(
            "runs           " + check.starts_problem +
            ": some that the last process left unfinished may not be counted as lost"
        );
    }
    if (check.opens) {
        out.line(
            std::string("closed         ") + (is_served ? "no, a server uses it"
                                              : check.findings.was_closed
                                                  ? "yes"
                                                  : "no, the last process was killed")
        );
    }
}

} // namespace

int verify(command_line const& line, output& out) {
    progress bar(line.quiet);
    auto const files = open_store(line.directories.front(), use::read, bar);
    bool const is_served = !files->owner().empty();
    journal::journal_check const check = journal::check_journal(*files);
    bar.clear();
    if (!line.quiet) {
        print_findings(check, is_served, out);
    }
    if (check.faults.empty()) {
        if (!line.quiet) {
            out.line("whole: nothing that was answered for is missing");
        }
        return exit_done;
    }
    for (std::string const& fault : check.faults) {
        out.line("damaged: " + fault);
    }
    out.line(
        check.opens ? "It can be opened all the same: the damage is where nothing is needed now. "
                      "Make a copy, then "
                      "run \"cofire-journal compact\"."
                    : "It cannot be opened: something that was answered for is missing. Restore a "
                      "back-up, or make "
                      "a new store of what is whole with \"cofire-journal salvage\"."
    );
    return exit_damaged;
}

} // namespace cofire_journal
