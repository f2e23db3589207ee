// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "check.hpp"

#include "lockstep_values.hpp"

namespace cofire::differential {

table_limits limits_of(std::uint64_t seed) {
    table_limits limits;
    limits.arguments = values::longest_arguments;
    limits.result = values::longest_result;
    if (seed % 4 == 1) {
        limits.keep_succeeded = 5 * values::minute;
        limits.keep_failed = 10 * values::minute;
        limits.keep_count = 12;
    }
    if (seed % 4 == 2) {
        limits.jobs = 40;
    }
    limits.lost_limit = 1 + seed % 3;
    return limits;
}

std::string check_script(subject_maker make, script const& s, table_limits const& limits) {
    lockstep first(make, limits, false, false);
    if (first.run(s).empty()) {
        return {};
    }
    auto const fails = [&](script const& shorter) {
        return !lockstep(make, limits, false, false).run(shorter).empty();
    };
    script small = s;
    small.resize(first.executed());
    small = shrink(small, fails);
    lockstep last(make, limits, true, true);
    std::string const difference = last.run(small);
    return "script of " + std::to_string(small.size()) + " commands:\n" + last.told() +
           "differs in " + difference;
}

std::string
check_scripts(subject_maker make, std::uint64_t first, std::uint64_t count, std::size_t length) {
    for (std::uint64_t seed = first; seed != first + count; ++seed) {
        std::string const report = check_script(make, random_script(seed, length), limits_of(seed));
        if (!report.empty()) {
            return "seed " + std::to_string(seed) + ", " + report;
        }
    }
    return {};
}

} // namespace cofire::differential
