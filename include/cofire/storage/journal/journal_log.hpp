// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_LOG_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_LOG_HPP

#include <cofire/core/error.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/storage/journal/file_system.hpp>
#include <cofire/storage/journal/frame.hpp>
#include <cofire/storage/journal/journal_recovery.hpp>
#include <cofire/storage/journal/segment.hpp>
#include <cofire/storage/journal/snapshot_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofire::detail {

/// How a log is kept.
struct journal_log_options {
    /// Bytes of a segment, all reserved when it is made. At least 8 KiB, at most 1 GiB.
    std::uint64_t segment_size = std::uint64_t{64} << 20;
    /// The largest payload that is promised to fit in what room() tells. A larger frame may be
    /// refused with errc::no_space although room() was large enough.
    std::uint64_t usual_frame = std::uint64_t{4} << 20;
    /// Read each snapshot again before it replaces what is older.
    bool verify_snapshots = true;
    /// When a new store says that it was created.
    time_point now{};
    /// Give an older store this program's version, which programs that know only the older one refuse
    /// from then on. Otherwise it stays as it is.
    bool upgrade = false;
};

/// The log of one store: frames of records appended to segments, and snapshots that make old segments
/// unnecessary. It knows bytes and files, but not what records mean.
///
/// One frame is in flight at a time: each is durable before the next is written, but for those whose
/// writer asks otherwise. After a failed write or sync nothing is known of what the disk holds: the log
/// is poisoned, and everything but destroying it throws errc::storage_failed. All errors are
/// cofire::error.
///
/// Distinct objects: safe, also with the same directory: the second is refused. Shared objects: unsafe;
/// the thread may change from call to call.
template <file_system F>
class journal_log {
public:
    /// Takes the directory's lock and recovers what is there, or makes a new store if nothing is. Calls
    /// on_snapshot(std::span<std::byte const>) for each block of the newest snapshot, then
    /// on_record(record_view const&) for each record after it. `files` must outlive this object.
    ///
    /// Throws errc::in_use; errc::corrupt, which names file, byte and record, if anything that was
    /// acknowledged is not there; errc::newer_format; errc::no_space; errc::storage_failed;
    /// errc::bad_option. No acknowledged byte is changed by trying.
    template <class OnSnapshot, class OnRecord>
    journal_log(
        F& files, journal_log_options const& options, OnSnapshot&& on_snapshot, OnRecord&& on_record
    );
    /// Closes nothing in an orderly way: see close().
    ~journal_log() = default;
    journal_log(journal_log const&) = delete;
    journal_log& operator=(journal_log const&) = delete;

    /// What was found when it was opened.
    [[nodiscard]] journal_findings const& findings() const { return findings_; }

    /// Appends `count` records, which stand one behind the other in `records`, each {size of the body,
    /// 4 bytes; type, 2; flags, 2; body}, lowest byte first. They are one frame: after a crash all of
    /// them are there or none. With `durable` returns when they survive a loss of power; otherwise they
    /// do after the next frame that is durable, or sync(). Returns the seq of the last one.
    ///
    /// Goes on to the next segment if this one has no room. Throws errc::no_space or
    /// errc::too_many_items with nothing written; errc::storage_failed, then poisoned: whether the
    /// frame is durable is unknown.
    std::uint64_t
    write_frame(std::span<std::byte const> records, std::uint32_t count, bool durable = true);
    /// Makes all frames durable. Throws errc::storage_failed, then poisoned.
    void sync();

    /// The last record that was written, and the last one that is durable; 0 if there is none.
    [[nodiscard]] std::uint64_t last_seq() const { return head_.next_seq - 1; }
    [[nodiscard]] std::uint64_t durable_seq() const { return durable_seq_; }
    /// True after a failure that leaves unknown what the disk holds.
    [[nodiscard]] bool is_poisoned() const { return !poison_.empty(); }

    /// How many bytes of frames can be written for sure, each frame counted with frame_size() and of at
    /// most options.usual_frame bytes: all of that is reserved already.
    [[nodiscard]] std::uint64_t room() const;
    /// Reserves the next segment, if none is reserved, so that going on to it needs no more room. False
    /// if there is none in the file system: room() stays as it is. Throws errc::storage_failed if the
    /// file system fails otherwise; the log is not poisoned by that. `frames`: the segment should have
    /// room for so many bytes of frames; next_room() says whether it has.
    bool prepare(std::uint64_t frames = 0);
    /// How many bytes of frames the segment has room for that is reserved; 0: none is.
    [[nodiscard]] std::uint64_t next_room() const {
        return spare_ ? spare_size_ - segment_overhead : 0;
    }
    /// Goes on to the next segment. Throws errc::no_space with nothing changed; errc::storage_failed.
    void roll();

    /// Begins a snapshot of everything up to last_seq(), for which it may roll(). Append its blocks and
    /// commit it, between frames as slowly as wanted; one at a time. Nothing if there is one already
    /// that holds exactly this, or nothing at all to hold. Throws as roll().
    std::optional<snapshot_writer<F>> begin_snapshot();
    /// The bytes of frames since the point of the newest snapshot.
    [[nodiscard]] std::uint64_t bytes_since_snapshot() const { return bytes_since_snapshot_; }

    /// Removes all that the newest snapshot covers, the generation before it, too: nothing is left to
    /// fall back to then. Nothing happens without a snapshot. Throws errc::storage_failed; what is left
    /// is good all the same.
    void keep_only_newest();

    /// Why the last removal of what a snapshot made unnecessary failed; empty if it did not. It is tried
    /// again after the next snapshot.
    [[nodiscard]] std::string const& cleanup_failure() const { return cleanup_failure_; }

    /// Says in the log that the store is closed with everything durable, so that the next one to open it
    /// can tell damage from a crash. More frames may follow. Throws as write_frame.
    void close();

private:
    friend class snapshot_writer<F>;
    using file = typename F::file;

    void check_options() const;
    void require_healthy() const;
    template <class Function>
    void or_poison(Function&& fn);
    [[nodiscard]] bool is_store(std::vector<std::string> const& names);
    void remove_temporary(std::vector<std::string> const& names);
    void create_store();
    void upgrade();
    void adopt(journal_recovery<F>& recovery);
    void keep_torn_tail(std::vector<std::byte> const& bytes);
    void write_file(std::string const& name, std::span<std::byte const> bytes);
    std::string write_temporary(std::string const& name, std::span<std::byte const> bytes);

    [[nodiscard]] std::uint64_t left_in_segment() const;
    void
    put(std::span<std::byte const> payload, std::uint32_t count, std::uint8_t flags, bool durable);
    void write_link(segment_link const& link);
    file make_spare(std::uint64_t size);
    void roll(std::uint64_t payload);
    segment_header start_segment(file& spare, std::uint64_t size);

    void finish_snapshot(
        std::string const& temporary, snapshot_header const& header, std::uint64_t bytes_before
    );
    void remove_old() { remove_old(2); }
    void remove_old(std::size_t kept);

    F* files_;
    journal_log_options options_;
    journal_findings findings_;
    std::optional<file> file_; // of the segment that is written to
    journal_head head_;
    std::uint32_t seed_ = 0;
    std::uint64_t durable_offset_ = segment_header_size;
    std::uint64_t durable_seq_ = 0;
    std::optional<file> spare_;
    std::uint64_t spare_size_ = 0;
    std::uint64_t bytes_since_snapshot_ = 0;
    std::vector<std::uint64_t> segments_;
    std::vector<snapshot_header> snapshots_;
    std::vector<std::byte> frame_; // its memory is kept
    bool is_closed_ = false;       // the last frame says so
    std::string poison_;           // why, or empty
    std::string cleanup_failure_;
};

} // namespace cofire::detail

#include <cofire/storage/journal/journal_log_open.hpp>
#include <cofire/storage/journal/journal_log_write.hpp>

#endif
