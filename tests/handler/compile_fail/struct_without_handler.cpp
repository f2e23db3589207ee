// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this struct job needs a handler

#include <cofire/handler/registry.hpp>

#include <boost/describe/class.hpp>

struct resize {
    int width = 800;
};
BOOST_DESCRIBE_STRUCT(resize, (), (width))
void add(cofire::registry& registry) {
    registry.add<resize>(cofire::concurrency(1));
}
