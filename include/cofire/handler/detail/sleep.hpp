// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_DETAIL_SLEEP_HPP
#define COFIRE_HANDLER_DETAIL_SLEEP_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/time/clock.hpp>

namespace cofire::detail {

/// Waits until `d` has passed on the steady clock of `by`; not positive: not at all. At most about
/// 100 years.
/// Cancellation, any type: throws system_error(operation_aborted).
[[nodiscard("co_await it")]] asio::awaitable<void> sleep_for(clock by, duration d);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/sleep.ipp>
#endif

#endif
