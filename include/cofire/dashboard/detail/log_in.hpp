// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_LOG_IN_HPP
#define COFIRE_DASHBOARD_DETAIL_LOG_IN_HPP

#include <cofire/core/config.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>

#include <memory>
#include <string>

namespace cofire::detail {

/// As respond(), for a request that the authorizer decides on, or a session that it has let in, from the
/// address `peer`; `secure`: it came over TLS. Where the authorizer takes a basic log-in, a browser
/// without credentials gets a page to log in, and nothing else. Precondition: there is an authorizer, or
/// the address is of this machine.
[[nodiscard]] asio::awaitable<web_reply> respond_authorized(
    std::shared_ptr<dashboard_core> core, web_request request, std::string peer, bool secure
);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/log_in.ipp>
#endif

#endif
