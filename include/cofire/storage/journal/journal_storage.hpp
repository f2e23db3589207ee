// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOURNAL_STORAGE_HPP
#define COFIRE_STORAGE_JOURNAL_JOURNAL_STORAGE_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/journal/journal_options.hpp>
#include <cofire/storage/storage.hpp>
#include <cofire/storage/storage_ref.hpp>

#include <filesystem>
#include <memory>

namespace cofire {

namespace detail {
class journal_state;
} // namespace detail

/// Holds jobs in memory and in a directory: the embedded default. What was answered survives the
/// process's death and, at the default level, power loss. Linux only.
///
/// It models `storage`. Each operation that changes something is answered once it is stored, see
/// journal_options::durability; one thread of the storage writes what all callers have given meanwhile
/// in one go. Reads may see what is not stored yet. Jobs are handed out only when their insert is
/// stored, and their start is noted so that it survives the process.
///
/// A directory belongs to one journal_storage of one process at a time. Any number of clients and
/// servers of the process may use it, from any thread. A server whose run() and handlers are destroyed
/// before it has returned is dead at once: its jobs are put back, and counted lost.
///
/// When a write or a sync fails, the storage has failed for good: operations under way throw
/// errc::outcome_unknown, later ones errc::storage_failed, until the directory is opened again. When the
/// file system is full, inserts throw errc::no_space and change nothing. Runs go on and can be settled
/// from a reserve of 4 MiB (at most a quarter of a segment): when half of it is used, acquire and changes
/// throw errc::no_space, too, and at its end settle. All of them may be tried again when there is room.
///
/// A handle: what was made from it (clients, servers, storage_ref) keeps the shared part alive.
/// Destroying or closing it completes waits with errc::closed, and so does any operation later.
///
/// Distinct objects: safe. Shared objects: safe, except to move from or destroy.
class journal_storage {
public:
    /// Opens the store in `directory`, or makes it; the directory's parent must exist. Blocks until all
    /// is read; runs that the last process left unfinished are counted lost and put back.
    ///
    /// Errors: in_use, corrupt, newer_format, bad_directory, no_space, storage_failed (the operating
    /// system refused, with its reason), bad_option. None of them changes
    /// what is stored.
    explicit journal_storage(std::filesystem::path const& directory);
    /// The same, with options.
    journal_storage(std::filesystem::path const& directory, journal_options const& options);
    /// Takes over; `other` may only be destroyed or assigned to.
    journal_storage(journal_storage&& other) noexcept;
    /// Closes, then takes over.
    journal_storage& operator=(journal_storage&& other) noexcept;
    /// Closes.
    ~journal_storage();

    /// Inserts jobs in one step: all or none.
    [[nodiscard("co_await it")]] asio::awaitable<insert_answer> insert(insert_request r);
    /// Takes jobs for a server.
    [[nodiscard("co_await it")]] asio::awaitable<acquire_answer> acquire(acquire_request r);
    /// Ends runs, and takes the next jobs along.
    [[nodiscard("co_await it")]] asio::awaitable<settle_answer> settle(settle_request r);
    /// A server's periodic call: reports, signals.
    [[nodiscard("co_await it")]] asio::awaitable<tick_answer> tick(tick_request r);
    /// Requeues, deletes, cancels, reschedules, reprioritises or moves jobs.
    [[nodiscard("co_await it")]] asio::awaitable<change_answer> change(change_request r);
    /// Creates, removes, pauses, lists or fires recurring jobs.
    [[nodiscard("co_await it")]] asio::awaitable<recurring_answer> recurring(recurring_request r);
    /// Lists, pauses or resumes queues; sets limits.
    [[nodiscard("co_await it")]] asio::awaitable<queues_answer> queues(queues_request r);
    /// Announces, retires, lists or commands servers.
    [[nodiscard("co_await it")]] asio::awaitable<servers_answer> servers(servers_request r);
    /// Answers questions; never changes anything.
    [[nodiscard("co_await it")]] asio::awaitable<read_answer> read(read_request r);
    /// Waits until something changes. Cancelled, it throws operation_aborted.
    [[nodiscard("co_await it")]] asio::awaitable<wait_answer> wait(wait_request r);

    /// What opening it found.
    [[nodiscard]] journal_report const& report() const;

    /// Refuses all further operations, ends the waits, writes and syncs what is left, and gives the
    /// directory free. Blocks meanwhile. Idempotent.
    void close();

    /// The shared part, for storage_ref.
    [[nodiscard]] std::shared_ptr<detail::journal_state> const& shared() const { return state_; }

private:
    std::shared_ptr<detail::journal_state> state_;
};

} // namespace cofire

#include <cofire/storage/journal/journal_state.hpp>

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/journal_storage.ipp>
#endif

#endif
