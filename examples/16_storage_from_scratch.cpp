// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A storage without the library's table: maps, one mutex and public means, and the conformance suite that
// holds it against the contract. It looks at every job for every call: a pattern for the rules, not for
// speed. Its waits end whenever anything changes, which the contract allows. Its size has no limits, and
// it says so to the suite.
//
// storage_from_scratch/tiny_jobs.hpp has the rules for a job, tiny_work.hpp what clients and servers do with
// jobs, tiny_desk.hpp what operators do, tiny_reads.hpp the answers to questions. Here is what makes a
// storage of them: the lock, the clock, the waiting, the closing.

#include "storage_from_scratch/tiny_reads.hpp"

#include <cofire.hpp>
#include <cofire/testing/conformance.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <iostream>
#include <mutex>

namespace asio = boost::asio;
using cofire::time_point;

/// What the handle below and all that refers to it share.
class tiny_core : own::tiny_reads, public std::enable_shared_from_this<tiny_core> {
    // Keeps one wake-up, can be sent to from any thread, and is received on the waiter's executor.
    using channel = asio::experimental::concurrent_channel<void(boost::system::error_code)>;

public:
    explicit tiny_core(cofire::clock clock) : clock_(std::move(clock)) {}

    asio::awaitable<cofire::insert_answer> insert(cofire::insert_request r) {
        co_return step([&](time_point now) {
            cofire::insert_answer answer{.now = now, .results = insert_all(r.jobs, now)};
            answer.seen.value = number;
            return answer;
        });
    }
    asio::awaitable<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        co_return step([&](time_point now) { return tiny_reads::acquire(r, now); });
    }
    asio::awaitable<cofire::settle_answer> settle(cofire::settle_request r) {
        co_return step([&](time_point now) { return tiny_reads::settle(r, now); });
    }
    asio::awaitable<cofire::tick_answer> tick(cofire::tick_request r) {
        co_return step([&](time_point now) { return tiny_reads::tick(r, now); });
    }
    asio::awaitable<cofire::change_answer> change(cofire::change_request r) {
        co_return step([&](time_point now) { return tiny_reads::change(r, now); });
    }
    asio::awaitable<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        co_return step([&](time_point now) {
            cofire::recurring_answer answer{.now = now};
            std::visit([&](auto const& what) { act(what, answer, now); }, r);
            answer.seen.value = number;
            return answer;
        });
    }
    asio::awaitable<cofire::queues_answer> queues(cofire::queues_request r) {
        co_return step([&](time_point now) { return tiny_reads::queues(r, now); });
    }
    asio::awaitable<cofire::servers_answer> servers(cofire::servers_request r) {
        auto answer = step([&](time_point now) { return tiny_reads::servers(r, now); });
        if (answer.presence) {
            answer.presence = std::shared_ptr<void const>(
                std::make_shared<watch>(weak_from_this(), std::move(answer.presence))
            );
        }
        co_return answer;
    }
    asio::awaitable<cofire::read_answer> read(cofire::read_request r) {
        co_return step([&](time_point now) {
            cofire::read_answer answer{.now = now};
            std::visit([&](auto const& question) { ask(question, answer); }, r);
            return answer;
        });
    }

    asio::awaitable<cofire::wait_answer> wait(cofire::wait_request r) {
        auto const self = shared_from_this(); // the handle may go while this waits
        auto const ex = co_await asio::this_coro::executor;
        waiter const w(*this, ex); // from now on no change is missed
        auto const before = step([&](time_point) { return number; });
        if (r.interest.server != 0 && (r.seen == cofire::seen_token{} || before > r.seen.value)) {
            co_return cofire::wait_answer{};
        }
        auto const subscription =
            clock_.subscribe([&w] { w.wake(); }); // a clock that is moved by hand
        asio::steady_timer timer(ex);             // or the system's
        for (;;) {
            bool const changed = step([&](time_point) {
                return number != before || std::ranges::any_of(r.interest.jobs, [&](auto id) {
                           return find(id) == nullptr || is_final(find(id)->r.state);
                       });
            });
            if (changed) {
                co_return cofire::wait_answer{};
            }
            auto const now = clock_.wall_now();
            if (r.deadline && now >= *r.deadline) {
                co_return cofire::wait_answer{cofire::wait_status::timeout};
            }
            if (r.deadline && clock_.is_system()) {
                timer.expires_after(*r.deadline - now);
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
    }

    void close() {
        std::lock_guard const lock(mutex_);
        closed_ = true;
        std::ranges::for_each(waiters_, &waiter::wake);
    }

private:
    /// Somebody who waits, known to the storage as long as it lives.
    struct waiter {
        waiter(tiny_core& core, asio::any_io_executor const& ex)
            : self(core), place(std::make_shared<channel>(ex, 1)) {
            std::lock_guard const lock(self.mutex_);
            self.waiters_.insert(this);
        }
        waiter(waiter const&) = delete;
        waiter& operator=(waiter const&) = delete;
        ~waiter() {
            std::lock_guard const lock(self.mutex_);
            self.waiters_.erase(this);
        }
        void wake() const { place->try_send(boost::system::error_code{}); }

        tiny_core& self;
        std::shared_ptr<channel> place;
    };

    /// What a server keeps as long as it lives: its end is seen at once.
    struct watch {
        watch(std::weak_ptr<tiny_core> c, std::shared_ptr<void const> p)
            : core(std::move(c)), presence(std::move(p)) {}
        watch(watch const&) = delete;
        watch& operator=(watch const&) = delete;
        ~watch() {
            presence.reset();
            if (auto const self = core.lock()) {
                self->look_around();
            }
        }

        std::weak_ptr<tiny_core> core;
        std::shared_ptr<void const> presence;
    };

    void look_around() noexcept {
        try {
            step([](time_point) { return true; });
        } catch (...) { // closed, or without memory: whoever comes next sees it
        }
    }

    /// Runs one operation: alone, at one time, after all that time alone has brought about.
    template <class Body>
    std::invoke_result_t<Body&, time_point> step(Body body) {
        std::lock_guard const lock(mutex_);
        if (closed_) {
            throw cofire::error(cofire::errc::closed, "tiny storage");
        }
        struct waker { // also if the body throws: time has passed all the same
            tiny_core& self;
            std::uint64_t before;
            ~waker() {
                if (self.number != before) {
                    std::ranges::for_each(self.waiters_, &waiter::wake);
                }
            }
        };
        waker const at_the_end{*this, number};
        auto const now = clock_.wall_now();
        pass(now);
        return body(now);
    }

    std::mutex mutex_;
    cofire::clock clock_;
    bool closed_ = false;
    std::set<waiter const*> waiters_;
};
static_assert(cofire::storage<tiny_core>);

/// The storage: what a program has, and what clients and servers are made from. Closes at its end.
class tiny_storage {
public:
    explicit tiny_storage(cofire::clock clock = {})
        : shared_(std::make_shared<tiny_core>(std::move(clock))) {}
    tiny_storage(tiny_storage&&) noexcept = default;
    tiny_storage& operator=(tiny_storage&& other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~tiny_storage() {
        if (shared_) {
            shared_->close();
        }
    }

    /// For cofire::storage_ref, which keeps the shared part alive.
    std::shared_ptr<tiny_core> const& shared() const { return shared_; }

private:
    std::shared_ptr<tiny_core> shared_;
};

int held_against_the_contract() {
    cofire::testing::conformance_model model;
    model.name = "tiny_storage";
    model.make = [](cofire::testing::conformance_setup const& setup) {
        return cofire::any_storage(tiny_storage(setup.clock));
    };
    model.follows_limits = false; // it has none
    auto const report = cofire::testing::run_conformance(model);
    std::cout << report;
    return report.ok() ? 0 : 1;
}

// --- And a program that uses it, like any other storage --------------------------------------------

asio::awaitable<int> twice(int number) {
    co_return 2 * number;
}

asio::awaitable<void> ask(cofire::host& jobs) {
    auto const id = co_await jobs.enqueue<twice>(21);
    std::cout << "twice 21 is " << co_await jobs.result<int>(id) << '\n';
}

int used_by_a_program() {
    asio::io_context io;
    cofire::host jobs{io.get_executor(), tiny_storage{}};
    jobs.add<twice>();
    jobs.start();
    int exit_code = 1;
    asio::co_spawn(io, ask(jobs), [&](std::exception_ptr error) {
        exit_code = error ? 1 : 0;
        jobs.stop();
    });
    io.run();
    return exit_code;
}

int main() {
    return held_against_the_contract() + used_by_a_program();
}
