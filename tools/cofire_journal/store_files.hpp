// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOURNAL_STORE_FILES_HPP
#define COFIRE_JOURNAL_STORE_FILES_HPP

#include "progress.hpp"

#include <cofire/storage/journal/posix_files.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace cofire_journal {

/// There is nothing that the command could work on. Its text says why.
struct cannot_use : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A directory, what is read from and written to which moves a bar on.
///
/// Distinct objects: safe. Shared objects: unsafe.
class store_files : public cofire::detail::posix_files {
public:
    /// Throws as posix_files. `bar` must outlive this object.
    store_files(
        std::string const& directory,
        cofire::detail::posix_files_options const& options,
        progress& bar
    )
        : posix_files(directory, options), bar_(&bar) {}

    // As of file_system.
    std::size_t read(file& f, std::uint64_t offset, std::span<std::byte> to) {
        std::size_t const size = posix_files::read(f, offset, to);
        bar_->add(size);
        return size;
    }
    void write(file& f, std::uint64_t offset, std::span<std::byte const> from) {
        posix_files::write(f, offset, from);
        bar_->add(from.size());
    }

private:
    progress* bar_;
};

/// Whether a command takes the directory for itself.
enum class use { read, own };

/// Opens the directory of a store that is there, and begins the bar. Throws as posix_files, and
/// cannot_use if there is no store.
[[nodiscard]] std::unique_ptr<store_files>
open_store(std::string const& directory, use how, progress& bar);

/// The bytes of the files of a store, by kind.
struct store_bytes {
    std::uint64_t segments = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t other = 0; ///< FORMAT, LOCK, what is reserved or kept
    std::uint64_t segment_files = 0;
    std::uint64_t snapshot_files = 0;
    [[nodiscard]] std::uint64_t all() const { return segments + snapshots + other; }
};

/// As they are now; files that go meanwhile are left out.
[[nodiscard]] store_bytes bytes_of(cofire::detail::posix_files& files);

} // namespace cofire_journal

#endif
