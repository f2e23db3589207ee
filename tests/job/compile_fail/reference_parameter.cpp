// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job owns its arguments: take them by value or by reference to const

#include <cofire/job/job_definition.hpp>

#include <string>

void fill(std::string& text);
auto const name = cofire::function_job<fill>::name;
