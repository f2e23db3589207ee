// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <cofire/dashboard/detail/write_reply.hpp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/multi_buffer.hpp>
#include <boost/beast/core/ostream.hpp>
#include <boost/beast/http/basic_dynamic_body.hpp>
#include <boost/beast/http/dynamic_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/vector_body.hpp>

namespace {

using namespace dashboard_tests;

constexpr std::string_view body_text = R"({"queue":"slow"})";

template <class Body>
http::request<Body> request_with() {
    return http::request<Body>(http::verb::post, "/cofire/api/queues/pause", 11);
}

template <class Body>
std::string body_of(http::request<Body> request) {
    return cofire::detail::to_web_request(std::move(request)).body;
}

BOOST_AUTO_TEST_SUITE(write_reply)

BOOST_AUTO_TEST_CASE(bodies_of_every_type_arrive) {
    auto text = request_with<http::string_body>();
    text.body() = body_text;
    BOOST_TEST(body_of(std::move(text)) == body_text);

    auto bytes = request_with<http::vector_body<char>>();
    bytes.body().assign(body_text.begin(), body_text.end());
    BOOST_TEST(body_of(std::move(bytes)) == body_text);

    auto unsigned_bytes = request_with<http::vector_body<unsigned char>>();
    unsigned_bytes.body().assign(body_text.begin(), body_text.end());
    BOOST_TEST(body_of(std::move(unsigned_bytes)) == body_text);

    auto span = request_with<http::span_body<char const>>();
    span.body() = boost::beast::span<char const>(body_text.data(), body_text.size());
    BOOST_TEST(body_of(std::move(span)) == body_text);

    auto dynamic = request_with<http::dynamic_body>();
    boost::beast::ostream(dynamic.body()) << body_text;
    BOOST_TEST(body_of(std::move(dynamic)) == body_text);

    auto flat = request_with<http::basic_dynamic_body<boost::beast::flat_buffer>>();
    boost::beast::ostream(flat.body()) << body_text;
    BOOST_TEST(body_of(std::move(flat)) == body_text);

    BOOST_TEST(body_of(request_with<http::empty_body>()).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
