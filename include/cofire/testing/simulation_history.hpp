// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_SIMULATION_HISTORY_HPP
#define COFIRE_TESTING_SIMULATION_HISTORY_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cofire::testing {

/// One thing that happened in a simulation.
struct simulation_event {
    /// How long the simulation had run, on the steady clock.
    duration at{0};
    /// The wall clock.
    time_point wall{};
    /// The process it happened in; 0: in none.
    std::uint32_t process = 0;
    /// What: "acquired", "run starts", "dies", ... Text that lives for ever.
    std::string_view what{};
    /// More of it: a state, an operation, ... Text that lives for ever.
    std::string_view detail{};
    /// The job concerned; nil: none.
    job_id id{};
    /// The acquisition concerned; 0: none.
    epoch_type epoch = 0;
    /// The server, or a number of microseconds; 0: none.
    std::uint64_t number = 0;
};

/// What happened in a simulation, in its order: what the storage was asked and did, as its connections
/// saw it, which runs started and ended, as the handlers' side saw it, and every fault.
///
/// Distinct objects: safe. Shared objects: unsafe.
class simulation_history {
public:
    /// Empty, by the time of `clock`.
    explicit simulation_history(manual_clock const& clock)
        : clock_(clock), start_(clock.steady_now()) {}

    /// Adds an event; time is filled in.
    void add(simulation_event e);

    /// All events, the oldest first.
    [[nodiscard]] std::vector<simulation_event> const& events() const { return events_; }

    /// A short name for a job: a number from 1 on, in the order in which they were first heard of.
    [[nodiscard]] std::uint32_t number_of(job_id id);

    /// The last `count` events, a line each.
    [[nodiscard]] std::string last(std::size_t count);

    /// The last `count` events that concern the job, a line each.
    [[nodiscard]] std::string last_of(job_id id, std::size_t count);

    /// A number made of all events: the same for the same course.
    [[nodiscard]] std::uint64_t fingerprint() const;

private:
    [[nodiscard]] std::string line(simulation_event const& e);

    manual_clock clock_;
    steady_point start_;
    std::vector<simulation_event> events_;
    std::unordered_map<job_id, std::uint32_t> numbers_;
};

} // namespace cofire::testing

#ifdef COFIRE_HEADER_ONLY
#include <cofire/testing/impl/simulation_history.ipp>
#endif

#endif
