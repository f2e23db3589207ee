// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "job_events.hpp"

#include "load_jobs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

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

std::string_view name_of(cofire::outcome_kind kind) {
    switch (kind) {
    case cofire::outcome_kind::succeeded: return "succeeded";
    case cofire::outcome_kind::failed: return "failed";
    case cofire::outcome_kind::retry: return "retry";
    case cofire::outcome_kind::snoozed: return "snoozed";
    case cofire::outcome_kind::released: return "released";
    case cofire::outcome_kind::deleted: return "deleted";
    case cofire::outcome_kind::parked: return "parked";
    default: return "ended";
    }
}

std::string attempt(std::uint32_t number) {
    return "attempt " + std::to_string(number);
}

} // namespace

job_events::job_events(std::filesystem::path const& runs)
    : runs_(open(runs.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (runs_ == -1) {
        throw std::system_error(errno, std::generic_category(), runs.string());
    }
}

job_events::~job_events() {
    close(runs_);
}

void job_events::note(std::string const& line) const {
    if (write(runs_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        throw std::system_error(errno, std::generic_category(), "the list of runs");
    }
}

void job_events::on_started(cofire::job_context const& ctx) {
    note("began " + ctx.id().to_string() + " " + std::to_string(ctx.epoch()) + "\n");
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
    note(
        "settled " + outcome.id.to_string() + " " + std::to_string(outcome.epoch) + " " +
        std::string(name_of(outcome.kind)) + "\n"
    );
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
    if (outcome.kind == cofire::outcome_kind::retry) {
        auto const now = std::chrono::system_clock::now();
        details += "; again in " + seconds(std::chrono::round<cofire::duration>(outcome.at - now));
    }
    print_line(name_of(outcome.kind), about(type, outcome.id) + details);
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
