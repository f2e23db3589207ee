// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: g++ 12 destroys temporary aggregates twice beside co_await
// only: g++-12

#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>

#include <string>

struct resize {
    std::string path;
};
BOOST_DESCRIBE_STRUCT(resize, (), (path))
auto const text = cofire::struct_job<resize>::encode(resize{"cat.png"});
