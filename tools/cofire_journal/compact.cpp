// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "commands.hpp"
#include "store_files.hpp"

#include <cofire/storage/journal/journal_compact.hpp>

#include <string>

namespace cofire_journal {

int compact(command_line const& line, output& out) {
    progress bar(line.quiet);
    auto const files = open_store(line.directories.front(), use::own, bar);
    store_bytes const before = bytes_of(*files);
    (void)cofire::detail::compact_journal(*files);
    bar.clear();
    store_bytes const after = bytes_of(*files);
    if (!line.quiet) {
        auto const text = [](store_bytes const& bytes) {
            return std::to_string(bytes.all()) + " bytes, " + std::to_string(bytes.segment_files) +
                   " segments, " + std::to_string(bytes.snapshot_files) + " snapshots";
        };
        out.line("before  " + text(before));
        out.line("after   " + text(after));
    }
    return exit_done;
}

} // namespace cofire_journal
