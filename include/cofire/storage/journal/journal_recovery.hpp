// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_RECOVERY_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_RECOVERY_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/segment.hpp>
#include <cofire/storage/journal/segment_scan.hpp>
#include <cofire/storage/journal/snapshot_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire::detail {

/// The last write before a crash, which was not whole and never acknowledged.
struct torn_tail {
    std::string file;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string
        kept_as; ///< the file that its bytes were moved to; empty if opened for reading only
};

/// What was read of a segment.
struct segment_found {
    std::uint64_t number = 0;
    std::uint64_t size = 0; ///< of the file; 0 if it is missing, or its header is not good
    std::uint64_t frames = 0;
    std::uint64_t records = 0;
    std::uint64_t last_seq = 0; ///< the last record up to the last good frame
    std::uint64_t end = 0;      ///< behind the last good frame; 0 as with size
};

/// What was found in a directory.
struct journal_findings {
    bool is_new = false;            ///< there was no store; it was made
    bool was_closed = false;        ///< the last thing written was that the store was closed
    std::uint64_t snapshot_seq = 0; ///< the last record that came from a snapshot
    std::uint64_t last_seq = 0;
    std::uint64_t records = 0;   ///< read from the log
    std::uint64_t log_bytes = 0; ///< that the log's frames take, since the snapshot
    store_format format;
    std::optional<torn_tail> torn;
    std::vector<std::string> bad_snapshots; ///< that could not be used, with the reason
    std::vector<segment_found> segments;    ///< that were read, in order
};

/// How a store is read.
struct recovery_options {
    /// This process holds the directory's lock, so that what a dead process has written but not made
    /// durable is made so before it is read.
    bool owned = false;
    /// Taken for what stands in the file FORMAT, which is not read then.
    std::optional<store_format> format{};
    /// Snapshots up to these records are passed over, as if they were not there.
    std::vector<std::uint64_t> ignored_snapshots{};
    /// Segments after this one are not read.
    std::uint64_t last_segment = ~std::uint64_t{0};
};

/// Where the log goes on.
struct journal_head {
    segment_header header;
    std::uint64_t offset = 0;
    std::uint64_t next_seq = 1;
    std::uint32_t chain = 0;
    std::uint32_t start_chain = 0;            ///< at the beginning of the segment
    std::optional<segment_link> missing_link; ///< it is new, and its link was not written
};

/// Runs `fn`; an io_error of it becomes the error that users get.
template <class Function>
decltype(auto) with_users_errors(Function&& fn) {
    try {
        return fn();
    } catch (io_error const& e) {
        throw e.as_error();
    }
}

/// Reads a store, from the newest good snapshot to the last good frame, and changes nothing. What it
/// finds is either everything that was acknowledged, or it is refused: see docs/journal_format.md.
///
/// Distinct objects: safe. Shared objects: unsafe.
template <file_system F>
class journal_recovery {
public:
    journal_recovery(F& files, recovery_options options)
        : files_(&files), options_(std::move(options)) {}

    /// Calls on_snapshot(std::span<std::byte const>) for each block of the newest good snapshot, then
    /// on_record(record_view const&) for every record after it. Throws errc::corrupt, newer_format or
    /// storage_failed; what was handed out until then must not be used, but to salvage it: whole are
    /// the snapshot and the records up to findings.segments.back().last_seq.
    template <class OnSnapshot, class OnRecord>
    void run(OnSnapshot&& on_snapshot, OnRecord&& on_record);

    journal_findings findings;
    journal_head head;
    std::vector<std::uint64_t> segments;         ///< the numbers of all there are, ascending
    std::vector<snapshot_header> snapshots;      ///< all with a good header, ascending by seq
    std::vector<std::string> damaged_files;      ///< of bad snapshots
    std::optional<std::uint64_t> unused_segment; ///< made, but never linked to
    std::vector<std::byte> torn_bytes;

private:
    void list();
    void read_format();
    template <class OnSnapshot>
    void load_snapshot(OnSnapshot& on_snapshot);
    template <class OnRecord>
    void walk(OnRecord& on_record);
    template <class OnRecord>
    void read_frames(segment_scan& scan, segment_header const& header, OnRecord& on_record);
    void end_of_log(segment_scan const& scan, segment_header const& header);
    segment_header load(std::uint64_t number);
    void check_link(segment_scan const& scan, scanned_frame const& frame);
    [[nodiscard]] bool has_segment(std::uint64_t number);
    [[nodiscard]] bool is_unused(std::uint64_t number);

    F* files_;
    recovery_options options_;
    std::vector<std::byte> bytes_;      // of the segment being read
    std::vector<std::uint64_t> seqs_;   // of all snapshots by name, ascending
    std::uint64_t previous_length_ = 0; // of the segment before, if it was read
};

template <file_system F>
template <class OnSnapshot, class OnRecord>
void journal_recovery<F>::run(OnSnapshot&& on_snapshot, OnRecord&& on_record) {
    with_users_errors([&] {
        list();
        read_format();
        head.header.number = 1;
        load_snapshot(on_snapshot);
        walk(on_record);
        bool const is_all = options_.last_segment == recovery_options{}.last_segment;
        if (is_all && !seqs_.empty() && head.next_seq <= seqs_.back()) {
            throw_damaged(
                snapshot_name(seqs_.back()),
                0,
                "it cannot be used, and the log ends with record " +
                    std::to_string(head.next_seq - 1)
            );
        }
        findings.last_seq = head.next_seq - 1;
    });
}

template <file_system F>
void journal_recovery<F>::list() {
    for (std::string const& name : files_->list()) {
        if (auto const number = segment_number(name)) {
            segments.push_back(*number);
        } else if (auto const seq = snapshot_seq(name);
                   seq && std::ranges::find(options_.ignored_snapshots, *seq) ==
                              options_.ignored_snapshots.end()) {
            seqs_.push_back(*seq);
        }
    }
    std::ranges::sort(segments);
    std::ranges::sort(seqs_);
}

template <file_system F>
void journal_recovery<F>::read_format() {
    if (options_.format) {
        findings.format = *options_.format;
        return;
    }
    std::string const name(format_name);
    std::vector<std::byte> bytes(store_format_size + 1);
    try {
        auto file = files_->open(name, file_access::read);
        bytes.resize(files_->read(file, 0, bytes));
    } catch (io_error const& e) {
        if (!e.is_missing()) {
            throw;
        }
        throw_damaged(name, 0, "the file is missing");
    }
    auto const format = decode_store_format(bytes);
    if (!format || bytes.size() != store_format_size) {
        throw_damaged(name, 0, "the file is damaged");
    }
    require_readable(name, format->version);
    findings.format = *format;
}

template <file_system F>
template <class OnSnapshot>
void journal_recovery<F>::load_snapshot(OnSnapshot& on_snapshot) {
    bool is_found = false;
    for (std::size_t i = seqs_.size(); i-- != 0;) {
        std::string const name = snapshot_name(seqs_[i]);
        auto file = files_->open(name, file_access::read);
        snapshot_reader<F> reader(*files_, file, name, findings.format.uuid, seqs_[i]);
        // The older ones are looked at only to know which segments belong to them.
        std::string const fault = is_found ? reader.check_header() : reader.check();
        if (!fault.empty()) {
            findings.bad_snapshots.push_back(name + ": " + fault);
            damaged_files.push_back(name);
            continue;
        }
        snapshots.insert(snapshots.begin(), reader.header());
        if (!is_found) {
            is_found = true;
            reader.deliver(on_snapshot);
            findings.snapshot_seq = seqs_[i];
            head.header.number = reader.header().next_segment;
            head.next_seq = reader.header().seq + 1;
            head.chain = reader.header().chain;
        }
    }
}

template <file_system F>
template <class OnRecord>
void journal_recovery<F>::walk(OnRecord& on_record) {
    for (std::uint64_t number = head.header.number; number <= options_.last_segment; ++number) {
        findings.segments.push_back({.number = number, .last_seq = head.next_seq - 1});
        segment_header const header = load(number);
        findings.segments.back().size = header.size;
        findings.segments.back().end = segment_header_size;
        segment_scan scan(segment_name(number), header, bytes_, head.chain);
        head.start_chain = head.chain;
        head.header = header;
        read_frames(scan, header, on_record);
        head.offset = scan.offset();
        head.next_seq = scan.next_seq();
        head.chain = scan.chain();
        findings.log_bytes += scan.offset() - segment_header_size;
        if ((scan.last_flags() & frame_seal) == 0) {
            findings.was_closed = (scan.last_flags() & frame_end) != 0;
            if (number != 1 && scan.frames() == 0) {
                if (previous_length_ == 0) {
                    throw_damaged(
                        scan.name(),
                        scan.offset(),
                        "the link is damaged; the snapshot came after it"
                    );
                }
                head.missing_link = segment_link{
                    .previous = number - 1,
                    .last_seq = head.next_seq - 1,
                    .length = previous_length_,
                    .chain = head.chain,
                };
            }
            end_of_log(scan, header);
            return;
        }
        if (scan.tail().what != segment_tail::kind::zeros) {
            throw_damaged(scan.name(), scan.offset(), "bytes behind the end of a sealed segment");
        }
        previous_length_ = scan.offset();
    }
}

template <file_system F>
segment_header journal_recovery<F>::load(std::uint64_t number) {
    std::string const name = segment_name(number);
    if (!has_segment(number)) {
        throw_damaged(
            name,
            0,
            "the file is missing; record " + std::to_string(head.next_seq) + " should be in it"
        );
    }
    // Only the last two can have bytes that are not durable.
    bool const may_be_unsynced = options_.owned && number + 1 >= segments.back();
    auto file = files_->open(name, may_be_unsynced ? file_access::write : file_access::read);
    if (may_be_unsynced) {
        files_->sync(file);
        files_->forget(file);
    }
    std::uint64_t const size = files_->size(file);
    if (size < segment_header_size || size > most_segment_size) {
        throw_damaged(name, size, "the file has been cut or made longer");
    }
    bytes_.resize(size);
    bytes_.resize(files_->read(file, 0, bytes_));
    auto const header = decode_segment_header(bytes_);
    if (!header) {
        throw_damaged(name, 0, "the segment's header is damaged");
    }
    require_readable(name, header->version);
    if (header->uuid != findings.format.uuid || header->number != number) {
        throw_damaged(
            name, 0, "this is segment " + std::to_string(header->number) + ", or of another store"
        );
    }
    if (header->first_seq != head.next_seq) {
        throw_damaged(
            name,
            0,
            "the segment begins with record " + std::to_string(header->first_seq) +
                " where record " + std::to_string(head.next_seq) + " was expected"
        );
    }
    if (header->size != bytes_.size()) {
        throw_damaged(name, bytes_.size(), "the file has been cut or made longer");
    }
    return *header;
}

template <file_system F>
template <class OnRecord>
void journal_recovery<F>::read_frames(
    segment_scan& scan, segment_header const& header, OnRecord& on_record
) {
    scanned_frame frame;
    while (scan.next(frame)) {
        bool const is_first = scan.frames() == 1;
        bool const is_link = (frame.head.flags & frame_link) != 0;
        if (is_link != (is_first && header.number != 1)) {
            throw_damaged(scan.name(), frame.offset, "a link is missing, or is where none belongs");
        }
        if (is_link) {
            check_link(scan, frame);
        }
        std::uint64_t seq = frame.head.first_seq;
        auto payload = frame.payload;
        for (std::uint32_t i = 0; i != frame.head.records; ++i, ++seq) {
            auto const record = take_record(payload, seq);
            try {
                on_record(record);
            } catch (error const& e) {
                if (e.value() != errc::corrupt && e.value() != errc::newer_format) {
                    throw;
                }
                throw error(
                    e.value(),
                    scan.name() + ", byte " + std::to_string(frame.offset) + ", record " +
                        std::to_string(seq) + " of type " + std::to_string(record.type) + ": " +
                        e.what()
                );
            }
        }
        findings.records += frame.head.records;
        segment_found& found = findings.segments.back();
        found.frames = scan.frames();
        found.records += frame.head.records;
        found.last_seq = scan.next_seq() - 1;
        found.end = scan.offset();
    }
}

template <file_system F>
void journal_recovery<F>::check_link(segment_scan const& scan, scanned_frame const& frame) {
    auto const link = decode_segment_link(frame.payload);
    segment_link const expected{
        .previous = head.header.number - 1,
        .last_seq = head.next_seq - 1,
        .length = previous_length_ == 0 && link ? link->length : previous_length_,
        .chain = head.chain,
    };
    if (!link || *link != expected) {
        throw_damaged(scan.name(), frame.offset, "the link does not fit the segment before");
    }
}

template <file_system F>
void journal_recovery<F>::end_of_log(segment_scan const& scan, segment_header const& header) {
    auto const tail = scan.tail();
    auto const next = std::to_string(scan.next_seq());
    if (tail.what == segment_tail::kind::damaged) {
        throw_damaged(
            scan.name(),
            scan.offset(),
            "records from " + next + " on are damaged; byte " + std::to_string(tail.later) +
                ", record " + std::to_string(tail.later_seq) + ", proves that they were durable"
        );
    }
    std::uint64_t const successor = header.number + 1;
    if (segments.back() > successor || (has_segment(successor) && !is_unused(successor))) {
        throw_damaged(
            scan.name(),
            scan.offset(),
            "records from " + next + " on are damaged; later segments prove that they were durable"
        );
    }
    if (has_segment(successor)) {
        unused_segment = successor;
    }
    if (tail.what == segment_tail::kind::torn) {
        findings.was_closed = false;
        findings.torn = torn_tail{
            .file = scan.name(),
            .offset = scan.offset(),
            .size = tail.end - scan.offset(),
            .kept_as = {},
        };
        torn_bytes.assign(
            bytes_.begin() + static_cast<std::ptrdiff_t>(scan.offset()),
            bytes_.begin() + static_cast<std::ptrdiff_t>(tail.end)
        );
    }
}

template <file_system F>
bool journal_recovery<F>::has_segment(std::uint64_t number) {
    if (std::ranges::binary_search(segments, number)) {
        return true;
    }
    if (options_.owned) {
        return false;
    }
    // The owner may have gone on to it since.
    auto const names = files_->list();
    if (std::ranges::find(names, segment_name(number)) == names.end()) {
        return false;
    }
    segments.push_back(number);
    std::ranges::sort(segments);
    return true;
}

template <file_system F>
bool journal_recovery<F>::is_unused(std::uint64_t number) {
    auto file = files_->open(segment_name(number), file_access::read);
    std::vector<std::byte> chunk(std::size_t{64} << 10);
    for (std::uint64_t at = segment_header_size;; at += chunk.size()) {
        std::size_t const size = files_->read(file, at, chunk);
        auto const end = chunk.begin() + static_cast<std::ptrdiff_t>(size);
        if (std::any_of(chunk.begin(), end, [](std::byte b) { return b != std::byte{}; })) {
            return false;
        }
        if (size != chunk.size()) {
            return true;
        }
    }
}

/// Reads a store that another process may be using, without its lock, and changes nothing: for tools.
/// A torn tail may then be a frame that is being written. Throws errc::corrupt, newer_format, or
/// storage_failed (also if the owner removed a file that was to be read: try again then).
template <file_system F, class OnSnapshot, class OnRecord>
journal_findings read_journal(F& files, OnSnapshot&& on_snapshot, OnRecord&& on_record) {
    journal_recovery<F> recovery(files, recovery_options{});
    recovery.run(on_snapshot, on_record);
    return std::move(recovery.findings);
}

} // namespace cofire::detail

#endif
