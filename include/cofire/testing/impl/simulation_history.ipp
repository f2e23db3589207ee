// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_HISTORY_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_HISTORY_IPP

#include <cofire/testing/simulation_history.hpp>
#include <cofire/time/random.hpp>

#include <algorithm>
#include <utility>

namespace cofire::testing {

COFIRE_DECL void simulation_history::add(simulation_event e) {
    e.at = std::chrono::floor<duration>(clock_.steady_now() - start_);
    e.wall = clock_.wall_now();
    if (!e.id.is_nil()) {
        (void)number_of(e.id);
    }
    events_.push_back(e);
}

COFIRE_DECL std::uint32_t simulation_history::number_of(job_id id) {
    auto const next = static_cast<std::uint32_t>(numbers_.size() + 1);
    return numbers_.try_emplace(id, next).first->second;
}

COFIRE_DECL std::string simulation_history::line(simulation_event const& e) {
    auto const ms = std::to_string(e.at.count() / 1000);
    std::string text = std::string(ms.size() < 9 ? 9 - ms.size() : 0, ' ') + ms + " ms  ";
    text += e.process != 0 ? "process " + std::to_string(e.process) : std::string("the world");
    text += ": " + std::string(e.what);
    if (!e.id.is_nil()) {
        text += ", job " + std::to_string(number_of(e.id));
    }
    if (e.epoch != 0) {
        text += ", epoch " + std::to_string(e.epoch);
    }
    if (e.number != 0) {
        text += ", " + std::to_string(e.number);
    }
    if (!e.detail.empty()) {
        text += " (" + std::string(e.detail) + ")";
    }
    return text;
}

COFIRE_DECL std::string simulation_history::last(std::size_t count) {
    std::string text;
    std::size_t const first = events_.size() - std::min(count, events_.size());
    for (std::size_t i = first; i != events_.size(); ++i) {
        text += line(events_[i]) + "\n";
    }
    return text;
}

COFIRE_DECL std::string simulation_history::last_of(job_id id, std::size_t count) {
    std::string text;
    for (auto e = events_.rbegin(); e != events_.rend() && count != 0; ++e) {
        if (e->id == id) {
            text.insert(0, line(*e) + "\n");
            --count;
        }
    }
    return text;
}

COFIRE_DECL std::uint64_t simulation_history::fingerprint() const {
    std::uint64_t all = events_.size();
    auto const mix = [&](std::uint64_t v) { all = random_source::mix(all ^ v) + 1; };
    for (simulation_event const& e : events_) {
        mix(static_cast<std::uint64_t>(e.at.count()));
        mix(static_cast<std::uint64_t>(e.wall.time_since_epoch().count()));
        mix(e.process);
        mix(hash_value(e.id));
        mix(e.epoch);
        mix(e.number);
        for (char c : e.what) {
            mix(static_cast<unsigned char>(c));
        }
    }
    return all;
}

} // namespace cofire::testing

#endif
