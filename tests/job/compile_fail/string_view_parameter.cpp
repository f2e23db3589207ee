// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job owns its arguments: take std::string

#include <cofire/job/job_definition.hpp>

#include <string_view>

void deliver(std::string_view to);
auto const name = cofire::function_job<deliver>::name;
