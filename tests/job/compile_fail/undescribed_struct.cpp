// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a struct job tells its members

#include <cofire/job/job_definition.hpp>

#include <string>

struct resize {
    std::string path;
};
auto const name = cofire::struct_job<resize>::name;
