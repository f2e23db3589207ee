// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job in an unnamed namespace has no stable name

#include <cofire/job/job_definition.hpp>

namespace {
void hidden(int) {}
} // namespace
auto const name = cofire::function_job<hidden>::name;
