// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_WRITER_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_WRITER_IPP

// journal_engine's opening, writing and closing.

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/journal_engine.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

// Opening.

inline void check_limits(table_limits const& limits) {
    constexpr std::size_t most = std::size_t{16} << 20; // a job stands in one block of a snapshot
    auto const check = [](char const* what, std::size_t bytes) {
        if (bytes > most) {
            throw error(
                errc::bad_option,
                std::string("limits.") + what + " of " + std::to_string(bytes) +
                    " bytes; a journal takes at most 16 MiB"
            );
        }
    };
    check("arguments", limits.arguments);
    check("result", limits.result);
}

inline journal_log_options log_options(journal_options const& o) {
    return {
        .segment_size = o.segment_bytes / 4096 * 4096,
        .usual_frame = std::min<std::uint64_t>(o.buffer_bytes + (5U << 20U), o.segment_bytes / 4),
        .verify_snapshots = o.verify_snapshots,
        .now = o.clock.wall_now(),
        .upgrade = o.upgrade,
    };
}

template <class Files>
journal_engine<Files>::journal_engine(
    std::unique_ptr<Files> files, journal_options const& options, journal_writer who
)
    : shell("journal", options.clock, options.limits),
      options_(options),
      who_(who),
      files_(std::move(files)),
      queue_(
          open_log(),
          std::min<std::size_t>(options.buffer_bytes, options.segment_bytes / 4),
          options.sync_interval,
          std::min<std::size_t>(std::size_t{32} << 20, options.segment_bytes / 4)
      ) {
    with_users_errors([this] { begin_to_serve(); });
    if (who_ == journal_writer::thread) {
        writer_ = std::thread([this] { write_all(); });
    }
}

/// The number of the last record.
template <class Files>
std::uint64_t journal_engine<Files>::open_log() {
    check_limits(options_.limits);
    log_.emplace(
        *files_,
        log_options(options_),
        [this](std::span<std::byte const> block) { load(block); },
        [this](record_view const& r) { replay(r); }
    );
    with_users_errors([this] {
        if (!log_->findings().is_new && !log_->findings().was_closed &&
            !inflight_file<Files>::exists(*files_)) {
            report_.starts_problem = std::string(inflight_name) + " is missing";
        }
        inflight_.emplace(*files_);
    });
    return log_->last_seq();
}

template <class Files>
void journal_engine<Files>::load(std::span<std::byte const> block) {
    loading_ = true;
    this->table_.load_snapshot_block(block);
}

template <class Files>
void journal_engine<Files>::finish_load() {
    if (std::exchange(loading_, false)) {
        this->table_.finish_load();
    }
}

template <class Files>
void journal_engine<Files>::replay(record_view const& r) {
    finish_load();
    try {
        this->table_.replay(r.type, r.flags, r.body);
    } catch (error const& e) {
        throw error(e.value(), "record " + std::to_string(r.seq) + ": " + e.what());
    }
}

/// What the last process left unfinished is put back, and stored before anything is answered.
template <class Files>
void journal_engine<Files>::begin_to_serve() {
    finish_load();
    journal_findings const& found = log_->findings();
    report_.created = found.is_new;
    report_.records = found.records;
    report_.torn_bytes = found.torn ? found.torn->size : 0;
    store_id_ = "journal-" + byte_reader(found.format.uuid).id().to_string();
    time_point const now = this->clock_.wall_now();
    auto const lost = [this, now] { return this->table_.read(read_counts{}, now).counts.lost; };
    std::uint64_t const lost_before = lost();
    report_.generation = this->table_.start(now, inflight_->read());
    report_.interrupted = lost() - lost_before;
    if (!found.was_closed && report_.starts_problem.empty()) {
        report_.starts_problem = inflight_->problem();
    }
    report_.jobs = this->table_.size();
    (void)this->table_.take_effects();
    std::uint64_t const count = this->table_.take_records(records_);
    queue_.append(records_, count);
    write(queue_.take_now());
    sync();
    inflight_->clear();
    compact_at_ = options_.compact_bytes;
    make_room();
}

// The writer.

template <class Files>
void journal_engine<Files>::write(commit_queue::batch const& batch) {
    if (batch.count != 0) {
        log_->write_frame(batch.records, static_cast<std::uint32_t>(batch.count), false);
        // Before more is decided: the segment that was reserved may be in use by now.
        next_room_ = log_->next_room();
        if (room_ != no_end) {
            room_ = log_->room();
        }
        queue_.written(batch.last, batch.records.size());
    }
    if (options_.durability == durability_level::always || queue_.wants_sync()) {
        sync();
    } else if (batch.count != 0 && !sync_at_) {
        sync_at_ = std::chrono::steady_clock::now() + options_.sync_interval;
    }
}

template <class Files>
void journal_engine<Files>::sync() {
    log_->sync();
    sync_at_.reset();
    queue_.synced(log_->last_seq());
}

/// Writes, or fails for good. If the file system has no room, or no descriptor, for now, it tries again
/// until it has: what is to be written has been decided already, and nobody was told.
template <class Files>
void journal_engine<Files>::write_or_fail(commit_queue::batch const& batch) noexcept {
    for (;;) {
        try {
            write(batch);
            return;
        } catch (error const& e) {
            bool const may_pass = !log_->is_poisoned() && e.value() != errc::too_many_items;
            if (!may_pass || who_ == journal_writer::callers || queue_.is_stopped()) {
                fail_as_writer(e.what());
                return;
            }
            room_ = 0;
            queue_.pause(std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
        } catch (std::exception const& e) {
            fail_as_writer(e.what());
            return;
        }
    }
}

/// As fail(), for the thread, which holds no lock.
template <class Files>
void journal_engine<Files>::fail_as_writer(std::string_view why) noexcept {
    if (who_ == journal_writer::callers) {
        fail(why);
        return;
    }
    queue_.fail(why);
    std::lock_guard const lock(this->mutex_);
    this->fail_waits();
}

template <class Files>
std::optional<commit_queue::steady_time> journal_engine<Files>::next_turn() const {
    if (snapshot_) {
        return commit_queue::steady_time{}; // at once
    }
    return sync_at_ && (!retry_room_at_ || *sync_at_ < *retry_room_at_) ? sync_at_ : retry_room_at_;
}

template <class Files>
void journal_engine<Files>::write_all() noexcept {
    for (;;) {
        commit_queue::batch const batch = queue_.take(next_turn());
        std::uint64_t const turn = queue_.begin_turn();
        write_or_fail(batch);
        if (!queue_.failure().empty()) {
            return;
        }
        if (queue_.is_stopped() && batch.count == 0) {
            return;
        }
        try {
            if (sync_at_ && std::chrono::steady_clock::now() >= *sync_at_) {
                sync();
            }
            make_room();
            queue_.turned(turn);
            if (!queue_.is_stopped()) {
                compact();
            }
        } catch (std::exception const& e) {
            fail_as_writer(e.what());
            return;
        }
    }
}

/// Makes sure that there is a segment to go on to. If the file system has no room for one, or fails
/// otherwise, only so much can be written for certain, and it is asked again before long.
template <class Files>
void journal_engine<Files>::make_room() {
    bool is_there = false;
    std::uint64_t const wanted = room_wanted_.exchange(0);
    try {
        is_there = log_->prepare(wanted);
    } catch (error const&) {
        if (log_->is_poisoned()) {
            throw;
        }
    }
    next_room_ = log_->next_room();
    if (wanted != 0) {
        room_refused_ = next_room_ < wanted ? wanted : no_end;
    }
    room_ = is_there ? no_end : log_->room();
    retry_room_at_.reset();
    if (!is_there) {
        retry_room_at_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    }
}

/// A slice of a snapshot, or the beginning of one if it is time. A snapshot that fails is given up; the
/// log is as good as before, and it is tried again when the log has grown by as much again.
template <class Files>
void journal_engine<Files>::compact() {
    if (!snapshot_ && log_->bytes_since_snapshot() < compact_at_) {
        return;
    }
    try {
        if (!snapshot_) {
            begin_snapshot();
            return;
        }
        if (!snapshot_is_whole_) {
            {
                std::lock_guard const lock(this->mutex_);
                snapshot_is_whole_ = this->table_.snapshot_slice(1000, block_);
            }
            if (!block_.empty()) {
                snapshot_->append(block_);
            }
        } else if (snapshot_->commit_slice()) {
            std::uint64_t const size = snapshot_->size();
            snapshot_.reset();
            compact_at_ = std::max(options_.compact_bytes, size);
            note_problem("older files cannot be removed: ", log_->cleanup_failure());
        }
    } catch (std::exception const& e) {
        snapshot_.reset();
        compact_at_ = log_->bytes_since_snapshot() + options_.compact_bytes;
        {
            std::lock_guard const lock(this->mutex_);
            this->table_.abort_snapshot();
        }
        if (log_->is_poisoned()) {
            fail_as_writer(e.what());
        } else {
            note_problem("the latest snapshot failed, and the log grows: ", e.what());
        }
    }
}

/// For who asks for the storage's health. No `why`: all is well.
template <class Files>
void journal_engine<Files>::note_problem(std::string_view what, std::string_view why) {
    std::string text;
    if (!why.empty()) {
        text.append(what).append(why);
    }
    std::lock_guard const lock(this->mutex_);
    problem_ = std::move(text);
}

/// The table as it is at one moment, and the log up to that moment.
template <class Files>
void journal_engine<Files>::begin_snapshot() {
    std::vector<commit_queue::batch> batches;
    {
        std::lock_guard const lock(this->mutex_);
        append_records(false);
        this->table_.begin_snapshot();
        try {
            do {
                batches.push_back(queue_.take_now());
            } while (batches.back().count != 0);
        } catch (...) {
            fail("there was no memory to write records");
            return;
        }
    }
    for (commit_queue::batch const& batch : batches) {
        write_or_fail(batch);
        if (!queue_.failure().empty()) {
            return;
        }
    }
    if (auto begun = log_->begin_snapshot()) {
        snapshot_.emplace(std::move(*begun));
        snapshot_is_whole_ = false;
    } else { // there is one of this moment
        std::lock_guard const lock(this->mutex_);
        this->table_.abort_snapshot();
        compact_at_ = log_->bytes_since_snapshot() + options_.compact_bytes;
    }
}

template <class Files>
void journal_engine<Files>::close() {
    std::lock_guard const only_one(closing_);
    if (std::exchange(is_closed_, true)) {
        return;
    }
    this->close_waits();
    queue_.stop();
    if (writer_.joinable()) {
        writer_.join();
    }
    try {
        snapshot_.reset();
        if (queue_.failure().empty()) {
            std::lock_guard const lock(this->mutex_);
            this->table_.tell_counters(this->clock_.wall_now());
            append_records(false);
            for (auto batch = queue_.take_now(); batch.count != 0; batch = queue_.take_now()) {
                write(batch);
            }
            sync();
            log_->close();
        }
    } catch (std::exception const& e) {
        queue_.fail(e.what());
    }
    inflight_.reset();
    log_.reset();
    files_.reset(); // and the lock
}

} // namespace cofire::detail

#endif
