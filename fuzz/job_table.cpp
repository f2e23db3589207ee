// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any bytes as a script of commands for job_table, held against the naive model: see
// tests/differential/script.hpp. Input: 1 byte for the limits, then the commands.

#include "fuzz.hpp"

#include "differential/check.cpp"
#include "differential/describe.cpp"
#include "differential/lockstep.cpp"
#include "differential/lockstep_change.cpp"
#include "differential/lockstep_read.cpp"
#include "differential/naive_storage.cpp"
#include "differential/naive_storage_acquire.cpp"
#include "differential/naive_storage_change.cpp"
#include "differential/naive_storage_insert.cpp"
#include "differential/naive_storage_read.cpp"
#include "differential/naive_storage_recurring.cpp"
#include "differential/script.cpp"
#include "differential/table_subject.cpp"

#include <span>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace cofire::differential;
    fuzz::input in(data, size);
    cofire::table_limits const limits = limits_of(in.byte());
    script const commands = script_of(std::span(data, size).subspan(size == 0 ? 0 : 1), 200);
    std::string const report = check_script(make_table, commands, limits);
    fuzz::require(report.empty(), "the table answers as the naive model", report);
    return 0;
}
