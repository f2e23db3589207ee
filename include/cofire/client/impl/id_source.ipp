// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_ID_SOURCE_IPP
#define COFIRE_CLIENT_IMPL_ID_SOURCE_IPP

#include <cofire/client/id_source.hpp>

#include <algorithm>
#include <chrono>

namespace cofire::detail {

COFIRE_DECL job_id id_source::next(time_point now) {
    using std::chrono::milliseconds;
    auto const ms =
        std::max(std::chrono::floor<milliseconds>(now.time_since_epoch()), milliseconds{0});
    std::scoped_lock const lock(mutex_);
    bool fresh = ms > last_;
    if (fresh) {
        last_ = ms;
    } else {
        // A random step, so that one id does not tell the next.
        low_ += 1 + (random_.next() >> 32);
        if ((low_ >> 62) != 0) {
            low_ &= 0x3FFFFFFFFFFFFFFFU;
            ++high_;
        }
        if ((high_ >> 12) != 0) {
            ++last_;
            fresh = true;
        }
    }
    if (fresh) {
        high_ = random_.next() & 0x07FFU; // the upper bit is left for counting
        low_ = random_.next() & 0x3FFFFFFFFFFFFFFFU;
    }
    return job_id::make(time_point{last_}, high_, low_);
}

} // namespace cofire::detail

#endif
