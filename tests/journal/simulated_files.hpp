// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_JOURNAL_SIMULATED_FILES_HPP
#define COFIRE_TESTS_JOURNAL_SIMULATED_FILES_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/file_system.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace journal_tests {

using bytes = std::vector<std::byte>;

/// Thrown by simulated_files from the moment on that the machine has crashed.
struct machine_crashed {};

/// Random numbers that are the same in every run.
class numbers {
public:
    explicit numbers(std::uint64_t seed) : state_(seed) {}
    std::uint64_t operator()() {
        std::uint64_t z = (state_ += 0x9E37'79B9'7F4A'7C15U);
        z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9U;
        z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBU;
        return z ^ z >> 31;
    }
    std::uint64_t below(std::uint64_t n) { return (*this)() % n; }

private:
    std::uint64_t state_;
};

/// One directory in memory, with what is durable apart from what was only written.
class simulated_disk {
public:
    /// What becomes of something that was not synced when the machine crashes.
    enum class fate { lost, kept, first_half, second_half, some_sectors };

    struct change {
        enum class kind { write, resize, link, rename, unlink } what{};
        std::size_t inode = 0;
        std::uint64_t offset = 0; // or the size
        bytes data;
        std::string name;
        std::string from;
        [[nodiscard]] bool is_of_directory() const { return what >= kind::link; }
    };

    struct inode {
        bytes durable;
        bytes current;
    };

    std::vector<inode> inodes;
    std::map<std::string, std::size_t> durable_names;
    std::map<std::string, std::size_t> names;
    std::vector<change> pending; // in the order made
    std::uint64_t next_random = 1;
    bool is_locked = false;

    /// The fates that make a difference to pending[i].
    [[nodiscard]] std::size_t fates_of(std::size_t i) const {
        return pending[i].what == change::kind::write && pending[i].data.size() > 512 ? 5 : 2;
    }

    /// The disk that the next start finds, each pending change with its fate.
    [[nodiscard]] simulated_disk
    after_crash(std::vector<fate> const& fates, numbers& random) const {
        simulated_disk next = *this;
        for (std::size_t i = 0; i != pending.size(); ++i) {
            change const& c = pending[i];
            if (fates[i] == fate::lost) {
                continue;
            }
            if (c.what != change::kind::write || fates[i] == fate::kept) {
                next.make_durable(c);
                continue;
            }
            next.tear(c, fates[i], random);
        }
        return std::move(next).restarted();
    }

    /// The disk after the machine was switched off in order, or only the process died.
    [[nodiscard]] simulated_disk after_exit() const {
        simulated_disk next = *this;
        next.is_locked = false;
        return next;
    }

    void make_durable(change const& c) {
        switch (c.what) {
        case change::kind::write: put(inodes[c.inode].durable, c.offset, c.data); break;
        case change::kind::resize: inodes[c.inode].durable.resize(c.offset); break;
        case change::kind::link: durable_names[c.name] = c.inode; break;
        case change::kind::rename:
            durable_names.erase(c.from);
            durable_names[c.name] = c.inode;
            break;
        case change::kind::unlink: durable_names.erase(c.name); break;
        }
    }

    static void put(bytes& to, std::uint64_t offset, std::span<std::byte const> data) {
        to.resize(std::max<std::size_t>(to.size(), offset + data.size()));
        std::ranges::copy(data, to.begin() + static_cast<std::ptrdiff_t>(offset));
    }

private:
    void tear(change const& c, fate f, numbers& random) {
        // Whole sectors reach the disk or do not.
        std::uint64_t const end = c.offset + c.data.size();
        std::uint64_t const middle = c.offset + c.data.size() / 2;
        for (std::uint64_t at = c.offset; at != end;) {
            std::uint64_t const next = std::min(end, (at / 512 + 1) * 512);
            bool const is_kept = f == fate::first_half    ? next <= middle
                                 : f == fate::second_half ? at >= middle
                                                          : random.below(2) == 0;
            if (is_kept) {
                put(inodes[c.inode].durable, at, std::span(c.data).subspan(at - c.offset, next - at)
                );
            }
            at = next;
        }
    }

    [[nodiscard]] simulated_disk restarted() && {
        names = durable_names;
        std::vector<bool> is_named(inodes.size());
        for (auto const& [name, inode] : names) {
            is_named[inode] = true;
        }
        for (std::size_t i = 0; i != inodes.size(); ++i) {
            if (!is_named[i]) {
                inodes[i].durable.clear();
            }
            inodes[i].current = inodes[i].durable;
        }
        pending.clear();
        is_locked = false;
        return std::move(*this);
    }
};

/// A file_system on a simulated_disk that can crash and fail at an operation by number.
class simulated_files {
public:
    class file {
    public:
        file() = default;
        explicit file(std::size_t inode) : inode(inode) {}
        std::size_t inode = 0;
    };

    explicit simulated_files(simulated_disk& disk) : disk_(&disk) {}
    ~simulated_files() {
        if (owns_lock_ && !has_crashed_) {
            disk_->is_locked = false;
        }
    }
    simulated_files(simulated_files const&) = delete;
    simulated_files& operator=(simulated_files const&) = delete;

    // The number of operations that change or sync something, and what shall happen at one of them.
    std::uint64_t operations = 0;
    std::uint64_t crash_at = 0;
    std::uint64_t fail_at = 0;
    int failure = EIO;
    bool fail_ever_after = false;
    std::string fail_name; // if set: what changes a file with this in its name fails
    std::uint64_t capacity = ~std::uint64_t{0}; // of all files together, as reserve() sees it

    std::vector<std::string> list() {
        require_running();
        std::vector<std::string> all;
        for (auto const& [name, inode] : disk_->names) {
            all.push_back(name);
        }
        return all;
    }
    file create(std::string const& name) {
        step("creation", name);
        if (disk_->names.contains(name)) {
            throw cofire::detail::io_error("creation", name, EEXIST);
        }
        std::size_t const inode = disk_->inodes.size();
        disk_->inodes.emplace_back();
        disk_->names[name] = inode;
        disk_->pending.push_back(
            {.what = kind::link, .inode = inode, .offset = 0, .data = {}, .name = name, .from = {}}
        );
        return file(inode);
    }
    file open(std::string const& name, cofire::detail::file_access) {
        require_running();
        return file(find(name, "opening"));
    }
    std::size_t read(file& f, std::uint64_t offset, std::span<std::byte> to) {
        require_running();
        bytes const& from = disk_->inodes[f.inode].current;
        if (offset >= from.size()) {
            return 0;
        }
        std::size_t const size = std::min<std::size_t>(to.size(), from.size() - offset);
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(offset), size, to.begin());
        return size;
    }
    std::uint64_t size(file& f) {
        require_running();
        return disk_->inodes[f.inode].current.size();
    }
    void write(file& f, std::uint64_t offset, std::span<std::byte const> from) {
        try {
            step("write", name_of(f));
        } catch (cofire::detail::io_error const&) {
            // Half of it may have been written.
            change_file(f, offset, from.first(from.size() / 2));
            throw;
        }
        change_file(f, offset, from);
    }
    void sync(file& f) {
        auto const is_of_file = [&](simulated_disk::change const& c) {
            return !c.is_of_directory() && c.inode == f.inode;
        };
        try {
            step("sync", name_of(f));
        } catch (cofire::detail::io_error const&) {
            // What could not be written is forgotten, though it can still be read.
            std::erase_if(disk_->pending, is_of_file);
            throw;
        }
        settle(is_of_file);
    }
    void reserve(file& f, std::uint64_t size) {
        step("reservation", name_of(f));
        std::uint64_t used = 0;
        for (auto const& [name, inode] : disk_->names) {
            used += inode == f.inode ? size : disk_->inodes[inode].current.size();
        }
        if (used > capacity) {
            throw cofire::detail::io_error("reservation", name_of(f), ENOSPC);
        }
        resize(f, std::max<std::uint64_t>(size, disk_->inodes[f.inode].current.size()));
    }
    void truncate(file& f, std::uint64_t size) {
        step("truncation", name_of(f));
        resize(f, size);
    }
    void forget(file& f) {
        require_running();
        for (auto const& c : disk_->pending) {
            if (!c.is_of_directory() && c.inode == f.inode) {
                return;
            }
        }
        disk_->inodes[f.inode].current = disk_->inodes[f.inode].durable;
    }
    void rename(std::string const& from, std::string const& to) {
        step("renaming", from);
        std::size_t const inode = find(from, "renaming");
        if (disk_->names.contains(to)) {
            throw cofire::detail::io_error("renaming", from, EEXIST);
        }
        rename_to(to, from, inode);
    }
    void replace(std::string const& from, std::string const& to) {
        step("renaming", from);
        rename_to(to, from, find(from, "renaming"));
    }
    void unlink(std::string const& name) {
        step("removal", name);
        std::size_t const inode = find(name, "removal");
        disk_->names.erase(name);
        disk_->pending.push_back(
            {.what = kind::unlink,
             .inode = inode,
             .offset = 0,
             .data = {},
             .name = name,
             .from = {}}
        );
    }
    void sync_directory() {
        step("sync", "the directory");
        settle([](simulated_disk::change const& c) { return c.is_of_directory(); });
    }
    void lock() {
        require_running();
        if (disk_->is_locked) {
            throw cofire::error(cofire::errc::in_use, "the simulated directory");
        }
        disk_->is_locked = true;
        owns_lock_ = true;
    }
    std::uint64_t random() { return numbers(disk_->next_random++)(); }

private:
    void rename_to(std::string const& to, std::string const& from, std::size_t inode) {
        disk_->names.erase(from);
        disk_->names[to] = inode;
        disk_->pending.push_back(
            {.what = kind::rename,
             .inode = inode,
             .offset = 0,
             .data = {},
             .name = to,
             .from = from}
        );
    }
    using kind = simulated_disk::change::kind;

    void require_running() const {
        if (has_crashed_) {
            throw machine_crashed{};
        }
    }
    void step(char const* operation, std::string const& name) {
        require_running();
        ++operations;
        if (operations == crash_at) {
            has_crashed_ = true;
            throw machine_crashed{};
        }
        if (!fail_name.empty() && name.find(fail_name) != std::string::npos) {
            throw cofire::detail::io_error(operation, name, failure);
        }
        if (fail_at != 0 && (operations == fail_at || (fail_ever_after && operations > fail_at))) {
            throw cofire::detail::io_error(operation, name, failure);
        }
    }
    std::size_t find(std::string const& name, char const* operation) const {
        auto const found = disk_->names.find(name);
        if (found == disk_->names.end()) {
            throw cofire::detail::io_error(operation, name, ENOENT);
        }
        return found->second;
    }
    std::string name_of(file const& f) const {
        for (auto const& [name, inode] : disk_->names) {
            if (inode == f.inode) {
                return name;
            }
        }
        return "a removed file";
    }
    void change_file(file& f, std::uint64_t offset, std::span<std::byte const> from) {
        simulated_disk::put(disk_->inodes[f.inode].current, offset, from);
        disk_->pending.push_back(
            {.what = kind::write,
             .inode = f.inode,
             .offset = offset,
             .data = bytes(from.begin(), from.end()),
             .name = {},
             .from = {}}
        );
    }
    void resize(file& f, std::uint64_t size) {
        disk_->inodes[f.inode].current.resize(size);
        disk_->pending.push_back(
            {.what = kind::resize,
             .inode = f.inode,
             .offset = size,
             .data = {},
             .name = {},
             .from = {}}
        );
    }
    template <class Chosen>
    void settle(Chosen const& is_chosen) {
        for (auto const& c : disk_->pending) {
            if (is_chosen(c)) {
                disk_->make_durable(c);
            }
        }
        std::erase_if(disk_->pending, is_chosen);
    }

    simulated_disk* disk_;
    bool has_crashed_ = false;
    bool owns_lock_ = false;
};

static_assert(cofire::detail::file_system<simulated_files>);

} // namespace journal_tests

#endif
