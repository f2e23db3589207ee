// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: too many arguments: the struct has fewer described members

#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>

struct resize {
    int width = 800;
};
BOOST_DESCRIBE_STRUCT(resize, (), (width))
auto const text = cofire::struct_job<resize>::encode(1, 2);
