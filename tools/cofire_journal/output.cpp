// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "output.hpp"

#include <cofire/core/error.hpp>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <unistd.h>

namespace cofire_journal {

void output::line(std::string_view text) {
    kept_ += text;
    kept_ += '\n';
    if (kept_.size() >= most_kept) {
        flush();
    }
}

void output::flush() {
    std::string_view rest = kept_;
    while (!rest.empty()) {
        auto const size = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (size >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno == EPIPE) {
            throw output_closed{};
        } else if (errno != EINTR) {
            int const number = errno;
            throw cofire::error(
                cofire::errc::storage_failed,
                "writing to stdout: " + std::generic_category().message(number)
            );
        }
    }
    kept_.clear();
}

void complain(std::string_view text) {
    std::string line = "cofire-journal: ";
    line += text;
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace cofire_journal
