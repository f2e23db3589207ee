// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// How long the compiler takes, without optimisation, for the files in compile_time/: cofire.hpp, one
// job, one enqueue, header-only and with separate compilation, against a file with awaitable, co_spawn,
// steady_timer and Boost.JSON. Processor time.

#include "support/report.hpp"

#include <cstdlib>
#include <string>
#include <sys/resource.h>

namespace {

/// The processor time, in s, of all programs that this one has started and waited for.
double seconds_of_children() {
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used);
    auto const seconds = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Compiles a file of COFIRE_COMPILE_TIME_FOLDER with the compiler that compiled this.
double compile(std::string const& file, std::string const& flags) {
    std::string const command =
        COFIRE_COMPILE_COMMAND " " + flags + " -o /dev/null " COFIRE_COMPILE_TIME_FOLDER "/" + file;
    auto const before = seconds_of_children();
    bench::report::require(std::system(command.c_str()) == 0, command);
    return seconds_of_children() - before;
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    std::string const plain = to.quick() ? "-fsyntax-only" : "-O0 -c";
    std::string const separate = plain + " -DCOFIRE_SEPARATE_COMPILATION";
    auto const reference = [&] { return compile("reference.cpp", plain); };
    char const* const yardstick = "coroutine, timer, JSON";
    reference(); // the files are in memory from here on
    to.compare(
        "compile_time.header_only",
        "s",
        [&] { return compile("one_job.cpp", plain); },
        yardstick,
        reference
    );
    to.compare(
        "compile_time.separate",
        "s",
        [&] { return compile("one_job.cpp", separate); },
        yardstick,
        reference
    );
    to.compare(
        "compile_time.host_header_only",
        "s",
        [&] { return compile("host.cpp", plain); },
        yardstick,
        reference
    );
    to.compare(
        "compile_time.host_separate",
        "s",
        [&] { return compile("host.cpp", separate); },
        yardstick,
        reference
    );
    return 0;
}
