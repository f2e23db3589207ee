// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job owns its arguments: take std::string or std::vector

#include <cofire/job/job_definition.hpp>

#include <span>

void sum(std::span<int const> numbers);
auto const name = cofire::function_job<sum>::name;
