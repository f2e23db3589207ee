// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "job_events.hpp"

#include "jobs.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace {

// The load's jobs are too many for a line each.
bool is_load(std::string_view type) {
    return type == cofire::default_function_name<simulated_work>();
}

// The beginning of a line about a job. Ids begin with the time; their end is what tells them apart.
std::string about(std::string_view type, cofire::job_id const& id) {
    std::string text(type);
    text.resize(std::max<std::size_t>(text.size(), 28), ' ');
    return text + " " + id.to_string().substr(28) + "  ";
}

std::string seconds(cofire::duration d) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f s", std::chrono::duration<double>(d).count());
    return text.data();
}

std::string attempt(std::uint32_t number) {
    return "attempt " + std::to_string(number);
}

} // namespace

void job_events::on_started(cofire::job_context const& ctx) {
    if (is_load(ctx.type())) {
        return;
    }
    {
        std::lock_guard const lock(mutex_);
        attempts_[ctx.id()] = ctx.attempt();
    }
    print_line("started", about(ctx.type(), ctx.id()) + attempt(ctx.attempt()));
}

void job_events::on_settled(cofire::run_outcome const& outcome, std::string_view type) {
    if (is_load(type)) {
        return;
    }
    std::uint32_t number = 0;
    {
        std::lock_guard const lock(mutex_);
        if (auto const at = attempts_.find(outcome.id); at != attempts_.end()) {
            number = at->second;
            attempts_.erase(at);
        }
    }
    std::string details = attempt(number) + ", " + seconds(outcome.run_time);
    if (number == 0) {
        details = "not started";
    }
    if (!outcome.result.empty()) {
        details += ": " + outcome.result;
    }
    if (outcome.error) {
        details += ": " + outcome.error->message;
    }
    std::string_view event;
    switch (outcome.kind) {
    case cofire::outcome_kind::succeeded: event = "succeeded"; break;
    case cofire::outcome_kind::failed: event = "failed"; break;
    case cofire::outcome_kind::retry: {
        auto const now = std::chrono::system_clock::now();
        details += "; again in " + seconds(std::chrono::round<cofire::duration>(outcome.at - now));
        event = "retry";
        break;
    }
    case cofire::outcome_kind::snoozed: event = "snoozed"; break;
    case cofire::outcome_kind::released: event = "released"; break;
    case cofire::outcome_kind::deleted: event = "deleted"; break;
    case cofire::outcome_kind::parked: event = "parked"; break;
    case cofire::outcome_kind::suspended: event = "suspended"; break;
    }
    print_line(event, about(type, outcome.id) + details);
}

void job_events::on_notice(cofire::storage_notice const& notice) {
    if (!is_load(notice.type)) {
        print_line(to_string(notice.to), about(notice.type, notice.id) + notice.reason);
    }
}

void print_line(std::string_view event, std::string_view text) {
    auto const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 16> time{};
    std::size_t const size = std::strftime(time.data(), time.size(), "%H:%M:%S  ", &parts);
    std::string line(time.data(), size);
    line += event;
    line.resize(std::max<std::size_t>(line.size(), 21), ' ');
    line += text;
    auto const is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    std::replace_if(line.begin(), line.end(), is_control, ' ');
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}
