// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job type's options are out of range

#include <cofire/job/job_definition.hpp>

void deliver(int);
template <>
struct cofire::job_traits<deliver> {
    static constexpr cofire::job_options options{.priority = 16};
};
constexpr auto options = cofire::function_job<deliver>::options;
