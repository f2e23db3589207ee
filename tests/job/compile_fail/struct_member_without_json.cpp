// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a member of the struct is of a type that has no JSON form

#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>

struct resize {
    char const* path = nullptr;
};
BOOST_DESCRIBE_STRUCT(resize, (), (path))
auto const job = cofire::struct_job<resize>::decode("{}");
