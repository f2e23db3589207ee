// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: too many arguments for this job

#include <cofire/job/job_definition.hpp>

#include <string>

void deliver(std::string to);
auto const text = cofire::function_job<deliver>::encode("ann", 2);
