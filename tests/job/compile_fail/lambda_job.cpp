// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a lambda has no stable name and cannot be a job by itself

#include <cofire/job/job_definition.hpp>

constexpr auto lambda = [](int) {};
constexpr void (*function)(int) = lambda;
auto const name = cofire::function_job<function>::name;
