// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_SNAPSHOT_READER_HPP
#define COFIRE_STORAGE_JOURNAL_SNAPSHOT_READER_HPP

#include <cofire/storage/journal/crc32c.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/segment.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

/// Reads one snapshot file.
///
/// Distinct objects: safe. Shared objects: unsafe.
template <file_system F>
class snapshot_reader {
public:
    /// Of the store `uuid`; the file's name says that it goes up to record `seq`. `files` and `file`
    /// must outlive this object.
    snapshot_reader(
        F& files,
        typename F::file& file,
        std::string name,
        store_uuid const& uuid,
        std::uint64_t seq
    )
        : files_(&files), file_(&file), name_(std::move(name)), uuid_(uuid), seq_(seq) {}

    /// Empty if the header is good, otherwise what is wrong. Throws errc::newer_format for one that
    /// this program cannot read, and errc::corrupt for one of another store or place.
    [[nodiscard]] std::string check_header();
    /// Empty if the whole file is good, otherwise what is wrong. Throws as check_header.
    [[nodiscard]] std::string check();
    /// Calls on_block(std::span<std::byte const>) for each block. Precondition: check() found it good.
    /// Throws errc::corrupt if it no longer is.
    template <class OnBlock>
    void deliver(OnBlock&& on_block);
    /// Precondition: check() or check_header() found it good.
    [[nodiscard]] snapshot_header const& header() const { return header_; }

private:
    template <class OnBlock>
    std::string read_blocks(OnBlock&& on_block);

    F* files_;
    typename F::file* file_;
    std::string name_;
    store_uuid uuid_;
    std::uint64_t seq_;
    snapshot_header header_;
};

template <file_system F>
std::string snapshot_reader<F>::check_header() {
    std::vector<std::byte> bytes(snapshot_header_size);
    bytes.resize(files_->read(*file_, 0, bytes));
    auto const header = decode_snapshot_header(bytes);
    if (!header) {
        return "the header is damaged";
    }
    require_readable(name_, header->version);
    if (header->uuid != uuid_ || header->seq != seq_) {
        throw_damaged(
            name_,
            0,
            "this is the snapshot at record " + std::to_string(header->seq) +
                ", or of another store"
        );
    }
    header_ = *header;
    return {};
}

template <file_system F>
std::string snapshot_reader<F>::check() {
    std::string fault = check_header();
    if (fault.empty()) {
        fault = read_blocks([](std::span<std::byte const>) {});
    }
    return fault;
}

template <file_system F>
template <class OnBlock>
void snapshot_reader<F>::deliver(OnBlock&& on_block) {
    std::string const fault = read_blocks(on_block);
    if (!fault.empty()) {
        throw_damaged(name_, 0, fault);
    }
}

template <file_system F>
template <class OnBlock>
std::string snapshot_reader<F>::read_blocks(OnBlock&& on_block) {
    std::uint64_t const size = files_->size(*file_);
    if (size < snapshot_header_size + snapshot_footer_size) {
        return "it is too short";
    }
    std::uint64_t const end = size - snapshot_footer_size;
    std::vector<std::byte> bytes(snapshot_footer_size);
    bytes.resize(files_->read(*file_, end, bytes));
    auto const footer = decode_snapshot_footer(bytes);
    if (!footer || footer->seq != seq_) {
        return "its end is missing or damaged";
    }
    std::uint64_t at = snapshot_header_size;
    snapshot_footer found{.seq = seq_};
    for (; at != end; ++found.blocks) {
        bytes.resize(block_head_size);
        bytes.resize(files_->read(*file_, at, bytes));
        auto const head = decode_block_head(bytes);
        std::string const place = "the block at byte " + std::to_string(at);
        if (!head || head->index != found.blocks || head->size > most_block_size ||
            at + block_head_size + head->size > end) {
            return place + " is damaged";
        }
        bytes.resize(head->size);
        bytes.resize(files_->read(*file_, at + block_head_size, bytes));
        if (bytes.size() != head->size || crc32c(bytes) != head->crc) {
            return place + " is damaged";
        }
        found.bytes += head->size;
        found.chain = next_chain(found.chain, head->crc);
        at += block_head_size + head->size;
        on_block(std::span<std::byte const>(bytes));
    }
    if (found.blocks != footer->blocks || found.bytes != footer->bytes ||
        found.chain != footer->chain) {
        return "blocks are missing";
    }
    return {};
}

} // namespace cofire::detail

#endif
