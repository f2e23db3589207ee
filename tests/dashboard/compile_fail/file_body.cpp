// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
//
// A body whose bytes are elsewhere would arrive empty.
// expect: cofire: the request's body is of a type whose bytes cannot be read
#include <cofire/dashboard.hpp>

#include <boost/beast/http/file_body.hpp>

cofire::detail::web_request read(boost::beast::http::request<boost::beast::http::file_body> r) {
    return cofire::detail::to_web_request(std::move(r));
}
