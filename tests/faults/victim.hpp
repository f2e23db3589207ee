// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_FAULTS_VICTIM_HPP
#define COFIRE_TESTS_FAULTS_VICTIM_HPP

#include "ledger.hpp"

#include <cofire/cofire.hpp>
#include <cofire/storage/journal.hpp>
#include <cofire/time/random.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

// The program that is killed: client and server on a journal, under load.

namespace fault_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;

inline asio::awaitable<void> short_wait(cofire::job_context& ctx, std::uint64_t n) {
    auto op = ctx.sleep_for(std::chrono::microseconds(n % 4000));
    co_await std::move(op);
}
inline asio::awaitable<void> twice_failing(cofire::job_context& ctx) {
    if (ctx.attempt() < 3) {
        throw std::runtime_error("not yet");
    }
    co_return;
}
inline asio::awaitable<void> delayed() {
    co_return;
}
inline asio::awaitable<void> parent(cofire::job_context& ctx) {
    auto op = ctx.sleep_for(1ms);
    co_await std::move(op);
}
inline asio::awaitable<void> follower() {
    co_return;
}
inline asio::awaitable<void> quick(std::uint64_t) {
    co_return;
}

} // namespace fault_tests

namespace cofire {
template <>
struct job_traits<fault_tests::quick> {
    static constexpr std::string_view name = "quick";
};
template <>
struct job_traits<fault_tests::short_wait> {
    static constexpr std::string_view name = "short-wait";
};
template <>
struct job_traits<fault_tests::twice_failing> {
    static constexpr std::string_view name = "twice-failing";
    static constexpr job_options options{.delays = {std::chrono::milliseconds{2}}};
};
template <>
struct job_traits<fault_tests::delayed> {
    static constexpr std::string_view name = "delayed";
};
template <>
struct job_traits<fault_tests::parent> {
    static constexpr std::string_view name = "parent";
};
template <>
struct job_traits<fault_tests::follower> {
    static constexpr std::string_view name = "follower";
};
} // namespace cofire

namespace fault_tests {

/// One life of the program.
class victim {
public:
    struct setup {
        std::string directory;
        cofire::durability_level durability = cofire::durability_level::always;
        bool drains = false; // inserts nothing, and ends when there is nothing left to do
        std::uint64_t seed = 1;
        int told = -1; // where to write a byte when it serves; -1: nowhere
    };

    victim(setup s, ledger const& before, fault_log const& log)
        : setup_(std::move(s)), before_(before), log_(log), random_(setup_.seed) {}

    /// Throws what the storage throws.
    void live() {
        cofire::journal_options o;
        o.durability = setup_.durability;
        o.sync_interval = 5ms;
        o.segment_bytes = 256U << 10U;
        o.compact_bytes = 128U << 10U;
        o.limits.keep_count = kept;
        cofire::journal_storage storage(setup_.directory, o);
        cofire::host_options options;
        options.server.concurrency = 8;
        options.environment.log([](cofire::log_level, std::string_view) {}).observer(*this);
        cofire::host jobs(io_.get_executor(), std::move(storage), options);
        jobs.add<quick>();
        jobs.add<short_wait>();
        jobs.add<twice_failing>();
        jobs.add<delayed>();
        jobs.add<parent>();
        jobs.add<follower>();
        spawn(look(jobs));
        io_.run();
        io_.restart();
        jobs.start();
        if (setup_.told >= 0) {
            (void)!::write(setup_.told, "+", 1);
        }
        if (setup_.drains) {
            spawn(drain(jobs));
        } else {
            for (int i = 0; i != clients; ++i) {
                spawn(insert_for_ever(jobs));
            }
        }
        io_.run();
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

    // As an observer.
    void on_started(cofire::job_context const& c) const {
        entry e{.what = saying::began, .id = c.id(), .parent = {}};
        e.attempt = c.attempt();
        e.epoch = c.epoch();
        e.time = now();
        log_.add(e);
    }
    void on_settled(cofire::run_outcome const& o, std::string_view) const {
        entry e{.what = saying::settled, .id = o.id, .parent = {}};
        e.state = static_cast<std::uint8_t>(o.kind);
        e.epoch = o.epoch;
        log_.add(e);
    }

private:
    static constexpr int clients = 8;
    static constexpr std::size_t kept = 4000; // jobs that have ended

    static std::int64_t now() {
        return std::chrono::duration_cast<cofire::duration>(
                   std::chrono::system_clock::now().time_since_epoch()
        )
            .count();
    }

    void spawn(asio::awaitable<void> op) {
        asio::co_spawn(io_, std::move(op), [this](std::exception_ptr e) {
            if (e) {
                failure_ = e;
                io_.stop();
            }
        });
    }

    /// Says what has become of the jobs whose end is not known.
    asio::awaitable<void> look(cofire::host& jobs) {
        std::vector<cofire::job_id> const open = before_.open();
        auto first = say_ends(jobs, open, false);
        co_await std::move(first);
        if (before_.fresh().size() < kept / 4) {
            auto second = say_ends(jobs, before_.fresh(), true);
            co_await std::move(second);
        }
    }
    asio::awaitable<void>
    say_ends(cofire::host& jobs, std::vector<cofire::job_id> const& ids, bool confirmed) {
        for (cofire::job_id id : ids) {
            entry e{.what = saying::missing, .id = id, .parent = {}};
            try {
                auto op = jobs.get(id);
                auto const record = co_await std::move(op);
                bool const is_over = is_final(record.state);
                if (is_over == confirmed) {
                    continue;
                }
                e.what = is_over ? saying::ended : saying::undone;
                e.state = static_cast<std::uint8_t>(record.state);
            } catch (cofire::error const& problem) {
                if (problem.value() != cofire::errc::unknown_job) {
                    throw;
                }
                if (!before_.of(id).acknowledged) {
                    e.what = saying::never_stored;
                }
            }
            log_.add(e);
        }
    }

    cofire::job_id new_id() {
        return cofire::job_id::make(
            cofire::time_point{cofire::duration{now()}}, random_.next(), random_.next()
        );
    }
    void say(saying what, std::uint8_t type, cofire::job_id id, cofire::job_id parent = {}) const {
        entry e{.what = what, .type = type, .id = id, .parent = parent};
        log_.add(e);
    }

    asio::awaitable<void> insert_for_ever(cofire::host& jobs) {
        for (;;) {
            auto op = insert_one(jobs, static_cast<std::uint8_t>(random_.below(7)));
            co_await std::move(op);
        }
    }

    asio::awaitable<void> insert_one(cofire::host& jobs, std::uint8_t type) {
        cofire::job_id const id = new_id();
        auto const with_id = jobs.with({.id = id});
        std::uint64_t const n = random_.next();
        if (type == 3) {
            auto const due = cofire::time_point{cofire::duration{now()}} + 20ms;
            entry e{.what = saying::tried, .type = type, .id = id, .parent = {}};
            e.time = due.time_since_epoch().count();
            log_.add(e);
            auto op = with_id.schedule<delayed>(due);
            co_await std::move(op);
            say(saying::acknowledged, type, id);
            co_return;
        }
        if (type == 4) { // both in one step
            cofire::job_id const child = new_id();
            cofire::batch both;
            auto const first = both.with({.id = id}).add<parent>();
            both.after(first).with({.id = child}).add<follower>();
            say(saying::tried, type, id);
            say(saying::tried, 5, child, id);
            auto op = jobs.submit(both);
            co_await std::move(op);
            say(saying::acknowledged, type, id);
            say(saying::acknowledged, 5, child);
            co_return;
        }
        say(saying::tried, type, id);
        if (type == 0 || type == 6) {
            auto op = with_id.enqueue<quick>(n);
            co_await std::move(op);
        } else if (type == 1) {
            auto op = with_id.enqueue<short_wait>(n);
            co_await std::move(op);
        } else if (type == 2) {
            auto op = with_id.enqueue<twice_failing>();
            co_await std::move(op);
        } else {
            auto op = with_id.enqueue<parent>();
            co_await std::move(op);
        }
        say(saying::acknowledged, type, id);
        if (type == 5) { // attached while its parent runs, or has ended
            cofire::job_id const child = new_id();
            say(saying::tried, type, child, id);
            auto const with_child = jobs.with({.id = child});
            auto op = with_child.continue_with<follower>(id);
            co_await std::move(op);
            say(saying::acknowledged, type, child);
        }
    }

    asio::awaitable<void> drain(cofire::host& jobs) {
        asio::steady_timer timer(io_);
        for (;;) {
            auto op = jobs.counts();
            auto const counts = co_await std::move(op);
            using cofire::job_state;
            if (counts[job_state::enqueued] + counts[job_state::scheduled] +
                    counts[job_state::awaiting] + counts[job_state::processing] ==
                0) {
                jobs.stop();
                co_return;
            }
            timer.expires_after(20ms);
            auto wait = timer.async_wait(asio::use_awaitable);
            co_await std::move(wait);
        }
    }

    setup setup_;
    ledger const& before_;
    fault_log const& log_;
    cofire::random_source random_;
    asio::io_context io_{1};
    std::exception_ptr failure_;
};

} // namespace fault_tests

#endif
