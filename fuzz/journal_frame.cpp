// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any bytes as the files of a journal: they are refused by name, or what is read is a log with no gap.
// And a good segment with a few bytes changed: what is read is a beginning of what was written.
// Input: 1 byte of what to do; then the bytes, or pairs of where (2 bytes) and what (1 byte).

#include "fuzz.hpp"
#include "journal/support.hpp"

#include <cofire/storage/journal/segment_scan.hpp>

#include <algorithm>
#include <span>
#include <string>

namespace {

using namespace journal_tests;
namespace detail = cofire::detail;

bytes as_bytes(std::string_view text) {
    auto const all = std::as_bytes(std::span(text.data(), text.size()));
    return {all.begin(), all.end()};
}

/// Puts the CRC of a header, 4 bytes at its end, right, so that what it says is believed.
void make_header_good(bytes& file, std::size_t size) {
    if (file.size() >= size) {
        std::span<std::byte> const all(file);
        detail::store_little(all, size - 4, detail::crc32c(all.first(size - 4)));
    }
}

void check(cofire::error const& e) {
    using cofire::errc;
    fuzz::require(
        e.value() == errc::corrupt || e.value() == errc::newer_format, "refused by name", e.what()
    );
}

/// A store of one snapshot and the segments around it, as it is on a disk.
simulated_disk const& good_store() {
    static simulated_disk const disk = [] {
        simulated_disk made;
        opened store(made);
        store.open();
        store.append(3);
        (void)store.snapshot();
        store.append(2);
        store.append(4, false);
        store.append(1);
        store.log->close();
        return made.after_exit();
    }();
    return disk;
}

void open(simulated_disk& disk, char const* what, std::uint64_t most) {
    try {
        opened store(disk);
        store.open();
        fuzz::require(store.seen.fault.empty() && store.seen.last <= most, what, store.seen.fault);
        store.append(1);
    } catch (cofire::error const& e) {
        check(e);
    }
}

void replace(std::string const& name, bytes file) {
    auto disk = good_store();
    auto& node = disk.inodes[disk.names.at(name)];
    node.current = node.durable = std::move(file);
    open(disk, "nothing invented", 10);
}

/// Any bytes behind a good header, as one segment.
void scan(std::string_view rest) {
    bytes file = detail::encode(detail::segment_header{});
    auto const behind = as_bytes(rest);
    file.insert(file.end(), behind.begin(), behind.end());
    auto const header = *detail::decode_segment_header(file);
    detail::segment_scan reader("x", header, file, 0);
    detail::scanned_frame frame;
    std::uint64_t seq = header.first_seq;
    try {
        while (reader.next(frame)) {
            auto payload = frame.payload;
            for (std::uint32_t i = 0; i != frame.head.records; ++i) {
                (void)detail::take_record(payload, seq++);
            }
            fuzz::require(reader.next_seq() == seq, "no gap", rest);
            fuzz::require(reader.offset() <= file.size(), "within the file", rest);
        }
        auto const tail = reader.tail();
        fuzz::require(tail.end <= file.size(), "within the file", rest);
    } catch (cofire::error const& e) {
        check(e);
    }
}

void change(fuzz::input in, std::string const& name) {
    auto disk = good_store();
    auto& node = disk.inodes[disk.names.at(name)];
    bool const is_header_good = in.byte() % 2 == 0;
    while (!in.rest().empty()) {
        auto const at = in.number(2) % node.durable.size();
        node.durable[at] = static_cast<std::byte>(in.byte());
    }
    if (is_header_good) {
        make_header_good(node.durable, std::min<std::size_t>(node.durable.size(), 4096));
    }
    node.current = node.durable;
    open(disk, "a beginning of what was written", 10);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    auto const what = in.byte();
    std::string const segment = detail::segment_name(2);
    std::string const snapshot = detail::snapshot_name(3);
    switch (what % 8) {
    case 0: replace(segment, as_bytes(in.rest())); break;
    case 1: replace(snapshot, as_bytes(in.rest())); break;
    case 2: replace("FORMAT", as_bytes(in.rest())); break;
    case 3: scan(in.rest()); break;
    case 4:
    case 5: change(in, segment); break;
    case 6: change(in, snapshot); break;
    default: change(in, "FORMAT"); break;
    }
    return 0;
}
