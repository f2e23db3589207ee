// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this type has no JSON form

#include <cofire/job/codec.hpp>

#include <string_view>

auto const view = cofire::decode_value<std::string_view>("1");
