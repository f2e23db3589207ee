// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "commands.hpp"
#include "store_files.hpp"

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/journal_salvage.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>

namespace cofire_journal {
namespace {

namespace journal = cofire::detail;

/// Nothing is ever written over.
void require_empty(std::string const& directory) {
    std::error_code failed;
    bool const is_there = std::filesystem::exists(directory, failed);
    if (!failed && is_there && !std::filesystem::is_empty(directory, failed) && !failed) {
        throw cannot_use(cofire::quoted(directory) + " is not empty; nothing was changed");
    }
    if (failed) {
        throw cannot_use(cofire::quoted(directory) + ": " + failed.message());
    }
}

std::string text_of(journal::left_out_part const& part) {
    std::string text = "left out: " + part.file;
    if (part.from != part.to) {
        text += ", bytes " + std::to_string(part.from) + " to " + std::to_string(part.to);
    }
    text += part.records ? ", " + std::to_string(*part.records) + " records"
                         : std::string(", an unknown number of records");
    return text + " (" + part.why + ')';
}

void print(journal::salvage_report const& report, bool quiet, output& out) {
    for (std::string const& note : report.notes) {
        out.line("damaged: " + note);
    }
    for (journal::left_out_part const& part : report.left_out) {
        out.line(text_of(part));
    }
    if (quiet) {
        return;
    }
    if (report.torn) {
        out.line(
            "torn tail: " + report.torn->file + ", byte " + std::to_string(report.torn->offset) +
            ": " + std::to_string(report.torn->size) +
            " bytes of a write that a crash interrupted, which nobody was told of"
        );
    }
    out.line(
        "salvaged: " + std::to_string(report.jobs) + " jobs, as they were after record " +
        std::to_string(report.last_seq)
    );
    out.line(
        report.is_incomplete ? "what came after that record is lost"
                             : "nothing that was answered for is missing"
    );
}

} // namespace

int salvage(command_line const& line, output& out) {
    std::string const& source = line.directories[0];
    std::string const& target = line.directories[1];
    progress bar(line.quiet);
    auto const from = open_store(source, use::read, bar);
    if (std::string const owner = from->owner(); !owner.empty()) {
        throw cofire::error(
            cofire::errc::in_use,
            cofire::quoted(source) + " is open in " + cofire::quoted(owner, 300)
        );
    }
    require_empty(target);
    journal::journal_salvage<store_files> work(*from);
    journal::salvage_report const& report = work.read();
    bar.clear();
    bar.begin("writing", bytes_of(*from).snapshots);
    try {
        store_files to(target, journal::posix_files_options{}, bar);
        work.write(to, cofire::to_time_point(std::chrono::system_clock::now()));
    } catch (cofire::error const&) {
        bar.clear();
        complain(cofire::quoted(target) + " is not complete: remove it");
        throw;
    }
    bar.clear();
    print(report, line.quiet, out);
    return report.is_incomplete ? exit_damaged : exit_done;
}

} // namespace cofire_journal
