// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_COMMIT_QUEUE_HPP
#define COFIRE_STORAGE_JOURNAL_COMMIT_QUEUE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/storage/detail/parking.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// How far a record has come.
enum class commit_level : std::uint8_t {
    written, ///< the process's death does not take it
    synced,  ///< nor does power loss
};

/// Records on their way from those who make them to the one who writes them: group commit. Any number
/// of callers append; the writer takes all there is, and while it writes the next batch gathers.
///
/// Records are counted from the start: a number here is how many there were up to and with a record.
///
/// Shared objects: safe, except to destroy; take, written, synced and fail are for one writer.
class commit_queue {
public:
    /// Records for the writer, as they were appended.
    struct batch {
        std::vector<std::byte> records;
        std::size_t count = 0;
        std::uint64_t last = 0; // the number of the last record
    };

    /// `first` records are stored already; `most_bytes` may wait to be written before is_full(). What
    /// nobody waits for is given to the writer after `patience`. A batch of more than one call has at most
    /// `most_of_batch` bytes.
    commit_queue(
        std::uint64_t first,
        std::size_t most_bytes,
        std::chrono::milliseconds patience,
        std::size_t most_of_batch = std::size_t{32} << 20
    )
        : appended_(first),
          taken_(first),
          written_(first),
          synced_(first),
          most_bytes_(most_bytes),
          most_of_batch_(most_of_batch),
          patience_(patience) {
        failure_.reserve(most_failure_text);
    }
    commit_queue(commit_queue const&) = delete;
    commit_queue& operator=(commit_queue const&) = delete;
    ~commit_queue() = default;

    /// Makes room for an append of so many bytes, so that it does not throw. One append may follow.
    void reserve(std::size_t bytes);
    /// Adds the records of one call, which are written together; the number of the last. Throws
    /// std::bad_alloc, and has added nothing.
    std::uint64_t append(std::vector<std::byte> const& records, std::size_t count);
    /// The number of the last record appended.
    [[nodiscard]] std::uint64_t appended() const;
    /// The number of the last record that has come that far.
    [[nodiscard]] std::uint64_t so_far(commit_level level) const;
    /// Bytes that were appended and not yet written.
    [[nodiscard]] std::size_t unwritten_bytes() const;
    /// True if more should not be appended before some is written.
    [[nodiscard]] bool is_full() const { return unwritten_bytes() >= most_bytes_; }

    /// Waits until the record has come that far. Throws outcome_unknown if the writer has failed, and
    /// operation_aborted if cancelled.
    [[nodiscard]] asio::awaitable<void> reached(std::uint64_t record, commit_level level);
    /// Waits until is_full() is false. Throws storage_failed if the writer has failed.
    [[nodiscard]] asio::awaitable<void> room();
    /// Waits until the writer has begun a turn after this call, and ended it with turned(), or stop() is
    /// called. Throws storage_failed if the writer has failed.
    [[nodiscard]] asio::awaitable<void> turn();

    // For the writer:

    using steady_time = std::chrono::steady_clock::time_point;
    /// What there is, once somebody waits for some of it, or it is too much or too old, or stop() was
    /// called. An empty one if somebody wants a turn, if `until` comes before, or nothing is there after
    /// stop().
    [[nodiscard]] batch take(std::optional<steady_time> until);
    /// The same without waiting. An empty one: there is nothing.
    [[nodiscard]] batch take_now();
    /// True if somebody waits for what is written, but not synced.
    [[nodiscard]] bool wants_sync() const;
    /// The number of the turn that begins, for turned().
    [[nodiscard]] std::uint64_t begin_turn() const;
    /// The turn has ended.
    void turned(std::uint64_t turn);
    /// Waits until `until`, or stop().
    void pause(steady_time until);
    /// The records up to `record` are written, so many bytes more.
    void written(std::uint64_t record, std::size_t bytes);
    /// They are synced, too.
    void synced(std::uint64_t record);
    /// Nothing will be written any more; whether what was taken last is stored is not known.
    void fail(std::string_view why) noexcept;
    /// Why the writer failed; empty: it has not.
    [[nodiscard]] std::string failure() const;
    /// Has take() and pause() return from now on, for the writer to come to its end.
    void stop();
    /// True after stop().
    [[nodiscard]] bool is_stopped() const;

private:
    class waiter;
    [[nodiscard]] std::uint64_t mark(commit_level level) const {
        return level == commit_level::synced ? synced_ : written_;
    }
    [[nodiscard]] bool is_wanted() const {
        return !calls_.empty() && (wanted_ > taken_ || unwritten_ >= most_bytes_);
    }
    [[nodiscard]] bool wants_sync_locked() const {
        return wanted_sync_ > synced_ && wanted_sync_ <= written_;
    }
    void wake_waiters();
    batch take_locked();

    struct call_end {
        std::size_t bytes; // of pending_, up to and with the call
        std::size_t count;
    };
    static constexpr std::size_t most_failure_text = 1000;

    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::vector<std::byte> pending_;
    std::vector<call_end> calls_; // in pending_
    std::size_t pending_count_ = 0;
    steady_time oldest_;        // since when there is something in pending_
    std::size_t unwritten_ = 0; // bytes
    std::uint64_t appended_;
    std::uint64_t taken_;
    std::uint64_t written_;
    std::uint64_t synced_;
    std::uint64_t turn_wanted_ = 0; // by turn(); each a number of its own
    std::uint64_t turned_ = 0;      // up to this one
    std::uint64_t wanted_ = 0;      // somebody waits for this record
    std::uint64_t wanted_sync_ = 0; // and for this one to be synced
    std::size_t most_bytes_;
    std::size_t most_of_batch_;
    std::chrono::milliseconds patience_;
    bool stopped_ = false;
    std::string failure_;
    std::vector<waiter*> waiters_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/commit_queue.ipp>
#endif

#endif
