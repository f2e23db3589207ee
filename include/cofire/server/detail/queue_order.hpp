// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_QUEUE_ORDER_HPP
#define COFIRE_SERVER_DETAIL_QUEUE_ORDER_HPP

#include <cofire/core/config.hpp>
#include <cofire/server/server_options.hpp>
#include <cofire/storage/contract/acquire.hpp>
#include <cofire/time/random.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// Turns a server's queues into the takes of its acquires. Strict: the names in their order. Weighted:
/// each gets its share of the batch, in an order drawn by weight, so that small batches are fair over
/// time; a second pass without shares fills what is left. Shared objects: unsafe.
class queue_order {
public:
    /// Throws error: bad_queue for a name that is none or given twice, bad_server_option if some have
    /// weights and some not.
    explicit queue_order(few<queue_choice, 16> const& queues);

    /// The takes of an acquire of `limit` jobs. Valid until the next call.
    [[nodiscard]] std::span<take const> takes(std::uint32_t limit, random_source& random);

    /// The queues' names. Valid as long as this.
    [[nodiscard]] std::span<std::string_view const> names() const { return views_; }

private:
    std::vector<std::string> names_;
    std::vector<std::string_view> views_;
    std::vector<std::uint32_t> weights_; // empty: strict order
    std::vector<take> takes_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/server/impl/queue_order.ipp>
#endif

#endif
