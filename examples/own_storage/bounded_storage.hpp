// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_EXAMPLES_OWN_STORAGE_BOUNDED_STORAGE_HPP
#define COFIRE_EXAMPLES_OWN_STORAGE_BOUNDED_STORAGE_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/storage.hpp>
#include <cofire/storage/table/job_table.hpp>
#include <cofire/time/clock.hpp>
#include <cofire/time/random.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace own {

using namespace cofire;

/// How a bounded_storage is set up.
struct bounded_options {
    std::uint64_t most_waiting = 1'000'000; ///< in the line of one queue
    table_limits limits{};
    cofire::clock clock{};
};

/// What a bounded_storage and all that refers to it share.
///
/// All rules about jobs are cofire::job_table's, a state machine that is told what happens and when.
/// Here is the rest, and one rule more, the reason for this storage: a queue whose line is full refuses.
class bounded_core : public std::enable_shared_from_this<bounded_core> {
public:
    explicit bounded_core(bounded_options const& options)
        : options_(options), table_(options.limits) {}

    asio::awaitable<insert_answer> insert(insert_request r) {
        step const s(*this);
        throw_if_full(r, s.now); // under one lock with the insert: nobody shares the last place
        co_return table_.insert(r, s.now);
    }
    asio::awaitable<acquire_answer> acquire(acquire_request r) {
        step const s(*this);
        co_return table_.acquire(r, s.now);
    }
    asio::awaitable<settle_answer> settle(settle_request r) {
        step const s(*this);
        co_return table_.settle(r, s.now);
    }
    asio::awaitable<tick_answer> tick(tick_request r) {
        step const s(*this);
        co_return table_.tick(r, s.now);
    }
    asio::awaitable<change_answer> change(change_request r) {
        step const s(*this);
        co_return table_.change(r, s.now);
    }
    asio::awaitable<recurring_answer> recurring(recurring_request r) {
        step const s(*this);
        co_return table_.recurring(r, s.now);
    }
    asio::awaitable<queues_answer> queues(queues_request r) {
        step const s(*this);
        co_return table_.queues(r, s.now);
    }
    asio::awaitable<read_answer> read(read_request r) {
        step const s(*this);
        co_return table_.read(r, s.now);
    }

    asio::awaitable<servers_answer> servers(servers_request r) {
        // Made before the lock is taken, which its end takes as well.
        std::shared_ptr<presence> here;
        if (std::holds_alternative<server_announce>(r)) {
            here = std::make_shared<presence>(weak_from_this());
        }
        step const s(*this);
        servers_answer answer = table_.servers(r, s.now);
        if (here) {
            here->instance = answer.instance;
            answer.presence = std::move(here);
            answer.store_id = name_;
        }
        co_return answer;
    }

    asio::awaitable<wait_answer> wait(wait_request r) {
        auto const self = shared_from_this(); // the handle may go while this waits
        auto const ex = co_await asio::this_coro::executor;
        waiter w(*this, ex, r.interest.jobs); // from now on no change is missed
        wait_answer answer{};
        // A clock that is moved by hand tells so; the system's needs a timer.
        auto const moved = options_.clock.subscribe([&w] { w.wake(); });
        asio::steady_timer timer(ex);
        while (!is_over(w, r, answer)) {
            auto const now = options_.clock.wall_now();
            if (r.deadline && now >= *r.deadline) {
                answer.status = wait_status::timeout;
                co_return answer;
            }
            if (r.deadline && options_.clock.is_system()) {
                // Not for long: the wall clock may be set, and the timer would not know.
                duration const longest = std::chrono::seconds(30);
                timer.expires_after(*r.deadline - longest > now ? longest : *r.deadline - now);
                timer.async_wait([place = w.place](boost::system::error_code ec) {
                    if (!ec) {
                        place->try_send(ec);
                    }
                });
            }
            boost::system::error_code ec;
            auto received = w.place->async_receive(asio::redirect_error(asio::use_awaitable, ec));
            co_await std::move(received);
            if (ec) { // cancelled: the channel has a code of its own for it
                throw boost::system::system_error(asio::error::operation_aborted);
            }
        }
        co_return answer;
    }

    /// Refuses all further operations and ends the waits.
    void close() {
        std::lock_guard const lock(mutex_);
        closed_ = true;
        for (waiter* w : waiters_) {
            w->wake();
        }
    }

private:
    // Keeps one wake-up, may be sent to from any thread, and is received on the waiter's executor.
    using channel = asio::experimental::concurrent_channel<void(boost::system::error_code)>;

    /// Somebody who waits. It lives in the frame of wait(), so it goes with its context, whatever else
    /// is still there.
    struct waiter {
        waiter(bounded_core& c, asio::any_io_executor const& ex, std::span<job_id const> ids)
            : core(c), place(std::make_shared<channel>(ex, 1)), jobs(ids) {
            std::lock_guard const lock(core.mutex_);
            for (job_id id : jobs) {
                core.table_.watch(id); // so that its end is among the effects
            }
            core.waiters_.insert(this);
        }
        waiter(waiter const&) = delete;
        waiter& operator=(waiter const&) = delete;
        ~waiter() {
            std::lock_guard const lock(core.mutex_);
            core.waiters_.erase(this);
        }
        void wake() const { place->try_send(boost::system::error_code{}); }

        bounded_core& core;
        std::shared_ptr<channel> place;
        std::span<job_id const> jobs;
        bool ended = false;                // one of the jobs has; it may have begun again since
        std::vector<job_record> records{}; // of those that have
    };

    /// What a server holds. When nothing of the server is left, it ends, and the server counts as dead.
    struct presence {
        explicit presence(std::weak_ptr<bounded_core> c) : core(std::move(c)) {}
        presence(presence const&) = delete;
        presence& operator=(presence const&) = delete;
        ~presence() {
            auto const shared = core.lock();
            if (shared && instance != 0) {
                shared->server_died(instance);
            }
        }
        std::weak_ptr<bounded_core> core;
        server_instance instance = 0;
    };

    /// One operation: alone, at one time. Afterwards it wakes whom the table names, also if it threw:
    /// the table has noticed the time all the same.
    struct step {
        explicit step(bounded_core& c) : core(c), lock(c.mutex_), now(c.options_.clock.wall_now()) {
            c.throw_if_closed();
        }
        ~step() { core.wake(); }

        bounded_core& core;
        std::lock_guard<std::mutex> lock;
        time_point now;
    };

    // What follows is called under the lock, but for server_died() and is_over(), which take it.
    void throw_if_closed() const {
        if (closed_) {
            throw error(errc::closed, "bounded storage");
        }
    }

    /// Counts the new jobs that would stand in line at once.
    void throw_if_full(insert_request const& r, time_point now) {
        std::map<std::string, std::uint64_t> line; // of each queue
        auto const known = table_.queues(queue_list{}, now);
        for (queue_info const& queue : known.queues) {
            line[queue.name] = queue.waiting;
        }
        for (new_job const& job : r.jobs) {
            bool const waits = job.settings && !job.due && job.parents.empty() &&
                               table_.read(read_get{.ids = {&job.id, 1}}, now).jobs.empty();
            if (waits && ++line[job.settings->queue] > options_.most_waiting) {
                throw error(errc::storage_full, "the line of queue " + job.settings->queue);
            }
        }
    }

    void wake() {
        table_effects const effects = table_.take_effects();
        for (waiter* w : waiters_) {
            for (ended_job const& job : effects.ended) {
                if (std::ranges::find(w->jobs, job.id) != w->jobs.end()) {
                    w->ended = true;
                    try { // retention may have removed the job already
                        job.record ? w->records.push_back(*job.record) : void();
                    } catch (std::bad_alloc const&) { // then result() asks for the job itself
                    }
                }
            }
            if (w->ended || effects.servers) { // it looks for itself whether that concerns it
                w->wake();
            }
        }
    }

    void server_died(server_instance instance) {
        std::lock_guard const lock(mutex_);
        try {
            table_.server_died(instance, options_.clock.wall_now());
        } catch (std::bad_alloc const&) { // in a destructor: the rest stays as it is
        }
        wake();
    }

    bool is_over(waiter& w, wait_request const& r, wait_answer& answer) {
        std::lock_guard const lock(mutex_);
        throw_if_closed();
        answer.ended = std::exchange(w.records, {});
        return w.ended || table_.changed(r.interest, r.seen);
    }

    bounded_options options_;
    std::string name_ = "bounded-" + std::to_string(random_seed()); // not that of another's
    std::mutex mutex_;                                              // of all below
    job_table table_;
    bool closed_ = false;
    std::set<waiter*> waiters_;
};
static_assert(cofire::storage<bounded_core>);

/// Jobs in memory, at most so many in the line of each queue: an insert that would be one too many is
/// refused with errc::storage_full, and the caller slows down or tells its own caller to. What waits for a
/// time or a parent, is tried again or recurs is not refused, and takes its place all the same.
class bounded_storage {
public:
    explicit bounded_storage(bounded_options const& options = {})
        : shared_(std::make_shared<bounded_core>(options)) {}
    bounded_storage(bounded_storage&&) noexcept = default;
    bounded_storage& operator=(bounded_storage&& other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~bounded_storage() {
        if (shared_) {
            shared_->close();
        }
    }

    /// For cofire::storage_ref, which keeps the shared part alive.
    std::shared_ptr<bounded_core> const& shared() const { return shared_; }

private:
    std::shared_ptr<bounded_core> shared_;
};

} // namespace own

#endif
