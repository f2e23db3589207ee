// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_COMPACT_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_COMPACT_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/journal_log.hpp>
#include <cofire/storage/journal/journal_view.hpp>
#include <cofire/storage/journal/logged_table.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace cofire::detail {

/// Writes the table as the only snapshot of `log`, and removes all that the snapshot covers: what is left
/// is the snapshot and a segment that goes on from it. Nothing happens if the log has no record yet.
/// Precondition: table.stay_as_stored(), and the log's records, and only they, made the table. Throws
/// errc::no_space or storage_failed; all that was there before is good then.
template <file_system F>
void write_only_snapshot(journal_log<F>& log, logged_table& table) {
    constexpr std::size_t jobs_of_slice = 1000;
    if (auto writer = log.begin_snapshot()) {
        table.begin_snapshot();
        record_buffer block;
        for (bool is_last = false; !is_last;) {
            is_last = table.snapshot_slice(jobs_of_slice, block);
            if (!block.empty()) {
                writer->append(block);
            }
        }
        writer->commit();
    }
    log.keep_only_newest();
}

/// The size of the newest segment: what the next one should have, since the owner chose it. The usual
/// size if there is none that is good.
template <file_system F>
std::uint64_t segment_size_of(F& files) {
    std::uint64_t const usual = journal_log_options{}.segment_size;
    return with_users_errors([&] {
        std::uint64_t newest = 0;
        for (std::string const& name : files.list()) {
            newest = std::max(newest, segment_number(name).value_or(0));
        }
        if (newest == 0) {
            return usual;
        }
        auto file = files.open(segment_name(newest), file_access::read);
        std::uint64_t const size = files.size(file);
        bool const good = size >= 2 * segment_header_size && size <= most_segment_size;
        return good && size % 4096 == 0 ? size : usual;
    });
}

/// Takes a store's lock, opens it, writes a snapshot of it as it stands, and removes everything else.
/// Returns what opening found. Precondition: there is a store. Throws as journal_log's constructor and
/// write_only_snapshot.
template <file_system F>
journal_findings compact_journal(F& files) {
    table_loader loader;
    journal_log<F> log(
        files,
        journal_log_options{.segment_size = segment_size_of(files)},
        [&](std::span<std::byte const> bytes) { loader.block(bytes); },
        [&](record_view const& r) { loader.record(r); }
    );
    auto const table = loader.finish();
    write_only_snapshot(log, *table);
    log.close();
    return log.findings();
}

} // namespace cofire::detail

#endif
