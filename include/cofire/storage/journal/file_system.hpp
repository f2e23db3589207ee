// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_FILE_SYSTEM_HPP
#define COFIRE_STORAGE_JOURNAL_FILE_SYSTEM_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

/// What the operations of a file_system throw: which operation on which file failed, and errno.
///
/// Distinct objects: safe. Shared objects: safe to read.
class io_error : public std::exception {
public:
    io_error(char const* operation, std::string file, int number);

    /// "write of seg-1.wal: Input/output error (errno 5)".
    [[nodiscard]] char const* what() const noexcept override { return text_.c_str(); }
    /// errno.
    [[nodiscard]] int number() const noexcept { return number_; }
    /// True if the file system, the user's quota or the process's limit has no more room.
    [[nodiscard]] bool is_no_space() const noexcept;
    /// True if there is no file of this name.
    [[nodiscard]] bool is_missing() const noexcept;
    /// The error that users get: errc::no_space or errc::storage_failed, with this text.
    [[nodiscard]] error as_error() const;

private:
    std::string text_;
    int number_;
};

/// How a file is opened.
enum class file_access { read, write };

/// What the journal needs of an operating system: operations on the files of one directory, none of
/// which are in other directories. Each does all that it is asked for or throws io_error. What was
/// written survives a loss of power only after sync(); names, after sync_directory().
///
/// - list(): the names of all files.
/// - create(name): makes an empty file, open for writing; fails with EEXIST if there is one.
/// - open(name, access): opens a file that is there; fails with ENOENT otherwise.
/// - read(file, offset, bytes): how many bytes there were; fewer than asked for only at the end.
/// - write(file, offset, bytes), sync(file), size(file), truncate(file, size).
/// - reserve(file, size): makes a file this large, zeros behind what it holds, such that writing to it
///   needs no more room.
/// - forget(file): later reads ask the device, not a cache that may hold what a failed sync lost.
/// - rename(from, to): fails with EEXIST if there is a file `to`. replace(from, to): `to` is one or the
///   other file at any moment, after a crash, too. unlink(name). sync_directory().
/// - lock(): takes the directory for this object until it is destroyed. Throws cofire::error with
///   errc::in_use that names who has it.
/// - random(): 64 random bits.
template <class F>
concept file_system = std::movable<typename F::file> && requires(
    F& files,
    typename F::file& file,
    std::string const& name,
    std::uint64_t number,
    std::span<std::byte> bytes,
    std::span<std::byte const> constant_bytes
) {
    { files.list() } -> std::same_as<std::vector<std::string>>;
    { files.create(name) } -> std::same_as<typename F::file>;
    { files.open(name, file_access::read) } -> std::same_as<typename F::file>;
    { files.read(file, number, bytes) } -> std::same_as<std::size_t>;
    { files.size(file) } -> std::same_as<std::uint64_t>;
    { files.random() } -> std::same_as<std::uint64_t>;
    files.write(file, number, constant_bytes);
    files.sync(file);
    files.reserve(file, number);
    files.truncate(file, number);
    files.forget(file);
    files.rename(name, name);
    files.replace(name, name);
    files.unlink(name);
    files.sync_directory();
    files.lock();
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/file_system.ipp>
#endif

#endif
