// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: compilers spell the names of templates differently

#include <cofire/job/job_definition.hpp>

template <class T>
struct box {};
auto const name = cofire::struct_job<box<int>>::name;
