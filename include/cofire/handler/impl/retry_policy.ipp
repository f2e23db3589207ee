// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_RETRY_POLICY_IPP
#define COFIRE_HANDLER_IMPL_RETRY_POLICY_IPP

#include <cofire/core/error.hpp>
#include <cofire/handler/retry_policy.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace cofire {

COFIRE_DECL duration default_retry_delay(int retry, std::uint64_t random) noexcept {
    constexpr std::int64_t most = std::chrono::floor<std::chrono::seconds>(max_retry_delay).count();
    constexpr std::int64_t largest_base = 7'000; // its fourth power fits 64 bits and exceeds `most`
    std::int64_t const n = std::max(retry, 1);
    if (n > largest_base) {
        return max_retry_delay;
    }
    std::int64_t const base = n - 1;
    std::int64_t const spread = static_cast<std::int64_t>(random % 30) * n;
    return std::chrono::seconds(std::min(base * base * base * base + 15 + spread, most));
}

COFIRE_DECL retry_policy& retry_policy::delays(std::vector<duration> waits) {
    for (duration const d : waits) {
        if (d < duration::zero()) {
            throw error(
                errc::bad_option, "retry delay " + std::to_string(d.count()) + " us is negative"
            );
        }
    }
    delays_ = std::move(waits);
    return *this;
}

COFIRE_DECL retry_policy& retry_policy::jitter(double fraction) {
    if (!(fraction >= 0 && fraction <= 1)) {
        throw error(
            errc::bad_option, "retry jitter " + std::to_string(fraction) + " is not from 0 to 1"
        );
    }
    jitter_ = fraction;
    return *this;
}

COFIRE_DECL bool retry_policy::allows(std::exception_ptr const& e) const {
    auto const holds = [&](matcher m) { return m(e); };
    return std::none_of(never_on_.begin(), never_on_.end(), holds) &&
           (retry_on_.empty() || std::any_of(retry_on_.begin(), retry_on_.end(), holds));
}

COFIRE_DECL duration retry_policy::spread(duration d, std::uint64_t random) const noexcept {
    duration const base = std::clamp(d, duration::zero(), max_retry_delay);
    double const unit = static_cast<double>(random >> 11) * 0x1p-53; // from 0 to below 1
    double const factor = 1 + jitter_ * (2 * unit - 1);
    if (jitter_ == 0) {
        return base;
    }
    duration const spread{static_cast<duration::rep>(static_cast<double>(base.count()) * factor)};
    return std::clamp(spread, duration::zero(), max_retry_delay);
}

COFIRE_DECL std::optional<duration> retry_policy::delay(
    int retry,
    std::exception_ptr const& e,
    std::span<duration const> job_delays,
    std::uint64_t random
) const {
    std::span<duration const> waits = job_delays;
    if (waits.empty() && function_) {
        try {
            if (auto const said = function_(retry, e)) {
                return spread(*said, random);
            }
            return std::nullopt;
        } catch (...) {
            return default_retry_delay(retry, random);
        }
    }
    if (waits.empty()) {
        waits = delays_;
    }
    if (waits.empty()) {
        return default_retry_delay(retry, random);
    }
    auto const last = waits.size() - 1;
    auto const index = static_cast<std::size_t>(std::max(retry, 1) - 1);
    return spread(waits[std::min(index, last)], random);
}

} // namespace cofire

#endif
