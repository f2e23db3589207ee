// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: a handler takes cofire::job_context& first, then the job

#include <cofire/handler/registry.hpp>

#include <boost/describe/class.hpp>

struct resize {
    int width = 800;
};
BOOST_DESCRIBE_STRUCT(resize, (), (width))
cofire::asio::awaitable<void> run(resize job, cofire::job_context& ctx);
void add(cofire::registry& registry) {
    registry.add<resize>(&run);
}
