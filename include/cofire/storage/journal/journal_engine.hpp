// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_ENGINE_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_ENGINE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/storage/detail/table_shell.hpp>
#include <cofire/storage/journal/change_marks.hpp>
#include <cofire/storage/journal/commit_queue.hpp>
#include <cofire/storage/journal/inflight_file.hpp>
#include <cofire/storage/journal/journal_log.hpp>
#include <cofire/storage/journal/journal_options.hpp>
#include <cofire/storage/journal/logged_table.hpp>
#include <cofire/storage/storage.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace cofire::detail {

/// Who writes what the operations have appended.
enum class journal_writer : std::uint8_t {
    thread,  ///< a thread of the journal's own
    callers, ///< each operation itself: for tests, which need every step in its order
};

/// What a journal_storage and all that refers to it share: the table, the log, and the thread between
/// them. A template on the files, so that tests run it on simulated ones. It models `storage`.
///
/// An operation takes the lock, has the table decide, and appends the records of what changed to the
/// queue, all in one step; it is answered when the records it depends on are stored. The writer takes
/// all there is, writes it as one frame, syncs, and wakes those who waited. What fails to be written
/// or synced fails the journal for good: nobody has been told of it.
///
/// Shared objects: safe, except to destroy.
template <class Files>
class journal_engine final : public table_shell<logged_table> {
public:
    /// Opens the store. See journal_storage.
    journal_engine(
        std::unique_ptr<Files> files,
        journal_options const& options,
        journal_writer who = journal_writer::thread
    );
    ~journal_engine() override { close(); }

    asio::awaitable<insert_answer> insert(insert_request r);
    asio::awaitable<acquire_answer> acquire(acquire_request r);
    asio::awaitable<settle_answer> settle(settle_request r);
    asio::awaitable<tick_answer> tick(tick_request r);
    asio::awaitable<change_answer> change(change_request r);
    asio::awaitable<recurring_answer> recurring(recurring_request r);
    asio::awaitable<queues_answer> queues(queues_request r);
    asio::awaitable<servers_answer> servers(servers_request r);
    asio::awaitable<read_answer> read(read_request r);
    asio::awaitable<wait_answer> wait(wait_request r);

    /// Ends the waits, writes and syncs what is left, gives the directory free.
    void close();
    /// With journal_writer::callers: a slice of what the thread does beside writing.
    void turn() {
        make_room();
        compact();
    }
    /// What opening found.
    [[nodiscard]] journal_report const& report() const { return report_; }

private:
    using shell = table_shell<logged_table>;
    /// A command whose records are appended at its end.
    class step;
    /// What asks for room in a file system that is full: each finds some that those before it leave.
    enum class room_use : std::uint8_t {
        insert, ///< more work: leaves a reserve
        start,  ///< runs, and changes of jobs
        end,    ///< of runs
        leave,  ///< a server comes or goes
    };

    // Under the lock:
    std::uint64_t append_records(bool vital);
    void note_changes();
    [[nodiscard]] std::uint64_t record_behind_taken();
    [[nodiscard]] std::uint64_t stored_so_far() const;
    void fail(std::string_view why) noexcept;
    void gone(server_instance instance) override;
    [[nodiscard]] std::uint32_t make_places(std::uint32_t runs);
    void prepare_starts(acquire_request& r);
    void note_starts(server_instance server, std::vector<acquired_job> const& jobs);
    void note_ends(settle_request const& r, settle_answer const& answer);
    [[nodiscard]] std::uint64_t kept_by(room_use use) const;
    [[nodiscard]] bool has_room(std::size_t bytes, room_use use) const;
    void throw_without_room(std::size_t bytes, room_use use) const;
    [[nodiscard]] bool room_is_there(std::size_t bytes, room_use use) const;
    [[nodiscard]] std::vector<run_report> without_lines(std::span<run_report const> reports) const;
    [[nodiscard]] std::uint64_t room_wanted_for(std::size_t bytes) const;
    [[nodiscard]] bool is_too_large(std::size_t bytes) const;
    void throw_if_failed() const;
    void add_problems(storage_health& health) const;

    [[nodiscard]] asio::awaitable<void> stored(std::uint64_t record, durability_level level);
    [[nodiscard]] asio::awaitable<void> wait_for_room(std::size_t bytes);
    [[nodiscard]] durability_level level_of(insert_request const& r) const;

    // Opening:
    std::uint64_t open_log();
    void load(std::span<std::byte const> block);
    void finish_load();
    void replay(record_view const& r);
    void begin_to_serve();

    // The writer:
    void write_all() noexcept;
    void write_or_fail(commit_queue::batch const& batch) noexcept;
    void write(commit_queue::batch const& batch);
    void fail_as_writer(std::string_view why) noexcept;
    void sync();
    void make_room();
    void compact();
    void begin_snapshot();
    void note_problem(std::string_view what, std::string_view why);
    [[nodiscard]] std::optional<commit_queue::steady_time> next_turn() const;

    bool loading_ = false; // a snapshot
    journal_options options_;
    journal_writer who_;
    std::unique_ptr<Files> files_; // until close(), and what works on them
    std::optional<journal_log<Files>> log_;
    std::optional<inflight_file<Files>> inflight_;
    journal_report report_;
    std::string store_id_;
    commit_queue queue_;
    std::uint64_t last_vital_ = 0; // the last record that is more than a start or a report
    change_marks marks_;           // which of these records the changes of the table wait for
    std::vector<interrupted_run> starting_;
    std::vector<std::byte> records_;
    std::string problem_; // of the latest snapshot; the journal goes on without it
    static constexpr std::uint64_t no_end = ~std::uint64_t{0};
    std::atomic<std::uint64_t> room_ = no_end; // bytes that the log takes for certain
    std::atomic<std::uint64_t> next_room_ = 0; // and the segment that is reserved, of a large call
    std::atomic<std::uint64_t> room_wanted_ = 0; // of a segment to be reserved, by a large call
    std::atomic<std::uint64_t> room_refused_ = no_end; // so much was wanted, and was not there
    std::mutex closing_;
    bool is_closed_ = false;
    // of the writer alone
    std::optional<snapshot_writer<Files>> snapshot_;
    bool snapshot_is_whole_ = false; // all its blocks are written
    std::vector<std::byte> block_;
    std::uint64_t compact_at_ = 0;
    std::optional<commit_queue::steady_time> sync_at_;
    std::optional<commit_queue::steady_time> retry_room_at_;
    std::thread writer_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/journal_engine.ipp>
#include <cofire/storage/journal/impl/journal_room.ipp>
#include <cofire/storage/journal/impl/journal_writer.ipp>
#endif

#endif
