// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_POSIX_LOCK_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_POSIX_LOCK_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/impl/posix_files.ipp>
#include <cofire/storage/journal/posix_files.hpp>
#include <cofire/storage/journal/segment.hpp>

#include <ctime>
#include <sys/utsname.h>

namespace cofire::detail {

/// The whole of a small file, a line each for what is read in words.
inline std::string small_file(int descriptor) {
    std::array<char, 512> text{};
    auto const size =
        not_interrupted([&] { return ::pread(descriptor, text.data(), text.size(), 0); });
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

// A lock of the open file, not of the process: it is not lost when another descriptor of the same file
// is closed, and it refuses a second object in the same process.
COFIRE_DECL void posix_files::lock() {
    std::string const name(lock_name);
    for (int attempt = 0; attempt != 10; ++attempt) {
        int const flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
        int const descriptor = not_interrupted([&] {
            return ::openat(directory_.descriptor(), name.c_str(), flags, 0600);
        });
        require_io(descriptor != -1, "opening", name);
        file f(descriptor, name);
        struct flock whole {};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        if (not_interrupted([&] { return ::fcntl(descriptor, F_OFD_SETLK, &whole); }) == -1) {
            require_io(errno == EAGAIN || errno == EACCES, "locking", name);
            std::string owner = small_file(descriptor);
            throw error(
                errc::in_use,
                quoted(path_) + " is open in " +
                    (owner.empty() ? std::string("another process") : quoted(owner, 300))
            );
        }
        // Somebody may have removed the file between opening and locking it.
        if (lock_file_is_current(f)) {
            write_owner(f);
            lock_ = std::move(f);
            return;
        }
    }
    throw error(errc::in_use, quoted(path_) + ": its file LOCK is replaced again and again");
}

COFIRE_DECL std::string posix_files::owner() const {
    std::string const name(lock_name);
    int const flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;
    int const descriptor =
        not_interrupted([&] { return ::openat(directory_.descriptor(), name.c_str(), flags); });
    if (descriptor == -1) {
        return {};
    }
    file const f(descriptor, name);
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(descriptor, F_OFD_GETLK, &whole) == -1 || whole.l_type == F_UNLCK) {
        return {};
    }
    std::string text = small_file(descriptor);
    return text.empty() ? "another process" : text;
}

COFIRE_DECL bool posix_files::lock_file_is_current(file const& f) const {
    struct stat mine {};
    struct stat named {};
    require_io(::fstat(f.descriptor(), &mine) == 0, "status", f.name());
    if (::fstatat(directory_.descriptor(), f.name().c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
        require_io(errno == ENOENT, "status", f.name());
        return false;
    }
    return mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

COFIRE_DECL void posix_files::write_owner(file& f) {
    std::string text = "process " + std::to_string(::getpid());
    utsname about{};
    if (::uname(&about) == 0) {
        text += " on ";
        text += static_cast<char const*>(about.nodename);
    }
    std::time_t const now = std::time(nullptr);
    std::tm parts{};
    std::array<char, 32> time{};
    if (::gmtime_r(&now, &parts) != nullptr &&
        std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) != 0) {
        text += " since ";
        text += time.data();
    }
    int const descriptor =
        ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor != -1) {
        file const boot(descriptor, "boot_id");
        std::string id = small_file(descriptor);
        while (!id.empty() && id.back() == '\n') {
            id.pop_back();
        }
        text += ", boot " + id;
    }
    truncate(f, 0);
    write(f, 0, std::as_bytes(std::span(text)));
}

} // namespace cofire::detail

#endif
