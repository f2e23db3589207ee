// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "store_files.hpp"

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/segment.hpp>

#include <algorithm>
#include <string>

namespace cofire_journal {

namespace journal = cofire::detail;

std::unique_ptr<store_files> open_store(std::string const& directory, use how, progress& bar) {
    // What is only read may be anywhere.
    journal::posix_files_options const options{.create = false, .allow_network = how == use::read};
    try {
        auto files = std::make_unique<store_files>(directory, options, bar);
        auto const names = files->list();
        bool const is_store = std::ranges::any_of(names, [](std::string const& name) {
            return name == journal::format_name || journal::segment_number(name) ||
                   journal::snapshot_seq(name);
        });
        if (!is_store) {
            throw cannot_use(cofire::quoted(directory) + " holds no journal");
        }
        store_bytes const bytes = bytes_of(*files);
        // A snapshot is checked first, then read.
        bar.begin("reading", bytes.segments + 2 * bytes.snapshots);
        return files;
    } catch (journal::io_error const& e) {
        throw e.as_error();
    }
}

store_bytes bytes_of(journal::posix_files& files) {
    store_bytes bytes;
    try {
        for (std::string const& name : files.list()) {
            std::uint64_t size = 0;
            try {
                auto file = files.open(name, journal::file_access::read);
                size = files.size(file);
            } catch (journal::io_error const& e) {
                if (!e.is_missing()) {
                    throw;
                }
                continue;
            }
            if (journal::segment_number(name)) {
                bytes.segments += size;
                ++bytes.segment_files;
            } else if (journal::snapshot_seq(name)) {
                bytes.snapshots += size;
                ++bytes.snapshot_files;
            } else {
                bytes.other += size;
            }
        }
    } catch (journal::io_error const& e) {
        throw e.as_error();
    }
    return bytes;
}

} // namespace cofire_journal
