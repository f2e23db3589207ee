// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_INFLIGHT_FILE_HPP
#define COFIRE_STORAGE_JOURNAL_INFLIGHT_FILE_HPP

#include <cofire/core/job_id.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/storage/journal/crc32c.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/little_endian.hpp>
#include <cofire/storage/journal/record_bytes.hpp>
#include <cofire/storage/journal/record_writer.hpp>
#include <cofire/storage/journal/segment.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cofire::detail {

/// The runs under way, in a small file that is written before a handler starts, and never synced: the
/// process's death does not take it, and it is the process's death that a run is counted lost for.
///
/// An entry is 32 bytes: id 16, epoch 8, 4 zeros, CRC32C of these 4. An entry of a run that has ended
/// is left until its place is needed: the log says that it has ended.
///
/// Shared objects: unsafe.
template <file_system Files>
class inflight_file {
public:
    static constexpr std::size_t entry_bytes = 32;

    /// Opens the file in `files`, or makes it.
    explicit inflight_file(Files& files, file_access access = file_access::write)
        : files_(files), file_(open(files, access)) {}

    /// True if there is one in `files`.
    [[nodiscard]] static bool exists(Files& files) {
        auto const names = files.list();
        return std::find(names.begin(), names.end(), std::string(inflight_name)) != names.end();
    }

    /// What stands in it: the runs under way when the process ended, and older ones.
    [[nodiscard]] std::vector<interrupted_run> read() {
        std::vector<interrupted_run> found;
        std::size_t damaged = 0;
        std::vector<std::byte> all(files_.size(file_));
        all.resize(files_.read(file_, 0, all) / entry_bytes * entry_bytes);
        for (std::size_t at = 0; at != all.size(); at += entry_bytes) {
            auto const entry = std::span(all).subspan(at).template first<entry_bytes>();
            interrupted_run run;
            if (decode(entry, run)) {
                found.push_back(run);
            } else if (std::ranges::any_of(entry, [](std::byte b) { return b != std::byte{0}; })) {
                ++damaged;
            }
        }
        if (damaged != 0) {
            problem_ = std::string(inflight_name) + ": " + std::to_string(damaged) +
                       (damaged == 1 ? " entry is damaged" : " entries are damaged");
        }
        return found;
    }

    /// Why read() may not tell all; empty: it does. Known after read().
    [[nodiscard]] std::string const& problem() const { return problem_; }

    /// Forgets all that stands in it.
    void clear() {
        files_.truncate(file_, 0);
        free_.clear();
        first_free_ = 0;
        free_count_ = 0;
        held_.clear();
        grow();
    }

    /// Makes sure that so many can be noted without more room, in the file or in memory.
    void reserve(std::size_t runs) {
        while (free_count_ < runs) {
            grow();
        }
        held_.reserve(held_.size() + runs);
        buffer_.reserve(runs * entry_bytes);
    }

    /// How many can be noted now.
    [[nodiscard]] std::size_t free_places() const { return free_count_; }

    /// Notes that `runs`, acquired by `server`, may start. Throws if it cannot be written.
    void start(server_instance server, std::span<interrupted_run const> runs) {
        reserve(runs.size());
        for (std::size_t i = 0; i != runs.size();) {
            // Places that follow each other are written in one go.
            std::size_t const place = free_[first_free_];
            buffer_.clear();
            for (std::size_t n = 0; i != runs.size() && free_[first_free_] == place + n; ++i, ++n) {
                take_place();
                encode(runs[i]);
                held_.emplace(runs[i].epoch, run_place{place + n, server});
            }
            files_.write(file_, place * entry_bytes, buffer_);
        }
    }

    /// The run has ended: its place may be used again.
    void end(epoch_type epoch) {
        if (auto const found = held_.find(epoch); found != held_.end()) {
            give_place(found->second.index);
            held_.erase(found);
        }
    }

    /// All runs of a server have ended.
    void end_all(server_instance server) {
        for (auto i = held_.begin(); i != held_.end();) {
            if (i->second.server == server) {
                give_place(i->second.index);
                i = held_.erase(i);
            } else {
                ++i;
            }
        }
    }

private:
    struct run_place {
        std::size_t index;
        server_instance server;
    };

    static typename Files::file open(Files& files, file_access access) {
        std::string const name(inflight_name);
        return exists(files) ? files.open(name, access) : files.create(name);
    }

    void encode(interrupted_run const& run) {
        std::size_t const at = buffer_.size();
        byte_writer w(buffer_);
        w.id(run.id);
        w.fixed64(run.epoch);
        buffer_.resize(at + entry_bytes);
        auto const entry = std::span(buffer_).subspan(at);
        store_little(entry, 28, crc32c(entry.first(28)));
    }

    static bool decode(std::span<std::byte const, entry_bytes> bytes, interrupted_run& run) {
        if (load_little<std::uint32_t>(bytes, 28) != crc32c(bytes.first(28))) {
            return false;
        }
        byte_reader r(bytes);
        run.id = r.id();
        run.epoch = r.fixed64();
        return run.epoch != 0;
    }

    void take_place() {
        first_free_ = (first_free_ + 1) % free_.size();
        --free_count_;
    }

    void give_place(std::size_t place) noexcept {
        free_[(first_free_ + free_count_) % free_.size()] = place;
        ++free_count_;
    }

    void grow() {
        std::size_t const places = free_.size();
        std::size_t const more = places == 0 ? 1024 : places;
        files_.reserve(file_, (places + more) * entry_bytes);
        free_.reserve(places + more);
        std::rotate(
            free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(first_free_), free_.end()
        );
        first_free_ = 0;
        free_.resize(places + more);
        for (std::size_t i = 0; i != more; ++i) {
            give_place(places + i);
        }
    }

    Files& files_;
    typename Files::file file_;
    std::string problem_;
    // The free places, in a ring as large as all places: runs mostly end in the order in which they
    // started, so that places which follow each other come free together.
    std::vector<std::size_t> free_;
    std::size_t first_free_ = 0;
    std::size_t free_count_ = 0;
    std::unordered_map<epoch_type, run_place> held_;
    std::vector<std::byte> buffer_;
};

} // namespace cofire::detail

#endif
