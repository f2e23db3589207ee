// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a number as an argument for a bool parameter

#include <cofire/job/job_definition.hpp>

void turn(bool on);
auto const text = cofire::function_job<turn>::encode(1);
