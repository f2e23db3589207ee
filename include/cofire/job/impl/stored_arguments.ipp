// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_IMPL_STORED_ARGUMENTS_IPP
#define COFIRE_JOB_IMPL_STORED_ARGUMENTS_IPP

#include <cofire/job/stored_arguments.hpp>

namespace cofire::detail {

COFIRE_DECL void check_version(std::uint32_t stored, std::uint32_t current, json_path const& at) {
    if (stored > current) {
        at.fail(
            "the arguments are of version " + std::to_string(stored) +
            ", this program knows versions up to " + std::to_string(current)
        );
    }
}

} // namespace cofire::detail

#endif
