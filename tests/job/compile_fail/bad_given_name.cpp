// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job's name is 1 to 128 letters, digits, _ : . and -

#include <cofire/job/job_definition.hpp>

#include <string_view>

void deliver(int);
template <>
struct cofire::job_traits<deliver> {
    static constexpr std::string_view name = "two words";
};
auto const name = cofire::function_job<deliver>::name;
