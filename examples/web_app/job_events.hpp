// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_JOB_EVENTS_HPP
#define WEB_APP_JOB_EVENTS_HPP

#include <cofire.hpp>

#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

/// Prints what the jobs do, a line for each event. It is an observer: cofire calls those of the
/// functions on_started, on_settled, on_notice, ... that it finds.
class job_events {
public:
    void on_started(cofire::job_context const& ctx);
    void on_settled(cofire::run_outcome const& outcome, std::string_view type);
    void on_notice(cofire::storage_notice const& notice);

private:
    // Attempts of the jobs that run now. A server's executor may have several threads.
    std::mutex mutex_;
    std::unordered_map<cofire::job_id, std::uint32_t> attempts_;
};

/// Prints a line "<time>  <event>  <text>" in one piece. Control characters become spaces.
void print_line(std::string_view event, std::string_view text);

#endif
