// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a floating-point argument for an integer parameter

#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>

#include <string>

struct resize {
    std::string path;
    int width = 800;
};
BOOST_DESCRIBE_STRUCT(resize, (), (path, width))
auto const text = cofire::struct_job<resize>::encode("cat.png", 3.99);
