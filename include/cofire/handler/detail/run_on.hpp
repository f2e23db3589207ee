// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_DETAIL_RUN_ON_HPP
#define COFIRE_HANDLER_DETAIL_RUN_ON_HPP

#include <cofire/core/config.hpp>
#include <cofire/handler/run_state.hpp>
#include <cofire/storage/asio.hpp>

namespace cofire::detail {

/// Runs `body` on a strand of `executor` and completes on the caller's executor when it has ended.
/// Throws what it throws. Cancellation of the caller, of any type, reaches `body` and nothing else;
/// it completes all the same only when `body` has ended.
[[nodiscard("co_await it")]] asio::awaitable<void>
run_on(asio::any_io_executor executor, asio::awaitable<void> body);

/// Calls `call(self)` on `executor` and completes on the caller's executor when it has returned.
/// Throws what it throws. If `run` is asked to stop before it begins, it is not called, and
/// system_error(operation_aborted) is thrown. Cancellation does nothing by itself.
[[nodiscard("co_await it")]] asio::awaitable<void>
call_on(asio::any_io_executor executor, run_state const& run, void (*call)(void*), void* self);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/run_on.ipp>
#endif

#endif
