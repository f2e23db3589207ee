// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_DUE_TIME_IPP
#define COFIRE_CLIENT_IMPL_DUE_TIME_IPP

#include <cofire/client/due_time.hpp>
#include <cofire/client/validate.hpp>
#include <cofire/core/error.hpp>

namespace cofire {

COFIRE_DECL time_point due_time::from(time_point now) const {
    if (!in_range_) {
        throw error(errc::bad_option, "due time: out of the range that can be stored");
    }
    if (!relative_) {
        return time_point{value_};
    }
    detail::check_duration("delay", value_, duration{0});
    return now + value_;
}

} // namespace cofire

#endif
