// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_SETTLING_HPP
#define COFIRE_SERVER_DETAIL_SETTLING_HPP

#include <cofire/server/detail/server_core.hpp>
#include <cofire/storage/contract/settle.hpp>
#include <cofire/storage/detail/parking.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace cofire::detail {

/// The coroutine that settles, and the call it makes: if the storage takes its time, the dispatcher does
/// other things meanwhile. Both run on the dispatcher's strand.
struct settling {
    explicit settling(std::shared_ptr<server_core> c) : core(std::move(c)) {}

    std::shared_ptr<server_core> core;
    parking gate;
    bool started = false;
    bool armed = false;    // a call is to be made, or under way
    bool launched = false; // and the dispatcher has gone on
    bool answered = false; // it is over, and the dispatcher has not seen it yet
    bool closing = false;
    bool ended = false;
    ended_runs runs;
    std::vector<job_id> unfinished; // those of their jobs that may run again at once; in order
    settle_request request{};       // of these
    std::uint32_t limit = 0;        // of the jobs taken along
    steady_point asked_at{};
    settle_answer answer;
    std::exception_ptr error;
};

} // namespace cofire::detail

#endif
