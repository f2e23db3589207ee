// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_HANDLER_FIXTURE_HPP
#define COFIRE_TESTS_HANDLER_FIXTURE_HPP

#include <cofire/handler/handler_entry.hpp>
#include <cofire/handler/job_context.hpp>
#include <cofire/handler/run_state.hpp>
#include <cofire/storage/storage.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace handler_tests {

namespace asio = boost::asio;

inline constexpr cofire::time_point t0{std::chrono::hours(24 * 365 * 50)};

inline cofire::job_id id_of(std::uint64_t n) {
    return cofire::job_id::make(t0, 0, n);
}

/// A storage for clients that are never used: every operation throws.
struct no_storage {
    template <class Answer>
    static asio::awaitable<Answer> refuse() {
        throw std::logic_error("no_storage was used");
        co_return Answer{};
    }
    asio::awaitable<cofire::insert_answer> insert(cofire::insert_request) {
        return refuse<cofire::insert_answer>();
    }
    asio::awaitable<cofire::acquire_answer> acquire(cofire::acquire_request) {
        return refuse<cofire::acquire_answer>();
    }
    asio::awaitable<cofire::settle_answer> settle(cofire::settle_request) {
        return refuse<cofire::settle_answer>();
    }
    asio::awaitable<cofire::tick_answer> tick(cofire::tick_request) {
        return refuse<cofire::tick_answer>();
    }
    asio::awaitable<cofire::change_answer> change(cofire::change_request) {
        return refuse<cofire::change_answer>();
    }
    asio::awaitable<cofire::recurring_answer> recurring(cofire::recurring_request) {
        return refuse<cofire::recurring_answer>();
    }
    asio::awaitable<cofire::queues_answer> queues(cofire::queues_request) {
        return refuse<cofire::queues_answer>();
    }
    asio::awaitable<cofire::servers_answer> servers(cofire::servers_request) {
        return refuse<cofire::servers_answer>();
    }
    asio::awaitable<cofire::read_answer> read(cofire::read_request) {
        return refuse<cofire::read_answer>();
    }
    asio::awaitable<cofire::wait_answer> wait(cofire::wait_request) {
        return refuse<cofire::wait_answer>();
    }
};

/// A job as a storage hands it out.
inline cofire::acquired_job
make_job(std::string type, std::string arguments, std::uint64_t number = 1) {
    cofire::acquired_job job;
    job.id = id_of(number);
    job.epoch = 7;
    job.type = std::move(type);
    job.arguments = std::move(arguments);
    job.settings = std::make_shared<cofire::job_settings const>();
    job.created = t0;
    job.due = t0;
    return job;
}

/// One slot on a strand, driven by hand.
struct slot {
    asio::io_context io;
    no_storage storage;
    cofire::testing::manual_clock clock{t0};
    int reported = 0;
    cofire::detail::run_environment environment{
        .clock = clock,
        .client = cofire::client{cofire::storage_ref(storage)},
        .executor = io.get_executor(),
        .self = this,
        .report = [](void* self,
                     cofire::detail::run_state&) noexcept { ++static_cast<slot*>(self)->reported; },
    };
    cofire::detail::run_state state{environment};
    cofire::job_context context{state};
    asio::any_io_executor strand = asio::make_strand(io);
    asio::cancellation_signal signal;
    std::exception_ptr thrown;
    bool ended = false;

    slot() = default;
    slot(slot const&) = delete;
    slot& operator=(slot const&) = delete;

    static asio::awaitable<void> body(slot& self, cofire::handler_entry const& entry) {
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        auto op = entry.run(self.context);
        co_await std::move(op);
    }

    /// Starts a run; run_all() or io.poll() drive it.
    void begin(cofire::handler_entry const& entry, cofire::acquired_job job) {
        thrown = nullptr;
        ended = false;
        state.start(std::move(job));
        auto const end = [this](std::exception_ptr e) {
            thrown = std::move(e);
            ended = true;
        };
        asio::co_spawn(
            strand,
            body(*this, entry),
            asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(strand, end))
        );
    }

    /// What the server does to stop a run.
    void stop(cofire::cancellation_reason why) {
        if (state.request_stop(why)) {
            asio::post(strand, [this] {
                signal.emit(asio::cancellation_type::terminal | asio::cancellation_type::total);
            });
        }
    }

    /// Runs the job to its end; false if it hangs.
    bool run(cofire::handler_entry const& entry, cofire::acquired_job job) {
        begin(entry, std::move(job));
        io.restart();
        io.run();
        return ended;
    }

    /// Lets everything run that can.
    void poll() {
        io.restart();
        io.poll();
    }

    /// what() of what the run threw; "" if it returned.
    [[nodiscard]] std::string error() const {
        if (!thrown) {
            return {};
        }
        try {
            std::rethrow_exception(thrown);
        } catch (std::exception const& e) {
            return e.what();
        } catch (...) {
            return "no std::exception";
        }
    }
};

} // namespace handler_tests

#endif
