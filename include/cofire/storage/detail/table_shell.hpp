// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_TABLE_SHELL_HPP
#define COFIRE_STORAGE_DETAIL_TABLE_SHELL_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/storage/contract/servers.hpp>
#include <cofire/storage/contract/wait.hpp>
#include <cofire/storage/table/job_table.hpp>
#include <cofire/time/clock.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

/// What the in-process storages have in common: a table behind a lock, who waits for it to change, and
/// servers that are dead as soon as nothing of them is left.
///
/// `Table` is a job_table, or has its read, changed, watch, take_effects and server_died. The bodies are in
/// impl/table_shell.ipp, for the storages' own bodies to include.
///
/// Shared objects: safe, except to destroy.
template <class Table>
class table_shell : public std::enable_shared_from_this<table_shell<Table>> {
public:
    table_shell(table_shell const&) = delete;
    table_shell& operator=(table_shell const&) = delete;
    virtual ~table_shell() = default;

protected:
    /// `name` says in errc::closed what is closed.
    template <class... Arguments>
    table_shell(std::string name, clock const& c, Arguments&&... table)
        : name_(std::move(name)), clock_(c), table_(std::forward<Arguments>(table)...) {}

    /// A wait under way. It lives in the coroutine's frame.
    class waiter;
    /// What a server holds while it lives.
    class presence;
    /// One command to the table.
    class step;

    asio::awaitable<wait_answer> wait_until_changed(wait_request r);
    /// Refuses all further steps and ends the waits.
    void close_waits();
    /// Ends the waits with storage_failed, and refuses further ones. Under the lock.
    void fail_waits();
    void throw_if_closed() const;
    void throw_if_over() const;
    void wake_all();
    /// Of a server nothing is left, and the table knows. Under the lock.
    virtual void gone(server_instance) {}
    /// Wakes those for whom something changed. Under the lock, so that they stay.
    void wake(table_effects const& effects);

    std::string name_;
    clock clock_;
    std::mutex mutex_; // of all below
    Table table_;
    bool closed_ = false;
    bool failed_ = false;
    std::vector<waiter*> server_waiters_;
    std::map<job_id, std::vector<waiter*>> job_waiters_;
};

/// Holds the lock, and at its end wakes those for whom something changed, also if the command throws,
/// since it lets time pass all the same.
template <class Table>
class table_shell<Table>::step {
public:
    explicit step(table_shell& s) : table(s.table_), self_(s), lock_(s.mutex_) {
        s.throw_if_closed();
        now = s.clock_.wall_now();
    }
    step(step const&) = delete;
    step& operator=(step const&) = delete;
    ~step() { self_.wake(table.take_effects()); }

    Table& table;
    time_point now;

private:
    table_shell& self_;
    std::lock_guard<std::mutex> lock_;
};

/// Takes its server for dead at its end.
template <class Table>
class table_shell<Table>::presence {
public:
    explicit presence(std::weak_ptr<table_shell> shell) : shell_(std::move(shell)) {}
    presence(presence const&) = delete;
    presence& operator=(presence const&) = delete;
    ~presence();

    server_instance instance = 0;

private:
    std::weak_ptr<table_shell> shell_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/detail/impl/table_shell.ipp>
#endif

#endif
