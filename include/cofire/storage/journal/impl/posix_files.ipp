// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_POSIX_FILES_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_POSIX_FILES_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/posix_files.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <stdio.h>
#include <string_view>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

namespace cofire::detail {

/// Calls `fn` until it is not interrupted by a signal.
template <class Function>
auto not_interrupted(Function&& fn) {
    for (;;) {
        auto const result = fn();
        if (result != -1 || errno != EINTR) {
            return result;
        }
    }
}

/// Throws for the errno of the call before.
[[noreturn]] inline void throw_io(char const* operation, std::string const& file) {
    int const number = errno;
    throw io_error(operation, file, number);
}

inline void require_io(bool good, char const* operation, std::string const& file) {
    if (!good) {
        throw_io(operation, file);
    }
}

COFIRE_DECL posix_files::file::~file() {
    if (descriptor_ != -1) {
        ::close(descriptor_); // what matters was synced
    }
}

COFIRE_DECL posix_files::posix_files(std::string directory, posix_files_options const& options)
    : path_(std::move(directory)) {
    try {
        if (options.create) {
            make_directory();
        }
        int const flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
        int const descriptor = not_interrupted([&] { return ::open(path_.c_str(), flags); });
        if (descriptor == -1 && (errno == ENOTDIR || errno == ELOOP)) {
            throw error(
                errc::bad_directory, quoted(path_) + " is no directory (links are not followed)"
            );
        }
        require_io(descriptor != -1, "opening", path_);
        directory_ = file(descriptor, path_);
        check_directory(options);
    } catch (io_error const& e) {
        throw e.as_error();
    }
}

COFIRE_DECL void posix_files::make_directory() const {
    if (::mkdir(path_.c_str(), 0700) != 0) {
        require_io(errno == EEXIST, "creation", path_);
        return;
    }
    std::string parent = path_;
    while (parent.size() > 1 && parent.back() == '/') {
        parent.pop_back();
    }
    auto const slash = parent.rfind('/');
    parent = slash == std::string::npos ? "." : parent.substr(0, std::max<std::size_t>(slash, 1));
    file const f(
        not_interrupted([&] { return ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }),
        parent
    );
    require_io(f.descriptor() != -1, "opening", parent);
    require_io(::fsync(f.descriptor()) == 0, "sync", parent);
}

COFIRE_DECL void posix_files::check_directory(posix_files_options const& options) const {
    auto const check_mode = [&](struct stat const& status, char const* what) {
        if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0) {
            throw error(
                errc::bad_directory,
                std::string(what) + quoted(path_) + " lets every user replace its files"
            );
        }
    };
    struct stat status {};
    require_io(::fstat(directory_.descriptor(), &status) == 0, "status", path_);
    check_mode(status, "");
    require_io(::fstatat(directory_.descriptor(), "..", &status, 0) == 0, "status", path_ + "/..");
    check_mode(status, "the parent of ");

    struct statfs about {};
    require_io(::fstatfs(directory_.descriptor(), &about) == 0, "status", path_);
    struct known {
        std::uint32_t magic;
        char const* name;
    };
    static constexpr std::array<known, 9> remote{{
        {0x6969, "NFS"},
        {0xFF53'4D42, "SMB"},
        {0xFE53'4D42, "SMB"},
        {0x517B, "SMB"},
        {0x6573'5546, "FUSE"},
        {0x00C3'6400, "Ceph"},
        {0x0102'1997, "9p"},
        {0x5346'414F, "AFS"},
        {0x0161'1970, "GFS2"},
    }};
    auto const* const found =
        std::ranges::find(remote, static_cast<std::uint32_t>(about.f_type), &known::magic);
    if (found != remote.end() && !options.allow_network) {
        throw error(
            errc::bad_directory,
            quoted(path_) + " is on " + found->name +
                ", where locks and syncs may not hold what they promise"
        );
    }
}

COFIRE_DECL std::vector<std::string> posix_files::list() {
    int const descriptor = not_interrupted([&] {
        return ::openat(directory_.descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    });
    require_io(descriptor != -1, "listing", path_);
    struct closer {
        void operator()(DIR* d) const { ::closedir(d); }
    };
    std::unique_ptr<DIR, closer> const entries(::fdopendir(descriptor));
    if (!entries) {
        int const number = errno;
        ::close(descriptor);
        throw io_error("listing", path_, number);
    }
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        dirent const* const entry = ::readdir(entries.get());
        if (entry == nullptr) {
            require_io(errno == 0, "listing", path_);
            return names;
        }
        if (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN) {
            std::string name = entry->d_name;
            if (name != "." && name != "..") {
                names.push_back(std::move(name));
            }
        }
    }
}

COFIRE_DECL posix_files::file posix_files::create(std::string const& name) {
    int const flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int const descriptor = not_interrupted([&] {
        return ::openat(directory_.descriptor(), name.c_str(), flags, 0600);
    });
    require_io(descriptor != -1, "creation", name);
    return {descriptor, name};
}

COFIRE_DECL posix_files::file posix_files::open(std::string const& name, file_access access) {
    int const flags = (access == file_access::read ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW;
    int const descriptor =
        not_interrupted([&] { return ::openat(directory_.descriptor(), name.c_str(), flags); });
    require_io(descriptor != -1, "opening", name);
    return {descriptor, name};
}

COFIRE_DECL std::size_t posix_files::read(file& f, std::uint64_t offset, std::span<std::byte> to) {
    std::size_t done = 0;
    while (done != to.size()) {
        auto const rest = to.subspan(done);
        auto const size = not_interrupted([&] {
            return ::pread(
                f.descriptor(), rest.data(), rest.size(), static_cast<off_t>(offset + done)
            );
        });
        require_io(size != -1, "read", f.name());
        if (size == 0) {
            break;
        }
        done += static_cast<std::size_t>(size);
    }
    return done;
}

COFIRE_DECL void
posix_files::write(file& f, std::uint64_t offset, std::span<std::byte const> from) {
    while (!from.empty()) {
        auto const size = not_interrupted([&] {
            return ::pwrite(f.descriptor(), from.data(), from.size(), static_cast<off_t>(offset));
        });
        require_io(size != -1, "write", f.name());
        if (size == 0) {
            throw io_error("write", f.name(), ENOSPC);
        }
        from = from.subspan(static_cast<std::size_t>(size));
        offset += static_cast<std::uint64_t>(size);
    }
}

COFIRE_DECL void posix_files::sync(file& f) {
    require_io(::fdatasync(f.descriptor()) == 0, "sync", f.name());
}

COFIRE_DECL void posix_files::reserve(file& f, std::uint64_t size) {
    int const result = not_interrupted([&] {
        return ::fallocate(f.descriptor(), 0, 0, static_cast<off_t>(size));
    });
    if (result == 0) {
        return;
    }
    require_io(errno == EOPNOTSUPP || errno == ENOSYS, "reservation", f.name());
    // This file system cannot reserve, but what is written has its room.
    std::vector<std::byte> const zeros(std::size_t{64} << 10);
    for (std::uint64_t at = this->size(f); at < size;) {
        auto const part = std::min<std::uint64_t>(zeros.size(), size - at);
        write(f, at, std::span(zeros).first(part));
        at += part;
    }
}

COFIRE_DECL void posix_files::truncate(file& f, std::uint64_t size) {
    int const result =
        not_interrupted([&] { return ::ftruncate(f.descriptor(), static_cast<off_t>(size)); });
    require_io(result == 0, "truncation", f.name());
}

COFIRE_DECL std::uint64_t posix_files::size(file& f) {
    struct stat status {};
    require_io(::fstat(f.descriptor(), &status) == 0, "status", f.name());
    return static_cast<std::uint64_t>(status.st_size);
}

COFIRE_DECL void posix_files::forget(file& f) {
    int const number = ::posix_fadvise(f.descriptor(), 0, 0, POSIX_FADV_DONTNEED);
    if (number != 0) {
        throw io_error("forgetting the cache", f.name(), number);
    }
}

COFIRE_DECL void posix_files::rename(std::string const& from, std::string const& to) {
    int const at = directory_.descriptor();
    if (::renameat2(at, from.c_str(), at, to.c_str(), RENAME_NOREPLACE) == 0) {
        return;
    }
    require_io(errno == EINVAL || errno == ENOSYS, "renaming", from);
    // Not every file system knows that flag; a link never replaces.
    require_io(::linkat(at, from.c_str(), at, to.c_str(), 0) == 0, "renaming", from);
    unlink(from);
}

COFIRE_DECL void posix_files::replace(std::string const& from, std::string const& to) {
    int const at = directory_.descriptor();
    require_io(::renameat(at, from.c_str(), at, to.c_str()) == 0, "renaming", from);
}

COFIRE_DECL void posix_files::unlink(std::string const& name) {
    require_io(::unlinkat(directory_.descriptor(), name.c_str(), 0) == 0, "removal", name);
}

COFIRE_DECL void posix_files::sync_directory() {
    require_io(::fsync(directory_.descriptor()) == 0, "sync", path_);
}

COFIRE_DECL std::uint64_t posix_files::random() {
    std::uint64_t number = 0;
    auto const size = not_interrupted([&] { return ::getrandom(&number, sizeof number, 0); });
    require_io(size == ssize_t{sizeof number}, "reading", "random numbers");
    return number;
}

} // namespace cofire::detail

#endif
