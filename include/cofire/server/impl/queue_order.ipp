// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_QUEUE_ORDER_IPP
#define COFIRE_SERVER_IMPL_QUEUE_ORDER_IPP

#include <cofire/client/validate.hpp>
#include <cofire/core/error.hpp>
#include <cofire/server/detail/queue_order.hpp>

#include <algorithm>
#include <numeric>

namespace cofire::detail {

COFIRE_DECL queue_order::queue_order(few<queue_choice, 16> const& queues) {
    for (queue_choice const& q : queues) {
        check_queue(q.name);
        if (std::find(names_.begin(), names_.end(), q.name) != names_.end()) {
            throw error(errc::bad_queue, quoted(q.name) + " stands twice");
        }
        names_.emplace_back(q.name);
        if (q.weight != 0) {
            weights_.push_back(q.weight);
        }
    }
    if (names_.empty()) {
        names_.emplace_back("default");
    }
    if (!weights_.empty() && weights_.size() != names_.size()) {
        throw error(errc::bad_server_option, "some queues have weights and some have none");
    }
    views_.assign(names_.begin(), names_.end());
    for (std::string_view name : views_) {
        takes_.push_back({.queue = name});
    }
}

COFIRE_DECL std::span<take const> queue_order::takes(std::uint32_t limit, random_source& random) {
    if (weights_.empty()) {
        return takes_;
    }
    takes_.clear();
    std::vector<std::size_t> rest(views_.size());
    std::iota(rest.begin(), rest.end(), std::size_t{0});
    std::uint64_t sum = std::accumulate(weights_.begin(), weights_.end(), std::uint64_t{0});
    std::uint64_t const all = sum;
    while (!rest.empty()) {
        std::uint64_t drawn = random.below(sum);
        auto chosen = rest.begin();
        while (drawn >= weights_[*chosen]) {
            drawn -= weights_[*chosen];
            ++chosen;
        }
        std::uint64_t const weight = weights_[*chosen];
        auto const share = static_cast<std::uint32_t>((limit * weight + all - 1) / all);
        takes_.push_back({.queue = views_[*chosen], .cap = share});
        sum -= weight;
        rest.erase(chosen);
    }
    for (std::size_t i = 0, n = takes_.size(); i != n; ++i) {
        takes_.push_back({.queue = takes_[i].queue});
    }
    return takes_;
}

} // namespace cofire::detail

#endif
