// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_JOB_EVENTS_HPP
#define WEB_APP_JOB_EVENTS_HPP

#include <cofire.hpp>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

/// Prints what the jobs do, a line for each event. It is an observer: cofire calls those of the
/// functions on_started, on_settled, on_notice, ... that it finds.
///
/// Besides, it appends to a file which runs began and which ends the storage has confirmed:
/// "began <id> <epoch>" and "settled <id> <epoch> <outcome>". Whoever kills the program reads there
/// afterwards what it had done.
class job_events {
public:
    /// Appends to `runs`.
    explicit job_events(std::filesystem::path const& runs);
    job_events(job_events const&) = delete;
    job_events& operator=(job_events const&) = delete;
    ~job_events();

    void on_started(cofire::job_context const& ctx);
    void on_settled(cofire::run_outcome const& outcome, std::string_view type);
    void on_notice(cofire::storage_notice const& notice);

private:
    void note(std::string const& line) const;

    int runs_; // written line by line, so that nothing of it is lost when the process is killed
    // Attempts of the jobs that run now. A server's executor may have several threads.
    std::mutex mutex_;
    std::unordered_map<cofire::job_id, std::uint32_t> attempts_;
};

/// Prints a line "<time>  <event>  <text>" in one piece. Control characters become spaces.
void print_line(std::string_view event, std::string_view text);

#endif
