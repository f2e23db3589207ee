// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: the job's result is of a type that has no JSON form

#include <cofire/job/job_definition.hpp>

#include <memory>

std::shared_ptr<int> make(int n);
auto const name = cofire::function_job<make>::name;
