// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_SNAPSHOT_WRITER_HPP
#define COFIRE_STORAGE_JOURNAL_SNAPSHOT_WRITER_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/crc32c.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/segment.hpp>
#include <cofire/storage/journal/snapshot_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

template <file_system F>
class journal_log;

/// A snapshot being written, beside a log that goes on. A failure of it leaves the log as good as it
/// was: the snapshot is removed, and the error is all there is. Destroyed without commit() it is given
/// up. The log must outlive it.
///
/// Distinct objects: safe, but of one log. Shared objects: unsafe; the log's thread uses it.
template <file_system F>
class snapshot_writer {
public:
    /// By journal_log::begin_snapshot.
    snapshot_writer(journal_log<F>& log, snapshot_header const& header, std::uint64_t bytes_before);
    snapshot_writer(snapshot_writer&& other) noexcept
        : log_(std::exchange(other.log_, nullptr)),
          file_(std::move(other.file_)),
          header_(other.header_),
          footer_(other.footer_),
          offset_(other.offset_),
          bytes_before_(other.bytes_before_),
          buffer_(std::move(other.buffer_)) {}
    snapshot_writer& operator=(snapshot_writer&&) = delete;
    ~snapshot_writer() { abort(); }

    /// The last record that the snapshot must hold.
    [[nodiscard]] std::uint64_t seq() const { return header_.seq; }
    /// Bytes of its file so far.
    [[nodiscard]] std::uint64_t size() const { return offset_; }

    /// Adds a block, which recovery gives back as it is. 64 KiB is a good size; at most 64 MiB. Throws
    /// errc::no_space, storage_failed or too_many_items; the snapshot is given up then.
    void append(std::span<std::byte const> block);
    /// Makes it durable, checks it, lets it replace the snapshot before, and removes the log that is no
    /// longer needed. Throws as append.
    void commit() {
        while (!commit_slice()) {
        }
    }
    /// The same in pieces, none of which takes longer than a large frame, however large the snapshot is:
    /// the log goes on between them. True: it is done. Throws as append.
    [[nodiscard]] bool commit_slice();
    /// Gives it up and removes its file.
    void abort() noexcept;

private:
    static constexpr std::size_t slice_bytes = std::size_t{4} << 20;

    template <class Function>
    void or_give_up(Function&& fn);
    void end_file();

    [[nodiscard]] std::string name() const { return snapshot_name(header_.seq) + ".tmp"; }

    journal_log<F>* log_; // null: committed or given up
    std::optional<typename F::file> file_;
    snapshot_header header_;
    snapshot_footer footer_;
    std::uint64_t offset_ = 0;
    std::uint64_t bytes_before_;
    std::uint64_t synced_ = 0; // of offset_
    bool is_ended_ = false;    // all is written and synced
    std::optional<snapshot_reader<F>>
        check_; // of what was written, when all is; it refers to file_
    std::vector<std::byte> buffer_;
};

template <file_system F>
snapshot_writer<F>::snapshot_writer(
    journal_log<F>& log, snapshot_header const& header, std::uint64_t bytes_before
)
    : log_(&log), header_(header), bytes_before_(bytes_before) {
    footer_.seq = header.seq;
    file_.emplace(log.files_->create(name()));
    or_give_up([&] {
        auto const bytes = encode(header_);
        log_->files_->write(*file_, 0, bytes);
        offset_ = bytes.size();
    });
}

template <file_system F>
template <class Function>
void snapshot_writer<F>::or_give_up(Function&& fn) {
    if (log_ == nullptr) {
        throw error(errc::storage_failed, "the snapshot was given up");
    }
    try {
        fn();
    } catch (io_error const& e) {
        abort();
        throw e.as_error();
    } catch (...) {
        abort();
        throw;
    }
}

template <file_system F>
void snapshot_writer<F>::append(std::span<std::byte const> block) {
    or_give_up([&] {
        if (block.size() > most_block_size) {
            throw error(
                errc::too_many_items, "a block of " + std::to_string(block.size()) + " bytes"
            );
        }
        block_head const head{
            .size = static_cast<std::uint32_t>(block.size()),
            .crc = crc32c(block),
            .index = footer_.blocks,
        };
        buffer_.clear();
        buffer_.resize(block_head_size);
        encode_block_head(buffer_, head);
        buffer_.insert(buffer_.end(), block.begin(), block.end());
        log_->files_->write(*file_, offset_, buffer_);
        offset_ += buffer_.size();
        if (offset_ - synced_ >= slice_bytes) { // so that there is little left to sync at the end
            log_->files_->sync(*file_);
            synced_ = offset_;
        }
        ++footer_.blocks;
        footer_.bytes += block.size();
        footer_.chain = next_chain(footer_.chain, head.crc);
    });
}

template <file_system F>
bool snapshot_writer<F>::commit_slice() {
    bool is_done = false;
    or_give_up([&] {
        if (!is_ended_) {
            end_file();
            return;
        }
        std::string fault;
        if (check_ && !check_->check_slice(slice_bytes, fault)) {
            return;
        }
        if (!fault.empty()) {
            throw error(errc::storage_failed, name() + ", read again: " + fault);
        }
        check_.reset();
        file_.reset();
        log_->finish_snapshot(name(), header_, bytes_before_);
        log_ = nullptr;
        is_done = true;
    });
    return is_done;
}

template <file_system F>
void snapshot_writer<F>::end_file() {
    auto& files = *log_->files_;
    auto const end = encode(footer_);
    files.write(*file_, offset_, end);
    offset_ += end.size();
    files.sync(*file_);
    is_ended_ = true;
    if (log_->options_.verify_snapshots) {
        files.forget(*file_);
        check_.emplace(files, *file_, name(), header_.uuid, header_.seq);
    }
}

template <file_system F>
void snapshot_writer<F>::abort() noexcept {
    auto* const log = std::exchange(log_, nullptr);
    if (log == nullptr) {
        return;
    }
    check_.reset();
    try {
        file_.reset();
        log->files_->unlink(name());
    } catch (...) { // NOLINT(bugprone-empty-catch): the next to open the store removes it
    }
}

} // namespace cofire::detail

#endif
