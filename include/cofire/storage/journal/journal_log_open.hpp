// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_LOG_OPEN_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_LOG_OPEN_HPP

// journal_log's functions for opening a store. Included by journal_log.hpp, which comes first.

#include <cofire/storage/journal/journal_log.hpp>
#include <cofire/storage/journal/little_endian.hpp>

#include <algorithm>
#include <utility>

namespace cofire::detail {

template <file_system F>
template <class OnSnapshot, class OnRecord>
journal_log<F>::journal_log(
    F& files, journal_log_options const& options, OnSnapshot&& on_snapshot, OnRecord&& on_record
)
    : files_(&files), options_(options) {
    check_options();
    with_users_errors([&] {
        files_->lock();
        std::vector<std::string> const names = files_->list();
        bool const is_new = !is_store(names);
        if (is_new) {
            remove_temporary(names);
            create_store();
        }
        journal_recovery<F> recovery(*files_, {.owned = true});
        recovery.run(on_snapshot, on_record);
        if (!is_new) { // not before it is known that this program may change anything
            remove_temporary(names);
        }
        adopt(recovery);
        findings_.is_new = is_new;
        if (options_.upgrade) {
            upgrade();
        }
    });
}

template <file_system F>
void journal_log<F>::remove_temporary(std::vector<std::string> const& names) {
    for (std::string const& name : names) {
        if (is_temporary(name)) {
            files_->unlink(name);
        }
    }
}

template <file_system F>
void journal_log<F>::check_options() const {
    if (options_.segment_size < 2 * segment_header_size ||
        options_.segment_size > most_segment_size || options_.segment_size % 4096 != 0) {
        throw error(
            errc::bad_option,
            "a segment of " + std::to_string(options_.segment_size) +
                " bytes; at least 8 KiB, at most 1 GiB, and a multiple of 4 KiB"
        );
    }
}

// FORMAT is written last: without it there is at most a first segment that nothing was written to.
template <file_system F>
bool journal_log<F>::is_store(std::vector<std::string> const& names) {
    if (std::ranges::find(names, format_name) != names.end()) {
        return true;
    }
    std::string const first = segment_name(1);
    for (std::string const& name : names) {
        if (snapshot_seq(name) || (segment_number(name) && name != first)) {
            throw_damaged(format_name, 0, "the file is missing, but " + name + " is there");
        }
    }
    if (std::ranges::find(names, first) == names.end()) {
        return false;
    }
    {
        auto file = files_->open(first, file_access::read);
        std::uint64_t const size = files_->size(file);
        std::vector<std::byte> bytes(std::min(size, most_segment_size));
        bytes.resize(files_->read(file, 0, bytes));
        bool const is_empty = std::all_of(
            bytes.begin() +
                static_cast<std::ptrdiff_t>(std::min(bytes.size(), segment_header_size)),
            bytes.end(),
            [](std::byte b) { return b == std::byte{}; }
        );
        if (size > most_segment_size || !is_empty) {
            throw_damaged(format_name, 0, "the file is missing, but " + first + " is there");
        }
    }
    files_->unlink(first);
    files_->sync_directory();
    return false;
}

template <file_system F>
void journal_log<F>::create_store() {
    store_format format{.version = {}, .uuid = {}, .created = options_.now};
    for (std::size_t i = 0; i != format.uuid.size(); i += 8) {
        store_little(std::span<std::byte>(format.uuid), i, files_->random());
    }
    findings_.format = format;
    head_.header.number = 0;
    file first = make_spare(options_.segment_size);
    start_segment(first, options_.segment_size);
    write_file(std::string(format_name), encode(format));
}

// Nothing of the new version is written before this is durable.
template <file_system F>
void journal_log<F>::upgrade() {
    store_format format = findings_.format;
    if (format.version.minor >= journal_minor) {
        return;
    }
    format.version.minor = journal_minor;
    format.version.features |= journal_features;
    std::string const name(format_name);
    files_->replace(write_temporary(name, encode(format)), name);
    files_->sync_directory();
    findings_.format = format;
}

// Writes a whole file, durable, under its name.
template <file_system F>
void journal_log<F>::write_file(std::string const& name, std::span<std::byte const> bytes) {
    files_->rename(write_temporary(name, bytes), name);
    files_->sync_directory();
}

template <file_system F>
std::string
journal_log<F>::write_temporary(std::string const& name, std::span<std::byte const> bytes) {
    std::string const temporary = name + ".tmp";
    auto out = files_->create(temporary);
    files_->write(out, 0, bytes);
    files_->sync(out);
    return temporary;
}

// Makes of what was found a log that can be written to.
template <file_system F>
void journal_log<F>::adopt(journal_recovery<F>& recovery) {
    findings_ = std::move(recovery.findings);
    head_ = recovery.head;
    segments_ = std::move(recovery.segments);
    snapshots_ = std::move(recovery.snapshots);
    seed_ = frame_seed(head_.header.salt, head_.header.number);
    bytes_since_snapshot_ = findings_.log_bytes;
    durable_offset_ = head_.offset;
    durable_seq_ = last_seq();
    is_closed_ = findings_.was_closed;
    if (recovery.unused_segment) {
        files_->unlink(segment_name(*recovery.unused_segment));
        files_->sync_directory();
        std::erase(segments_, *recovery.unused_segment);
    }
    for (std::string const& name : recovery.damaged_files) {
        files_->rename(name, "bad-" + std::to_string(files_->random()) + "-" + name);
    }
    if (!recovery.damaged_files.empty()) {
        files_->sync_directory();
    }
    file_.emplace(files_->open(segment_name(head_.header.number), file_access::write));
    if (findings_.torn) {
        keep_torn_tail(recovery.torn_bytes);
    }
    if (head_.missing_link) {
        write_link(*head_.missing_link);
        head_.missing_link.reset();
    } else if (findings_.torn) {
        try {
            roll();
        } catch (error const& e) {
            // The tail is zeros again, so that this segment serves as well.
            if (e.value() != errc::no_space) {
                throw;
            }
        }
    }
    remove_old();
}

template <file_system F>
void journal_log<F>::keep_torn_tail(std::vector<std::byte> const& bytes) {
    // The random number keeps the file of an earlier try, which a crash interrupted.
    std::string const name = "torn-" + std::to_string(head_.header.number) + '-' +
                             std::to_string(head_.offset) + '-' + std::to_string(files_->random()) +
                             ".bytes";
    write_file(name, bytes);
    findings_.torn->kept_as = name;
    std::vector<std::byte> const zeros(bytes.size());
    files_->write(*file_, head_.offset, zeros);
    files_->sync(*file_);
}

} // namespace cofire::detail

#endif
