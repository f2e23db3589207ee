// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_ID_SOURCE_HPP
#define COFIRE_CLIENT_ID_SOURCE_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/time/random.hpp>

#include <cstdint>
#include <mutex>

namespace cofire::detail {

/// Makes job ids that grow: within one millisecond, and when the clock is set back, by a random
/// step above the last one (RFC 9562, section 6.2, method 2).
///
/// Distinct objects: safe. Shared objects: safe.
class id_source {
public:
    /// Ids whose random part comes from `random`.
    explicit id_source(random_source random) : random_(random) {}

    /// A new id, made at `now`, above all that this source gave before.
    [[nodiscard]] job_id next(time_point now);

private:
    std::mutex mutex_;
    random_source random_;
    std::chrono::milliseconds last_{-1};
    std::uint64_t high_ = 0; // 12 bits
    std::uint64_t low_ = 0;  // 62 bits
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/id_source.ipp>
#endif

#endif
