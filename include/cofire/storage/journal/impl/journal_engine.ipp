// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_ENGINE_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_ENGINE_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/detail/impl/table_shell.ipp>
#include <cofire/storage/journal/journal_engine.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>
#include <variant>

namespace cofire::detail {

/// About how many bytes the records of jobs take at the most.
inline std::size_t bytes_of(std::span<new_job const> jobs) {
    constexpr std::size_t rest_of_one = 4096; // names, options, keys, tags
    std::size_t bytes = 0;
    for (new_job const& job : jobs) {
        bytes += job.arguments.size() + job.parents.size() * 16 + rest_of_one;
    }
    return bytes;
}

inline std::size_t bytes_of(recurring_request const& r) {
    std::size_t bytes = 8192;
    if (auto const* const put = std::get_if<recurring_put>(&r); put && put->definition) {
        bytes += put->definition->arguments.size();
    } else if (auto const* const fire = std::get_if<recurring_fire>(&r)) {
        for (recurring_firing const& f : fire->firings) {
            bytes += bytes_of(f.jobs) + 1024;
        }
    }
    return bytes;
}

/// A command. Its records are appended by done(), and at its end what a call that throws has let pass.
template <file_system Files>
class journal_engine<Files>::step : public shell::step {
public:
    explicit step(journal_engine& e) : shell::step(e), engine_(e) { e.throw_if_failed(); }
    step(step const&) = delete;
    step& operator=(step const&) = delete;
    ~step() { engine_.append_records(false); }

    /// The command is done; the number of the last record. `vital`: it is to be stored before what
    /// depends on it is answered; what is not vital is a start or a report.
    std::uint64_t done(bool vital = true) { return engine_.append_records(vital); }

private:
    journal_engine& engine_;
};

template <file_system Files>
std::uint64_t journal_engine<Files>::append_records(bool vital) {
    try {
        std::uint64_t const count = this->table_.take_records(records_);
        std::uint64_t const last = queue_.append(records_, count);
        if (vital && count != 0) {
            last_vital_ = last;
        }
        if (who_ == journal_writer::callers && count != 0) {
            write_or_fail(queue_.take_now());
        }
        return last;
    } catch (std::bad_alloc const&) {
        queue_.fail("there was no memory for records"); // the table is ahead of the log
        return queue_.appended();
    }
}

template <file_system Files>
void journal_engine<Files>::throw_if_failed() const {
    if (std::string why = queue_.failure(); !why.empty()) {
        throw error(errc::storage_failed, why);
    }
}

/// Refuses what could not be written for certain. A part is kept for the ends of runs.
template <file_system Files>
void journal_engine<Files>::throw_without_room(std::size_t bytes) const {
    constexpr std::size_t kept = 4U << 20U;
    if (queue_.unwritten_bytes() + bytes + kept > room_.load(std::memory_order_relaxed)) {
        throw error(errc::no_space, this->name_);
    }
}

template <file_system Files>
asio::awaitable<void>
journal_engine<Files>::stored(std::uint64_t record, durability_level level) {
    if (level == durability_level::none) {
        co_return;
    }
    co_await queue_.reached(
        record, level == durability_level::always ? commit_level::synced : commit_level::written
    );
}

/// The highest level that one of the jobs asks for.
template <file_system Files>
durability_level journal_engine<Files>::level_of(insert_request const& r) const {
    durability_level level = durability_level::none;
    for (new_job const& job : r.jobs) {
        level = std::min(level, job.settings->durability.value_or(options_.durability));
    }
    return r.jobs.empty() ? options_.durability : level;
}

template <file_system Files>
asio::awaitable<insert_answer> journal_engine<Files>::insert(insert_request r) {
    while (queue_.is_full()) {
        co_await queue_.room();
    }
    insert_answer answer{};
    std::uint64_t record = 0;
    {
        step s(*this);
        throw_without_room(bytes_of(r.jobs));
        answer = s.table.insert(r, s.now);
        record = s.done();
    }
    co_await stored(record, level_of(r));
    co_return answer;
}

template <file_system Files>
asio::awaitable<acquire_answer> journal_engine<Files>::acquire(acquire_request r) {
    acquire_answer answer{};
    std::uint64_t before = 0;
    {
        step s(*this);
        before = last_vital_;
        answer = s.table.acquire(r, s.now);
        note_starts(r.server, answer.jobs);
        s.done(false);
    }
    if (!answer.jobs.empty()) {
        co_await stored(before, options_.durability);
    }
    co_return answer;
}

template <file_system Files>
asio::awaitable<settle_answer> journal_engine<Files>::settle(settle_request r) {
    settle_answer answer{};
    std::uint64_t record = 0;
    {
        step s(*this);
        answer = s.table.settle(r, s.now);
        note_ends(r, answer);
        if (answer.acquired) {
            note_starts(r.server, answer.acquired->jobs);
        }
        s.done();
        record = last_vital_;
    }
    co_await stored(record, options_.durability);
    co_return answer;
}

template <file_system Files>
asio::awaitable<tick_answer> journal_engine<Files>::tick(tick_request r) {
    step const s(*this);
    co_return s.table.tick(r, s.now);
}

template <file_system Files>
asio::awaitable<change_answer> journal_engine<Files>::change(change_request r) {
    change_answer answer{};
    std::uint64_t record = 0;
    {
        step s(*this);
        answer = s.table.change(r, s.now);
        record = s.done();
    }
    co_await stored(record, options_.durability);
    co_return answer;
}

template <file_system Files>
asio::awaitable<recurring_answer> journal_engine<Files>::recurring(recurring_request r) {
    bool const asks = std::holds_alternative<recurring_list>(r);
    while (!asks && queue_.is_full()) {
        co_await queue_.room();
    }
    recurring_answer answer{};
    std::uint64_t record = 0;
    {
        step s(*this);
        if (!asks) {
            throw_without_room(bytes_of(r));
        }
        answer = s.table.recurring(r, s.now);
        record = s.done();
    }
    if (!asks) {
        co_await stored(record, options_.durability);
    }
    co_return answer;
}

template <file_system Files>
asio::awaitable<queues_answer> journal_engine<Files>::queues(queues_request r) {
    bool const asks = std::holds_alternative<queue_list>(r);
    queues_answer answer{};
    std::uint64_t record = 0;
    {
        step s(*this);
        answer = s.table.queues(r, s.now);
        record = s.done();
    }
    if (!asks) {
        co_await stored(record, options_.durability);
    }
    co_return answer;
}

template <file_system Files>
asio::awaitable<servers_answer> journal_engine<Files>::servers(servers_request r) {
    std::shared_ptr<typename shell::presence> token; // made first: there may be no memory
    if (std::holds_alternative<server_announce>(r)) {
        token = std::make_shared<typename shell::presence>(this->weak_from_this());
    }
    servers_answer answer;
    std::uint64_t record = 0;
    {
        step s(*this);
        answer = s.table.servers(r, s.now);
        if (token) {
            token->instance = answer.instance;
        }
        if (auto const* const leaving = std::get_if<server_retire>(&r)) {
            inflight_.end_all(leaving->server);
        }
        record = s.done();
    }
    if (!std::holds_alternative<server_list>(r)) {
        co_await stored(record, options_.durability);
    }
    if (token) {
        answer.presence = std::move(token);
        answer.store_id = store_id_;
    }
    co_return answer;
}

template <file_system Files>
asio::awaitable<read_answer> journal_engine<Files>::read(read_request r) {
    typename shell::step const s(*this); // also of a journal that has failed
    co_return s.table.read(r, s.now);
}

template <file_system Files>
asio::awaitable<wait_answer> journal_engine<Files>::wait(wait_request r) {
    wait_answer const answer = co_await this->wait_until_changed(r);
    if (answer.status == wait_status::changed && !r.interest.jobs.empty()) {
        std::uint64_t record = 0;
        {
            std::lock_guard const lock(this->mutex_);
            record = last_vital_;
        }
        co_await stored(record, options_.durability); // that a job has ended
    }
    co_return answer;
}

/// Before a handler may start, its run stands where the process's death does not take it.
template <file_system Files>
void journal_engine<Files>::note_starts(
    server_instance server, std::vector<acquired_job> const& jobs
) {
    starting_.clear();
    for (acquired_job const& job : jobs) {
        starting_.push_back({.id = job.id, .epoch = job.epoch, .attempt = job.attempt});
    }
    if (!starting_.empty()) {
        inflight_.start(server, starting_);
    }
}

template <file_system Files>
void journal_engine<Files>::note_ends(settle_request const& r, settle_answer const& answer) {
    for (std::size_t i = 0; i != r.outcomes.size(); ++i) {
        if (answer.results[i] == settle_status::done) {
            inflight_.end(r.outcomes[i].epoch);
        }
    }
}

// Opening.

inline journal_log_options log_options(journal_options const& o) {
    return {
        .segment_size = o.segment_bytes / 4096 * 4096,
        .usual_frame = std::min<std::uint64_t>(o.buffer_bytes + (5U << 20U), o.segment_bytes / 4),
        .verify_snapshots = o.verify_snapshots,
        .now = o.clock.wall_now(),
    };
}

template <file_system Files>
journal_engine<Files>::journal_engine(
    Files files, journal_options const& options, journal_writer who
)
    : shell("journal", options.clock, options.limits),
      options_(options),
      who_(who),
      files_(std::move(files)),
      log_(
          files_, log_options(options), [this](std::span<std::byte const> block) { replay(block); },
          [this](record_view const& r) {
              try {
                  this->table_.replay(r.type, r.flags, r.body);
              } catch (error const& e) {
                  throw error(e.value(), "record " + std::to_string(r.seq) + ": " + e.what());
              }
          }
      ),
      inflight_(files_),
      queue_(log_.last_seq(), options.buffer_bytes) {
    with_users_errors([this] { begin_to_serve(); });
    if (who_ == journal_writer::thread) {
        writer_ = std::thread([this] { write_all(); });
    }
}

/// A block of a snapshot: records, one behind the other.
template <file_system Files>
void journal_engine<Files>::replay(std::span<std::byte const> block) {
    while (!block.empty()) {
        if (block.size() < frame_record_head_size ||
            load_little<std::uint32_t>(block, 0) > block.size() - frame_record_head_size) {
            throw error(errc::corrupt, "a block of a snapshot holds no whole records");
        }
        record_view const r = take_record(block, 0);
        this->table_.replay(r.type, r.flags, r.body);
    }
}

/// What the last process left unfinished is put back, and stored before anything is answered.
template <file_system Files>
void journal_engine<Files>::begin_to_serve() {
    journal_findings const& found = log_.findings();
    report_.created = found.is_new;
    report_.records = found.records;
    report_.torn_bytes = found.torn ? found.torn->size : 0;
    store_id_ = "journal-" + to_hex(found.format.uuid);
    std::uint64_t const lost_before = this->table_.table().count_lost();
    report_.generation = this->table_.start(this->clock_.wall_now(), inflight_.read());
    report_.interrupted = this->table_.table().count_lost() - lost_before;
    report_.jobs = this->table_.size();
    (void)this->table_.take_effects();
    std::uint64_t const count = this->table_.take_records(records_);
    queue_.append(records_, count);
    write(queue_.take_now());
    sync();
    inflight_.clear();
    compact_at_ = options_.compact_bytes;
    make_room();
}

// The writer.

template <file_system Files>
void journal_engine<Files>::write(commit_queue::batch const& batch) {
    if (batch.count != 0) {
        log_.write_frame(batch.records, static_cast<std::uint32_t>(batch.count), false);
        queue_.written(batch.last);
    }
    if (options_.durability == durability_level::always || queue_.wants_sync()) {
        sync();
    } else if (options_.durability == durability_level::interval && batch.count != 0 && !sync_at_) {
        sync_at_ = std::chrono::steady_clock::now() + options_.sync_interval;
    }
}

template <file_system Files>
void journal_engine<Files>::sync() {
    log_.sync();
    sync_at_.reset();
    queue_.synced(log_.last_seq());
}

/// Writes, or fails for good. Without room it waits until there is some: what is to be written has been
/// decided already, and nobody was told.
template <file_system Files>
void journal_engine<Files>::write_or_fail(commit_queue::batch const& batch) noexcept {
    for (;;) {
        try {
            write(batch);
            return;
        } catch (error const& e) {
            if (e.value() != errc::no_space || who_ == journal_writer::callers ||
                queue_.is_stopped()) {
                queue_.fail(e.what());
                return;
            }
            room_ = 0;
            queue_.pause(std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
        } catch (std::exception const& e) {
            queue_.fail(e.what());
            return;
        }
    }
}

template <file_system Files>
std::optional<commit_queue::steady_time> journal_engine<Files>::next_turn() const {
    if (snapshot_) {
        return commit_queue::steady_time{}; // at once
    }
    return sync_at_;
}

template <file_system Files>
void journal_engine<Files>::write_all() noexcept {
    for (;;) {
        commit_queue::batch const batch = queue_.take(next_turn());
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
            if (!queue_.is_stopped()) {
                compact();
            }
        } catch (std::exception const& e) {
            queue_.fail(e.what());
            return;
        }
    }
}

/// Makes sure that there is a segment to go on to, and tells how much can be written.
template <file_system Files>
void journal_engine<Files>::make_room() {
    log_.prepare();
    room_ = log_.room();
}

/// A slice of a snapshot, or the beginning of one if it is time. A snapshot that fails is given up; the
/// log is as good as before, and it is tried again when the log has grown by as much again.
template <file_system Files>
void journal_engine<Files>::compact() {
    if (!snapshot_ && log_.bytes_since_snapshot() < compact_at_) {
        return;
    }
    try {
        if (!snapshot_) {
            begin_snapshot();
            return;
        }
        bool is_last = false;
        {
            std::lock_guard const lock(this->mutex_);
            is_last = this->table_.snapshot_slice(1000, block_);
        }
        if (!block_.empty()) {
            snapshot_->append(block_);
        }
        if (is_last) {
            std::uint64_t const size = snapshot_->size();
            snapshot_->commit();
            snapshot_.reset();
            compact_at_ = std::max(options_.compact_bytes, size);
        }
    } catch (std::exception const& e) {
        snapshot_failure_ = e.what();
        snapshot_.reset();
        compact_at_ = log_.bytes_since_snapshot() + options_.compact_bytes;
        std::lock_guard const lock(this->mutex_);
        this->table_.abandon_snapshot();
    }
}

/// The table as it is at one moment, and the log up to that moment.
template <file_system Files>
void journal_engine<Files>::begin_snapshot() {
    commit_queue::batch batch;
    {
        std::lock_guard const lock(this->mutex_);
        append_records(false);
        this->table_.begin_snapshot();
        batch = queue_.take_now();
    }
    write(batch);
    sync();
    snapshot_ = log_.begin_snapshot();
    if (!snapshot_) { // there is one of this moment
        std::lock_guard const lock(this->mutex_);
        this->table_.abandon_snapshot();
        compact_at_ = log_.bytes_since_snapshot() + options_.compact_bytes;
    }
}

template <file_system Files>
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
            write(queue_.take_now());
            sync();
            log_.close();
        }
    } catch (std::exception const& e) {
        queue_.fail(e.what());
    }
    files_.unlock();
}

} // namespace cofire::detail

#endif
