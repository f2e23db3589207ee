// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a job in an unnamed namespace has no stable name

#include <cofire/job/job_definition.hpp>

namespace {
struct hidden {};
} // namespace
auto const name = cofire::struct_job<hidden>::name;
