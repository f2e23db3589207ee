// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: 'required' names something that is no described member

#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>

#include <array>
#include <string>

struct resize {
    std::string path;
    static constexpr std::array required{"paht"};
};
BOOST_DESCRIBE_STRUCT(resize, (), (path))
auto const job = cofire::struct_job<resize>::decode("{}");
