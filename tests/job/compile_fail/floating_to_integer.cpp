// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a floating-point argument for an integer parameter

#include <cofire/job/job_definition.hpp>

void pause_for(int seconds);
auto const text = cofire::function_job<pause_for>::encode(3.99);
