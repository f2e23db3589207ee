// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_CHECK_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_CHECK_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/inflight_file.hpp>
#include <cofire/storage/journal/journal_recovery.hpp>
#include <cofire/storage/journal/journal_view.hpp>
#include <cofire/storage/journal/snapshot_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cofire::detail {

/// A snapshot that was checked.
struct snapshot_found {
    std::uint64_t seq = 0; ///< the last record that it holds
    std::uint64_t bytes = 0;
    std::string fault; ///< what is wrong with it; empty: nothing
};

/// What check_journal found.
struct journal_check {
    /// Of the part that opening the store reads, as far as it could be read.
    journal_findings findings;
    /// Segments that are kept only in case that the newest snapshot is damaged.
    std::vector<segment_found> older_segments;
    /// All of them, ascending.
    std::vector<snapshot_found> snapshots;
    /// All states; 0 if the store cannot be opened.
    std::uint64_t jobs = 0;
    /// True if opening the store would succeed.
    bool opens = false;
    /// Why opening may not count all runs that the end of the last process interrupted. No damage: these
    /// notes are not synced. Empty: it counts all.
    std::string starts_problem;
    /// What is damaged: "<file>, byte <offset>: <what>". Empty: all is whole.
    std::vector<std::string> faults;
};

/// The work of check_journal, which sees that the owner's writing is not taken for damage.
///
/// Distinct objects: safe. Shared objects: unsafe.
template <file_system F>
class journal_checker {
public:
    explicit journal_checker(F& files) : files_(&files) {}

    /// Reads everything once.
    journal_check run() {
        for (std::string const& name : files_->list()) {
            if (auto const seq = snapshot_seq(name)) {
                seqs_.push_back(*seq);
            }
        }
        std::ranges::sort(seqs_);
        journal_recovery<F> recovery(*files_, recovery_options{});
        check_current(recovery);
        if (!recovery.findings.segments.empty()) {
            check_snapshots(recovery);
            check_older_segments(recovery);
            if (!found_.findings.was_closed) { // otherwise the log tells all
                check_starts();
            }
        }
        return std::move(found_);
    }

private:
    void add_fault(error const& e, char const* which = "") {
        if (e.value() != errc::corrupt) {
            throw e;
        }
        found_.faults.push_back(which + std::string(e.what()));
    }

    /// As opening does.
    void check_current(journal_recovery<F>& recovery) {
        try {
            table_loader loader;
            recovery.run(
                [&](std::span<std::byte const> bytes) { loader.block(bytes); },
                [&](record_view const& r) { loader.record(r); }
            );
            found_.jobs = loader.finish()->size();
            found_.opens = true;
        } catch (error const& e) {
            add_fault(e);
        }
        found_.findings = recovery.findings;
    }

    void check_starts() {
        with_users_errors([&] {
            if (!inflight_file<F>::exists(*files_)) {
                found_.starts_problem = std::string(inflight_name) + " is missing";
                return;
            }
            inflight_file<F> starts(*files_, file_access::read);
            (void)starts.read();
            found_.starts_problem = starts.problem();
        });
    }

    void check_snapshots(journal_recovery<F> const& recovery) {
        for (std::uint64_t const seq : seqs_) {
            std::string const name = snapshot_name(seq);
            with_users_errors([&] {
                auto file = files_->open(name, file_access::read);
                found_.snapshots.push_back({.seq = seq, .bytes = files_->size(file), .fault = {}});
                snapshot_found& s = found_.snapshots.back();
                if (seq == recovery.findings.snapshot_seq) {
                    return; // was read already
                }
                try {
                    snapshot_reader<F> reader(
                        *files_, file, name, recovery.findings.format.uuid, seq
                    );
                    s.fault = reader.check();
                    if (!s.fault.empty()) {
                        found_.faults.push_back(name + ": " + s.fault);
                    }
                } catch (error const& e) {
                    s.fault = e.what();
                    add_fault(e);
                }
            });
        }
    }

    /// Those in front of the newest snapshot, from as early on as something says how they begin.
    void check_older_segments(journal_recovery<F> const& recovery) {
        std::uint64_t const first_read = recovery.findings.segments.front().number;
        if (recovery.segments.empty() || recovery.segments.front() >= first_read) {
            return;
        }
        recovery_options options{.last_segment = first_read - 1};
        options.ignored_snapshots = seqs_;
        std::uint64_t const first = recovery.segments.front();
        if (first != 1) {
            auto const base = std::ranges::find_if(recovery.snapshots, [&](auto const& s) {
                return s.next_segment >= first && s.next_segment < first_read;
            });
            if (base == recovery.snapshots.end()) {
                return; // left over: nothing needs them
            }
            std::erase(options.ignored_snapshots, base->seq);
        }
        journal_recovery<F> older(*files_, std::move(options));
        try {
            older.run([](std::span<std::byte const>) {}, [](record_view const&) {});
        } catch (error const& e) {
            add_fault(e, "before the newest snapshot: ");
        }
        found_.older_segments = std::move(older.findings.segments);
    }

    F* files_;
    std::vector<std::uint64_t> seqs_; // of all snapshots
    journal_check found_;
};

/// Reads every segment and snapshot of a store, without its lock, and changes nothing; its owner may go
/// on meanwhile. Damage is an answer, not an error. Throws errc::newer_format, and errc::storage_failed
/// for what the operating system does not let it read.
template <file_system F>
journal_check check_journal(F& files) {
    journal_check found;
    try {
        until_settled([&] {
            found = journal_checker<F>(files).run();
            if (!found.faults.empty()) {
                std::string all;
                for (std::string const& fault : found.faults) {
                    all += fault + '\n';
                }
                throw error(errc::corrupt, all);
            }
        });
    } catch (error const& e) {
        if (e.value() != errc::corrupt) {
            throw;
        }
    }
    return found;
}

} // namespace cofire::detail

#endif
