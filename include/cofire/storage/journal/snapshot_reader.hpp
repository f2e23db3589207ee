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
    /// The same in pieces: looks at blocks of about `budget` bytes, or at the header. True: there is no
    /// more, and the file is good if `fault` is empty; otherwise that says what is wrong with it.
    [[nodiscard]] bool check_slice(std::size_t budget, std::string& fault);
    /// Calls on_block(std::span<std::byte const>) for each block. Precondition: check() found it good.
    /// Throws errc::corrupt if it no longer is.
    template <class OnBlock>
    void deliver(OnBlock&& on_block);
    /// Precondition: check() or check_header() found it good.
    [[nodiscard]] snapshot_header const& header() const { return header_; }

private:
    template <class OnBlock>
    std::string read_blocks(OnBlock&& on_block);
    [[nodiscard]] std::string begin_blocks();
    [[nodiscard]] std::string read_block(); // into bytes_
    [[nodiscard]] std::string end_blocks() const;

    F* files_;
    typename F::file* file_;
    std::string name_;
    store_uuid uuid_;
    std::uint64_t seq_;
    snapshot_header header_;
    // of the blocks being read:
    bool is_reading_ = false;
    std::uint64_t at_ = 0;
    std::uint64_t end_ = 0;
    snapshot_footer footer_; // as it stands in the file
    snapshot_footer found_;  // as it would have to be
    std::vector<std::byte> bytes_;
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
    std::string fault;
    while (!check_slice(most_block_size, fault)) {
    }
    return fault;
}

template <file_system F>
bool snapshot_reader<F>::check_slice(std::size_t budget, std::string& fault) {
    if (!is_reading_) {
        fault = check_header();
        if (fault.empty()) {
            fault = begin_blocks();
        }
        is_reading_ = fault.empty();
        return !is_reading_;
    }
    std::uint64_t const begin = at_;
    while (fault.empty() && at_ != end_ && at_ - begin < budget) {
        fault = read_block();
    }
    if (fault.empty() && at_ != end_) {
        return false;
    }
    if (fault.empty()) {
        fault = end_blocks();
    }
    is_reading_ = false;
    return true;
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
    std::string fault = begin_blocks();
    while (fault.empty() && at_ != end_) {
        fault = read_block();
        if (fault.empty()) {
            on_block(std::span<std::byte const>(bytes_));
        }
    }
    return fault.empty() ? end_blocks() : fault;
}

template <file_system F>
std::string snapshot_reader<F>::begin_blocks() {
    std::uint64_t const size = files_->size(*file_);
    if (size < snapshot_header_size + snapshot_footer_size) {
        return "it is too short";
    }
    at_ = snapshot_header_size;
    end_ = size - snapshot_footer_size;
    found_ = {.seq = seq_};
    bytes_.resize(snapshot_footer_size);
    bytes_.resize(files_->read(*file_, end_, bytes_));
    auto const footer = decode_snapshot_footer(bytes_);
    if (!footer || footer->seq != seq_) {
        return "its end is missing or damaged";
    }
    footer_ = *footer;
    return {};
}

template <file_system F>
std::string snapshot_reader<F>::read_block() {
    bytes_.resize(block_head_size);
    bytes_.resize(files_->read(*file_, at_, bytes_));
    auto const head = decode_block_head(bytes_);
    std::string const place = "the block at byte " + std::to_string(at_);
    if (!head || head->index != found_.blocks || head->size > most_block_size ||
        at_ + block_head_size + head->size > end_) {
        return place + " is damaged";
    }
    bytes_.resize(head->size);
    bytes_.resize(files_->read(*file_, at_ + block_head_size, bytes_));
    if (bytes_.size() != head->size || crc32c(bytes_) != head->crc) {
        return place + " is damaged";
    }
    ++found_.blocks;
    found_.bytes += head->size;
    found_.chain = next_chain(found_.chain, head->crc);
    at_ += block_head_size + head->size;
    return {};
}

template <file_system F>
std::string snapshot_reader<F>::end_blocks() const {
    bool const is_whole = found_.blocks == footer_.blocks && found_.bytes == footer_.bytes &&
                          found_.chain == footer_.chain;
    return is_whole ? std::string() : "blocks are missing";
}

} // namespace cofire::detail

#endif
