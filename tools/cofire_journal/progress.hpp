// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOURNAL_PROGRESS_HPP
#define COFIRE_JOURNAL_PROGRESS_HPP

#include <chrono>
#include <cstdint>
#include <string>

namespace cofire_journal {

/// A bar on stderr, if that is a terminal and the work takes more than a second.
///
/// Distinct objects: unsafe, they share stderr. Shared objects: unsafe.
class progress {
public:
    /// `quiet`: there is no bar.
    explicit progress(bool quiet);
    progress(progress const&) = delete;
    progress& operator=(progress const&) = delete;
    ~progress() { clear(); }

    /// From now on: "<what>  40 %". `total`: how many bytes there will be, about.
    void begin(std::string what, std::uint64_t total);
    /// So many bytes more are done.
    void add(std::uint64_t bytes);
    /// Takes the bar away.
    void clear();

private:
    using clock = std::chrono::steady_clock;
    void draw() const;

    bool is_wanted_;
    bool is_drawn_ = false;
    std::string what_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    clock::time_point next_;
};

} // namespace cofire_journal

#endif
