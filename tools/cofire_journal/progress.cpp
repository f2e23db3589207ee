// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace cofire_journal {

progress::progress(bool quiet)
    : is_wanted_(!quiet && ::isatty(STDERR_FILENO) == 1),
      next_(clock::now() + std::chrono::seconds{1}) {}

void progress::begin(std::string what, std::uint64_t total) {
    what_ = std::move(what);
    total_ = total;
    done_ = 0;
}

void progress::add(std::uint64_t bytes) {
    done_ += bytes;
    if (!is_wanted_ || clock::now() < next_) {
        return;
    }
    next_ = clock::now() + std::chrono::milliseconds{200};
    is_drawn_ = true;
    draw();
}

void progress::draw() const {
    constexpr std::uint64_t width = 30;
    std::uint64_t const all = std::max<std::uint64_t>(total_, 1);
    std::uint64_t const done = std::min(done_, all);
    std::string bar(done * width / all, '#');
    bar.resize(width, '.');
    constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
    std::string const text = '\r' + what_ + "  [" + bar + "] " + std::to_string(done * 100 / all) +
                             " % of " + std::to_string(all / mebibyte) + " MiB\x1b[K";
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

void progress::clear() {
    if (is_drawn_) {
        std::fputs("\r\x1b[K", stderr);
        is_drawn_ = false;
    }
}

} // namespace cofire_journal
