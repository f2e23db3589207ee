// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_VIEW_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_VIEW_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/journal_recovery.hpp>
#include <cofire/storage/journal/logged_table.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace cofire::detail {

/// Makes a table of what a journal_recovery hands out.
///
/// Distinct objects: safe. Shared objects: unsafe.
class table_loader {
public:
    /// Records after `last_seq` are left out.
    explicit table_loader(std::uint64_t last_seq = ~std::uint64_t{0})
        : table_(std::make_unique<logged_table>()), last_seq_(last_seq) {}

    /// A block of the snapshot. Throws errc::corrupt for one that the table refuses; it is of no use then.
    void block(std::span<std::byte const> bytes) {
        in_snapshot_ = true;
        table_->load_snapshot_block(bytes);
    }
    /// A record after it. Throws likewise.
    void record(record_view const& r) {
        end_snapshot();
        if (r.seq <= last_seq_) {
            table_refused_ = true;
            table_->replay(r.type, r.flags, r.body);
            table_refused_ = false;
        }
    }
    /// Everything was handed out: the table, just as it is stored. Throws likewise.
    std::unique_ptr<logged_table> finish() {
        end_snapshot();
        table_->stay_as_stored();
        return std::move(table_);
    }

    /// True while the snapshot is read, and for good if it was refused.
    [[nodiscard]] bool in_snapshot() const { return in_snapshot_; }
    /// True if a record was refused, though its frame was good.
    [[nodiscard]] bool refused_record() const { return table_refused_; }

private:
    void end_snapshot() {
        if (in_snapshot_) {
            table_->finish_load();
            in_snapshot_ = false;
        }
    }

    std::unique_ptr<logged_table> table_;
    std::uint64_t last_seq_;
    bool in_snapshot_ = false;
    bool table_refused_ = false;
};

/// Calls `read` again as long as its errors may come from an owner that writes meanwhile: one that has
/// removed a file, or whose latest frames were seen before the ones in front of them. What is wrong with
/// the files themselves is found twice at the same place, and thrown. Throws errc::storage_failed if
/// each of many tries found something else.
template <class Read>
auto until_settled(Read read) {
    std::string before;
    for (int left = 20;; --left) {
        try {
            return read();
        } catch (error const& e) {
            bool const may_pass = e.value() == errc::corrupt || e.value() == errc::storage_failed;
            if (!may_pass || before == e.what()) {
                throw;
            }
            before = e.what();
            if (left == 0) {
                throw error(
                    errc::storage_failed,
                    "its files change faster than they can be read; the last try ended with: " +
                        before
                );
            }
        }
    }
}

/// What a store holds.
struct journal_view {
    journal_findings findings;
    /// The jobs and all else, as stored: runs under way are still under way. Only for looking.
    std::unique_ptr<logged_table> table;
};

/// Reads a store into memory, without its lock, and changes nothing; its owner may go on meanwhile. The
/// view is of one moment. Throws as read_journal; what the owner does is no reason for an error.
template <file_system F>
journal_view view_journal(F& files) {
    return until_settled([&files] {
        table_loader loader;
        journal_view view;
        view.findings = read_journal(
            files,
            [&](std::span<std::byte const> bytes) { loader.block(bytes); },
            [&](record_view const& r) { loader.record(r); }
        );
        view.table = loader.finish();
        return view;
    });
}

} // namespace cofire::detail

#endif
