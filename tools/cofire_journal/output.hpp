// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOURNAL_OUTPUT_HPP
#define COFIRE_JOURNAL_OUTPUT_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace cofire_journal {

/// Nobody reads the output any more.
struct output_closed {};

/// What goes to stdout, a good piece at a time.
///
/// Distinct objects: unsafe, they share stdout. Shared objects: unsafe.
class output {
public:
    output() = default;
    output(output const&) = delete;
    output& operator=(output const&) = delete;

    /// Appends `text` and an end of line. Throws output_closed, or cofire::error with storage_failed.
    void line(std::string_view text);
    /// Writes what is left. Throws likewise.
    void flush();

private:
    static constexpr std::size_t most_kept = std::size_t{64} << 10;
    std::string kept_;
};

/// Prints a line for people: "cofire-journal: <text>".
void complain(std::string_view text);

} // namespace cofire_journal

#endif
