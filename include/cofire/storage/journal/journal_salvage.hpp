// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_SALVAGE_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_SALVAGE_HPP

#include <cofire/core/error.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/frame.hpp>
#include <cofire/storage/journal/journal_compact.hpp>
#include <cofire/storage/journal/journal_recovery.hpp>
#include <cofire/storage/journal/journal_view.hpp>
#include <cofire/storage/journal/snapshot_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofire::detail {

/// A part of a store that could not be salvaged.
struct left_out_part {
    std::string file;
    std::uint64_t from = 0; ///< its bytes from here ...
    std::uint64_t to = 0;   ///< ... up to here; the same: the file is missing, or has none
    /// How many records stood in it, if something still tells; of the last part, at least so many.
    std::optional<std::uint64_t> records{};
    std::string why;
};

/// What journal_salvage found.
struct salvage_report {
    /// True if something was left out that had been answered for.
    bool is_incomplete = false;
    std::uint64_t snapshot_seq = 0; ///< the last record that came from a snapshot
    std::uint64_t last_seq = 0;     ///< the last record that was taken over
    std::uint64_t jobs = 0;         ///< all states
    std::vector<left_out_part> left_out;
    std::optional<torn_tail> torn; ///< a last write that was not whole, and never answered for
    /// What is damaged, but not needed.
    std::vector<std::string> notes;
};

/// Reads of a damaged store what can be proven whole: the newest snapshot that is, and the log after it up
/// to the first damage. What stands behind a damage is of no use, because each record tells only what it
/// changed. The store is not changed, and its lock not taken; nobody may write to it meanwhile.
///
/// Distinct objects: safe. Shared objects: unsafe.
template <file_system From>
class journal_salvage {
public:
    /// `from` must outlive this object.
    explicit journal_salvage(From& from) : from_(&from) {}

    /// Reads the store into memory. Throws errc::corrupt if nothing can be proven whole, newer_format, or
    /// storage_failed.
    salvage_report const& read();

    /// Makes a new store in `to`, which must be empty, that holds what was read: one snapshot, durable when
    /// this returns, and that says it was created `now`. If records were left out, its generation is so far
    /// above the last that no epoch is given twice. Throws errc::no_space or storage_failed; `to` is of no
    /// use then. Precondition: read().
    template <file_system To>
    void write(To& to, time_point now);

private:
    void find_format();
    void check_snapshots();
    bool try_read();
    void describe_loss(std::string const& why);
    std::optional<segment_header> header_of(std::uint64_t number);
    std::uint64_t last_record_in(std::uint64_t number, segment_header const& header);
    template <file_system To>
    void copy_runs_under_way(To& to);

    From* from_;
    salvage_report report_;
    std::unique_ptr<logged_table> table_;
    store_format format_;
    std::vector<std::uint64_t> seqs_;     // of all snapshots, ascending
    std::vector<std::uint64_t> segments_; // ascending
    std::vector<std::uint64_t> bad_;      // snapshots
    std::uint64_t limit_ = ~std::uint64_t{0};
    std::string first_fault_;
    std::optional<segment_found> stopped_in_; // the segment in which the first fault is
};

template <file_system From>
salvage_report const& journal_salvage<From>::read() {
    with_users_errors([this] {
        for (std::string const& name : from_->list()) {
            if (auto const number = segment_number(name)) {
                segments_.push_back(*number);
            } else if (auto const seq = snapshot_seq(name)) {
                seqs_.push_back(*seq);
            }
        }
        std::ranges::sort(segments_);
        std::ranges::sort(seqs_);
        find_format();
        check_snapshots();
        while (!try_read()) {
        }
        if (!first_fault_.empty()) {
            describe_loss(first_fault_);
        }
        for (std::uint64_t const seq : bad_) {
            report_.is_incomplete = report_.is_incomplete || seq > report_.last_seq;
        }
    });
    return report_;
}

/// Without a good file FORMAT, what the other files say of their store serves as well.
template <file_system From>
void journal_salvage<From>::find_format() {
    std::string const name(format_name);
    try {
        std::vector<std::byte> bytes(store_format_size + 1);
        auto file = from_->open(name, file_access::read);
        bytes.resize(from_->read(file, 0, bytes));
        auto const found = decode_store_format(bytes);
        if (found && bytes.size() == store_format_size) {
            require_readable(name, found->version);
            format_ = *found;
            return;
        }
        report_.notes.push_back(name + " is damaged; the other files tell the same");
    } catch (io_error const& e) {
        if (!e.is_missing()) {
            throw;
        }
        report_.notes.push_back(name + " is missing; the other files tell the same");
    }
    for (std::size_t i = seqs_.size(); i-- != 0;) {
        auto file = from_->open(snapshot_name(seqs_[i]), file_access::read);
        std::vector<std::byte> bytes(snapshot_header_size);
        bytes.resize(from_->read(file, 0, bytes));
        if (auto const header = decode_snapshot_header(bytes)) {
            format_.uuid = header->uuid;
            return;
        }
    }
    for (std::uint64_t const number : segments_) {
        if (auto const header = header_of(number)) {
            format_.uuid = header->uuid;
            return;
        }
    }
    throw_damaged(name, 0, "no file is left that tells which store this is");
}

template <file_system From>
void journal_salvage<From>::check_snapshots() {
    for (std::uint64_t const seq : seqs_) {
        std::string const name = snapshot_name(seq);
        std::string fault;
        auto file = from_->open(name, file_access::read);
        try {
            snapshot_reader<From> reader(*from_, file, name, format_.uuid, seq);
            fault = reader.check();
        } catch (error const& e) {
            if (e.value() != errc::corrupt) {
                throw;
            }
            fault = e.what();
        }
        if (!fault.empty()) {
            bad_.push_back(seq);
            report_.notes.push_back(name + ": " + fault);
        }
    }
}

/// Reads as much as is good; false if a part that seemed good was not, and it must begin anew without it.
template <file_system From>
bool journal_salvage<From>::try_read() {
    table_loader loader(limit_);
    journal_recovery<From> recovery(
        *from_, recovery_options{.format = format_, .ignored_snapshots = bad_}
    );
    std::string fault;
    try {
        recovery.run(
            [&](std::span<std::byte const> bytes) { loader.block(bytes); },
            [&](record_view const& r) { loader.record(r); }
        );
    } catch (error const& e) {
        if (e.value() != errc::corrupt) {
            throw;
        }
        fault = e.what();
    }
    journal_findings const& found = recovery.findings;
    std::unique_ptr<logged_table> table;
    if (!loader.refused_record()) {
        try {
            table = loader.finish();
        } catch (error const& e) {
            fault = e.what();
        }
    }
    if (loader.in_snapshot()) { // its bytes are good, and what they say is not
        std::uint64_t newest = 0;
        for (std::uint64_t const seq : seqs_) {
            newest = std::ranges::find(bad_, seq) == bad_.end() ? seq : newest;
        }
        bad_.push_back(newest);
        report_.notes.push_back(snapshot_name(newest) + ": " + fault);
        return false;
    }
    std::uint64_t const last =
        found.segments.empty() ? found.snapshot_seq : found.segments.back().last_seq;
    if (!fault.empty() && first_fault_.empty()) {
        first_fault_ = fault;
        stopped_in_ = found.segments.empty() ? segment_found{.number = 1} : found.segments.back();
    }
    if (!table) { // a record was refused: once more, up to the frame before
        limit_ = last;
        return false;
    }
    report_.snapshot_seq = found.snapshot_seq;
    report_.last_seq = std::min(last, limit_);
    report_.jobs = table->size();
    if (first_fault_.empty()) {
        report_.torn = found.torn;
    }
    if (report_.last_seq == 0 && !first_fault_.empty()) {
        throw error(errc::corrupt, "nothing can be proven whole: " + first_fault_);
    }
    table_ = std::move(table);
    return true;
}

template <file_system From>
void journal_salvage<From>::describe_loss(std::string const& why) {
    report_.is_incomplete = true;
    segment_found const& at = *stopped_in_;
    std::string const name = segment_name(at.number);
    if (!std::ranges::binary_search(segments_, at.number)) {
        report_.left_out.push_back({.file = name, .from = 0, .to = 0, .records = {}, .why = why});
    }
    std::uint64_t first_lost = report_.last_seq + 1;
    for (std::uint64_t const number : segments_) {
        if (number < at.number) {
            continue;
        }
        auto const header = header_of(number);
        if (number != at.number && header) {
            // What is missing in front of it stood in the part before.
            if (!report_.left_out.empty() && header->first_seq > first_lost) {
                auto& records = report_.left_out.back().records;
                records = records.value_or(0) + header->first_seq - first_lost;
            }
            first_lost = header->first_seq;
        }
        auto file = from_->open(segment_name(number), file_access::read);
        left_out_part part{
            .file = segment_name(number),
            .from = 0,
            .to = from_->size(file),
            .records = {},
            .why = {}};
        part.from = std::min(number == at.number ? at.end : 0, part.to);
        part.why = number == at.number ? why : "it goes on from what is damaged";
        if (header) {
            std::uint64_t const last = last_record_in(number, *header);
            if (last >= first_lost) {
                part.records = last + 1 - first_lost;
                first_lost = last + 1;
            }
        }
        report_.left_out.push_back(std::move(part));
    }
}

/// Nothing if it is missing or damaged.
template <file_system From>
std::optional<segment_header> journal_salvage<From>::header_of(std::uint64_t number) {
    auto file = from_->open(segment_name(number), file_access::read);
    std::vector<std::byte> bytes(segment_header_size);
    bytes.resize(from_->read(file, 0, bytes));
    auto const header = decode_segment_header(bytes);
    if (header) {
        require_readable(segment_name(number), header->version);
    }
    return header;
}

/// The last record that a good frame anywhere in the segment names; 0 if none does.
template <file_system From>
std::uint64_t
journal_salvage<From>::last_record_in(std::uint64_t number, segment_header const& header) {
    auto file = from_->open(segment_name(number), file_access::read);
    std::vector<std::byte> bytes(std::min(from_->size(file), most_segment_size));
    bytes.resize(from_->read(file, 0, bytes));
    std::uint32_t const seed = frame_seed(header.salt, header.number);
    std::uint64_t last = 0;
    std::span<std::byte const> rest(bytes);
    rest = rest.subspan(std::min(rest.size(), segment_header_size));
    while (rest.size() >= frame_head_size) {
        if (auto const head = decode_frame_head(rest, seed)) {
            last = std::max(last, head->first_seq + head->records - 1);
        }
        rest = rest.subspan(frame_alignment);
    }
    return last;
}

template <file_system From>
template <file_system To>
void journal_salvage<From>::write(To& to, time_point now) {
    journal_log<To> log(
        to,
        journal_log_options{.segment_size = segment_size_of(*from_), .now = now},
        [](std::span<std::byte const>) {},
        [](record_view const&) {}
    );
    // A snapshot holds one record at least. The records left out may have raised the generation.
    constexpr std::uint64_t more_than_were_lost = std::uint64_t{1} << 20;
    table_->skip_generations(report_.is_incomplete ? more_than_were_lost : 1);
    record_buffer records;
    auto const count = static_cast<std::uint32_t>(table_->take_records(records));
    log.write_frame(records, count);
    write_only_snapshot(log, *table_);
    if (!report_.is_incomplete) {
        copy_runs_under_way(to);
    }
    log.close();
}

/// The runs that the next to open the store is to count as lost.
template <file_system From>
template <file_system To>
void journal_salvage<From>::copy_runs_under_way(To& to) {
    with_users_errors([&] {
        std::string const name(inflight_name);
        auto const names = from_->list();
        if (std::ranges::find(names, name) == names.end()) {
            return;
        }
        auto source = from_->open(name, file_access::read);
        std::vector<std::byte> bytes(from_->size(source));
        bytes.resize(from_->read(source, 0, bytes));
        auto target = to.create(name);
        to.write(target, 0, bytes);
        to.sync(target);
        to.sync_directory();
    });
}

} // namespace cofire::detail

#endif
