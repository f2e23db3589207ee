// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: too few arguments: the struct lists more members as required

#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>

#include <array>
#include <string>

struct resize {
    std::string path;
    static constexpr std::array required{"path"};
};
BOOST_DESCRIBE_STRUCT(resize, (), (path))
auto const text = cofire::struct_job<resize>::encode();
