// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_BENCHMARKS_SUPPORT_STORE_FOLDER_HPP
#define COFIRE_BENCHMARKS_SUPPORT_STORE_FOLDER_HPP

#include "report.hpp"

#include <cofire/storage/journal.hpp>
#include <cofire/storage/journal/journal_recovery.hpp>
#include <cofire/storage/journal/posix_files.hpp>

#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

/// What programs that measure the journal share: a folder on a real disk, and the bare system calls.
namespace bench {

/// A new folder that is removed at the end: below COFIRE_BENCH_FOLDER, which should be on the disk that
/// is to be measured, or else where the program was started.
///
/// Distinct objects: safe. Shared objects: unsafe.
class store_folder {
public:
    store_folder() {
        char const* const wanted = std::getenv("COFIRE_BENCH_FOLDER");
        auto name = std::string(wanted == nullptr ? "." : wanted) + "/cofire-bench-XXXXXX";
        report::require(::mkdtemp(name.data()) != nullptr, "no folder can be made: " + name);
        path_ = name;
    }
    store_folder(store_folder const&) = delete;
    store_folder& operator=(store_folder const&) = delete;
    ~store_folder() { clear(); }

    /// A path in it.
    [[nodiscard]] std::filesystem::path operator/(std::string const& name) const {
        return path_ / name;
    }

private:
    void clear() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path path_;
};

/// A file with room set aside for it, as the journal's are, written from its start on.
///
/// Distinct objects: safe. Shared objects: unsafe.
class bare_file {
public:
    explicit bare_file(std::filesystem::path const& path, std::size_t room)
        : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
        report::require(descriptor_ >= 0, "cannot make " + path.string());
        // Where it is refused, the file grows, as a journal's does there.
        [[maybe_unused]] auto const reserved =
            ::posix_fallocate(descriptor_, 0, static_cast<off_t>(room));
        ::fsync(descriptor_);
    }
    bare_file(bare_file const&) = delete;
    bare_file& operator=(bare_file const&) = delete;
    ~bare_file() { ::close(descriptor_); }

    /// Writes at the end, and has the disk confirm it.
    void append(std::span<char const> bytes) {
        auto const n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(end_));
        report::require(n == static_cast<ssize_t>(bytes.size()), "a write failed");
        end_ += bytes.size();
        report::require(::fdatasync(descriptor_) == 0, "a sync failed");
    }

private:
    int descriptor_;
    std::size_t end_ = 0;
};

/// The bytes that the frames of a closed store's log take.
[[nodiscard]] inline std::size_t log_bytes(std::filesystem::path const& store) {
    cofire::detail::posix_files files(store.string(), {.create = false});
    auto const found = cofire::detail::read_journal(
        files, [](auto&&...) {}, [](auto&&...) {}
    );
    return found.log_bytes;
}

} // namespace bench

#endif
