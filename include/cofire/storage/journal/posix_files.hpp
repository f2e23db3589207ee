// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_POSIX_FILES_HPP
#define COFIRE_STORAGE_JOURNAL_POSIX_FILES_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/file_system.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

/// How posix_files opens its directory.
struct posix_files_options {
    /// Make the directory if there is none. Its parent must be there.
    bool create = true;
    /// Take file systems on which locks or syncs may not hold what they promise: NFS, SMB, FUSE and such.
    bool allow_network = false;
};

/// The file_system of Linux, see there: one real directory. Files are for the owner only (0600, a new
/// directory 0700), are never reached through symbolic links, and are closed by exec.
///
/// Distinct objects: safe. Shared objects: unsafe.
class posix_files {
public:
    /// An open file; closed when it is destroyed.
    ///
    /// Distinct objects: safe. Shared objects: unsafe.
    class file {
    public:
        file() = default;
        file(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
        file(file&& other) noexcept
            : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)) {}
        file& operator=(file&& other) noexcept {
            std::swap(descriptor_, other.descriptor_);
            std::swap(name_, other.name_);
            return *this;
        }
        ~file();

        /// The system's number for it; -1 if none is open.
        [[nodiscard]] int descriptor() const { return descriptor_; }
        /// The name it was opened with.
        [[nodiscard]] std::string const& name() const { return name_; }

    private:
        int descriptor_ = -1;
        std::string name_;
    };

    /// Throws errc::bad_directory if `directory` is no directory, if others may replace files in it, or
    /// if it is on a network file system and options do not allow that; errc::storage_failed if the
    /// system does not let it be opened.
    explicit posix_files(std::string directory, posix_files_options const& options = {});
    posix_files(posix_files const&) = delete;
    posix_files& operator=(posix_files const&) = delete;

    /// As given.
    [[nodiscard]] std::string const& directory() const { return path_; }

    // As of file_system.
    std::vector<std::string> list();
    file create(std::string const& name);
    file open(std::string const& name, file_access access);
    std::size_t read(file& f, std::uint64_t offset, std::span<std::byte> to);
    void write(file& f, std::uint64_t offset, std::span<std::byte const> from);
    void sync(file& f);
    void reserve(file& f, std::uint64_t size);
    void truncate(file& f, std::uint64_t size);
    std::uint64_t size(file& f);
    void forget(file& f);
    void rename(std::string const& from, std::string const& to);
    void replace(std::string const& from, std::string const& to);
    void unlink(std::string const& name);
    void sync_directory();
    /// Also writes into the file LOCK who has the directory: process, host, boot and time. That is for
    /// people and messages only; what counts is a lock of the system's, which ends with the process.
    void lock();
    std::uint64_t random();

    /// Who has the directory locked now, in the words that lock() wrote; empty if nobody has, or it is
    /// not allowed to ask. Takes no lock.
    [[nodiscard]] std::string owner() const;

private:
    void make_directory() const;
    void check_directory(posix_files_options const& options) const;
    [[nodiscard]] bool lock_file_is_current(file const& f) const;
    void write_owner(file& f);

    std::string path_;
    file directory_;
    file lock_;
};

static_assert(file_system<posix_files>);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/posix_files.ipp>
#include <cofire/storage/journal/impl/posix_lock.ipp>
#endif

#endif
