// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job takes its context first

#include <cofire/job/job_definition.hpp>

#include <string>

void deliver(std::string to, cofire::job_context& ctx);
auto const name = cofire::function_job<deliver>::name;
