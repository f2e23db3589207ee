// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_SLOT_HPP
#define COFIRE_SERVER_DETAIL_SLOT_HPP

#include <cofire/core/config.hpp>
#include <cofire/handler/handler_entry.hpp>
#include <cofire/handler/run_state.hpp>
#include <cofire/storage/detail/parking.hpp>
#include <cofire/time/timer_wheel.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace cofire::detail {

class server_core;

/// What a slot is to do next.
enum class slot_step : std::uint8_t {
    run,   ///< run the job in slot::run by slot::handler
    yield, ///< let others have the thread, then ask again
    wait,  ///< wait for slot::wake, then ask again
    end,   ///< end
};

struct slot;

/// A run that knows its slot.
struct slot_run : run_state {
    slot_run(run_environment const& e, slot& s) : run_state(e), owner(&s) {}
    slot* owner;
};

/// One of a server's coroutines that run handlers, one job after the other, each awaited as a child.
/// It runs on a strand of its own, and only there its signal is emitted, if and only if the job meant
/// still runs: so a cancellation never hits another job.
///
/// The wheel node is the timeout of its run.
struct slot : std::enable_shared_from_this<slot>, timer_wheel_node {
    slot(std::shared_ptr<server_core> c, asio::any_io_executor ex);
    slot(slot const&) = delete;
    slot& operator=(slot const&) = delete;
    ~slot();

    std::shared_ptr<server_core> core;
    asio::any_io_executor executor;
    asio::cancellation_signal signal;
    parking wake;

    // Its job is written on the strand under the server's lock: either is enough to read it.
    slot_run run;

    // These belong to the strand.
    bool busy = false;          // a handler runs, or is about to
    std::uint32_t in_a_row = 0; // runs since it last let others have the thread
    steady_point turn_began{};
    steady_point started{};
    std::shared_ptr<void const>
        presence{};                    // see servers_answer::presence: held while a handler runs
    std::uint64_t presence_number = 0; // whether it is the latest

    // Written on the strand under the server's lock: either is enough to read it.
    handler_entry const* handler = nullptr;
    time_point started_wall{};

    // These, and the wheel node, belong to the server's lock.
    static constexpr std::size_t unregistered = static_cast<std::size_t>(-1);
    std::size_t index = unregistered; // among the server's slots
    bool holds = false;               // the server counts a run of it
    bool handed_back = false;         // that was handed back while it runs
    bool idle = false;                // it waits for work
    bool woken = false;               // it was woken for a job and has not asked yet
};

/// The slot's coroutine. It ends when the server has no more jobs for it and is stopping.
asio::awaitable<void> run_slot(std::shared_ptr<slot> s);

/// Asks the handler of (id, epoch) to stop, if `s` still runs it. To be called on the slot's strand.
void stop_run(slot& s, job_id id, epoch_type epoch, cancellation_reason why);

} // namespace cofire::detail

#endif
