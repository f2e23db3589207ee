// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_ASIO_HPP
#define COFIRE_STORAGE_ASIO_HPP

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace cofire {

/// The Asio that cofire works on.
namespace asio = boost::asio;

} // namespace cofire

#endif
