// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job owns its arguments: a raw pointer cannot be stored

#include <cofire/job/job_definition.hpp>

void deliver(char const* to);
auto const name = cofire::function_job<deliver>::name;
