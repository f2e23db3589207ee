// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_IMPL_CRON_IPP
#define COFIRE_TIME_IMPL_CRON_IPP

#include <cofire/core/error.hpp>
#include <cofire/time/cron.hpp>

#include <string>

namespace cofire::detail {

COFIRE_DECL void refuse_cron_number(char const* what, long value, unsigned least, unsigned most) {
    throw error{
        errc::bad_cron,
        std::string{what} + " " + std::to_string(value) + ": must be " + std::to_string(least) +
            " to " + std::to_string(most)};
}

} // namespace cofire::detail

#endif
