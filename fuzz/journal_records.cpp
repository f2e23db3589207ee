// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any bytes as a snapshot of the table and the records after it: what does not fit is corrupt, and
// nothing else happens. What does fit makes a table that can begin to serve.
// Input: 2 bytes, how long the snapshot is (0: none); the snapshot; records.

#include "fuzz.hpp"

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/logged_table.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace {

using cofire::detail::record_head_size;

void replay_all(cofire::detail::logged_table& table, std::span<std::byte const> bytes) {
    while (bytes.size() >= record_head_size) {
        auto const number = [&](std::size_t from, std::size_t size) {
            std::uint32_t n = 0;
            while (size-- != 0) {
                n = n << 8U | std::to_integer<std::uint32_t>(bytes[from + size]);
            }
            return n;
        };
        auto const length = number(0, 4);
        auto const type = static_cast<std::uint16_t>(number(4, 2));
        auto const flags = static_cast<std::uint16_t>(number(6, 2));
        bytes = bytes.subspan(record_head_size);
        auto const body = bytes.first(std::min<std::size_t>(length, bytes.size()));
        table.replay(type, flags, body);
        bytes = bytes.subspan(body.size());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    std::size_t const wanted = in.number(2);
    auto const rest = std::as_bytes(std::span(in.rest().data(), in.rest().size()));
    auto const snapshot = rest.first(std::min(wanted, rest.size()));
    cofire::detail::logged_table table;
    try {
        if (!snapshot.empty()) {
            table.load_snapshot_block(snapshot);
            table.finish_load();
        }
        replay_all(table, rest.subspan(snapshot.size()));
    } catch (cofire::error const& e) {
        fuzz::require(e.value() == cofire::errc::corrupt, "what does not fit is corrupt", e.what());
        return 0;
    }
    cofire::detail::record_buffer bytes;
    table.take_records(bytes);
    fuzz::require(bytes.empty(), "what is read is not written again");
    return 0;
}
