// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a parameter is of a type that has no JSON form

#include <cofire/job/job_definition.hpp>

#include <memory>

void deliver(std::shared_ptr<int> what);
auto const name = cofire::function_job<deliver>::name;
