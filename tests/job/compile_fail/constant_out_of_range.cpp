// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: an integer constant outside the parameter's range

#include <cofire/job/job_definition.hpp>

#include <cstdint>
#include <type_traits>

void copies(std::int8_t n);
auto const text = cofire::function_job<copies>::encode(std::integral_constant<int, 300>());
