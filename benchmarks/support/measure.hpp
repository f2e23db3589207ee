// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_BENCHMARKS_SUPPORT_MEASURE_HPP
#define COFIRE_BENCHMARKS_SUPPORT_MEASURE_HPP

#include <chrono>
#include <cstddef>
#include <ctime>
#include <malloc.h>
#include <string>
#include <string_view>

namespace bench {

/// The processor time of this process in ns. What runs on one thread and never waits is measured by
/// it, because another program on the machine does not count.
[[nodiscard]] inline double processor_ns() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// The time on the wall in ns, for what waits or runs on several threads.
[[nodiscard]] inline double wall_ns() {
    return std::chrono::duration<double, std::nano>(
               std::chrono::steady_clock::now().time_since_epoch()
    )
        .count();
}

/// The bytes that malloc has given out and not got back, its own overhead included.
[[nodiscard]] inline double allocated_bytes() {
    auto const info = mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

/// The argument of a job: 64 bytes of text, which no small string holds.
[[nodiscard]] inline std::string argument() {
    return std::string(64, 'x');
}

} // namespace bench

#endif
