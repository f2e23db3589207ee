// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: g++ 12 destroys temporary aggregates twice beside co_await
// only: g++-12

#include <cofire/job/job_definition.hpp>

#include <boost/describe/class.hpp>

#include <string>

struct address {
    std::string street;
};
BOOST_DESCRIBE_STRUCT(address, (), (street))
void ship(address to);
auto const text = cofire::function_job<ship>::encode(address{"here"});
