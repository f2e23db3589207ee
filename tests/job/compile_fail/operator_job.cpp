// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this job's name cannot be stored

#include <cofire/job/job_definition.hpp>

struct number {
    int operator+(int) const;
};
auto const name = cofire::function_job < &number::operator+> ::name;
